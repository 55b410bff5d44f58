from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, AftersalesCommon


@tagged("post_install", "-at_install")
class TestFunction(AftersalesCommon):
    """Every function of service has an owner; posts have a reporting line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.functions = cls.env["aftersales.function"].search([])
        cls.complaints = cls.env.ref("aftersales_network.function_complaints")
        Department = cls.env["hr.department"]
        cls.board = Department.create({"name": "Board"})
        cls.service = Department.create({"name": "Service", "parent_id": cls.board.id})
        Job = cls.env["hr.job"]
        cls.director = Job.create({"name": "Director", "department_id": cls.board.id})
        cls.lead = Job.create({"name": "Lead", "department_id": cls.service.id})
        cls.agent = Job.create({"name": "Agent", "department_id": cls.service.id})
        Employee = cls.env["hr.employee"]
        cls.dora = Employee.create({"name": "Dora", "job_id": cls.director.id})
        cls.lena = Employee.create({"name": "Lena", "job_id": cls.lead.id})
        cls.board.manager_id = cls.dora
        cls.service.manager_id = cls.lena

    def _own(self, **vals):
        return self.env["aftersales.function.assignment"].create(
            {
                "function_id": self.complaints.id,
                "date_from": date(2020, 1, 1),
                "job_id": self.agent.id,
                **vals,
            }
        )

    def test_the_fifteen_functions(self):
        codes = set(self.functions.mapped("code"))
        self.assertEqual(len(codes), 15)
        self.assertLessEqual(
            {"culture", "strategy", "network", "waste", "complaints", "design"}, codes
        )

    def test_functions_without_an_owner_are_listed(self):
        Function = self.env["aftersales.function"].with_user(self.user_head)
        unowned = Function.search([("has_owner", "=", False)])
        self.assertIn(self.complaints, unowned)
        line = self._own()
        self.env.invalidate_all()
        self.assertTrue(self.complaints.has_owner)
        self.assertEqual(self.complaints.owner_names, "Service / Agent")
        self.assertNotIn(self.complaints, Function.search([("has_owner", "=", False)]))
        self.assertEqual(Function.search([("has_owner", "=", True)]), self.complaints)
        line.date_to = date(2021, 1, 1)
        self.env.invalidate_all()
        self.assertFalse(self.complaints.has_owner)
        action = self.env.ref("aftersales_network.aftersales_function_action_unowned")
        self.assertIn("search_default_unowned", action.context)

    def test_each_company_needs_its_own_owner(self):
        self._own()
        own = self.complaints.with_company(self.company)
        foreign = self.complaints.with_company(self.company_b)
        self.assertTrue(own.has_owner)
        self.assertFalse(foreign.has_owner)
        self.assertNotIn(self.complaints, foreign.search([("has_owner", "=", True)]))

    def test_an_owner_is_needed(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._own(job_id=False, department_id=False).flush_recordset()

    def test_the_same_owner_twice(self):
        line = self._own(date_to=date(2025, 12, 31))
        with (
            self.assertRaisesRegex(
                ValidationError,
                "Service / Agent owns “Complaints” from 2020-01-01 already",
            ),
            self.env.cr.savepoint(),
        ):
            self._own(date_from=date(2025, 12, 31))
        self.assertTrue(self._own(date_from=date(2026, 1, 1)))
        self.assertTrue(self._own(job_id=self.lead.id))
        self.assertEqual(line.department_id, self.service)

    def test_departments_and_people_own_as_well(self):
        line = self._own(job_id=False, employee_id=self.lena.id)
        self.assertEqual(line.owner_name, "Lena")
        line = self._own(job_id=False, department_id=self.service.id)
        self.assertEqual(line.owner_name, "Service")

    def test_reporting_line_follows_the_managers(self):
        self.assertEqual(self.agent.aftersales_superior_id, self.lead)
        self.assertEqual(
            self.agent.aftersales_reporting_line,
            "Agent (Service) → Lead (Service) → Director (Board)",
        )
        self.assertEqual(self.lead.aftersales_superior_id, self.director)
        self.assertFalse(self.director.aftersales_superior_id)
        self.assertEqual(self.lead.aftersales_holder_names, "Lena")

    def test_reporting_line_by_hand(self):
        self.agent.aftersales_reports_to_id = self.director
        self.assertEqual(
            self.agent.aftersales_reporting_line, "Agent (Service) → Director (Board)"
        )
        with self.assertRaisesRegex(ValidationError, "would report to itself"):
            self.director.aftersales_reports_to_id = self.agent

    def test_managers_in_a_circle_end_the_line(self):
        self.director.department_id = self.service
        self.director.aftersales_reports_to_id = self.lead
        self.assertEqual(
            self.lead.aftersales_reporting_line,
            "Lead (Service) → Director (Service)",
        )

    def test_job_description_is_printed(self):
        self._own()
        self.agent.aftersales_duties = "<p>Answers within a day</p>"
        self.agent.aftersales_qualification = "Two years at the phone"
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_network.report_job_description", self.agent.ids
        )
        text = html.decode()
        for expected in (
            "Job Description",
            "Agent (Service) → Lead (Service) → Director (Board)",
            "Complaints",
            "Answers within a day",
            "Two years at the phone",
        ):
            self.assertIn(expected, text)

    def test_the_head_writes_posts(self):
        job = self.env["hr.job"].with_user(self.user_head).create({"name": "New"})
        job.write({"aftersales_duties": "<p>x</p>", "department_id": self.service.id})
        self.assertEqual(job.aftersales_superior_id, self.lead)
        for role in ("auditor", "dispatcher", "centre", "service"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(
                job.with_user(user).aftersales_reporting_line[:13], "New (Service)"
            )
            with self.assertRaises(AccessError):
                job.with_user(user).write({"name": "y"})

    def _asked(self):
        return self.functions.activity_ids.filtered(
            lambda a: a.user_id == self.user_head and self.company.name in a.summary
        )

    def test_the_heads_are_asked_once(self):
        self._own()
        with freeze_time("2026-06-01"):
            self.env["aftersales.function"]._cron_remind_unowned()
            first = self._asked()
            self.assertEqual(len(first), len(self.functions) - 1)
            self.assertNotIn(self.complaints.id, first.mapped("res_id"))
            self.env["aftersales.function"]._cron_remind_unowned()
            self.assertEqual(self._asked(), first)
        others = self.functions.activity_ids.user_id - self.user_head
        self.assertNotIn(self.user_admin, others)

    def test_rights(self):
        expected = {"head": "rwcd", "admin": "rwcd", "hr": "rwc"}
        letters = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
        for role in ROLES:
            user = getattr(self, f"user_{role}")
            for model, own in (
                ("aftersales.function", expected),
                ("aftersales.function.assignment", {**expected, "hr": "rwcd"}),
            ):
                records = self.env[model].with_user(user)
                got = "".join(k for k, o in letters.items() if records.has_access(o))
                self.assertEqual(got, own.get(role, "r"), (role, model))
        portal = self.env["aftersales.function"].with_user(self.user_portal)
        self.assertFalse(portal.has_access("read"))

    def test_owners_of_another_company_stay_there(self):
        department = self.env["hr.department"].create(
            {"name": "Foreign", "company_id": self.company_b.id}
        )
        line = self._own(
            company_id=self.company_b.id, job_id=False, department_id=department.id
        )
        with self.assertRaises(AccessError):
            line.with_user(self.user_head).read(["owner_name"])
        with self.assertRaisesRegex(Exception, "(?i)compan"):
            self._own(job_id=False, department_id=department.id)
