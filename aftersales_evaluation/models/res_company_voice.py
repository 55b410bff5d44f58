from odoo import api, fields, models


class ResCompany(models.Model):
    """Settings of the customers' voice."""

    _inherit = "res.company"

    aftersales_card_days = fields.Integer(
        "Evaluation Card Valid for Days",
        default=30,
        required=True,
        help="Calendar days in which the customer can rate a finished job.",
    )
    aftersales_card_mail = fields.Boolean(
        "Mail Evaluation Cards",
        help="Customers with an e-mail address get the card when the job is finished.",
    )

    _aftersales_card_days_positive = models.Constraint(
        "CHECK (aftersales_card_days >= 1)",
        "An evaluation card is valid for at least one day.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A new company calls its customers back from the first day."""
        companies = super().create(vals_list)
        self.env["aftersales.callback.rule"]._ensure_for(companies)
        return companies


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_card_days = fields.Integer(
        related="company_id.aftersales_card_days", readonly=False
    )
    aftersales_card_mail = fields.Boolean(
        related="company_id.aftersales_card_mail", readonly=False
    )
