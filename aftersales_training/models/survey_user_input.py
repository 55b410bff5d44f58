from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

EVIDENCE_FIELDS = frozenset(
    (
        "attendee_id",
        "survey_id",
        "partner_id",
        "state",
        "test_entry",
        "start_datetime",
        "end_datetime",
        "scoring_percentage",
        "scoring_total",
        "scoring_success",
        "predefined_question_ids",
        "user_input_line_ids",
    )
)


class SurveyUserInput(models.Model):
    """An attempt of a course's exam belongs to the attendee and is evidence."""

    _inherit = "survey.user_input"

    attendee_id = fields.Many2one(
        "aftersales.training.attendee",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Whose exam this attempt is.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Begin attempts of exams only for people who may sit them.

        :raise UserError: saying why somebody may not
        """
        surveys = self.env["survey.survey"].browse(
            {vals["survey_id"] for vals in vals_list if vals.get("survey_id")}
        )
        courses = surveys._get_exam_courses().grouped(lambda c: c.survey_id.id)
        inputs = super().create(
            [
                self._link_attendee(vals, courses.get(vals.get("survey_id")))
                for vals in vals_list
            ]
        )
        for attendee, exams in inputs.sudo().grouped("attendee_id").items():
            if attendee:
                count = attendee.attempt_count + len(exams)
                attendee._write_flow({"attempt_count": count})
        return inputs

    def write(self, vals):
        """Keep the evidence of exams from everybody's hands."""
        if EVIDENCE_FIELDS & set(vals) and not self.env.su:
            self._check_no_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exam(self):
        self._check_no_evidence()

    def _mark_done(self):
        """Write score and pass of exams to the attendees."""
        res = super()._mark_done()
        exams_sudo = self.sudo().filtered(lambda e: e._is_exam())
        results = {
            exam.attendee_id: (exam.scoring_percentage, exam.scoring_success)
            for exam in exams_sudo
        }
        if results:
            exams_sudo.attendee_id._record_exams(results)
        return res

    @api.model
    def _link_attendee(self, vals, courses_sudo):
        """Name whose exam an attempt is; other surveys are nobody's exam."""
        if not courses_sudo or vals.get("test_entry"):
            return {**vals, "attendee_id": False}
        attendee_sudo = self._find_attendee(courses_sudo, vals)
        return {
            **vals,
            "attendee_id": attendee_sudo.id,
            "partner_id": attendee_sudo.person_id.id,
        }

    @api.model
    def _find_attendee(self, courses_sudo, vals):
        """Attendee who may sit the exam now (sudo).

        :raise UserError: when there is none, with the reason
        """
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        domain = Domain("course_id", "in", courses_sudo.ids)
        if vals.get("attendee_id"):
            domain &= Domain("id", "=", vals["attendee_id"])
        found = attendees_sudo.search(
            domain & Domain("person_id", "=", vals.get("partner_id") or 0),
            order="id desc",
        )
        reasons = [attendee._get_exam_obstacle() for attendee in found]
        for attendee, reason in zip(found, reasons, strict=True):
            if not reason:
                return attendee
        raise UserError(
            reasons[0]
            if reasons
            else self.env._(
                "“%(exam)s” is the exam of a course. Only people who are registered "
                "for the course sit it.",
                exam=courses_sudo[0].survey_id.title,
            )
        )

    def _is_exam(self):
        """Whether this attempt counts for the attendee it belongs to."""
        self.ensure_one()
        course = self.attendee_id.course_id
        return not self.test_entry and course and self.survey_id == course.survey_id

    def _check_no_evidence(self):
        exam = self.sudo().filtered(lambda e: e.attendee_id)[:1]
        if exam:
            raise UserError(
                self.env._(
                    "The exam of %(person)s is part of the training record and stays "
                    "as it is.",
                    person=exam.attendee_id.person_name,
                )
            )


class SurveyUserInputLine(models.Model):
    """Answers of an exam stay as the person gave them."""

    _inherit = "survey.user_input.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Only the exam itself adds answers."""
        lines = super().create(vals_list)
        lines._check_no_evidence()
        return lines

    def write(self, vals):
        """Only the exam itself changes answers."""
        self._check_no_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exam(self):
        self._check_no_evidence()

    def _check_no_evidence(self):
        if not self.env.su:
            self.user_input_id._check_no_evidence()


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    def _get_exam_courses(self):
        """Courses whose exam these surveys are."""
        courses_sudo = self.env["aftersales.training.course"].sudo()
        return courses_sudo.with_context(active_test=False).search(
            [("survey_id", "in", self.ids)]
        )
