from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_common import CompensationCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 04:00:00")
class TestInsurance(CompensationCommon):
    """What an insurer bears of a compensation, by policy and in time."""

    def _create_policy(self, **vals):
        return self.env["aftersales.insurance.policy"].create(
            {
                "name": "PL-1",
                "insurer_id": self.insurer.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                "deductible": 100,
                "sum_insured": 1000,
                **vals,
            }
        )

    @property
    def insurer(self):
        partner = self.env["res.partner"].search([("name", "=", "Test Insurer")])
        return partner or self.env["res.partner"].create(
            {
                "name": "Test Insurer",
                "is_company": True,
                "property_account_receivable_id": self.account_receivable.id,
            }
        )

    def _claim(self, amount=700.0):
        compensation = self._approve(amount)
        action = compensation.with_user(self.user_clerk).action_claim_insurance()
        claims = self.env["aftersales.insurance.claim"].with_user(self.user_clerk)
        return claims.browse(action["res_id"])

    def test_the_insurer_bears_his_share(self):
        policy = self._create_policy()
        claim = self._claim(700)
        self.assertEqual((claim.policy_id, claim.amount_claimed), (policy, 600))
        claim.action_send()
        with self.assertRaisesRegex(UserError, "enter what the insurer bears"):
            claim.action_accept()
        claim.amount_accepted = 550
        claim.action_accept()
        compensation = claim.compensation_id.sudo()
        self.assertEqual(
            (compensation.amount_recovered, compensation.amount_net), (550, 150)
        )
        invoice = claim.sudo().move_id
        self.assertEqual(
            (invoice.move_type, invoice.amount_total, invoice.partner_id),
            ("out_invoice", 550, self.insurer),
        )
        deposit = claim.sudo().deposit_id
        self.assertEqual((deposit.kind, deposit.state), ("deposit", "requested"))
        self.assertEqual(self.fund.balance, 4300)
        deposit.with_user(self.user_head).action_approve()
        self.assertEqual(self.fund.balance, 4850)
        self.assertEqual((policy.amount_used, policy.amount_left), (550, 450))

    def test_the_sum_insured_ends(self):
        self._create_policy(sum_insured=700)
        first = self._claim(600)
        first.action_send()
        first.amount_accepted = 500
        first.action_accept()
        second = self._claim(800)
        self.assertEqual(second.amount_claimed, 200)
        second.amount_claimed = 201
        with self.assertRaisesRegex(UserError, "asks for"):
            second.action_send()

    def test_no_policy_covers_the_day(self):
        self._create_policy(date_to=date(2026, 3, 9))
        with self.assertRaisesRegex(UserError, "No insurance policy of"):
            self._claim()
        policy = self._create_policy(name="PL-2")
        claim = self._claim()
        policy.date_from = date(2026, 3, 11)
        with self.assertRaisesRegex(UserError, "Choose another policy"):
            claim.action_send()

    def test_below_the_deductible_nothing_is_asked(self):
        self._create_policy(deductible=800)
        with self.assertRaisesRegex(UserError, "asks for nothing"):
            self._claim(700).action_send()

    def test_a_refusal_of_the_insurer_leaves_the_cost(self):
        self._create_policy()
        claim = self._claim()
        claim.action_send()
        claim._refuse("Excluded")
        self.assertEqual((claim.state, claim.refusal_reason), ("refused", "Excluded"))
        compensation = claim.compensation_id.sudo()
        self.assertEqual(compensation.amount_net, 700)
        again = compensation.with_user(self.user_clerk).action_claim_insurance()
        self.assertNotEqual(again["res_id"], claim.id)

    def test_an_open_claim_keeps_the_case_open(self):
        self._create_policy()
        claim = self._claim()
        compensation = claim.compensation_id
        compensation.with_user(self.user_clerk).action_give()
        compensation.sudo().move_id.action_post()
        with self.assertRaisesRegex(UserError, "the insurer has not answered"):
            compensation.with_user(self.user_clerk).action_close()

    def test_policies_are_renewed_in_time(self):
        policy = self._create_policy(date_to=date(2026, 4, 1), reminder_days=30)
        later = self._create_policy(name="PL-3", reminder_days=30)
        Policy = self.env["aftersales.insurance.policy"]
        self.env.flush_all()
        cron = self.env.ref("aftersales_warranty.insurance_policy_ir_cron")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(len(policy.activity_ids), 1)
        self.assertEqual(policy.activity_ids.date_deadline, date(2026, 4, 1))
        self.assertFalse(later.activity_ids)
        policy.date_to = date(2026, 4, 5)
        self.assertFalse(policy.is_reminded)
        self.assertTrue(policy.is_running)
        self.assertIn(policy, Policy.search([("is_running", "=", True)]))
        old = self._create_policy(
            name="PL-4", date_from=date(2025, 1, 1), date_to=date(2025, 12, 31)
        )
        self.assertFalse(old.is_running)
        self.assertNotIn(old, Policy.search([("is_running", "=", True)]))

    def test_insurance_is_for_clerk_head_and_auditor(self):
        policy = self._create_policy()
        for user in (self.user_service, self.user_centre, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                policy.with_user(user).read(["name"])
        self.assertTrue(policy.with_user(self.user_auditor).read(["name"]))
        with self.assertRaises(AccessError):
            policy.with_user(self.user_auditor).write({"name": "x"})
