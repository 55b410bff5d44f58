from odoo import api, fields, models

from ..tools import servqual as kernel


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    aftersales_campaign_ids = fields.One2many(
        "aftersales.survey.campaign", "survey_id", "After-Sales Campaigns"
    )
    is_servqual = fields.Boolean(
        "Measures Service Quality",
        compute="_compute_is_servqual",
        store=True,
        help="Some of its questions are mapped to service quality items.",
    )

    @api.depends("question_and_page_ids.servqual_part")
    def _compute_is_servqual(self):
        for survey in self:
            survey.is_servqual = any(
                question.servqual_part for question in survey.question_and_page_ids
            )

    def _get_servqual_items(self, part):
        """Items that the questions of one part ask about."""
        questions = self.question_and_page_ids.filtered(
            lambda question: question.servqual_part == part
        )
        return questions.servqual_item_id | questions.matrix_row_ids.servqual_item_id

    def _check_servqual_points(self, answers):
        """Errors of points that do not add up to 100; none given is no error.

        :param answers: answers of a page, by the id of the question as text
        :return: ``{question id: message}``
        """
        questions = self.question_ids.filtered(
            lambda question: (
                question.servqual_part == "weight" and str(question.id) in answers
            )
        )
        given = [answers[str(question.id)] for question in questions]
        try:
            points = [kernel.exact(str(value).strip()) for value in given if value]
        except ValueError:
            return {}  # the question itself says what is wrong with it
        total = sum(points)
        if not points or total == kernel.POINTS:
            return {}
        message = self.env._(
            "The points add up to %(total)s. Share out 100, or leave all of them "
            "empty.",
            total=f"{kernel.rounded(total).normalize():f}",
        )
        return {questions[-1].id: message}


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    servqual_part = fields.Selection(
        [
            ("expectation", "Expectation"),
            ("perception", "Perception"),
            ("weight", "Points for a Dimension"),
        ],
        "Service Quality Part",
        help="What the answers to this question are counted as.",
    )
    servqual_item_id = fields.Many2one(
        "aftersales.servqual.item",
        "Service Quality Item",
        index="btree_not_null",
        ondelete="restrict",
        help="Item of a scale question; in a matrix each row has its own.",
    )
    servqual_dimension_id = fields.Many2one(
        "aftersales.servqual.dimension",
        "Service Quality Dimension",
        index="btree_not_null",
        ondelete="restrict",
    )

    def _translate_labels(self, lang, labels):
        """Write the labels of a scale in another language; empty ones stay so."""
        self.ensure_one()
        for name, label in labels.items():
            if label:
                self.update_field_translations(name, {lang: label})


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    servqual_item_id = fields.Many2one(
        "aftersales.servqual.item",
        "Service Quality Item",
        index="btree_not_null",
        ondelete="restrict",
        help="Item that this row of a matrix asks about.",
    )
    servqual_mark = fields.Integer(
        "Mark", help="Number that choosing this column of a matrix stands for."
    )
