from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestTours(WarrantyCommon, HttpCase):
    def test_order_to_bill(self):
        self._silence_law()
        order = self._create_done_order(
            ("part", 1, 100.0, self.part), ("labour", 2, 60.0, None)
        )
        self.start_tour(
            f"/my/service-orders/{order.id}",
            "aftersales_order_to_claim",
            login=self.user_portal.login,
        )
        claim = order.claim_ids
        self.assertEqual(claim.state, "submitted")
        # The policy bears half of the labour: 60 of 120.
        self.assertEqual(claim.amount_claimed, 160)
        self.start_tour(
            "/odoo/aftersales-claim-queue",
            "aftersales_claim_decide",
            login=self.user_clerk.login,
        )
        self.assertEqual(claim.state, "partially")
        labour = claim.line_ids.filtered(lambda line: line.kind == "labour")
        self.assertEqual((labour.amount_approved, labour.reason_id.code), (40, "ELH"))
        # Decided last month, so that the proposed period takes it.
        last_month = fields.Date.subtract(
            self.company._get_aftersales_today().replace(day=1), days=1
        )
        self._set_decision_date(claim, last_month)
        self.start_tour(
            "/odoo/aftersales-settlements",
            "aftersales_settle_period",
            login=self.user_clerk.login,
        )
        bill = claim.settlement_id.move_id
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(bill.amount_untaxed, 140)
        self.assertEqual(claim.state, "settled")

    def _set_decision_date(self, claim, day):
        claim.flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_decision = %s WHERE id = %s",
            (day, claim.id),
        )
        claim.invalidate_recordset()
