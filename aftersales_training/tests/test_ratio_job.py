from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestRatioJob(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer, cls.officer_2 = (
            new_test_user(
                cls.env,
                login,
                groups="aftersales_network.group_training_officer",
                company_id=cls.firm.id,
                company_ids=[(6, 0, cls.firm.ids)],
            )
            for login in ("officer_one", "officer_two")
        )

    def _snapshots(self, kind="month_end"):
        return self.Ratio.search(
            [("company_id", "=", self.firm.id), ("kind", "=", kind)],
            order="date, service_point_id nulls first, id",
        )

    def _take(self, day):
        with freeze_time(day), self.without_commit():
            self.Ratio._cron_take_snapshots()
        return self._snapshots()

    def _check(self, day):
        with freeze_time(day), self.without_commit():
            self.Ratio._cron_check_ratio()
        return self._snapshots("alert")

    def _get_activities(self):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "aftersales.manager.ratio"),
                ("res_id", "in", self._snapshots("alert").ids),
            ]
        )

    def test_month_end_for_company_and_centres(self):
        self._create_managers(2, self.firm_north, certified=1)
        self._create_managers(1, self.firm_hq)
        found = self._take("2026-07-01")
        self.assertEqual(set(found.mapped("date")), {date(2026, 6, 30)})
        self.assertEqual(
            [(r.service_point_id.name, r.managers, r.holders) for r in found],
            [(False, 3, 1), ("North", 2, 1), ("South", 0, 0)],
        )
        self.assertEqual(self._take("2026-07-31"), found, "again in the same month")

    def test_missed_months_are_made_up_for(self):
        self._take("2026-07-15")
        found = self._take("2026-10-01")
        self.assertEqual(
            sorted(set(found.mapped("date"))),
            [
                date(2026, 6, 30),
                date(2026, 7, 31),
                date(2026, 8, 31),
                date(2026, 9, 30),
            ],
        )
        self.assertEqual(len(found), 12)

    def test_month_end_follows_the_zone_of_the_company(self):
        self.firm.partner_id.tz = "Asia/Shanghai"
        found = self._take("2026-06-30 17:00:00")
        self.assertEqual(set(found.mapped("date")), {date(2026, 6, 30)})

    def test_database_refuses_a_second_month_end(self):
        self.Ratio._create_snapshot("2026-06-30", self.firm, kind="month_end")
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Ratio._create_snapshot("2026-06-30", self.firm, kind="month_end")

    def test_later_changes_leave_the_month_end_alone(self):
        staff = self._create_managers(2, certified=1)
        snapshot = self._take("2026-07-01")[0]
        staff.unlink()
        self._take("2026-08-01")
        self.assertEqual((snapshot.managers, snapshot.holders), (2, 1))

    def test_alert_once_until_it_recovers(self):
        (manager,) = self._create_managers(1)
        alert = self._check("2026-06-15")
        self.assertEqual(len(alert), 1)
        self.assertEqual((alert.shortfall, alert.is_met), (1, False))
        activities = self._get_activities()
        self.assertEqual(activities.user_id, self.officer | self.officer_2)
        self.assertEqual(
            set(activities.mapped("summary")),
            {"Certified managers: 0 of 1 required, 1 missing"},
        )
        self._check("2026-06-16")
        self.assertEqual(self._get_activities(), activities, "no duplicates")
        activities[0].unlink()
        self._check("2026-06-17")
        self.assertEqual(self._get_activities(), activities[1], "done stays done")
        certificate = self._create_certificate(manager.employee_id)
        self.assertEqual(self._check("2026-06-18"), alert)
        self.assertEqual(alert.date_closed, date(2026, 6, 18))
        self.assertFalse(self._get_activities())
        certificate._revoke("Forged", on_date=date(2026, 6, 19))
        self.assertEqual(len(self._check("2026-06-19")), 2)
        self.assertEqual(len(self._get_activities()), 2)

    def test_no_alert_while_met(self):
        self._create_managers(30, certified=3)
        self.assertFalse(self._check("2026-06-15"))

    def test_database_refuses_a_second_open_alert(self):
        self.Ratio._create_snapshot("2026-06-15", self.firm, kind="alert")
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Ratio._create_snapshot("2026-06-16", self.firm, kind="alert")

    def test_jobs_report_their_progress(self):
        companies = self.env["res.company"]._get_aftersales_companies()
        self.assertIn(self.firm, companies)
        with freeze_time("2026-06-15"), self.without_commit() as progress:
            self.Ratio._cron_check_ratio()
        self.assertEqual(progress[0], (0, len(companies)))
        self.assertEqual(sum(done for done, _rest in progress), len(companies))

    def test_administrator_only_where_there_is_no_officer(self):
        self.assertEqual(
            self.firm._get_training_officers(), self.officer | self.officer_2
        )
        officers = self.officer | self.officer_2
        officers.active = False
        admin = new_test_user(
            self.env,
            "firm_admin",
            groups="aftersales_network.group_admin",
            company_id=self.firm.id,
            company_ids=[(6, 0, self.firm.ids)],
        )
        self.assertIn(admin, self.firm._get_training_officers())
