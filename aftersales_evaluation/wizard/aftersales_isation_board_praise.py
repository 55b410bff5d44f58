from odoo import models
from odoo.fields import Domain

from ..models.aftersales_scorecard_period import SCORED_STATES


class AftersalesIsationBoard(models.TransientModel):
    """Awards and controlled documents on the page of the five habits."""

    _inherit = "aftersales.isation.board"

    def _get_praise_cards(self):
        return [
            self._get_count_card(
                "awards",
                self.env._("Awards Released"),
                "aftersales.award",
                self._get_award_domain,
            ),
            self._get_praised_card(),
            *super()._get_praise_cards(),
        ]

    def _get_award_domain(self, date_from, date_to):
        """Awards that were released in the period."""
        return (
            Domain("state", "=", "released")
            & Domain("date_released", ">=", date_from)
            & Domain("date_released", "<=", date_to)
        )

    def _get_praised_card(self):
        """Working points of which somebody, or the point itself, got an award."""
        Award = self.env["aftersales.award"]
        if not Award.has_access("read"):
            return None
        points = self.env["aftersales.service.point"].search(
            self._get_scope_domain("id")
            & Domain("tier", "=", "point")
            & Domain("state", "in", SCORED_STATES)
        )
        counts, praised = [], []
        for dates in ((self.date_from, self.date_to), self._get_period_before()):
            groups = Award._read_group(
                self._get_award_domain(*dates)
                & Domain("service_point_id", "in", points.ids),
                ["service_point_id"],
            )
            praised.append([point.id for [point] in groups])
            counts.append((len(groups), len(points)))
        name = self.env._("Points Praised")
        missing = Domain("id", "in", list(set(points.ids) - set(praised[0])))
        return self._prepare_share_card(
            "praised",
            name,
            *counts,
            open=self._get_opener(
                self.env._("Points without Praise"), points._name, missing
            ),
        )

    def _get_isation_figures(self):
        """Add who confirmed the written rules, and the call-backs made."""
        figures = super()._get_isation_figures()
        reading = self._get_reading_card()
        if reading:
            figures["process"].insert(0, reading)
        figures["checks"] += self._get_metric_cards(["FOLLOW"])
        return figures

    def _get_reading_card(self):
        """Readers of the controlled documents in force who confirmed, today."""
        Document = self.env["aftersales.document"]
        if self.service_point_id or not Document.has_access("read"):
            return None
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("status", "=", "effective")
        documents = Document.search(domain)
        readers = sum(documents.mapped("reader_count"))
        read = sum(documents.mapped("read_count"))
        share = self._get_share((read, readers))
        value = self._format_number(share)
        name = self.env._("Documents Confirmed by Readers")
        return self._prepare_card(
            "reading",
            name,
            value if share is None else f"{value} %",
            note=self.env._(
                "Documents in force today: %(count)s", count=len(documents)
            ),
            open=self._get_opener(name, Document._name, domain),
        )
