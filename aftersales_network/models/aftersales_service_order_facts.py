from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import pytz

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import workdays


@dataclass(frozen=True)
class JobDays:
    """Days of one order: on which it may be done, on whose rules and capacity."""

    days: frozenset
    fact_day: date
    load_day: date
    is_planned: bool


@dataclass(frozen=True)
class Person:
    """Somebody who works at a point on some days, at home or on loan there."""

    staff: models.Model
    role: models.Model
    is_home: bool
    days: frozenset


class AftersalesServiceOrder(models.Model):
    """Facts of the dispatch, loaded once for a batch of orders."""

    _inherit = "aftersales.service.order"

    #: Everything ranking and hand-over read on a point: what is missing here is
    #: read again, point by point.
    _DISPATCH_POINT_FIELDS = (
        "name",
        "code",
        "active",
        "company_id",
        "state",
        "tier",
        "kind",
        "partner_id",
        "level_id",
        "capacity",
        "capacity_per_day",
        "resource_calendar_id",
    )

    def _load_dispatch_facts(self, extra_points=None):
        """Load everything the ranking needs, in a constant number of queries.

        Agreements and certificates are asked once per day on which a visit is
        planned, and once for all orders without a plan.

        :param extra_points: points to judge although they have no assignment
        """
        days = {order.id: order._get_job_days() for order in self}
        all_days = {day for job in days.values() for day in (*job.days, job.load_day)}
        assignments = self._load_assignments(all_days)
        points = assignments.service_point_id
        if extra_points:
            points |= extra_points
        points.fetch(self._DISPATCH_POINT_FIELDS)
        people = self._load_people(points, all_days)
        by_area = defaultdict(list)
        for line in assignments:
            by_area[line.area_id.id].append(line)
        fact_days = {job.fact_day for job in days.values()}
        calendar = self._load_calendar_facts(points, people, all_days)
        return {
            "days": days,
            "by_area": by_area,
            "agreements": {day: points._get_agreements_on(day) for day in fact_days},
            "people": people,
            "missing": self._load_missing(people, fact_days),
            "refusals": self._load_refusals(),
            "teams": {},
            **calendar,
            **self._load_loads(points),
        }

    def _get_job_days(self):
        """Days on which the order may be done, in the company's time zone."""
        self.ensure_one()
        company = self.company_id
        today = company._get_aftersales_today()
        planned, promised = (
            moment and company._get_aftersales_today(moment)
            for moment in (self.date_planned, self.date_promised)
        )
        if planned and planned < today:
            planned = False
        return JobDays(
            days=frozenset(workdays.job_days(today, planned, promised)),
            fact_day=planned or today,
            load_day=workdays.load_day(today, planned, promised),
            is_planned=bool(planned),
        )

    def _load_assignments(self, days):
        """Assignments of the areas of the batch and of everything above them."""
        self.area_id.fetch(["parent_path"])
        area_ids = {i for area in self.area_id for i in area._get_ancestor_ids()}
        domain = self._get_period_domain(min(days), max(days))
        domain &= Domain("area_id", "in", list(area_ids))
        domain &= Domain("company_id", "in", self.company_id.ids)
        return self.env["aftersales.area.assignment"].search_fetch(
            domain,
            [
                "service_point_id",
                "area_id",
                "product_categ_id",
                "exclusive",
                "company_id",
                "date_from",
                "date_to",
            ],
        )

    def _get_period_domain(self, first, last):
        """Domain of dated lines that run on some day of a period."""
        return Domain("date_from", "<=", last) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", first)
        )

    # People

    def _load_people(self, points, days):
        """People by point, those on loan at the receiver: ``{id: [Person]}``."""
        period = self._get_period_domain(min(days), max(days))
        Posting_sudo = self.env["aftersales.staff.posting"].sudo()
        postings_sudo = Posting_sudo.search_fetch(
            Posting_sudo._get_running_domain(min(days), max(days))
            & (
                Domain("to_point_id", "in", points.ids)
                | Domain("from_point_id", "in", points.ids)
            ),
            ["staff_id", "to_point_id", "role_id", "date_from", "date_to"],
        )
        staff = self.env["aftersales.staff"].search_fetch(
            period
            & (
                Domain("service_point_id", "in", points.ids)
                | Domain("id", "in", postings_sudo.staff_id.ids)
            ),
            [
                "service_point_id",
                "company_id",
                "role_id",
                "name",
                "employee_id",
                "date_from",
                "date_to",
            ],
        )
        staff.role_id.fetch(["is_technician"])
        return self._place_people(staff, postings_sudo, days)

    def _place_people(self, staff, postings_sudo, days):
        """Put each person at home or, during a posting, at the receiver."""
        by_staff = postings_sudo.grouped(lambda p: p.staff_id.id)
        people = defaultdict(list)
        for person in staff:
            present = self._filter_days(person, days)
            for posting in by_staff.get(person.id, ()):
                away = self._filter_days(posting, present)
                present -= away
                people[posting.to_point_id.id].append(
                    Person(person, posting.role_id.sudo(False), False, away)
                )
            home = person.service_point_id.id
            people[home].append(Person(person, person.role_id, True, present))
        return people

    def _filter_days(self, line, days):
        """Days on which a dated line runs."""
        start, stop = line.date_from, line.date_to or date.max
        return frozenset(day for day in days if start <= day <= stop)

    def _load_missing(self, people, fact_days):
        """Missing qualifications: ``{(type_id, day): {staff_id: [text]}}``."""
        everybody = self.env["aftersales.staff"].union(
            *(person.staff for persons in people.values() for person in persons)
        )
        return {
            (kind.id, day): everybody._get_missing_qualifications(kind, day)
            for kind in self.service_type_id.union(
                *(order._get_qualification_type() for order in self)
            )
            for day in fact_days
        }

    def _load_refusals(self):
        """Refusals of the orders: ``{order_id: {point_id: refusal}}``."""
        found = defaultdict(dict)
        # The point that refused may lie outside the user's subtree.
        refusals_sudo = self.env["aftersales.dispatch.refusal"].sudo()
        for refusal in refusals_sudo.search_fetch(
            [("order_id", "in", self.ids)],
            ["order_id", "service_point_id", "kind", "date", "reason", "company_id"],
            order="date, id",
        ):
            found[refusal.order_id.id][refusal.service_point_id.id] = refusal
        return found

    # Calendars

    def _load_calendar_facts(self, points, people, days):
        """Open days of the points, days on which employees are absent."""
        # Plans of other people are no secret of the ranking: only days come out.
        calendars_sudo = points.resource_calendar_id.sudo()
        employees_sudo = (
            self.env["hr.employee"]
            .sudo()
            .union(*(p.staff.employee_id.sudo() for ps in people.values() for p in ps))
        )
        resources_sudo = employees_sudo.resource_id
        shifts = self._load_shifts(calendars_sudo)
        leaves = self._load_leaves(calendars_sudo, resources_sudo, days)
        return {
            "open_days": {
                point.id: self._get_open_days(point, shifts, leaves, days)
                for point in points
            },
            "absent_days": {
                employee.id: self._get_absent_days(employee, leaves, days)
                for employee in employees_sudo
                if leaves["resource", employee.resource_id.id]
            },
        }

    def _load_shifts(self, calendars_sudo):
        """Working hours per calendar; flexible ones have none."""
        shifts = defaultdict(list)
        for line in (
            self.env["resource.calendar.attendance"]
            .sudo()
            .search_fetch(
                [
                    ("calendar_id", "in", calendars_sudo.ids),
                    ("calendar_id.flexible_hours", "=", False),
                    ("display_type", "=", False),
                    ("day_period", "!=", "lunch"),
                ],
                ["calendar_id", "dayofweek", "hour_from", "hour_to", "week_type"],
            )
        ):
            shifts[line.calendar_id.id].append(
                workdays.Shift(
                    int(line.dayofweek),
                    line.hour_from,
                    line.hour_to,
                    int(line.week_type) if line.week_type else None,
                )
            )
        return shifts

    def _load_leaves(self, calendars_sudo, resources_sudo, days, companies=None):
        """Leaves by ``("calendar" or "resource", id)``; 0 is every calendar.

        :param companies: whose leaves count, by default those of the orders
        """
        companies = companies or self.company_id
        domain = Domain("time_type", "=", "leave")
        # A day more at both ends: leaves are stored in UTC.
        first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=2)
        domain &= Domain("date_from", "<=", fields.Datetime.to_datetime(last))
        domain &= Domain("date_to", ">=", fields.Datetime.to_datetime(first))
        domain &= Domain("company_id", "in", [False, *companies.ids])
        domain &= Domain("resource_id", "in", resources_sudo.ids) | (
            Domain("resource_id", "=", False)
            & Domain("calendar_id", "in", [False, *calendars_sudo.ids])
        )
        leaves = defaultdict(list)
        for leave in (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                domain, ["resource_id", "calendar_id", "date_from", "date_to"]
            )
        ):
            key = (
                ("resource", leave.resource_id.id)
                if leave.resource_id
                else ("calendar", leave.calendar_id.id or 0)
            )
            leaves[key].append((leave.date_from, leave.date_to))
        return leaves

    def _get_open_days(self, point, shifts, leaves, days):
        """Days on which a point works; without opening hours every day."""
        calendar_sudo = point.resource_calendar_id.sudo()
        found = leaves["calendar", calendar_sudo.id or 0] + (
            leaves["calendar", 0] if calendar_sudo else []
        )
        local = self._to_local(found, calendar_sudo.tz or "UTC")
        return workdays.open_days(days, shifts[calendar_sudo.id], local)

    def _get_absent_days(self, employee_sudo, leaves, days):
        """Days an employee is off for all of the working hours."""
        found = leaves["resource", employee_sudo.resource_id.id]
        local = self._to_local(found, employee_sudo.tz or "UTC")
        hours = workdays.DEFAULT_HOURS
        return frozenset(d for d in days if workdays.is_covered(d, hours, local))

    def _to_local(self, pairs, zone_name):
        """Pairs of UTC moments as naive moments of a time zone."""
        if not pairs:
            return []
        zone = pytz.timezone(zone_name)
        return [
            tuple(
                pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
                for moment in pair
            )
            for pair in pairs
        ]

    # Load

    def _load_loads(self, points):
        """Open orders per point, per person and per point and day."""
        domain = self._get_open_domain() & Domain("service_point_id", "in", points.ids)
        load, person_load = defaultdict(int), defaultdict(int)
        for point, person, count in self._read_group(
            domain, ["service_point_id", "technician_id"], ["__count"]
        ):
            load[point.id] += count
            person_load[person.id] += count
        day_load = self._load_day_loads(points.filtered("capacity_per_day"))
        return {"load": load, "person_load": person_load, "day_load": day_load}

    def _load_day_loads(self, points):
        """Visits per point and day, for points with a limit; never past days."""
        day_load = defaultdict(int)
        if not points:
            return day_load
        today = self.env.company._get_aftersales_today()
        self.flush_model(["service_point_id", "state", "date_planned", "date_promised"])
        company_sudo = points.company_id.sudo()[:1]
        query = self.sudo()._search(
            self._get_open_domain() & Domain("service_point_id", "in", points.ids)
        )
        for point_id, day, count in self.env.execute_query(
            SQL(
                """
                SELECT service_point_id,
                       GREATEST(%(today)s::date, (COALESCE(date_planned, date_promised)
                           AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date),
                       COUNT(*)
                  FROM aftersales_service_order WHERE id IN %(ids)s
              GROUP BY 1, 2
                """,
                today=today,
                zone=company_sudo._get_aftersales_zone(),
                ids=query.subselect(),
            )
        ):
            day_load[point_id, day] += count
        return day_load
