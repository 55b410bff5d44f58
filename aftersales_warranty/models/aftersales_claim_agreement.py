from odoo import models
from odoo.fields import Domain


class AftersalesClaim(models.Model):
    """The contract of the point on the day of the work."""

    _inherit = "aftersales.claim"

    def _find_agreements(self):
        """Agreement of each claim's point on the day of repair; one query."""
        agreements = (
            self.env["aftersales.agreement"]
            .with_context(active_test=False)
            .search_fetch(
                Domain("service_point_id", "in", self.service_point_id.ids)
                & Domain("state", "in", ("provisional", "active", "ended")),
                ["service_point_id", "date_start", "date_end"],
                order="date_start desc, version desc",
            )
        )
        by_point = agreements.grouped("service_point_id")
        return {
            claim.id: next(
                (
                    item
                    for item in by_point.get(claim.service_point_id, agreements[:0])
                    if claim._get_work_date()
                    and item.date_start <= claim._get_work_date()
                    and (not item.date_end or claim._get_work_date() <= item.date_end)
                ),
                agreements[:0],
            )
            for claim in self
        }

    def _get_work_date(self):
        """Day whose contract counts."""
        self.ensure_one()
        return self.date_end or self.date_start or self.date_failure
