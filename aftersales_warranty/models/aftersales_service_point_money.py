from odoo import models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Money of customers that is not accounted for keeps a point from leaving."""

    _inherit = "aftersales.service.point"

    def _get_money_blockers(self):
        """Add days not closed, compensations under way and requests for consent."""
        return [
            *super()._get_money_blockers(),
            (
                self.env._("days not closed"),
                "aftersales.day.close",
                Domain("state", "in", ("open", "to_approve")),
            ),
            (
                self.env._("compensations under way"),
                "aftersales.compensation",
                Domain("state", "in", ("proposed", "approved", "given")),
            ),
            (
                self.env._("authorisations not decided"),
                "aftersales.authorization",
                Domain("state", "=", "requested"),
            ),
        ]
