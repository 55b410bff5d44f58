from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import date_utils, format_date

from ..tools import audit_report, charts

#: Lines of a list in the text, and bars in the picture.
LIST_SIZE = 8
BAR_COUNT = 25


class AftersalesAuditReport(models.Model):
    """Data of the period, the text that follows from it, and the charts."""

    _inherit = "aftersales.audit.report"

    def action_fill(self):
        """Take the data of the period and propose the text of every chapter.

        :raise UserError: no approved scorecard in the period
        """
        self._check_flow_state("draft")
        self.check_access("write")
        for report in self:
            figures = report._get_figures()
            if not figures["points"] and not figures["sections"]:
                raise UserError(
                    self.env._(
                        "%(report)s: no approved scorecard of %(set)s lies within the "
                        "period.",
                        report=report.display_name,
                        set=report.set_id.name,
                    )
                )
            report._write_flow(
                {
                    "figures": figures,
                    "date_filled": fields.Datetime.now(),
                    "scorecard_count": figures["cards"],
                    "finding_count": sum(figures["severities"].values()),
                    "mean_score": figures["mean"],
                    **report._prepare_texts(figures),
                }
            )
        return True

    def _get_card_domain(self, date_from, date_to, assessments):
        """Approved, rated scorecards of the set within a period."""
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("set_id", "=", self.set_id.id)
            & Domain("state", "=", "approved")
            & Domain("is_rated", "=", True)
            & Domain("date_from", ">=", date_from)
            & Domain("date_to", "<=", date_to)
            & Domain("assessment", "in", assessments)
        )

    def _get_finding_domain(self):
        """Findings of the company within the period that stand."""
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
            & Domain("state", "!=", "cancelled")
        )

    def _get_figures(self):
        """Everything the report states in numbers, ready for JSON."""
        self.ensure_one()
        period = (self.date_from, self.date_to)
        length = self.date_to - self.date_from
        last = date_utils.subtract(self.date_from, days=1)
        judged, own = ("internal", "outside"), ("self",)
        Card = self.env["aftersales.scorecard"]
        cards = Card.search(self._get_card_domain(*period, judged))
        sections = self._sum_lines(cards, "section_id")
        return {
            "cards": len(cards),
            "mean": round(sum(cards.mapped("score")) / len(cards), 2) if cards else 0,
            "points": self._get_point_rows(cards),
            "sections": sections,
            "previous": self._sum_lines(
                Card.search(self._get_card_domain(last - length, last, judged)),
                "section_id",
            ),
            "self": self._sum_lines(
                Card.search(self._get_card_domain(*period, own)), "section_id"
            ),
            "indicators": self._sum_lines(cards, "indicator_id"),
            **self._get_finding_figures(),
            "audits": self._get_audit_rows(),
        }

    def _sum_lines(self, cards, field):
        """Points kept per section or indicator over scorecards, rated."""
        rows = self.env["aftersales.scorecard.line"]._read_group(
            Domain("scorecard_id", "in", cards.ids) & Domain(field, "!=", False),
            [field],
            ["points_applicable:sum", "points_lost:sum"],
        )
        rows.sort(key=lambda row: row[0].sort_key or "")
        return audit_report.rate(
            (node.display_name, applicable, lost) for node, applicable, lost in rows
        )

    def _get_point_rows(self, cards):
        """Mean score per judged point, the worst first."""
        rows = self.env["aftersales.scorecard"]._read_group(
            Domain("id", "in", cards.ids) & Domain("service_point_id", "!=", False),
            ["service_point_id"],
            ["score:avg"],
        )
        rows.sort(key=lambda row: row[1])
        return [{"name": point.name, "score": round(score, 2)} for point, score in rows]

    def _get_finding_figures(self):
        """Counts of findings by severity and state, overdue and repeated ones."""
        Finding = self.env["aftersales.finding"]
        domain = self._get_finding_domain()
        severities = dict(Finding._read_group(domain, ["severity"], ["__count"]))
        states = dict(Finding._read_group(domain, ["state"], ["__count"]))
        serious = Finding.search(
            domain & Domain("severity", "in", ("major", "critical")),
            order="severity, date, id",
            limit=LIST_SIZE,
        )
        clauses = Finding._read_group(
            domain & Domain("repeat_count", ">", 0),
            ["clause"],
            ["__count"],
            order="__count desc",
            limit=LIST_SIZE,
        )
        return {
            "severities": severities,
            "states": states,
            "overdue": Finding.search_count(domain & Domain("is_overdue", "=", True)),
            "serious": [
                {
                    "name": finding.name,
                    "point": finding.service_point_id.name or "",
                    "text": finding.text,
                }
                for finding in serious
            ],
            "repeated": [list(row) for row in clauses],
        }

    def _get_audit_rows(self):
        """Audits that judged a part of the period: name, kind and points."""
        audits = self.env["aftersales.audit"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("set_id", "=", self.set_id.id)
            & Domain("state", "in", ("running", "done"))
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        kinds = dict(audits._fields["kind"]._description_selection(self.env))
        return [
            {
                "name": audit.display_name,
                "kind": kinds[audit.kind],
                "rule": audit.rule_id.name,
                "points": audit.point_count,
                "population": audit.population_count,
            }
            for audit in audits
        ]

    def _prepare_texts(self, figures):
        """Proposed text of every chapter: ``{field: html}``.  Extension point."""
        return {
            "method": self._render_list(self._get_method_texts(figures)),
            "findings": self._render_list(self._get_finding_texts(figures)),
            "strengths": self._render_list(self._get_strength_texts(figures)),
            "weaknesses": self._render_list(self._get_weakness_texts(figures)),
            "advice": self._render_list(self._get_advice_texts(figures)),
        }

    @api.model
    def _render_list(self, texts):
        items = Markup("").join(Markup("<li>%s</li>") % text for text in texts)
        return Markup("<ul>%s</ul>") % items

    def _get_method_texts(self, figures):
        texts = [
            self.env._(
                "%(set)s; period %(start)s – %(end)s; approved scorecards: %(cards)s, "
                "mean score %(mean)s.",
                set=self.set_id.name,
                start=format_date(self.env, self.date_from),
                end=format_date(self.env, self.date_to),
                cards=figures["cards"],
                mean=f"{figures['mean']:.2f}",
            )
        ]
        return texts + [
            self.env._(
                "%(audit)s (%(kind)s): %(points)s of %(population)s points by the "
                "rule “%(rule)s”.",
                audit=row["name"],
                kind=row["kind"],
                points=row["points"],
                population=row["population"] or row["points"],
                rule=row["rule"],
            )
            for row in figures["audits"]
        ]

    def _get_finding_texts(self, figures):
        severities, states = figures["severities"], figures["states"]
        texts = [
            self.env._(
                "Findings: %(all)s in all, of them critical %(critical)s, major "
                "%(major)s, minor %(minor)s; verified %(verified)s, overdue "
                "%(overdue)s.",
                all=sum(severities.values()),
                critical=severities.get("critical", 0),
                major=severities.get("major", 0),
                minor=severities.get("minor", 0),
                verified=states.get("verified", 0),
                overdue=figures["overdue"],
            )
        ]
        return texts + [
            self.env._(
                "%(finding)s, %(point)s: %(text)s",
                finding=row["name"],
                point=row["point"] or self.company_id.name,
                text=row["text"],
            )
            for row in figures["serious"]
        ]

    def _get_strength_texts(self, figures):
        rows = audit_report.best(figures["indicators"], LIST_SIZE)
        texts = [self._render_share(row) for row in rows]
        return texts or [self.env._("No indicator kept nine tenths of its points.")]

    def _get_weakness_texts(self, figures):
        rows = audit_report.worst(figures["indicators"], LIST_SIZE)
        texts = [self._render_share(row) for row in rows]
        texts += [
            self.env._(
                "%(clause)s failed repeatedly, cases: %(count)s.",
                clause=clause,
                count=count,
            )
            for clause, count in figures["repeated"]
        ]
        return texts or [
            self.env._("No indicator kept less than seven tenths of its points.")
        ]

    def _render_share(self, row):
        """Sentence on the points an indicator kept."""
        return self.env._(
            "%(indicator)s: %(percent)s %% of the points kept, %(lost)s lost.",
            indicator=row["key"],
            percent=f"{row['percent']:.2f}",
            lost=f"{row['lost']:.2f}",
        )

    def _get_advice_texts(self, figures):
        texts = [
            self.env._(
                "%(indicator)s: name an owner, a measure and a date, and check it at "
                "the next audit.",
                indicator=row["key"],
            )
            for row in audit_report.worst(figures["indicators"], LIST_SIZE)
        ]
        if figures["overdue"]:
            texts.append(
                self.env._(
                    "Settle the overdue findings first: %(count)s.",
                    count=figures["overdue"],
                )
            )
        if figures["repeated"]:
            texts.append(
                self.env._(
                    "Look for the common cause of what failed repeatedly; decide on "
                    "suspension where correction does not last."
                )
            )
        return texts or [self.env._("Keep the level and audit again as planned.")]

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_charts(self):
        for report in self:
            report.radar = report._render_image(report._draw_radar())
            report.bars = report._render_image(report._draw_bars())

    @api.model
    def _render_image(self, svg):
        """Picture that browsers and the PDF show alike; empty without data."""
        if not svg:
            return Markup()
        return Markup('<img class="img-fluid" alt="" src="%s"/>') % charts.data_uri(svg)

    def _draw_radar(self):
        """Share of the points kept per section: audits, self, period before."""
        figures = self.figures or {}
        sections = figures.get("sections") or []
        if len(sections) < 3:
            return self._draw_sections(sections)
        names = {
            "sections": self.env._("Audit"),
            "self": self.env._("Self-assessment"),
            "previous": self.env._("Period before"),
        }
        series = []
        for key, name in names.items():
            shares = {row["key"]: row["percent"] for row in figures.get(key) or []}
            if shares:
                values = [shares.get(row["key"]) for row in sections]
                series.append((name, values))
        return charts.radar([row["key"] for row in sections], series)

    def _draw_sections(self, sections):
        """A radar needs three axes; fewer sections are drawn as bars."""
        if not sections:
            return ""
        labels = [row["key"] for row in sections]
        return charts.bars(labels, [row["percent"] for row in sections], 100, " %")

    def _draw_bars(self):
        """Score of the judged points, the worst first."""
        rows = ((self.figures or {}).get("points") or [])[:BAR_COUNT]
        if not rows:
            return ""
        return charts.bars(
            [row["name"] for row in rows], [row["score"] for row in rows], 100
        )
