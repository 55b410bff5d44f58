from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .course_common import CourseCommon


@tagged("post_install", "-at_install", "security")
class TestTrainingSecurity(CourseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session = cls._create_session(seats=10)
        cls.near, cls.far, cls.own = cls._register(
            cls.session, cls.partner, cls.partner_b, cls.employee
        )
        cls.everybody = cls.near | cls.far | cls.own

    def _seen(self, user, domain=()):
        domain = [("session_id", "=", self.session.id), *domain]
        return self._as(user, self.Attendee).search(domain).sudo(False)

    def test_who_sees_whom(self):
        for user, expected in (
            (self.user_hr, self.everybody),
            (self.user_head, self.everybody),
            (self.user_auditor, self.everybody),
            (self.user_reviewer, self.everybody),
            (self.user_centre, self.near),
            (self.user_service, self.own),
            (self.user_dispatcher, self.Attendee),
            (self.user_portal, self.near),
            (self.user_portal_b, self.far),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._seen(user).ids, expected.sorted().ids)

    def test_sessions_of_another_region_stay_there(self):
        """The host's region sees a session, and who teaches or takes part."""
        far = self._create_session(day=12, service_point_id=self.point_b.id)
        near = self._create_session(day=13, service_point_id=self.point.id)
        both = near | far

        def seen(user):
            found = self._as(user, self.Session).search([("id", "in", both.ids)])
            return found.sudo(False)

        for user in (self.user_hr, self.user_head, self.user_auditor):
            self.assertEqual(seen(user), far | near)
        self.assertEqual(seen(self.user_centre), near)
        self.assertTrue(self._as(self.user_centre, near).is_user_region)
        self.assertFalse(self._as(self.user_centre, far).sudo().is_user_region)
        with self.assertRaises(AccessError):
            self._as(self.user_centre, far).read(["name"])
        self._register(far, self.employee)
        self.assertIn(far, seen(self.user_service))

    def test_portal_reads_its_own_place_only(self):
        mine = self._as(self.user_portal, self.near)
        self.assertEqual(mine.state, "registered")
        with self.assertRaises(AccessError):
            self._as(self.user_portal, self.far).read(["state"])
        for vals in ({"feedback": "x"}, {"need_id": False}):
            with self.assertRaises(AccessError):
                mine.write(vals)
        with self.assertRaises(AccessError):
            mine.create({"course_id": self.course.id, "partner_id": self.partner.id})
        for model in (
            "aftersales.training.session",
            "aftersales.training.course",
            "aftersales.training.material",
            "aftersales.training.cost",
            "aftersales.training.booking",
            "aftersales.trainer",
            "aftersales.trainer.approval",
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_portal).search([])
        with self.assertRaises(AccessError):
            self.env["aftersales.training.attendee"].with_user(
                self.env.ref("base.public_user")
            ).search([])

    def test_portal_steps_by_rpc(self):
        for name in ("action_attended", "action_absent", "action_send_exam"):
            mine = self._as(self.user_portal, self.near)
            with self.subTest(name=name), self.assertRaises(UserError):
                getattr(mine, name)()
        with self.assertRaises(AccessError):
            self._as(self.user_portal, self.far).action_cancel()
        with self.assertRaises(UserError):
            self._as(
                self.user_portal, self._create_session(state="draft", day=20)
            ).action_join()
        self.assert_states(self.everybody, *["registered"] * 3)

    def test_a_manager_registers_his_own_people(self):
        other = self._create_session(day=11)
        Attendee = self._as(self.user_centre, self.Attendee)
        mine = Attendee.create({"session_id": other.id, "partner_id": self.partner.id})
        self.assertEqual(mine.state, "registered")
        with self.assertRaises(AccessError):
            Attendee.create({"session_id": other.id, "partner_id": self.partner_b.id})
        with self.assertRaises(AccessError):
            Attendee.create(
                {
                    "session_id": other.id,
                    "partner_id": self.partner_b.id,
                    "service_point_id": self.point.id,
                }
            )
        mine.action_cancel()
        self.assertEqual(mine.state, "cancelled")
        worker = self._create_employee("Near", company=self.company)
        self._create_post(worker, self.point, self.role_technician)
        near = Attendee.create({"session_id": other.id, "employee_id": worker.id})
        self.assertEqual(near.sudo().service_point_id, self.point)
        with self.assertRaises(AccessError):
            self._as(self.user_centre, self.far).action_cancel()
        with self.assertRaises(AccessError):
            self._as(self.user_centre, self.near).action_attended()

    def test_the_register_wizard(self):
        other = self._create_session(day=11)
        wizard = (
            self.env["aftersales.training.register.wizard"]
            .with_user(self.user_centre)
            .create({"session_id": other.id, "service_point_ids": self.point.ids})
        )
        self.assertEqual(wizard.staff_ids, self.technician)
        wizard.action_register()
        self.assertEqual(other.attendee_ids.partner_id, self.partner)
        with self.assertRaisesRegex(UserError, "not registered yet"):
            wizard.action_register()
        everybody = (
            self.env["aftersales.training.register.wizard"]
            .with_user(self.user_hr)
            .create(
                {
                    "session_id": other.id,
                    "service_point_ids": (self.point | self.point_b).ids,
                    "employee_ids": self.employee.ids,
                    "partner_ids": (self.partner | self.employee.work_contact_id).ids,
                }
            )
        )
        everybody.action_register()
        self.assertEqual(len(other.attendee_ids), 3)
        self.assertEqual((other.seats_taken, other.waiting_count), (2, 1))

    def test_a_trainer_records_his_session_only(self):
        teacher = self._create_employee(
            "Teacher", company=self.company, user_id=self.user_dispatcher.id
        )
        trainer = self._create_trainer(teacher)
        mine = self._create_session(day=12, trainer_ids=trainer.ids)
        attendee = self._register(mine, self.partner)
        self.assertTrue(self._as(self.user_dispatcher, mine).can_run)
        self.assertFalse(self._as(self.user_dispatcher, self.session).can_run)
        with freeze_time("2026-06-12 02:00:00"):
            self._as(self.user_dispatcher, mine).action_start()
            self._as(self.user_dispatcher, attendee).action_attended()
            self._as(self.user_dispatcher, mine).action_done()
            with self.assertRaises(AccessError):
                self._as(self.user_dispatcher, self.session).action_start()
            # A closed list is corrected by human resources.
            with self.assertRaisesRegex(UserError, "correct the list of a closed one"):
                self._as(self.user_dispatcher, attendee).action_attended()
        self.assertEqual(attendee.state, "attended")
        with self.assertRaises(AccessError):
            self._as(self.user_dispatcher, mine).write({"seats": 50})

    def test_people_join_and_leave_by_themselves(self):
        other = self._create_session(day=11)
        session = self._as(self.user_service, other)
        self.assertTrue(session.can_join)
        session.action_join()
        self.assertEqual(other.attendee_ids.employee_id, self.employee)
        self._as(self.user_service, other.attendee_ids).action_cancel()
        self.assertEqual(other.attendee_ids.state, "cancelled")
        # Nobody works here who has neither an employee nor a unit.
        self.assertFalse(self._as(self.user_clerk, other).can_join)
        with self.assertRaisesRegex(UserError, "not open to you"):
            self._as(self.user_clerk, other).action_join()

    def test_steps_of_the_session_are_for_the_officer(self):
        for role in ("service", "dispatcher", "centre", "head", "auditor", "reviewer"):
            session = self._as(getattr(self, f"user_{role}"), self.session)
            for name in ("action_start", "action_done", "action_cancel"):
                with self.subTest(role=role, name=name), self.assertRaises(AccessError):
                    getattr(session, name)()
            with self.subTest(role=role), self.assertRaises(AccessError):
                session.write({"name": "x"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                session.action_propose_costs()

    def test_another_company_sees_nothing(self):
        self.user_hr.write(
            {
                "company_ids": [(6, 0, self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.env.invalidate_all()
        self.assertFalse(self._seen(self.user_hr))
        for record in (self.session, self.course, self.near):
            with self.subTest(record=record), self.assertRaises(AccessError):
                self._as(self.user_hr, record).read(["display_name"])
        shared = self._create_course(name="Shared", company_id=False)
        self.assertEqual(self._as(self.user_hr, shared).name, "Shared")
        with self.assertRaises(UserError):
            self._create_session(company_id=self.company_b.id)

    def test_costs_by_rpc(self):
        cost = self.env["aftersales.training.cost"].create(
            {"session_id": self.session.id, "kind": "room", "amount": 10}
        )
        for role in ("service", "centre", "reviewer", "dispatcher"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(getattr(self, f"user_{role}"), cost).read(["amount"])
        for role in ("head", "auditor"):
            reader = self._as(getattr(self, f"user_{role}"), cost)
            self.assertEqual(reader.amount, 10)
            with self.subTest(role=role), self.assertRaises(AccessError):
                reader.write({"amount": 1})
