from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestSelfAssessmentPortal(EvaluationCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_card(assessment="self", auditor_id=False)
        cls.foreign = cls._create_card(
            assessment="self", auditor_id=False, service_point_id=cls.point_b.id
        )
        cls.audit = cls._create_card()

    def _url(self, card, step=""):
        return f"/my/self-assessments/{card.id}{step and '/' + step}"

    def _post(self, card, step, **vals):
        token = http.Request.csrf_token(self)
        return self.url_open(self._url(card, step), {"csrf_token": token, **vals})

    def _form(self, card, **vals):
        """Everything conforms, one of four samples is bad."""
        first, second = self._line(card, "1.1"), self._line(card, "1.2")
        return {
            f"conformity_{first.id}": "yes",
            f"sample_count_{second.id}": "4",
            f"nonconforming_count_{second.id}": "1",
            f"finding_{second.id}": " One file is missing ",
            **vals,
        }

    def setUp(self):
        super().setUp()
        self.authenticate(self.user_portal.login, self.user_portal.login)

    def test_point_judges_itself_and_hands_over(self):
        self.assertIn("2026-03", self.url_open("/my/self-assessments").text)
        page = self.url_open(self._url(self.own)).text
        self.assertIn("1.2 Indicator 1.2", page)
        answer = self._post(self.own, "save", **self._form(self.own))
        self.assertEqual(answer.status_code, 200)
        line = self._line(self.own, "1.2")
        self.assertEqual((line.sample_count, line.nonconforming_count), (4, 1))
        self.assertEqual(line.finding, "One file is missing")
        self.assertEqual(self.own.state, "draft")
        self._post(self.own, "submit", **self._form(self.own))
        self.assertEqual(self.own.state, "submitted")
        self.assertEqual(self.own.submitter_id, self.user_portal)
        self.assertIn(self.user_portal, self.own.judged_by_ids)
        self.assertAlmostEqual(self.own.score, 50 / 60 * 100)
        page = self.url_open(self._url(self.own)).text
        self.assertIn("Submitted. Score", page)
        self.assertNotIn("/submit", page)
        answer = self._post(self.own, "save", **{f"finding_{line.id}": "Nicer"})
        self.assertEqual(line.finding, "One file is missing", "it stays as it is")
        self.assertIn("no open self-assessment", answer.text)

    def test_exclusion_needs_its_reason_and_nothing_is_typed_twice(self):
        out = self._line(self.own, "1.1")
        form = self._form(self.own, **{f"is_excluded_{out.id}": "1"})
        form.pop(f"conformity_{out.id}")
        answer = self._post(self.own, "submit", **form)
        self.assertEqual(self.own.state, "draft")
        self.assertIn("The exclusion of 1.1 Indicator 1.1 needs a reason", answer.text)
        self.assertTrue(out.is_excluded, "the rest of the form is kept")
        self.assertEqual(self._line(self.own, "1.2").sample_count, 4)
        form[f"exclusion_reason_{out.id}"] = "No shop"
        self._post(self.own, "submit", **form)
        self.assertEqual(self.own.state, "submitted")
        self.assertEqual(out.exclusion_reason, "No shop")

    def test_bad_input_changes_nothing(self):
        line = self._line(self.own, "1.2")
        for vals, message in (
            ({f"sample_count_{line.id}": "-3"}, "cannot be negative"),
            ({f"sample_count_{line.id}": "many"}, "this is not a number"),
            (
                {f"conformity_{self._line(self.own, '1.1').id}": "perhaps"},
                "choose one of the list",
            ),
        ):
            with self.subTest(vals=vals):
                form = self._form(self.own, **vals)
                self.assertIn(message, self._post(self.own, "save", **form).text)
                self.assertFalse(line.sample_count)
        self.own.invalidate_recordset()
        with self.assertRaises(UserError):
            self.own.sudo()._portal_submit({})

    def test_only_lines_and_values_of_the_own_form(self):
        metric = self._line(self.own, "2.1")
        first = self._line(self.own, "1.1")
        theirs, audited = self._line(self.foreign, "1.1"), self._line(self.audit, "1.1")
        self._post(
            self.own,
            "save",
            **self._form(
                self.own,
                **{
                    f"conformity_{theirs.id}": "no",
                    f"conformity_{audited.id}": "no",
                    f"metric_numerator_{metric.id}": "9",
                    f"is_excluded_{metric.id}": "1",
                    f"points_{first.id}": "99",
                    f"scorecard_id_{first.id}": str(self.audit.id),
                    "assessment": "internal",
                    "state": "approved",
                },
            ),
        )
        self.assertFalse(theirs.conformity or audited.conformity)
        self.assertEqual((metric.metric_numerator, first.points), (0, 20))
        self.assertEqual(metric.exclusion_kind, "no_activity")
        self.assertEqual(first.scorecard_id, self.own)
        self.assertEqual((self.own.assessment, self.own.state), ("self", "draft"))

    def test_foreign_unknown_and_audits_look_the_same(self):
        unknown = self.env["aftersales.scorecard"].browse(999_999)
        for card in (self.foreign, self.audit, unknown):
            with self.subTest(card=card.id):
                self.assertTrue(self.url_open(self._url(card)).url.endswith("/my"))
                answer = self._post(card, "submit", **{"x": "1"})
                self.assertTrue(answer.url.endswith("/my"))
        self.own.action_cancel()
        self.assertTrue(self.url_open(self._url(self.own)).url.endswith("/my"))
        self.assertEqual(self._post(self.foreign, "approve").status_code, 200)
        self.assertEqual(self.foreign.state, "draft")

    def test_staff_without_a_point_sees_none(self):
        self.authenticate(self.user_portal_b.login, self.user_portal_b.login)
        self.assertTrue(self.url_open(self._url(self.own)).url.endswith("/my"))
        self.assertIn("2026-03", self.url_open("/my/self-assessments").text)
        self.authenticate(self.user_auditor.login, self.user_auditor.login)
        self.assertTrue(self.url_open(self._url(self.own)).url.endswith("/my"))

    def test_portal_writes_nothing_by_itself(self):
        own = self.own.with_user(self.user_portal)
        self.assertTrue(own.has_access("read"))
        self.assertFalse(own.has_access("write"))
        self.assertFalse(own.line_ids.has_access("write"))
        self.assertFalse(self.audit.with_user(self.user_portal).has_access("read"))
        with self.assertRaises(ValidationError):
            self._line(self.own, "1.2").sudo()._portal_read_judgement(
                {f"sample_count_{self._line(self.own, '1.2').id}": "x"}
            )
