from odoo import models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Appeals that wait for their decision keep a point from leaving."""

    _inherit = "aftersales.service.point"

    def _get_money_blockers(self):
        """Add the appeals that nobody decided yet."""
        return [
            *super()._get_money_blockers(),
            (
                self.env._("open appeals"),
                "aftersales.claim.appeal",
                Domain("state", "=", "submitted"),
            ),
        ]
