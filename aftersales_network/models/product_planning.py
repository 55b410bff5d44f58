from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    aftersales_design_failure_rate = fields.Float(
        "Design Failure Rate",
        digits=(12, 6),
        company_dependent=True,
        help="Failures per unit and year that the design promises; applies to the "
        "products of the category that carry no rate of their own. 0: none.",
    )

    def _get_aftersales_design_rates(self):
        """Design rate of each category or of the nearest one above it.

        :return: ``{category_id: rate}``; 0.0 where none is given
        """
        chains = {
            category.id: [int(x) for x in category.parent_path.split("/") if x][::-1]
            for category in self
        }
        above = self.browse({x for chain in chains.values() for x in chain})
        own = {c.id: c.aftersales_design_failure_rate for c in above}
        return {
            key: next((own[x] for x in chain if own[x]), 0.0)
            for key, chain in chains.items()
        }


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aftersales_is_unit = fields.Boolean(
        "Counts as Unit in Use",
        default=True,
        help="Deliveries of the product make up the installed base. Take it off "
        "spare parts and consumables.",
    )
    aftersales_design_failure_rate = fields.Float(
        "Design Failure Rate",
        digits=(12, 6),
        company_dependent=True,
        help="Failures per unit and year that the design promises; used while the "
        "company's own repairs are too few. 0: that of the category.",
    )

    def _get_aftersales_design_rates(self):
        """Design rate per template, from the product or else its category.

        :return: ``{template_id: rate}``; 0.0 where none is given
        """
        by_category = self.categ_id._get_aftersales_design_rates()
        return {
            template.id: template.aftersales_design_failure_rate
            or by_category.get(template.categ_id.id, 0.0)
            for template in self
        }
