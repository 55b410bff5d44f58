from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .desk_common import DeskCommon


@tagged("post_install", "-at_install")
class TestClaimDeskTour(DeskCommon, HttpCase):
    def test_desk_and_appeal(self):
        waiting = self.env["aftersales.claim"].search(
            [("state", "in", ("submitted", "review"))]
        )
        # The tour starts with an empty desk, whatever the database holds.
        self.env.cr.execute(
            "UPDATE aftersales_claim SET state = 'cancelled' WHERE id = ANY(%s)",
            [waiting.ids],
        )
        self.env.invalidate_all()
        now = fields.Datetime.now()
        with freeze_time(now - timedelta(days=20)):
            first = self._create_claim(
                ("part", 1, 100.0, self.part), ("labour", 1, 70.0, None)
            )
        with freeze_time(now - timedelta(days=3)):
            second = self._create_claim(
                date_request="2026-03-10 08:00:00", complaint="Second one"
            )
        self.start_tour(
            "/odoo/aftersales-claim-queue",
            "aftersales_claim_desk",
            login=self.user_clerk.login,
        )
        labour = first.line_ids[1]
        self.assertEqual((first.state, first.clerk_id), ("partially", self.user_clerk))
        self.assertEqual((labour.amount_approved, labour.reason_id.code), (20, "ELH"))
        self.assertEqual(
            (second.state, second.decision_note), ("sent_back", "Photo of the plate")
        )
        self.assertTrue(second.date_answer_due)
        self.start_tour(
            f"/my/claims/{first.id}",
            "aftersales_claim_appeal_portal",
            login=self.user_portal.login,
        )
        appeal = labour.appeal_ids
        self.assertEqual(appeal.reason, "The unit hangs in a shaft")
        self.start_tour(
            "/odoo/aftersales-claim-appeals",
            "aftersales_claim_appeal",
            login=self.user_clerk_b.login,
        )
        self.assertEqual((appeal.state, labour.amount_approved), ("partly", 25.0))
