from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain

from .aftersales_visit import MADE_STATES

#: States in which a point is to be visited.
VISITED_STATES = ("probation", "active", "suspended")


class AftersalesServicePoint(models.Model):
    """Visits to a point, and whether the next one is overdue."""

    _inherit = "aftersales.service.point"

    visit_ids = fields.One2many("aftersales.visit", "service_point_id")
    visit_count = fields.Integer(compute="_compute_visit_figures")
    open_task_count = fields.Integer(
        "Open Visit Tasks", compute="_compute_visit_figures"
    )
    date_last_visit = fields.Date("Last Visit", compute="_compute_visit_figures")
    date_next_visit = fields.Date("Next Visit", compute="_compute_visit_figures")
    is_visit_overdue = fields.Boolean(
        "Visit Overdue",
        compute="_compute_is_visit_overdue",
        search="_search_is_visit_overdue",
        help="In service, and not visited for the months set for the company.",
    )

    def _compute_visit_figures(self):
        Visit = self.env["aftersales.visit"]
        mine = Domain("service_point_id", "in", self.ids)
        made, planned, tasks, last = {}, {}, {}, {}
        if Visit.has_access("read"):
            made = self._count_by_point(
                Visit, mine & Domain("state", "!=", "cancelled")
            )
            planned = self._get_visit_dates(
                mine & Domain("state", "=", "planned"), "date_planned:min"
            )
            last = self._get_visit_dates(
                mine & Domain("state", "in", MADE_STATES), "date_done:max"
            )
            Task = self.env["aftersales.visit.task"]
            tasks = self._count_by_point(Task, mine & Domain("state", "=", "open"))
        for point in self:
            origin = point._origin
            point.visit_count = made.get(origin, 0)
            point.open_task_count = tasks.get(origin, 0)
            point.date_last_visit = last.get(origin, False)
            point.date_next_visit = planned.get(origin, False)

    def _get_visit_dates(self, domain, aggregate):
        """One date per point over visits: ``{point: date}``."""
        Visit = self.env["aftersales.visit"]
        return dict(Visit._read_group(domain, ["service_point_id"], [aggregate]))

    def _compute_is_visit_overdue(self):
        overdue = self.search(
            Domain("id", "in", self.ids) & Domain("is_visit_overdue", "=", True)
        )
        for point in self:
            point.is_visit_overdue = point._origin in overdue

    def _search_is_visit_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = []
        for company in self.env.companies:
            months = company.aftersales_visit_months
            limit = company._get_aftersales_today() - relativedelta(months=months)
            visited = [("state", "in", MADE_STATES), ("date_done", ">=", limit)]
            # A point that just went into service is not overdue at once.
            settled = Domain("date_activated", "=", False)
            settled |= Domain("date_activated", "<", limit)
            domains.append(
                Domain("company_id", "=", company.id)
                & Domain("visit_ids", "not any", visited)
                & settled
            )
        in_service = Domain("tier", "=", "point")
        in_service &= Domain("state", "in", VISITED_STATES)
        return in_service & Domain.OR(domains)

    def action_view_visits(self):
        """Open the visits to the point."""
        return self._get_related_action(
            "aftersales.visit", self.env._("Visits"), "list,kanban,calendar,form"
        )

    def action_view_visit_tasks(self):
        """Open the findings and support requests of the point."""
        return self._get_related_action(
            "aftersales.visit.task", self.env._("Visit Tasks"), "list,kanban,form"
        )

    def action_plan_visits(self):
        """Open the wizard that plans visits to these points."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Visits"),
            "res_model": "aftersales.visit.plan.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_service_point_ids": self.ids},
        }

    def _on_closed(self):
        res = super()._on_closed()
        # Whoever closes a point need not keep the visits of its centre.
        planned_sudo = self.sudo().visit_ids.filtered(lambda v: v.state == "planned")
        planned_sudo._cancel(self.env._("The cooperation with the point has ended."))
        return res
