from datetime import timedelta

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestMentoring(TrainingCommon, RaceMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Pair = cls.env["aftersales.mentoring"]
        cls.Meeting = cls.env["aftersales.mentoring.meeting"]
        cls.today = cls.company._get_aftersales_today()
        cls.mentor_user = new_test_user(
            cls.env,
            "mentor",
            groups="aftersales_network.group_service",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.mentor = cls._create_employee(
            "Mentor", cls.company, user_id=cls.mentor_user.id
        )
        cls.trainee = cls._create_employee("Trainee", cls.company)
        cls._create_post(cls.trainee, cls.point, cls.role_technician)

    @classmethod
    def _prepare(cls, **vals):
        return {
            "mentor_employee_id": cls.mentor.id,
            "trainee_employee_id": cls.trainee.id,
            "date_from": cls.today,
            "date_to": cls.today + timedelta(days=90),
            "goal": "Fewer repeats",
            "company_id": cls.company.id,
            **vals,
        }

    @classmethod
    def _pair(cls, **vals):
        return cls.Pair.create(cls._prepare(**vals))

    @classmethod
    def _unit_pair(cls, **vals):
        return cls._pair(
            kind="unit",
            mentor_employee_id=False,
            trainee_employee_id=False,
            mentor_point_id=cls.point_b.id,
            trainee_point_id=cls.point.id,
            **vals,
        )

    def _new_trainee(self, name="Other"):
        return self._create_employee(name, self.company)

    def test_from_goal_to_result(self):
        pair = self._pair().with_user(self.user_hr)
        self.assertEqual(pair.name, "Mentor → Trainee")
        self.assertEqual(pair.service_point_id, self.point)
        pair.action_start()
        self.assertEqual((pair.state, pair.slot), ("running", 1))
        self.Meeting.with_user(self.mentor_user).create(
            [
                {"mentoring_id": pair.id, "topic": "Diagnosis", "hours": 1.5},
                {"mentoring_id": pair.id, "topic": "Refill", "hours": 2},
            ]
        )
        self.assertEqual((pair.meeting_count, pair.hours_total), (2, 3.5))
        with self.assertRaises(UserError) as caught:
            pair.action_done()
        self.assertIn("needs its result", str(caught.exception))
        pair.write({"result": "partly", "evaluation": "Half way"})
        pair.action_done()
        self.assertEqual(
            (pair.state, pair.evaluated_by_id, pair.date_ended, pair.slot),
            ("done", self.user_hr, self.today, 0),
        )
        for vals in (
            {"result": "achieved"},
            {"goal": "Other"},
            {"date_to": self.today},
            {"state": "running"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                pair.write(vals)
        with self.assertRaisesRegex(UserError, "state “Done”"):
            pair.meeting_ids[0].topic = "x"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            pair.unlink()

    def test_mentor_does_not_evaluate(self):
        self.mentor.user_id = self.user_hr
        pair = self._pair().with_user(self.user_hr)
        pair.action_start()
        for vals in ({"result": "achieved"}, {"evaluation": "Great"}):
            with self.assertRaisesRegex(UserError, "other than the mentor"):
                pair.write(vals)
        with self.assertRaisesRegex(UserError, "other than the mentor"):
            pair.action_done()
        other = pair.with_user(self.user_centre)
        other.write({"result": "achieved", "evaluation": "Great"})
        other.action_done()
        self.assertEqual(pair.evaluated_by_id, self.user_centre)

    def test_ends_early_with_reason(self):
        pair = self._pair()
        pair.action_start()
        pair.with_user(self.user_centre)._end_early("Mentor left")
        self.assertEqual((pair.state, pair.end_reason), ("ended", "Mentor left"))
        self.assertEqual(pair.date_ended, self.today)
        # From tomorrow on the two may be a pair again.
        self._pair(date_from=self.today + timedelta(days=1)).flush_recordset()

    def test_who_cannot_be_a_pair(self):
        for vals in (
            {"trainee_employee_id": self.mentor.id},
            {
                "trainee_employee_id": False,
                "trainee_partner_id": self.mentor.work_contact_id.id,
            },
            {"mentor_partner_id": self.user_portal.partner_id.id},
            {"trainee_employee_id": False},
            {"kind": "unit"},
            {"trainee_employee_id": False, "trainee_point_id": self.point.id},
            {"date_to": self.today - timedelta(days=1)},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.cr.savepoint(),
            ):
                self._pair(**vals).flush_recordset()

    def test_not_twice_at_one_time(self):
        first = self._pair()
        first.flush_recordset()
        twin = {"date_from": first.date_to}
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.cr.savepoint(),
        ):
            self._pair(**twin, date_to=first.date_to).flush_recordset()
        first._cancel("Not now")
        self._pair(**twin, date_to=first.date_to).flush_recordset()

    def test_limit_of_trainees(self):
        self.company.aftersales_mentor_limit = 2
        people = [self._new_trainee(f"T{number}") for number in range(3)]
        pairs = self.Pair.union(
            *(self._pair(trainee_employee_id=person.id) for person in people)
        )
        (pairs[0] | pairs[1]).action_start()
        self.assertEqual((pairs[0] | pairs[1]).mapped("slot"), [1, 2])
        with self.assertRaises(UserError) as caught:
            pairs[2].action_start()
        self.assertIn("Mentor already has 2 trainees", str(caught.exception))
        self.assertEqual(pairs[2].state, "draft")
        pairs[0]._end_early("Done with him")
        pairs[2].action_start()
        self.assertEqual(pairs[2].slot, 1)
        later = self._pair(
            trainee_employee_id=self._new_trainee("Later").id,
            date_from=self.today + timedelta(days=200),
            date_to=self.today + timedelta(days=300),
        )
        later.action_start()
        self.assertEqual(later.slot, 1)

    def test_two_pairs_start_at_once(self):
        row = {
            "company_id": 1,
            "mentor_key": "person 5",
            "trainee_key": "person 6",
            "mentor_employee_id": 5,
            "trainee_employee_id": 6,
            "kind": "person",
            "state": "running",
            "date_from": "2026-01-01",
            "date_to": "2026-03-01",
            "slot": 1,
        }
        table = "aftersales_mentoring"
        other = {**row, "trainee_key": "person 7"}
        error = self._race(table, row, other)
        self.assertIsInstance(error, psycopg2.errors.ExclusionViolation)
        self.assertFalse(self._race(table, row, {**other, "slot": 2}))
        error = self._race(table, row, {**row, "slot": 0})
        self.assertIsInstance(error, psycopg2.errors.ExclusionViolation)

    def test_expert_as_mentor(self):
        expert = self.env["aftersales.expert"].create(
            {
                "partner_id": self.user_portal.partner_id.id,
                "kind": "outside",
                "date_consent": self.today,
                "company_id": self.company.id,
            }
        )
        pair = self._pair(mentor_employee_id=False, mentor_expert_id=expert.id)
        self.assertEqual(pair.mentor_partner_id, self.user_portal.partner_id)
        self.assertEqual(pair.mentor_name, self.user_portal.name)

    def test_units_and_their_metric(self):
        order = self._create_order()
        self._finish_order(order)
        order.date_end = order.date_end.replace(
            year=self.today.year, month=self.today.month, day=self.today.day
        )
        self.env.flush_all()
        pair = self._unit_pair(metric_code="VOLUME", metric_target=5)
        self.assertEqual(pair.name, "Point Two → Point One")
        pair.action_start()
        self.assertEqual((pair.metric_start, pair.has_metric_start), (1.0, True))
        pair.write({"result": "not", "evaluation": "No change"})
        pair.with_user(self.user_hr).action_done()
        self.assertEqual((pair.metric_end, pair.has_metric_end), (1.0, True))
        with self.assertRaises(UserError):
            pair.with_user(self.user_hr).write({"metric_start": 9})
        self.assertEqual(self.point.mentoring_count, 0)

    def test_weak_units(self):
        Wizard = self.env["aftersales.weak.unit.wizard"].with_user(self.user_hr)
        order = self._create_order()
        self._finish_order(order)
        order.date_end = order.date_end.replace(
            year=self.today.year, month=self.today.month, day=self.today.day
        )
        self.env.flush_all()
        wizard = Wizard.create({"metric_code": "VOLUME", "target": 1})
        wizard.action_find()
        self.assertTrue(wizard.is_done)
        self.assertNotIn(self.point, wizard.line_ids.service_point_id)
        wizard.target = 1000
        wizard.action_find()
        line = wizard.line_ids.filtered(lambda i: i.service_point_id == self.point)
        self.assertEqual(line.value, 1.0)
        context = line.action_pair()["context"]
        self.assertEqual(context["default_trainee_point_id"], self.point.id)
        self.assertEqual(context["default_metric_code"], "VOLUME")

    def test_reminder_at_the_end(self):
        pair = self._pair(
            date_to=self.today + timedelta(days=7), responsible_id=self.user_hr.id
        )
        far = self._pair(trainee_employee_id=self._new_trainee().id)
        (pair | far).action_start()
        self.Pair._cron_remind_end()
        self.Pair._cron_remind_end()
        self.assertEqual(pair.activity_ids.user_id, self.user_hr)
        self.assertEqual(len(pair.activity_ids), 1)
        self.assertEqual(
            pair.activity_ids.summary, "Evaluate the mentoring Mentor → Trainee"
        )
        self.assertFalse(far.activity_ids)
        pair._end_early("Over")
        self.assertFalse(pair.activity_ids)

    def test_who_sees_and_changes(self):
        pair = self._pair()
        away = self._create_employee("Away", self.company)
        self._create_post(away, self.point_b, self.role_technician)
        other = self._pair(trainee_employee_id=away.id)
        both = pair | other
        for user, seen in (
            (self.user_hr, both),
            (self.user_head, both),
            (self.user_auditor, both),
            (self.user_reviewer, both),
            (self.user_centre, pair),
            (self.mentor_user, both),
            (self.user_service, self.Pair),
            (self.user_dispatcher, self.Pair),
        ):
            with self.subTest(user=user.login):
                found = self.Pair.with_user(user).search([("id", "in", both.ids)])
                self.assertEqual(found, seen)
        Pair = self.Pair.with_user(self.user_centre)
        new = self._new_trainee("Mine")
        self._create_post(new, self.point, self.role_technician)
        mine = Pair.create(self._prepare(trainee_employee_id=new.id))
        mine.action_start()
        with self.assertRaises(AccessError):
            Pair.create(
                self._prepare(
                    trainee_employee_id=away.id,
                    mentor_employee_id=self.trainee.id,
                )
            )
        draft = Pair.create(
            self._prepare(
                trainee_employee_id=new.id, mentor_employee_id=self.trainee.id
            )
        )
        with self.assertRaises(AccessError):
            draft.trainee_employee_id = away
        for user in (self.user_head, self.user_auditor, self.mentor_user):
            with self.subTest(writes=user.login), self.assertRaises(AccessError):
                pair.with_user(user).goal = "x"
        with self.assertRaises(AccessError):
            self.Meeting.with_user(self.user_service).create(
                {"mentoring_id": mine.id, "topic": "x"}
            )
        with self.assertRaises(UserError):
            self.Meeting.with_user(self.mentor_user).create(
                {"mentoring_id": pair.id, "topic": "Not started"}
            )

    def test_portal_reads_the_own_pair(self):
        pair = self._pair(
            trainee_employee_id=False,
            trainee_partner_id=self.user_portal.partner_id.id,
        )
        Pair = self.Pair.with_user(self.user_portal)
        self.assertFalse(Pair.search([]))
        pair.action_start()
        self.assertEqual(Pair.search([]), pair)
        self.assertFalse(self.Pair.with_user(self.user_portal_b).search([]))
        with self.assertRaises(AccessError):
            pair.with_user(self.user_portal).date_to = self.today
        with self.assertRaises(AccessError):
            self.Meeting.with_user(self.user_portal).create(
                {"mentoring_id": pair.id, "topic": "x"}
            )

    def test_two_companies(self):
        self._pair()
        other = new_test_user(
            self.env,
            "mentor_b",
            groups="aftersales_network.group_training_officer",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        self.assertFalse(self.Pair.with_user(other).search([]))
        with self.assertRaisesRegex(UserError, "compan"):
            self._pair(company_id=self.company_b.id)

    def test_counts_cost_constant_queries(self):
        def count(points):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            points.mapped("mentoring_count")
            return self.cr.sql_log_count - before

        self._unit_pair()
        self.assertEqual(self.point.mentoring_count, 1)
        self.assertEqual(count(self.point), count(self.point | self.point_b))

    def test_printed_agreement(self):
        pair = self._pair()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("aftersales_training.report_mentoring", pair.ids)[0]
            .decode()
        )
        for text in ("Mentoring Agreement", "Fewer repeats", "Trainee"):
            self.assertIn(text, html)
