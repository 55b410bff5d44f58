from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardScale(EvaluationCommon):
    def test_shipped_table(self):
        levels = self.scale.level_ids.sorted("min_score")
        self.assertEqual(
            levels.mapped(lambda v: (v.min_score, v.max_score, v.stars, v.is_fail)),
            [
                (0, 70, 0, True),
                (70, 80, 0, False),
                (80, 90, 3, False),
                (90, 95, 4, False),
                (95, 100, 5, False),
            ],
        )
        self.assertEqual(self.scale.deduction_limit, 5)

    def test_moving_a_bound_leaves_no_gap(self):
        level = self.env.ref("aftersales_evaluation.level_qualified")
        level.min_score = 65
        below = self.env.ref("aftersales_evaluation.level_fail")
        self.assertEqual(below.max_score, 65)

    def test_table_must_begin_at_zero_and_not_double(self):
        lowest = self.env.ref("aftersales_evaluation.level_fail")
        with self.assertRefused(ValidationError, "must begin at 0; .* at 10"):
            lowest.min_score = 10
        with self.assertRefused(ValidationError, "two levels that begin at 80"):
            self.env["aftersales.scorecard.level"].create(
                {"name": "Twin", "scale_id": self.scale.id, "min_score": 80}
            )
        with self.assertRefused(ValidationError, "must keep a level that begins"):
            lowest.unlink()
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            lowest.copy({"min_score": 100}).flush_recordset()

    def test_bounds_are_inclusive_in_drafts_as_soon_as_they_change(self):
        card = self._judge(self._create_card(), lost_samples=3)
        self.assertEqual((card.score, card.level_id.name), (75, "Qualified"))
        self.env.ref("aftersales_evaluation.level_three").min_score = 75
        self.assertEqual(card.level_id.name, "Three Stars")
        self.scale.deduction_limit = 1
        self._deduct(card, 1)
        self.assertTrue(card.level_id.is_fail)

    def test_submitted_scorecards_keep_their_level(self):
        card = self._judge(self._create_card(), lost_samples=3)
        card.with_user(self.user_auditor).action_submit()
        self.env.ref("aftersales_evaluation.level_three").min_score = 75
        self.assertEqual(card.level_id.name, "Qualified")
        card.with_user(self.user_head).action_draft()
        self.assertEqual(card.level_id.name, "Three Stars")

    def test_own_table_with_more_stars(self):
        scale = self.env["aftersales.scorecard.scale"].create(
            {
                "name": "Twelve Stars",
                "deduction_limit": 0,
                "level_ids": [
                    Command.create({"name": "Low", "min_score": 0, "is_fail": True}),
                    Command.create({"name": "Top", "min_score": 50, "stars": 12}),
                ],
            }
        )
        indicator_set = self._create_set("STARS", scale_id=scale.id)
        self._create_nodes(indicator_set, ("1", 100, "qualitative"))
        card = self._create_card(set_id=indicator_set.id)
        card.action_confirm_rest()
        self._deduct(card, 7)
        self.assertEqual((card.score, card.level_id.name), (93, "Top"))
        with self.assertRefused(ValidationError, "needs at least one level"):
            scale.copy().level_ids = [Command.clear()]
