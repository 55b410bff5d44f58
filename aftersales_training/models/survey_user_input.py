from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

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
#: What whoever begins an attempt names; the rest follows from sitting it.
BEGIN_FIELDS = frozenset(("survey_id", "partner_id", "test_entry"))


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

        :raise UserError: saying why somebody may not, or that results are not typed
        """
        survey_id = self.env.context.get("default_survey_id")
        vals_list = [{"survey_id": survey_id, **vals} for vals in vals_list]
        if not self.env.su:
            self._check_begins(vals_list)
            self = without_guarded_defaults(self, EVIDENCE_FIELDS)
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
            surveys = self.survey_id.browse(vals.get("survey_id") or ())
            (self.survey_id | surveys)._check_no_exam()
            if vals.get("attendee_id"):
                self.survey_id._raise_exam()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exam(self):
        self._check_no_evidence()

    @api.model
    def _check_begins(self, vals_list):
        """Refuse attempts of exams that come with what they are to bring about.

        :raise UserError: naming the exam
        """
        typed = EVIDENCE_FIELDS - BEGIN_FIELDS
        ids = {
            vals["survey_id"]
            for vals in vals_list
            if vals.get("state", "new") != "new"
            or any(vals.get(name) for name in typed - {"state"})
        }
        surveys = self.env["survey.survey"].browse(id_ for id_ in ids if id_)
        surveys._check_no_exam()

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
            self.user_input_id.survey_id._check_no_exam()

    @api.model
    def _check_not_sat(self, domain):
        """Refuse to delete what the answers of an exam refer to.

        The database deletes answers with their question, past every check of
        theirs.

        :raise UserError: naming the person whose exam it is
        """
        exams = Domain("user_input_id.attendee_id", "!=", False)
        found_sudo = self.sudo().search(Domain(domain) & exams, limit=1)
        found_sudo.user_input_id._check_no_evidence()


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sat(self):
        lines = self.env["survey.user_input.line"]
        lines._check_not_sat([("question_id", "in", self.ids)])


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sat(self):
        self.env["survey.user_input.line"]._check_not_sat(
            Domain("suggested_answer_id", "in", self.ids)
            | Domain("matrix_row_id", "in", self.ids)
        )


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sat(self):
        # The database would delete the attempts with their survey.
        attempts_sudo = self.env["survey.user_input"].sudo()
        found_sudo = attempts_sudo.search(
            [("survey_id", "in", self.ids), ("attendee_id", "!=", False)], limit=1
        )
        found_sudo._check_no_evidence()

    def _check_no_exam(self):
        """Refuse to type the results of exams of courses and competitions.

        :raise UserError: naming the exam
        """
        disciplines_sudo = self.env["aftersales.competition.discipline"].sudo()
        found = self._get_exam_courses().survey_id
        found |= disciplines_sudo.search([("survey_id", "in", self.ids)]).survey_id
        if found:
            found._raise_exam()

    def _raise_exam(self):
        raise UserError(
            self.env._(
                "“%(exam)s” is an exam: its results follow from the answers and are "
                "not typed.",
                exam=self[:1].sudo().title,
            )
        )

    def _get_exam_courses(self):
        """Courses whose exam these surveys are."""
        courses_sudo = self.env["aftersales.training.course"].sudo()
        return courses_sudo.with_context(active_test=False).search(
            [("survey_id", "in", self.ids)]
        )
