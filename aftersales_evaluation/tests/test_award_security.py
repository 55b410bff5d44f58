from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .award_common import AwardCommon


@tagged("post_install", "-at_install", "security")
class TestAwardSecurity(AwardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ranking = cls._create_ranking()
        cls.award = cls._create_award()
        cls.award_b = cls._create_award(cls.user_hr, service_point_id=cls.point_b.id)

    def _readable(self, records, user):
        return records.with_user(user)._filtered_access("read").with_env(self.env)

    def test_who_reads_awards(self):
        both = self.award | self.award_b
        for role in ("head", "hr", "auditor", "reviewer", "clerk"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(self._readable(both, user), both, role)
        self.assertEqual(self._readable(both, self.user_centre), self.award)
        for role in ("service", "dispatcher", "warehouse", "portal"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(self._readable(both, user), role)

    def test_who_reads_places(self):
        lines = self.ranking.line_ids
        for role in ("head", "hr", "auditor", "reviewer", "clerk"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(self._readable(lines, user), lines, role)
        seen = self._readable(lines, self.user_centre)
        self.assertEqual(seen.service_point_id, self.point | self.point_c)
        podium = self.ranking.with_user(self.user_centre).podium
        self.assertIn("Point One", podium)
        self.assertNotIn("Point Two", podium)

    def test_colleagues_see_honour_but_not_each_others_money(self):
        colleague = new_test_user(
            self.env, login="colleague", groups="aftersales_network.group_user"
        )
        self._create_staff(partner_id=colleague.partner_id.id)
        vals = {"recipient_type": "person", "staff_id": self.technician.id}
        money = self._create_award(**vals)
        praise = self._create_award(kind="praise", amount=0, **vals)
        both = money | praise
        self.assertFalse(self._readable(both, colleague), "proposed only")
        both.with_user(self.user_head).action_release()
        self.assertEqual(self._readable(both, colleague), praise)
        self.assertEqual(self._readable(both, self.user_portal), both)
        self.assertFalse(self._readable(both, self.user_portal_b))
        with self.assertRaises(AccessError):
            praise.with_user(colleague).read(["amount"])

    def test_the_centre_proposes_in_the_own_subtree_only(self):
        with self.assertRaises(AccessError):
            self._create_award(service_point_id=self.point_d.id)
        with self.assertRaises(AccessError):
            self.award.with_user(self.user_centre).service_point_id = self.point_d
        with self.assertRaises(AccessError):
            self.award_b.with_user(self.user_centre).action_release()

    def test_readers_write_nothing(self):
        for role in ("auditor", "reviewer", "clerk"):
            user = getattr(self, f"user_{role}")
            for records in (self.award, self.ranking, self.rule):
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(
                        records.with_user(user).has_access(operation), role
                    )
            with self.assertRaises(AccessError):
                self.award.with_user(user).action_release()
            with self.assertRaises(AccessError):
                self.award.with_user(user).action_cancel()

    def test_rules_are_the_heads(self):
        for model in (
            "aftersales.ranking.rule",
            "aftersales.award.rule",
            "aftersales.level.rule",
        ):
            for role in ("centre", "hr", "auditor", "reviewer", "clerk", "service"):
                user = getattr(self, f"user_{role}")
                self.assertFalse(self.env[model].with_user(user).has_access("write"))
            self.assertTrue(
                self.env[model].with_user(self.user_head).has_access("write")
            )

    def test_two_companies(self):
        stranger = new_test_user(
            self.env,
            login="head_of_b",
            groups="aftersales_network.group_head",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
        )
        for records in (self.award, self.ranking, self.ranking.line_ids):
            self.assertFalse(records.with_user(stranger)._filtered_access("read"))
        self.ranking.with_user(self.user_head).action_release()
        self.rule.company_id = self.company
        self.assertFalse(self.rule.with_user(stranger).has_access("read"))
        with self.assertRaises(AccessError):
            self.award.with_user(stranger).action_release()

    def test_the_reason_dialog_is_no_way_round(self):
        Wizard = self.env["aftersales.reason.wizard"]
        for role in ("centre", "hr", "clerk"):
            vals = {
                "res_model": "aftersales.award",
                "res_ids": self.award.ids,
                "method": "_release",
                "reason": "x",
            }
            with self.assertRaises(AccessError):
                Wizard.with_user(getattr(self, f"user_{role}")).create(
                    vals
                ).action_confirm()
        self.assertEqual(self.award.state, "proposed")
        self.assertFalse(self.award.adjustment_ids)
