from odoo import api, fields, models
from odoo.exceptions import UserError

from .repair_order import MONEY_GROUPS


class RepairOrder(models.Model):
    """Cover per line decides each price of a bound repair.

    Odoo's own tick "Under Warranty" zeroes all prices at once; for bound repairs it
    only tells whether the unit as a whole is in cover.
    """

    _inherit = "repair.order"

    aftersales_charge_ids = fields.One2many(
        "aftersales.repair.line", "repair_id", "Charges"
    )
    aftersales_currency_id = fields.Many2one(
        "res.currency",
        "Currency of Charges",
        compute="_compute_aftersales_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    aftersales_amount_total = fields.Monetary(
        "Charges in All",
        compute="_compute_aftersales_amounts",
        store=True,
        currency_field="aftersales_currency_id",
        groups=MONEY_GROUPS,
    )
    aftersales_amount_warranty = fields.Monetary(
        "Borne by Warranty",
        compute="_compute_aftersales_amounts",
        store=True,
        currency_field="aftersales_currency_id",
        groups=MONEY_GROUPS,
    )
    aftersales_amount_customer = fields.Monetary(
        "Charged to the Customer",
        compute="_compute_aftersales_amounts",
        store=True,
        currency_field="aftersales_currency_id",
        groups=MONEY_GROUPS,
    )
    aftersales_cover_note = fields.Char(
        "Cover", compute="_compute_aftersales_cover_note"
    )
    under_warranty = fields.Boolean(
        compute="_compute_under_warranty",
        store=True,
        readonly=False,
        help="Registered unit: whether its policy covers it; the cover of each charge "
        "decides about its price. Other goods: if ticked, all parts are free.",
    )

    @api.depends("company_id", "aftersales_order_id.currency_id")
    def _compute_aftersales_currency_id(self):
        for repair in self:
            repair.aftersales_currency_id = (
                repair.aftersales_order_id.currency_id
                or repair.aftersales_currency_id
                or repair.company_id.currency_id
            )

    @api.depends(
        "aftersales_charge_ids.amount",
        "aftersales_charge_ids.amount_warranty",
        "aftersales_charge_ids.amount_customer",
    )
    def _compute_aftersales_amounts(self):
        for repair in self:
            lines = repair.aftersales_charge_ids
            repair.aftersales_amount_total = sum(lines.mapped("amount"))
            repair.aftersales_amount_warranty = sum(lines.mapped("amount_warranty"))
            repair.aftersales_amount_customer = sum(lines.mapped("amount_customer"))

    @api.depends("aftersales_registration_id", "aftersales_date_request")
    def _compute_under_warranty(self):
        covers = self._get_aftersales_covers()
        for repair in self:
            if repair.aftersales_registration_id:
                repair.under_warranty = bool(covers[repair]["share"])
            else:
                repair.under_warranty = repair.under_warranty

    @api.depends("aftersales_registration_id", "aftersales_date_request")
    def _compute_aftersales_cover_note(self):
        covers = self._get_aftersales_covers()
        for repair in self:
            repair.aftersales_cover_note = covers.get(repair, {}).get("reason")

    def _get_aftersales_covers(self):
        """Cover of the whole units on the day of the request.

        :return: ``{repair: dict}``, see ``_get_cover_batch`` of the unit
        """
        result = {}
        bound = self.filtered("aftersales_registration_id")
        for day, repairs in bound.grouped(lambda r: r._get_cover_day()).items():
            # The bench knows whether a unit is in cover, whoever may read it.
            units_sudo = repairs.aftersales_registration_id._origin.sudo()
            covers = units_sudo._get_cover_batch(day)
            for repair in repairs:
                result[repair] = covers[repair.aftersales_registration_id._origin.id]
        return result

    def _get_cover_day(self):
        """Day that decides about the cover."""
        self.ensure_one()
        return self.aftersales_date_request or self._get_aftersales_today()

    @api.model_create_multi
    def create(self, vals_list):
        repairs = super().create(vals_list)
        # A tick given along does not outweigh the policy of a bound unit.
        ticked = repairs.filtered("aftersales_registration_id")
        self.env.add_to_compute(self._fields["under_warranty"], ticked)
        return repairs

    def write(self, vals):
        if "under_warranty" in vals:
            self._check_aftersales_tick(vals["under_warranty"])
        if vals.get("state") == "done":
            # What is decided by now stays decided.
            self.aftersales_charge_ids.flush_recordset()
        res = super().write(vals)
        if {"partner_id", "aftersales_registration_id"} & set(vals):
            self.move_ids._aftersales_sync_charges()
        return res

    def _check_aftersales_tick(self, value):
        """No tick decides about the prices of a bound repair.

        :raise UserError: naming the repair and what decides instead
        """
        wrong = self.filtered(
            lambda r: r.aftersales_registration_id and bool(value) != r.under_warranty
        )[:1]
        # The computation writes through the cache and never comes here.
        if wrong:
            raise UserError(
                self.env._(
                    "%(repair)s: the policy of %(unit)s decides about the cover of "
                    "each line. Correct the unit or its policy instead of ticking the "
                    "whole repair.",
                    repair=wrong.name,
                    unit=wrong.aftersales_registration_id.display_name,
                )
            )

    def action_create_sale_order(self):
        """Put the work on the quotation as well as the parts."""
        action = super().action_create_sale_order()
        self._refresh_aftersales_quotation()
        return action

    def _refresh_aftersales_quotation(self):
        """Bring the quotations of bound repairs up to date."""
        bound = self.filtered("aftersales_is_bound")
        charges_sudo = bound.sudo().aftersales_charge_ids
        charges_sudo._create_sale_lines()
        charges_sudo._update_sale_lines()

    def _update_sale_order_line_price(self):
        """The tick decides about repairs only that belong to no unit."""
        bound = self.filtered("aftersales_is_bound")
        bound._refresh_aftersales_quotation()
        return super(RepairOrder, self - bound)._update_sale_order_line_price()

    def action_aftersales_add_diagnosis(self):
        """Add the fee for the diagnosis, once."""
        self.check_access("write")
        missing = self.filtered(
            lambda r: (
                r.aftersales_is_bound
                and "inspection" not in r.aftersales_charge_ids.mapped("kind")
            )
        )
        self.env["aftersales.repair.line"].create(
            [{"repair_id": repair.id, "kind": "inspection"} for repair in missing]
        )
