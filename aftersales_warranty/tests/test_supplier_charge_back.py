from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .supplier_common import SupplierCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestSupplierChargeBack(SupplierCommon):
    """What an audit takes back from the point is not asked of the supplier."""

    def setUp(self):
        super().setUp()
        self._term(share=80)
        self.claim = self._approved(("part", 1, 100.0, self.part))
        self.line = self.claim.line_ids

    def _bill(self):
        settlement = self._settle()
        settlement.action_confirm()
        settlement.action_create_bill()
        return settlement

    def _charge_back(self, amount):
        self.env["aftersales.claim.charge.back"].with_user(self.user_head)._charge_back(
            self.line.with_user(self.user_head),
            amount,
            self.env.ref("aftersales_warranty.claim_reason_ir"),
            "Audit of May",
        )

    def _collected(self):
        return self._collect(self.claim).with_user(self.user_clerk)

    def _live(self):
        return self.line.sudo().recovery_line_ids.filtered("is_live")

    def _open(self, action):
        Dialog = self.env[action["res_model"]].with_user(self.user_clerk)
        return Form(Dialog.with_context(**action["context"]))

    def _get_recov(self):
        Metric = self.env["aftersales.metric"]
        values = Metric._compute_metrics(["RECOV"], self.point, *MARCH)
        return values["RECOV"][self.point.id]

    def test_a_draft_follows(self):
        document = self._collected().supplier_claim_id
        self._bill()
        self.assertEqual(document.amount_asked, 80.0)
        self._charge_back(30.0)
        line = self._live()
        self.assertEqual(line.supplier_claim_id, document)
        self.assertEqual(
            (line.amount_base, line.amount_asked, line.amount_recoverable),
            (70.0, 56.0, 56.0),
        )
        self.assertFalse(line.is_outdated)
        self.assertFalse(document.activity_ids, "nobody has to do anything")
        document.action_send()
        self.assertEqual((document.state, document.amount_asked), ("sent", 56.0))

    def test_nothing_is_left_of_a_draft(self):
        document = self._collected().supplier_claim_id
        self._bill()
        self._charge_back(100.0)
        line = self._live()
        self.assertEqual(
            (line.reason, line.amount_asked, line.supplier_claim_id.id),
            ("taken_back", 0.0, False),
        )
        with self.assertRaisesRegex(UserError, "has no lines"):
            document.action_send()
        self.assertFalse(self.Claim._find_claims(), "judged for good")

    def test_taken_back_before_it_was_collected(self):
        self._bill()
        self._charge_back(30.0)
        line = self._collected()
        self.assertEqual((line.amount_base, line.amount_asked), (70.0, 56.0))

    def test_the_coefficient_is_undone(self):
        self.point.level_id = self.env["aftersales.point.level"].create(
            {"name": "Gold", "coefficient": 1.25, "company_id": self.company.id}
        )
        settlement = self._bill()
        self.assertEqual(settlement.amount_total, 125.0)
        self._charge_back(25.0)
        self.assertEqual(self._collected().amount_base, 80.0)

    def test_a_sent_one_stays_and_the_clerk_is_told(self):
        document = self._collected().supplier_claim_id
        document.action_send()
        self._bill()
        self._charge_back(30.0)
        line = self._live()
        self.assertEqual(
            (line.supplier_claim_id, line.amount_base, line.amount_asked),
            (document, 100.0, 80.0),
        )
        self.assertEqual((line.amount_recoverable, line.is_outdated), (56.0, True))
        money = line.currency_id.format
        task = document.activity_ids
        self.assertEqual(
            task.summary,
            f"“{line.display_name}” was charged back: of {money(80.0)} asked for, "
            f"{money(56.0)} may still be recovered. Agree the difference with the "
            "supplier.",
        )
        self.assertEqual(task.user_id, self.user_clerk)
        self.assertEqual(self._get_recov(), (0, 56.0))
        self.assertFalse(self._collected(), "a sent line stays")

    def test_the_supplier_bears_no_more_than_is_left(self):
        document = self._collected().supplier_claim_id
        document.action_send()
        self._bill()
        self._charge_back(30.0)
        line = document.line_ids
        with self.assertRaisesRegex(UserError, "The supplier bears .*56.00.* at most"):
            line._answer(56.01, False)
        dialog = self._open(line.action_answer())
        self.assertEqual((dialog.amount, dialog.amount_recoverable), (56.0, 56.0))
        document.action_accept_all()
        self.assertEqual((line.answer, line.amount_accepted), ("accepted", 56.0))
        document.action_conclude()
        document.action_create_credit()
        document.sudo().move_id.with_env(self.env).action_post()
        self.assertEqual(document.sudo().move_id.amount_untaxed, 56.0)
        self.assertEqual(self._get_recov(), (56.0, 56.0))

    def test_credited_before_the_audit(self):
        document = self._collected().supplier_claim_id
        document.action_send()
        document.action_accept_all()
        document.action_conclude()
        document.action_create_credit()
        document.sudo().move_id.with_env(self.env).action_post()
        self._bill()
        self.assertEqual(self._get_recov(), (80.0, 80.0))
        self._charge_back(30.0)
        line = document.line_ids
        self.assertEqual((line.amount_accepted, line.amount_recovered), (80.0, 56.0))
        self.assertEqual(self._get_recov(), (56.0, 56.0))
        self.assertIn("Agree the difference", document.activity_ids.summary)

    def test_a_waived_charge_back_takes_nothing(self):
        document = self._collected().supplier_claim_id
        self._bill()
        self._charge_back(30.0)
        self.line.sudo().entry_ids.sudo()._write_flow({"state": "waived"})
        line = self._live()
        self.assertTrue(line.is_outdated)
        with self.assertRaisesRegex(UserError, "at another amount. Collect again"):
            document.action_send()
        self.Claim._collect(self.Claim._find_claims())
        self.assertEqual(self._live().amount_asked, 80.0)
        document.action_send()
