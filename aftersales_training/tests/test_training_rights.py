from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .plans_common import NOW, PlansCommon


@tagged("post_install", "-at_install", "security")
@freeze_time(NOW)
class TestTrainingRights(PlansCommon):
    """Pages of plans and needs for each role, and the wall between companies."""

    def test_each_role_opens_its_pages(self):
        plan = self._create_plan(kind="regional", service_point_id=self.firm_north.id)
        self._create_need(self.employee, plan_line_id=plan.line_ids.id)
        need = plan.line_ids.need_ids
        for user in (
            self.officer,
            self.chief,
            self.manager,
            self.checker,
            self.expert,
        ):
            for record in (plan, plan.line_ids, need):
                with self.subTest(user=user.login, model=record._name):
                    Form(record.with_user(user))
                    views = record.with_user(user).get_views(
                        [(False, "list"), (False, "kanban"), (False, "search")]
                    )
                    record.with_user(user).web_search_read(
                        [], dict.fromkeys(views["models"][record._name]["fields"], {})
                    )

    def test_the_centre_plans_in_the_browser(self):
        self._create_need(self.employee)
        self._create_need(self.contact)
        with Form(self.Plan.with_user(self.manager)) as form:
            form.kind = "regional"
            form.service_point_id = self.firm_north.with_user(self.manager)
        plan = form.record
        plan.action_generate_lines()
        line = plan.line_ids
        self.assertEqual(line.trainee_ids, self.staff.with_user(self.manager))
        self.assertEqual((line.planned_people, line.need_count), (1, 1))
        line.goal = "Finds the fault"
        plan.action_submit()
        self.assertEqual(plan.state, "submitted")

    def test_desks_without_training_see_no_plans(self):
        self._create_plan()
        for user in (self.desk, self.clerk, self.user_portal):
            for model in (self.Plan, self.Line):
                with self.assertRaises(AccessError):
                    model.with_user(user).search([])

    def test_the_auditor_and_others_write_nothing(self):
        plan = self._create_plan()
        for user in (self.checker, self.expert):
            for record, vals in (
                (plan, {"goal": "x"}),
                (plan.line_ids, {"review": "x"}),
            ):
                with self.assertRaises(AccessError):
                    record.with_user(user).write(vals)
            for step in ("action_submit", "action_propose_trainees"):
                record = plan if step == "action_submit" else plan.line_ids
                with self.assertRaises(AccessError):
                    getattr(record.with_user(user), step)()

    def test_two_companies(self):
        plan = self._create_plan()
        stranger = self._create_user("stranger", "training_officer")
        stranger.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(self.Plan.with_user(stranger).search([]))
        self.assertFalse(self.Line.with_user(stranger).search([]))
        for record in (plan, plan.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(stranger).check_access("read")
        with self.assertRaises(AccessError):
            self.Line.with_user(stranger).create(
                {"plan_id": plan.id, "content_type": "brand"}
            )
