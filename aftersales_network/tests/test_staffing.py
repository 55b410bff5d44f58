from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROLES, AftersalesCommon

MARCH = date(2026, 3, 1)


@tagged("post_install", "-at_install")
class TestStaffing(AftersalesCommon):
    """Required against present people per post, unit and month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.role_dispatcher = cls.env.ref("aftersales_network.role_dispatcher")
        cls.norm = cls._create_norm(cls.role_technician, tier="point", per_person=2)

    @classmethod
    def _create_norm(cls, role, **vals):
        return cls.env["aftersales.staffing.norm"].create(
            {
                "role_id": role.id,
                "per_person": 10,
                "date_from": date(2020, 1, 1),
                **vals,
            }
        )

    def _finished(self, point, count, end=None):
        """Finished orders of a point, written past the steps."""
        return self.env["aftersales.service.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "service_type_id": self.type_repair.id,
                    "service_point_id": point.id,
                    "state": "done",
                    "date_request": datetime(2026, 3, 2, 8, 0),
                    "date_start": datetime(2026, 3, 2, 9, 0),
                    "date_end": end or datetime(2026, 3, 10, 9, 0),
                }
                for _n in range(count)
            ]
        )

    def _compute(self, month=MARCH):
        lines = self.env["aftersales.staffing.report"]._generate(month, self.company)
        return {(x.service_point_id, x.role_id): x for x in lines}

    def _figures(self, line):
        return line.work, line.required, line.present, line.gap

    def test_required_against_present(self):
        self._finished(self.point, 5)
        lines = self._compute()
        mine = lines[self.point, self.role_technician]
        self.assertEqual(self._figures(mine), (5, 3, 1, -2))
        self.assertEqual(mine.month, MARCH)
        self.assertEqual(mine.centre_id, self.centre)
        other = lines[self.point_b, self.role_technician]
        self.assertEqual(self._figures(other), (0, 0, 1, 1))
        self.assertNotIn((self.centre, self.role_technician), lines, "no norm")

    def test_a_centre_answers_for_its_points(self):
        self._create_norm(self.role_dispatcher, tier="centre", per_person=4, minimum=1)
        self._finished(self.point, 5)
        lines = self._compute()
        self.assertEqual(
            self._figures(lines[self.centre, self.role_dispatcher]), (5, 2, 0, -2)
        )
        self.assertEqual(
            self._figures(lines[self.centre_b, self.role_dispatcher]), (0, 1, 0, -1)
        )

    def test_the_norm_of_the_kind_goes_first(self):
        special = self._create_norm(
            self.role_technician, kind="authorized", per_person=5
        )
        self._finished(self.point, 5)
        line = self._compute()[self.point, self.role_technician]
        self.assertEqual(line.norm_id, special)
        self.assertEqual(self._figures(line), (5, 1, 1, 0))

    def test_only_the_month_in_the_time_zone_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self._finished(self.point, 1, datetime(2026, 3, 31, 15, 59))
        self._finished(self.point, 1, datetime(2026, 3, 31, 16, 1))
        april = self._compute(date(2026, 4, 15))
        self.assertEqual(april[self.point, self.role_technician].work, 1)
        self.assertEqual(self._compute()[self.point, self.role_technician].work, 1)

    def test_calls_count_by_their_request(self):
        self.norm.workload = "calls"
        self._finished(self.point, 2, datetime(2026, 4, 10, 9, 0))
        self._create_order()
        line = self._compute()[self.point, self.role_technician]
        self.assertEqual(line.work, 2)

    def test_people_count_once_and_on_the_last_day(self):
        self._create_staff(service_point_id=self.point.id, date_to=date(2026, 3, 30))
        self._create_staff(service_point_id=self.point.id, date_from=date(2026, 3, 31))
        line = self._compute()[self.point, self.role_technician]
        self.assertEqual(line.present, 2)

    def test_a_norm_that_does_not_end_in_decimals(self):
        self.norm.per_person = 0.1
        self._finished(self.point, 3)
        line = self._compute()[self.point, self.role_technician]
        self.assertEqual(line.required, 30)

    def test_computing_again_replaces_the_month(self):
        self._compute()
        self._finished(self.point, 5)
        line = self._compute()[self.point, self.role_technician]
        Report = self.env["aftersales.staffing.report"]
        found = Report.search(
            [("service_point_id", "=", self.point.id), ("month", "=", MARCH)]
        )
        self.assertEqual(found, line)
        self._compute(date(2026, 4, 1))
        self.assertTrue(line.exists())

    def test_norms_of_their_time(self):
        self.norm.date_to = date(2026, 3, 30)
        self.assertNotIn((self.point, self.role_technician), self._compute())
        self.norm.date_to = date(2026, 3, 31)
        self.assertIn((self.point, self.role_technician), self._compute())

    def test_one_norm_at_a_time(self):
        with self.assertRaisesRegex(
            ValidationError, "Technician, Point has a norm from 2020-01-01 to open end"
        ):
            self._create_norm(self.role_technician, tier="point")
        self.assertTrue(self._create_norm(self.role_technician, tier="centre"))

    def test_bad_norms(self):
        for vals in ({"per_person": 0}, {"minimum": -1}, {"date_to": "2019-01-01"}):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._create_norm(self.role_dispatcher, **vals).flush_recordset()

    def test_figures_open_their_records(self):
        orders = self._finished(self.point, 5)
        line = self._compute()[self.point, self.role_technician]
        action = line.action_view_work()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, orders.sorted("id", reverse=True))
        action = line.action_view_present()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.technician)

    def test_the_dialog_computes_and_shows_the_month(self):
        self._finished(self.point, 5)
        Wizard = self.env["aftersales.staffing.wizard"].with_user(self.user_head)
        action = Wizard.create({"month": date(2026, 3, 17)}).action_compute()
        lines = self.env["aftersales.staffing.report"].search(action["domain"])
        self.assertEqual(set(lines.mapped("month")), {MARCH})
        self.assertIn(self.point, lines.service_point_id)
        for user in (self.user_auditor, self.user_dispatcher, self.user_service):
            with self.assertRaises(AccessError):
                self.env["aftersales.staffing.wizard"].with_user(user).create({})

    def test_last_month_by_itself(self):
        self._finished(self.point, 5)
        with freeze_time("2026-04-01 03:00:00"):
            self.env["aftersales.staffing.report"]._cron_generate()
        line = self.env["aftersales.staffing.report"].search(
            [("service_point_id", "=", self.point.id)]
        )
        self.assertEqual((line.month, line.work), (MARCH, 5))

    def test_a_centre_manager_reads_the_own_subtree(self):
        self._compute()
        Report = self.env["aftersales.staffing.report"].with_user(self.user_centre)
        units = Report.search([]).service_point_id.with_env(self.env)
        self.assertIn(self.point, units)
        self.assertNotIn(self.point_b, units)

    def test_companies_are_separate(self):
        foreign = self._create_point(name="Foreign", company_id=self.company_b.id)
        self._create_norm(self.role_technician, company_id=self.company_b.id)
        Report = self.env["aftersales.staffing.report"]
        theirs = Report._generate(MARCH, self.company_b)
        self.assertEqual(theirs.service_point_id, foreign)
        self.assertNotIn((foreign, self.role_technician), self._compute())
        self.assertTrue(theirs.exists())
        with self.assertRaises(AccessError):
            theirs.with_user(self.user_head).read(["gap"])

    def test_rights(self):
        letters = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
        norms = {"head": "rwcd", "admin": "rwcd", "hr": "rwc"}
        for role in ROLES:
            user = getattr(self, f"user_{role}")
            for model, own in (
                ("aftersales.staffing.norm", norms),
                ("aftersales.staffing.report", {}),
            ):
                records = self.env[model].with_user(user)
                got = "".join(k for k, o in letters.items() if records.has_access(o))
                self.assertEqual(got, own.get(role, "r"), (role, model))

    def test_a_month_costs_constant_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._compute()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count()
        small = count()
        for n in range(20):
            self._create_point(name=f"More {n}", parent_id=self.centre.id)
        # One line more or less in the insert, not one query per unit.
        count()
        self.assertLessEqual(count() - small, 1)
