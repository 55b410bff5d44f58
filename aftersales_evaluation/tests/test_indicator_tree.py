from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestIndicatorTree(EvaluationCommon):
    """Editing the tree: live sums, quick steps, own copies, guarded state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = cls._create_set("TREE")
        cls.nodes = cls._create_nodes(
            cls.draft,
            ("1", 60, "qualitative"),
            ("1.1", 20, "qualitative"),
            ("1.2", 30, "qualitative"),
            ("2", 40, "qualitative"),
        )

    def _node(self, code):
        return self.draft.indicator_ids.filtered(lambda node: node.code == code)

    def test_sbt10401_has_its_groups_and_indicators(self):
        old = self.env.ref("aftersales_evaluation.set_sbt10401")
        self.assertEqual((old.state, old.is_sample_points), ("draft", True))
        by_depth = old.indicator_ids.grouped("depth")
        self.assertEqual(len(by_depth[0]), 8)
        self.assertEqual(len(by_depth[1]), 27)
        sizes = [len(group.child_ids) for group in by_depth[0]]
        self.assertEqual(sizes, [4, 4, 5, 3, 3, 3, 2, 3])
        self.assertFalse(old.points_problem)
        old.action_use()
        self.assertEqual(old.leaf_count, 27)

    def test_servqual_has_its_dimensions_and_statements(self):
        servqual = self.env.ref("aftersales_evaluation.set_servqual")
        self.assertEqual((servqual.state, servqual.is_sample_points), ("draft", True))
        by_depth = servqual.indicator_ids.grouped("depth")
        sizes = [len(dimension.child_ids) for dimension in by_depth[0]]
        self.assertEqual(sizes, [4, 5, 4, 4, 5, 3])
        self.assertEqual(
            by_depth[0].mapped("name"),
            ["Tangibles", "Reliability", "Responsiveness", "Assurance", "Empathy"]
            + ["Recovery"],
        )
        self.assertEqual(set(servqual.indicator_ids.mapped("kind")), {"sampled"})
        self.assertFalse(servqual.points_problem)
        servqual.action_use()
        self.assertEqual(servqual.leaf_count, 25)
        card = self._create_card(set_id=servqual.id)
        self._line(card, "1.1").write({"sample_count": 8, "nonconforming_count": 2})
        self.assertEqual(card.points_lost, 0.75, "2 of 8 lose a quarter of 3 points")

    def test_difference_of_every_node(self):
        node = self._node("1")
        self.assertEqual((node.points_parts, node.points_difference), (50, 10))
        self.assertEqual(self._node("2").points_difference, 0, "it has no parts")
        self.assertEqual(self.draft.points_sum, 100)
        self.assertEqual(self.draft.points_difference, 0)
        self._node("2").points = 45.5
        self.assertEqual(self.draft.points_difference, -5.5)

    def test_difference_follows_while_typing(self):
        with Form(self.draft.with_user(self.user_head)) as form:
            with form.indicator_ids.edit(2) as line:
                line.points = 45
            self.assertIn("its parts sum to 65", form.points_problem)
            with form.indicator_ids.new() as line:
                line.code = "2.1"
                line.name = "New below two"
                line.points = 39
            self.assertIn(
                "2 has 40 points, but its parts sum to 39", form.points_problem
            )
            with form.indicator_ids.new() as line:
                line.code = "3"
                line.name = "Third"
                line.points = 2
            self.assertEqual(form.points_sum, 102)
            self.assertEqual(form.points_difference, -2)

    def test_add_a_part_with_the_points_that_are_missing(self):
        self._node("1").with_user(self.user_head).action_add_part()
        part = self._node("1.3")
        self.assertEqual((part.points, part.parent_id), (10, self._node("1")))
        self.assertFalse(self.draft.points_problem)
        self._node("2").action_add_part()
        self.assertEqual(self._node("2.1").points, 40, "the first part takes all")
        self.draft.action_use()
        with self.assertRefused(UserError, "Make a new version instead"):
            self._node("2").action_add_part()

    def test_share_points_out(self):
        self._node("1").action_spread_points()
        self.assertEqual(self._node("1").child_ids.mapped("points"), [30, 30])
        self._node("1").action_add_part()
        self._node("1").points = 100
        self._node("1").action_spread_points()
        self.assertEqual(
            self._node("1").child_ids.sorted("sort_key").mapped("points"),
            [33.34, 33.33, 33.33],
        )
        with self.assertRefused(UserError, "2 Indicator 2 has no parts"):
            self._node("2").action_spread_points()

    def test_copy_to_an_own_set(self):
        action = self.set.with_user(self.user_head).action_copy_own()
        own = self.env["aftersales.indicator.set"].browse(action["res_id"])
        self.assertEqual(own.company_id, self.company)
        self.assertEqual((own.state, own.version), ("draft", 1))
        self.assertEqual((own.code, own.previous_id.id), ("TEST (copy)", False))
        self.assertEqual(len(own.indicator_ids), len(self.set.indicator_ids))

    def test_state_and_version_change_only_by_the_steps(self):
        draft = self.draft.with_user(self.user_head)
        for vals in ({"state": "in_use"}, {"version": 7}, {"previous_id": self.set.id}):
            with (
                self.subTest(vals=vals),
                self.assertRefused(UserError, "changes only by its buttons"),
            ):
                draft.with_context(aftersales_flow=True).write(vals)
        Set = self.env["aftersales.indicator.set"].with_user(self.user_head)
        sly = Set.with_context(default_state="in_use", default_version=9).create(
            {"name": "Sly", "code": "SLY", "scale_id": self.scale.id}
        )
        self.assertEqual((sly.state, sly.version), ("draft", 1))
        with self.assertRefused(UserError, "changes only by its buttons"):
            Set.create({"name": "S", "code": "SLY2", "state": "in_use"})

    def test_nothing_is_moved_into_or_out_of_a_set_in_use(self):
        node = self._create_nodes(self.draft, ("9", 1, "qualitative"))
        with self.assertRefused(UserError, "no longer a draft"):
            node.write({"set_id": self.set.id, "parent_id": False})
        with self.assertRefused(UserError, "no longer a draft"):
            self.draft.write(
                {"indicator_ids": [Command.link(self.set.indicator_ids[0].id)]}
            )

    def test_one_version_in_use(self):
        """The index stops whoever puts a second version in use at the same time."""
        other = self.set.browse(self.set.action_new_version()["res_id"])
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            other._write_flow({"state": "in_use"})
            self.env.flush_all()

    def test_retire(self):
        self.set.with_user(self.user_head).action_retire()
        self.assertEqual(self.set.state, "retired")
        with self.assertRefused(UserError, "no longer a draft"):
            self.set.points_total = 1
        self._node("1").action_add_part()
        with self.assertRaises(AccessError):
            self.draft.with_user(self.user_auditor).action_use()
