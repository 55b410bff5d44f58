"""The main job in the browser: one case through four roles, tour after tour."""

from odoo import fields
from odoo.tests import tagged

from odoo.addons.aftersales_helpdesk.tests.common import HelpdeskCommon

from tests.common import SuiteHttpCase


@tagged("standard", "post_install", "-at_install", "e2e")
class TestStoryTour(HelpdeskCommon, SuiteHttpCase):
    def test_mail_to_bill(self):
        today = self.company._get_aftersales_today()
        self.unit.date_sale = today
        self.unit.policy_version_id = self._publish_terms(today)
        ticket = self._receive("Noise", "My unit HELP-0001 is loud.")

        self._tour_tickets()
        order = ticket.aftersales_order_ids
        self.assertEqual(order.service_point_id, self.point)
        self.start_tour(
            "/my/service-orders",
            "aftersales_portal_technician",
            login=self.user_portal.login,
        )
        self.assertEqual((order.state, order.amount_total), ("done", 190))
        self.start_tour(
            f"/my/service-orders/{order.id}",
            "aftersales_order_to_claim",
            login=self.user_portal.login,
        )
        claim = order.claim_ids
        self.assertEqual((claim.state, claim.amount_claimed), ("submitted", 190))
        self.start_tour(
            "/odoo/aftersales-claim-queue",
            "aftersales_claim_decide",
            login=self.user_clerk.login,
        )
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 140))
        self._decide_last_month(claim, today)
        self.start_tour(
            "/odoo/aftersales-settlements",
            "aftersales_settle_period",
            login=self.user_clerk.login,
        )
        bill = claim.settlement_id.move_id
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(bill.amount_untaxed, 140)
        self.assertEqual(bill.partner_id, self.point.partner_id)

    def _tour_tickets(self):
        action = self.env.ref("helpdesk_mgmt.helpdesk_ticket_action")
        self.start_tour(
            f"/odoo/action-{action.id}",
            "aftersales_ticket_to_order",
            login=self.user_dispatcher.login,
        )

    def _publish_terms(self, today):
        """A version that bears parts and labour in full."""
        policy = self.env["aftersales.policy"].create(
            {"name": "Full Promise", "categ_ids": [(6, 0, self.categ.ids)]}
        )
        version = self.env["aftersales.policy.version"].create(
            {
                "policy_id": policy.id,
                "date_effective": fields.Date.subtract(today, years=1),
                "reason": "First",
                "term_ids": [
                    (0, 0, {"component": component, "months": 24})
                    for component in ("whole_unit", "part", "labour")
                ],
            }
        )
        version.action_publish()
        return version

    def _decide_last_month(self, claim, today):
        """Date the decision back, so that the proposed period takes it."""
        claim.flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_decision = %s WHERE id = %s",
            (fields.Date.subtract(today.replace(day=1), days=1), claim.id),
        )
        claim.invalidate_recordset()
