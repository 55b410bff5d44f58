from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .plans_common import NOW, PlansCommon


@tagged("post_install", "-at_install", "security")
@freeze_time(NOW)
class TestForgeryPlans(PlansCommon):
    """Plans, needs and their money, by calls that no button makes."""

    def test_nobody_approves_the_own_plan_by_any_way(self):
        plan = self._create_plan().with_user(self.officer)
        keys = {
            "default_state": "approved",
            "default_approved_by_id": self.chief.id,
            "aftersales_flow": True,
        }
        fresh = plan.with_context(**keys).create(
            {"kind": "yearly", "company_id": self.firm.id}
        )
        self.assertEqual((fresh.state, fresh.approved_by_id.ids), ("draft", []))
        plan.with_user(self.chief).action_submit()
        with self.assertRaises(UserError):
            plan.with_user(self.chief).action_approve()
        log = plan.sudo().approval_ids
        for command in (
            Command.delete(log.id),
            Command.update(log.id, {"user_id": self.officer.id}),
            Command.create({"gate": "training_plan", "decision": "approved"}),
        ):
            with self.subTest(command=command), self.assertRaises(UserError):
                plan.with_user(self.chief).write({"approval_ids": [command]})
        self.assertEqual(log.user_id, self.chief)

    def test_a_need_is_closed_by_a_pass_only(self):
        need = self._create_need(self.employee, date_open="2026-03-01")
        line = self._create_plan().line_ids.with_user(self.officer)
        closed = {"state": "done", "date_done": "2026-03-09"}
        with self.assertRaises(UserError):
            line.write({"need_ids": [Command.update(need.id, closed)]})
        with self.assertRaises(UserError):
            line.write({"need_ids": [Command.create({"course_id": 1, **closed})]})
        with self.assertRaises(UserError):
            need.with_user(self.manager).write({"date_open": "2020-01-01"})
        fresh = (
            self.Need.with_user(self.officer)
            .with_context(default_state="done", default_attendee_id=1)
            .create(
                {
                    "company_id": self.firm.id,
                    "course_id": self.course_brand.id,
                    "employee_id": self.employee.id,
                }
            )
        )
        self.assertEqual((fresh.state, fresh.attendee_id.ids), ("open", []))

    def test_money_is_not_read_by_any_way(self):
        plan = self._create_plan({"cost_planned": 50}, budget=100)
        Plan = self.Plan.with_user(self.expert)
        for step in (
            lambda: Plan.search([("budget", ">", 99)]),
            lambda: Plan.search([("line_ids.cost_planned", ">", 49)]),
            lambda: Plan._read_group([], [], ["budget:sum"]),
            lambda: Plan.search([], order="budget"),
            lambda: Plan.browse(plan.id).export_data(["budget"]),
            lambda: Plan.browse(plan.id).copy_data(),
        ):
            with self.assertRaises(UserError):
                step()
        copied = Plan.browse(plan.id).with_user(self.manager)
        self.assertNotIn("budget", copied.read()[0])

    def test_staff_and_leave_stay_in_reach(self):
        far_unit = self._create_unit("Far HQ", "hq", company=self.company_b)
        far = self._create_post(self._create_employee("F", self.company_b), far_unit)
        leave = self.env["aftersales.staff.absence"].create(
            {"staff_id": self.staff.id, "date_from": "2026-03-01"}
        )
        with self.assertRaises(UserError):
            leave.with_user(self.officer).write({"staff_id": far.id})
        with self.assertRaises(UserError):
            self.Need.with_user(self.officer).create(
                {
                    "company_id": self.firm.id,
                    "course_id": self.course.id,
                    "employee_id": far.employee_id.id,
                }
            )

    def test_grades_come_by_their_steps_only(self):
        grade = self.env["aftersales.technical.grade"].create(
            {"name": "G1", "role_id": self.role_technician.id, "sequence": 991}
        )
        Award = self.env["aftersales.technical.grade.award"].with_user(self.officer)
        vals = {
            "grade_id": grade.id,
            "employee_id": self.employee.id,
            "company_id": self.firm.id,
        }
        with self.assertRaises(UserError):
            grade.with_user(self.officer).write(
                {"award_ids": [Command.create({**vals, "state": "granted"})]}
            )
        fresh = Award.with_context(
            default_state="granted", default_granted_by_id=self.chief.id
        ).create(vals)
        self.assertEqual((fresh.state, fresh.granted_by_id.ids), ("draft", []))
        for name, value in (
            ("person_key", 1),
            ("evidence", "By rule"),
            ("date_to", NOW[:10]),
            ("is_exception", True),
        ):
            with self.subTest(name=name), self.assertRaises(UserError):
                fresh.write({name: value})
