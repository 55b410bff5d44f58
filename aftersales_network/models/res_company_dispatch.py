from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_auto_redispatch = fields.Boolean(
        "Re-dispatch after a Refusal",
        default=True,
        help="An order that a point refuses goes to the next candidate at once.",
    )
    aftersales_accept_hours = fields.Integer(
        "Hours to Accept",
        default=24,
        help="An order that its point has not accepted after so many hours is shown "
        "to the dispatcher; 0: never.",
    )

    _aftersales_accept_hours_positive = models.Constraint(
        "CHECK(aftersales_accept_hours >= 0)",
        "The hours to accept an order cannot be negative.",
    )

    def _get_aftersales_zone(self):
        """Name of the time zone in which the company counts its days."""
        self.ensure_one()
        company_sudo = self.sudo()
        zone = company_sudo.partner_id.tz or company_sudo.resource_calendar_id.tz
        return zone or "UTC"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_auto_redispatch = fields.Boolean(
        related="company_id.aftersales_auto_redispatch", readonly=False
    )
    aftersales_accept_hours = fields.Integer(
        related="company_id.aftersales_accept_hours", readonly=False
    )
