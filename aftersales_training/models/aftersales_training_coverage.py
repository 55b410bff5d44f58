from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .aftersales_training_course import CONTENT_TYPES


class AftersalesTrainingCoverage(models.Model):
    """Hours and passes of each person by content and year.

    The running year also has a row for every present person and content without
    any training, so that whoever had none is found.
    """

    _name = "aftersales.training.coverage"
    _description = "Training Coverage"
    _auto = False
    _order = "year desc, person_name, content_type, id"
    _rec_name = "person_name"
    _depends = {
        "aftersales.training.attendee": [
            "company_id",
            "course_id",
            "date_attended",
            "date_passed",
            "date_result",
            "employee_id",
            "hours",
            "is_passed",
            "partner_id",
            "person_id",
            "person_name",
            "service_point_id",
            "session_id",
            "state",
        ],
        "aftersales.training.course": ["content_type"],
        "aftersales.training.session": ["date_start"],
        "aftersales.staff": [
            "active",
            "company_id",
            "date_from",
            "date_to",
            "employee_id",
            "name",
            "partner_id",
            "service_point_id",
        ],
        "hr.employee": ["work_contact_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    person_id = fields.Many2one("res.partner", readonly=True)
    employee_id = fields.Many2one("hr.employee", readonly=True)
    person_name = fields.Char("Name", readonly=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point", "Unit", readonly=True
    )
    content_type = fields.Selection(CONTENT_TYPES, "Content", readonly=True)
    year = fields.Integer(readonly=True, aggregator=None)
    hours = fields.Float(readonly=True)
    attended_count = fields.Integer("Attended", readonly=True)
    passed_count = fields.Integer("Courses Passed", readonly=True)
    people_count = fields.Integer(
        "People",
        readonly=True,
        aggregator="sum",
        help="One per row: person, content and year.",
    )
    is_covered = fields.Boolean("Trained", readonly=True)

    @property
    def _table_query(self):
        zone = self.env.company._get_aftersales_tz()
        today = self.env.company._get_aftersales_today()
        return SQL(
            """
            WITH attendance AS (%(attendance)s), wanted AS (%(wanted)s)
            SELECT row_number() OVER (
                       ORDER BY COALESCE(a.company_id, w.company_id),
                                COALESCE(a.person, w.person),
                                COALESCE(a.year, w.year),
                                COALESCE(a.content_type, w.content_type)
                   )::integer AS id,
                   COALESCE(a.company_id, w.company_id) AS company_id,
                   COALESCE(a.person_id, w.person_id) AS person_id,
                   COALESCE(a.employee_id, w.employee_id) AS employee_id,
                   COALESCE(w.person_name, a.person_name) AS person_name,
                   COALESCE(w.service_point_id, a.service_point_id)
                       AS service_point_id,
                   COALESCE(a.content_type, w.content_type) AS content_type,
                   COALESCE(a.year, w.year) AS year,
                   COALESCE(a.hours, 0) AS hours,
                   COALESCE(a.attended_count, 0)::integer AS attended_count,
                   COALESCE(a.passed_count, 0)::integer AS passed_count,
                   1 AS people_count,
                   COALESCE(a.attended_count, 0) > 0 AS is_covered
              FROM attendance a
         FULL JOIN wanted w ON w.company_id = a.company_id AND w.person = a.person
                           AND w.content_type = a.content_type AND w.year = a.year
            """,
            attendance=self._attendance_sql(zone),
            wanted=self._wanted_sql(today),
        )

    @api.model
    def _attendance_sql(self, zone):
        """What people attended or passed, by content and year."""
        return SQL(
            """
            SELECT t.company_id, COALESCE(t.person_id, -t.employee_id) AS person,
                   MAX(t.person_id) AS person_id, MAX(t.employee_id) AS employee_id,
                   MAX(t.person_name) AS person_name,
                   (array_agg(t.service_point_id ORDER BY t.id DESC))[1]
                       AS service_point_id,
                   c.content_type, year.number AS year, SUM(t.hours) AS hours,
                   COUNT(*) AS attended_count,
                   COUNT(DISTINCT t.course_id) FILTER (WHERE t.is_passed)
                       AS passed_count
              FROM aftersales_training_attendee t
              JOIN aftersales_training_course c ON c.id = t.course_id
         LEFT JOIN aftersales_training_session s ON s.id = t.session_id
        CROSS JOIN LATERAL (
                   SELECT EXTRACT(YEAR FROM COALESCE(
                       (s.date_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                       t.date_attended, t.date_passed, t.date_result
                   ))::integer AS number
                   ) year
             WHERE (t.state = 'attended' OR t.is_passed) AND year.number IS NOT NULL
          GROUP BY t.company_id, COALESCE(t.person_id, -t.employee_id),
                   c.content_type, year.number
            """,
            zone=zone,
        )

    @api.model
    def _wanted_sql(self, today):
        """Every present person with every content, in the running year."""
        Staff = self.env["aftersales.staff"]
        return SQL(
            """
            SELECT p.*, kind.content_type, %(year)s::integer AS year
              FROM (SELECT DISTINCT ON (s.company_id, %(person)s)
                           s.company_id, %(person)s AS person,
                           COALESCE(s.partner_id, e.work_contact_id) AS person_id,
                           s.employee_id, s.name AS person_name, s.service_point_id
                      FROM aftersales_staff s
                 LEFT JOIN hr_employee e ON e.id = s.employee_id
                     WHERE %(present)s
                  ORDER BY s.company_id, %(person)s, s.id) p
        CROSS JOIN unnest(%(kinds)s) AS kind(content_type)
            """,
            person=Staff._get_person_sql(),
            present=Staff._get_present_sql(today),
            year=today.year,
            kinds=[code for code, _label in CONTENT_TYPES],
        )

    def action_view_attendances(self):
        """Open the attendances behind the row."""
        self.ensure_one()
        person = (
            Domain("person_id", "=", self.person_id.id)
            if self.person_id
            else Domain("employee_id", "=", self.employee_id.id)
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Trainings of %(name)s", name=self.person_name),
            "res_model": "aftersales.training.attendee",
            "view_mode": "list,form",
            "domain": list(person & Domain("content_type", "=", self.content_type)),
        }
