from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AftersalesExpertWizard(models.TransientModel):
    """Proposes experts for a product and a fault, best fit first."""

    _name = "aftersales.expert.wizard"
    _description = "Ask an Expert"

    order_id = fields.Many2one("aftersales.service.order", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    product_id = fields.Many2one("product.product")
    product_categ_id = fields.Many2one("product.category", "Category")
    fault_id = fields.Many2one("aftersales.fault")
    area_id = fields.Many2one("aftersales.area", "Region")
    lang_id = fields.Many2one("res.lang", "Language")
    subject = fields.Char(required=True)
    question = fields.Text()
    line_ids = fields.One2many("aftersales.expert.wizard.line", "wizard_id")

    @api.model_create_multi
    def create(self, vals_list):
        """Propose experts right away."""
        wizards = super().create(vals_list)
        wizards._propose()
        return wizards

    def action_propose(self):
        """Propose again, for what is asked now."""
        self._propose()
        return self._reopen()

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask an Expert"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _propose(self):
        """Rank the experts of the company for each dialog."""
        Expert = self.env["aftersales.expert"]
        for wizard in self:
            pool = Expert.search([("company_id", "=", wizard.company_id.id)])
            fits = pool._get_fits(
                product=wizard.product_id,
                category=wizard.product_categ_id,
                fault=wizard.fault_id,
                area=wizard.area_id,
                lang=wizard.lang_id,
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "expert_id": found.key,
                            "score": float(found.score),
                            "reasons": wizard._describe_fit(found),
                        }
                    )
                    for found in fits
                ),
            ]

    def _describe_fit(self, found):
        """Words for the reasons of a fit."""
        labels = {
            "product": self.env._("knows the product"),
            "category": self.env._("knows the category"),
            "fault": self.env._("knows the fault"),
            "area": self.env._("works in the region"),
            "language": self.env._("speaks the language"),
            "rating": self.env._("rating"),
            "load": self.env._("open questions"),
        }
        return ", ".join(
            f"{labels[name]} {float(points):+g}" for name, points in found.reasons
        )


class AftersalesExpertWizardLine(models.TransientModel):
    """One proposed expert."""

    _name = "aftersales.expert.wizard.line"
    _description = "Proposed Expert"
    _order = "score desc, id"

    wizard_id = fields.Many2one(
        "aftersales.expert.wizard", required=True, index=True, ondelete="cascade"
    )
    expert_id = fields.Many2one("aftersales.expert", required=True, readonly=True)
    kind = fields.Selection(related="expert_id.kind")
    availability = fields.Selection(related="expert_id.availability")
    rating_avg = fields.Float(related="expert_id.rating_avg")
    use_count = fields.Integer(related="expert_id.use_count")
    score = fields.Float("Fit", digits=(6, 1), readonly=True)
    reasons = fields.Char(readonly=True)

    def action_ask(self):
        """Put the question to this expert and open it.

        :raise UserError: there is no question yet
        """
        self.ensure_one()
        wizard = self.wizard_id
        if not (wizard.question or "").strip():
            raise UserError(self.env._("Write down what you want to ask first."))
        use = self.env["aftersales.expert.use"].create(
            {
                "expert_id": self.expert_id.id,
                "order_id": wizard.order_id.id,
                "product_id": wizard.product_id.id,
                "fault_id": wizard.fault_id.id,
                "subject": wizard.subject,
                "question": wizard.question,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": use._name,
            "res_id": use.id,
            "view_mode": "form",
        }
