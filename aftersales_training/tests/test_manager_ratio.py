from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TrainingCommon

DAY = "2026-06-15"


@tagged("post_install", "-at_install")
class TestManagerRatio(TrainingCommon):
    def _ratio(self, day=DAY, point=None):
        return self.Ratio._get_ratio(day, point=point, company=self.firm)

    def test_thirty_managers_need_three(self):
        staff = self._create_managers(30, certified=3)
        figures = self._ratio()
        self.assert_figures(figures, 30, 3, 3)
        self.assertEqual(figures["ratio"], 0.1)
        self.assertEqual(figures["manager_ids"], sorted(staff.ids))
        self.assertEqual(figures["holder_ids"], sorted(staff[:3].ids))
        self._create_managers(1)
        self.assert_figures(self._ratio(), 31, 3, 4)

    def test_nobody(self):
        """Without any manager nobody has to be certified."""
        figures = self._ratio()
        self.assert_figures(figures, 0, 0, 0)
        self.assertEqual(figures["ratio"], 0.0)
        self.assertEqual(figures["manager_ids"], [])

    def test_one_manager(self):
        self._create_managers(1)
        self.assert_figures(self._ratio(), 1, 0, 1)

    def test_one_person_counts_once(self):
        """Two roles, two points, employee and contact: one person."""
        employee = self._create_employee("An")
        first = self._create_post(employee, self.firm_hq)
        self._create_post(employee, self.firm_hq, self.role_extra)
        self._create_post(employee, self.firm_point)
        self._create_post(employee.work_contact_id, self.firm_point_south)
        self._create_certificate(employee)
        self._create_certificate(employee.work_contact_id, type_id=self.type_senior.id)
        figures = self._ratio()
        self.assert_figures(figures, 1, 1, 1)
        self.assertEqual(figures["manager_ids"], first.ids)

    def test_employee_without_work_contact(self):
        employee = self._create_employee("An")
        employee.work_contact_id = False
        self._create_post(employee, self.firm_hq)
        self._create_certificate(employee)
        self.assert_figures(self._ratio(), 1, 1, 1)

    def test_contact_of_a_point(self):
        contact = self.env["res.partner"].create({"name": "Outside"})
        self._create_post(contact, self.firm_point)
        self.assert_figures(self._ratio(), 1, 0, 1)
        self._create_certificate(contact)
        self.assert_figures(self._ratio(), 1, 1, 1)

    def test_only_managers_and_counting_certificates(self):
        technician = self._create_employee("Technician")
        self._create_post(technician, self.firm_point, self.role_technician)
        self._create_certificate(technician)
        (manager,) = self._create_managers(1)
        self._create_certificate(manager.employee_id, type_id=self.type_technician.id)
        self._create_certificate(manager.employee_id, verify=False)
        self.assert_figures(self._ratio(), 1, 0, 1)

    def test_joiners_and_leavers(self):
        employee = self._create_employee("An")
        post = self._create_post(
            employee, self.firm_point, date_from="2026-02-01", date_to="2026-06-30"
        )
        self._create_certificate(
            employee, date_issue="2026-03-01", date_expiry="2026-05-31"
        )
        expected = {
            "2026-01-31": (0, 0),
            "2026-02-01": (1, 0),
            "2026-03-01": (1, 1),
            "2026-05-31": (1, 1),
            "2026-06-01": (1, 0),
            "2026-06-30": (1, 0),
            "2026-07-01": (0, 0),
        }
        for day, (managers, holders) in expected.items():
            with self.subTest(day=day):
                self.assert_figures(self._ratio(day), managers, holders, managers)
        post.active = False
        self.assert_figures(self._ratio("2026-03-01"), 1, 1, 1)
        post.date_to = False
        self.assert_figures(self._ratio("2026-03-01"), 0, 0, 0)

    def test_revocation_does_not_change_the_past(self):
        (manager,) = self._create_managers(1, certified=1)
        certificate = manager._get_certificates()[manager.id]
        certificate._revoke("Forged", on_date=date(2026, 6, 1))
        self.assert_figures(self._ratio("2026-05-31"), 1, 1, 1)
        self.assert_figures(self._ratio("2026-06-01"), 1, 0, 1)

    def test_centre_and_point(self):
        self._create_managers(2, self.firm_hq, certified=1)
        self._create_managers(3, self.firm_north, certified=2)
        self._create_managers(4, self.firm_point)
        self._create_managers(5, self.firm_south)
        self.assert_figures(self._ratio(), 14, 3, 2)
        self.assert_figures(self._ratio(point=self.firm_north), 7, 2, 1)
        self.assert_figures(self._ratio(point=self.firm_point), 4, 0, 1)
        self.assert_figures(self._ratio(point=self.firm_south), 5, 0, 1)
        self.assert_figures(self._ratio(point=self.firm_hq), 14, 3, 2)

    def test_path_of_one_unit_is_no_prefix_of_another(self):
        """Unit 1 must not take unit 11 along."""
        units = self.env["aftersales.service.point"].create(
            [
                {"name": f"Root {number}", "tier": "hq", "company_id": self.firm.id}
                for number in range(12)
            ]
        )
        for unit in units:
            self._create_managers(1, unit)
        for unit in units:
            self.assert_figures(self._ratio(point=unit), 1, 0, 1)

    def test_company_of_the_point_and_current_company(self):
        self._create_managers(2)
        by_point = self.Ratio._get_ratio(DAY, point=self.firm_hq)
        self.assert_figures(by_point, 2, 0, 1)
        current = self.Ratio.with_company(self.firm)._get_ratio(DAY)
        self.assertEqual(current, by_point)
        other = self.Ratio._get_ratio(DAY, company=self.company_b)
        self.assertFalse(set(other["manager_ids"]) & set(by_point["manager_ids"]))

    def test_at_most_three_queries(self):
        for amount in (1, 40):
            self._create_managers(amount, self.firm_north, certified=amount // 2)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Ratio._get_ratio(DAY, point=self.firm_north, company=self.firm)
            self.assertLessEqual(self.env.cr.sql_log_count - before, 3)

    def test_forecast_agrees_with_the_ratio_of_each_day(self):
        staff = self._create_managers(11, certified=3)
        staff[5].date_to = "2026-08-31"
        self._create_certificate(
            staff[4].employee_id, date_issue="2027-03-01", date_expiry=False
        )
        certificate = staff[0]._get_certificates()[staff[0].id]
        certificate._revoke("Forged", on_date=date(2026, 9, 10))
        course, days = self.Ratio._get_forecast(DAY, company=self.firm)
        self.assertEqual(
            [(str(p.day), p.managers, p.holders, p.required) for p in course],
            [
                ("2026-06-15", 11, 3, 2),
                ("2026-09-01", 10, 3, 1),
                ("2026-09-10", 10, 2, 1),
                ("2027-03-01", 10, 3, 1),
                ("2028-01-01", 10, 1, 1),
            ],
        )
        self.assertEqual(days, [])
        for point in course:
            self.assert_figures(
                self._ratio(point.day), point.managers, point.holders, point.required
            )

    def test_forecast_names_the_day_it_falls_below(self):
        staff = self._create_managers(11, certified=2)
        _course, days = self.Ratio._get_forecast(DAY, company=self.firm)
        self.assertEqual(days, [date(2028, 1, 1)])
        staff[0].date_to = "2026-12-31"
        _course, days = self.Ratio._get_forecast(DAY, company=self.firm)
        self.assertEqual(days, [date(2028, 1, 1)], "ten managers need one")
        staff[1].date_to = "2026-12-31"
        _course, days = self.Ratio._get_forecast(DAY, company=self.firm)
        self.assertEqual(days, [date(2027, 1, 1)])

    def test_snapshot_is_frozen(self):
        staff = self._create_managers(2, certified=1)
        snapshot = self.Ratio._create_snapshot(DAY, self.firm)
        self.assertRecordValues(
            snapshot,
            [
                {
                    "managers": 2,
                    "holders": 1,
                    "required": 1,
                    "shortfall": 0,
                    "ratio": 0.5,
                    "percent": 10.0,
                    "minimum": 1,
                    "is_met": True,
                    "difference": False,
                }
            ],
        )
        number = staff[0]._get_certificates()[staff[0].id].number
        self.assertEqual(
            sorted(
                (line.name, line.is_holder, line.certificate_number or "")
                for line in snapshot.line_ids
            ),
            [("Manager 0", True, number), ("Manager 1", False, "")],
        )
        with self.assertRaisesRegex(UserError, "is evidence"):
            snapshot.managers = 3
        with self.assertRaisesRegex(UserError, "is evidence"):
            snapshot.line_ids[0].name = "Other"
        with self.assertRaisesRegex(UserError, "is evidence"):
            snapshot.unlink()
        with self.assertRaisesRegex(UserError, "is evidence"):
            snapshot.line_ids[:1].unlink()

    def test_snapshot_says_where_records_differ(self):
        staff = self._create_managers(2, certified=1)
        snapshot = self.Ratio._create_snapshot(DAY, self.firm)
        staff[1].unlink()
        new = self._create_employee("Newcomer")
        self._create_post(new, self.firm_point)
        self._create_post(self._create_employee("Second"), self.firm_point)
        snapshot.invalidate_recordset()
        self.assertEqual(
            snapshot.difference,
            "Today's records give 3 managers, 1 certified and 1 required for this "
            "day.\nManager 1: no longer counted, the post was deleted\n"
            "Newcomer: now counted, the post was changed afterwards\n"
            "Second: now counted, the post was changed afterwards",
        )
        self.assertEqual((snapshot.managers, len(snapshot.line_ids)), (2, 2))

    def test_snapshot_sees_a_lost_certificate(self):
        (manager,) = self._create_managers(1, certified=1)
        snapshot = self.Ratio._create_snapshot(DAY, self.firm)
        certificate = manager._get_certificates()[manager.id]
        certificate._revoke("Forged from the start", on_date=date(2025, 1, 1))
        snapshot.invalidate_recordset()
        self.assertIn("1 managers, 0 certified", snapshot.difference)

    def test_buttons_open_the_people(self):
        self._create_managers(3, certified=1)
        snapshot = self.Ratio._create_snapshot(DAY, self.firm)
        Line = self.env["aftersales.manager.ratio.line"]
        managers = Line.search(snapshot.action_view_managers()["domain"])
        holders = Line.search(snapshot.action_view_holders()["domain"])
        self.assertEqual(len(managers), 3)
        self.assertEqual(holders.mapped("name"), ["Manager 0"])
