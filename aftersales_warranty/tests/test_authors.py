from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .claims_common import ClaimsCommon
from .desk_common import DeskCommon
from .money_common import CompensationCommon


@tagged("post_install", "-at_install")
class TestAuthorsOfClaims(DeskCommon):
    """Who wrote once does not decide, whoever writes after him."""

    def test_a_line_that_changed_hands(self):
        claim = self._create_two_lines(submit=False)
        line = claim.line_ids[0]
        line.with_user(self.user_clerk_b).amount_claimed = 90.0
        line.with_user(self.user_admin).amount_claimed = 95.0
        self.assertEqual(line.author_id, self.user_admin)
        claim.with_user(self.user_service).sudo().action_submit()
        for step in (
            lambda own: own.action_approve(),
            lambda own: own._reject(self._reason("ew")),
            lambda own: own.line_ids[0].write({"decide_amount": 10.0}),
        ):
            with self.assertRaisesRegex(UserError, f"You wrote {claim.name}"):
                step(claim.with_user(self.user_clerk_b))
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual(claim.state, "approved")

    def test_a_line_that_was_removed(self):
        claim = self._create_two_lines(submit=False)
        claim.line_ids[1].with_user(self.user_clerk_b).unlink()
        claim.with_user(self.user_service).sudo().action_submit()
        with self.assertRaisesRegex(UserError, f"You wrote {claim.name}"):
            claim.with_user(self.user_clerk_b).action_approve()

    def test_a_claim_handed_in_again_by_somebody_else(self):
        claim = self._create_two_lines(submit=False)
        claim.with_user(self.user_clerk_b).action_submit()
        claim.with_user(self.user_clerk)._send_back("Explain")
        claim.with_user(self.user_service).sudo().action_submit()
        self.assertEqual(claim.submitted_by_id, self.user_service)
        with self.assertRaisesRegex(UserError, f"You wrote {claim.name}"):
            claim.with_user(self.user_clerk_b).action_approve()

    def test_who_edited_the_claim_decides_no_appeal_of_it(self):
        claim = self._create_two_lines(submit=False)
        claim.with_user(self.user_clerk_b).cause = "Worn out"
        claim.with_user(self.user_service).sudo().action_submit()
        appeal = self._appeal(self._cut(claim))
        with self.assertRaisesRegex(UserError, f"You wrote {appeal.name} or its claim"):
            self._decide(appeal, "upheld")

    def test_who_edited_the_appeal_does_not_decide_it(self):
        appeal = self._appeal(self._cut(self._create_two_lines()), submit=False)
        appeal.with_user(self.user_clerk_b).reason = "Stronger words"
        appeal.with_user(self.user_admin).action_submit()
        with self.assertRaisesRegex(UserError, f"You wrote {appeal.name} or its claim"):
            self._decide(appeal, "upheld")

    def test_talk_and_decisions_make_no_author(self):
        claim = self._create_two_lines()
        clerk = claim.with_user(self.user_clerk_b)
        clerk.message_post(body="I look into it")
        clerk.line_ids[0].old_part_received = True
        clerk.line_ids[0].write({"decide_amount": 100.0})
        clerk.action_approve()
        self.assertEqual(claim.decided_by_id, self.user_clerk_b)

    def test_authors_cannot_be_typed(self):
        claim = self._create_two_lines(submit=False)
        claim.with_user(self.user_clerk_b).cause = "Worn out"
        self.assertIn(self.user_clerk_b, claim.author_ids)
        with self.assertRaises(UserError):
            claim.with_user(self.user_clerk_b).write({"author_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            claim.with_user(self.user_portal).read(["author_ids"])
        self.assertIn(self.user_clerk_b, claim.author_ids)

    def test_foreign_files_are_not_linked(self):
        secret = self.env["ir.attachment"].create({"name": "x.txt", "raw": b"secret"})
        claim = self._create_two_lines(submit=False).with_user(self.user_clerk_b)
        for vals in (
            {"photo_ids": [Command.link(secret.id)]},
            {
                "line_ids": [
                    Command.update(
                        claim.line_ids[0].id,
                        {"document_ids": [Command.link(secret.id)]},
                    )
                ]
            },
        ):
            with self.assertRaises(AccessError):
                claim.write(vals)
        own = secret.with_user(self.user_clerk_b).create({"name": "y", "raw": b"own"})
        claim.photo_ids = own
        self.assertEqual(claim.photo_ids, own)


@tagged("post_install", "-at_install")
class TestAuthorsOfAuthorizations(ClaimsCommon):
    def test_who_wrote_the_amount_does_not_consent(self):
        permit = self.Permit.with_user(self.user_centre).create(
            {
                "service_point_id": self.point.id,
                "reason": "Compressor",
                "amount_requested": 100.0,
            }
        )
        permit.with_user(self.user_clerk).amount_requested = 900.0
        permit.action_request()
        with self.assertRaisesRegex(UserError, f"You wrote {permit.name}"):
            permit.with_user(self.user_clerk).action_approve()
        permit.with_user(self.user_head).action_approve()
        self.assertEqual(permit.state, "approved")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 04:00:00")
class TestAuthorsOfCompensations(CompensationCommon):
    def test_who_wrote_the_amount_does_not_approve(self):
        compensation = self._create_compensation(user=self.user_service)
        compensation.with_user(self.user_clerk).amount = 800.0
        compensation.action_propose()
        with self.assertRaisesRegex(UserError, "another person must decide"):
            compensation.with_user(self.user_clerk).action_approve()
        compensation.with_user(self.clerk_b).action_approve()
        self.assertEqual(compensation.state, "approved")

    def test_who_proposed_before_does_not_approve(self):
        compensation = self._create_compensation(user=self.user_service, amount=800.0)
        compensation.with_user(self.user_clerk).action_propose()
        compensation.with_user(self.clerk_b)._refuse("Less")
        compensation.action_back_to_draft()
        compensation.action_propose()
        with self.assertRaisesRegex(UserError, "another person must decide"):
            compensation.with_user(self.user_clerk).action_approve()

    def test_what_is_given_stays_as_it_was_approved(self):
        compensation = self._approve(
            300, kind="service", gift_note="Two free maintenances"
        )
        with self.assertRaises(UserError):
            compensation.with_user(self.user_service).gift_note = "A new unit"
