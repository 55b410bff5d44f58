from odoo import api, fields, models
from odoo.exceptions import UserError

#: What an answer to a campaign is evidence of.
EVIDENCE_FIELDS = frozenset(
    (
        "survey_id",
        "partner_id",
        "email",
        "state",
        "test_entry",
        "invite_token",
        "start_datetime",
        "end_datetime",
        "user_input_line_ids",
        "predefined_question_ids",
    )
)


class SurveyUserInput(models.Model):
    """Answers of a campaign are evidence: people answer them, nobody edits them."""

    _inherit = "survey.user_input"

    aftersales_invitation_ids = fields.One2many(
        "aftersales.survey.invitation", "user_input_id", "After-Sales Invitation"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse answers to campaigns that somebody types."""
        survey_id = self.env.context.get("default_survey_id")
        ids = {vals.get("survey_id", survey_id) for vals in vals_list}
        self.env["survey.survey"].browse(ids - {False, None})._check_no_campaign()
        return super().create(vals_list)

    def write(self, vals):
        """Keep answers to campaigns from everybody's hands."""
        if EVIDENCE_FIELDS & set(vals):
            surveys = self.survey_id.browse(vals.get("survey_id") or ())
            (self.survey_id | surveys)._check_no_campaign()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_campaign(self):
        self.survey_id._check_no_campaign()

    def _mark_done(self):
        """Count the answers of customers among those about their satisfaction."""
        res = super()._mark_done()
        # The public answers under the rights of the survey page.
        self.sudo().aftersales_invitation_ids._record_satisfaction()
        return res


class SurveyUserInputLine(models.Model):
    _inherit = "survey.user_input.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse single answers to campaigns that somebody types."""
        input_id = self.env.context.get("default_user_input_id")
        ids = {vals.get("user_input_id", input_id) for vals in vals_list}
        inputs = self.env["survey.user_input"].browse(ids - {False, None})
        inputs.survey_id._check_no_campaign()
        return super().create(vals_list)

    def write(self, vals):
        """Keep single answers to campaigns from everybody's hands."""
        inputs = self.user_input_id.browse(vals.get("user_input_id") or ())
        (self.user_input_id | inputs).survey_id._check_no_campaign()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_campaign(self):
        self.user_input_id.survey_id._check_no_campaign()


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    def _check_no_campaign(self):
        """Refuse to touch what belongs to a campaign.

        :raise UserError: naming the campaign
        """
        if self.env.su or not self:
            return
        campaign_sudo = self.env["aftersales.survey.campaign"].sudo()
        found = campaign_sudo.search([("survey_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "Answers and questions of the campaign “%(campaign)s” are "
                    "evidence: people answer by their invitation, and nobody changes "
                    "them.",
                    campaign=found.name,
                )
            )

    def write(self, vals):
        """Keep the questions and the access of a campaign's questionnaire."""
        if {"question_and_page_ids", "access_mode", "attempts_limit"} & set(vals):
            self._check_sent()
        return super().write(vals)

    def _check_sent(self):
        """Refuse to change questionnaires that were sent; drafts are free."""
        campaigns_sudo = self.sudo().aftersales_campaign_ids
        sent = campaigns_sudo.filtered(lambda c: c.state != "draft")
        self.browse(sent.survey_id.ids)._check_no_campaign()


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    @api.model_create_multi
    def create(self, vals_list):
        """Add no question to a questionnaire that was sent."""
        questions = super().create(vals_list)
        questions.survey_id._check_sent()
        return questions

    def write(self, vals):
        """Keep questions that were sent."""
        self.survey_id._check_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self.survey_id._check_sent()


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    @api.model_create_multi
    def create(self, vals_list):
        """Add no row or column to a questionnaire that was sent."""
        answers = super().create(vals_list)
        (answers.question_id | answers.matrix_question_id).survey_id._check_sent()
        return answers

    def write(self, vals):
        """Keep rows and columns that were sent."""
        (self.question_id | self.matrix_question_id).survey_id._check_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        (self.question_id | self.matrix_question_id).survey_id._check_sent()
