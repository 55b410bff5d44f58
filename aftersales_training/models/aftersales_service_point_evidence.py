from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """A unit whose figures are recorded stays."""

    _inherit = "aftersales.service.point"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recorded_ratio(self):
        # Whoever deletes a unit may know that evidence holds it.
        recorded_sudo = self.env["aftersales.manager.ratio"].sudo()
        found = recorded_sudo.search(
            Domain("service_point_id", "in", self.ids), limit=1
        )
        if found:
            raise UserError(
                self.env._(
                    "The manager ratio of %(unit)s is recorded as evidence, so the "
                    "unit stays. Archive it instead.",
                    unit=found.service_point_id.display_name,
                )
            )
