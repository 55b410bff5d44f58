from datetime import datetime, timedelta

from psycopg2.errors import ExclusionViolation, SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase


@tagged("post_install", "-at_install")
class TestSessionConcurrency(CommittedCase):
    """Two people on two real connections; nothing here is rolled back."""

    def _keep(self, records):
        self.made += [(records._name, record_id) for record_id in records.ids]
        return records

    def _prepare(self, env):
        self.made = []
        course = self._keep(
            env["aftersales.training.course"].create({"name": "Race", "hours": 1})
        )
        people = self._keep(
            env["res.partner"].create([{"name": f"Racer {n}"} for n in range(3)])
        )
        trainer = self._keep(
            env["aftersales.trainer"].create(
                {
                    "partner_id": people[2].id,
                    "approval_ids": [
                        (0, 0, {"content_type": "technical", "date_from": "2020-01-01"})
                    ],
                }
            )
        )
        start = datetime(2031, 5, 6, 8)
        session = self._keep(
            env["aftersales.training.session"].create(
                {
                    "course_id": course.id,
                    "date_start": start,
                    "date_stop": start + timedelta(hours=1),
                    "seats": 1,
                }
            )
        )
        session.action_open()
        self.start = start
        self.course_id, self.session_id = course.id, session.id
        self.people, self.trainer_id = people.ids, trainer.id

    def _remove(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM aftersales_training_attendee WHERE course_id = %s",
                (self.course_id,),
            )
            cr.execute(
                "DELETE FROM aftersales_training_session WHERE course_id = %s",
                (self.course_id,),
            )
            env = self._env(cr)
            for model, record_id in reversed(self.made):
                env[model].browse(record_id).exists().unlink()

    def _register(self, cr, person_id):
        env = self._env(cr)
        attendee = env["aftersales.training.attendee"].create(
            {"session_id": self.session_id, "partner_id": person_id}
        )
        env.flush_all()
        return attendee.state

    @mute_logger("odoo.sql_db")
    def test_the_last_seat_is_given_once(self):
        one, two = self._cursor(), self._cursor()
        self.assertEqual(self._register(one, self.people[0]), "registered")
        one.commit()
        with self.assertRaises(SerializationFailure):
            self._register(two, self.people[1])
        two.rollback()
        # The request starts over and finds the session full.
        self.assertEqual(self._register(two, self.people[1]), "waiting")
        two.commit()
        two.execute(
            "SELECT seats_taken, seats FROM aftersales_training_session WHERE id = %s",
            (self.session_id,),
        )
        self.assertEqual(two.fetchone(), (1, 1))

    @mute_logger("odoo.sql_db")
    def test_a_seat_given_back_is_not_lost(self):
        """Somebody leaves while another one lines up: he must get the seat."""
        one = self._cursor()
        self._register(one, self.people[0])
        one.commit()
        one, two = self._cursor(), self._cursor()
        self.assertEqual(self._register(two, self.people[1]), "waiting")
        two.commit()
        place = self._env(one)["aftersales.training.attendee"].search(
            [("session_id", "=", self.session_id), ("state", "=", "registered")]
        )
        with self.assertRaises(SerializationFailure):
            place._cancel_places()
        one.rollback()
        place.invalidate_recordset()
        place._cancel_places()
        one.commit()
        one.execute(
            "SELECT state FROM aftersales_training_attendee WHERE session_id = %s "
            "AND partner_id = %s",
            (self.session_id, self.people[1]),
        )
        self.assertEqual(one.fetchone(), ("registered",))

    def _book(self, cr):
        env = self._env(cr)
        session = env["aftersales.training.session"].create(
            {
                "course_id": self.course_id,
                "date_start": self.start,
                "date_stop": self.start + timedelta(hours=1),
                "trainer_ids": [(6, 0, [self.trainer_id])],
            }
        )
        env.flush_all()
        return session

    @mute_logger("odoo.sql_db")
    def test_a_trainer_is_booked_once(self):
        one, two = self._cursor(), self._cursor()
        self._book(one)
        one.commit()
        with self.assertRaises(ExclusionViolation):
            self._book(two)
        two.rollback()
