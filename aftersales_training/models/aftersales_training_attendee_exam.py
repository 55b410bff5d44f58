from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.seats import attempts_left

MAIL_EXAM = "aftersales_training.mail_template_attendee_exam"


class AftersalesTrainingAttendee(models.Model):
    """Exams: who may sit, how often, and what came out."""

    _inherit = "aftersales.training.attendee"

    survey_id = fields.Many2one(related="course_id.survey_id")
    is_practical = fields.Boolean(related="course_id.is_practical")
    exam_ids = fields.One2many(
        "survey.user_input",
        "attendee_id",
        "Exam Attempts",
        groups="survey.group_survey_user",
    )
    can_sit = fields.Boolean("May Sit the Exam", compute="_compute_can_sit")
    attempts_left_text = fields.Char("Attempts Left", compute="_compute_can_sit")

    def _compute_can_sit(self):
        for attendee in self:
            attendee_sudo = attendee.sudo()
            attendee.can_sit = attendee_sudo._may_sit()
            left = attendee_sudo._get_attempts_left()
            attendee.attempts_left_text = (
                self.env._("as often as needed") if left is None else str(left)
            )

    def action_sit_exam(self):
        """Begin or resume the own exam.

        :raise UserError: saying why the person may not sit it
        """
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self._sit_exam(), "target": "self"}

    def action_send_exam(self):
        """Send people the link to their exam; who has no login needs none."""
        self.check_access("write")
        for attendee in self.sudo():
            if not attendee.person_id.email:
                raise UserError(
                    self.env._(
                        "%(person)s has no e-mail address. Enter one first.",
                        person=attendee.person_name,
                    )
                )
            attendee._get_or_start_exam()
        self._send(MAIL_EXAM)
        return True

    def action_view_exams(self):
        """Open the attempts of the exam."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exam Attempts of %(name)s", name=self.person_name),
            "res_model": "survey.user_input",
            "view_mode": "list,form",
            "domain": [("attendee_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_record_result(self):
        """Open the form for the result of a practical exam."""
        self._check_scorer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Result of the Practical Exam"),
            "res_model": "aftersales.training.result.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_attendee_ids": self.ids},
        }

    def _sit_exam(self):
        """Address of the own exam; begins an attempt where none is open."""
        self.ensure_one()
        if not self._is_person(self.env.user):
            raise AccessError(self.env._("This is somebody else's exam."))
        return self.sudo()._get_or_start_exam().get_start_url()

    def _get_or_start_exam(self):
        """Open attempt of one person, a new one where there is none (sudo).

        :raise UserError: saying why the person may not sit the exam
        """
        self.ensure_one()
        running = self._get_open_exam()
        obstacle = self._get_place_obstacle()
        if running and not obstacle:
            return running
        obstacle = obstacle or self._get_attempt_obstacle()
        if obstacle:
            raise UserError(obstacle)
        return self.course_id.survey_id._create_answer(
            partner=self.person_id,
            attendee_id=self.id,
            lang_id=self._get_exam_lang().id,
        )

    def _get_exam_lang(self):
        """Language of the person where the exam is written in it, else none."""
        lang = self.env["res.lang"]._lang_get(self.person_id.lang)
        written_in = self.course_id.survey_id._get_supported_lang_codes()
        return lang if lang.code in written_in else lang.browse()

    def _get_open_exam(self):
        """Attempt that was begun and not handed in."""
        return self.exam_ids.filtered(lambda e: e.state != "done")[:1]

    def _get_open_exam_url(self):
        """Link for the letter: the open attempt with its own token."""
        self.ensure_one()
        return self.get_base_url() + self.sudo()._get_open_exam().get_start_url()

    def _get_attempts_left(self):
        """Attempts that remain; None: as often as needed."""
        self.ensure_one()
        return attempts_left(self.course_id.attempts_limit, self.attempt_count)

    def _may_sit(self):
        """Whether the person may begin or resume the exam (sudo)."""
        self.ensure_one()
        if self._get_place_obstacle():
            return False
        return bool(self._get_open_exam()) or not self._get_attempt_obstacle()

    def _get_exam_obstacle(self):
        """Why this person may not begin the exam; False when he may."""
        return self._get_place_obstacle() or self._get_attempt_obstacle()

    def _get_place_obstacle(self):
        """Why the person may not sit the exam, whatever the attempts."""
        self.ensure_one()
        course = self.course_id
        values = {"person": self.person_name, "course": course.name}
        if not course.survey_id:
            return self.env._("Course %(course)s has no online exam.", **values)
        if self.state in ("waiting", "absent", "cancelled"):
            return self.env._(
                "%(person)s has no place in %(course)s and cannot sit the exam.",
                **values,
            )
        if self.result == "passed":
            return self.env._("%(person)s has passed %(course)s already.", **values)
        if course.requires_attendance and self.session_id and self.state != "attended":
            return self.env._(
                "%(person)s has to attend %(course)s before the exam.", **values
            )
        return self._get_prerequisite_obstacle()

    def _get_attempt_obstacle(self):
        """Why no further attempt is possible; False when one is."""
        if self._get_attempts_left() != 0:
            return False
        return self.env._(
            "%(person)s has used all attempts of the exam of %(course)s.",
            person=self.person_name,
            course=self.course_id.name,
        )

    def _get_prerequisite_obstacle(self):
        missing = self._get_missing_prerequisites().get(self)
        if not missing:
            return False
        return self.env._(
            "%(person)s cannot sit the exam of %(course)s: missing %(missing)s.",
            person=self.person_name,
            course=self.course_id.name,
            missing=", ".join(missing),
        )

    def _record_exams(self, results):
        """Write what came out of attempts that were handed in (sudo).

        A pass stays a pass; of failed attempts the last one counts.

        :param results: ``{attendee: (score in percent, passed)}``
        """
        open_ones = self.filtered(lambda a: a.result != "passed")
        for attendee in open_ones:
            score, passed = results[attendee]
            attendee._write_flow(
                {
                    "score": min(max(score, 0), 100),
                    "result": "passed" if passed else "failed",
                    "date_result": attendee.company_id._get_aftersales_today(),
                }
            )
        # Who studies alone has been through the course with the exam.
        alone = open_ones.filtered(
            lambda a: (
                not a.session_id and a.result == "passed" and a.state == "registered"
            )
        )
        alone._set_attendance("attended", "exam")
        (open_ones - alone)._settle_pass()

    def _check_scorer(self):
        """Refuse results of oneself, by others, or where an exam is online.

        :raise AccessError: neither of human resources nor the trainer
        :raise UserError: own result, no practical exam, or not there
        """
        for attendee in self:
            if not self.env.su and not attendee._may_record():
                raise AccessError(
                    self.env._(
                        "Only an HR training officer or the trainer records results."
                    )
                )
            if attendee._is_person(self.env.user):
                raise UserError(
                    self.env._("Nobody records his own result. Ask a colleague.")
                )
            if not attendee.course_id.sudo().is_practical:
                raise UserError(
                    self.env._(
                        "The exam of %(course)s is online; its result follows from "
                        "the answers.",
                        course=attendee.course_id.sudo().name,
                    )
                )
            attendee._check_practical_due()

    def _check_practical_due(self):
        self.ensure_one()
        attendee_sudo = self.sudo()
        if attendee_sudo.result == "passed":
            raise UserError(
                self.env._(
                    "%(person)s has passed already.", person=attendee_sudo.person_name
                )
            )
        if attendee_sudo.session_id and attendee_sudo.state != "attended":
            raise UserError(
                self.env._(
                    "%(person)s has not attended the session.",
                    person=attendee_sudo.person_name,
                )
            )
        if obstacle := attendee_sudo._get_attempt_obstacle():
            raise UserError(obstacle)

    def _record_result(self, passed, score, reason):
        """Record results of a practical exam, with scorer and reason."""
        self._check_scorer()
        for attendee_sudo in self.sudo():
            attendee_sudo._write_flow(
                {
                    "attempt_count": attendee_sudo.attempt_count + 1,
                    "scored_by_id": self.env.uid,
                    "result_note": reason,
                }
            )
        self.sudo()._record_exams({a: (score, passed) for a in self.sudo()})
