from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .strategy_common import StrategyCommon


@tagged("post_install", "-at_install")
class TestCrisis(StrategyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("aftersales_evaluation.crisis_level_3")
        cls.crisis = cls._create_crisis()

    @classmethod
    def _create_crisis(cls, **vals):
        """A crisis that the centre manager leads."""
        return (
            cls.env["aftersales.crisis"]
            .with_user(cls.user_centre)
            .create(
                {
                    "title": "Smoke from compressors",
                    "level_id": cls.level.id,
                    "kind": "safety",
                    "batch_text": "LH-AC-2026-03",
                    **vals,
                }
            )
            .with_env(cls.env)
        )

    def _state(self, text="We are looking into it.", crisis=None):
        """A draft of a statement by the centre manager."""
        return (
            self.env["aftersales.crisis.statement"]
            .with_user(self.user_centre)
            .create(
                {
                    "crisis_id": (crisis or self.crisis).id,
                    "name": "First word",
                    "text": text,
                }
            )
            .with_env(self.env)
        )

    def _act(self, **vals):
        """An action that the service user has to do."""
        return (
            self.env["aftersales.crisis.action"]
            .with_user(self.user_centre)
            .create(
                {
                    "crisis_id": self.crisis.id,
                    "name": "Stop the delivery",
                    "owner_id": self.user_service.id,
                    "date_due": date(2026, 3, 5),
                    **vals,
                }
            )
            .with_env(self.env)
        )

    def _publish(self, crisis=None):
        statement = self._state(crisis=crisis)
        statement.with_user(self.user_head).action_approve()
        statement.with_user(self.user_centre).action_publish()
        return statement

    def _report(self):
        self.crisis.with_user(self.user_centre).write(
            {"cause": "A valve", "effect": "Two units", "lessons": "Test the valve"}
        )

    def _timeline(self):
        return self.crisis.event_ids.mapped("text")

    # -- from opening to close-out ---------------------------------------------------

    def test_the_whole_event(self):
        self.assertRegex(self.crisis.name, r"^CR/\d{4}/\d{4}$")
        self.assertEqual(self.crisis.owner_id, self.user_centre)
        self._publish()
        action = self._act()
        action.with_user(self.user_service).action_complete("Stopped at noon")
        self._report()
        self.crisis.with_user(self.user_centre).action_submit()
        self.assertEqual(self.crisis.state, "closing")
        self.crisis.with_user(self.user_head).action_close()
        self.assertEqual(
            (self.crisis.state, self.crisis.closed_by_id), ("closed", self.user_head)
        )
        self.assertEqual(
            self._timeline(),
            [
                "Event opened",
                "Statement approved: First word",
                "Statement published: First word",
                "Action set: Stop the delivery",
                "Action done: Stop the delivery",
                "Close-out report handed in",
                "Close-out accepted",
            ],
        )
        approvals = self.env["aftersales.approval"].search(
            [("res_model", "=", "aftersales.crisis"), ("res_id", "=", self.crisis.id)]
        )
        self.assertEqual(set(approvals.mapped("gate")), {"submit", "crisis"})

    def test_the_close_out_names_what_is_missing(self):
        self._act()
        with self.assertRaises(UserError) as error:
            self.crisis.with_user(self.user_centre).action_submit()
        text = str(error.exception)
        for part in (
            "“Cause of the Event” is empty.",
            "“Effects” is empty.",
            "“Lessons” is empty.",
            "No statement was published.",
            "The action “Stop the delivery” is still open.",
        ):
            with self.subTest(part=part):
                self.assertIn(part, text)
        self.assertEqual(self.crisis.state, "open")

    def test_four_eyes_on_the_close_out(self):
        self._publish()
        self._report()
        self.crisis.with_user(self.user_head).action_submit()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            self.crisis.with_user(self.user_head).action_close()
        with self.assertRaisesRegex(AccessError, "accepted by the head of service"):
            self.crisis.with_user(self.user_centre).action_close()
        self.crisis._write_flow({"owner_id": self.user_head_b.id})
        with self.assertRaisesRegex(UserError, "You worked on CR/"):
            self.crisis.with_user(self.user_head_b).action_close()
        self.assertEqual(self.crisis.state, "closing")

    def test_what_was_handed_in_stays(self):
        self._publish()
        self._report()
        action = self._act()
        action.with_user(self.user_service).action_complete("Done")
        self.crisis.with_user(self.user_centre).action_submit()
        head = self.crisis.with_user(self.user_head)
        for change in ({"cause": "Nobody"}, {"level_id": 1}, {"batch_text": "x"}):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(UserError, "was handed in; nothing changes"),
            ):
                head.write(change)
        for step in (self._state, self._act):
            with self.assertRaisesRegex(UserError, "was handed in; nothing changes"):
                step()
        with self.assertRaisesRegex(UserError, "was handed in; nothing changes"):
            head.event_ids.create({"crisis_id": head.id, "text": "Later"})
        with self.assertRaisesRegex(AccessError, "sent back by the head"):
            self.crisis.with_user(self.user_centre)._reopen("No")
        head._reopen("Which valve?")
        self.assertEqual(self.crisis.state, "open")
        self.assertIn("Taken up again: Which valve?", self._timeline())
        with self.assertRaisesRegex(UserError, "was worked on and is kept"):
            head.unlink()

    # -- statements ------------------------------------------------------------------

    def test_nobody_approves_his_own_words(self):
        statement = self._state()
        with self.assertRaisesRegex(UserError, "You worked on First word"):
            statement.with_user(self.user_centre).action_approve()
        statement.with_user(self.user_head).text = "We know."
        with self.assertRaisesRegex(UserError, "You worked on First word"):
            statement.with_user(self.user_head).action_approve()
        with self.assertRaisesRegex(UserError, "is in state “Draft”"):
            statement.with_user(self.user_head).action_publish()
        statement.with_user(self.user_head_b).action_approve()
        for change in ({"text": "Nothing."}, {"audience": "internal"}):
            with self.assertRaisesRegex(UserError, "keeps its wording"):
                statement.with_user(self.user_centre).write(change)
        with self.assertRaisesRegex(UserError, "keeps its wording"):
            statement.with_user(self.user_head).unlink()
        self.assertFalse(self.crisis.date_first_statement)
        with freeze_time("2026-12-01 08:00:00"):
            statement.with_user(self.user_centre).action_publish()
        self.assertEqual(self.crisis.date_first_statement, datetime(2026, 12, 1, 8, 0))

    def test_the_level_says_when_we_have_to_speak(self):
        start = datetime(2026, 3, 2, 8, 0)
        crisis = self._create_crisis(date_start=start)
        self.assertEqual(crisis.date_statement_due, start + timedelta(hours=4))
        Crisis = self.env["aftersales.crisis"]
        late = [("is_statement_late", "=", True), ("id", "=", crisis.id)]
        with freeze_time("2026-03-02 11:59:00"):
            crisis.invalidate_recordset()
            self.assertFalse(crisis.is_statement_late)
            self.assertFalse(Crisis.search(late))
        with freeze_time("2026-03-02 12:01:00"):
            crisis.invalidate_recordset()
            self.assertTrue(crisis.is_statement_late)
            self.assertEqual(Crisis.search(late), crisis)
            self._publish(crisis)
            self.assertFalse(crisis.is_statement_late)
            self.assertFalse(Crisis.search(late))
        crisis.with_user(self.user_centre).level_id = self.env.ref(
            "aftersales_evaluation.crisis_level_1"
        )
        self.assertEqual(crisis.date_statement_due, start + timedelta(hours=48))
        self.assertIn(
            "Level changed to Level 1: local", crisis.event_ids.mapped("text")
        )

    # -- actions ---------------------------------------------------------------------

    def test_overdue_actions_are_listed(self):
        action = self._act()
        Action = self.env["aftersales.crisis.action"]
        overdue = [("is_overdue", "=", True), ("id", "=", action.id)]
        with freeze_time("2026-03-05 04:00:00"):
            action.invalidate_recordset()
            self.assertFalse(action.is_overdue)
            self.assertFalse(Action.search(overdue))
        with freeze_time("2026-03-06 04:00:00"):
            self.env.invalidate_all()
            self.assertTrue(action.is_overdue)
            self.assertEqual(Action.search(overdue), action)
            self.assertEqual(self.crisis.overdue_action_count, 1)
            action.with_user(self.user_service).action_complete("Done late")
            self.crisis.invalidate_recordset()
            self.assertFalse(Action.search(overdue))
            self.assertEqual(self.crisis.overdue_action_count, 0)

    def test_the_owner_gets_an_activity_and_finishes(self):
        action = self._act()
        activity = self.crisis.activity_ids
        self.assertEqual(
            (activity.user_id, activity.summary, activity.date_deadline),
            (self.user_service, "Stop the delivery", date(2026, 3, 5)),
        )
        action.with_user(self.user_centre).owner_id = self.user_dispatcher
        self.assertEqual(self.crisis.activity_ids.user_id, self.user_dispatcher)
        with self.assertRaises(AccessError):
            action.with_user(self.user_service).action_complete("Done")
        mine = action.with_user(self.user_dispatcher)
        with self.assertRaises(AccessError):
            mine.write({"name": "Other"})
        with self.assertRaisesRegex(UserError, "Write down what came of"):
            mine.action_complete("  ")
        wizard = mine.action_done()
        self.env[wizard["res_model"]].with_user(self.user_dispatcher).with_context(
            **wizard["context"]
        ).create({"result": "Stopped"}).action_confirm()
        self.assertEqual(
            (action.state, action.result, action.done_by_id),
            ("done", "Stopped", self.user_dispatcher),
        )
        self.assertFalse(self.crisis.activity_ids)
        with self.assertRaisesRegex(UserError, "is over and stays as it is"):
            mine.action_complete("Again")
        with self.assertRaisesRegex(UserError, "is over and stays as it is"):
            action.with_user(self.user_head).name = "Other"

    def test_an_action_is_given_up_with_a_reason(self):
        action = self._act()
        with self.assertRaisesRegex(UserError, "Give a reason"):
            action.with_user(self.user_centre)._cancel(" ")
        action.with_user(self.user_centre)._cancel("Not sold any more")
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self.crisis.activity_ids)
        self.assertIn("Action given up: Stop the delivery", self._timeline())

    # -- rights ----------------------------------------------------------------------

    def test_roles(self):
        self._act(owner_id=self.user_clerk.id)
        own = self._create_crisis(title="Own")
        for role, sees, writes in (
            ("head", True, True),
            ("auditor", True, False),
            ("reviewer", True, False),
            ("centre", True, True),
            ("clerk", True, False),
            ("service", False, False),
            ("dispatcher", False, False),
        ):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                crisis = self.crisis.with_user(user)
                self.assertEqual(crisis.has_access("read"), sees)
                self.assertEqual(crisis.has_access("write"), writes)
                for child in (crisis.sudo().action_ids, crisis.sudo().event_ids):
                    records = child.with_user(user).sudo(False)
                    self.assertEqual(records.has_access("read"), sees)
        self.crisis._write_flow({"owner_id": self.user_head.id})
        self.assertFalse(self.crisis.with_user(self.user_centre).has_access("write"))
        self.assertTrue(own.with_user(self.user_centre).has_access("write"))
        self.assertFalse(own.with_user(self.user_clerk).has_access("read"))
        for model in ("", ".action", ".statement", ".event", ".level"):
            with self.assertRaises(AccessError):
                self.env[f"aftersales.crisis{model}"].with_user(
                    self.user_portal
                ).search([])

    def test_steps_and_timeline_cannot_be_forged(self):
        statement, action = self._state(), self._act()
        head = {"aftersales_flow": True, "default_state": "closed"}
        for record, vals in (
            (self.crisis, {"state": "closed"}),
            (self.crisis, {"closed_by_id": self.user_head_b.id}),
            (self.crisis, {"date_first_statement": "2026-01-01 00:00:00"}),
            (statement, {"state": "published"}),
            (statement, {"published_on": "2026-01-01 00:00:00"}),
            (statement, {"drafter_ids": [Command.clear()]}),
            (action, {"state": "done"}),
            (action, {"result": "Done"}),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                record.with_user(self.user_head).with_context(**head).write(vals)
        event = self.crisis.event_ids[:1]
        for user in (self.user_head, self.user_centre):
            with self.assertRaises(AccessError):
                event.with_user(user).write({"text": "Nothing happened"})
            with self.assertRaises(AccessError):
                event.with_user(user).unlink()
        entry = (
            event.with_user(self.user_centre)
            .with_context(default_user_id=self.user_head.id, default_is_system=True)
            .create({"crisis_id": self.crisis.id, "text": "Press called"})
        )
        self.assertEqual((entry.user_id, entry.is_system), (self.user_centre, False))
        foreign = self._create_crisis(title="Foreign")
        foreign._write_flow({"owner_id": self.user_head.id})
        with self.assertRaises(AccessError):
            action.with_user(self.user_centre).crisis_id = foreign

    def test_another_company(self):
        foreign = self.env["aftersales.crisis"].create(
            {
                "title": "Foreign",
                "level_id": self.level.id,
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_head).read(["title"])
        level = self.level.copy({"company_id": self.company_b.id, "name": "Theirs"})
        with self.assertRaises(UserError):
            self._create_crisis(level_id=level.id)

    def test_rehearsal_and_paper(self):
        crisis = self._create_crisis(is_rehearsal=True)
        self.crisis.finding_ids = False
        self._publish(crisis)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_crisis", crisis.ids
        )
        for text in (
            "Rehearsal",
            "Smoke from compressors",
            "LH-AC-2026-03",
            "We are looking into it.",
            "Statement published: First word",
        ):
            with self.subTest(text=text):
                self.assertIn(text, html.decode())
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_crisis", self.crisis.ids
        )
        self.assertNotIn("Rehearsal", html.decode())
