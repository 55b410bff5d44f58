from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MARCH, EvaluationCommon


@tagged("post_install", "-at_install", "security")
class TestScorecardGuards(EvaluationCommon):
    """Ways around the lifecycle that a caller by RPC may try."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._judge(cls._create_card())
        cls.card_b = cls._judge(cls._create_card(service_point_id=cls.point_b.id))
        cls.other_auditor = new_test_user(
            cls.env,
            login="aftersales_auditor_2",
            groups="aftersales_network.group_auditor",
        )
        cls.other_head = cls._create_head()

    def _submit(self, card):
        card.with_user(self.user_auditor).action_submit()

    def test_context_sets_nothing_of_the_lifecycle(self):
        card = (
            self.env["aftersales.scorecard"]
            .with_user(self.user_auditor)
            .with_context(
                default_state="approved",
                default_submitter_id=self.other_head.id,
                default_approver_id=self.user_head.id,
                default_date_approved="2026-04-01 08:00:00",
                default_score=99,
                default_level_id=self.scale.level_ids[:1].id,
                default_judged_by_ids=[Command.link(self.user_head.id)],
                default_conformity="yes",
                default_sample_count=5,
                default_metric_denominator=50,
            )
            .create(
                {
                    "set_id": self.set.id,
                    "service_point_id": self.point.id,
                    "date_from": "2026-01-01",
                    "date_to": "2026-01-31",
                }
            )
        )
        self.assertEqual(card.state, "draft")
        self.assertFalse(card.submitter_id | card.approver_id | card.judged_by_ids)
        self.assertFalse(card.date_approved)
        self.assertFalse(card.is_rated)
        self.assertEqual(card.score, 0)
        self.assertEqual(card.pending_count, 2, "no finding comes from the context")
        self.assertEqual(self._line(card, "2.1").metric_denominator, 0)

    def test_context_sets_no_figures_of_a_line(self):
        card = self.card
        self._line(card, "1.1").unlink()
        line = (
            card.line_ids.with_user(self.user_auditor)
            .with_context(
                default_metric_numerator=1,
                default_metric_denominator=100,
                default_exclusion_kind="no_activity",
                default_kind="metric",
                default_points=1,
                default_service_point_id=self.point_b.id,
            )
            .create(
                {
                    "scorecard_id": card.id,
                    "indicator_id": self.set.indicator_ids.filtered(
                        lambda node: node.code == "1.1"
                    ).id,
                }
            )
        )
        self.assertEqual((line.kind, line.points), ("qualitative", 20))
        self.assertEqual((line.metric_numerator, line.metric_denominator), (0, 0))
        self.assertFalse(line.exclusion_kind)
        self.assertEqual(line.service_point_id, self.point)
        with self.assertRefused(UserError, "computed and cannot be entered"):
            line.kind = "metric"

    def test_deduction_belongs_where_its_scorecard_does(self):
        deduction = (
            self.env["aftersales.scorecard.deduction"]
            .with_user(self.user_auditor)
            .with_context(default_service_point_id=self.point_b.id)
            .create({"scorecard_id": self.card.id, "reason": "Case"})
        )
        self.assertEqual(deduction.service_point_id, self.point)
        with self.assertRefused(UserError, "follow from its scorecard"):
            deduction.service_point_id = self.point_b

    def test_deduction_moves_to_no_frozen_scorecard(self):
        self._deduct(self.card, 1)
        self._pass_card(self.card_b)
        score = self.card_b.score
        deduction = self.card.deduction_ids.with_user(self.user_auditor)
        with self.assertRefused(UserError, "is frozen since it was submitted"):
            deduction.write({"scorecard_id": self.card_b.id})
        self.card_b.invalidate_recordset()
        self.assertEqual(self.card_b.score, score)
        self.assertEqual(self.card.deduction_ids, deduction.with_env(self.env))

    def test_findings_move_to_no_foreign_scorecard(self):
        self._deduct(self.card, 1)
        self.card_b.auditor_id = self.other_auditor
        self._line(self.card_b, "1.1").unlink()
        deduction = self.card.deduction_ids.with_user(self.user_auditor)
        with self.assertRaises(AccessError):
            deduction.scorecard_id = self.card_b

    def test_indicators_stay_on_their_scorecard(self):
        self._line(self.card_b, "1.1").unlink()
        line = self._line(self.card, "1.1").with_user(self.user_auditor)
        heading = self.set.indicator_ids.filtered(lambda node: node.code == "1")
        for change in (
            lambda: line.unlink(),
            lambda: line.write({"scorecard_id": self.card_b.id}),
            lambda: line.write({"indicator_id": heading.id}),
        ):
            with self.assertRefused(UserError, "1.1 stays on scorecard TEST"):
                change()
        with self.assertRefused(ValidationError, "1 Indicator 1 is not scored itself"):
            line.create({"scorecard_id": self.card.id, "indicator_id": heading.id})
        self.assertEqual(len(self.card.line_ids), 3)

    def test_name_and_scale_follow_from_the_rest(self):
        self._pass_card(self.card)
        card = self.card.with_user(self.user_auditor)
        for vals in ({"name": "Forged"}, {"period": "2020"}, {"scale_id": False}):
            with self.assertRefused(UserError, "set by the system"):
                card.write(vals)

    def test_whoever_judged_does_not_approve(self):
        """The head enters the findings, the auditor only hands them over."""
        changes = (
            lambda card: self._judge(card),
            lambda card: card.action_confirm_rest(),
            lambda card: self._deduct(card, 1),
            lambda card: card.deduction_ids.unlink(),
            lambda card: card.write({"has_bonus": True, "bonus_reason": "Prize"}),
            lambda card: self._line(card, "2.1").write(
                {"is_excluded": True, "exclusion_reason": "New"}
            ),
        )
        for number, change in enumerate(changes, 1):
            with self.subTest(number):
                card = self._judge(
                    self._create_card(
                        date_from=f"2025-{number:02}-01", date_to=f"2025-{number:02}-28"
                    )
                )
                self._deduct(card, 1)
                self._line(card, "1.1").conformity = number != 2 and "no"
                change(card.with_user(self.user_head))
                self.assertEqual(card.judged_by_ids, self.user_head)
                self._submit(card)
                self.assertFalse(card.with_user(self.user_head).can_approve)
                with self.assertRefused(UserError, "Four-eyes: another person"):
                    card.with_user(self.user_head).action_approve()
                self.assertTrue(card.with_user(self.other_head).can_approve)
                card.with_user(self.other_head).action_approve()
                self.assertEqual(card.approver_id, self.other_head)

    def test_judges_are_neither_typed_nor_noted_by_the_system(self):
        self.assertFalse(self.card.judged_by_ids)
        self.card.with_user(self.user_head).action_reload()
        self.assertFalse(self.card.judged_by_ids)
        self._judge(self.card.with_user(self.user_auditor))
        self.assertEqual(self.card.judged_by_ids, self.user_auditor)
        with self.assertRefused(UserError, "set by the system"):
            self.card.with_user(self.user_auditor).judged_by_ids = False

    def test_noting_the_judge_costs_the_same_for_many(self):
        def count(cards):
            lines = cards.line_ids.filtered(lambda line: line.kind == "qualitative")
            lines = lines.with_user(self.user_head)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines.write({"conformity": "no"})
            self.env.flush_all()
            self.assertEqual(cards.judged_by_ids, self.user_head)
            return self.env.cr.sql_log_count - before

        cards = self.env["aftersales.scorecard"].union(
            *(
                self._create_card(
                    date_from=f"2024-{n:02}-01", date_to=f"2024-{n:02}-28"
                )
                for n in range(1, 10)
            )
        )
        count(cards[0])
        self.assertEqual(count(cards[1:3]), count(cards[3:]))

    def test_plain_write_of_the_state_leaves_its_line(self):
        self.card.with_user(self.user_auditor).write({"state": "submitted"})
        self.card.with_user(self.user_head).write({"state": "approved"})
        found = self.card.approval_ids.mapped(lambda a: (a.gate, a.user_id))
        self.assertCountEqual(
            found, [("submit", self.user_auditor), ("head", self.user_head)]
        )
        self.assertEqual((self.card.date_from, self.card.date_to), MARCH)
