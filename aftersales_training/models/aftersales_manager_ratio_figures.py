from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.ratio import (
    Interval,
    absences_under,
    falls_under,
    forecast,
    month_ends,
    required_heads,
    share,
    shortfall,
    without,
)

FORECAST_MONTHS = 24
#: How people on leave count: who drops out of the managers, who of the holders.
AWAY_MANAGERS = frozenset(("neither",))
AWAY_HOLDERS = frozenset(("neither", "managers"))


class AftersalesManagerRatio(models.Model):
    """The figures of any day, and their course as known today."""

    _inherit = "aftersales.manager.ratio"

    @api.model
    def _get_ratio(self, date, point=None, company=None):
        """Return the figures of the certified-manager rule on any date.

        Managers are the people of staff lines in a manager role that run on the
        date, at the head office, centres and points alike; holders are those of
        them with a certificate that counts and holds on the date.  Somebody in
        two roles, at two points or known as employee and as contact is one
        person.  The rule is the one of the date.

        :param date: past, present or future date
        :param point: ``aftersales.service.point``; it and everything below it
        :param company: ``res.company``; default: of the point, else the current
        :return: dict ``managers, holders, required, shortfall, ratio`` (holders ÷
            managers, 0.0 without managers), ``manager_ids, holder_ids``: ids of
            ``aftersales.staff``, one line per person (the oldest that runs)
        """
        company, point = self._get_scope(point, company)
        ratios = self._get_ratios(date, company, point, with_company=not point)
        return ratios[point.id]

    @api.model
    def _get_ratios(self, date, company, points, with_company=True):
        """Return the figures of a company and of many units in two queries.

        :param points: units; each counts with everything below it
        :param with_company: count the company as a whole, too, as ``False``
        :return: ``{point_id: figures}``; figures as of :meth:`_get_ratio`
        """
        day = fields.Date.to_date(date)
        rule = company.sudo()._get_aftersales_ratio_rule(day)
        self._flush_people()
        query = self._get_ratio_sql(day, company, points, rule, with_company)
        counted = {
            unit_id: people for unit_id, *people in self.env.execute_query(query)
        }
        wanted = [False, *points.ids] if with_company else points.ids
        return {
            unit_id: self._prepare_figures(rule, *counted.get(unit_id or 0, ([], [])))
            for unit_id in wanted
        }

    @api.model
    def _get_scope(self, point, company):
        """Return (company, point) of a question."""
        point = point or self.env["aftersales.service.point"]
        return company or point.company_id or self.env.company, point

    @api.model
    def _prepare_figures(self, rule, manager_ids, holder_ids):
        """Apply the rule of the day to counted people."""
        managers, holders = len(manager_ids), len(holder_ids or [])
        required = required_heads(managers, rule.rate, rule.minimum)
        return {
            "managers": managers,
            "holders": holders,
            "required": required,
            "shortfall": shortfall(holders, required),
            "ratio": float(share(holders, managers) or 0),
            "manager_ids": manager_ids,
            "holder_ids": holder_ids or [],
        }

    @api.model
    def _get_ratio_sql(self, day, company, points, rule, with_company):
        """A row per unit: its id (0: the company), managers, holders.

        People are ids of staff lines; a person is counted once per unit.
        """
        Staff = self.env["aftersales.staff"]
        return SQL(
            """
            WITH post AS (
                SELECT %(person)s AS person, s.id, s.service_point_id
                  FROM aftersales_staff s
             LEFT JOIN hr_employee e ON e.id = s.employee_id
                 WHERE s.is_manager AND s.company_id = %(company)s
                   AND %(present)s AND %(here)s
            ), head AS (
                SELECT 0 AS unit_id, person, MIN(id) AS staff_id
                  FROM post
                 WHERE %(whole)s
              GROUP BY person
             UNION ALL
                SELECT unit.id, post.person, MIN(post.id)
                  FROM post
                  JOIN aftersales_service_point p ON p.id = post.service_point_id
                  JOIN aftersales_service_point unit
                    ON unit.id = ANY(%(points)s)
                   AND p.parent_path LIKE unit.parent_path || '%%'
              GROUP BY 1, 2
            ), holding AS (
                SELECT DISTINCT person FROM (%(held)s) held WHERE %(holds)s
            )
            SELECT head.unit_id,
                   array_agg(head.staff_id ORDER BY head.staff_id),
                   array_agg(head.staff_id ORDER BY head.staff_id)
                       FILTER (WHERE holding.person IS NOT NULL)
              FROM head
         LEFT JOIN holding ON holding.person = head.person
          GROUP BY head.unit_id
            """,
            person=Staff._get_person_sql(),
            present=Staff._get_present_sql(day),
            here=self._get_here_sql(
                Staff._get_person_sql(), day, company, rule, AWAY_MANAGERS
            ),
            held=Staff._get_held_sql(day, for_ratio=True),
            holds=self._get_here_sql(
                SQL("held.person"), day, company, rule, AWAY_HOLDERS
            ),
            company=company.id,
            points=points.ids,
            whole=with_company,
        )

    @api.model
    def _get_here_sql(self, person, day, company, rule, modes):
        """Condition that a person is not left out because of a long leave."""
        if rule.absence not in modes:
            return SQL("TRUE")
        away = self.env["aftersales.staff.absence"]._get_away_sql(day, [company.id])
        return SQL("(%s, %s) NOT IN (%s)", company.id, person, away)

    @api.model
    def _flush_people(self):
        self.env["aftersales.staff"]._flush_people()
        self.env["aftersales.staff.absence"].flush_model()

    # Forecast

    @api.model
    def _get_forecast(self, date, point=None, company=None, months=FORECAST_MONTHS):
        """Return the course of the ratio from a date on, as known today.

        :return: (list of ``RatioPoint``, list of dates on which it falls under)
        """
        first = fields.Date.to_date(date)
        last = month_ends(first, months + 1)[-1]
        company, point = self._get_scope(point, company)
        rules = company.sudo()._get_aftersales_ratio_rules()
        managers, certificates, absences = self._get_intervals(
            first, last, company, point
        )
        course = forecast(
            without(managers, absences_under(absences, rules, AWAY_MANAGERS)),
            without(certificates, absences_under(absences, rules, AWAY_HOLDERS)),
            first,
            last,
            rules,
        )
        return course, falls_under(course)

    @api.model
    def _get_intervals(self, first, last, company, point):
        """Load who manages, who holds and who is away within a window of dates."""
        self._flush_people()
        queries = (
            self._get_managers_sql(first, last, company, point),
            self._get_certificates_sql(first, last),
            self._get_absences_sql(first, last, company),
        )
        return tuple(
            [Interval(*row) for row in self.env.execute_query(query)]
            for query in queries
        )

    @api.model
    def _get_managers_sql(self, first, last, company, point):
        return SQL(
            """
            SELECT %(person)s, s.date_from, s.date_to
              FROM aftersales_staff s
         LEFT JOIN hr_employee e ON e.id = s.employee_id
             WHERE s.is_manager AND %(scope)s AND s.date_from <= %(last)s
               AND (s.date_to >= %(first)s OR s.date_to IS NULL AND s.active)
            """,
            person=self.env["aftersales.staff"]._get_person_sql(),
            scope=self._get_scope_sql(company, point),
            first=first,
            last=last,
        )

    @api.model
    def _get_scope_sql(self, company, point):
        """Condition that the staff line ``s`` belongs to the company and unit."""
        if not point:
            return SQL("s.company_id = %s", company.id)
        return SQL(
            "s.company_id = %(company)s AND s.service_point_id IN ("
            "SELECT id FROM aftersales_service_point WHERE parent_path LIKE %(path)s)",
            company=company.id,
            path=f"{point.sudo().parent_path}%",
        )

    @api.model
    def _get_certificates_sql(self, first, last):
        return SQL(
            """
            SELECT %(holder)s, c.date_issue, LEAST(c.date_expiry, c.date_revoked - 1)
              FROM aftersales_certificate c
              JOIN aftersales_certificate_type t ON t.id = c.type_id
         LEFT JOIN hr_employee e ON e.id = c.holder_employee_id
             WHERE c.state IN ('verified', 'revoked') AND t.counts_for_ratio
               AND c.date_issue <= %(last)s
               AND COALESCE(c.date_expiry, %(first)s) >= %(first)s
               AND COALESCE(c.date_revoked, %(last)s) > %(first)s
            """,
            holder=self.env["aftersales.staff"]._get_holder_sql(),
            first=first,
            last=last,
        )

    @api.model
    def _get_absences_sql(self, first, last, company):
        return SQL(
            """
            SELECT %(person)s, a.date_from, a.date_to
              FROM aftersales_staff_absence a
         LEFT JOIN hr_employee ae ON ae.id = a.employee_id
             WHERE a.company_id = %(company)s AND a.date_from <= %(last)s
               AND (a.date_to IS NULL OR a.date_to >= %(first)s)
            """,
            person=self.env["aftersales.staff.absence"]._get_person_sql(),
            company=company.id,
            first=first,
            last=last,
        )
