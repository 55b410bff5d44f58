from odoo import models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Scorecards on the page of the five systems."""

    _inherit = "aftersales.service.point"

    def _get_system_figures(self):
        """Add the scorecards that wait for a score or an approval."""
        self.ensure_one()
        waiting = Domain("service_point_id", "child_of", self.id)
        waiting &= Domain("state", "in", ("draft", "submitted"))
        return super()._get_system_figures() + self._prepare_figures(
            [
                (
                    "quality",
                    self.env._("Scorecards not approved"),
                    self.env["aftersales.scorecard"],
                    waiting,
                    "down",
                    False,
                )
            ]
        )
