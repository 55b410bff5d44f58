from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .hints_common import SEERS, HintsCommon


@tagged("post_install", "-at_install")
class TestClaimHintRights(HintsCommon):
    """What a hint does and does not, who sees it, and the work at night."""

    # What a hint does, and does not

    def test_hints_decide_and_block_nothing(self):
        self._ordered_claim("D-1")
        claim = self._ordered_claim("D-1", day=datetime(2026, 3, 4, 8))
        self.assertTrue(claim.needs_hint_review)
        self.assertEqual(claim.state, "submitted")
        claim.with_user(self.user_clerk).action_approve()
        self.assertIn(claim.state, ("approved", "partially"))

    def test_a_decided_claim_keeps_the_hints_that_were_seen(self):
        self._ordered_claim("D-2")
        claim = self._ordered_claim("D-2", day=datetime(2026, 3, 4, 8))
        self._approve(claim)
        seen = claim.hint_ids
        self.rules["DUPLICATE"].is_used = False
        claim.with_user(self.user_clerk).action_find_hints()
        self.assertEqual(claim.hint_ids, seen)
        self.assertTrue(seen.exists())

    def test_looking_again_replaces(self):
        self._ordered_claim("D-3")
        claim = self._ordered_claim("D-3", day=datetime(2026, 3, 4, 8))
        before = (claim.hint_ids.mapped("message"), claim.hint_score)
        claim.with_user(self.user_clerk).action_find_hints()
        self.assertEqual((claim.hint_ids.mapped("message"), claim.hint_score), before)
        self.rules["DUPLICATE"].is_used = False
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertFalse(claim.hint_ids)
        self.assertEqual((claim.hint_score, claim.needs_hint_review), (0, False))

    def test_hints_do_not_touch_the_claim(self):
        claim = self._ordered_claim("D-4")
        self.env.flush_all()
        before = claim.write_date
        claim.with_user(self.user_clerk).action_find_hints()
        claim.invalidate_recordset()
        self.assertEqual(claim.write_date, before)

    def test_message_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self._ordered_claim("D-5")
        claim = self._ordered_claim("D-5", day=datetime(2026, 3, 4, 8))
        hint = self._hints(claim)["DUPLICATE"]
        texts = type(hint)._get_messages
        with patch.object(
            type(hint),
            "_get_messages",
            lambda this: {
                **texts(this),
                "duplicate_part": f"{this.env.lang} %(claims)s",
            },
        ):
            hint.invalidate_recordset()
            self.assertTrue(hint.with_context(lang="zh_CN").message.startswith("zh_CN"))
            self.assertTrue(hint.with_context(lang="en_US").message.startswith("en_US"))

    # Who sees them

    def test_who_sees_hints(self):
        self._ordered_claim("W-1")
        claim = self._ordered_claim("W-1", day=datetime(2026, 3, 4, 8))
        roles = {
            name: getattr(self, f"user_{name}")
            for name in (*SEERS, "service", "centre", "dispatcher", "reviewer", "hr")
        }
        for role, user in [*roles.items(), ("portal", self.user_portal)]:
            mine = claim.with_user(user)
            with self.subTest(role=role):
                if role in SEERS:
                    self.assertEqual(mine.hint_ids.mapped("code"), ["DUPLICATE"])
                    self.assertGreater(mine.read(["hint_score"])[0]["hint_score"], 0.7)
                    continue
                for names in (["hint_score"], ["hint_ids"], ["needs_hint_review"]):
                    with self.assertRaises(AccessError):
                        mine.read(names)
                with self.assertRaises(AccessError):
                    mine.env["aftersales.claim.hint"].search([])
                with self.assertRaises(AccessError):
                    mine.search([("hint_score", ">", 0)])

    def test_nobody_writes_hints(self):
        self._ordered_claim("W-2")
        claim = self._ordered_claim("W-2", day=datetime(2026, 3, 4, 8))
        hint = claim.hint_ids
        for user in (self.user_clerk, self.user_head, self.user_admin):
            with self.subTest(user=user.login):
                mine = hint.with_user(user)
                with self.assertRaises(AccessError):
                    mine.write({"score": 0})
                with self.assertRaises(AccessError):
                    mine.unlink()
                with self.assertRaises(AccessError):
                    mine.copy()
        clerk = claim.with_user(self.user_clerk)
        with self.assertRaisesRegex(
            UserError, "Hints are calculated. Press “Look for Hints” instead."
        ):
            clerk.write({"hint_score": 0})
        with self.assertRaises(UserError):
            clerk.write({"hint_ids": [(5,)]})
        for key in ("hint_score", "needs_hint_review"):
            draft = (
                clerk.env["aftersales.claim"]
                .with_context(**{f"default_{key}": 1, "aftersales_claim_flow": True})
                .create({"service_point_id": self.point.id, key: 1})
            )
            self.assertFalse(draft[key])

    def test_only_a_clerk_looks_again(self):
        claim = self._ordered_claim("W-3")
        for role in ("service", "centre", "head", "auditor"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                claim.with_user(user).action_find_hints()

    def test_hints_stay_in_their_company(self):
        self._ordered_claim("W-4")
        claim = self._ordered_claim("W-4", day=datetime(2026, 3, 4, 8))
        self.user_clerk.write(
            {
                "company_ids": [(4, self.company_b.id)],
                "company_id": self.company_b.id,
            }
        )
        Hint = self.env["aftersales.claim.hint"].with_user(self.user_clerk)
        Hint = Hint.with_context(allowed_company_ids=self.company_b.ids)
        self.assertFalse(Hint.search([("claim_id", "=", claim.id)]))

    # In batches

    def test_queries_do_not_grow_with_the_claims(self):
        claims = self.env["aftersales.claim"].union(
            *(
                self._ordered_claim(f"Q-{number}", day=datetime(2026, 3, 2, 8))
                for number in range(12)
            )
        )

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.sudo()._find_hints()
            return self.env.cr.sql_log_count - before

        count(claims)
        few, many = count(claims[:3]), count(claims)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 24)

    def _stale(self, claims):
        claims.flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_hints = now() - interval '2 days' "
            "WHERE id IN %s",
            (tuple(claims.ids),),
        )
        claims.invalidate_recordset()

    def test_the_night_looks_again_and_then_has_nothing_to_do(self):
        first = self._ordered_claim("C-1")
        second = self._ordered_claim("C-1", day=datetime(2026, 3, 12, 8))
        self._stale(first)
        Claim = self.env["aftersales.claim"]
        self.assertIn(first, Claim.search(Claim._get_stale_hint_domain()))
        with self.enter_registry_test_mode():
            self.env.ref(
                "aftersales_warranty.ir_cron_find_hints"
            ).method_direct_trigger()
        first.invalidate_recordset()
        self.assertIn(second.name, self._hints(first)["DUPLICATE"].message)
        self.assertFalse(
            Claim.search(Claim._get_stale_hint_domain()) & (first | second)
        )

    def test_the_night_is_cut_short_and_goes_on(self):
        claims = self._ordered_claim("C-2") | self._ordered_claim("C-3")
        self._stale(claims)
        Claim, Cron = self.env["aftersales.claim"], self.env["ir.cron"]
        stale = Claim.search(Claim._get_stale_hint_domain(), order="id")
        path = "odoo.addons.aftersales_warranty.models.aftersales_claim_hints.BATCH"
        with (
            patch(path, 1),
            patch.object(type(Cron), "_commit_progress", lambda *_a, **_k: 0),
        ):
            Claim._cron_find_hints()
        self.env.invalidate_all()
        left = Claim.search(Claim._get_stale_hint_domain(), order="id")
        self.assertEqual(left, stale[1:])
