from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    PHOTO_BYTES,
    is_picture,
)
from odoo.addons.aftersales_network.models.flow import lock_rows

from .aftersales_part_return import OWED_STATES

WAREHOUSE = "aftersales_network.group_warehouse"
HEAD = "aftersales_network.group_head"
EVIDENCE = frozenset(
    (
        *("quantity_received", "receipt_result", "product_received_id"),
        *("serial_received", "date_received", "received_by_id"),
        *("finding", "inspection_note", "inspected_by_id", "date_inspected"),
        *("disposition", "disposed_by_id", "date_done", "origin_id"),
        *("proof_image", "proof_by_id", "date_proof"),
        *("waiver_reason", "waiver_asked_by_id", "waived_by_id"),
    )
)


class AftersalesPartReturn(models.Model):
    """Receipt, inspection and end of an old part."""

    _inherit = "aftersales.part.return"

    origin_id = fields.Many2one(
        "aftersales.part.return",
        "Rest of",
        readonly=True,
        index="btree_not_null",
        help="The old part of which these pieces did not arrive.",
    )
    quantity_received = fields.Float(digits="Product Unit", readonly=True)
    receipt_result = fields.Selection(
        [
            ("right", "As Expected"),
            ("wrong", "Another Part"),
            ("damaged", "Damaged in Transit"),
            ("missing", "Missing"),
        ],
        readonly=True,
    )
    product_received_id = fields.Many2one(
        "product.product", "Part Received", readonly=True, index="btree_not_null"
    )
    serial_received = fields.Char(readonly=True)
    date_received = fields.Date("Received on", readonly=True)
    received_by_id = fields.Many2one("res.users", "Received by", readonly=True)
    finding = fields.Selection(
        [
            ("confirmed", "Fault Confirmed"),
            ("no_fault", "No Fault Found"),
            ("customer_damage", "Customer Damage"),
            ("wrong_part", "Wrong Part"),
            ("not_ours", "Not Our Part"),
        ],
        readonly=True,
        tracking=True,
        index="btree_not_null",
    )
    inspection_note = fields.Text(readonly=True)
    inspected_by_id = fields.Many2one("res.users", "Inspected by", readonly=True)
    date_inspected = fields.Date("Inspected on", readonly=True)
    disposition = fields.Selection(
        [
            ("supplier", "Hold for the Supplier"),
            ("scrap", "Scrap"),
            ("recycle", "Recycle"),
        ],
        readonly=True,
        tracking=True,
    )
    disposed_by_id = fields.Many2one("res.users", "Disposed by", readonly=True)
    date_done = fields.Date("Done on", readonly=True)
    proof_image = fields.Image("Photo as Proof", readonly=True, copy=False)
    proof_by_id = fields.Many2one("res.users", "Proof by", readonly=True)
    date_proof = fields.Datetime("Proof on", readonly=True)
    waiver_reason = fields.Text(readonly=True)
    waiver_asked_by_id = fields.Many2one(
        "res.users", "Waiver Asked by", readonly=True, index="btree_not_null"
    )
    waived_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    stock_move_ids = fields.One2many(
        "stock.move", "aftersales_part_return_id", "Transfers", readonly=True
    )

    _FLOW_FIELDS = EVIDENCE

    # Pieces that did not arrive stay owed beside those that did.
    _order_line_uniq = models.UniqueIndex(
        "(order_line_id) WHERE order_line_id IS NOT NULL AND origin_id IS NULL "
        "AND state != 'cancelled'",
        "The old part of this order line is listed already.",
    )

    # -- guards ----------------------------------------------------------------

    def _lock(self):
        """Take the rows; two people cannot ship or receive the same part.

        :raise UserError: somebody else works on them at this moment
        """
        lock_rows(self, self[:1].name)
        self.invalidate_recordset(["state", "shipment_id", "duty"])

    def _check_role(self, group):
        """Refuse a step to users outside ``group``.

        :raise AccessError: naming the role
        """
        if not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "This step belongs to the role “%(role)s”.",
                    role=self.env.ref(group).sudo().name,
                )
            )

    # -- at the point ----------------------------------------------------------

    def _prove_scrapped(self, image):
        """End the duty of parts scrapped at the point, with a photo of each.

        :param image: base64 of the photo
        :raise UserError: to be sent back, still on hold, or no photo
        """
        self._lock()
        self._check_flow_state("owed")
        today = self.env.company._get_aftersales_today()
        for part in self:
            if part.duty == "return" or (part.duty == "hold" and part.date_due > today):
                raise UserError(part._get_keep_text())
        if not image or not is_picture(image, PHOTO_BYTES):
            raise UserError(
                self.env._("Add a photo that shows the scrapped part (JPEG or PNG).")
            )
        self._write_flow(
            {
                "state": "done",
                "proof_image": image,
                "proof_by_id": self.env.uid,
                "date_proof": fields.Datetime.now(),
                "disposition": "scrap",
                "date_done": today,
            }
        )

    def _get_keep_text(self):
        """Why a part may not be scrapped yet."""
        self.ensure_one()
        if self.duty == "return":
            return self.env._(
                "%(part)s is to be sent back and may not be scrapped. Pack it into a "
                "shipment, or ask for a waiver.",
                part=self.display_name,
            )
        return self.env._(
            "%(part)s is to be held until %(day)s; the company may still ask for it.",
            part=self.display_name,
            day=fields.Date.to_string(self.date_due),
        )

    def action_ask_back(self):
        """The company wants parts back that the point holds or may scrap."""
        self._check_role(WAREHOUSE)
        self._lock()
        self._check_flow_state("owed")
        for company, parts in self.grouped("company_id").items():
            days = timedelta(days=company.aftersales_return_days)
            due = company._get_aftersales_today() + days
            parts.filtered(lambda p: p.duty != "return")._write_flow(
                {"duty": "return", "date_due": due}
            )

    # -- inspection ------------------------------------------------------------

    def action_inspect(self, finding, note=None):
        """Record what the inspection found; the duty of the point ends.

        :param finding: one of the findings
        :raise AccessError: not the warehouse
        :raise UserError: not received, unknown finding, or no note where the
            finding speaks against the point
        """
        self._check_role(WAREHOUSE)
        self._lock()
        self._check_flow_state("received")
        if finding not in dict(self._fields["finding"].selection):
            raise UserError(self.env._("Choose what the inspection found."))
        if finding != "confirmed" and not (note or "").strip():
            raise UserError(
                self.env._(
                    "%(part)s: say why the fault is not confirmed.",
                    part=self[:1].display_name,
                )
            )
        self._write_flow(
            {
                "state": "inspected",
                "finding": finding,
                "inspection_note": note,
                "inspected_by_id": self.env.uid,
                "date_inspected": self.env.company._get_aftersales_today(),
            }
        )
        self._close_claim_lines({"old_part_received": True})

    def _close_claim_lines(self, vals):
        """Free the claim lines of parts whose duty has ended."""
        # The warehouse reads no claims; their lines wait for this alone.
        lines_sudo = self.sudo().claim_line_id
        still = lines_sudo.part_return_ids.filtered(
            lambda p: p.duty == "return" and p.state in (*OWED_STATES, "shipped")
        )
        (lines_sudo - still.claim_line_id)._write_part(vals)

    # -- waiver ----------------------------------------------------------------

    def action_ask_waiver(self):
        """Ask for the reason, then for the waiver."""
        self._check_flow_state(*OWED_STATES)
        return self.env["aftersales.reason.wizard"]._open_for(self, "_ask_waiver")

    def _ask_waiver(self, reason):
        """Ask the head of service to waive parts."""
        self._check_flow_state(*OWED_STATES)
        self._write_flow({"waiver_reason": reason, "waiver_asked_by_id": self.env.uid})
        self._ask_head(self.env._("Waive an old part?"))

    def action_waive(self):
        """Waive parts; somebody else than who asked for it.

        :raise AccessError: not the head of service
        :raise UserError: nobody asked, or the user asked himself
        """
        self._check_role(HEAD)
        self._lock()
        self._check_flow_state(*OWED_STATES)
        Approval = self.env["aftersales.approval"]
        for part in self:
            part._check_waiver()
            Approval._log(part, "waive", "approved", part.waiver_reason)
        self._write_flow({"state": "waived", "waived_by_id": self.env.uid})
        self.activity_ids.filtered("automated").action_feedback()
        self._close_claim_lines({"old_part_due": False})

    def _check_waiver(self):
        """Refuse a waiver nobody asked for, and the own one."""
        self.ensure_one()
        if not self.waiver_asked_by_id:
            raise UserError(
                self.env._(
                    "Nobody asked for a waiver of %(part)s. Let it be asked for with "
                    "a reason first.",
                    part=self.display_name,
                )
            )
        if self.waiver_asked_by_id == self.env.user:
            raise UserError(
                self.env._(
                    "You asked for the waiver of %(part)s. Four-eyes: somebody else "
                    "must decide it.",
                    part=self.display_name,
                )
            )

    def action_refuse_waiver(self):
        """The part is owed as before."""
        self._check_role(HEAD)
        self._check_flow_state(*OWED_STATES)
        for part in self.filtered("waiver_asked_by_id"):
            self.env["aftersales.approval"]._log(
                part, "waive", "rejected", part.waiver_reason
            )
        self._write_flow({"waiver_reason": False, "waiver_asked_by_id": False})
        self.activity_ids.filtered("automated").action_feedback()

    # -- overdue ---------------------------------------------------------------

    @api.model
    def _cron_remind_overdue(self):
        """Tell the responsible people of points with overdue old parts.

        A part overdue for longer than it had time goes to the head of service.
        """
        today = self.env.company._get_aftersales_today()
        counts = self._read_group(
            self._get_owed_domain() & Domain("date_due", "<", today),
            ["service_point_id"],
            ["__count", "date_due:min"],
        )
        for point, count, first in counts:
            late = (today - first).days > point.company_id.aftersales_return_days
            point._remind_old_parts(count, first, late)


class AftersalesApproval(models.Model):
    """Waivers of old parts are decided like everything else."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("waive", "Waiver of an Old Part")],
        ondelete={"waive": "cascade"},
    )
