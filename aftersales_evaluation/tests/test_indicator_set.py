from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestIndicatorSet(EvaluationCommon):
    def test_shipped_standard_has_the_published_totals(self):
        standard = self.env.ref("aftersales_evaluation.set_gbt27922")
        self.assertEqual(standard.state, "draft", "it ships to be edited")
        self.assertTrue(standard.is_sample_points)
        nodes = standard.indicator_ids
        by_depth = nodes.grouped("depth")
        self.assertEqual(by_depth[0].mapped("points"), [40, 35, 25])
        self.assertEqual(len(by_depth[1]), 15)
        self.assertEqual(len(by_depth[2]), 19 + 19 + 11)
        self.assertFalse(standard.points_problem)
        self.assertEqual(nodes[0].code, "5.1")
        self.assertTrue(all(nodes.mapped("confidence")))
        explanation = nodes.filtered(lambda n: n.code == "5.1.1.3")
        self.assertFalse(explanation.is_scored, "it explains and has no points")
        self.assertEqual(standard.leaf_count, 48)

    def test_shipped_month_is_in_use_and_measured(self):
        month = self.env.ref("aftersales_evaluation.set_month")
        self.assertEqual(month.state, "in_use")
        self.assertEqual(set(month.indicator_ids.mapped("kind")), {"metric"})
        self.assertEqual(sum(month.indicator_ids.mapped("points")), 100)
        volume = month.indicator_ids.filtered(lambda n: n.metric_code == "VOLUME")
        self.assertTrue(volume.is_scored, "shown for information")

    def test_points_that_do_not_sum_cannot_be_used(self):
        draft = self._create_set("BAD")
        self._create_nodes(draft, ("1", 60, "qualitative"), ("1.1", 50, "qualitative"))
        with self.assertRaises(UserError) as error:
            draft.action_use()
        self.assertIn(
            "The set has 100 points, but its first level sums to 60.",
            str(error.exception),
        )
        self.assertIn("1 has 60 points, but its parts sum to 50.", str(error.exception))
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.points_problem.count("\n"), 1)

    def test_points_sum_exactly_in_decimals(self):
        draft = self._create_set("DEC", points_total=0.3)
        self._create_nodes(
            draft,
            ("1", 0.1, "qualitative"),
            ("2", 0.1, "qualitative"),
            ("3", 0.1, "qualitative"),
        )
        draft.action_use()
        self.assertEqual(draft.state, "in_use")

    def test_set_without_points_or_metric_code_cannot_be_used(self):
        draft = self._create_set("EMPTY", points_total=10)
        with self.assertRefused(UserError, "There is no indicator with points"):
            draft.action_use()
        self._create_nodes(draft, ("1", 10, "metric"))
        with self.assertRefused(UserError, "1 Indicator 1 needs a metric code"):
            draft.action_use()

    def test_parents_follow_from_the_code(self):
        nodes = self.set.indicator_ids
        parents = {node.code: node.parent_id.code for node in nodes}
        self.assertEqual(
            parents, {"1": False, "1.1": "1", "1.2": "1", "2": False, "2.1": "2"}
        )
        self.assertEqual(self.metric_node.section_id.code, "2")
        self.assertEqual(self.metric_node.depth, 1)

    def test_codes_sort_as_numbers(self):
        draft = self._create_set("SORT")
        self._create_nodes(
            draft,
            *((code, 1, "qualitative") for code in ("10", "9", "9.10", "9.9")),
        )
        draft.invalidate_recordset()
        self.assertEqual(draft.indicator_ids.mapped("code"), ["9", "9.9", "9.10", "10"])

    def test_set_in_use_is_frozen(self):
        message = "Set TEST v1 is no longer a draft and cannot be changed"
        with self.assertRefused(UserError, message):
            self.set.points_total = 90
        with self.assertRefused(UserError, message):
            self.metric_node.points = 30
        with self.assertRefused(UserError, message):
            self.metric_node.unlink()
        with self.assertRefused(UserError, message):
            self._create_nodes(self.set, ("3", 1, "qualitative"))
        with self.assertRefused(UserError, message):
            self.set.unlink()
        self.set.is_monthly = True  # when it runs is not part of the tree

    def test_new_version_copies_the_tree_and_replaces_on_use(self):
        action = self.set.action_new_version()
        draft = self.env["aftersales.indicator.set"].browse(action["res_id"])
        self.assertEqual((draft.code, draft.version), ("TEST", 2))
        self.assertEqual((draft.state, draft.previous_id), ("draft", self.set))
        rows = [
            (n.code, n.points, n.kind, n.parent_id.code) for n in self.set.indicator_ids
        ]
        copied = [
            (n.code, n.points, n.kind, n.parent_id.code) for n in draft.indicator_ids
        ]
        self.assertEqual(copied, rows)
        self.assertFalse(draft.indicator_ids & self.set.indicator_ids)
        draft.action_use()
        self.assertEqual(self.set.state, "retired")
        again = self.set.action_new_version()
        version = self.env["aftersales.indicator.set"].browse(again["res_id"]).version
        self.assertEqual(version, 3)

    def test_plain_copy_gets_its_own_code(self):
        self.assertEqual(self.set.copy().code, "TEST (copy)")

    def test_code_is_unique_in_its_set(self):
        draft = self._create_set("UNIQ")
        self._create_nodes(draft, ("1", 1, "qualitative"))
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_nodes(draft, ("1", 2, "qualitative"))
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self._create_set("UNIQ")

    def test_trees_do_not_mix_or_loop(self):
        draft, other = self._create_set("A"), self._create_set("B")
        first, second = self._create_nodes(
            draft, ("1", 1, "qualitative"), ("1.1", 1, "qualitative")
        )
        foreign = self._create_nodes(other, ("1", 1, "qualitative"))
        with self.assertRefused(ValidationError, "belong to different sets"):
            second.parent_id = foreign
        with self.assertRefused(UserError, "itself|recursi|Recursi"):
            first.parent_id = second

    def test_impossible_target_is_refused(self):
        draft = self._create_set("T")
        for direction, target in (("up", 0), ("up", -1), ("down", -1)):
            with self.assertRefused(ValidationError, "target must be above zero"):
                self._create_nodes(
                    draft, ("1", 1, "metric"), direction=direction, target=target
                )
        node = self._create_nodes(draft, ("1", 1, "metric"), direction="down", target=0)
        self.assertEqual(node.target, 0)

    def test_metric_code_brings_direction_and_unit(self):
        draft = self._create_set("F")
        node = self._create_nodes(draft, ("1", 1, "metric"))
        with Form(node) as form:
            form.metric_code = "MTTR"
        self.assertEqual((node.direction, node.unit), ("down", "h"))
        self.assertTrue(node.is_metric_available)
        node.metric_code = "NOSUCH"
        self.assertFalse(node.is_metric_available)
