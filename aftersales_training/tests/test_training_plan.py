from contextlib import contextmanager
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .plans_common import NOW, PlansCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrainingPlan(PlansCommon):
    @contextmanager
    def assertRefused(self, message):
        """The block is refused with this message and leaves nothing behind."""
        with self.assertRaises(UserError) as error:
            yield
        self.assertIn(message, str(error.exception))

    def _reason(self, user, record, method, reason="Because"):
        """Give a reason in the dialog that the button opens."""
        action = getattr(record.with_user(user), method)()
        wizard = self.env["aftersales.reason.wizard"].with_user(user)
        wizard.with_context(**action["context"]).create(
            {"reason": reason}
        ).action_confirm()

    # Kinds

    def test_each_kind_can_be_made(self):
        for kind in ("yearly", "common", "special"):
            plan = self._create_plan(kind=kind)
            self.assertEqual(plan.date_from, date(2026, 1, 1))
            self.assertEqual(plan.date_to, date(2026, 12, 31))
            self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.name, "Special 2026")
        regional = self._create_plan(
            kind="regional", service_point_id=self.firm_north.id
        )
        self.assertEqual(regional.name, "Regional North 2026")
        with self.assertRaisesRegex(ValidationError, "needs a regional centre"):
            self._create_plan(kind="regional", service_point_id=self.firm_point.id)

    # Approval

    def test_approval_takes_two(self):
        plan = self._create_plan(budget=100)
        mine = plan.with_user(self.officer)
        mine.action_submit()
        self.assertEqual(
            (plan.state, plan.submitted_by_id), ("submitted", self.officer)
        )
        with self.assertRaisesRegex(AccessError, "approved by the head of service"):
            mine.action_approve()
        plan.with_user(self.chief).action_approve()
        self.assertEqual((plan.state, plan.approved_by_id), ("approved", self.chief))
        lines = self.env["aftersales.approval"].search(
            [("res_model", "=", plan._name), ("res_id", "=", plan.id)], order="id"
        )
        self.assertEqual(
            [(x.gate, x.decision, x.user_id) for x in lines],
            [
                ("submit", "approved", self.officer),
                ("training_plan", "approved", self.chief),
            ],
        )

    def test_the_submitter_never_approves(self):
        both = self._create_user("both", "training_officer")
        both.group_ids |= self.env.ref("aftersales_network.group_head")
        plan = self._create_plan().with_user(both)
        plan.action_submit()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            plan.action_approve()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            plan._refuse("No")
        plan.with_user(self.chief).action_approve()

    def test_a_regional_plan_comes_from_the_centre(self):
        plan = self.Plan.with_user(self.manager).create(
            {
                "kind": "regional",
                "service_point_id": self.firm_north.id,
                "year": 2026,
                "line_ids": [
                    Command.create(
                        {
                            "course_id": self.course.id,
                            "planned_people": 1,
                            "goal": "Knows the product",
                        }
                    )
                ],
            }
        )
        plan.action_submit()
        with self.assertRaises(AccessError):
            plan.action_approve()
        plan.with_user(self.officer).action_approve()
        self.assertEqual(plan.state, "approved")
        for vals in (
            {"kind": "yearly", "year": 2026},
            {
                "kind": "regional",
                "year": 2026,
                "service_point_id": self.firm_south.id,
            },
        ):
            with self.assertRaises(AccessError):
                self.Plan.with_user(self.manager).create(vals)

    def test_the_centre_keeps_its_plan_regional(self):
        plan = self._create_plan(kind="regional", service_point_id=self.firm_north.id)
        mine = plan.with_user(self.manager)
        mine.write({"goal": "Fewer second visits"})
        for vals in (
            {"kind": "yearly"},
            {"service_point_id": self.firm_south.id},
        ):
            with self.assertRaises(AccessError):
                mine.write(vals)
        self.assertEqual(
            (plan.kind, plan.service_point_id), ("regional", self.firm_north)
        )
        mine.unlink()
        company_plan = self._create_plan().with_user(self.manager)
        company_plan.check_access("read")
        for step in ("action_submit", "unlink", "action_generate_lines"):
            with self.assertRaises(AccessError):
                getattr(company_plan, step)()

    def test_a_yearly_plan_is_not_approved_by_human_resources(self):
        second = self._create_user("second", "training_officer")
        plan = self._create_plan()
        plan.with_user(self.officer).action_submit()
        with self.assertRaisesRegex(AccessError, "approved by the head of service"):
            plan.with_user(second).action_approve()

    def test_nothing_is_submitted_without_goal_and_people(self):
        plan = self._create_plan({"goal": False, "planned_people": 0})
        with self.assertRaises(UserError) as error:
            plan.with_user(self.officer).action_submit()
        self.assertIn("Goal: a goal in words", str(error.exception))
        self.assertIn("Plan: the number of planned people", str(error.exception))
        empty = self._create_plan()
        empty.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no line yet"):
            empty.with_user(self.officer).action_submit()

    def test_lines_beyond_the_budget(self):
        plan = self._create_plan({"cost_planned": 60}, {"cost_planned": 40.01})
        plan.budget = 100
        plan.with_user(self.officer).action_submit()
        with self.assertRaisesRegex(UserError, "its lines cost .*100.01"):
            plan.with_user(self.chief).action_approve()
        self._reason(self.chief, plan, "action_ask_refuse", "Too dear")
        self.assertEqual((plan.state, plan.refuse_reason), ("refused", "Too dear"))
        mine = plan.with_user(self.officer)
        mine.action_draft()
        mine.budget = 100.01
        self._approve(plan)
        self.assertEqual(plan.state, "approved")

    # Frozen

    def test_an_approved_plan_is_frozen_until_it_is_reopened(self):
        plan = self._create_plan(budget=100)
        self._approve(plan)
        mine, line = plan.with_user(self.officer), plan.line_ids.with_user(self.officer)
        for record, vals in (
            (mine, {"budget": 200}),
            (mine, {"goal": "Less"}),
            (line, {"planned_people": 1}),
            (line, {"cost_planned": 1}),
            (line, {"goal": "Less"}),
            (line, {"course_id": self.course_brand.id}),
            (mine, {"line_ids": [Command.create({"content_type": "brand"})]}),
            (mine, {"line_ids": [Command.update(line.id, {"planned_people": 1})]}),
        ):
            with self.subTest(vals=vals), self.assertRefused("are frozen"):
                record.write(vals)
        with self.assertRaisesRegex(UserError, "frozen"):
            line.unlink()
        line.write({"analysis": "Two visits for one fault"})
        self._reason(self.officer, plan, "action_ask_reopen", "A course more")
        self.assertEqual((plan.state, plan.revision), ("draft", 1))
        self.assertFalse(plan.approved_by_id)
        line.write({"planned_people": 3})
        self._approve(plan)
        log = self.env["aftersales.approval"].search(
            [
                ("res_model", "=", plan._name),
                ("res_id", "=", plan.id),
                ("comment", "=", "A course more"),
            ]
        )
        self.assertEqual((log.decision, log.user_id), ("rejected", self.officer))

    def test_state_and_figures_are_not_typed(self):
        plan = self._create_plan()
        mine = plan.with_user(self.officer)
        for vals in ({"state": "approved"}, {"approved_by_id": self.officer.id}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                mine.write(vals)
        for record, name in (
            (mine, "completion"),
            (mine, "trained_people"),
            (mine.line_ids, "trained_people"),
            (mine.line_ids, "effect"),
        ):
            with self.assertRaisesRegex(UserError, "is calculated"):
                record.write({name: "better" if name == "effect" else 100})
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            mine.line_ids.write({"before_numerator": 1})

    # Completion

    def test_completion_follows_from_passes(self):
        plan = self._create_plan({}, {"course_id": self.course_brand.id})
        self._approve(plan)
        plan.with_user(self.officer).action_start()
        line, other = plan.line_ids
        self.assertEqual((plan.planned_people, plan.completion), (4, 0))
        session = self._create_session(line, state="done")
        self._pass(self.employee, "2026-03-12", session=session)
        self.assertEqual((line.trained_people, line.completion), (1, 50))
        self.assertEqual((plan.trained_people, plan.completion), (1, 25))
        # A second pass of the same person trains nobody else.
        again, later = (
            self._create_session(
                line,
                state="done",
                date_start=f"2026-03-{day:02} 01:00:00",
                date_stop=f"2026-03-{day:02} 07:00:00",
            )
            for day in (6, 7)
        )
        self._pass(self.employee.work_contact_id, "2026-03-13", session=again)
        self.assertEqual(line.trained_people, 1)
        self._pass(self.contact, "2026-03-13", session=again, passed=False)
        self.assertEqual(line.trained_people, 1)
        self._pass(self.contact, "2026-03-14", session=later)
        self.assertEqual((line.completion, plan.completion), (100, 50))
        other.with_user(self.officer)._cancel("Not this year")
        self.assertEqual((plan.completion, plan.line_completion), (100, 0))

    # The eight steps

    def _finish_steps(self, line, **vals):
        self._create_need(self.employee, plan_line_id=line.id)
        line.with_user(self.officer).write(
            {
                "analysis": "Every third job is done twice",
                "enquiry": "The point asks for measuring exercises",
                "trainee_ids": [Command.set(self.staff.ids)],
                "trainer_ids": [Command.set(self._create_trainer().ids)],
                "material_ids": [Command.set(self._create_material().ids)],
                "review": "The fault is found at the first visit",
                **vals,
            }
        )
        session = self._create_session(line, state="done")
        self._pass(self.employee, "2026-03-12", session=session)

    def test_no_line_closes_without_need_goal_and_review(self):
        plan = self._approve(self._create_plan())
        line = plan.line_ids.with_user(self.officer)
        with self.assertRaises(UserError) as error:
            line.action_close()
        message = str(error.exception)
        self.assertIn("cannot be closed yet. Missing:", message)
        for text in (
            "Performance Analysis: a recorded training need",
            "Performance Analysis: the analysis in words, or a metric",
            "Enquiry: the enquiry in words, or its form",
            "Trainees: at least one trainee",
            "Resources: a trainer",
            "Resources: a material",
            "Run: a session that was held",
            "Run: recorded attendance",
            "Review: the review of the result",
        ):
            self.assertIn(text, message)
        self.assertEqual(line.step_count, 2)
        self._finish_steps(plan.line_ids, review=False)
        with self.assertRaisesRegex(
            UserError, "Missing:\nReview: the review of the result$"
        ):
            line.action_close()
        line.review = "  "
        with self.assertRaisesRegex(UserError, "the review of the result"):
            line.action_close()
        line.review = "Reached"
        self.assertEqual((line.step_count, line.missing_text), (8, ""))
        line.action_close()
        self.assertEqual((line.state, line.closed_by_id), ("done", self.officer))
        for vals in ({"review": "Better"}, {"analysis": False}):
            with self.assertRaisesRegex(UserError, "is closed and stays as it is"):
                line.write(vals)
        self.assertEqual(plan.line_completion, 100)
        held = line.session_ids.with_user(self.officer)
        fresh = self._create_session(self.Line, course_id=self.course.id)
        for session, value in ((held, False), (fresh.with_user(self.officer), line.id)):
            with self.assertRefused("is closed and stays as it is"):
                session.write({"plan_line_id": value})
        with self.assertRefused("is closed and stays as it is"):
            line.write({"need_ids": [Command.clear()]})

    def test_the_need_and_the_goal_alone_are_missed_too(self):
        plan = self._approve(self._create_plan())
        line = plan.line_ids
        self._finish_steps(line)
        line.need_ids.with_context(tracking_disable=True).write({"plan_line_id": False})
        with self.assertRaisesRegex(
            UserError, "Missing:\nPerformance Analysis: a recorded training need$"
        ):
            line.with_user(self.officer).action_close()
        self._create_need(self.contact, plan_line_id=line.id)
        line.goal = False
        with self.assertRaisesRegex(UserError, "Missing:\nGoal: a goal in words"):
            line.with_user(self.officer).action_close()

    def test_a_line_of_a_draft_is_not_closed(self):
        plan = self._create_plan()
        self._finish_steps(plan.line_ids)
        with self.assertRaisesRegex(UserError, "its plan is not approved"):
            plan.line_ids.with_user(self.officer).action_close()

    def test_a_plan_ends_when_its_lines_have(self):
        plan = self._approve(self._create_plan())
        mine = plan.with_user(self.officer)
        mine.action_start()
        with self.assertRaisesRegex(UserError, "still has open lines"):
            mine.action_done()
        self._finish_steps(plan.line_ids)
        mine.line_ids.action_close()
        mine.action_done()
        self.assertEqual(plan.state, "done")

    # Needs and sessions

    def test_lines_from_open_needs(self):
        plan = self._create_plan()
        known = plan.line_ids
        self._create_need(self.employee)
        self._create_need(self.contact)
        brand = self._create_need(self.contact, content_type="brand")
        plan.with_user(self.officer).action_generate_lines()
        self.assertEqual(len(plan.line_ids), 2)
        added = plan.line_ids - known
        self.assertEqual(added.need_ids, brand)
        self.assertEqual((added.content_type, added.planned_people), ("brand", 1))
        self.assertEqual(known.trainee_ids, self.staff | self.staff_south)
        self.assertEqual(set((known | added).need_ids.mapped("state")), {"planned"})
        added.with_user(self.officer)._cancel("Too small")
        self.assertEqual((brand.state, brand.plan_line_id.id), ("open", False))

    def test_trainees_come_from_needs_and_roles(self):
        plan = self._create_plan(
            {
                "role_ids": [Command.set(self.role_technician.ids)],
                "point_ids": [Command.set(self.firm_north.ids)],
                "planned_people": 0,
            }
        )
        line = plan.line_ids
        line.with_user(self.officer).action_propose_trainees()
        self.assertEqual(line.trainee_ids, self.staff)
        self.assertEqual(line.planned_people, 1)
        self._create_need(self.contact, plan_line_id=line.id)
        line.with_user(self.officer).action_propose_trainees()
        self.assertEqual(line.trainee_ids, self.staff | self.staff_south)

    def test_a_session_of_the_line_has_its_trainees(self):
        plan = self._create_plan({"trainee_ids": [Command.set(self.staff.ids)]})
        line = plan.line_ids.with_user(self.officer)
        with self.assertRaisesRegex(UserError, "needs an approved plan and a course"):
            line.action_create_session()
        need = self._create_need(self.employee, plan_line_id=line.id)
        self._approve(plan)
        action = line.action_create_session()
        session = self.Session.browse(action["res_id"])
        self.assertEqual(session.plan_line_id, plan.line_ids)
        self.assertEqual(session.course_id, self.course)
        self.assertEqual(session.date_start.date(), date(2026, 3, 11))
        attendee = session.attendee_ids
        self.assertEqual(
            (attendee.employee_id, attendee.need_id), (self.employee, need)
        )
        second = self.Session.browse(line.action_create_session()["res_id"])
        self.assertFalse(second.attendee_ids, "nobody is put on two lists")

    def test_next_year(self):
        plan = self._create_plan({"date_from": "2026-04-01", "date_to": "2026-06-30"})
        self._approve(plan)
        action = plan.with_user(self.officer).action_copy_next_year()
        copy = self.Plan.browse(action["res_id"])
        self.assertEqual((copy.name, copy.year), ("Yearly 2027", 2027))
        self.assertEqual((copy.state, copy.revision), ("draft", 0))
        self.assertEqual(copy.date_from, date(2027, 1, 1))
        line = copy.line_ids
        self.assertEqual(
            (line.date_from, line.date_to), (date(2027, 4, 1), date(2027, 6, 30))
        )
        self.assertEqual((line.quarter, line.planned_people), ("2", 2))

    def test_dates_stay_inside_the_plan(self):
        with self.assertRaisesRegex(ValidationError, "lie outside the plan"):
            self._create_plan({"date_to": "2027-01-01"})

    # Money

    def _add_cost(self, line, amount, state):
        session = self._create_session(line, state=state)
        self.env["aftersales.training.cost"].create(
            {"session_id": session.id, "amount": amount}
        )
        return session

    def test_committed_and_spent_follow_from_sessions(self):
        plan = self._create_plan({"cost_planned": 90}, budget=100)
        line = plan.line_ids
        self._add_cost(line, 30.1, "done")
        self._add_cost(line, 20.2, "open")
        plan.invalidate_recordset()
        seen = plan.with_user(self.chief)
        self.assertAlmostEqual(seen.amount_spent, 30.1)
        self.assertAlmostEqual(seen.amount_committed, 20.2)
        self.assertAlmostEqual(seen.amount_left, 49.7)
        self.assertAlmostEqual(seen.budget_used, 50.3)
        for name in ("budget", "amount_spent", "cost_planned"):
            with self.assertRaises(AccessError):
                plan.with_user(self.manager).read([name])
            with self.assertRaises(AccessError):
                plan.with_user(self.expert).read([name])

    def test_held_sessions_are_entered_against_the_service_budget(self):
        budget = self.env["aftersales.budget"].create(
            {
                "service_point_id": self.firm_hq.id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "line_ids": [
                    Command.create(
                        {
                            "category_id": self.env.ref(
                                "aftersales_network.budget_category_operations"
                            ).id,
                            "amount_planned": 1000,
                        }
                    )
                ],
            }
        )
        budget.with_user(self.chief).action_approve()
        plan = self._create_plan(budget=100)
        mine = plan.with_user(self.officer)
        with self.assertRaisesRegex(UserError, "choose the service budget first"):
            mine.action_book_spending()
        mine.budget_line_id = budget.line_ids
        self._approve(plan)
        session = self._add_cost(plan.line_ids, 30, "done")
        self._add_cost(plan.line_ids, 40, "open")
        mine.action_book_spending()
        mine.action_book_spending()
        post = self.env["aftersales.budget.post"].search(
            [("line_id", "=", budget.line_ids.id)]
        )
        self.assertEqual(post.training_session_id, session)
        self.assertEqual((post.amount, post.state), (30, "draft"))
        self.assertEqual(post.date, date(2026, 3, 5))
        with self.assertRaises(AccessError):
            post.with_user(self.officer).action_post()
        cost = session.cost_ids.with_user(self.officer)
        for step in (
            lambda: cost.write({"amount": 31}),
            cost.copy,
            cost.unlink,
        ):
            with self.assertRefused("are entered against the service budget"):
                step()
        post.with_user(self.clerk).action_post()
        self.assertEqual(budget.line_ids.amount_spent, 30)
        with self.assertRaises(AccessError):
            plan.with_user(self.checker).action_book_spending()
        regional = self._create_plan(
            kind="regional", service_point_id=self.firm_north.id
        )
        with self.assertRaisesRegex(AccessError, "enter the costs of trainings"):
            regional.with_user(self.manager).action_book_spending()

    def test_the_plan_is_printed(self):
        plan = self._create_plan({"cost_planned": 61}, budget=100, goal="Fewer visits")
        html = (
            self.env["ir.actions.report"]
            .with_user(self.officer)
            ._render_qweb_html("aftersales_training.report_training_plan", plan.ids)[0]
            .decode()
        )
        for text in ("Fewer visits", "Diagnosis", "61.00", "Yearly 2026"):
            self.assertIn(text, html)
        html = (
            self.env["ir.actions.report"]
            .with_user(self.manager)
            ._render_qweb_html("aftersales_training.report_training_plan", plan.ids)[0]
            .decode()
        )
        self.assertIn("Diagnosis", html)
        self.assertNotIn("61.00", html)
