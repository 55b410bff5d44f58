from odoo import models
from odoo.fields import Domain


class AftersalesEvaluationDashboard(models.TransientModel):
    """What customers said, on the management page."""

    _inherit = "aftersales.evaluation.dashboard"

    def _get_satisfaction_card(self):
        """Mean answer of the customers, whatever way it came."""
        Answer = self.env["aftersales.satisfaction"]
        if not Answer.has_access("read"):
            return None
        mean, count, bad = self._count_answers(*self._get_now())
        old, _count, _bad = self._count_answers(*self._get_period_before())
        return self._prepare_card(
            "satisfaction",
            self.env._("Satisfaction"),
            self._format_number(mean, 2),
            note=self.env._(
                "of 5; answers: %(count)s, dissatisfied: %(bad)s",
                count=count,
                bad=bad,
            ),
            open=self._get_opener(
                self.env._("Answers of the Period"),
                Answer._name,
                self._get_answer_domain(*self._get_now()),
                "list,graph,pivot,form",
            ),
            **self._describe_change(mean, old, digits=2),
        )

    def _get_answer_domain(self, date_from, date_to):
        return (
            self._get_scope_domain()
            & Domain("date", ">=", date_from)
            & Domain("date", "<=", date_to)
        )

    def _count_answers(self, date_from, date_to):
        """``(mean score or None, answers, dissatisfied)`` of a period."""
        Answer = self.env["aftersales.satisfaction"]
        domain = self._get_answer_domain(date_from, date_to)
        [(mean, scored)] = Answer._read_group(
            domain & Domain("score", ">", 0), [], ["score:avg", "__count"]
        )
        bad = Answer.search_count(domain & Domain("is_dissatisfied", "=", True))
        return (mean if scored else None), Answer.search_count(domain), bad

    def _get_complaint_card(self):
        """Complaints that came in, and those that are late today."""
        Complaint = self.env["aftersales.complaint"]
        if not Complaint.has_access("read"):
            return None
        now, before = (
            self._get_complaint_domain(*dates)
            for dates in (self._get_now(), self._get_period_before())
        )
        count, old = Complaint.search_count(now), Complaint.search_count(before)
        late = Complaint.search_count(
            self._get_scope_domain() & Domain("is_late", "=", True)
        )
        return self._prepare_card(
            "complaints",
            self.env._("Complaints"),
            str(count),
            note=self.env._("%(count)s overdue today", count=late),
            is_alert=bool(late),
            open=self._get_opener(self.env._("Complaints"), Complaint._name, now),
            **self._describe_change(count, old, "down", 0),
        )

    def _get_complaint_domain(self, date_from, date_to):
        """Complaints of the company's days."""
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        start, stop = Metric._get_utc_bounds(date_from, date_to)
        return (
            self._get_scope_domain()
            & Domain("date_received", ">=", start)
            & Domain("date_received", "<", stop)
        )

    def _get_crisis_card(self):
        """Crisis events that are open, where there are some."""
        Crisis = self.env["aftersales.crisis"]
        if self.service_point_id or not Crisis.has_access("read"):
            return None
        running = Domain("company_id", "=", self.company_id.id)
        running &= Domain("state", "!=", "closed") & Domain("is_rehearsal", "=", False)
        count = Crisis.search_count(running)
        if not count:
            return None
        name = self.env._("Open Crisis Events")
        return self._prepare_card(
            "crisis",
            name,
            str(count),
            is_alert=True,
            open=self._get_opener(name, Crisis._name, running),
        )
