"""What people try by RPC although no button offers it."""

import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged

from .course_common import CourseCommon


@tagged("post_install", "-at_install", "security")
class TestForgery(CourseCommon):
    """Certificates, places, exams and costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_exam()
        cls.course.write({"survey_id": cls.survey.id, "attempts_limit": 1})
        cls.session = cls._create_session(seats=10)
        cls.attendee = cls._register(cls.session, cls.partner)
        cls.examiner = new_test_user(
            cls.env,
            "examiner",
            groups="aftersales_network.group_training_officer,"
            "survey.group_survey_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _attempt(self, right=False):
        with freeze_time("2026-06-10 02:00:00"):
            self.session.action_start()
            self.attendee.with_env(self.hr_env).action_attended()
        exam = self.attendee.sudo()._get_or_start_exam()
        self._answer(exam, right)
        return exam

    # Certificates

    def test_whose_certificate_it_is_follows_from_the_holder(self):
        other = self._create_employee("Other", company=self.company)
        held = self._create_certificate(self.employee)
        mine = held.with_user(self.user_hr)
        for vals in (
            {"person_id": other.work_contact_id.id},
            {"holder_name": "Other"},
            {"number_normalized": "X"},
            {"chain_root_id": False},
            {"service_point_id": self.point.id},
            {"date_holder_left": "2026-01-01"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                mine.write(vals)
        self.assertEqual(held.person_id, self.employee.work_contact_id)

    def test_nothing_calculated_comes_with_a_new_certificate(self):
        vals = self._prepare_certificate(self.employee)
        twin = {**vals, "person_id": self.partner.id, "date_holder_left": "2026-01-01"}
        created = (
            self.Certificate.with_user(self.user_service)
            .with_context(default_person_id=self.partner.id)
            .create(twin)
            .sudo()
        )
        self.assertEqual(created.person_id, self.employee.work_contact_id)
        self.assertFalse(created.date_holder_left)

    # Places

    def test_a_place_is_in_the_course_of_its_session(self):
        other = self._create_course(name="Other")
        with self.assertRaisesRegex(ValidationError, "teaches “Inverter Repair”"):
            self.Attendee.with_user(self.user_hr).create(
                {
                    "session_id": self.session.id,
                    "course_id": other.id,
                    "partner_id": self.partner_b.id,
                }
            )

    # Exams

    def test_a_trial_run_does_not_become_an_exam(self):
        trial = self.survey._create_answer(test_entry=True)
        as_examiner = trial.with_user(self.examiner)
        for vals in (
            {"test_entry": False, "partner_id": self.partner.id},
            {"attendee_id": self.attendee.id},
            {"state": "done", "scoring_percentage": 100},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                as_examiner.write(vals)

    def test_an_attempt_is_not_created_as_passed(self):
        with freeze_time("2026-06-10 02:00:00"):
            self.session.action_start()
            self.attendee.with_env(self.hr_env).action_attended()
        for vals in (
            {"state": "done"},
            {"scoring_percentage": 100},
            {"scoring_success": True},
            {"attendee_id": self.attendee.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.env["survey.user_input"].with_user(self.examiner).create(
                    {
                        "survey_id": self.survey.id,
                        "partner_id": self.partner.id,
                        **vals,
                    }
                )
        self.assertFalse(self.attendee.exam_ids)

    def test_an_exam_that_was_sat_is_not_deleted_with_its_questions(self):
        exam = self._attempt()
        as_examiner = self.survey.with_user(self.examiner)
        self.course.survey_id = False
        for records in (as_examiner, as_examiner.question_and_page_ids):
            with self.subTest(model=records._name), self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(UserError):
            as_examiner.question_ids.suggested_answer_ids.unlink()
        self.assertTrue(exam.exists().user_input_line_ids)

    def test_scores_stay_when_the_exam_is_marked_anew(self):
        exam = self._attempt(right=True)
        self.assertEqual((exam.scoring_percentage, self.attendee.score), (100, 100))
        answer = self.survey.question_ids.suggested_answer_ids[0]
        answer.with_user(self.examiner).write({"answer_score": 1})
        self.survey.with_user(self.examiner).scoring_success_min = 99
        self.env.flush_all()
        self.assertEqual((exam.scoring_percentage, self.attendee.score), (100, 100))

    # Costs

    def test_costs_stay_with_their_session(self):
        cost = self.env["aftersales.training.cost"].create(
            {"session_id": self.session.id, "amount": 100}
        )
        abroad = self._create_course(name="Abroad", company_id=self.firm.id)
        far = self._create_session(
            state="draft", course_id=abroad.id, company_id=self.firm.id
        )
        with self.assertRaises(AccessError):
            cost.with_user(self.user_hr).write({"session_id": far.id})

    # Companies

    def test_nothing_is_handed_to_a_company_out_of_reach(self):
        Model = self.env
        day = "2027-01-01"
        trainer = self._create_trainer(self.env["res.partner"].create({"name": "T"}))
        records = [
            Model["aftersales.ratio.rule"].create(
                {"company_id": self.company.id, "date_from": day, "percent": 5}
            ),
            Model["aftersales.role.requirement"].create(
                {
                    "company_id": self.company.id,
                    "role_id": self.role_extra.id,
                    "certificate_type_id": self.type_technician.id,
                }
            ),
            Model["aftersales.training.requirement"].create(
                {
                    "company_id": self.company.id,
                    "course_id": self._create_course(company_id=False).id,
                }
            ),
            Model["aftersales.technical.grade"].create(
                {
                    "name": "G",
                    "company_id": self.company.id,
                    "role_id": self.role_extra.id,
                    "sequence": 991,
                }
            ),
            Model["aftersales.expert"].create(
                {"partner_id": self.partner.id, "date_consent": "2026-01-01"}
            ),
            self.Certificate.create(
                {
                    **self._prepare_certificate(
                        Model["res.partner"].create({"name": "P"})
                    ),
                    "company_id": self.company.id,
                }
            ),
            trainer,
            self._create_course(name="Moves"),
            self._create_session(
                state="draft", course_id=self._create_course(company_id=False).id
            ),
        ]
        for record in records:
            name = record._name
            record = record.with_user(self.user_hr)
            with self.subTest(model=name), self.assertRaises(AccessError):
                record.write({"company_id": self.firm.id})
                self.env.flush_all()

    # Context keys, commands and lists

    def test_context_and_commands_open_no_door(self):
        day = "2026-05-01"
        typed = {"state": "attended", "is_passed": True, "date_passed": day}
        person = {"partner_id": self.partner_b.id}
        place = self.Attendee.with_user(self.user_hr)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.session.with_user(self.user_hr).write(
                {"attendee_ids": [Command.create({**person, **typed})]}
            )
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.session.with_user(self.user_hr).write(
                {"attendee_ids": [Command.update(self.attendee.id, typed)]}
            )
        keys = {f"default_{name}": value for name, value in typed.items()}
        fresh = place.with_context(aftersales_flow=True, **keys).create(
            {"session_id": self.session.id, **person}
        )
        self.assertEqual((fresh.state, fresh.is_passed), ("registered", False))
        loaded = place.load(
            ["course_id/.id", "partner_id/.id", "state", "is_passed"],
            [[str(self.course.id), str(self.partner_b.id), "Attended", "1"]],
        )
        self.assertFalse(loaded["ids"])
        copied = fresh.session_id.with_user(self.user_hr).copy()
        self.assertFalse(copied.attendee_ids)

    def test_the_reason_dialog_is_no_way_around_a_role(self):
        held = self._create_certificate(self.employee)
        Wizard = self.env["aftersales.reason.wizard"]
        for user in (self.user_service, self.user_centre, self.user_auditor):
            for record, method in (
                (held, "_revoke"),
                (held, "action_verify"),
                (self.session, "_cancel"),
                (self.attendee, "_cancel_places"),
                (held, "_write_lifecycle"),
            ):
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(UserError),
                ):
                    Wizard.with_user(user).create(
                        {
                            "res_model": record._name,
                            "res_ids": record.ids,
                            "method": method,
                            "reason": "Because",
                        }
                    ).action_confirm()
        self.assertEqual((held.state, self.session.state), ("verified", "open"))

    def test_the_portal_calls_no_step_of_others(self):
        held = self._create_certificate(self.partner)
        mine = self.user_portal
        other = self._register(self.session, self.partner_b)
        for record, method in (
            (held, "action_verify"),
            (held, "action_revoke"),
            (self.attendee, "action_attended"),
            (self.attendee, "action_send_exam"),
            (self.attendee, "action_record_result"),
            (other, "action_cancel"),
            (other, "action_sit_exam"),
            (self.session, "action_start"),
            (self.session, "action_done"),
            (self.session, "action_show_code"),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(record.with_user(mine), method)()
        self.assertEqual(other.state, "registered")

    def test_the_scan_of_a_verified_certificate_stays(self):
        scan = base64.b64encode(b"%PDF-1.4 scan")
        held = self._create_certificate(self.employee, file=scan)
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", held._name),
                ("res_field", "=", "file_data"),
                ("res_id", "=", held.id),
            ]
        )
        mine = stored.with_user(self.user_hr)
        other = base64.b64encode(b"%PDF-1.4 other")
        for step in (
            lambda: mine.write({"datas": other}),
            lambda: mine.write({"res_id": 0}),
            mine.unlink,
        ):
            with self.assertRaises(UserError):
                step()
        held.invalidate_recordset()
        self.assertEqual(held.file_data, scan)
