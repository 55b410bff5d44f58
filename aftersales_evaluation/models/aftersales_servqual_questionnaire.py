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
            # Nobody presents it live; Odoo may draw the code of an archived survey,
            # which the database refuses.
            "session_code": False,
            "lang_ids": False,
            "user_id": False,
            "description": False,
        }

    def _plan_questions(self, variant):
        """Keys of pages and questions in their order.

        :return: ``[(kind, item or dimension id)]``; expectations and perceptions name
            an item, points a dimension
        """
        dimensions = self.item_ids.dimension_id.sorted()
        items = [item.key for item in self._get_kernel_items()]
        plan = []
        if variant == "servqual":
            plan.append(("page_expectation", 0))
            plan += [("expectation", item_id) for item_id in items]
        plan.append(("page_weight", 0))
        plan += [("weight", dimension_id) for dimension_id in dimensions.ids]
        plan.append(("page_perception", 0))
        plan += [("perception", item_id) for item_id in items]
        return [*plan, ("comment", 0)]

    def _get_question_texts(self):
        """Texts in the language of the environment, by key of the plan."""
        texts = self._get_page_texts()
        for dimension in self.item_ids.dimension_id:
            texts["weight", dimension.id] = self.env._(
                "Points for: %(topic)s", topic=dimension._get_heading()
            )
        for item in self.item_ids:
            texts["expectation", item.id] = item.expectation
            texts["perception", item.id] = item.perception
        return texts

    def _get_page_texts(self):
        """Titles of the pages and of the last question, by key of the plan."""
        expected = self.env._("What you expect of excellent service")
        weighed = self.env._("What matters most to you: share out 100 points")
        perceived = self.env._("What you experienced with our service")
        return {
            ("page_expectation", 0): expected,
            ("page_weight", 0): weighed,
            ("page_perception", 0): perceived,
            ("comment", 0): self.env._("What else should we know?"),
        }

    def _prepare_question_vals(self, key, texts, sequence):
        """Values of one page or question."""
        kind, record_id = key
        vals = {"title": texts[key], "sequence": sequence}
        if kind.startswith("page_"):
            return {**vals, "is_page": True}
        if kind == "comment":
            return {**vals, "question_type": "text_box"}
        vals["servqual_part"] = kind
        if kind == "weight":
            return {**vals, **self._prepare_points_vals(record_id)}
        return {**vals, **self._prepare_scale_vals(record_id)}

    def _prepare_points_vals(self, dimension_id):
        """Question for the points of one dimension."""
        return {
            "question_type": "numerical_box",
            "servqual_dimension_id": dimension_id,
            "validation_required": True,
            "validation_min_float_value": 0,
            "validation_max_float_value": 100,
        }

    def _prepare_scale_vals(self, item_id):
        """Scale for one item; unlike a matrix it can be read on a phone."""
        return {
            "question_type": "scale",
            "servqual_item_id": item_id,
            "scale_min": self.scale_min,
            "scale_max": self.scale_max,
            "scale_min_label": self.low_label,
            "scale_max_label": self.high_label,
        }

    def _translate_questionnaire(self, survey_sudo, plan):
        """Give the questions their wording in the other installed languages."""
        written_in = self.env.lang or "en_US"
        questions = survey_sudo.question_and_page_ids.sorted("sequence")
        for lang, _name in self.env["res.lang"].get_installed():
            if lang == written_in:
                continue
            spoken = self.with_context(lang=lang)
            texts = spoken._get_question_texts()
            labels = {
                "scale_min_label": spoken.low_label,
                "scale_max_label": spoken.high_label,
            }
            for key, question in zip(plan, questions, strict=True):
                question.update_field_translations("title", {lang: texts[key]})
                if question.question_type == "scale":
                    question._translate_labels(lang, labels)
