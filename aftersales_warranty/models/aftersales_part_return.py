from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: States in which an old part is still to come.
OPEN_STATES = ("owed", "packed", "shipped", "received")
#: States in which the point has not sent it yet.
OWED_STATES = ("owed", "packed")


class AftersalesPartReturn(models.Model):
    """An old part that a point owes: to send back, to hold or to scrap.

    Made by the order or repair whose covered line replaced the part.  Quantities
    are in the unit of measure of the product.
    """

    _name = "aftersales.part.return"
    _description = "Old Part"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_due, id"
    _rec_names_search = ["name", "serial"]
    _check_company_auto = True

    name = fields.Char("Label", readonly=True, copy=False, default="/", index="trigram")
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        readonly=True,
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
        readonly=True,
    )
    order_line_id = fields.Many2one(
        "aftersales.service.order.line", index="btree_not_null", readonly=True
    )
    repair_id = fields.Many2one(
        "repair.order",
        index="btree_not_null",
        check_company=True,
        readonly=True,
    )
    claim_line_id = fields.Many2one(
        "aftersales.claim.line", index="btree_not_null", readonly=True
    )
    product_id = fields.Many2one(
        "product.product",
        "Part",
        required=True,
        index=True,
        check_company=True,
        readonly=True,
    )
    lot_id = fields.Many2one(
        "stock.lot", index="btree_not_null", check_company=True, readonly=True
    )
    serial = fields.Char("Old Part Serial", index="btree_not_null", readonly=True)
    quantity = fields.Float(
        digits="Product Unit", default=1.0, required=True, readonly=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    fault_note = fields.Text("Fault", compute="_compute_fault_note")
    duty = fields.Selection(
        [
            ("return", "Send Back"),
            ("hold", "Hold at the Point"),
            ("scrap", "Scrap on Site"),
        ],
        required=True,
        readonly=True,
        tracking=True,
        default="return",
    )
    date_due = fields.Date("Due on", required=True, index=True, readonly=True)
    state = fields.Selection(
        [
            ("owed", "Owed"),
            ("packed", "Packed"),
            ("shipped", "Shipped"),
            ("received", "Received"),
            ("inspected", "Inspected"),
            ("done", "Done"),
            ("waived", "Waived"),
            ("cancelled", "Cancelled"),
        ],
        default="owed",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    is_overdue = fields.Boolean(
        compute="_compute_is_overdue", search="_search_is_overdue"
    )

    # One order line makes one duty; two transactions cannot both make it.
    _order_line_uniq = models.UniqueIndex(
        "(order_line_id) WHERE order_line_id IS NOT NULL AND state != 'cancelled'",
        "The old part of this order line is listed already.",
    )
    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of an old part must be above zero."
    )
    _owed_idx = models.Index(
        "(service_point_id, date_due) WHERE state IN ('owed', 'packed')"
    )

    _FLOW_FIELDS = frozenset(
        (
            "name",
            "service_point_id",
            "order_id",
            "order_line_id",
            "repair_id",
            "claim_line_id",
            "product_id",
            "lot_id",
            "serial",
            "quantity",
            "duty",
            "date_due",
            "state",
        )
    )

    @api.depends("order_id.cause", "order_id.complaint")
    def _compute_fault_note(self):
        for part in self:
            # The label names the fault to people who do not read the order.
            order_sudo = part.order_id.sudo()
            part.fault_note = order_sudo.cause or order_sudo.complaint

    @api.depends("state", "date_due")
    def _compute_is_overdue(self):
        today = self.env.company._get_aftersales_today()
        for part in self:
            due = part.date_due
            part.is_overdue = bool(part.state in OWED_STATES and due and due < today)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        return self._get_owed_domain() & Domain("date_due", "<", today)

    @api.depends("name", "product_id")
    def _compute_display_name(self):
        for part in self:
            # A point reads the names of parts it returns, not the whole catalogue.
            part.display_name = f"{part.name} {part.product_id.sudo().display_name}"

    @api.model
    def _get_owed_domain(self):
        """Old parts that the point has not sent or disposed of."""
        return Domain("state", "in", OWED_STATES)

    @api.model
    def _get_open_domain(self):
        """Old parts that were not inspected yet."""
        return Domain("state", "in", OPEN_STATES)

    @api.model
    def _create_duties(self, vals_list):
        """Make the duties of replaced parts; products without a duty make none.

        :param vals_list: values with ``service_point_id``, ``product_id`` and
            ``quantity``; optional ``order_id``, ``order_line_id``, ``repair_id``,
            ``claim_line_id``, ``lot_id``, ``serial``, ``duty``, ``date_due``.
            Order lines that have a live duty get no second one.
        :return: the new duties
        """
        lines = {vals.get("order_line_id") for vals in vals_list} - {None, False}
        # Whoever finishes a job makes the duty; it is nobody's to write.
        Part_sudo = self.sudo()
        known = Part_sudo.search_fetch(
            Domain("order_line_id", "in", list(lines))
            & Domain("state", "!=", "cancelled"),
            ["order_line_id"],
        ).order_line_id
        prepared = Part_sudo._prepare_duties(
            [v for v in vals_list if v.get("order_line_id") not in known.ids]
        )
        self.env["ir.sequence"]._aftersales_fill_numbers(prepared, self._name)
        return Part_sudo.create(prepared).sudo(self.env.su)

    @api.model
    def _prepare_duties(self, vals_list):
        """Complete values with kind and due date; drop parts without a duty."""
        Product, Point = (
            self.env["product.product"],
            self.env["aftersales.service.point"],
        )
        products = Product.browse([vals["product_id"] for vals in vals_list])
        points = Point.browse([vals["service_point_id"] for vals in vals_list])
        result = []
        for vals, product, point in zip(vals_list, products, points, strict=True):
            duty = vals.get("duty") or product.aftersales_old_part
            if duty in (False, "none"):
                continue
            due = vals.get("date_due") or self._get_due_date(duty, product, point)
            result.append({**vals, "duty": duty, "date_due": due})
        return result

    @api.model
    def _get_due_date(self, duty, product, point):
        """Day until which the point has to act, by product or company."""
        company = point.company_id
        days = product.aftersales_old_part_days or (
            company.aftersales_hold_days
            if duty == "hold"
            else company.aftersales_return_days
        )
        return company._get_aftersales_today() + timedelta(days=days)

    def _cancel_duty(self):
        """The part was not replaced after all."""
        self._write_flow({"state": "cancelled"})
        # The unique index must see it before the line owes another one.
        self.flush_recordset(["state"])
