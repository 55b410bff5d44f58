from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import period as kernel

TREND_MONTHS = 12
WORST = 10
#: Field of the scorecard's point that names its region.
REGIONS = {
    "centre": "centre_id",
    "state": "partner_id.state_id",
    "city": "partner_id.city",
}


class AftersalesEvaluationDashboard(models.TransientModel):
    """Charts and tables of the management page."""

    _inherit = "aftersales.evaluation.dashboard"

    def _get_sections(self):
        sections = [
            *super()._get_sections(),
            self._get_trend_section(),
            self._get_region_section(),
            self._get_level_section(),
            self._get_worst_section(),
        ]
        if self.env["aftersales.finding"].has_access("read"):
            sections.append(self._get_overdue_section())
        return sections

    def _get_openers(self):
        return {
            **super()._get_openers(),
            "month": self._open_month,
            "region": self._open_region,
            "level": self._open_level,
            "scorecard": self._open_scorecard,
            "finding": self._open_finding,
        }

    def _prepare_bar(self, key, label, score, count, maximum=100.0):
        """Row of a chart of scores."""
        return {
            "key": key,
            "cells": [label, self._format_number(score), str(count)],
            "values": [label, score if score is None else round(score, 2), count],
            "share": 100 * (score or 0.0) / maximum if maximum else 0.0,
            "tone": "",
        }

    # Trend

    def _get_trend_section(self):
        """Mean score of each of the last twelve months."""
        months = kernel.months_until(self.date_to, TREND_MONTHS)
        groups = self.env["aftersales.scorecard"]._read_group(
            self._get_score_domain(months[0][0], months[-1][1]),
            ["date_to:month"],
            ["score:avg", "__count"],
        )
        found = {fields.Date.to_date(day): values for day, *values in groups}
        return {
            "key": "trend",
            "name": self.env._("Score by Month"),
            "kind": "columns",
            "is_score": True,
            "headings": [
                self.env._("Month"),
                self.env._("Mean Score"),
                self.env._("Scorecards"),
            ],
            "rows": [
                self._prepare_bar(
                    f"month:{first}",
                    format_date(self.env, first, date_format="MMM y"),
                    *found.get(first, (None, 0)),
                )
                for first, _last in months
            ],
            "empty": self.env._("There is no scorecard of these months."),
        }

    def _open_month(self, text):
        """Scorecards of a month of the trend."""
        first = self._read_day(text)
        return first and self._open_records(
            self.env._("Scorecards of the Month"),
            "aftersales.scorecard",
            self._get_score_domain(first, kernel.month_end(first)),
        )

    def _read_day(self, text):
        """A day of a key; nothing where somebody made the key up."""
        try:
            return fields.Date.to_date(text)
        except ValueError:
            return None

    # Regions

    def _get_region_section(self):
        """Mean score by region, the best first."""
        rows = [
            self._prepare_bar(f"region:{key}", label, score, count)
            for key, label, score, count in self._get_regions()
        ]
        return {
            "key": "regions",
            "name": self.env._("Score by Region"),
            "kind": "bars",
            "is_score": True,
            "headings": [
                self.env._("Region"),
                self.env._("Mean Score"),
                self.env._("Scorecards"),
            ],
            "rows": rows,
            "empty": self.env._("There is no scorecard of this period."),
        }

    def _get_regions(self):
        """``[(key, label, mean score, scorecards)]``, the best first."""
        points = self._get_region_of_points()
        groups = self.env["aftersales.scorecard"]._read_group(
            self._get_score_domain(*self._get_now()),
            ["service_point_id"],
            ["score:sum", "__count"],
        )
        sums = {}
        for point, score, count in groups:
            region = points.get(point.id, (0, ""))
            total, number = sums.get(region, (0.0, 0))
            sums[region] = (total + score, number + count)
        rows = [
            (key, label or self.env._("Without region"), total / count, count)
            for (key, label), (total, count) in sums.items()
        ]
        return sorted(rows, key=lambda row: (-row[2], row[1]))

    def _get_region_of_points(self):
        """``{point id: (key, label)}``; the key is an id, or the name of a city."""
        path = REGIONS[self.region]
        regions = {}
        for point in self._get_points():
            # The address of a point is read by whoever reads the point.
            value = point.sudo().mapped(path)
            if self.region == "city":
                name = (value[0] or "").strip() if value else ""
                regions[point.id] = (name, name)
            else:
                regions[point.id] = (value.id or 0, value.name or "")
        return regions

    def _open_region(self, key):
        """Scorecards of the points of a region."""
        ids = [
            point_id
            for point_id, (region, _label) in self._get_region_of_points().items()
            if str(region) == key
        ]
        return self._open_records(
            self.env._("Scorecards of the Region"),
            "aftersales.scorecard",
            self._get_score_domain(*self._get_now())
            & Domain("service_point_id", "in", ids),
        )

    # Levels

    def _get_level_section(self):
        """How many scorecards reached each level."""
        groups = self.env["aftersales.scorecard"]._read_group(
            self._get_score_domain(*self._get_now()), ["level_id"], ["__count"]
        )
        found = sorted(groups, key=lambda group: group[0].min_score, reverse=True)
        total = sum(count for _level, count in found)
        rows = [
            {
                "key": f"level:{level.id or 0}",
                "cells": [level.display_name or self.env._("None"), str(count)],
                "values": [level.display_name or self.env._("None"), count],
                "share": 100 * count / total,
                "tone": "bad" if level.is_fail else "",
            }
            for level, count in found
        ]
        return {
            "key": "levels",
            "name": self.env._("Scorecards by Level"),
            "kind": "bars",
            "headings": [self.env._("Level"), self.env._("Scorecards")],
            "rows": rows,
            "empty": self.env._("There is no scorecard of this period."),
        }

    def _open_level(self, text):
        """Scorecards of a level."""
        level = int(text) if text.isdecimal() else 0
        return self._open_records(
            self.env._("Scorecards of the Level"),
            "aftersales.scorecard",
            self._get_score_domain(*self._get_now())
            & Domain("level_id", "=", level or False),
        )

    # Worst points

    def _get_worst_section(self):
        """The scorecards with the lowest scores, the lowest first."""
        cards = self.env["aftersales.scorecard"].search(
            self._get_score_domain(*self._get_now()), order="score, id", limit=WORST
        )
        before = self._get_scores_before(cards.service_point_id)
        findings = self._count_open_findings(cards.service_point_id)
        return {
            "key": "worst",
            "name": self.env._("Lowest Scores"),
            "kind": "table",
            "headings": [
                self.env._("Service Point"),
                self.env._("Centre"),
                self.env._("Score"),
                self.env._("Change"),
                self.env._("Level"),
                self.env._("Open Findings"),
            ],
            "rows": [self._prepare_worst_row(card, before, findings) for card in cards],
            "empty": self.env._("There is no scorecard of this period."),
        }

    def _prepare_worst_row(self, card, before, findings):
        point = card.service_point_id
        old = before.get(point.id)
        count = findings.get(point, 0)
        change = self._describe_change(card.score, old)["change"]
        names = [point.display_name, point.centre_id.name or ""]
        level = card.level_id.name or ""
        difference = None if old is None else round(card.score - old, 2)
        return {
            "key": f"scorecard:{card.id}",
            "cells": [
                *names,
                self._format_number(card.score),
                change,
                level,
                str(count),
            ],
            "values": [*names, round(card.score, 2), difference, level, count],
            "share": card.score,
            "tone": "bad" if card.level_id.is_fail else "",
        }

    def _get_scores_before(self, points):
        """Mean score of the period before: ``{point id: score}``."""
        groups = self.env["aftersales.scorecard"]._read_group(
            self._get_score_domain(*self._get_period_before())
            & Domain("service_point_id", "in", points.ids),
            ["service_point_id"],
            ["score:avg"],
        )
        return {point.id: score for point, score in groups}

    def _count_open_findings(self, points):
        """Findings of the points that are not verified: ``{point: count}``."""
        Finding = self.env["aftersales.finding"]
        if not Finding.has_access("read"):
            return {}
        running = Domain("state", "in", ("open", "corrected"))
        running &= Domain("service_point_id", "in", points.ids)
        return points._count_by_point(Finding, running)

    def _open_scorecard(self, text):
        """One scorecard of the table."""
        domain = self._get_score_domain(*self._get_now())
        return self._open_one("aftersales.scorecard", text, domain)

    def _open_one(self, model, text, domain):
        """Form of a record that the page counts."""
        number = int(text) if text.isdecimal() else 0
        record = self.env[model].search(domain & Domain("id", "=", number), limit=1)
        return record and record._get_records_action()

    # Findings

    def _get_overdue_section(self):
        """The findings that wait longest."""
        findings = self.env["aftersales.finding"].search(
            self._get_overdue_domain(), order="date_due, id", limit=WORST
        )
        today = self.company_id._get_aftersales_today()
        return {
            "key": "findings",
            "name": self.env._("Findings Overdue"),
            "kind": "table",
            "headings": [
                self.env._("Number"),
                self.env._("Service Point"),
                self.env._("Severity"),
                self.env._("Owner"),
                self.env._("Due Date"),
                self.env._("Days Late"),
            ],
            "rows": [self._prepare_finding_row(row, today) for row in findings],
            "empty": self.env._("No finding is overdue."),
        }

    def _prepare_finding_row(self, finding, today):
        severities = dict(finding._fields["severity"]._description_selection(self.env))
        days = (today - finding.date_due).days
        texts = [
            finding.name,
            finding.service_point_id.display_name or "",
            severities[finding.severity],
            finding.owner_id.name,
        ]
        return {
            "key": f"finding:{finding.id}",
            "cells": [*texts, format_date(self.env, finding.date_due), str(days)],
            "values": [*texts, fields.Date.to_string(finding.date_due), days],
            "share": 0.0,
            "tone": "bad" if finding.severity == "critical" else "",
        }

    def _open_finding(self, text):
        """One finding of the table."""
        return self._open_one("aftersales.finding", text, self._get_overdue_domain())
