from odoo import fields, models


class PortalWizard(models.TransientModel):
    """Odoo's invitation to the portal, opened from a service point."""

    _inherit = "portal.wizard"

    aftersales_service_point_id = fields.Many2one("aftersales.service.point")


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    def action_grant_access(self):
        """Who is invited from a prospect fills in its application."""
        res = super().action_grant_access()
        point = self.wizard_id.aftersales_service_point_id
        if point and not point.applicant_id:
            point._link_applicant(self.user_id)
        return res
