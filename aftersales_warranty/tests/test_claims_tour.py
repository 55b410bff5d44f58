from odoo.tests import HttpCase, tagged

from .claims_common import ClaimsCommon


@tagged("post_install", "-at_install")
class TestClaimsTour(ClaimsCommon, HttpCase):
    def test_a_point_claims_on_the_portal(self):
        self._create_rate()
        self._create_operation()
        order = self._create_done_order(("part", 1, 110.0, self.part))
        self.start_tour(
            f"/my/service-orders/{order.id}",
            "aftersales_point_claims",
            login=self.user_portal.login,
        )
        claim = order.claim_ids
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(claim.cause, "Bearing seized")
        self.assertEqual(
            [
                (line.kind, line.quantity, line.amount_claimed)
                for line in claim.line_ids
            ],
            [("part", 1.0, 110.0), ("labour", 2.5, 125.0)],
        )
        self.assertEqual(claim.causal_part_id, self.part)
        self.assertEqual(claim.submitted_by_id, self.user_portal)
