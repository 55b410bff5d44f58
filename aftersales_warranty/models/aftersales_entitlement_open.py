from odoo import models


class AftersalesRegistration(models.Model):
    _inherit = "aftersales.registration"

    def action_check_entitlements(self):
        """Open the entitlements of the unit, as of today."""
        self.ensure_one()
        return self.env["aftersales.entitlement.check"]._open(
            {"registration_id": self.id}
        )


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    def action_check_entitlements(self):
        """Open the entitlements of the order's unit, as of the request."""
        self.ensure_one()
        return self.env["aftersales.entitlement.check"]._open(
            {
                "registration_id": self.registration_id.id,
                "text": False if self.registration_id else self.serial,
                "order_id": self.id,
                "date": self.company_id._get_aftersales_today(self.date_request),
                "fault_id": self.fault_id.id,
                "fault_class": "performance",
            }
        )
