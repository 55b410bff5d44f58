import base64

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_part_return_flow import WAREHOUSE

#: States of an old part that came back.
BACK_STATES = ("received", "inspected", "done")


class AftersalesPartShipment(models.Model):
    """A box of old parts on its way from a point to the warehouse."""

    _name = "aftersales.part.shipment"
    _description = "Shipment of Old Parts"
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
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    warehouse_id = fields.Many2one(related="service_point_id.warehouse_id")
    part_ids = fields.One2many(
        "aftersales.part.return", "shipment_id", "Old Parts", readonly=True
    )
    part_count = fields.Integer(compute="_compute_part_count")
    carrier = fields.Char()
    tracking_number = fields.Char()
    date_shipped = fields.Date("Shipped on", readonly=True, copy=False)
    shipped_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_received = fields.Date("Received on", readonly=True, copy=False)
    received_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    extra_note = fields.Text(
        "Not Expected",
        readonly=True,
        copy=False,
        help="What was in the box without being on the packing list.",
    )
    state = fields.Selection(
        [
            ("draft", "Packing"),
            ("shipped", "Shipped"),
            ("received", "Received"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'",
        "The number of a shipment must be unique.",
    )

    _FLOW_FIELDS = frozenset(
        (
            *("name", "state", "date_shipped", "shipped_by_id", "date_received"),
            *("received_by_id", "extra_note"),
        )
    )
    _FIXED_FIELDS = frozenset(("service_point_id",))

    @api.depends("part_ids")
    def _compute_part_count(self):
        counts = dict(
            self.env["aftersales.part.return"]._read_group(
                Domain("shipment_id", "in", self.ids), ["shipment_id"], ["__count"]
            )
        )
        for shipment in self:
            shipment.part_count = counts.get(shipment._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        shipments = super().create(vals_list)
        self.env["ir.sequence"]._aftersales_number(shipments)
        return shipments

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        kept = self.filtered(lambda s: s.state not in ("draft", "cancelled"))[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(shipment)s was sent and cannot be deleted.", shipment=kept.name
                )
            )

    def _pack(self, parts):
        """Put owed parts of the point into the box.

        :raise UserError: a part of another point, one that is not owed, or that
            is not to be sent back
        """
        self.ensure_one()
        self._check_flow_state("draft")
        parts._lock()
        parts._check_flow_state("owed")
        for part in parts:
            if part.service_point_id != self.service_point_id:
                raise UserError(
                    self.env._(
                        "%(part)s is owed by %(point)s and belongs into its own box.",
                        part=part.display_name,
                        point=part.service_point_id.display_name,
                    )
                )
            if part.duty != "return":
                raise UserError(
                    self.env._(
                        "%(part)s is not to be sent back. Hold or scrap it at the "
                        "point.",
                        part=part.display_name,
                    )
                )
        parts._write_flow({"state": "packed", "shipment_id": self.id})

    def _unpack(self, parts):
        """Take parts out of the box again."""
        self._check_flow_state("draft")
        packed = parts & self.part_ids
        packed._lock()
        packed._check_flow_state("packed")
        packed._write_flow({"state": "owed", "shipment_id": False})

    def action_ship(self):
        """Send the boxes.

        :raise UserError: an empty box, or without carrier
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for shipment in self:
            if not shipment.part_ids:
                raise UserError(
                    self.env._(
                        "%(shipment)s is empty. Pack the parts into it first.",
                        shipment=shipment.name,
                    )
                )
            if not (shipment.carrier or "").strip():
                raise UserError(
                    self.env._(
                        "%(shipment)s: who carries it? Enter the carrier, or “own "
                        "delivery”.",
                        shipment=shipment.name,
                    )
                )
        self.part_ids._lock()
        self.part_ids._check_flow_state("packed")
        self.part_ids._write_flow({"state": "shipped"})
        self._write_flow(
            {
                "state": "shipped",
                "date_shipped": self.env.company._get_aftersales_today(),
                "shipped_by_id": self.env.uid,
            }
        )

    def action_cancel(self):
        """Give up boxes that were not sent; their parts are owed as before."""
        self.check_access("write")
        self._check_flow_state("draft")
        self.part_ids._lock()
        self.part_ids._write_flow({"state": "owed", "shipment_id": False})
        self._write_flow({"state": "cancelled"})

    @api.model
    def _get_barcode_image(self, text):
        """Code 128 as the address of an SVG image, for labels.

        Drawn as lines, which needs no graphics library on the server.
        """
        drawing = createBarcodeDrawing(
            "Code128", value=text, barHeight=40, barWidth=1.2, humanReadable=False
        )
        svg = renderSVG.drawToString(drawing)
        return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"

    def action_receive(self):
        """Open the screen on which the warehouse scans the parts of the box.

        :raise AccessError: not the warehouse
        """
        self.ensure_one()
        self.part_ids._check_role(WAREHOUSE)
        self._check_flow_state("shipped")
        receipt = self.env["aftersales.part.receipt"]._open(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive %(shipment)s", shipment=self.name),
            "res_model": receipt._name,
            "res_id": receipt.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _receive(self, rows, extra=None):
        """Take the box in: what is there, what is missing and what is extra.

        :param rows: ``{part_id: {"quantity", "result", "serial", "product_id"}}``;
            parts that are not named, or with quantity 0, are missing
        :param extra: text about what was not expected
        :raise AccessError: not the warehouse
        :raise UserError: received already, or by somebody else at this moment
        """
        self.ensure_one()
        self.part_ids._check_role(WAREHOUSE)
        parts = self.part_ids
        parts._lock()
        self.invalidate_recordset(["state"])
        self._check_flow_state("shipped")
        parts._check_flow_state("shipped")
        came = parts.browse()
        for part in parts:
            row = rows.get(part.id) or {}
            came |= part._receive(row.get("quantity") or 0.0, row)
        came._move_in()
        self._write_flow(
            {
                "state": "received",
                "date_received": self.env.company._get_aftersales_today(),
                "received_by_id": self.env.uid,
                "extra_note": extra,
            }
        )
        self._tell_missing(parts - came)

    def _tell_missing(self, missing):
        """Note on the shipment what did not arrive."""
        if missing or self.extra_note:
            names = ", ".join(missing.mapped("name")) or "–"
            self.message_post(
                body=self.env._(
                    "Missing: %(missing)s. Not expected: %(extra)s.",
                    missing=names,
                    extra=self.extra_note or "–",
                )
            )


class AftersalesPartReturn(models.Model):
    _inherit = "aftersales.part.return"

    shipment_id = fields.Many2one(
        "aftersales.part.shipment",
        index="btree_not_null",
        check_company=True,
        readonly=True,
    )
    date_shipped = fields.Date(
        related="shipment_id.date_shipped", store=True, string="Shipped on"
    )

    is_in_time = fields.Boolean(
        "Sent in Time",
        compute="_compute_is_in_time",
        store=True,
        help="Arrived, and was sent by the due date.",
    )

    _FLOW_FIELDS = frozenset(("shipment_id",))

    @api.depends("state", "date_due", "date_shipped")
    def _compute_is_in_time(self):
        for part in self:
            sent, back = part.date_shipped, part.state in BACK_STATES
            part.is_in_time = bool(back and sent and sent <= part.date_due)

    def action_pack(self):
        """Put the chosen parts into one new box and open it.

        :raise UserError: parts of several points, or not owed
        """
        points = self.service_point_id
        if len(points) != 1:
            raise UserError(
                self.env._("One box holds the parts of one point. Choose those.")
            )
        self.check_access("write")
        shipment = self.env["aftersales.part.shipment"].create(
            {"service_point_id": points.id}
        )
        shipment._pack(self)
        return shipment._get_records_action()

    def _receive(self, quantity, row):
        """Take one part of a box in.

        Pieces that did not arrive are owed as before: the part itself, or a
        second record for the rest.

        :param quantity: pieces that arrived
        :return: the part where something arrived
        """
        self.ensure_one()
        compare = self.product_id.sudo().uom_id.compare
        if compare(quantity, 0) < 0 or compare(quantity, self.quantity) > 0:
            raise UserError(
                self.env._(
                    "%(part)s: receive between 0 and %(quantity)g. Note what is too "
                    "much as not expected.",
                    part=self.display_name,
                    quantity=self.quantity,
                )
            )
        if not compare(quantity, 0):
            self._write_flow(
                {"state": "owed", "receipt_result": "missing", "shipment_id": False}
            )
            return self.browse()
        if compare(quantity, self.quantity) < 0:
            self._split_rest(self.quantity - quantity)
        self._write_flow(
            {
                "state": "received",
                "quantity": quantity,
                "quantity_received": quantity,
                "receipt_result": row.get("result") or "right",
                "product_received_id": row.get("product_id"),
                "serial_received": row.get("serial"),
                "date_received": self.env.company._get_aftersales_today(),
                "received_by_id": self.env.uid,
            }
        )
        return self

    def _split_rest(self, quantity):
        """Pieces that did not arrive become a part of their own, still owed."""
        self.ensure_one()
        vals = {
            "service_point_id": self.service_point_id.id,
            "order_id": self.order_id.id,
            "order_line_id": self.order_line_id.id,
            "repair_id": self.repair_id.id,
            "claim_line_id": self.claim_line_id.id,
            "product_id": self.product_id.id,
            "quantity": quantity,
            "duty": self.duty,
            "date_due": self.date_due,
            "origin_id": self.id,
            "receipt_result": "missing",
        }
        self.env["ir.sequence"]._aftersales_fill_numbers([vals], self._name)
        # The rest of a duty is no new duty that anybody could make.
        return self.sudo().create(vals)
