from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import claim_authorization as kernel
from ..tools.settlement import to_minor


class AftersalesAuthorizationRule(models.Model):
    """Work that the company wants to consent to before it is done."""

    _name = "aftersales.authorization.rule"
    _description = "Authorisation Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, translate=True, help="Is shown to the point as the reason."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        "From Amount", help="The claim is worth this much or more; 0: any amount."
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Part Category",
        index="btree_not_null",
        help="A part of this category or of one below it is used.",
    )
    product_id = fields.Many2one(
        "product.product",
        "Assembly",
        index="btree_not_null",
        check_company=True,
        help="This very part or assembly is used.",
    )
    is_out_of_cover = fields.Boolean(
        "Outside Cover", help="The policy does not bear the work."
    )

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "The amount of an authorisation rule cannot be negative."
    )
    _names_something = models.Constraint(
        "CHECK (COALESCE(amount, 0) > 0 OR product_categ_id IS NOT NULL "
        "OR product_id IS NOT NULL OR is_out_of_cover IS TRUE)",
        "An authorisation rule names an amount, a category, an assembly or work "
        "outside cover.",
    )

    @api.model
    def _find_required(self, works, currencies):
        """First rule of the company that applies to each work; one query.

        :param works: ``{record: kernel.Work}`` of records with ``company_id``
        :param currencies: ``{record: currency of its amount}``
        :return: ``{record: rule}``; records that need none are missing
        """
        companies = self.env["res.company"].union(*(r.company_id for r in works))
        # Rules bind also those who may not read them.
        rules_sudo = self.sudo().search(Domain("company_id", "in", companies.ids))
        found = {}
        for record, work in works.items():
            mine = rules_sudo.filtered(
                lambda rule, record=record: rule.company_id == record.company_id
            )
            listed = [rule._to_kernel(currencies[record]) for rule in mine]
            chosen = kernel.required(listed, work)
            if chosen:
                found[record] = rules_sudo.browse(chosen.id)
        return found

    def _to_kernel(self, currency):
        """The rule as the kernel wants it, its amount in another currency."""
        self.ensure_one()
        amount = self.amount
        if amount and currency != self.currency_id:
            today = self.company_id._get_aftersales_today()
            amount = self.currency_id._convert(amount, currency, self.company_id, today)
        return kernel.Rule(
            id=self.id,
            amount=to_minor(amount, currency.decimal_places),
            categ_id=self.product_categ_id.id or None,
            product_id=self.product_id.id or None,
            out_of_cover=self.is_out_of_cover,
        )
