from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aftersales_old_part = fields.Selection(
        [
            ("none", "Nothing Due"),
            ("return", "Return to the Company"),
            ("scrap", "Scrap on Site"),
        ],
        "Old Part",
        default="none",
        help="What becomes of the old part when this one replaces it under warranty.",
    )
    aftersales_is_main_part = fields.Boolean(
        "Main Part",
        help="A main part in the sense of the law: the longer legal period of main "
        "parts counts for it.",
    )
    aftersales_registration_count = fields.Integer(
        compute="_compute_aftersales_registration_count",
        groups="aftersales_network.group_user",
    )

    def _compute_aftersales_registration_count(self):
        groups = self.env["aftersales.registration"]._read_group(
            [("product_id.product_tmpl_id", "in", self.ids)],
            ["product_id"],
            ["__count"],
        )
        counts = {}
        for product, count in groups:
            template = product.product_tmpl_id
            counts[template] = counts.get(template, 0) + count
        for template in self:
            template.aftersales_registration_count = counts.get(template._origin, 0)

    def action_view_aftersales_registrations(self):
        """Open the registered units of the product."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Registered Units"),
            "res_model": "aftersales.registration",
            "view_mode": "list,form",
            "domain": [("product_id.product_tmpl_id", "in", self.ids)],
        }
