from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestLevel(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls.env.ref("aftersales_network.level_gold")
        cls.silver = cls.env.ref("aftersales_network.level_silver")
        cls.point._change_level(cls.silver, "Start")

    def _history(self, point=None):
        changes = (point or self.point).level_change_ids.sorted("id")
        return changes.mapped(lambda c: (c.old_level_id, c.level_id, c.reason))

    def test_by_hand_with_a_reason(self):
        with self.assertRaisesRegex(UserError, "Give a reason for the new level of"):
            self.point.with_user(self.user_head)._change_level(self.gold, "  ")
        with self.assertRaisesRegex(AccessError, "Head of Service"):
            self.point.with_user(self.user_centre)._change_level(self.gold, "friend")
        action = self.point.with_user(self.user_head).action_change_level()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_head)
            .with_context(**action["context"])
            .create({"level_id": self.gold.id, "reason": "Best of the year"})
        )
        self.assertEqual(wizard.old_level_id, self.silver)
        wizard.action_change()
        self.assertEqual(self.point.level_id, self.gold)
        none = self.env["aftersales.point.level"]
        self.assertEqual(
            self._history(),
            [
                (none, self.silver, "Start"),
                (self.silver, self.gold, "Best of the year"),
            ],
        )
        self.assertEqual(self.point.level_change_ids[0].user_id, self.user_head)

    def test_by_an_assessment(self):
        newcomer = self._create_point(
            state="probation", parent_id=self.centre.id, level_id=self.silver.id
        )
        source = self._pass_probation(newcomer)
        newcomer.with_user(self.user_centre)._change_level(self.gold, source=source)
        change = newcomer.level_change_ids[0]
        self.assertEqual(
            (change.level_id, change.source_name, change.user_id),
            (self.gold, source.display_name, self.user_centre),
        )
        self.assertEqual(change.action_open_source()["res_id"], source.id)

    def test_same_level_is_no_change(self):
        self.point._change_level(self.silver, "again")
        self.assertEqual(len(self.point.level_change_ids), 1)

    def test_rpc_cannot_set_the_level(self):
        with self.assertRaisesRegex(AccessError, "decide its settlements"):
            self.point.with_user(self.user_centre).write({"level_id": self.gold.id})
        for context in ({}, {"aftersales_level": True}, {"aftersales_flow": True}):
            caller = self.point.with_user(self.user_head).with_context(**context)
            with self.assertRaisesRegex(UserError, "by “Change Level” with a reason"):
                caller.write({"level_id": self.gold.id})
        change = self.point.level_change_ids
        for operation in ("create", "write", "unlink"):
            for user in (self.user_head, self.user_admin, self.user_centre):
                self.assertFalse(change.with_user(user).has_access(operation))
        for user in (self.user_centre, self.user_auditor):
            self.assertFalse(
                self.env["aftersales.level.change.wizard"]
                .with_user(user)
                .has_access("create")
            )

    def test_application_and_import_are_in_the_history_too(self):
        prospect = (
            self.env["aftersales.service.point"]
            .with_user(self.user_centre)
            .create(
                {
                    "name": "New",
                    "parent_id": self.centre.id,
                    "level_id": self.silver.id,
                }
            )
        )
        prospect.level_id = self.gold
        self.point_b.level_id = self.gold
        none = self.env["aftersales.point.level"]
        self.assertEqual(
            self._history(prospect),
            [
                (none, self.silver, "First classification"),
                (self.silver, self.gold, "Classification in the application"),
            ],
        )
        self.assertEqual(
            self._history(self.point_b), [(none, self.gold, "Set by import")]
        )

    def test_history_follows_the_subtree(self):
        self.point_b._change_level(self.gold, "North")
        visible = (
            self.env["aftersales.level.change"].with_user(self.user_centre).search([])
        )
        self.assertIn(self.point.level_change_ids, visible.with_env(self.env))
        self.assertNotIn(self.point_b.level_change_ids, visible.with_env(self.env))

    def test_batch(self):
        points = self.point | self.point_b
        for number in range(20):
            points |= self._create_point(name=f"L{number}")
        points.env.flush_all()
        points.invalidate_recordset()
        with self.assertQueryCount(20):
            points._change_level(self.gold, "All")
            points.env.flush_all()
        self.assertEqual(points.level_id, self.gold)
