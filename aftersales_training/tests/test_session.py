from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .course_common import CourseCommon


@tagged("post_install", "-at_install")
class TestSession(CourseCommon):
    def test_steps(self):
        session = self._create_session(state="draft").with_env(self.hr_env)
        self.assertEqual(session.name, "Inverter Repair, 06/10/2026")
        self.assertEqual((session.tz, session.state), ("Asia/Shanghai", "draft"))
        session.action_open()
        with self.assertRaisesRegex(UserError, "cannot start before its day"):
            session.action_start()
        with freeze_time("2026-06-10 01:00:00"):
            session.action_start()
            self.assertEqual(session.state, "running")
            session.action_done()
        self.assertEqual(session.state, "done")
        with self.assertRaisesRegex(UserError, "this step is not possible there"):
            session.action_open()

    def test_the_day_is_the_one_of_the_company(self):
        """18:00 UTC on the 9th is the 10th in Shanghai."""
        session = self._create_session(
            date_start="2026-06-09 18:00:00", date_stop="2026-06-09 20:00:00"
        )
        self.assertEqual(session.name, "Inverter Repair, 06/10/2026")
        with freeze_time("2026-06-09 15:00:00"), self.assertRaises(UserError):
            session.action_start()
        with freeze_time("2026-06-09 17:00:00"):
            session.action_start()

    def test_a_new_session_is_tomorrow_at_nine(self):
        session = self.Session.with_env(self.hr_env).create(
            {"course_id": self.course.id}
        )
        # 9:00 in Shanghai, for the six hours of the course.
        self.assertEqual(session.date_start, datetime(2026, 6, 2, 1))
        self.assertEqual(session.date_stop, datetime(2026, 6, 2, 7))
        self.assertEqual(session.seats, 12)

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_session(seats=0, state="draft")
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_session(
                state="draft",
                date_start="2026-06-10 09:00:00",
                date_stop="2026-06-10 09:00:00",
            )

    def test_state_is_not_written_by_hand(self):
        session = self._create_session(state="draft").with_env(self.hr_env)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            session.write({"state": "done"})
        with self.assertRaises(AccessError):
            session.read(["checkin_token"])
        with self.assertRaises(AccessError):
            session.write({"seats_revision": 5})

    def test_first_come_first_served(self):
        session = self._create_session()
        people = self._create_people(4)
        attendees = self._register(session, *people)
        self.assert_states(attendees, "registered", "registered", "waiting", "waiting")
        self.assertEqual((session.seats_taken, session.seats_free), (2, 0))
        self.assertEqual(attendees.mapped("waiting_rank"), [0, 0, 1, 2])
        attendees[0].action_cancel()
        self.assert_states(
            attendees, "cancelled", "registered", "registered", "waiting"
        )
        self.assertEqual(session.waiting_count, 1)
        session.seats = 3
        self.assertEqual(attendees[3].state, "registered")

    def test_everybody_hears_of_it(self):
        session = self._create_session(seats=1)
        people = self._create_people(2)
        first, second = self._register(session, *people)
        first.action_cancel()
        session._cancel("The trainer is ill")
        mails = self.env["mail.mail"].search(
            [("recipient_ids", "in", people.ids)], order="id"
        )
        self.assertEqual(
            [(m.subject, m.recipient_ids.name) for m in mails],
            [
                ("Your place in Inverter Repair", "Person 0"),
                ("You wait for a place in Inverter Repair", "Person 1"),
                ("A place in Inverter Repair is yours", "Person 1"),
                ("Inverter Repair is cancelled", "Person 1"),
            ],
        )
        self.assertIn("number 1 on the waiting list", mails[1].body_html)
        self.assertIn("9:00", mails[0].body_html)
        self.assertIn("The trainer is ill", mails[3].body_html)
        self.assertEqual(second.state, "cancelled")
        self.assertEqual(session.cancel_reason, "The trainer is ill")

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_more_people_than_seats(self):
        session = self._create_session()
        self._register(session, *self._create_people(2))
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            session.write({"seats": 1})
            self.env.flush_all()
        attendee = self._register(session, *self._create_people(1, "Late"))
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            attendee._write_flow({"state": "registered"})
            self.env.flush_all()

    def test_nobody_twice_in_a_session_or_at_one_time(self):
        session = self._create_session(seats=5)
        (person,) = self._create_people(1)
        attendee = self._register(session, person)
        with self.assertRaisesRegex(UserError, "Person 0 is already registered"):
            self._register(session, person)
        other = self._create_session(
            date_start="2026-06-10 08:00:00", date_stop="2026-06-10 10:00:00"
        )
        with (
            self.assertRaisesRegex(
                UserError, r"(?s)Person 0: Inverter Repair.*Cancel the other"
            ),
            self.cr.savepoint(),
        ):
            self._register(other, person)
        after = self._create_session(
            date_start="2026-06-10 09:00:00", date_stop="2026-06-10 10:00:00"
        )
        self.assertEqual(self._register(after, person).state, "registered")
        (
            attendee | self.Attendee.search([("session_id", "=", after.id)])
        ).action_cancel()
        self.assertEqual(self._register(other, person).state, "registered")

    def test_employee_and_contact_are_one_person(self):
        session = self._create_session(seats=5)
        self._register(session, self.employee)
        with self.assertRaisesRegex(UserError, "Test Service is already registered"):
            self._register(session, self.employee.work_contact_id)
        refused = self.assertRaisesRegex(UserError, "is already registered")
        other = self._create_session(day=11)
        with refused:
            other._register_people(self.employee, self.employee.work_contact_id)

    def test_who_sits_elsewhere_lets_the_next_one_pass(self):
        session = self._create_session(seats=1)
        people = self._create_people(3)
        first, second, third = self._register(session, *people)
        other = self._create_session(
            date_start="2026-06-10 03:00:00", date_stop="2026-06-10 04:00:00"
        )
        self._register(other, people[1])
        first.action_cancel()
        self.assertEqual((second.state, third.state), ("waiting", "registered"))

    @mute_logger("odoo.sql_db")
    def test_moving_a_session_onto_another_one_is_refused(self):
        session = self._create_session()
        other = self._create_session(day=11)
        people = self._create_people(1)
        self._register(session, *people)
        self._register(other, *people)
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            other.write(
                {"date_start": session.date_start, "date_stop": session.date_stop}
            )
            self.env.flush_all()

    def test_trainer_is_not_booked_twice(self):
        trainer = self._create_trainer()
        session = self._create_session(trainer_ids=trainer.ids)
        refused = self.assertRaisesRegex(
            ValidationError, "Teacher already teaches “Inverter Repair, 06/10/2026”"
        )
        with refused, self.cr.savepoint():
            self._create_session(
                trainer_ids=trainer.ids,
                date_start="2026-06-10 08:59:00",
                date_stop="2026-06-10 12:00:00",
            )
        later = self._create_session(day=11, trainer_ids=trainer.ids)
        with self.assertRaises(ValidationError):
            later.write(
                {"date_start": session.date_start, "date_stop": session.date_stop}
            )
        session._cancel("Moved")
        self.env.invalidate_all()
        self._create_session(trainer_ids=trainer.ids)
        self.assertEqual(trainer.session_count, 3)

    def test_trainer_does_not_attend_his_own_session(self):
        trainer = self._create_trainer(self.employee)
        session = self._create_session(trainer_ids=trainer.ids)
        with self.assertRaisesRegex(ValidationError, "is the trainer of"):
            self._register(session, self.employee)

    def test_trainer_needs_an_approval_for_the_day(self):
        trainer = self._create_trainer()
        trainer.approval_ids.date_to = "2026-06-09"
        session = self._create_session(state="draft", trainer_ids=trainer.ids)
        with self.assertRaisesRegex(UserError, "not approved to teach"):
            session.action_open()
        trainer.approval_ids.date_to = "2026-06-10"
        session.action_open()
        brand = self._create_course(name="Brand", content_type="brand")
        other = self._create_session(
            state="draft", course_id=brand.id, day=12, trainer_ids=trainer.ids
        )
        with self.assertRaises(UserError):
            other.action_open()

    def test_people_join_an_open_session_only(self):
        session = self._create_session(state="draft")
        with self.assertRaisesRegex(UserError, "not open for registration"):
            self._as(self.user_centre, self.Attendee).create(
                {"session_id": session.id, "partner_id": self.partner.id}
            )
        session._cancel("Not needed")
        with self.assertRaisesRegex(UserError, "not open for registration"):
            self._register(session, self.employee)

    def test_the_course_stays_once_people_can_register(self):
        brand = self._create_course(name="Brand", content_type="brand")
        session = self._create_session(state="draft").with_env(self.hr_env)
        attendee = session._register_people(partners=self._create_people(1))
        session.course_id = brand
        self.assertEqual(attendee.course_id, brand)
        session.action_open()
        with self.assertRaisesRegex(UserError, "settled since the session was opened"):
            session.write({"course_id": self.course.id})

    def test_planned_people_get_their_seats_when_it_opens(self):
        session = self._create_session(state="draft").with_env(self.hr_env)
        people = self._create_people(3)
        attendees = session._register_people(partners=people)
        self.assert_states(attendees, "waiting", "waiting", "waiting")
        mails = self.env["mail.mail"].search([("recipient_ids", "in", people.ids)])
        self.assertFalse(mails)
        session.action_open()
        self.assert_states(attendees, "registered", "registered", "waiting")
        mails = self.env["mail.mail"].search([("recipient_ids", "in", people.ids)])
        self.assertEqual(
            sorted(mails.mapped("subject")),
            ["You wait for a place in Inverter Repair"]
            + ["Your place in Inverter Repair"] * 2,
        )

    def test_closing_marks_the_rest_absent(self):
        session = self._create_session()
        attendees = self._register(session, *self._create_people(3))
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
            attendees[0].with_env(self.hr_env).action_attended()
            session.action_done()
        self.assert_states(attendees, "attended", "absent", "cancelled")
        self.assertEqual(attendees[0].hours, 6)
        self.assertEqual(str(attendees[0].date_attended), "2026-06-10")
        self.assertEqual(attendees[0].attended_by, "list")
        self.assertTrue(attendees[0].is_passed)
        self.assertEqual(session.attended_count, 1)
        attendees[1].with_env(self.hr_env).action_attended()
        self.assertEqual(attendees[1].state, "attended")
        with self.assertRaisesRegex(UserError, "cannot have been absent"):
            attendees[1].with_env(self.hr_env).action_absent()

    def test_cancelling_after_somebody_attended_is_refused(self):
        session = self._create_session()
        attendee = self._register(session, *self._create_people(1))
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
            attendee.with_env(self.hr_env).action_attended()
            with self.assertRaisesRegex(UserError, "has attended"):
                session._cancel("Too late")

    def test_deleting(self):
        session = self._create_session()
        with self.assertRaisesRegex(UserError, "Cancel it instead"):
            session.unlink()
        attendee = self._register(session, self.employee)
        with self.assertRaisesRegex(UserError, "part of the training record"):
            attendee.unlink()
        self._create_session(state="draft", day=20).unlink()

    def test_unit_at_that_time(self):
        session = self._create_session()
        attendee = self._register(session, self.partner)
        self.assertEqual(attendee.service_point_id, self.point)
        self.technician.date_to = "2026-06-05"
        self.env["aftersales.staff"].create(
            {
                "partner_id": self.partner.id,
                "service_point_id": self.point_b.id,
                "role_id": self.role_technician.id,
                "date_from": "2026-06-06",
            }
        )
        self.assertEqual(attendee.service_point_id, self.point)

    def test_prerequisites(self):
        basics = self._create_course(name="Basics")
        self.course.write(
            {
                "prerequisite_course_ids": [Command.set(basics.ids)],
                "prerequisite_type_ids": [Command.set(self.type_technician.ids)],
            }
        )
        session = self._create_session()
        refused = self.assertRaisesRegex(UserError, "Own Worker: Basics, ")
        with refused, self.cr.savepoint():
            self._register(session, self.employee)
        self._create_certificate(self.employee, type_id=self.type_technician.id)
        before = self.Attendee.create(
            {"course_id": basics.id, "employee_id": self.employee.id}
        )
        before.with_env(self.hr_env).action_attended()
        self.assertTrue(before.is_passed)
        self.assertEqual(self._register(session, self.employee).state, "registered")

    def test_self_study(self):
        attendee = self.Attendee.create(
            {"course_id": self.course.id, "employee_id": self.employee.id}
        )
        self.assertEqual(
            (attendee.state, attendee.company_id), ("registered", self.company)
        )

    def test_cost_per_person(self):
        trainer = self._create_trainer(fee_hour=100)
        session = self._create_session(trainer_ids=trainer.ids).with_env(self.hr_env)
        attendees = self._register(session.sudo(), *self._create_people(2))
        session.action_propose_costs()
        self.assertEqual((session.cost_total, session.has_cost_share), (600, False))
        with self.assertRaisesRegex(UserError, "nothing to propose"):
            session.action_propose_costs()
        self.env["aftersales.training.cost"].create(
            {"session_id": session.id, "kind": "room", "amount": 100.01}
        )
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
            attendees.with_env(self.hr_env).action_attended()
        self.assertEqual(session.cost_total, 700.01)
        self.assertEqual(
            (session.cost_per_person, session.has_cost_share), (350.01, True)
        )
        for role in ("service", "centre", "reviewer", "clerk"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(user, session).read(["cost_total"])
        for role in ("head", "auditor"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(self._as(user, session).cost_total, 700.01)

    def test_many_at_once_cost_no_more_queries_each(self):
        session = self._create_session(seats=600).with_context(
            tracking_disable=False, mail_create_nolog=False, mail_notrack=False
        )
        people = self._create_people(540)
        self.env.flush_all()
        counts = []
        for batch in (people[:20], people[20:40], people[40:]):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            session._register_people(partners=batch)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(session.seats_taken, 540)
        # Only the letters cost more: they are written 50 at a time.
        self.assertLess(counts[1], 50)
        self.assertLess(counts[2] - counts[1], 10 * 8)

    def test_window_of_the_check_in(self):
        session = self._create_session()
        attendee = self._register(session, self.partner)
        token = session.sudo().checkin_token
        with freeze_time("2026-06-10 00:20:00"):
            with self.assertRaisesRegex(UserError, "from 30 minutes before"):
                self.Session._checkin(token, self.user_portal)
            session.action_start()
            with self.assertRaisesRegex(UserError, "from 30 minutes before"):
                self.Session._checkin(token, self.user_portal)
        with freeze_time("2026-06-10 00:31:00"):
            with self.assertRaisesRegex(UserError, "not valid for you"):
                self.Session._checkin("wrong", self.user_portal)
            with self.assertRaisesRegex(UserError, "not valid for you"):
                self.Session._checkin(token, self.user_portal_b)
            with self.assertRaisesRegex(UserError, "not valid for you"):
                self.Session._checkin(False, self.user_portal)
            self.Session._checkin(token, self.user_portal)
        self.assertEqual((attendee.state, attendee.attended_by), ("attended", "code"))
        refused = self.assertRaisesRegex(UserError, "until the end")
        with freeze_time("2026-06-10 09:01:00"), refused:
            self.Session._checkin(token, self.user_portal)

    def test_past_sessions_can_be_recorded(self):
        start = datetime(2026, 5, 1, 1)
        session = self._create_session(
            date_start=start, date_stop=start + timedelta(hours=8)
        )
        attendee = self._register(session, self.employee)
        session.action_start()
        attendee.with_env(self.hr_env).action_attended()
        session.action_done()
        self.assertEqual(str(attendee.date_passed), "2026-05-01")
        passed = self.course._get_passed([attendee._get_person_key()], "2026-05-01")
        self.assertEqual(passed, {(self.course.id, attendee._get_person_key())})
        self.assertFalse(
            self.course._get_passed([attendee._get_person_key()], "2026-04-30")
        )
