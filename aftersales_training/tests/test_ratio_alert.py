from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestRatioAlert(TrainingCommon):
    """Alerts per unit, warnings ahead, month ends of every unit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer, cls.head = (
            new_test_user(
                cls.env,
                f"alert_{group}",
                groups=f"aftersales_network.group_{group}",
                company_id=cls.firm.id,
                company_ids=[(6, 0, cls.firm.ids)],
            )
            for group in ("training_officer", "head")
        )

    def _records(self, kind):
        return self.Ratio.search(
            [("company_id", "=", self.firm.id), ("kind", "=", kind)],
            order="date, service_point_id nulls first, id",
        )

    def _check(self, day):
        with freeze_time(day), self.without_commit():
            self.Ratio._cron_check_ratio()

    def _take(self, day):
        with freeze_time(day), self.without_commit():
            self.Ratio._cron_take_snapshots()
        return self._records("month_end")

    def test_human_resources_and_head_are_told(self):
        self._create_managers(1)
        self._check("2026-06-15")
        alert = self._records("alert")
        self.assertEqual(alert.activity_ids.user_id, self.officer | self.head)
        self.assertEqual(alert.unit_name, "Ratio Company")

    def test_centres_are_watched_on_request(self):
        self._create_managers(2, self.firm_north, certified=1)
        self._create_managers(1, self.firm_south)
        self._check("2026-06-15")
        self.assertFalse(self._records("alert"), "the company as a whole is fine")
        self.firm.aftersales_ratio_watch_centres = True
        self._check("2026-06-16")
        alert = self._records("alert")
        self.assertEqual(alert.service_point_id, self.firm_south)
        self.assertEqual((alert.managers, alert.shortfall), (1, 1))
        self.assertEqual(alert.line_ids.mapped("name"), ["Manager 0"])
        self.assertIn(
            "South: Certified managers: 0 of 1 required, 1 missing",
            alert.activity_ids.mapped("summary")[0],
        )
        self._check("2026-06-17")
        self.assertEqual(self._records("alert"), alert)
        person = self.Staff.search([("service_point_id", "=", self.firm_south.id)])
        self._create_certificate(person.employee_id)
        self._check("2026-06-18")
        self.assertEqual(alert.date_closed, date(2026, 6, 18))
        self.assertFalse(alert.activity_ids)

    def test_no_longer_watched_closes(self):
        self.firm.aftersales_ratio_watch_centres = True
        self._create_managers(11, self.firm_north, certified=2)
        self._create_managers(1, self.firm_south)
        self._check("2026-06-15")
        alert = self._records("alert")
        self.assertEqual(alert.service_point_id, self.firm_south)
        self.firm.aftersales_ratio_watch_centres = False
        self._check("2026-06-16")
        self.assertEqual(alert.date_closed, date(2026, 6, 16))

    def test_warning_ahead(self):
        staff = self._create_managers(1)
        certificate = self._create_certificate(
            staff.employee_id, date_expiry="2026-09-30"
        )
        self._check("2026-07-02")
        self.assertFalse(self._records("warning"), "91 days are left")
        self._check("2026-07-03")
        warning = self._records("warning")
        self.assertEqual(warning.date_under, date(2026, 10, 1))
        self.assertEqual((warning.holders, warning.is_met), (1, True))
        self.assertEqual(
            set(warning.activity_ids.mapped("summary")),
            {
                "Certified managers: the rule is met until the day before "
                "2026-10-01 only"
            },
        )
        self.assertEqual(
            set(warning.activity_ids.mapped("date_deadline")), {date(2026, 10, 1)}
        )
        self._check("2026-07-04")
        self.assertEqual(self._records("warning"), warning, "once")
        certificate._revoke("Lost", on_date=date(2026, 8, 1))
        self._check("2026-07-05")
        self.assertEqual(warning.date_closed, date(2026, 7, 5))
        earlier = self._records("warning") - warning
        self.assertEqual(earlier.date_under, date(2026, 8, 1))
        self._create_certificate(staff.employee_id, date_expiry="2027-12-31")
        self._check("2026-07-06")
        self.assertEqual(earlier.date_closed, date(2026, 7, 6))
        self.assertFalse(earlier.activity_ids)

    def test_warning_gives_way_to_the_alert(self):
        staff = self._create_managers(1)
        self._create_certificate(staff.employee_id, date_expiry="2026-06-30")
        self._check("2026-06-15")
        warning = self._records("warning")
        self._check("2026-07-01")
        self.assertEqual(warning.date_closed, date(2026, 7, 1))
        self.assertEqual(len(self._records("alert")), 1)

    def test_days_of_warning_are_a_setting(self):
        staff = self._create_managers(1)
        self._create_certificate(staff.employee_id, date_expiry="2027-05-31")
        self.firm.aftersales_ratio_warning_days = 0
        self._check("2027-05-30")
        self.assertFalse(self._records("warning"))
        self.firm.aftersales_ratio_warning_days = 365
        self._check("2026-06-15")
        self.assertEqual(self._records("warning").date_under, date(2027, 6, 1))

    def test_month_end_of_every_unit_with_managers(self):
        self._create_managers(2, self.firm_point, certified=1)
        self._create_managers(1, self.firm_hq)
        found = self._take("2026-07-01")
        self.assertCountEqual(
            [(r.unit_name, r.managers, r.holders) for r in found],
            [
                ("Ratio Company", 3, 1),
                (self.firm_north.display_name, 2, 1),
                (self.firm_south.display_name, 0, 0),
                (self.firm_point.display_name, 2, 1),
            ],
        )
        self.assertEqual(set(found.mapped("percent")), {10.0})
        self.assertIn("GB/T 27922-2011", found[0].rule_source)

    def test_month_ends_in_a_constant_number_of_queries(self):
        def measure(day, amount):
            for number in range(amount):
                unit = self._create_unit(f"Unit {number}", "point", self.firm_north)
                self._create_managers(2, unit, certified=1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(day):
                self.Ratio._take_month_ends(self.firm)
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        measure("2026-05-01", 1)
        few = measure("2026-06-01", 1)
        self.assertLessEqual(measure("2026-07-01", 12) - few, 4)
        self.assertLessEqual(few, 40)

    def test_snapshot_stays_readable(self):
        staff = self._create_managers(2, self.firm_point, certified=1)
        certificate = staff[0]._get_certificates()[staff[0].id]
        snapshot = self.Ratio._create_snapshot("2026-06-15", self.firm)
        number = certificate.number
        certificate._write_lifecycle({"state": "draft"})
        certificate.unlink()
        employees = staff.employee_id
        staff.unlink()
        employees.unlink()
        self.firm_point.name = "Renamed"
        self.role_manager.name = "Other Role"
        self.env.invalidate_all()
        line = snapshot.line_ids.filtered("is_holder")
        self.assertEqual((line.name, line.role_name), ("Manager 0", "Service Manager"))
        self.assertEqual(line.certificate_number, number)
        self.assertEqual(line.certificate_issuer, self.issuer.name)
        self.assertEqual(
            (line.certificate_issue, line.certificate_expiry),
            (date(2025, 1, 1), date(2027, 12, 31)),
        )
        self.assertIn("North 1", line.point_name)
        self.assertEqual((snapshot.managers, snapshot.holders), (2, 1))
        self.assertIn("Manager 0: no longer counted", snapshot.difference)

    def test_unit_in_evidence_stays(self):
        unit = self._create_unit("Short-Lived", "point", self.firm_north)
        self.Ratio._create_snapshot("2026-06-15", self.firm, point=unit)
        with self.assertRaisesRegex(UserError, "Short-Lived.*Archive it instead"):
            unit.unlink()
        unit.active = False

    def test_difference_says_why(self):
        staff = self._create_managers(7, self.firm_north, certified=4)
        snapshot = self.Ratio._create_snapshot(
            "2026-06-15", self.firm, point=self.firm_north
        )
        self.assertFalse(snapshot.difference)
        held = staff._get_certificates()
        held[staff[0].id]._revoke("Forged", on_date=date(2026, 6, 1))
        held[staff[1].id]._write_lifecycle({"state": "draft"})
        number = held[staff[1].id].number
        held[staff[1].id].unlink()
        staff[2].date_to = "2026-06-01"
        staff[3].service_point_id = self.firm_south
        staff[4].role_id = self.role_technician
        staff[5].active = False
        self._create_certificate(staff[6].employee_id, number="LATE-1")
        snapshot.invalidate_recordset()
        rows = {row["what"]: row["why"] for row in snapshot._get_differences()}
        self.assertEqual(
            rows,
            {
                "Manager 0": "certificate "
                f"{held[staff[0].id].number} was revoked as of 06/01/2026",
                "Manager 1": f"certificate {number} was deleted",
                "Manager 2": "no longer counted, the period of the post was changed",
                "Manager 3": "no longer counted, the post is at another unit",
                "Manager 4": "no longer counted, the role is not a manager's any more",
                "Manager 5": "no longer counted, the post was archived as a mistake",
                "Manager 6": "now certified, LATE-1 was recorded or verified "
                "afterwards",
            },
        )

    def test_difference_of_the_rule(self):
        self._create_managers(1, certified=1)
        snapshot = self.Ratio._create_snapshot("2026-06-15", self.firm)
        rule = self.env["aftersales.ratio.rule"].sudo()
        self.env.cr.execute(
            "INSERT INTO aftersales_ratio_rule (company_id, date_from, percent,"
            " minimum, absence, confidence) VALUES (%s, '2026-01-01', 30, 2, 'both',"
            " 'single')",
            [self.firm.id],
        )
        rule.invalidate_model()
        snapshot.invalidate_recordset()
        self.assertEqual(
            snapshot._get_differences(),
            [
                {
                    "kind": "rule",
                    "what": "Rule",
                    "why": "30.00 % and at least 2 for this day now",
                }
            ],
        )
        self.assertEqual((snapshot.percent, snapshot.required), (10.0, 1))
