from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class AftersalesServqualSet(models.Model):
    """Turns a set into a questionnaire of the survey app, mapped to its items."""

    _inherit = "aftersales.servqual.set"

    def _create_questionnaire(self, title, variant="servqual"):
        """Build a survey that asks the items of the set.

        Expectations come before perceptions; between them 100 points are allotted to
        the dimensions. SERVPERF asks no expectations.

        :param title: title of the survey
        :param variant: ``servqual`` or ``servperf``
        :return: the survey, as superuser, in all installed languages
        :raise UserError: a set without items
        """
        self.ensure_one()
        if not self.item_ids:
            raise UserError(
                self.env._("“%(set)s” has no items to ask about.", set=self.name)
            )
        plan = self._plan_questions(variant)
        texts = self._get_question_texts()
        # Whoever runs the campaign needs no rights on the survey app.
        survey_sudo = (
            self.env["survey.survey"]
            .sudo()
            .create(
                {
                    **self._prepare_survey_vals(title),
                    "question_and_page_ids": [
                        Command.create(
                            self._prepare_question_vals(key, texts, sequence)
                        )
                        for sequence, key in enumerate(plan, 1)
                    ],
                }
            )
        )
        self._translate_questionnaire(survey_sudo, plan)
        return survey_sudo

    def _prepare_survey_vals(self, title):
        """Values of the survey itself; invited people answer once."""
        return {
            "title": title,
            "survey_type": "survey",
            "access_mode": "token",
            "users_login_required": False,
            "users_can_go_back": True,
            "is_attempts_limited": True,
            "attempts_limit": 1,
            "questions_layout": "page_per_section",
            "scoring_type": "no_scoring",
            "lang_ids": False,
            "user_id": False,
            "description": False,
        }

    def _plan_questions(self, variant):
        """Keys of pages and questions in their order: ``(kind, dimension id)``."""
        dimensions = self.item_ids.dimension_id.sorted().ids
        parts = ["expectation", "weight", "perception"]
        if variant == "servperf":
            parts.remove("expectation")
        plan = []
        for part in parts:
            plan.append((f"page_{part}", 0))
            plan += [(part, dimension_id) for dimension_id in dimensions]
        return [*plan, ("comment", 0)]

    def _get_question_texts(self):
        """Texts in the language of the environment, by key of the plan."""
        _ = self.env._
        texts = {
            ("page_expectation", 0): _("What you expect of excellent service"),
            ("page_weight", 0): _("What matters most to you: share out 100 points"),
            ("page_perception", 0): _("What you experienced with our service"),
            ("comment", 0): _("What else should we know?"),
        }
        for dimension in self.item_ids.dimension_id:
            heading = dimension._get_heading()
            texts["expectation", dimension.id] = heading
            texts["perception", dimension.id] = heading
            texts["weight", dimension.id] = _("Points for: %(topic)s", topic=heading)
        for item in self.item_ids:
            texts["expectation_row", item.id] = item.expectation
            texts["perception_row", item.id] = item.perception
        labels = {self.scale_min: self.low_label, self.scale_max: self.high_label}
        for mark in range(self.scale_min, self.scale_max + 1):
            label = labels.get(mark)
            texts["mark", mark] = f"{mark} {label}" if label else str(mark)
        return texts

    def _prepare_question_vals(self, key, texts, sequence):
        """Values of one page or question."""
        kind, dimension_id = key
        vals = {"title": texts[key], "sequence": sequence}
        if kind.startswith("page_"):
            return {**vals, "is_page": True}
        if kind == "comment":
            return {**vals, "question_type": "text_box"}
        vals.update(servqual_part=kind, servqual_dimension_id=dimension_id)
        if kind == "weight":
            return {**vals, **self._prepare_points_vals()}
        return {**vals, **self._prepare_matrix_vals(kind, dimension_id, texts)}

    def _prepare_points_vals(self):
        """Question for the points of one dimension."""
        return {
            "question_type": "numerical_box",
            "validation_required": True,
            "validation_min_float_value": 0,
            "validation_max_float_value": 100,
        }

    def _prepare_matrix_vals(self, part, dimension_id, texts):
        """Matrix of the items of one dimension: a row an item, a column a mark."""
        items = self.item_ids.filtered(lambda i: i.dimension_id.id == dimension_id)
        return {
            "question_type": "matrix",
            "matrix_subtype": "simple",
            "suggested_answer_ids": [
                Command.create(
                    {
                        "value": texts["mark", mark],
                        "servqual_mark": mark,
                        "sequence": mark,
                    }
                )
                for mark in range(self.scale_min, self.scale_max + 1)
            ],
            "matrix_row_ids": [
                Command.create(
                    {
                        "value": texts[f"{part}_row", item.id],
                        "servqual_item_id": item.id,
                        "sequence": sequence,
                    }
                )
                for sequence, item in enumerate(items, 1)
            ],
        }

    def _translate_questionnaire(self, survey_sudo, plan):
        """Give the questions their wording in the other installed languages."""
        written_in = self.env.lang or "en_US"
        for lang, _name in self.env["res.lang"].get_installed():
            if lang == written_in:
                continue
            texts = self.with_context(lang=lang)._get_question_texts()
            questions = survey_sudo.question_and_page_ids.sorted("sequence")
            for key, question in zip(plan, questions, strict=True):
                question.update_field_translations("title", {lang: texts[key]})
                question._translate_servqual(lang, texts)
