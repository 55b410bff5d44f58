from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .common import TrainingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestRatioRule(RaceMixin, TrainingCommon):
    """The rule over time, people on leave and people who leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["aftersales.ratio.rule"]
        cls.officer = new_test_user(
            cls.env,
            "rule_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )

    def _ratio(self, day="2026-06-15", point=None):
        return self.Ratio._get_ratio(day, point=point, company=self.firm)

    def _create_rule(self, day, percent, minimum=1, **vals):
        return self.Rule.create(
            {
                "company_id": self.firm.id,
                "date_from": day,
                "percent": percent,
                "minimum": minimum,
                **vals,
            }
        )

    def test_default_is_ten_percent_and_one(self):
        self.assertEqual(self.firm.aftersales_ratio_percent, 10.0)
        self.assertEqual(self.firm.aftersales_ratio_minimum, 1)
        self.assertEqual(self.firm.aftersales_ratio_absence, "both")
        self.assertFalse(self.firm.aftersales_ratio_rule_ids)

    def test_new_rate_leaves_the_past_alone(self):
        self._create_managers(30, certified=3)
        self.firm.aftersales_ratio_percent = 20
        self.firm.aftersales_ratio_minimum = 7
        rule = self.firm.aftersales_ratio_rule_ids
        self.assertEqual(
            (rule.date_from, rule.percent, rule.minimum), (date(2026, 6, 15), 20.0, 7)
        )
        self.assert_figures(self._ratio("2026-06-14"), 30, 3, 3)
        self.assert_figures(self._ratio("2026-06-15"), 30, 3, 7)
        with freeze_time("2026-07-01"):
            self.firm.aftersales_ratio_minimum = 1
        self.assert_figures(self._ratio("2026-06-15"), 30, 3, 7)
        self.assert_figures(self._ratio("2026-07-01"), 30, 3, 6)

    def test_new_rate_starts_on_the_day_of_the_company(self):
        self.firm.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2026-06-15 17:00:00"):
            self.firm.aftersales_ratio_percent = 20
        rule = self.firm.aftersales_ratio_rule_ids
        self.assertEqual(rule.date_from, date(2026, 6, 16))

    def test_settings_of_an_administrator(self):
        settings = self.env["res.config.settings"].with_company(self.firm)
        settings.create({"aftersales_ratio_percent": 12.5}).execute()
        self.assertEqual(self.firm.aftersales_ratio_percent, 12.5)
        self.assertEqual(len(self.firm.aftersales_ratio_rule_ids), 1)
        settings.create({"aftersales_ratio_warning_days": 30}).execute()
        self.assertEqual(len(self.firm.aftersales_ratio_rule_ids), 1)

    def test_exact_share(self):
        self._create_managers(71)
        self._create_rule("2026-01-01", 7)
        self.assert_figures(self._ratio(), 71, 0, 5)

    def test_rate_out_of_range_is_refused(self):
        for percent in (0, -1, 100.01):
            with (
                self.subTest(percent=percent),
                self.assertRaises(CheckViolation) as caught,
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.firm.aftersales_ratio_percent = percent
                self.env.flush_all()
            message = self.Rule._percent_range.get_error_message(
                self.Rule, caught.exception.diag
            )
            self.assertEqual(
                message,
                "The share of certified managers must be above 0 % and at most 100 %.",
            )

    def test_one_rule_a_day(self):
        self._create_rule("2026-07-01", 10)
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_rule("2026-07-01", 12)

    def test_two_rules_at_the_same_moment(self):
        row = {"company_id": 1, "date_from": "2026-07-01", "percent": 10, "minimum": 1}
        error = self._race("aftersales_ratio_rule", row, {**row, "percent": 12})
        self.assertIsInstance(error, UniqueViolation)

    def test_rule_of_the_past_stays(self):
        rule = self._create_rule("2026-01-01", 10)
        with self.assertRaisesRegex(UserError, "10.00 %, at least 1.*Add a new line"):
            rule.percent = 12
        with self.assertRaisesRegex(UserError, "days that are over"):
            rule.unlink()
        rule.source = "Decision of the board"
        coming = self._create_rule("2026-08-01", 15)
        coming.percent = 16
        coming.unlink()

    def test_no_rule_behind_recorded_figures(self):
        self._create_managers(1)
        self.Ratio._create_snapshot("2026-05-31", self.firm)
        with self.assertRaisesRegex(UserError, "the last one of 2026-05-31"):
            self._create_rule("2026-05-01", 50)
        coming = self._create_rule("2026-08-01", 50)
        with self.assertRaisesRegex(UserError, "Let it start later"):
            coming.date_from = "2026-05-31"
        self._create_rule("2026-06-01", 50)

    def test_forecast_knows_the_next_rule(self):
        self._create_managers(11, certified=2)
        self._create_rule("2026-09-01", 30)
        _course, days = self.Ratio._get_forecast("2026-06-15", company=self.firm)
        self.assertEqual(days, [date(2026, 9, 1)])

    def test_two_companies(self):
        self._create_rule("2026-01-01", 50)
        self.assertEqual(self.company_b.aftersales_ratio_percent, 10.0)
        rule = self._create_rule("2026-02-01", 50).with_user(self.officer)
        self.assertEqual(rule.percent, 50)
        foreign = self.Rule.create({"company_id": self.company_b.id, "percent": 9})
        with self.assertRaises(AccessError):
            foreign.with_user(self.officer).read(["percent"])

    def test_who_may_set_the_rule(self):
        Rule = self.Rule.with_user(self.officer).with_company(self.firm)
        Rule.create({"percent": 11})
        for group in ("centre_manager", "dispatcher", "auditor", "head"):
            user = new_test_user(
                self.env,
                f"rule_{group}",
                groups=f"aftersales_network.group_{group}",
                company_id=self.firm.id,
                company_ids=[(6, 0, self.firm.ids)],
            )
            with self.subTest(group=group), self.assertRaises(AccessError):
                self.Rule.with_user(user).create({"percent": 12})

    # Long leave

    def _create_leave(self, staff, date_from="2026-06-01", date_to="2026-06-30"):
        return self.env["aftersales.staff.absence"].create(
            {"staff_id": staff.id, "date_from": date_from, "date_to": date_to}
        )

    def test_manager_on_leave_counts_unless_the_rule_says_no(self):
        staff = self._create_managers(11, certified=2)
        second = self._create_post(staff[0].employee_id, self.firm_point)
        self._create_leave(second)
        self.assert_figures(self._ratio(), 11, 2, 2)
        rule = self._create_rule("2026-06-15", 10, absence="managers")
        self.assert_figures(self._ratio(), 11, 1, 2)
        rule.absence = "neither"
        figures = self._ratio()
        self.assert_figures(figures, 10, 1, 1)
        self.assertNotIn(staff[0].id, figures["manager_ids"])
        self.assert_figures(self._ratio("2026-06-14"), 11, 2, 2)
        self.assert_figures(self._ratio("2026-07-01"), 11, 2, 2)

    def test_forecast_and_metric_agree_on_leave(self):
        staff = self._create_managers(11, self.firm_point, certified=2)
        self._create_leave(staff[0], "2026-08-01", "2026-08-31")
        metric = self.env["aftersales.metric"]
        for mode in ("both", "managers", "neither"):
            self.firm.aftersales_ratio_absence = mode
            course, _days = self.Ratio._get_forecast("2026-06-15", company=self.firm)
            for point in course:
                self.assert_figures(
                    self._ratio(point.day),
                    point.managers,
                    point.holders,
                    point.required,
                )
            args = self.firm_point, date(2026, 8, 1), date(2026, 8, 15)
            values = metric._compute_metrics(["RATIO"], *args)["RATIO"]
            expected = {"both": (2, 11), "managers": (1, 11), "neither": (1, 10)}
            self.assertEqual(values[self.firm_point.id], expected[mode])
            action = metric._get_metric_action("RATIO", *args)
            found = self.Staff.search(action["domain"])
            self.assertEqual(len(found), expected[mode][1])

    def test_who_sees_a_leave(self):
        """A centre manager sees that of his people, but not what is private."""
        centre = new_test_user(
            self.env,
            "leave_centre",
            groups="aftersales_network.group_centre_manager",
            company_id=self.firm.id,
            company_ids=[(6, 0, self.firm.ids)],
        )
        self.firm_north.manager_id = centre
        (north,) = self._create_managers(1, self.firm_north)
        (south,) = self._create_managers(1, self.firm_south)
        Absence = self.env["aftersales.staff.absence"]
        leave = Absence.with_user(self.officer).create(
            {"staff_id": north.id, "date_from": "2026-06-01", "note": "Private"}
        )
        self._create_leave(south)
        self.assertEqual(Absence.with_user(centre).search([]), leave)
        self.assertTrue(leave.with_user(centre).date_from)
        with self.assertRaises(AccessError):
            leave.with_user(centre).read(["note"])
        with self.assertRaises(AccessError):
            leave.with_user(centre).date_to = "2026-07-01"

    def test_leave_in_the_right_order(self):
        (staff,) = self._create_managers(1)
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_leave(staff, "2026-06-30", "2026-06-01")

    # People who leave

    def test_departure_ends_the_posts(self):
        staff = self._create_managers(2, certified=1)
        coming = self._create_post(
            staff[0].employee_id, self.firm_point, date_from="2026-08-01"
        )
        wizard = self.env["hr.departure.wizard"].with_context(
            employee_termination=True, active_ids=staff[0].employee_id.ids
        )
        wizard.create(
            {
                "employee_ids": staff[0].employee_id.ids,
                "departure_date": "2026-06-20",
                "departure_reason_id": self.env.ref("hr.departure_resigned").id,
            }
        ).action_register_departure()
        self.assertFalse(staff[0].employee_id.active)
        self.assertEqual(staff[0].date_to, date(2026, 6, 20))
        self.assertFalse(coming.active, "this post was never taken up")
        self.assert_figures(self._ratio("2026-06-20"), 2, 1, 1)
        self.assert_figures(self._ratio("2026-06-21"), 1, 0, 1)
        self.assertIn("The person has left", staff[0].message_ids[:1].body)

    def test_archived_people_have_left(self):
        contact = self.env["res.partner"].create({"name": "Outside"})
        outside = self._create_post(contact, self.firm_point)
        (staff,) = self._create_managers(1)
        contact.active = False
        staff.employee_id.active = False
        for post in (outside, staff):
            self.assertEqual(post.date_to, date(2026, 6, 15))
            self.assertFalse(post.has_left)
        self.assert_figures(self._ratio("2026-06-15"), 2, 0, 1)
        self.assert_figures(self._ratio("2026-06-16"), 0, 0, 0)

    def test_mistaken_departure_is_undone_on_the_same_day(self):
        contact = self.env["res.partner"].create({"name": "Outside"})
        outside = self._create_post(contact, self.firm_point)
        planned = self._create_post(
            contact, self.firm_point_south, date_to="2026-12-31"
        )
        (staff,) = self._create_managers(1)
        (contact | staff.employee_id.work_contact_id).active = False
        staff.employee_id.active = False
        self.assertEqual(planned.date_to, date(2026, 6, 15))
        contact.active = True
        staff.employee_id.active = True
        self.assertFalse(outside.date_to or staff.date_to)
        staff.employee_id.active = False
        with freeze_time("2026-06-16 10:00:00"):
            staff.employee_id.active = True
        self.assertEqual(staff.date_to, date(2026, 6, 15), "a new line is needed")

    def test_posts_left_behind_are_listed(self):
        staff = self._create_managers(2)
        staff[0].employee_id.with_context(no_wizard=True).active = False
        self.assertTrue(staff[0].has_left)
        found = self.Staff.search([("has_left", "=", True)])
        self.assertIn(staff[0], found)
        self.assertNotIn(staff[1], found)
        found.action_end_departed()
        self.assertEqual(staff[0].date_to, date(2026, 6, 15))
        self.assertNotIn(staff[0], self.Staff.search([("has_left", "=", True)]))
        self.assertIn(staff[1], self.Staff.search([("has_left", "=", False)]))

    def test_role_change_and_transfer(self):
        """The line of the old role or unit ends, the next one starts."""
        employee = self._create_employee("An")
        first = self._create_post(
            employee, self.firm_point, self.role_technician, date_to="2026-03-31"
        )
        self._create_post(
            employee,
            self.firm_point,
            date_from="2026-04-01",
            date_to="2026-05-31",
        )
        last = self._create_post(
            employee, self.firm_point_south, date_from="2026-06-01"
        )
        for day, north, south in (
            ("2026-03-31", 0, 0),
            ("2026-04-01", 1, 0),
            ("2026-05-31", 1, 0),
            ("2026-06-01", 0, 1),
        ):
            with self.subTest(day=day):
                self.assertEqual(self._ratio(day, self.firm_north)["managers"], north)
                self.assertEqual(self._ratio(day, self.firm_south)["managers"], south)
        self.assertEqual(self._ratio("2026-06-01")["manager_ids"], last.ids)
        self.assertFalse(first.is_manager)

    def test_manager_without_dates_starts_today(self):
        """Lists and files may leave the day out; it is never empty."""
        employee = self._create_employee("An")
        staff = self.Staff.create(
            {
                "employee_id": employee.id,
                "service_point_id": self.firm_point.id,
                "role_id": self.role_manager.id,
            }
        )
        self.assertEqual(staff.date_from, date(2026, 6, 15))
        with mute_logger("odoo.sql_db"):
            result = self.Staff.load(
                ["employee_id/.id", "service_point_id/.id", "role_id/.id", "date_from"],
                [[str(employee.id), str(self.firm_hq.id), str(self.role_extra.id), ""]],
            )
        self.assertFalse(result["ids"])
        self.assertIn("From", result["messages"][0]["message"])
