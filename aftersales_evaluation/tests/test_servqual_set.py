from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .survey_common import SurveyCommon


@tagged("post_install", "-at_install")
class TestServqualSet(SurveyCommon):
    def test_standard_set_has_22_items_in_5_dimensions_and_recovery(self):
        standard = self.env.ref("aftersales_evaluation.servqual_set_standard")
        counts = {
            dimension.code: len(
                standard.item_ids.filtered(lambda i, d=dimension: i.dimension_id == d)
            )
            for dimension in standard.item_ids.dimension_id
        }
        self.assertEqual(
            counts, {"TAN": 4, "REL": 5, "RES": 4, "ASS": 4, "EMP": 5, "REC": 3}
        )
        self.assertEqual((standard.scale_min, standard.scale_max), (1, 7))
        self.assertEqual(standard.item_count, 25)

    def test_questionnaire_asks_every_item_twice_and_the_points(self):
        standard = self.env.ref("aftersales_evaluation.servqual_set_standard")
        survey = standard._create_questionnaire("Test")
        self.assertFalse(survey.session_code, "nobody presents it live")
        self.assertTrue(survey.is_servqual)
        self.assertFalse(survey.lang_ids)
        self.assertEqual(
            (survey.access_mode, survey.is_attempts_limited, survey.attempts_limit),
            ("token", True, 1),
        )
        for part in ("expectation", "perception"):
            self.assertEqual(survey._get_servqual_items(part), standard.item_ids)
        weights = survey.question_ids.filtered(lambda q: q.servqual_part == "weight")
        self.assertEqual(weights.servqual_dimension_id, standard.item_ids.dimension_id)
        self.assertEqual(
            weights[0].title, "Points for: Premises, equipment and appearance"
        )
        scale = survey.question_ids[0]
        self.assertEqual(scale.title, standard.item_ids[0].expectation)
        self.assertEqual(
            (scale.scale_min, scale.scale_max, scale.scale_max_label),
            (1, 7, "strongly agree"),
        )

    def test_servperf_asks_no_expectation(self):
        survey = self.servqual._create_questionnaire("Test", "servperf")
        self.assertEqual(
            set(survey.question_ids.mapped("servqual_part")),
            {"weight", "perception", False},
        )

    def test_questionnaire_speaks_every_installed_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        in_french = {"lang": "fr_FR"}
        self.servqual.item_ids[0].with_context(**in_french).perception = "Vu a1"
        self.dim_b.with_context(**in_french).heading = "Sur B"
        self.servqual.with_context(**in_french).low_label = "non"
        survey = self.servqual._create_questionnaire("Test").with_context(**in_french)
        scale = survey.question_ids.filtered(lambda q: q.servqual_part == "perception")[
            0
        ]
        weights = survey.question_ids.filtered(lambda q: q.servqual_part == "weight")
        self.assertEqual((scale.title, scale.scale_min_label), ("Vu a1", "non"))
        self.assertTrue(weights[1].title.endswith("Sur B"))
        english = scale.with_context(lang="en_US")
        self.assertEqual(
            (english.title, english.scale_min_label), ("Perceive a1", "no")
        )

    def test_a_copy_of_a_questionnaire_stays_mapped(self):
        survey = self.servqual._create_questionnaire("Test").copy()
        for part in ("expectation", "perception"):
            self.assertEqual(survey._get_servqual_items(part), self.servqual.item_ids)
        self.assertTrue(survey.is_servqual)

    def test_set_without_items_makes_no_questionnaire(self):
        self.servqual.item_ids.unlink()
        with self.assertRefused(UserError, "“Short Set” has no items to ask about."):
            self.servqual._create_questionnaire("Test")

    def test_a_used_set_keeps_its_meaning(self):
        self._create_campaign().action_start()
        item = self.servqual.item_ids[0]
        message = "Surveys were sent with “Short Set”.*Copy the set"
        self.assertTrue(self.servqual.is_used)
        for change in (
            lambda: item.write({"is_reversed": True}),
            lambda: item.write({"dimension_id": self.dim_b.id}),
            lambda: item.unlink(),
            lambda: item.copy({"code": "new"}),
            lambda: self.servqual.write({"scale_max": 5}),
        ):
            with self.subTest(change), self.assertRefused(UserError, message):
                change()
        # a better wording changes no answer
        item.perception = "Perceive it better"
        copied = self.servqual.copy()
        self.assertEqual(copied.name, "Short Set (copy)")
        self.assertFalse(copied.is_used)
        copied.item_ids[0].is_reversed = True

    def test_bad_scales_and_codes(self):
        for vals in (
            {"scale_min": 7},
            {"scale_max": 11},
            {"scale_min": -1},
        ):
            with (
                self.subTest(vals),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.servqual.write(vals)
                self.env.flush_all()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.servqual.item_ids[0].code = "a2"
            self.env.flush_all()

    def test_who_may_change_sets(self):
        for user in (self.user_auditor, self.user_centre, self.user_dispatcher):
            with self.subTest(user.login):
                self.assertTrue(self.servqual.with_user(user).name)
                with self.assertRaises(AccessError):
                    self.servqual.with_user(user).name = "Mine"
        self.servqual.with_user(self.user_head).name = "Better"
        with self.assertRaises(AccessError):
            self.servqual.with_user(self.user_portal).read(["name"])

    def test_sets_of_another_company_are_not_seen(self):
        self.servqual.company_id = self.company_b
        found = self.env["aftersales.servqual.set"].with_user(self.user_head)
        self.assertNotIn(self.servqual, found.search([]))
        self.assertIn(
            self.env.ref("aftersales_evaluation.servqual_set_standard"),
            found.search([]),
        )

    def test_people_of_the_survey_app_map_their_own_questions(self):
        self.user_hr.group_ids += self.env.ref("survey.group_survey_manager")
        survey = (
            self.env["survey.survey"]
            .with_user(self.user_hr)
            .create({"title": "Own", "lang_ids": False})
        )
        form = Form(
            self.env["survey.question"]
            .with_user(self.user_hr)
            .with_context(default_survey_id=survey.id),
            "survey.survey_question_form",
        )
        form.title = "Good?"
        form.question_type = "scale"
        form.servqual_part = "perception"
        form.servqual_item_id = self.servqual.item_ids[0]
        form.save()
        self.assertEqual(
            survey._get_servqual_items("perception"), self.servqual.item_ids[0]
        )
        self.assertTrue(survey.is_servqual)
