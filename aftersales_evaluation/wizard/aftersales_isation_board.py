from odoo import api, models
from odoo.fields import Domain

from ..models.aftersales_improvement import ISATIONS, OPEN_STATES
from ..models.aftersales_scorecard_period import SCORED_STATES
from ..tools import period as kernel


class AftersalesIsationBoard(models.TransientModel):
    """The five habits of good service work, each with figures of the period.

    Standard process, forms, regular checks, measured indicators and routine
    praise; every figure stands beside the period before and opens its records.
    """

    _name = "aftersales.isation.board"
    _inherit = ["aftersales.period.page"]
    _description = "Five Habits"

    _PAGE_KIND = "isations"
    _PAGE_REPORT = "aftersales_evaluation.action_report_isation_board"

    @api.model
    def _get_page_name(self):
        return self.env._("Five Habits")

    def _prepare_page(self):
        return {**super()._prepare_page(), "layout": "board"}

    def _get_groups(self):
        """A column per habit."""
        figures = self._get_isation_figures()
        labels = dict(
            self.env["aftersales.improvement"]
            ._fields["isation"]
            ._description_selection(self.env)
        )
        hints = self._get_hints()
        return [
            {
                "key": key,
                "name": labels[key],
                "hint": hints[key],
                "cards": [*figures.get(key, []), self._get_plan_card(key)],
            }
            for key, _label in ISATIONS
        ]

    def _get_hints(self):
        """What each habit asks for."""
        return {
            "process": self.env._("Every job takes the same written steps."),
            "forms": self.env._("What was done is on a form, and the form is in."),
            "checks": self.env._("Checks are made as planned, findings mended."),
            "indicators": self.env._("Work is judged by figures, not by opinion."),
            "praise": self.env._("Good work is seen and said aloud, every month."),
        }

    def _get_isation_figures(self):
        """Cards of each habit: ``{habit: [card]}``; extension point."""
        figures = {
            "process": [self._get_steps_card(), *self._get_metric_cards(["CLOSE"])],
            "forms": [self._get_confirmed_card(), self._get_reports_card()],
            "checks": self._get_check_cards(),
            "indicators": self._get_indicator_cards(),
            "praise": self._get_praise_cards(),
        }
        return {key: [card for card in cards if card] for key, cards in figures.items()}

    # Standard process

    def _get_done_domain(self, date_from, date_to):
        """Jobs that were finished in the period, in the company's days."""
        Order = self.env["aftersales.service.order"]
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        start, stop = Metric._get_utc_bounds(date_from, date_to)
        return (
            Order._get_done_domain()
            & Domain("date_end", ">=", start)
            & Domain("date_end", "<", stop)
        )

    def _get_steps_card(self):
        """Jobs with written steps, all of them ticked."""
        name = self.env._("Jobs with Every Step Done")
        stepped = Domain("step_ids", "!=", False)
        undone = Domain("step_ids", "any", [("is_done", "=", False)])
        return self._get_share_card(
            "steps",
            name,
            "aftersales.service.order",
            lambda *dates: self._get_done_domain(*dates) & stepped,
            ~undone,
        )

    # Forms and records

    def _get_confirmed_card(self):
        """Jobs whose sheet the customer confirmed."""
        return self._get_share_card(
            "confirmed",
            self.env._("Jobs Confirmed by Customers"),
            "aftersales.service.order",
            self._get_done_domain,
            Domain("date_confirmed", "!=", False),
        )

    def _get_reports_card(self):
        """Monthly reports that are in."""
        return self._get_share_card(
            "reports",
            self.env._("Monthly Reports Handed In"),
            "aftersales.month.report",
            lambda first, last: Domain(
                "month", "in", kernel.months_within(first, last)
            ),
            Domain("state", "in", ("submitted", "accepted")),
        )

    # Regular checks

    def _get_check_cards(self):
        """Visits as planned, audits, findings that were mended in time."""
        mended = Domain("state", "=", "verified")
        return [
            *self._get_metric_cards(["VIS"]),
            self._get_audit_card(),
            self._get_share_card(
                "mended",
                self.env._("Findings Due and Verified"),
                "aftersales.finding",
                lambda first, last: (
                    Domain("date_due", ">=", first)
                    & Domain("date_due", "<=", last)
                    & Domain("state", "!=", "cancelled")
                ),
                mended,
            ),
        ]

    def _get_audit_card(self):
        """Points whose audit was finished."""
        return self._get_count_card(
            "audits",
            self.env._("Points Audited"),
            "aftersales.audit.point",
            lambda first, last: (
                Domain("state", "=", "done")
                & Domain("date_done", ">=", first)
                & Domain("date_done", "<=", last)
            ),
        )

    # Measured indicators

    def _get_indicator_cards(self):
        """Points with a score, targets met, promises kept."""
        return [
            self._get_scored_card(),
            self._get_month_card(
                "targets",
                self.env._("Targets Met"),
                "aftersales.kpi.value",
                Domain("status", "in", ("ok", "warning", "missed")),
                Domain("status", "=", "ok"),
            ),
            self._get_month_card(
                "promises",
                self.env._("Promises Kept"),
                "aftersales.promise.value",
                Domain("status", "=", "measured"),
                Domain("is_kept", "=", True),
            ),
        ]

    def _get_scored_card(self):
        """Working points with an approved scorecard of the period."""
        Scorecard = self.env["aftersales.scorecard"]
        points = self.env["aftersales.service.point"].search(
            self._get_scope_domain("id")
            & Domain("tier", "=", "point")
            & Domain("state", "in", SCORED_STATES)
        )
        counts, missing = [], []
        for first, last in ((self.date_from, self.date_to), self._get_period_before()):
            groups = Scorecard._read_group(
                Domain("service_point_id", "in", points.ids)
                & Domain("subject_type", "=", "point")
                & Domain("state", "=", "approved")
                & Domain("assessment", "!=", "self")
                & Domain("date_to", ">=", first)
                & Domain("date_to", "<=", last),
                ["service_point_id"],
            )
            scored = points.browse([point.id for [point] in groups])
            counts.append((len(scored), len(points)))
            missing.append(points - scored)
        return self._prepare_share_card(
            "scored",
            self.env._("Points Scored"),
            *counts,
            open=self._get_opener(
                self.env._("Points without a Score"),
                points._name,
                Domain("id", "in", missing[0].ids),
            ),
        )

    # Routine praise

    def _get_praise_cards(self):
        """Bonuses of the points; other modules and awards add theirs."""
        return [
            self._get_count_card(
                "bonuses",
                self.env._("Bonuses to Points"),
                "aftersales.point.adjustment",
                lambda first, last: (
                    Domain("amount", ">", 0)
                    & Domain("date", ">=", first)
                    & Domain("date", "<=", last)
                ),
            )
        ]

    # Plan

    def _get_plan_card(self, isation):
        """Improvement actions of a habit that are not done."""
        Action = self.env["aftersales.improvement"]
        running = self._get_scope_domain() & Domain("isation", "=", isation)
        running &= Domain("state", "in", OPEN_STATES)
        late = Action.search_count(running & Domain("is_overdue", "=", True))
        name = self.env._("Improvement Actions")
        return self._prepare_card(
            f"plan_{isation}",
            name,
            str(Action.search_count(running)),
            note=self.env._("not done, %(count)s overdue", count=late),
            is_alert=bool(late),
            open=lambda: self._open_records(
                name,
                Action._name,
                self._get_scope_domain() & Domain("isation", "=", isation),
                "kanban,list,form",
                {
                    "default_isation": isation,
                    "default_service_point_id": self.service_point_id.id,
                },
            ),
        )
