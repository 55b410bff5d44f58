from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import recovery as kernel
from .aftersales_claim_usage import USAGE_UNITS


class AftersalesSupplierTerm(models.Model):
    """What a supplier promises for parts that fail: dated, for a part or more."""

    _name = "aftersales.supplier.term"
    _description = "Supplier Term"
    _inherit = ["mail.thread"]
    _order = "partner_id, date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char("Contract", help="Number of the contract or annex.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Supplier",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    product_id = fields.Many2one(
        "product.product", "Part", index="btree_not_null", check_company=True
    )
    categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        help="Parts of this category and those below. Without part and category: all "
        "that the supplier supplies.",
    )
    date_from = fields.Date("From", required=True, tracking=True)
    date_to = fields.Date("Until", tracking=True)
    cover_months = fields.Integer(
        "Cover (Months)",
        help="From the day on which the unit was sold or installed. 0: no limit.",
        tracking=True,
    )
    cover_usage = fields.Float(
        "Cover (Usage)",
        help="Kilometres, hours or cycles up to which the supplier answers. 0: no "
        "limit. A claim without a reading in this unit is not compared with it.",
        tracking=True,
    )
    cover_usage_uom = fields.Selection(USAGE_UNITS, "Unit of the Cover", tracking=True)
    share = fields.Float(
        "Borne by the Supplier (%)", digits=(5, 2), default=100.0, tracking=True
    )
    with_labour = fields.Boolean(
        "Labour", help="Labour, inspection and outside work.", tracking=True
    )
    with_travel = fields.Boolean("Travel", tracking=True)
    with_freight = fields.Boolean("Freight", tracking=True)
    with_other_parts = fields.Boolean(
        "Consequential Parts",
        help="Other parts that had to be replaced with the causal one.",
        tracking=True,
    )
    with_other_costs = fields.Boolean("Other Costs", tracking=True)
    is_ship_back = fields.Boolean(
        "Part Goes Back",
        help="The supplier wants the failed part; it is shipped to him first.",
    )
    no_fault_rule = fields.Selection(
        [("none", "Nothing"), ("share", "A Share")],
        "Where No Fault Is Found",
        required=True,
        default="none",
    )
    no_fault_share = fields.Float("Share without Fault (%)", digits=(5, 2))
    answer_days = fields.Integer("Days to Answer", default=30)
    note = fields.Text()

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A term cannot end before it begins.",
    )
    _figures_range = models.Constraint(
        "CHECK (share >= 0 AND share <= 100 AND COALESCE(no_fault_share, 0) >= 0 "
        "AND COALESCE(no_fault_share, 0) <= 100 AND COALESCE(cover_months, 0) >= 0 "
        "AND COALESCE(cover_usage, 0) >= 0 AND COALESCE(answer_days, 0) >= 0)",
        "Shares lie between 0 and 100 %; months, usage and days are not negative.",
    )
    _usage_unit_given = models.Constraint(
        "CHECK (COALESCE(cover_usage, 0) = 0 OR cover_usage_uom IS NOT NULL)",
        "A limit of usage needs its unit: kilometres, hours or cycles.",
    )
    _one_scope = models.Constraint(
        "CHECK (product_id IS NULL OR categ_id IS NULL)",
        "A term is for a part or for a category, not for both.",
    )
    # Two terms for the same parts on the same day contradict each other.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, partner_id WITH =, "
        "(COALESCE(product_id, 0)) WITH =, (COALESCE(categ_id, 0)) WITH =, "
        "(daterange(date_from, date_to, '[]')) WITH &&) WHERE (active)",
        "Another term of this supplier for the same parts is in force in these days.",
    )

    @api.depends("partner_id", "product_id", "categ_id", "name")
    def _compute_display_name(self):
        for term in self:
            scope = term.product_id.display_name or term.categ_id.display_name
            parts = (term.partner_id.display_name, scope, term.name)
            term.display_name = " – ".join(filter(None, parts))

    @api.model
    def get_import_templates(self):
        """Template of the list import."""
        return [
            {
                "label": self.env._("Import Template for Supplier Terms"),
                "template": "/aftersales_warranty/static/csv/supplier_terms.csv",
            }
        ]

    @api.constrains("no_fault_rule", "no_fault_share", "share")
    def _check_no_fault(self):
        for term in self:
            more = Decimal(str(term.no_fault_share or 0)) > Decimal(str(term.share))
            if term.no_fault_rule == "share" and more:
                raise ValidationError(
                    self.env._(
                        "%(term)s: the supplier cannot bear more of a part without "
                        "fault than of a faulty one.",
                        term=term.display_name,
                    )
                )

    def _to_kernel(self):
        """The term as the calculation wants it."""
        self.ensure_one()
        return kernel.Term(
            key=self.id,
            supplier=self.partner_id.commercial_partner_id.id,
            date_from=self.date_from,
            date_to=self.date_to or None,
            product_id=self.product_id.id or None,
            categ_id=self.categ_id.id or None,
            months=self.cover_months,
            usage_limit=Decimal(str(self.cover_usage)) if self.cover_usage else None,
            usage_unit=self.cover_usage_uom or None,
            share=Decimal(str(self.share)),
            labour=self.with_labour,
            travel=self.with_travel,
            freight=self.with_freight,
            other_parts=self.with_other_parts,
            other_costs=self.with_other_costs,
            no_fault=self.no_fault_rule,
            no_fault_share=Decimal(str(self.no_fault_share or 0)),
        )
