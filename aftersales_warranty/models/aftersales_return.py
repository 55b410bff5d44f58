from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesReturn(models.Model):
    """Goods that come back from a customer, from the request to the end.

    One document for a return, an exchange or a repair intake, over one or
    several deliveries.  What the holder may ask for is decided per line by the
    entitlement rules; the warehouse receives, inspects and disposes per line.
    """

    _name = "aftersales.return"
    _description = "Customer Return"
    _inherit = [
        "aftersales.flow.mixin",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_request desc, id desc"
    _check_company_auto = True

    name = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        check_company=True,
        help="The point that took the goods in; empty: the company itself.",
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    date_request = fields.Date(
        "Requested on", required=True, default=fields.Date.context_today
    )
    note = fields.Text()
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Expected"),
            ("received", "Received"),
            ("inspected", "Inspected"),
            ("done", "Done"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("aftersales.return.line", "return_id", copy=True)

    #: Line states in the order of the work.
    _LINE_STATES = ("expected", "received", "inspected", "disposed")

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        Warehouse = self.env["stock.warehouse"]
        found = {
            company: Warehouse.search([("company_id", "=", company.id)], limit=1)
            for company in self.company_id
        }
        for document in self:
            kept = document.warehouse_id
            if kept.company_id != document.company_id:
                kept = found.get(document.company_id, Warehouse)
            document.warehouse_id = kept

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = self.env["res.company"].browse(vals.get("company_id"))
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company or self.env.company)
                    .next_by_code("aftersales.return")
                )
        return super().create(vals_list)

    # -- steps -----------------------------------------------------------------

    def action_confirm(self):
        """Check drafts and expect their goods.

        :raise UserError: nothing to return, or goods that may not come back
        """
        self._check_flow_state("draft")
        self._check_returnable()
        self._write_flow({"state": "confirmed"})
        self._create_receipts()

    def _check_returnable(self):
        """Refuse goods that this customer cannot return; extension point.

        :raise UserError: naming the goods, the rule and the way out
        """
        for document in self:
            if not document.line_ids:
                raise UserError(
                    self.env._(
                        "%(document)s has no lines. Add what comes back.",
                        document=document.name,
                    )
                )

    def _create_receipts(self):
        """Make the incoming transfers of confirmed documents; extension point."""

    def _update_state(self):
        """Derive the state of running documents from their lines.

        The slowest line that is still expected to end decides; a document is done
        when every line is disposed of and the customer got what was promised.
        """
        targets = {}
        for document in self:
            target = document._get_state_of_lines()
            if target != document.state:
                targets[target] = targets.get(target, self.browse()) | document
        for target, documents in targets.items():
            documents._write_flow({"state": target})

    def _get_state_of_lines(self):
        """State that the lines of the document stand for."""
        self.ensure_one()
        if self.state in ("draft", "refused", "cancelled"):
            return self.state
        live = self.line_ids.filtered(
            lambda line: line.state not in ("missing", "cancelled")
        )
        if not live:
            return "cancelled"
        slowest = min(live.mapped("state"), key=self._LINE_STATES.index)
        if slowest == "expected":
            return "confirmed"
        if slowest != "disposed":
            return slowest
        settled = all(line._is_settled() for line in live)
        return "done" if settled else "inspected"
