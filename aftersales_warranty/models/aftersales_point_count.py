from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesPointCount(models.Model):
    """Stock count of one point: the point counts, somebody above approves.

    The differences that were counted are posted, not the counted figures: what
    moved between count and approval stays as it moved.
    """

    _name = "aftersales.point.count"
    _description = "Stock Count of a Point"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('location_id', '!=', False)]",
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    line_ids = fields.One2many("aftersales.point.count.line", "count_id", copy=False)
    difference_count = fields.Integer(compute="_compute_difference_count")
    date_counted = fields.Datetime("Counted on", readonly=True, copy=False)
    counted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_posted = fields.Date("Posted on", readonly=True, copy=False)
    posted_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False
    )
    rejection_reason = fields.Text(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Counting"),
            ("submitted", "To Approve"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    # One open count a point; two transactions cannot both start one.
    _open_uniq = models.UniqueIndex(
        "(service_point_id) WHERE state IN ('draft', 'submitted')",
        "A stock count of this point is open already.",
    )

    _FLOW_FIELDS = frozenset(
        (
            *("name", "state", "date_counted", "counted_by_id", "date_posted"),
            *("posted_by_id", "rejection_reason"),
        )
    )
    _FIXED_FIELDS = frozenset(("service_point_id",))

    @api.depends("line_ids.difference")
    def _compute_difference_count(self):
        for count in self:
            count.difference_count = len(
                count.line_ids.filtered(lambda x: x._has_difference())
            )

    @api.depends("name", "service_point_id")
    def _compute_display_name(self):
        for count in self:
            number = count.name if count.id else self.env._("New")
            count.display_name = f"{number} {count.service_point_id.name or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        counts = super().create(vals_list)
        self.env["ir.sequence"]._aftersales_number(counts)
        for count in counts:
            count._check_place()
            count._fill()
        return counts

    def _check_place(self):
        """Refuse a count of a point without parts of the company."""
        self.ensure_one()
        if not self.service_point_id.location_id:
            raise UserError(
                self.env._(
                    "%(point)s has no place for parts of the company; there is "
                    "nothing to count.",
                    point=self.service_point_id.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        kept = self.filtered(lambda c: c.state not in ("draft", "cancelled"))[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(count)s was handed in and cannot be deleted.", count=kept.name
                )
            )

    def _fill(self):
        """Lay out the sheet: one line per part and serial that should be there."""
        self.ensure_one()
        # Whoever counts need not read the whole stock.
        rows = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                Domain(
                    "location_id",
                    "child_of",
                    self.sudo().service_point_id.location_id.id,
                )
                & Domain("quantity", "!=", 0),
                ["product_id", "lot_id"],
                ["quantity:sum"],
            )
        )
        self.env["aftersales.point.count.line"].sudo().create(
            [
                {
                    "count_id": self.id,
                    "product_id": product.id,
                    "lot_id": lot.id,
                    "quantity_system": quantity,
                    "quantity_counted": max(quantity, 0.0),
                }
                for product, lot, quantity in rows
            ]
        )

    def action_submit(self):
        """Hand the counted figures in; the system's are taken anew.

        :raise UserError: a difference without its reason
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for count in self:
            count.line_ids._take_system_figures()
            bare = count.line_ids.filtered(
                lambda x: x._has_difference() and not (x.reason or "").strip()
            )[:1]
            if bare:
                raise UserError(
                    self.env._(
                        "%(count)s: give the reason for the difference of %(part)s.",
                        count=count.name,
                        part=bare.product_id.sudo().display_name,
                    )
                )
        self._write_flow(
            {
                "state": "submitted",
                "date_counted": fields.Datetime.now(),
                "counted_by_id": self.env.uid,
                "rejection_reason": False,
            }
        )

    def _check_may_decide(self):
        """Refuse the decision of the wrong role, and of who counted.

        :raise UserError: naming the way out
        """
        groups = ("centre_manager", "warehouse", "head")
        names = [f"aftersales_network.group_{name}" for name in groups]
        if not any(self.env.user.has_group(name) for name in names):
            raise UserError(
                self.env._(
                    "A stock count is approved by the centre, the warehouse or the "
                    "head of service."
                )
            )
        own = self.filtered(lambda c: c.counted_by_id == self.env.user)[:1]
        if own:
            raise UserError(
                self.env._(
                    "You handed %(count)s in. Four-eyes: somebody else must approve "
                    "it.",
                    count=own.name,
                )
            )

    def action_approve(self):
        """Approve counts and post their differences."""
        self.check_access("write")
        self._check_may_decide()
        self.lock_for_update(allow_referencing=True)
        self._check_flow_state("submitted")
        for count in self:
            self.env["aftersales.approval"]._log(count, "count", "approved")
        self.line_ids.filtered(lambda x: x._has_difference())._post()
        self._write_flow(
            {
                "state": "posted",
                "date_posted": self.env.company._get_aftersales_today(),
                "posted_by_id": self.env.uid,
            }
        )

    def action_reject(self):
        """Ask for the reason, then give the count back."""
        self._check_flow_state("submitted")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject")

    def _reject(self, reason):
        """Have it counted again."""
        self._check_may_decide()
        self._check_flow_state("submitted")
        for count in self:
            self.env["aftersales.approval"]._log(count, "count", "rejected", reason)
            count.message_post(body=reason)
        self._write_flow({"state": "draft", "rejection_reason": reason})

    def action_cancel(self):
        """Give up counts that were not posted."""
        self.check_access("write")
        self._check_flow_state("draft", "submitted")
        self._write_flow({"state": "cancelled"})


class AftersalesPointCountLine(models.Model):
    """What was counted of one part, or of one serial."""

    _name = "aftersales.point.count.line"
    _description = "Line of a Stock Count"
    _inherit = ["aftersales.scope.mixin"]
    _order = "count_id, product_id, id"
    _check_company_auto = True

    count_id = fields.Many2one(
        "aftersales.point.count", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="count_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="count_id.service_point_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product",
        "Part",
        required=True,
        index=True,
        check_company=True,
        domain="[('is_storable', '=', True)]",
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Serial Number",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity_system = fields.Float(
        "In the System", digits="Product Unit", readonly=True
    )
    quantity_counted = fields.Float("Counted", digits="Product Unit")
    difference = fields.Float(
        compute="_compute_difference", store=True, digits="Product Unit"
    )
    reason = fields.Char()

    _SCOPE_FIELDS = frozenset(("count_id",))
    _GIVEN_FIELDS = frozenset(("quantity_system",))

    _counted_positive = models.Constraint(
        "CHECK (quantity_counted >= 0)", "A counted quantity cannot be negative."
    )
    _part_uniq = models.UniqueIndex(
        "(count_id, product_id, COALESCE(lot_id, 0))",
        "This part is on the sheet already.",
    )

    @api.depends("quantity_counted", "quantity_system")
    def _compute_difference(self):
        for line in self:
            line.difference = line.quantity_counted - line.quantity_system

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            given = self._GIVEN_FIELDS
            vals_list = [
                {name: value for name, value in vals.items() if name not in given}
                for vals in vals_list
            ]
        lines = super().create(vals_list)
        lines._check_open()
        return lines

    def write(self, vals):
        if not self.env.su:
            self._check_open()
            vals = {k: v for k, v in vals.items() if k not in self._GIVEN_FIELDS}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self._check_open()

    def _check_open(self):
        """Refuse changes of a sheet that was handed in.

        :raise UserError: naming the count
        """
        fixed = self.count_id.filtered(lambda c: c.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "%(count)s was handed in. Have it given back to count again.",
                    count=fixed.name,
                )
            )

    def _has_difference(self):
        """Whether the count differs from the system, in the part's unit."""
        self.ensure_one()
        return not self.product_id.sudo().uom_id.is_zero(self.difference)

    def _take_system_figures(self):
        """What the stock says at this moment."""
        places = self.service_point_id.sudo().location_id
        rows = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                Domain("location_id", "child_of", places.ids)
                & Domain("product_id", "in", self.product_id.ids),
                ["product_id", "lot_id"],
                ["quantity:sum"],
            )
        )
        found = {(product.id, lot.id): quantity for product, lot, quantity in rows}
        for line in self.sudo():
            line.quantity_system = found.get((line.product_id.id, line.lot_id.id), 0.0)

    def _post(self):
        """Correct the stock of the points by the differences counted."""
        # The stock is corrected by the approval, not by the approver's own right.
        moves_sudo = (
            self.env["stock.move"]
            .sudo()
            .with_context(aftersales_flow=FLOW, inventory_name=False)
            .create([line._prepare_move_vals() for line in self])
        )
        moves_sudo._action_done()

    def _prepare_move_vals(self):
        """Values of the correction of one line; extension point."""
        self.ensure_one()
        place = self.service_point_id.sudo().location_id
        product = self.product_id.sudo().with_company(self.company_id)
        lost = product.property_stock_inventory
        source, target = (lost, place) if self.difference > 0 else (place, lost)
        common = {
            "product_id": product.id,
            "company_id": self.company_id.id,
            "location_id": source.id,
            "location_dest_id": target.id,
        }
        quantity = abs(self.difference)
        line = {**common, "quantity": quantity, "product_uom_id": product.uom_id.id}
        return {
            **common,
            "product_uom": product.uom_id.id,
            "product_uom_qty": quantity,
            "is_inventory": True,
            "inventory_name": f"{self.count_id.name}: {self.reason}",
            "origin": self.count_id.name,
            "picked": True,
            "move_line_ids": [Command.create({**line, "lot_id": self.lot_id.id})],
        }


class AftersalesApproval(models.Model):
    """Stock counts are decided like everything else."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("count", "Stock Count")], ondelete={"count": "cascade"}
    )
