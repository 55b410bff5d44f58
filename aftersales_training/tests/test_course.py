import base64

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .course_common import CourseCommon

FILE = base64.b64encode(b"%PDF-1.4 slides")


@tagged("post_install", "-at_install")
class TestCourse(CourseCommon):
    def _create_material(self, **vals):
        return self.env["aftersales.training.material"].create(
            {"name": "Slides", "course_id": self.course.id, "file": FILE, **vals}
        )

    def test_content_types(self):
        labels = dict(self.course._fields["content_type"].selection)
        self.assertEqual(
            list(labels),
            ["technical", "business", "communication", "brand", "culture", "safety"],
        )
        session = self._create_session()
        attendee = self._register(session, self.employee)
        self.assertEqual(
            (session.content_type, attendee.content_type), ("technical", "technical")
        )

    def test_the_officer_makes_a_course_in_the_form(self):
        form = Form(self.env["aftersales.training.course"].with_env(self.hr_env))
        form.name = "Battery Safety"
        form.content_type = "safety"
        form.hours = 4
        course = form.save()
        self.assertEqual((course.company_id, course.seats), (self.company, 12))
        self.assertFalse(course.has_exam)

    def test_bad_input(self):
        for vals, message in (
            ({"prerequisite_course_ids": self.course.ids}, "its own prerequisite"),
            ({"trainer_ids": self._foreign_trainer().ids}, "must belong to"),
        ):
            refused = self.assertRaisesRegex(ValidationError, message)
            with self.subTest(vals=vals), refused, self.cr.savepoint():
                self.course.write({k: [Command.set(v)] for k, v in vals.items()})

    @mute_logger("odoo.sql_db")
    def test_code_is_unique_in_the_company(self):
        self.course.code = "INV"
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_course(code="INV")
        self._create_course(code="INV", company_id=self.company_b.id)

    def _foreign_trainer(self):
        person = self._create_employee("Foreign", company=self.company_b)
        return self._create_trainer(person, company_id=self.company_b.id)

    def test_figures(self):
        session = self._create_session(seats=5)
        attendees = self._register(session, *self._create_people(4))
        attendees[3].action_cancel()
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
            attendees[:2].with_env(self.hr_env).action_attended()
            session.action_done()
        self.assertEqual(
            (
                self.course.session_count,
                self.course.attendee_count,
                self.course.passed_count,
                self.course.pass_rate,
            ),
            (1, 3, 2, 100),
        )

    def test_passed_in_one_batch(self):
        session = self._create_session(seats=40)
        attendees = session._register_people(partners=self._create_people(30))
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
            attendees.with_env(self.hr_env).action_attended()
        keys = [attendee._get_person_key() for attendee in attendees]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            passed = self.course._get_passed(keys, "2026-06-10")
        self.assertEqual(passed, {(self.course.id, key) for key in keys})
        self.assertFalse(self.course._get_passed(keys, "2026-06-09"))
        self.assertFalse(self.course._get_passed([], "2026-06-10"))

    def test_copy(self):
        self._create_material()
        copy = self.course.copy()
        self.assertEqual(copy.name, "Inverter Repair (copy)")
        self.assertFalse(copy.material_ids | copy.session_ids.material_ids)

    # Materials

    def test_published_versions_stay(self):
        material = self._create_material().with_env(self.hr_env)
        material.version = "2026-1"
        material.action_publish()
        self.assertEqual(
            (material.state, material.published_by_id, str(material.date_published)),
            ("published", self.user_hr, "2026-06-01"),
        )
        for vals in (
            {"file": FILE},
            {"name": "x"},
            {"version": "9"},
            {"url": "http://a"},
        ):
            refused = self.assertRaisesRegex(UserError, "Record a new version")
            with self.subTest(vals=vals), refused:
                material.write(vals)
        with self.assertRaisesRegex(UserError, "Withdraw it instead"):
            material.unlink()
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            material.write({"state": "draft"})
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            material.write({"published_by_id": self.user_head.id})

    def test_a_new_version_takes_the_place(self):
        material = self._create_material().with_env(self.hr_env)
        material.action_publish()
        draft = material.browse(material.action_new_version()["res_id"])
        self.assertEqual((draft.previous_id, draft.state), (material, "draft"))
        with self.assertRaisesRegex(UserError, "needs a file or a link"):
            draft.action_publish()
        draft.write({"version": "2", "url": "https://example.com/slides"})
        draft.action_publish()
        self.assertEqual((material.state, draft.state), ("withdrawn", "published"))

    def test_links_are_web_addresses(self):
        with self.assertRaisesRegex(ValidationError, "must start with http"):
            self._create_material(url="javascript:alert(1)")

    def test_a_session_keeps_the_versions_it_was_held_with(self):
        material = self._create_material()
        other = self._create_material(name="Old", date_from="2026-07-01")
        self._create_material(name="Draft")
        (material | other).action_publish()
        session = self._create_session()
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
        self.assertEqual(session.material_ids, material)
        material.action_withdraw()
        self.assertEqual(session.material_ids, material)
        self.assertEqual(material.session_ids, session)
        for name in ("material_ids", "trainer_ids"):
            refused = self.assertRaisesRegex(UserError, "settled since the session")
            with self.subTest(name=name), refused:
                session.with_env(self.hr_env).write({name: [Command.clear()]})
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            material.with_env(self.hr_env).write({"session_ids": [Command.clear()]})

    def test_materials_are_read_by_people_and_written_by_the_officer(self):
        material = self._create_material()
        self.assertEqual(self._as(self.user_service, material).version, "1")
        for role in ("service", "centre", "head", "auditor"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(user, material).write({"version": "2"})
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(user, material).action_publish()

    # Trainers

    def test_trainers_and_their_rating(self):
        trainer = self._create_trainer(self.partner_b, fee_hour=80)
        session = self._create_session(trainer_ids=trainer.ids, seats=5)
        attendees = self._register(session, self.employee, *self._create_people(2))
        with freeze_time("2026-06-10 02:00:00"):
            session.action_start()
            attendees.with_env(self.hr_env).action_attended()
        attendees[0]._write_flow({"rating": 5})
        attendees[1]._write_flow({"rating": 4})
        self.assertEqual((trainer.rating_avg, trainer.rating_count), (4.5, 2))
        self.assertEqual(session.rating_avg, 4.5)
        self.assertEqual(trainer.user_id, self.user_portal_b)
        self.assertTrue(trainer.is_approved)
        self.assertIn(trainer, trainer.search([("is_approved", "=", True)]))
        trainer.approval_ids.date_to = "2026-05-31"
        self.assertFalse(trainer.is_approved)
        self.assertNotIn(trainer, trainer.search([("is_approved", "=", True)]))

    def test_fees_are_for_some(self):
        trainer = self._create_trainer(fee_hour=80)
        self.assertEqual(self._as(self.user_hr, trainer).fee_hour, 80)
        for role in ("service", "centre", "dispatcher", "reviewer"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(user, trainer).read(["fee_hour"])

    def test_an_approval_names_who_gave_it(self):
        trainer = self._create_trainer().with_env(self.hr_env)
        trainer.write(
            {
                "approval_ids": [
                    Command.create({"content_type": "brand", "date_from": "2026-06-01"})
                ]
            }
        )
        approval = trainer.approval_ids.filtered(lambda a: a.content_type == "brand")
        self.assertEqual(approval.approved_by_id, self.user_hr)
        with self.assertRaises(UserError):
            approval.write({"approved_by_id": self.user_head.id})

    # eLearning

    def test_without_elearning_nothing_is_offered(self):
        if self.course._is_elearning_installed():
            self.skipTest("website_slides is installed here")
        self.assertFalse(self.course.has_elearning)
        self.assertFalse(self.course.elearning_model)
        with self.assertRaisesRegex(UserError, "Choose the eLearning"):
            self.course.with_env(self.hr_env).action_pull_elearning()
        with self.without_commit() as progress:
            self.course._cron_pull_elearning()
        self.assertEqual(progress, [(0, 0)])


@tagged("-standard", "elearning", "post_install", "-at_install")
class TestElearning(CourseCommon):
    """Runs where eLearning is installed, with ``-m elearning``; nothing needs it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "slide.channel" not in cls.env:
            cls.skipTest(cls, "website_slides is not installed")

    def test_completed_elearning_is_attendance(self):
        channel = self.env["slide.channel"].create(
            {
                "name": "Inverter Basics",
                "enroll": "public",
                "slide_ids": [
                    Command.create(
                        {"name": "Page", "slide_category": "article", "is_published": 1}
                    )
                ],
            }
        )
        self.course.elearning_id = channel.id
        self.assertTrue(self.course.has_elearning)
        self.assertEqual(self.course.elearning_model, "slide.channel")
        outsider = self.env["res.partner"].create({"name": "Stranger"})
        people = self.partner | self.employee.work_contact_id | outsider
        channel._action_add_members(people)
        self.assertFalse(self.course._pull_elearning())
        for person in people:
            self.env["slide.slide.partner"].create(
                {
                    "slide_id": channel.slide_ids.filtered(
                        lambda s: not s.is_category
                    ).id,
                    "channel_id": channel.id,
                    "partner_id": person.id,
                    "completed": True,
                }
            )
        channel.channel_partner_ids._recompute_completion()
        attendees = self.course._pull_elearning()
        self.assertEqual(
            attendees.person_id, self.partner | self.employee.work_contact_id
        )
        self.assertEqual(set(attendees.mapped("attended_by")), {"elearning"})
        self.assertTrue(all(attendees.mapped("is_passed")))
        self.assertFalse(self.course._pull_elearning())
        notice = self.course.with_env(self.hr_env).action_pull_elearning()
        self.assertIn("0 more people", notice["params"]["message"])
