from odoo import models
from odoo.tools import float_repr

#: Roles that may open the page of the ratio.
READERS = (
    "training_officer",
    "head",
    "auditor",
    "technical_reviewer",
    "centre_manager",
)


class AftersalesDashboardMixin(models.AbstractModel):
    """The share of certified managers on the pages of figures."""

    _inherit = "aftersales.dashboard.mixin"

    def _get_shared_cards(self, date_from, date_to):
        cards = super()._get_shared_cards(date_from, date_to)
        user = self.env.user
        if not any(user.has_group(f"aftersales_network.group_{r}") for r in READERS):
            return cards
        figures = self.env["aftersales.manager.ratio"]._get_ratio(
            date_to, point=self.service_point_id, company=self.company_id
        )
        return [*cards, self._prepare_ratio_card(figures, date_to)]

    def _prepare_ratio_card(self, figures, date):
        """The ratio of the last day of the period; opens its own page."""
        share = float_repr(100 * figures["ratio"], 1)
        counts = self.env._(
            "%(holders)s of %(managers)s managers, %(required)s required",
            holders=figures["holders"],
            managers=figures["managers"],
            required=figures["required"],
        )
        return {
            "key": "ratio",
            "name": self.env._("Certified Managers"),
            "value": f"{share} %" if figures["managers"] else self.env._("n/a"),
            "note": counts,
            "is_alert": bool(figures["shortfall"]),
            "open": lambda: self._open_ratio(date),
        }

    def _open_ratio(self, date):
        """Open the page of the ratio for the same unit and day."""
        return self.env["aftersales.ratio.dashboard"].action_open(
            {
                "company_id": self.company_id.id,
                "service_point_id": self.service_point_id.id,
                "date": date,
            }
        )
