from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-20 04:00:00")
class TestImprovement(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Action = cls.env["aftersales.improvement"]
        cls.action = cls.Action.with_user(cls.user_head).create(
            {
                "name": "One job sheet",
                "isation": "forms",
                "service_point_id": cls.point.id,
                "owner_id": cls.user_service.id,
                "date_due": "2026-05-19",
            }
        )

    def _finish(self, action, text):
        wizard = action.action_done()
        model = self.env[wizard["res_model"]].with_user(action.env.user)
        with Form(model.with_context(**wizard["context"])) as form:
            form.reason = text
        form.record.action_confirm()

    def test_owner_begins_and_says_what_was_done(self):
        mine = self.action.with_user(self.user_service)
        activity = self.action.activity_ids
        self.assertEqual(activity.user_id, self.user_service)
        self.assertEqual(activity.date_deadline, date(2026, 5, 19))
        mine.action_start()
        self._finish(mine, "Sheet printed")
        self.assertEqual(
            (mine.state, mine.result, mine.date_done),
            ("done", "Sheet printed", date(2026, 5, 20)),
        )
        self.assertFalse(self.action.activity_ids)

    def test_dragging_a_card_is_the_step(self):
        mine = self.action.with_user(self.user_service)
        mine.write({"state": "doing"})
        self.assertEqual(mine.state, "doing")
        with self.assertRefused(UserError, "Say what was done about One job sheet"):
            mine.write({"state": "done"})
        mine.write({"state": "todo"})
        with self.assertRefused(UserError, "plan what is to be done"):
            mine.write({"state": "cancelled"})
        self.action.write({"state": "cancelled"})
        with self.assertRefused(UserError, "cannot go from “Cancelled” to “Done”"):
            self.action.action_done()
        with self.assertRefused(UserError, "plan what is to be done"):
            mine.action_reopen()
        self.action.action_reopen()
        self.assertEqual(self.action.state, "todo")

    def test_owner_does_not_change_the_plan(self):
        mine = self.action.with_user(self.user_service)
        for vals in (
            {"date_due": "2026-12-31"},
            {"owner_id": self.user_centre.id},
            {"name": "Nothing"},
        ):
            with self.subTest(vals=vals), self.assertRefused(UserError, "carries it"):
                mine.write(vals)
        for vals in (
            {"result": "All"},
            {"state": "done", "result": "All"},
            {"date_done": "2026-05-01"},
        ):
            with self.subTest(vals=vals), self.assertRefused(UserError, "its buttons"):
                mine.write(vals)
        mine.description = "Asked the printer"

    def test_creation_starts_the_plan(self):
        base = {"name": "Praise", "isation": "praise", "date_due": "2026-06-01"}
        Action = self.Action.with_user(self.user_head)
        with self.assertRefused(UserError, "its buttons"):
            Action.create({**base, "state": "done"})
        hostile = Action.with_context(default_state="done", default_result="x")
        action = hostile.create(base)
        self.assertEqual((action.state, action.result), ("todo", False))
        self.assertEqual(action.owner_id, self.user_head)
        copied = self.action.copy()
        self.assertEqual(copied.state, "todo")
        with self.assertRaises(AccessError):
            self.Action.with_user(self.user_service).create(base)

    def test_a_new_owner_is_told(self):
        self.action.write({"owner_id": self.user_centre.id, "date_due": "2026-06-01"})
        activity = self.action.activity_ids
        self.assertEqual(activity.user_id, self.user_centre)
        self.assertEqual(activity.date_deadline, date(2026, 6, 1))

    def test_overdue(self):
        self.assertTrue(self.action.is_overdue)
        found = self.Action.search([("is_overdue", "=", True)])
        self.assertIn(self.action, found)
        self.assertNotIn(self.action, self.Action.search([("is_overdue", "=", False)]))
        self._finish(self.action.with_user(self.user_service), "Sheet printed")
        self.assertFalse(self.action.is_overdue)

    def test_who_reads(self):
        own = self.action
        other = self.Action.create(
            {
                "name": "Elsewhere",
                "service_point_id": self.point_b.id,
                "owner_id": self.user_head.id,
                "date_due": "2026-06-01",
            }
        )
        company = other.copy({"service_point_id": False})
        everything = own | other | company
        for user, seen in (
            (self.user_head, everything),
            (self.user_auditor, everything),
            (self.user_reviewer, everything),
            (self.user_centre, own),
            (self.user_service, own),
            (self.user_clerk, self.Action),
        ):
            with self.subTest(user=user.name):
                Action = self.Action.with_user(user)
                self.assertEqual(Action.search([]), seen.with_user(user))
        with self.assertRaises(AccessError):
            self.Action.with_user(self.user_portal).search([])

    def test_who_writes(self):
        centre = self.action.with_user(self.user_centre)
        centre.date_due = "2026-06-01"
        with self.assertRaises(AccessError):
            centre.service_point_id = self.point_b
        with self.assertRaises(AccessError):
            self.Action.with_user(self.user_centre).create(
                {"name": "Elsewhere", "date_due": "2026-06-01"}
            )
        with self.assertRaises(AccessError):
            self.action.with_user(self.user_auditor).action_start()
        with self.assertRaises(AccessError):
            self.action.with_user(self.user_auditor).write({"description": "x"})

    def test_two_companies(self):
        foreign = self.Action.create(
            {
                "name": "Abroad",
                "company_id": self.company_b.id,
                "date_due": "2026-06-01",
            }
        )
        head = self.Action.with_user(self.user_head)
        self.assertNotIn(foreign, head.search([]))
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_head).read(["name"])
        with self.assertRefused(UserError, "Uh-oh! You’ve got some company"):
            self.action.sudo().company_id = self.company_b

    def test_done_ones_are_kept(self):
        self._finish(self.action.with_user(self.user_service), "Sheet printed")
        with self.assertRefused(UserError, "Archive it instead"):
            self.action.unlink()
        self.action.action_archive()
        self.assertFalse(self.action.active)
