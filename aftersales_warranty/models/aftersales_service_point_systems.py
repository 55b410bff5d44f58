from odoo import models
from odoo.fields import Domain

from .aftersales_settlement import OPEN_STATES


class AftersalesServicePoint(models.Model):
    """Claims and settlements on the page of the five systems."""

    _inherit = "aftersales.service.point"

    def _get_settlement_figures(self, below):
        """Add claims on their way and settlements without a bill."""
        Claim = self.env["aftersales.claim"]
        Settlement = self.env["aftersales.settlement"]
        decide = below & Domain("state", "in", ("submitted", "review"))
        mend = below & Domain("state", "in", ("draft", "sent_back"))
        open_bills = below & Domain("state", "in", OPEN_STATES)
        return super()._get_settlement_figures(below) + self._prepare_figures(
            [
                (
                    "settlement",
                    self.env._("Claims to decide"),
                    Claim,
                    decide,
                    "down",
                    True,
                ),
                (
                    "settlement",
                    self.env._("Claims with the points"),
                    Claim,
                    mend,
                    "up",
                    False,
                ),
                (
                    "settlement",
                    self.env._("Settlements without a bill"),
                    Settlement,
                    open_bills,
                    "down",
                    False,
                ),
            ]
        )

    def _get_system_metrics(self):
        return {
            **super()._get_system_metrics(),
            "CREJ": "settlement",
            "CCYC": "settlement",
        }
