from odoo.tests import new_test_user

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .common import WarrantyCommon


class DeskCommon(WarrantyCommon):
    """Two settlement clerks at one desk; no law beside the policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.user_clerk_b = new_test_user(
            cls.env,
            login="aftersales_clerk_b",
            name="Test Clerk B",
            groups="aftersales_network.group_settlement_clerk",
            context=CONTEXT,
        )

    def _reason(self, code):
        return self.env.ref(f"aftersales_warranty.claim_reason_{code}")

    def _create_two_lines(self, **vals):
        """A submitted claim: part 100.00, labour 30.00 (half of 60.00)."""
        return self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None), **vals
        )

    def _cut(self, claim, amount=40.0, code="ndf", user=None):
        """Decide a claim whose part gets ``amount`` instead of 100.00."""
        claim = claim.with_user(user or self.user_clerk)
        claim.line_ids[0].action_decide_line(amount, self._reason(code), "Too much")
        claim.action_approve()
        return claim.line_ids[0]

    def _wizard(self, action, user=None, **vals):
        """The dialog of an action, as the clerk."""
        return (
            self.env[action["res_model"]]
            .with_user(user or self.user_clerk)
            .with_context(**action["context"])
            .create(vals)
        )

    def _appeal(self, line, user=None, submit=True, reason="It was faulty"):
        appeal = (
            self.env["aftersales.claim.appeal"]
            .with_user(user or self.user_admin)
            .create({"claim_line_id": line.id, "reason": reason})
        )
        if submit:
            appeal.action_submit()
        return appeal

    def _decide(self, appeal, outcome, user=None, **vals):
        user = user or self.user_clerk_b
        action = appeal.with_user(user).action_decide()
        wizard = self._wizard(
            action, user, **{"outcome": outcome, "note": "Looked again", **vals}
        )
        wizard.action_apply()
        return wizard
