from freezegun import freeze_time

from odoo.tests import tagged

from ..models.aftersales_claim_adjudicate import CHECK_REASONS
from ..tools import claim_checks as kernel
from .checks_common import ChecksCommon


@freeze_time("2026-03-20 02:00:00")
@tagged("post_install", "-at_install")
class TestClaimReason(ChecksCommon):
    """Reasons that checks and limits stand for."""

    def test_a_failed_check_proposes_the_reason(self):
        claim = self._create_claim(("labour", 2, 60.0, None), submit=False)
        claim.line_ids.labour_operation_id = self._create_operation()
        claim.action_submit()
        hours = claim.check_ids.filtered(lambda c: c.code == "HOURS")
        self.assertEqual(hours.result, "fail")
        action = claim.with_user(self.user_clerk).action_reject()
        reason = self.env["aftersales.claim.reason"].browse(
            action["context"]["default_reason_id"]
        )
        self.assertEqual(reason.code, "ELH")
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual(claim.line_ids.reason_id.code, "ELH")

    def test_every_check_but_three_has_its_reason(self):
        """An open campaign and rates that exceed or lack a table refuse nothing."""
        codes = [code for code, _reason in CHECK_REASONS]
        self.assertEqual(len(codes), len(set(codes)))
        without = {"CAMPAIGN", "OTHER_RATES", "RATES"}
        self.assertEqual(set(kernel.CODES) - set(codes), without)
        for code, reason in CHECK_REASONS:
            with self.subTest(code=code):
                self.assertTrue(
                    self.env.ref(f"aftersales_warranty.claim_reason_{reason}")
                )
