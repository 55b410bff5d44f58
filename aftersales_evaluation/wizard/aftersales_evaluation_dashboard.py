from odoo import api, fields, models
from odoo.fields import Domain

from ..models.aftersales_scorecard_period import SCORED_STATES
from ..tools import period as kernel

#: Metrics on the page, as far as an installed module offers them.
METRICS = (
    "RESP",
    "ONSITE",
    "CLOSE",
    "FTFR",
    "REPEAT",
    "MTTR",
    "COMPR",
    "COMPC",
    "FOLLOW",
    "NPS",
    "VIS",
)
#: How far back the page looks for a month with approved scorecards.
LOOK_BACK_MONTHS = 12


class AftersalesEvaluationDashboard(models.TransientModel):
    """The management page: how good the service is, where, and since when.

    Only audited, approved scorecards of points count, unless the reader asks for
    those that wait for approval as well.
    """

    _name = "aftersales.evaluation.dashboard"
    _inherit = ["aftersales.period.page"]
    _description = "Management Page"

    _PAGE_KIND = "management"
    _PAGE_REPORT = "aftersales_evaluation.action_report_evaluation_dashboard"

    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        compute="_compute_set_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Scores of different sets do not compare: the page shows one set.",
    )
    with_open = fields.Boolean(
        "Count Scorecards Not Approved",
        help="Also count drafts and submitted scorecards; their scores may change.",
    )
    region = fields.Selection(
        [("centre", "Centre"), ("state", "Province or State"), ("city", "City")],
        "Regions By",
        required=True,
        default="centre",
    )

    @api.model
    def _get_page_name(self):
        return self.env._("Management Page")

    @api.depends("company_id", "date_from", "date_to")
    def _compute_set_id(self):
        for page in self:
            chosen, owner = page.set_id, page.set_id.company_id
            if not chosen or (owner and owner != page.company_id):
                chosen = page._get_most_used_set()
            page.set_id = chosen

    def _get_most_used_set(self):
        """The set with the most rated scorecards of points."""
        company = self.company_id or self.env.company
        groups = self.env["aftersales.scorecard"]._read_group(
            Domain("company_id", "=", company.id) & self._get_rated_domain(),
            ["set_id"],
            ["__count"],
            order="__count desc, set_id",
            limit=1,
        )
        return groups[0][0] if groups else False

    def _get_first_period(self):
        """The newest month with approved scorecards of the usual set, else the last."""
        first, last = super()._get_first_period()
        usual_set = self.period == "month" and self._get_most_used_set()
        if not usual_set:
            return first, last
        company = self.company_id or self.env.company
        newest = self.env["aftersales.scorecard"].search(
            Domain("company_id", "=", company.id)
            & self._get_rated_domain()
            & Domain("set_id", "=", usual_set.id)
            & Domain("state", "=", "approved")
            & Domain("date_to", "<=", last)
            & Domain("date_to", ">", kernel.month_end(last, -LOOK_BACK_MONTHS)),
            order="date_to desc",
            limit=1,
        )
        if not newest:
            return first, last
        return kernel.month_start(newest.date_to), kernel.month_end(newest.date_to)

    @api.depends("set_id", "with_open", "region")
    def _compute_page(self):
        return super()._compute_page()

    def _get_page_facts(self):
        facts = super()._get_page_facts()
        facts.insert(2, (self.env._("Indicator Set"), self.set_id.display_name or ""))
        return facts

    # Scorecards behind the page

    @api.model
    def _get_rated_domain(self):
        """Scorecards of points that an audit or the monthly job scored."""
        return (
            Domain("is_rated", "=", True)
            & Domain("assessment", "!=", "self")
            & Domain("subject_type", "=", "point")
            & Domain("state", "!=", "cancelled")
        )

    def _get_score_domain(self, date_from, date_to):
        """Scorecards that count, of periods that end within the dates."""
        domain = self._get_rated_domain() & self._get_scope_domain()
        if not self.with_open:
            domain &= Domain("state", "=", "approved")
        return (
            domain
            & Domain("set_id", "=", self.set_id.id)
            & Domain("date_to", ">=", date_from)
            & Domain("date_to", "<=", date_to)
        )

    def _get_now(self):
        """First and last day of the period."""
        return self.date_from, self.date_to

    def _get_score(self, date_from, date_to):
        """Mean score and number of scorecards: ``(score or None, count)``."""
        [(score, count)] = self.env["aftersales.scorecard"]._read_group(
            self._get_score_domain(date_from, date_to), [], ["score:avg", "__count"]
        )
        return (score if count else None), count

    # Cards

    def _get_groups(self):
        return [
            {
                "key": "results",
                "name": self.env._("Results"),
                "cards": self._get_dashboard_cards(),
            },
            {
                "key": "service",
                "name": self.env._("Service Figures"),
                "cards": self._get_metric_cards(METRICS),
            },
        ]

    def _get_dashboard_cards(self):
        """Cards on top of the page, the important ones first; extension point."""
        shared = self._get_shared_cards(self.date_from, self.date_to)
        cards = [
            self._get_score_card(),
            self._get_coverage_card(),
            self._get_failed_card(),
            self._get_overdue_card(),
            self._get_promise_card(),
            self._get_target_card(),
            self._get_satisfaction_card(),
            self._get_complaint_card(),
            self._get_crisis_card(),
            self._get_company_card(),
            *(self._prepare_card(**card) for card in shared),
        ]
        return [card for card in cards if card]

    def _get_score_card(self):
        """Mean score, and how it changed."""
        score, count = self._get_score(*self._get_now())
        before, _count = self._get_score(*self._get_period_before())
        return self._prepare_card(
            "score",
            self.env._("Mean Score"),
            self._format_number(score),
            note=self.env._("Scorecards: %(count)s", count=count),
            open=self._get_opener(
                self.env._("Scorecards of the Period"),
                "aftersales.scorecard",
                self._get_score_domain(*self._get_now()),
                "list,graph,pivot,form",
            ),
            **self._describe_change(score, before),
        )

    def _get_coverage_card(self):
        """Working points that have a score."""
        points = self._get_working_points()
        counts = [
            (len(self._get_scored_points(*dates) & points), len(points))
            for dates in (self._get_now(), self._get_period_before())
        ]
        missing = points - self._get_scored_points(*self._get_now())
        return self._prepare_share_card(
            "coverage",
            self.env._("Points Scored"),
            *counts,
            open=self._get_opener(
                self.env._("Points without a Score"),
                "aftersales.service.point",
                Domain("id", "in", missing.ids),
            ),
        )

    def _get_working_points(self):
        """Points that the monthly job scores."""
        return self.env["aftersales.service.point"].search(
            self._get_scope_domain("id")
            & Domain("tier", "=", "point")
            & Domain("state", "in", SCORED_STATES)
        )

    def _get_scored_points(self, date_from, date_to):
        groups = self.env["aftersales.scorecard"]._read_group(
            self._get_score_domain(date_from, date_to), ["service_point_id"]
        )
        return self.env["aftersales.service.point"].union(*(g[0] for g in groups))

    def _get_failed_card(self):
        """Scorecards below the lowest level that passes."""
        Scorecard = self.env["aftersales.scorecard"]
        failed = Domain("level_id.is_fail", "=", True)
        now, before = (
            self._get_score_domain(*dates)
            for dates in (self._get_now(), self._get_period_before())
        )
        count = Scorecard.search_count(now & failed)
        old = Scorecard.search_count(before & failed)
        return self._prepare_card(
            "failed",
            self.env._("Failed Scorecards"),
            str(count),
            is_alert=bool(count),
            open=self._get_opener(
                self.env._("Failed Scorecards"), Scorecard._name, now & failed
            ),
            **self._describe_change(count, old, "down", 0),
        )

    def _get_overdue_card(self):
        """Findings that are late today, whatever the period."""
        Finding = self.env["aftersales.finding"]
        if not Finding.has_access("read"):
            return None
        late = self._get_overdue_domain()
        count = Finding.search_count(late)
        running = Finding.search_count(
            self._get_scope_domain() & Domain("state", "in", ("open", "corrected"))
        )
        return self._prepare_card(
            "overdue",
            self.env._("Findings Overdue"),
            str(count),
            note=self.env._("of %(count)s not verified, today", count=running),
            is_alert=bool(count),
            open=self._get_opener(self.env._("Findings Overdue"), Finding._name, late),
        )

    def _get_overdue_domain(self):
        return self._get_scope_domain() & Domain("is_overdue", "=", True)

    def _get_promise_card(self):
        """Promises kept, of the months that are measured."""
        return self._get_month_card(
            "promises",
            self.env._("Promises Kept"),
            "aftersales.promise.value",
            Domain("status", "=", "measured"),
            Domain("is_kept", "=", True),
        )

    def _get_target_card(self):
        """Targets of key figures met, of the months that are measured."""
        return self._get_month_card(
            "targets",
            self.env._("Targets Met"),
            "aftersales.kpi.value",
            Domain("status", "in", ("ok", "warning", "missed")),
            Domain("status", "=", "ok"),
        )

    def _get_company_card(self):
        """Newest approved score of the company itself, where there is one."""
        if self.service_point_id or not self._is_wide_reader():
            return None
        card = self.env["aftersales.scorecard"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("subject_type", "=", "company")
            & Domain("state", "=", "approved")
            & Domain("is_rated", "=", True)
            & Domain("assessment", "!=", "self")
            & Domain("date_to", "<=", self.date_to),
            order="date_to desc, id desc",
            limit=1,
        )
        if not card:
            return None
        return self._prepare_card(
            "company",
            self.env._("Score of the Company"),
            self._format_number(card.score),
            note=f"{card.set_id.code} {card.level_id.name or ''}".strip(),
            open=card._get_records_action,
        )
