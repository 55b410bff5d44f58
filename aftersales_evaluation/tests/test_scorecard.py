from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MARCH, EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecard(EvaluationCommon):
    def test_lines_come_from_the_set(self):
        card = self._create_card()
        codes = card.line_ids.mapped("indicator_id.code")
        self.assertEqual(codes, ["1.1", "1.2", "2.1"])
        self.assertEqual(card.name, "TEST / Point One / 2026-03")
        self.assertEqual(card.company_id, self.point.company_id)

    def test_untouched_scorecard_has_no_score(self):
        card = self._create_card()
        self.assertFalse(card.is_rated)
        self.assertFalse(card.level_id)
        self.assertEqual((card.score, card.pending_count), (0, 2))
        self.assertEqual(card.points_applicable, 60, "no jobs: the metric is out")

    def test_means_leave_out_what_is_not_rated(self):
        self._judge(self._create_card(), lost_samples=3)
        self._create_card(service_point_id=self.point_b.id)
        rows = self.env["aftersales.scorecard"]._read_group(
            [("set_id", "=", self.set.id)], [], ["score:avg", "__count"]
        )
        self.assertEqual(rows, [(75, 2)])

    def test_arithmetic_by_hand(self):
        """20 kept, 40 × 3/8 = 15 lost, metric excluded: 45 of 60 = 75."""
        card = self._judge(self._create_card(), lost_samples=3)
        self.assertEqual(card.points_lost, 15)
        self.assertEqual((card.points_applicable, card.points_actual), (60, 45))
        self.assertEqual((card.score_base, card.score), (75, 75))
        self.assertEqual(card.level_id.name, "Qualified")
        self.assertEqual(card.pending_count, 0)

    def test_nonconformity_loses_all_points(self):
        card = self._judge(self._create_card())
        line = self._line(card, "1.1")
        line.is_conforming = False
        self.assertEqual((line.conformity, line.points_lost), ("no", 20))
        self.assertEqual(line.explanation, "Non-conforming: all 20 points lost.")
        self.assertAlmostEqual(card.score, 40 / 60 * 100)
        self.assertTrue(card.level_id.is_fail)
        line.is_conforming = True
        self.assertEqual((line.conformity, card.score), ("yes", 100))

    def test_exclusion_leaves_both_sums(self):
        card = self._judge(self._create_card(), lost_samples=4)
        self.assertAlmostEqual(card.score, 40 / 60 * 100)
        line = self._line(card, "1.2")
        line.write({"is_excluded": True, "exclusion_reason": "No repairs here"})
        self.assertEqual((card.points_applicable, card.score), (20, 100))
        self.assertEqual(
            line.explanation,
            "Excluded: its 40 points leave both sums. Reason: No repairs here",
        )
        line.is_excluded = False
        self.assertFalse(line.exclusion_kind)
        self.assertAlmostEqual(card.score, 40 / 60 * 100)

    def test_all_excluded_is_not_rated(self):
        card = self._create_card()
        card.line_ids.write({"is_excluded": True, "exclusion_reason": "None"})
        self.assertFalse(card.is_rated)
        self.assertFalse(card.level_id)
        self.assertEqual(card.points_applicable, 0)

    def test_special_deductions_and_bonus_stand_outside(self):
        card = self._judge(self._create_card())
        self._deduct(card, 4)
        self.assertEqual((card.special_deduction_count, card.score), (4, 96))
        self.assertEqual(card.level_id.stars, 5)
        card.has_bonus = True
        self.assertEqual(card.score, 97)
        self._deduct(card, 1)
        self.assertEqual((card.special_deduction_count, card.score), (5, 96))
        self.assertTrue(card.level_id.is_fail, "five special deductions fail")
        self.assertIn(
            "Level: Not Qualified, because 5 special deductions reach the limit of 5.",
            card._get_steps(),
        )

    def test_counting_deductions_makes_lines_that_need_a_reason(self):
        card = self._judge(self._create_card())
        card.special_deduction_count = 2
        self.assertEqual(len(card.deduction_ids), 2)
        self.assertEqual(card.score, 98)
        self.assertIn("Every special deduction needs a reason.", card._get_gaps())
        with self.assertRefused(UserError, "Remove the ones that do not apply"):
            card.special_deduction_count = 1

    def test_grade_uses_the_exact_score(self):
        """Three thirds of ten are ten: no float dust below the bound of 90."""
        indicator_set = self._create_set("EXACT")
        self._create_nodes(
            indicator_set,
            *((str(number), 10, "sampled") for number in range(1, 4)),
            ("4", 70, "qualitative"),
        )
        indicator_set.action_use()
        card = self._create_card(set_id=indicator_set.id)
        card.line_ids.filtered(lambda line: line.kind == "sampled").write(
            {"sample_count": 3, "nonconforming_count": 1}
        )
        self._line(card, "4").conformity = "yes"
        self.assertEqual(card.score, 90)
        self.assertEqual(card.level_id.name, "Four Stars")

    def test_steps_explain_the_figures(self):
        card = self._judge(self._create_card(), lost_samples=3)
        self._deduct(card, 1)
        self.assertEqual(
            card._get_steps(),
            [
                "Applicable points: 100 in all − 40 excluded = 60.",
                "Points kept: 60 − 15 lost = 45.",
                "Percentage: 45 ÷ 60 × 100 = 75.",
                "Score: 75 − 1 special deductions + 0 special bonus, kept between 0 "
                "and 100 = 74.",
                "Level: Qualified, which begins at 70; the score is 74.",
            ],
        )
        self.assertIn("Percentage: 45 ÷ 60 × 100 = 75.", card.arithmetic)
        self.assertIn("1 Indicator 1", card.arithmetic, "sums per section")
        self.assertEqual(
            self._line(card, "1.2").explanation,
            "3 of 8 samples non-conforming: 40 × 3 ÷ 8 = 15 points lost.",
        )

    def test_provisional_score_says_so(self):
        card = self._create_card()
        self._line(card, "1.1").conformity = "no"
        self.assertTrue(card.is_rated)
        self.assertIn(
            "Indicators not judged yet: 1; nothing is lost there so far.",
            card._get_steps(),
        )
        self.assertEqual(
            self._line(card, "1.2").explanation, "No sample was entered yet."
        )

    def test_totals_cannot_be_typed(self):
        card = self._judge(self._create_card())
        for vals in ({"score": 100}, {"level_id": False}, {"points_lost": 0}):
            with self.subTest(vals), self.assertRefused(UserError, "set by the"):
                card.write(vals)
        with self.assertRefused(UserError, "set by the system"):
            self._create_card(date_to="2026-03-30", score=100)
        with self.assertRefused(UserError, "are computed and cannot be entered"):
            self._line(card, "1.1").points_lost = 0

    def test_samples_out_of_range_are_refused(self):
        line = self._line(self._create_card(), "1.2")
        for vals in (
            {"sample_count": 3, "nonconforming_count": 4},
            {"sample_count": 3, "nonconforming_count": -1},
            {"sample_count": -3, "nonconforming_count": -3},
        ):
            with (
                self.subTest(vals),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                line.write(vals)
                line.flush_recordset()

    def test_one_live_scorecard_per_point_set_and_period(self):
        card = self._create_card()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_card()
        card.action_cancel()
        self.assertTrue(self._create_card())

    def test_subject_must_be_named(self):
        with self.assertRefused(ValidationError, "needs the point"):
            self._create_card(service_point_id=False)
        with self.assertRefused(ValidationError, "needs the person"):
            self._create_card(subject_type="person")
        with self.assertRefused(ValidationError, "Only a scorecard of a person"):
            self._create_card(staff_id=self.technician.id)

    def test_person_and_company_as_subject(self):
        person = self._create_card(
            subject_type="person", staff_id=self.technician.id, service_point_id=False
        )
        self.assertEqual(person.service_point_id, self.point)
        self.assertIn(self.technician.name, person.name)
        self.assertEqual(self._line(person, "2.1").outcome, "not_available")
        company = self._create_card(
            subject_type="company", service_point_id=False, company_id=self.company.id
        )
        self.assertFalse(company.service_point_id)
        self.assertIn(self.company.name, company.name)

    def test_period_in_the_wrong_order(self):
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_card(date_from=MARCH[1], date_to=MARCH[0])

    def test_lines_of_another_set_are_refused(self):
        other = self._create_set("OTHER")
        node = self._create_nodes(other, ("1", 100, "qualitative"))
        with self.assertRefused(ValidationError, "does not belong to the set"):
            self._create_card(line_ids=[Command.create({"indicator_id": node.id})])

    def test_changing_the_set_changes_the_lines(self):
        card = self._judge(self._create_card())
        other = self._create_set("OTHER")
        self._create_nodes(other, ("1", 100, "qualitative"))
        card.set_id = other
        self.assertEqual(card.line_ids.indicator_id, other.indicator_ids)
        self.assertFalse(card.is_rated)

    def test_copy_is_for_the_next_period(self):
        copied = self._create_card().copy()
        self.assertEqual(copied.period, "2026-04")
        self.assertEqual(copied.state, "draft")
        week = self._create_card(date_from="2026-03-02", date_to="2026-03-08").copy()
        self.assertEqual(str(week.date_to), "2026-03-15")

    def test_form_of_an_auditor(self):
        Scorecard = self.env["aftersales.scorecard"].with_user(self.user_auditor)
        with Form(Scorecard) as form:
            form.set_id = self.set
            form.service_point_id = self.point
            form.date_from, form.date_to = MARCH
        card = form.save()
        with Form(card) as form, form.line_ids.edit(0) as line:
            line.conformity = "no"
        self.assertEqual(card.auditor_id, self.user_auditor)
        self.assertEqual(self._line(card, "1.1").points_lost, 20)
