from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .plans_common import PlansCommon


@tagged("post_install", "-at_install", "e2e")
class TestTrainingStoryTour(PlansCommon, HttpCase):
    """HR finds the shortfall, plans a course, verifies and sees the ratio recover.

    Every visible step is taken in the browser; the tour of one person ends where
    another one, or another day, goes on.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The people of the other tests are no managers.
        cls._create_managers(21, certified=1)
        cls.course = cls._create_course(
            "Manager Preparation", content_type="business", seats=12
        )
        cls.type_manager.with_company(cls.firm).training_course_id = cls.course
        today = fields.Date.today()
        cls.plan = cls._create_plan(
            {"planned_people": 0, "goal": "Passes the exam of the chamber"},
            year=today.year,
            budget=5000,
        )
        cls.trainer = cls._create_trainer()

    def _tour(self, url, name, user):
        self.start_tour(f"/odoo/{url}", f"aftersales_training_{name}", login=user.login)

    def test_from_shortfall_to_recovery(self):
        self._tour("aftersales-manager-ratio", "shortfall", self.officer)
        line = self.plan.line_ids
        needs = self.Need.search([("course_id", "=", self.course.id)])
        self.assertEqual(len(needs), 2)
        self._tour("aftersales-training-plans", "plan", self.officer)
        self.assertEqual(self.plan.submitted_by_id, self.officer)
        self.assertEqual(line.need_ids, needs)
        self._tour("aftersales-training-plans", "approve", self.chief)
        self.assertEqual(self.plan.approved_by_id, self.chief)
        self._tour("aftersales-training-lines", "session", self.officer)
        session = line.session_ids
        self.assertEqual(session.attendee_ids.mapped("state"), ["registered"] * 2)
        self._hold(session)
        self.assertEqual(set(needs.mapped("state")), {"done"})
        self.assertEqual(self.plan.completion, 100)
        for number, attendee in enumerate(session.attendee_ids, 1):
            self._create_certificate(
                attendee.employee_id,
                verify=False,
                number=f"STORY-{number}",
                date_expiry=fields.Date.today() + timedelta(days=900),
            )
        self._tour("aftersales-certificates", "verify", self.officer)
        self._tour("aftersales-manager-ratio", "recovered", self.officer)

    def _hold(self, session):
        """The day of the session: both attend and pass."""
        now = fields.Datetime.now().replace(microsecond=0)
        session.write(
            {
                "date_start": now - timedelta(hours=8),
                "date_stop": now - timedelta(hours=2),
                "trainer_ids": [Command.set(self.trainer.ids)],
            }
        )
        session.action_start()
        session.attendee_ids.action_attended()
        session.action_done()
