from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .settle_common import SettleCommon


@tagged("post_install", "-at_install")
class TestSettlementBill(SettleCommon):
    """Tax, analytic, reference, rate and what becomes of a bill."""

    def _create_tax(self, amount, **vals):
        country = self.company.account_fiscal_country_id or self.country
        group = self.env["account.tax.group"].create(
            {"name": f"Test {amount}", "country_id": country.id}
        )
        return self.env["account.tax"].create(
            {
                "name": f"Test {amount}",
                "amount": amount,
                "type_tax_use": "purchase",
                "country_id": country.id,
                "tax_group_id": group.id,
                **vals,
            }
        )

    # -- what the bill carries -------------------------------------------------

    def test_analytic_account_of_the_company_or_point(self):
        plan = self.env["account.analytic.plan"].create({"name": "Test Plan"})
        ours, its_own = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("Warranty", "Point One")]
        )
        self.company.aftersales_claim_analytic_id = ours
        self._adjust(-20.0)
        settlement, move = self._billed(100.0)
        self.assertEqual(
            move.invoice_line_ids.mapped("analytic_distribution"),
            [{str(ours.id): 100.0}] * 2,
        )
        move.unlink()
        self.point.aftersales_analytic_id = its_own
        settlement.action_create_bill()
        self.assertEqual(
            settlement.sudo().move_id.invoice_line_ids[0].analytic_distribution,
            {str(its_own.id): 100.0},
        )

    def test_tax_by_the_fiscal_position_of_the_payee(self):
        tax, reduced = self._create_tax(13), self._create_tax(3)
        position = self.env["account.fiscal.position"].create({"name": "Small"})
        reduced.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        self.company.aftersales_claim_tax_id = tax
        self._claims(100.0)
        settlement = self._march()
        self.assertEqual(
            (settlement.amount_tax, settlement.amount_payable), (13.0, 113.0)
        )
        self.point.partner_id.property_account_position_id = position
        settlement.invalidate_recordset(["amount_tax", "amount_payable"])
        self.assertEqual(
            (settlement.amount_tax, settlement.amount_payable), (3.0, 103.0)
        )
        settlement.action_confirm()
        settlement.action_create_bill()
        move = settlement.sudo().move_id
        self.assertEqual((move.fiscal_position_id, move.amount_tax), (position, 3.0))
        self.assertEqual(move.amount_total, settlement.amount_payable)

    def test_tax_of_the_statement_is_that_of_the_bill(self):
        self.company.aftersales_claim_tax_id = self._create_tax(13)
        self._claims(33.33, 66.66, 0.07, 12.34)
        self._adjust(-7.77)
        settlement = self._march()
        tax = settlement.amount_tax
        settlement.action_confirm()
        settlement.action_create_bill()
        self.assertEqual(settlement.sudo().move_id.amount_tax, tax)

    def test_self_billing_reference_of_the_company(self):
        settlement, move = self._billed(100.0)
        year = self.company._get_aftersales_today().year
        self.assertRegex(move.ref, rf"^SB-{year}-\d{{5}}$")
        self.assertEqual(
            (settlement.self_billing_ref, move.payment_reference, move.invoice_origin),
            (move.ref, settlement.name, settlement.name),
        )
        old = move.ref
        move.button_cancel()
        self.assertFalse(settlement.self_billing_ref)
        settlement.action_create_bill()
        new = settlement.sudo().move_id.ref
        self.assertEqual(int(new[-5:]), int(old[-5:]) + 1)

    def test_self_billing_reference_of_the_point(self):
        self.company.aftersales_self_billing = "point"
        self.point.code = "P1"
        self.point_b.code = "P2"
        self._claims(100.0)
        self._claims(100.0, point=self.point_b)
        settlements = self._march(self.point | self.point_b)
        settlements.action_confirm()
        settlements.action_create_bill()
        year = self.company._get_aftersales_today().year
        self.assertEqual(
            sorted(settlements.sudo().move_id.mapped("ref")),
            [f"SB-P1-{year}-00001", f"SB-P2-{year}-00001"],
        )

    def test_reference_may_be_the_settlement(self):
        self.company.aftersales_self_billing = "none"
        settlement, move = self._billed(100.0)
        self.assertEqual(move.ref, settlement.name)

    # -- another currency ------------------------------------------------------

    def test_the_rate_is_that_of_the_last_day(self):
        other = self._get_other_currency(2.0)
        self._set_rate(other, 4.0, date(2026, 3, 31))
        self._set_rate(other, 8.0, date(2026, 4, 1))
        self._claims(100.0, currency_id=other.id)
        settlement = self._march()
        self.assertEqual(
            (
                settlement.currency_id,
                settlement.amount_total,
                settlement.amount_company,
            ),
            (other, 100.0, 25.0),
        )
        settlement.action_confirm()
        settlement.action_create_bill()
        move = settlement.sudo().move_id
        self.assertEqual((move.currency_id, move.amount_untaxed), (other, 100.0))
        self.assertEqual(abs(move.amount_untaxed_signed), 25.0)

    def test_a_deduction_in_the_currency_of_its_line(self):
        other = self._get_other_currency(2.0)
        self._claims(100.0, currency_id=other.id)
        self._adjust(-30.0, currency_id=other.id)
        self._adjust(-5.0)
        settlement = self._march()
        self.assertEqual(
            (settlement.currency_id, settlement.amount_total), (other, 70.0)
        )

    # -- bills behind our back -------------------------------------------------

    def _check(self):
        self._run_job(self.env["aftersales.settlement"]._cron_check_bills)

    def _sql(self, query, *params):
        self.env.flush_all()
        self.cr.execute(query, params)
        self.env.invalidate_all()

    def test_a_bill_deleted_behind_our_back(self):
        settlement, move = self._billed(100.0)
        other, _move = settlement, move
        claims = settlement.line_ids.claim_id
        number = settlement.self_billing_ref
        kept = self._keep_another()
        # The database refuses to forget a bill that a settlement points to…
        self._sql(
            "UPDATE aftersales_settlement SET move_id = NULL WHERE id = %s",
            settlement.id,
        )
        # …unless somebody goes about it the hard way.
        self._sql("DELETE FROM account_move WHERE id = %s", move.id)
        self._check()
        self.assertEqual(
            (settlement.state, settlement.move_id.id), ("confirmed", False)
        )
        self.assertEqual(claims.state, "approved")
        self.assertIn(
            f"The bill {number} is gone or was cancelled outside of accounting. The "
            "settlement is open again and can be billed anew.",
            settlement.message_ids[0].body,
        )
        self.assertEqual(
            settlement.activity_ids.summary,
            f"{other.name}: the bill is gone. Bill it anew?",
        )
        self.assertEqual(kept.state, "billed", "only the settlement of that bill")
        messages = len(settlement.message_ids)
        self._check()
        self.assertEqual(len(settlement.message_ids), messages, "told once")
        settlement.action_create_bill()
        self.assertEqual(claims.state, "settled")

    def test_one_bad_settlement_never_blocks_the_others(self):
        settlement, move = self._billed(100.0)
        bad = self._keep_another()
        for bill in (move, bad.sudo().move_id):
            self._sql("UPDATE account_move SET state = 'cancel' WHERE id = %s", bill.id)
        reopen = type(settlement)._reopen_lost

        def fail(record):
            if record == bad:
                reason = "No way"
                raise UserError(reason)
            return reopen(record)

        with (
            patch.object(self.registry[settlement._name], "_reopen_lost", fail),
            self.assertLogs("odoo.addons.aftersales_network", "ERROR") as logged,
        ):
            self._check()
        self.assertEqual((settlement.state, bad.state), ("confirmed", "billed"))
        self.assertEqual(len(logged.output), 1)
        self.assertIn(
            f"_reopen_lost failed for aftersales.settlement({bad.id},)",
            logged.output[0],
        )
        self.assertIn("No way", logged.output[0])
        self._check()
        self.assertEqual(bad.state, "confirmed", "the next run takes it")

    def test_billed_anew_since_it_was_found(self):
        settlement, move = self._billed(100.0)
        self._sql("UPDATE account_move SET state = 'cancel' WHERE id = %s", move.id)
        self.assertEqual(settlement._find_lost_bills(), settlement)
        self._sql("UPDATE account_move SET state = 'draft' WHERE id = %s", move.id)
        settlement._reopen_lost()
        self.assertEqual((settlement.state, settlement.move_id.id), ("billed", move.id))

    def _keep_another(self):
        self._claims(70.0, point=self.point_b)
        settlement = self._march(self.point_b)
        settlement.action_confirm()
        settlement.action_create_bill()
        return settlement

    def test_a_bill_cancelled_behind_our_back(self):
        settlement, move = self._billed(100.0)
        self._sql("UPDATE account_move SET state = 'cancel' WHERE id = %s", move.id)
        self._check()
        self.assertEqual(
            (settlement.state, settlement.move_id.id), ("confirmed", False)
        )
        with self.assertRaisesRegex(UserError, "It stays cancelled"):
            move.button_draft()

    def test_a_bill_changed_behind_our_back(self):
        settlement, move = self._billed(100.0)
        move.action_post()
        self._check()
        self.assertFalse(settlement.activity_ids)
        self._sql("UPDATE account_move SET amount_untaxed = 90 WHERE id = %s", move.id)
        for _time in range(2):
            self._check()
        self.assertEqual(
            settlement.activity_ids.mapped("summary"),
            [f"{settlement.name}: its bill has another amount or payee now."],
        )
        self.assertEqual(settlement.state, "billed")

    def test_paid_is_seen(self):
        settlement, move = self._billed(100.0)
        move.action_post()
        self.assertFalse(settlement.is_paid)
        self._pay_bill(move)
        self.assertTrue(settlement.is_paid)
        self.assertIn(
            settlement, settlement.search([("is_paid", "=", True)]), "kept for lists"
        )
        with self.assertRaisesRegex(UserError, "is paid itself"):
            move.button_draft()
        with self.assertRaisesRegex(UserError, "Cancel or delete the bill first"):
            settlement.action_cancel()

    def test_billing_needs_a_bounded_number_of_queries(self):
        def count(number, start):
            points = self.env["aftersales.service.point"]
            for index in range(number):
                point = self._create_point(name=f"Q{start}{index}")
                point.partner_id.property_account_payable_id = (
                    self.point.partner_id.property_account_payable_id
                )
                points |= point
                self._claims(10.0, point=point)
            settlements = self._march(points)
            settlements.action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            settlements.action_create_bill()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1, "a")
        few, many = count(2, "b"), count(8, "c")
        # Each bill takes its own number and computes its own taxes in accounting.
        self.assertLessEqual((many - few) / 6, 40, f"{few} → {many}")
