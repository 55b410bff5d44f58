from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.audit_draw import is_drawn
from .checks_common import ChecksCommon


@freeze_time("2026-03-20 02:00:00")
@tagged("post_install", "-at_install")
class TestClaimRule(ChecksCommon):
    """X06: clean claims below a limit are approved by rule, some are audited."""

    def _auto(self, claim):
        return claim.auto_outcome, self._result(claim, "AUTO")[1]

    def test_a_clean_claim_is_approved_by_rule(self):
        rule = self._create_rule()
        claim = self._create_claim()
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 100.0))
        self.assertEqual(self._auto(claim), ("approved", "auto_approved"))
        self.assertEqual(claim.auto_rule_id, rule)
        self.assertEqual(claim.decided_by_id, self.env.ref("base.user_root"))
        self.assertEqual(claim.decision_note, "Small Repairs")
        self.assertTrue(claim.date_decision)
        self.assertEqual(claim.line_ids.mapped("is_decided"), [True])
        message = self._message(claim, "AUTO")
        self.assertIn("Approved by rule “Small Repairs”", message)
        self.assertIn("100.00", message)
        self.assertIn("500.00", message)
        self.assertEqual(claim.fail_count, 0)

    def test_without_a_rule_a_person_decides(self):
        claim = self._create_claim()
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))
        self.assertNotIn("AUTO", claim.check_ids.mapped("code"))

    def test_the_limit_counts_to_the_cent(self):
        self._create_rule(amount_limit=99.99)
        claim = self._create_claim()
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(self._auto(claim), ("review", "auto_amount"))
        self.assertEqual(self._result(claim, "AUTO")[0], "na")
        self._create_rule(name="Larger", amount_limit=100.0)
        other = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(other.state, "approved")
        self.assertEqual(other.auto_rule_id.name, "Larger")

    def test_a_failed_check_goes_to_a_person(self):
        self._create_rule()
        claim = self._create_claim(submit=False)
        claim.cause = False
        claim.action_submit()
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(self._auto(claim), ("review", "auto_checks"))

    def test_an_old_part_that_is_due(self):
        rule = self._create_rule()
        self.part.aftersales_old_part = "return"
        claim = self._create_claim()
        self.assertEqual(self._auto(claim), ("review", "auto_checks"))
        rule.allows_old_part = True
        other = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(other.state, "approved")
        self.assertTrue(other.line_ids.is_part_held)

    def test_a_claim_that_was_sent_back_needs_a_person(self):
        claim = self._create_claim()
        claim.with_user(self.user_clerk)._send_back("Photo missing")
        self._create_rule()
        claim.action_submit()
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(self._auto(claim), ("review", "auto_resubmitted"))

    def test_trusted_points_and_levels(self):
        level = self.env["aftersales.point.level"].create({"name": "Gold"})
        rule = self._create_rule(level_ids=[Command.link(level.id)])
        claim = self._create_claim()
        self.assertEqual(self._auto(claim), ("review", "auto_none"))
        self.assertEqual(self._message(claim, "AUTO"), "No rule is about such a claim.")
        self.assertFalse(claim.auto_rule_id)
        rule.point_ids = self.point
        trusted = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(trusted.state, "approved")

    def test_category_and_type(self):
        other = self.env["product.category"].create({"name": "Other"})
        rule = self._create_rule(product_categ_ids=[Command.link(other.id)])
        claim = self._create_claim()
        self.assertEqual(self._auto(claim), ("review", "auto_none"))
        rule.product_categ_ids = self.categ
        claim = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(claim.state, "approved")
        rule.claim_type = "goodwill"
        claim = self._create_claim(date_request="2026-03-01 08:00:00")
        self.assertEqual(self._auto(claim), ("review", "auto_none"))

    def test_hints_stop_a_rule(self):
        rule = self._create_rule(hint_limit=0.5, is_hint_stopped=True)
        scores = {"value": 0.5}
        self.patch(
            type(self.env["aftersales.claim"]),
            "_get_hint_score",
            lambda claim: scores["value"],
        )
        claim = self._create_claim()
        self.assertEqual(self._auto(claim), ("review", "auto_hint"))
        scores["value"] = 0.499
        claim = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(claim.state, "approved")
        scores["value"] = 1.0
        rule.is_hint_stopped = False
        claim = self._create_claim(date_request="2026-03-01 08:00:00")
        self.assertEqual(claim.state, "approved")

    def test_the_audit_share_goes_to_a_person(self):
        rule = self._create_rule(audit_share=100.0)
        claim = self._create_claim()
        self.assertEqual((claim.state, claim.amount_approved), ("review", 0.0))
        self.assertEqual(self._auto(claim), ("audit", "auto_audit"))
        self.assertEqual(
            self._message(claim, "AUTO"),
            "Rule “Small Repairs” would approve; drawn for the audit (100 %).",
        )
        self.assertEqual((rule.audit_count, rule.approved_count), (1, 0))
        action = rule.action_view_audits()
        self.assertEqual(self.env["aftersales.claim"].search(action["domain"]), claim)
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.auto_outcome), ("approved", "audit"))

    def test_the_draw_can_be_repeated(self):
        self._create_rule(audit_share=50.0)
        outcomes = {}
        for day in range(1, 13):
            claim = self._create_claim(date_request=f"2026-02-{day:02} 08:00:00")
            outcomes[claim.name] = claim.auto_outcome
        self.assertEqual(
            outcomes,
            {
                name: "audit" if is_drawn("test", name, 50) else "approved"
                for name in outcomes
            },
        )

    def test_the_seed_of_a_rule_that_drew_is_fixed(self):
        rule = self._create_rule()
        rule.seed = "other"
        self._create_claim()
        with self.assertRaisesRegex(UserError, "must stay repeatable"):
            rule.with_user(self.user_head).seed = "third"
        rule.with_user(self.user_head).seed = "other"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            rule.with_user(self.user_head).unlink()
        self.assertNotEqual(rule.copy().seed, "other")

    def test_the_rule_runs_once(self):
        """Looking again later never decides a claim."""
        claim = self._create_claim()
        self._create_rule()
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))

    def test_reopening_keeps_what_the_rule_said(self):
        self._create_rule()
        claim = self._create_claim()
        claim.with_user(self.user_clerk).action_reopen()
        self.assertEqual((claim.state, claim.amount_approved), ("review", 0.0))
        self.assertEqual(self._auto(claim), ("approved", "auto_approved"))
        self.assertEqual(claim.amount_allowed, 100.0)

    def test_who_sets_rules(self):
        rule = self._create_rule()
        rule.with_user(self.user_head).amount_limit = 200.0
        for user in (self.user_clerk, self.user_auditor):
            self.assertEqual(rule.with_user(user).amount_limit, 200.0)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                rule.with_user(user).amount_limit = 9999.0
        for user in (self.user_service, self.user_centre, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                rule.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            rule.with_user(self.user_clerk).read(["seed"])
        self.assertEqual(rule.with_user(self.user_auditor).seed, "test")

    def test_a_point_does_not_see_how_it_is_audited(self):
        self._create_rule(audit_share=100.0)
        claim = self._create_claim()
        for user in (self.user_portal, self.user_centre):
            for name in ("auto_outcome", "auto_rule_id"):
                with (
                    self.subTest(user=user.login, name=name),
                    self.assertRaises(AccessError),
                ):
                    claim.with_user(user).read([name])
        check = claim.check_ids.filtered(lambda c: c.code == "AUTO")
        with self.assertRaises(AccessError):
            check.with_user(self.user_portal).read(["message"])
        self.assertNotIn(
            "AUTO", claim.with_user(self.user_portal).check_ids.mapped("code")
        )

    def test_nobody_writes_the_outcome(self):
        claim = self._create_claim(submit=False)
        for user in (self.user_clerk, self.user_admin):
            with self.assertRaisesRegex(UserError, "changes by its buttons"):
                claim.with_user(user).auto_outcome = "approved"
        made = (
            self.env["aftersales.claim"]
            .with_user(self.user_clerk)
            .with_context(default_auto_outcome="approved")
            .create({"service_point_id": self.point.id, "auto_outcome": "approved"})
        )
        self.assertFalse(made.auto_outcome)
        self.assertFalse(claim.copy({"order_id": False}).auto_outcome)

    def test_a_rule_of_another_company(self):
        self._create_rule(company_id=self.company_b.id)
        claim = self._create_claim()
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))
        rules = self.env["aftersales.claim.rule"].with_user(self.user_head)
        self.assertFalse(rules.search([("company_id", "=", self.company_b.id)]))

    @mute_logger("odoo.sql_db")
    def test_bad_rules(self):
        for vals in (
            {"amount_limit": 0},
            {"audit_share": 100.01},
            {"audit_share": -1},
            {"hint_limit": 0},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._create_rule(**vals)

    def test_rules_judge_many_claims_with_few_queries(self):
        self._create_rule(audit_share=5.0)
        claims = self._create_bare(60)
        claims[:10].action_submit()

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records._apply_rules()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        few, many = count(claims[10:20]), count(claims[20:60])
        self.assertLessEqual(many - few, 4, f"{few} → {many}")
