from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .claims_common import ClaimsCommon

MEGABYTE = 1024 * 1024


@tagged("post_install", "-at_install")
class TestClaimContent(ClaimsCommon):
    def _part(self, **vals):
        return {"kind": "part", "product_id": self.part.id, **vals}

    # -- the rate table blocks -----------------------------------------------------

    def test_a_line_above_the_table_is_blocked(self):
        rate = self._create_rate()
        claim = self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 2, 70.0, None), submit=False
        )
        labour = claim.line_ids[1]
        self.assertEqual((labour.rate_id, labour.amount_excess), (rate, 40.0))
        with self.assertRaisesRegex(
            UserError,
            f"{claim.name}: “labour” claims .*140.00.*; the rate table “Standard” "
            "allows .*100.00.* \\(.*50.00.* each\\), so .*40.00.* are too much",
        ):
            claim.action_submit()
        self.assertEqual(claim.state, "draft")
        claim.with_user(self.user_clerk).action_apply_rates()
        self.assertEqual(claim.line_ids.mapped("amount_claimed"), [100.0, 100.0])
        claim.action_submit()
        self.assertEqual((claim.state, claim.amount_allowed), ("submitted", 200.0))

    def test_the_table_exactly_is_not_above_it(self):
        self._create_rate()
        claim = self._create_claim(("part", 1, 120.0, self.part), submit=False)
        claim.action_submit()
        self.assertEqual((claim.state, claim.amount_allowed), ("submitted", 120.0))
        over = self._create_bare_claim(
            self._part(amount_claimed=120.01), date_failure=date(2026, 3, 3)
        )
        with self.assertRaisesRegex(UserError, "so .*0.01.* are too much"):
            over.action_submit()

    def test_an_authorisation_covers_the_excess(self):
        self._create_rate()
        claim = self._create_claim(("labour", 2, 70.0, None), submit=False)
        claim.authorization_id = self._create_permit(140.0)
        claim.action_submit()
        self.assertEqual((claim.state, claim.amount_allowed), ("submitted", 140.0))
        self.assertEqual(claim.amount_authorised, 140.0)

    def test_the_policy_share_limits_too(self):
        self._create_rate()
        self._bear_labour(50)
        claim = self._create_claim(("labour", 2, 50.0, None), submit=False)
        line = claim.line_ids
        self.assertEqual((line.amount_claimed, line.amount_limit), (50.0, 50.0))

    # -- causal part -----------------------------------------------------------------

    def test_the_only_part_is_causal(self):
        claim = self._create_bare_claim(self._part(amount_claimed=10))
        self.assertFalse(claim.causal_part_id)
        claim.action_submit()
        self.assertEqual(claim.causal_part_id, self.part)

    def test_the_dearest_part_of_an_order_is_proposed(self):
        other = self._create_product(name="Fan", tracking="none")
        claim = self._create_claim(
            ("part", 1, 10.0, self.part), ("part", 1, 90.0, other), submit=False
        )
        self.assertEqual(claim.causal_part_id, other)
        claim.line_ids[0].is_causal = True
        self.assertEqual(claim.line_ids.mapped("is_causal"), [True, False])
        self.assertEqual(claim.causal_part_id, self.part)

    def test_among_several_parts_one_is_marked(self):
        claim = self._create_bare_claim(
            self._part(amount_claimed=10), self._part(amount_claimed=20)
        )
        with self.assertRaisesRegex(
            UserError, f"{claim.name} has 2 parts. Mark the one that caused"
        ):
            claim.action_submit()
        claim.line_ids[1].is_causal = True
        claim.action_submit()
        self.assertEqual(claim.state, "submitted")

    @mute_logger("odoo.sql_db")
    def test_two_causal_parts_are_impossible(self):
        claim = self._create_bare_claim(
            self._part(amount_claimed=10, is_causal=True),
            self._part(amount_claimed=20),
            {"kind": "labour", "amount_claimed": 5},
        )
        claim.flush_recordset()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute(
                "UPDATE aftersales_claim_line SET is_causal = TRUE "
                "WHERE claim_id = %s AND kind = 'part'",
                (claim.id,),
            )
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            claim.line_ids[2].is_causal = True
            self.env.flush_all()

    # -- evidence ------------------------------------------------------------------

    def test_outside_work_needs_its_invoice(self):
        claim = self._create_bare_claim(
            {"kind": "sublet", "name": "Welding", "amount_claimed": 80}
        )
        line = claim.line_ids
        with self.assertRaisesRegex(UserError, "“Welding” is outside work or freight"):
            claim.action_submit()
        line.document_ids = self._attach(line)
        with self.assertRaisesRegex(UserError, "give the invoice number of “Welding”"):
            claim.action_submit()
        line.sublet_invoice_ref = "INV-1"
        claim.action_submit()
        self.assertEqual(claim.state, "submitted")

    def test_freight_needs_a_document(self):
        claim = self._create_bare_claim({"kind": "freight", "amount_claimed": 20})
        with self.assertRaisesRegex(UserError, "Add its invoice as a document"):
            claim.action_submit()
        claim.line_ids.document_ids = self._attach(claim.line_ids)
        claim.action_submit()

    def test_files_of_a_submitted_claim_are_frozen(self):
        claim = self._create_bare_claim({"kind": "freight", "amount_claimed": 20})
        document = self._attach(claim.line_ids)
        claim.line_ids.document_ids = document
        photo = self._attach(claim, "photo.png")
        claim.photo_ids = photo
        claim.action_submit()
        clerk = self.env.user.browse(self.user_clerk.id)
        for attachment in (document, photo):
            with self.assertRaisesRegex(UserError, "is evidence"):
                attachment.with_user(clerk).unlink()
            with self.assertRaisesRegex(UserError, "is evidence"):
                attachment.with_user(clerk).raw = b"other"

    def test_a_file_of_30_mb_is_refused(self):
        claim = self._create_bare_claim({"kind": "other", "amount_claimed": 1})
        message = (
            "“big.pdf” has 30 MB; a file of a claim may have 10 MB at most. Make it "
            "smaller or split it."
        )
        big = b"x" * (30 * MEGABYTE)
        Attachment = self.env["ir.attachment"].with_user(self.user_clerk)
        with self.assertRaisesRegex(ValidationError, message):
            self._attach(claim, "big.pdf", big)
        with self.assertRaisesRegex(ValidationError, message):
            Attachment.create(
                {
                    "name": "big.pdf",
                    "datas": self._encode(big),
                    "res_model": "aftersales.claim",
                    "res_id": claim.id,
                }
            )
        loose = self.env["ir.attachment"].create({"name": "big.pdf", "raw": big})
        with self.assertRaisesRegex(ValidationError, message):
            loose.write({"res_model": "aftersales.claim", "res_id": claim.id})
        with self.assertRaisesRegex(ValidationError, message):
            claim.photo_ids = loose
        with self.assertRaisesRegex(ValidationError, message):
            claim.line_ids.document_ids = [Command.set(loose.ids)]
        self.company.aftersales_claim_file_mb = 31
        claim.photo_ids = loose

    # -- header --------------------------------------------------------------------

    def test_fault_and_type(self):
        fault = self.env["aftersales.fault"].create({"name": "Leak", "code": "TL2"})
        claim = self._create_claim(submit=False, fault_id=fault.id)
        self.assertEqual((claim.fault_id, claim.claim_type), (fault, "warranty"))

    @freeze_time("2026-03-20 02:00:00")
    def test_the_agreement_may_have_its_own_deadline(self):
        agreement = self.point.agreement_ids
        claim = self._create_claim(submit=False)
        self.cr.execute(
            "UPDATE aftersales_agreement SET claim_days = 10 WHERE id = %s",
            (agreement.id,),
        )
        agreement.invalidate_recordset()
        claim.action_submit()
        check = claim.check_ids.filtered(lambda c: c.code == "DEADLINE")
        self.assertEqual(
            (check.result, check.message),
            ("fail", "Submitted 03/20/2026, last day 03/14/2026."),
        )
