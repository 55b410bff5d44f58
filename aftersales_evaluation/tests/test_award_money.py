import io
from datetime import date

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .award_common import AwardCommon


class MoneyCommon(AwardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls.env["hr.employee"].create(
            {"name": "=Wang Fang", "company_id": cls.company.id}
        )

    def _release(self, **vals):
        award = self._create_award(**vals)
        award.with_user(self.user_head).action_release()
        return award

    def _release_person(self, amount=300):
        return self._release(
            user=self.user_hr,
            recipient_type="person",
            service_point_id=False,
            employee_id=self.employee.id,
            amount=amount,
        )

    def _cancel(self, award, reason="Mistake"):
        action = award.with_user(self.user_head).action_cancel()
        self._give_reason(action, self.user_head, reason)


@tagged("post_install", "-at_install")
class TestAwardMoney(MoneyCommon):
    def test_a_point_is_paid_by_its_settlement(self):
        award = self._release()
        entry = award.adjustment_ids
        self.assertEqual(
            (entry.service_point_id, entry.amount, entry.state, entry.currency_id),
            (self.point, 500, "open", self.company.currency_id),
        )
        self.assertEqual(
            entry.reason, f"Award {award.name}: Repaired through the flood"
        )
        self.assertEqual((entry.res_model, entry.res_id), (award._name, award.id))
        self.assertEqual((award.payout, len(award.payroll_line_ids)), ("settlement", 0))

    def test_people_of_a_point_are_paid_by_its_settlement(self):
        award = self._release(recipient_type="person", staff_id=self.technician.id)
        entry = award.adjustment_ids
        self.assertEqual((entry.service_point_id, entry.amount), (self.point, 500))
        self.assertIn("for Portal Technician", entry.reason)

    def test_an_employee_is_paid_by_payroll(self):
        award = self._release_person()
        line = award.payroll_line_ids
        self.assertEqual(
            (line.employee_id, line.amount, line.state), (self.employee, 300, "open")
        )
        self.assertEqual((award.payout, len(award.adjustment_ids)), ("payroll", 0))
        staff = self._create_staff(
            employee_id=self.employee.id, service_point_id=self.centre.id
        )
        other = self._release(recipient_type="person", staff_id=staff.id)
        self.assertEqual(other.payroll_line_ids.employee_id, self.employee)

    def test_praise_pays_nothing(self):
        award = self._create_award(kind="praise", amount=0)
        award.with_user(self.user_centre).action_release()
        self.assertFalse(award.adjustment_ids | award.adjustment_ids)
        self.assertFalse(award.payroll_line_ids)

    def test_nothing_is_paid_twice(self):
        award = self._release()
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            award.with_user(self.head_b).action_release()
        for pay in (award, self._release_person()):
            with (
                self.assertRaisesRegex(Exception, "award_paid_once"),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                pay._pay_out()
                self.env.flush_all()

    def test_a_cancelled_award_is_taken_back_once(self):
        awards = self._release() | self._release_person()
        with self.assertRaisesRegex(AccessError, "Only the head of service cancels"):
            awards[0].with_user(self.user_centre)._cancel("x")
        awards[0].adjustment_ids._write_flow({"state": "settled"})
        self._cancel(awards)
        for entries in (awards[0].adjustment_ids, awards[1].payroll_line_ids):
            self.assertEqual(len(entries), 2)
            self.assertEqual(sum(entries.mapped("amount")), 0)
        back = awards[0].adjustment_ids.filtered(lambda a: a.amount < 0)
        self.assertEqual(
            (back.state, back.reason),
            ("open", f"Award {awards[0].name} cancelled: Mistake"),
        )
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            awards.with_user(self.user_head)._cancel("again")
        proposed = self._create_award()
        self._cancel(proposed)
        self.assertFalse(proposed.adjustment_ids)

    def test_the_entry_of_an_award_cannot_be_changed_or_forged(self):
        award = self._release()
        entry = award.adjustment_ids
        for user in (self.user_clerk, self.user_head):
            for vals in ({"amount": 9}, {"service_point_id": self.point_b.id}):
                with self.assertRaisesRegex(UserError, "comes from award"):
                    entry.with_user(user).write(vals)
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                entry.with_user(user).write({"award_id": False})
        with self.assertRaisesRegex(UserError, "comes from award"):
            entry.with_user(self.user_head).unlink()
        other = self._create_award()
        Adjustment = self.env["aftersales.point.adjustment"].with_user(self.user_clerk)
        vals = {"service_point_id": self.point.id, "amount": 1, "reason": "x"}
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            Adjustment.create({**vals, "award_id": other.id})
        hostile = Adjustment.with_context(
            default_award_id=other.id, aftersales_flow=True
        )
        self.assertFalse(hostile.create(vals).award_id)
        copy = entry.with_user(self.user_head).copy()
        self.assertFalse(copy.award_id)

    def test_defaults_of_the_caller_reach_no_entry(self):
        """A board grouped by state sends such a context with every button."""
        award = self._create_award()
        person = self._create_award(
            self.user_hr,
            recipient_type="person",
            service_point_id=False,
            employee_id=self.employee.id,
        )
        hostile = {
            "default_state": "settled",
            "default_payroll_id": 1,
            "default_amount_overrun": 9,
            "default_res_id": 1,
        }
        both = (award | person).with_user(self.user_head)
        both.with_context(**hostile).action_release()
        self.assertEqual(award.adjustment_ids.state, "open")
        self.assertFalse(person.payroll_line_ids.payroll_id)
        both.with_context(**hostile)._cancel("x")
        self.assertEqual(award.adjustment_ids.mapped("state"), ["open", "open"])

    def test_the_payroll_list(self):
        first, second = self._release_person(), self._release_person(amount=200.5)
        lines = (first | second).payroll_line_ids
        for role in ("auditor", "centre", "clerk"):
            with self.assertRaises(AccessError):
                lines.with_user(getattr(self, f"user_{role}")).action_hand_over()
        action = lines.with_user(self.user_hr).action_hand_over()
        payroll = self.env["aftersales.award.payroll"].browse(action["res_id"])
        self.assertRegex(payroll.name, r"^PAY/\d{4}/\d+$")
        self.assertEqual((payroll.amount_total, payroll.user_id), (500.5, self.user_hr))
        self.assertEqual(set(lines.mapped("state")), {"handed"})
        with self.assertRaisesRegex(UserError, "already"):
            lines.with_user(self.user_head).action_hand_over()
        self._cancel(first)
        minus = first.payroll_line_ids.filtered(lambda li: li.amount < 0)
        self.assertEqual((minus.amount, minus.state), (-300, "open"))
        for user in (self.user_hr, self.user_head):
            with self.assertRaises(AccessError):
                lines[0].with_user(user).write({"amount": 9})
            with self.assertRaises(AccessError):
                payroll.with_user(user).write({"date": "2020-01-01"})
        book = load_workbook(
            io.BytesIO(payroll.with_user(self.user_hr)._make_workbook())
        )
        rows = list(book.active.iter_rows(values_only=True))
        self.assertEqual(rows[0][0], "Employee")
        self.assertEqual(
            [(row[0], row[4]) for row in rows[1:]],
            [("=Wang Fang", 300), ("=Wang Fang", 200.5), ("Total", 500.5)],
        )
        self.assertEqual(book.active["A2"].data_type, "s", "a name is no formula")

    def test_two_companies_have_their_own_lists(self):
        both = self.company | self.company_b
        self.user_hr.company_ids = both
        self.user_head.company_ids = both
        employee = self.env["hr.employee"].create(
            {"name": "Li", "company_id": self.company_b.id}
        )
        award = (
            self.env["aftersales.award"]
            .with_user(self.user_hr)
            .with_context(allowed_company_ids=both.ids)
            .create(
                {
                    "kind": "money",
                    "amount": 10,
                    "reason": "x",
                    "recipient_type": "person",
                    "employee_id": employee.id,
                }
            )
        )
        self.assertEqual(award.company_id, self.company_b)
        award.with_user(self.user_head).with_context(
            allowed_company_ids=both.ids
        ).action_release()
        lines = award.payroll_line_ids.with_env(self.env) | (
            self._release_person().payroll_line_ids
        )
        lines.with_user(self.user_hr).with_context(
            allowed_company_ids=both.ids
        ).action_hand_over()
        self.assertEqual(len(lines.payroll_id), 2)
        self.assertEqual(lines[0].payroll_id.company_id, self.company_b)
        stranger = lines[0].with_user(self.user_auditor)
        self.assertFalse(stranger.has_access("read"))

    # -- budget --------------------------------------------------------------------

    def _create_budget(self, unit, planned, control="block"):
        today = self.company._get_aftersales_today()
        budget = self.env["aftersales.budget"].create(
            {
                "service_point_id": unit.id,
                "date_from": date(today.year, 1, 1),
                "date_to": date(today.year, 12, 31),
                "control": control,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "category_id": self.env.ref(
                                "aftersales_network.budget_category_pay"
                            ).id,
                            "amount_planned": planned,
                        },
                    )
                ],
            }
        )
        budget.with_user(self.user_head).action_approve()
        return budget.line_ids

    def test_the_nearest_budget_pays(self):
        line = self._create_budget(self.centre, 800)
        self._create_budget(self.hq, 800)
        award = self._release()
        self.assertEqual((line.amount_spent, line.amount_left), (500, 300))
        self.assertEqual(award.budget_post_id.line_id, line)
        self.assertEqual(award.budget_post_id.reference, award.name)
        second = self._create_award()
        with (
            self.assertRaisesRegex(UserError, "goes beyond .* by .*200"),
            self.cr.savepoint(),
        ):
            second.with_user(self.user_head).action_release()
        self.assertEqual(second.state, "proposed")
        self.assertFalse(second.adjustment_ids)
        self._cancel(award)
        self.assertEqual(line.amount_spent, 0)
        second.with_user(self.user_head).action_release()

    def test_a_budget_that_asks_gets_a_reason(self):
        line = self._create_budget(self.centre, 300, control="warn")
        award = self._create_award()
        action = award.with_user(self.user_head).action_release()
        self.assertEqual(action["res_model"], "aftersales.reason.wizard")
        self.assertEqual(award.state, "proposed")
        self._give_reason(action, self.user_head, "A flood comes once")
        self.assertEqual((award.state, line.amount_overrun), ("released", 200))
        self.assertEqual(award.budget_post_id.overrun_reason, "A flood comes once")

    def test_people_without_a_unit_are_paid_by_the_head_office(self):
        line = self._create_budget(self.hq, 1000)
        self._release_person()
        self.assertEqual(line.amount_spent, 300)


@tagged("post_install", "-at_install", "security")
class TestPayrollDownload(MoneyCommon, HttpCase):
    def test_who_downloads_the_list(self):
        lines = self._release_person().payroll_line_ids
        action = lines.with_user(self.user_hr).action_hand_over()
        payroll = self.env["aftersales.award.payroll"].browse(action["res_id"])
        url = payroll.with_user(self.user_hr).action_export()["url"]
        expected = {"hr": 200, "head": 200, "auditor": 200, "centre": 404}
        expected |= {"clerk": 404, "service": 404, "portal": 404}
        for role, code in expected.items():
            user = getattr(self, f"user_{role}")
            user.password = user.login
            self.authenticate(user.login, user.login)
            with mute_logger("odoo.http"):
                answer = self.url_open(url)
            self.assertEqual(answer.status_code, code, role)
            if code == 200:
                self.assertTrue(answer.content.startswith(b"PK"))
        self.assertEqual(self.url_open(url.replace(".xlsx", "9.xlsx")).status_code, 404)
