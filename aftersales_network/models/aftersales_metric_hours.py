from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..tools import workdays


class AftersalesMetric(models.AbstractModel):
    """How much of their time technicians spend on jobs."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        return {
            **super()._get_metric_catalog(),
            "UTIL": {
                "name": self.env._("Technician Utilisation"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _metric_util(self, points, date_from, date_to):
        """Labour hours of jobs finished in the period ÷ hours technicians were there.

        Days to come do not count yet; people on loan count where they work.
        """
        model, domain = self._metric_domain_util(points, date_from, date_to)
        # The caller may read the points; a figure counts all their jobs.
        worked = dict(
            self.env[model]
            .sudo()
            ._read_group(domain, ["service_point_id"], ["quantity:sum"])
        )
        there = self._get_available_hours(points, date_from, date_to)
        return {
            point.id: (worked.get(point, 0), there.get(point.id, 0)) for point in points
        }

    @api.model
    def _metric_domain_util(self, points, date_from, date_to):
        """Labour of the jobs finished in the period."""
        orders = self._get_order_domain(points, date_from, date_to)
        return "aftersales.service.order.line", Domain("order_id", "any", orders) & (
            Domain("kind", "=", "labour")
        )

    @api.model
    def _get_available_hours(self, points, date_from, date_to):
        """Hours for which technicians were at work: ``{point_id: hours}``.

        The opening hours of the point count, else the working hours of its company,
        without holidays and absences. Constant number of queries.
        """
        last = min(date_to, self.env.company._get_aftersales_today())
        count = (last - date_from).days + 1
        days = frozenset(date_from + timedelta(days=n) for n in range(count))
        if not days or not points:
            return {}
        # Calendars and absences are no secret of the figure: only hours come out.
        Order_sudo = self.env["aftersales.service.order"].sudo()
        points_sudo = points.sudo()
        people = Order_sudo._load_people(points_sudo, days)
        calendars = {
            point: point.resource_calendar_id or point.company_id.resource_calendar_id
            for point in points_sudo
        }
        hours = self._load_day_hours(calendars, people, days)
        return {
            point.id: sum(
                hours(point, person, day)
                for person in people.get(point.id, ())
                if person.role.is_technician
                for day in person.days
            )
            for point in points_sudo
        }

    @api.model
    def _load_day_hours(self, calendars, people, days):
        """Function ``(point, person, day)`` → hours at work.

        :param calendars: calendar of each point
        :param people: people by point, as the dispatch loads them
        """
        Order_sudo = self.env["aftersales.service.order"].sudo()
        used = self.env["resource.calendar"].sudo().union(*calendars.values())
        employees = (
            self.env["hr.employee"]
            .sudo()
            .union(*(p.staff.employee_id for ps in people.values() for p in ps))
        )
        shifts = Order_sudo._load_shifts(used)
        companies = self.env["res.company"].union(*(p.company_id for p in calendars))
        leaves = Order_sudo._load_leaves(used, employees.resource_id, days, companies)
        closed = {
            calendar: frozenset(days)
            - workdays.open_days(
                days,
                shifts[calendar.id],
                Order_sudo._to_local(
                    leaves["calendar", calendar.id] + leaves["calendar", 0],
                    calendar.tz or "UTC",
                ),
            )
            for calendar in used
        }
        absent = {
            employee: Order_sudo._get_absent_days(employee, leaves, days)
            for employee in employees
            if leaves["resource", employee.resource_id.id]
        }
        by_day = {
            (calendar, day): workdays.worked_hours(day, shifts[calendar.id])
            for calendar in used
            for day in days - closed[calendar]
        }

        def hours(point, person, day):
            if day in absent.get(person.staff.employee_id, ()):
                return 0.0
            return by_day.get((calendars[point], day), 0.0)

        return hours
