from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_renewal_days = fields.Integer(
        "Renewal Reminder (Days)",
        default=60,
        help="Days before the end of an agreement on which its renewal is asked for.",
    )

    _aftersales_renewal_days_positive = models.Constraint(
        "CHECK (aftersales_renewal_days >= 0)",
        "The renewal reminder cannot be negative.",
    )

    def _get_renewal_horizon(self):
        """Last day that counts as ending soon."""
        self.ensure_one()
        return fields.Date.add(
            self._get_aftersales_today(), days=self.aftersales_renewal_days
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_renewal_days = fields.Integer(
        related="company_id.aftersales_renewal_days", readonly=False
    )
