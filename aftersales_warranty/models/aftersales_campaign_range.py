from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import serial_range as kernel


class AftersalesCampaignRange(models.Model):
    """Which units are affected: from one serial or lot number to another."""

    _name = "aftersales.campaign.range"
    _description = "Range of a Recall"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "campaign_id, id"
    _rec_name = "serial_from"
    _check_company_auto = True

    campaign_id = fields.Many2one(
        "aftersales.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        check_company=True,
        help="Empty: all affected products of the campaign.",
    )
    basis = fields.Selection(
        [
            ("serial", "Serial Numbers"),
            ("batch", "Production Batches"),
            ("lot", "Lots of Goods without Serials"),
        ],
        "Range of",
        required=True,
        default="serial",
    )
    serial_from = fields.Char("First Number", required=True)
    serial_to = fields.Char("Last Number", help="Empty: this one number only.")
    factory_from = fields.Date("Left the Factory from")
    factory_to = fields.Date("Left the Factory until")
    note = fields.Char()
    # The job notes how far it came, so that the next run goes on there.
    date_resolved = fields.Date("Searched on", readonly=True, copy=False)
    resolved_unit = fields.Integer(readonly=True, copy=False)
    resolved_lot = fields.Integer(readonly=True, copy=False)

    _factory_order = models.Constraint(
        "CHECK (factory_from IS NULL OR factory_to IS NULL "
        "OR factory_to >= factory_from)",
        "The days on which the units left the factory are in the wrong order.",
    )

    _FLOW_FIELDS = frozenset(("date_resolved", "resolved_unit", "resolved_lot"))
    _SCOPE_FIELDS = frozenset(("campaign_id",))

    @api.depends("serial_from", "serial_to")
    def _compute_display_name(self):
        for item in self:
            ends = (item.serial_from or "", item.serial_to or "")
            item.display_name = " – ".join(filter(None, ends))

    @api.constrains("serial_from", "serial_to")
    def _check_range(self):
        for item in self:
            item._get_range()

    @api.constrains("product_id", "campaign_id")
    def _check_product(self):
        for item in self:
            if not item._get_products():
                raise ValidationError(
                    self.env._(
                        "Range %(range)s: name the product, or the affected products "
                        "of the campaign.",
                        range=item.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A campaign that is over takes no more ranges."""
        ranges = super().create(vals_list)
        ranges._check_campaign("draft", "running")
        return ranges

    def write(self, vals):
        """Ranges whose units were searched stay as they are."""
        if not self._is_flow():
            self._check_campaign("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_searched(self):
        self._check_campaign("draft", "cancelled")

    def _check_campaign(self, *states):
        """Refuse a change that the state of the campaign does not allow.

        :raise UserError: naming range and campaign
        """
        wrong = self.filtered(lambda item: item.campaign_id.state not in states)[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "Range %(range)s of %(campaign)s was searched already and stays. "
                    "Add another range, or a new campaign.",
                    range=wrong.display_name,
                    campaign=wrong.campaign_id.name,
                )
            )

    def _get_products(self):
        """Products that the range is about."""
        self.ensure_one()
        return self.product_id or self.campaign_id.product_ids

    def _get_range(self):
        """The range as the kernel reads it.

        :raise ValidationError: the two numbers make no range
        """
        self.ensure_one()
        try:
            return kernel.parse(self.serial_from, self.serial_to)
        except kernel.RangeError as error:
            raise ValidationError(self._get_range_error(error.code)) from error

    def _get_range_error(self, code):
        """What is wrong with the two numbers, and the way out."""
        values = {"first": self.serial_from or "", "last": self.serial_to or ""}
        if code == "order":
            return self.env._(
                "“%(last)s” comes before “%(first)s”. Exchange the two numbers.",
                **values,
            )
        if code == "shape":
            return self.env._(
                "“%(first)s” and “%(last)s” are no numbers of one series: they must "
                "begin alike, be of the same length and end in digits. Split the "
                "range, or load a list of serials.",
                **values,
            )
        return self.env._("“%(first)s” is no serial number.", **values)

    # -- searching ---------------------------------------------------------------

    def _find_units(self, limit):
        """Next registered units of the range.

        :return: the units looked at, and those among them that are affected
        """
        self.ensure_one()
        found = self._get_range()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("product_id", "in", self._get_products().ids)
            & Domain("id", ">", self.resolved_unit)
        )
        if self.basis == "batch":
            domain &= Domain("batch", "!=", False)
        else:
            domain &= Domain("serial_key", "=like", f"{found.stem}%")
        if self.factory_from:
            domain &= Domain("date_factory", ">=", self.factory_from)
        if self.factory_to:
            domain &= Domain("date_factory", "<=", self.factory_to)
        Unit = self.env["aftersales.registration"].with_context(active_test=False)
        units = Unit.search(domain, limit=limit, order="id")
        name = "batch" if self.basis == "batch" else "serial"
        return units, units.filtered(lambda u: found.contains(u[name]))

    def _find_lots(self, limit):
        """Next lots of the range, whether or not they were sold.

        :return: the lots looked at, and those among them that are affected
        """
        self.ensure_one()
        # Who runs a campaign need not read the stock.
        Lot_sudo = self.env["stock.lot"].sudo()
        if self.factory_from or self.factory_to:
            # The day on which goods in stock left the factory is not known.
            return Lot_sudo, Lot_sudo
        found = self._get_range()
        tracking = "lot" if self.basis == "lot" else "serial"
        name = "aftersales_batch" if self.basis == "batch" else "name"
        lots = Lot_sudo.search(
            Domain("product_id", "in", self._get_products().ids)
            & Domain(name, "!=", False)
            & Domain("product_id.tracking", "=", tracking)
            & Domain("company_id", "in", (self.company_id.id, False))
            & Domain("id", ">", self.resolved_lot),
            limit=limit,
            order="id",
        )
        return lots, lots.filtered(lambda lot: found.contains(lot[name]))
