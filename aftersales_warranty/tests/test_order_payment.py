from ast import literal_eval
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money_common import TODAY, MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 04:00:00")
class TestOrderPayment(MoneyCommon):
    """Money of customers on an order, posted through accounting."""

    def _get_balances(self, move):
        return {line.account_id: line.balance for line in move.line_ids}

    def test_cash_is_posted_by_method(self):
        order = self._create_charged(100)
        self.assertEqual(order.payment_status, "unpaid")
        payment = self._pay(order, 40)
        self.assertRegex(payment.name, r"^RCP\d{6}$")
        self.assertEqual(payment.user_id, self.user_centre)
        self.assertEqual(payment.service_point_id, self.point)
        self.assertEqual(
            (order.amount_paid, order.amount_due, order.payment_status),
            (40, 60, "partial"),
        )
        document = payment.sudo().payment_id
        self.assertEqual(document.state, "paid")
        self.assertEqual(document.journal_id, self.journal_cash)
        self.assertEqual(
            self._get_balances(document.move_id),
            {self.account_cash: 40, self.account_receivable: -40},
        )
        self._pay(order, 60, self.card)
        self.assertEqual((order.amount_due, order.payment_status), (0, "paid"))

    def test_each_way_of_payment_has_its_journal(self):
        payment = self._pay(self._create_charged(100), 100, self.card)
        self.assertEqual(
            self._get_balances(payment.sudo().payment_id.move_id),
            {self.account_bank: 100, self.account_receivable: -100},
        )

    def test_more_than_is_owed_is_refused(self):
        order = self._create_charged(100)
        self._pay(order, 70)
        draft = self._pay(order, 31, post=False)
        with self.assertRaises(UserError) as caught:
            draft.action_post()
        self.assertEqual(
            str(caught.exception),
            f"{order.name}: the customer owes {self.currency.format(30)}, not "
            f"{self.currency.format(31)}. Take less, or charge the work on the order "
            "first.",
        )
        self.assertEqual((draft.state, draft.name), ("draft", "/"))
        self.assertFalse(draft.close_line_id)

    def test_nothing_is_taken_for_a_job_not_in_work(self):
        order = self._create_charged(100, state="dispatched")
        draft = self._pay(order, 10, post=False)
        with self.assertRaisesRegex(UserError, "is not in work at a point"):
            draft.action_post()
        with self.assertRaisesRegex(UserError, "is not in work at a point"):
            order.with_user(self.user_centre).action_take_payment()

    def test_whoever_takes_money_need_not_read_the_invoice(self):
        order = self._create_charged(100)
        order.with_user(self.user_clerk).action_invoice_customer()
        for user in (self.user_centre, self.user_dispatcher):
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    order.with_user(user).read(["customer_move_id"])
                action = order.with_user(user).action_take_payment()
                self.assertEqual(action["context"]["default_amount"], 100.0)

    def test_the_day_must_have_come(self):
        draft = self._pay(
            self._create_charged(), 10, post=False, date=date(2026, 3, 11)
        )
        with self.assertRaisesRegex(UserError, "has not come yet"):
            draft.action_post()

    @mute_logger("odoo.sql_db")
    def test_amounts_are_above_zero(self):
        order = self._create_charged()
        for amount in (0, -5):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self._pay(order, amount, post=False)
                self.env.flush_all()

    def test_the_accepted_quotation_may_be_paid_beforehand(self):
        order = self._create_charged(100, state="accepted")
        quotation = self.env["aftersales.quotation"].create(
            {
                "order_id": order.id,
                "partner_id": self.customer.id,
                "currency_id": self.currency.id,
                "amount_total": 150.0,
                "state": "accepted",
            }
        )
        order.invalidate_recordset()
        self.assertEqual(order.amount_due, 150)
        self._pay(order, 150)
        order.state = "done"
        self.assertEqual((order.amount_overpaid, order.amount_due), (50, 0))
        self.assertEqual(order.payment_status, "overpaid")
        self.assertEqual(quotation.state, "accepted")

    def test_what_was_taken_for_a_cancelled_job_goes_back(self):
        order = self._create_charged(100, state="accepted")
        payment = self._pay(order, 60)
        order.state = "cancelled"
        self.assertEqual(
            (order.amount_due, order.amount_overpaid, order.payment_status),
            (0, 60, "overpaid"),
        )
        domain = self.env.ref("aftersales_warranty.aftersales_unpaid_order_action")
        listed = order.search(literal_eval(domain.domain))
        self.assertIn(order, listed)
        self._refund(payment, 60)
        self.assertEqual((order.amount_overpaid, order.payment_status), (0, "free"))

    # -- on account ------------------------------------------------------------

    def test_credit_makes_the_invoice(self):
        order = self._create_charged(100)
        cash = self._pay(order, 30)
        credit = self._pay(order, 70, self.credit)
        invoice = order.sudo().customer_move_id
        self.assertEqual(credit.sudo().move_id, invoice)
        self.assertFalse(credit.sudo().payment_id)
        self.assertEqual(
            (invoice.state, invoice.amount_total, invoice.amount_residual),
            ("posted", 100, 70),
        )
        self.assertEqual(invoice.invoice_line_ids.price_unit, 100)
        self.assertTrue(cash.sudo().payment_id.is_reconciled)
        self.assertEqual(
            (order.amount_due, order.amount_on_account, order.payment_status),
            (0, 70, "on_account"),
        )

    def test_the_bank_pays_what_was_on_account(self):
        order = self._create_charged(100)
        self._pay(order, 100, self.credit)
        invoice = order.sudo().customer_move_id
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": self._prepare_bank().id}).action_create_payments()
        order.invalidate_recordset()
        self.assertEqual((order.amount_on_account, order.payment_status), (0, "paid"))

    def _prepare_bank(self):
        line = self.journal_bank.inbound_payment_method_line_ids[:1]
        line.payment_account_id = self.account_bank
        return self.journal_bank

    def test_money_at_the_counter_pays_what_was_on_account(self):
        order = self._create_charged(100)
        self._pay(order, 100, self.credit)
        self._pay(order, 100)
        invoice = order.sudo().customer_move_id
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual((order.payment_status, order.amount_due), ("paid", 0))
        with self.assertRaisesRegex(UserError, "the customer owes"):
            self._pay(order, 1)

    def test_nothing_goes_on_account_before_the_work_is_done(self):
        order = self._create_charged(100, state="in_progress")
        with self.assertRaisesRegex(UserError, "is not done; what the customer pays"):
            self._pay(order, 100, self.credit)
        self.assertFalse(order.sudo().customer_move_id)

    def test_an_invoiced_order_stays_as_it_is(self):
        order = self._create_charged(100)
        order.with_user(self.user_clerk).action_invoice_customer()
        invoice = order.sudo().customer_move_id
        with self.assertRaises(UserError) as caught:
            order.line_ids.price_unit = 90
        self.assertEqual(
            str(caught.exception),
            f"{order.name} is invoiced to the customer in {invoice.name} and cannot "
            "change any more. Have the invoice cancelled first.",
        )
        invoice.button_cancel()
        self.assertFalse(order.sudo().customer_move_id)
        order.line_ids.price_unit = 90
        self.assertEqual(order.amount_due, 90)

    def test_an_invoice_equals_the_charge(self):
        order = self._create_charged(100)
        order.with_user(self.user_clerk).action_invoice_customer()
        invoice = order.sudo().customer_move_id
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 95
        with self.assertRaisesRegex(UserError, "Correct the invoice"):
            invoice.action_post()

    def test_the_tax_is_contained(self):
        self.company.account_fiscal_country_id = self.country
        group = self.env["account.tax.group"].create({"name": "Test Taxes"})
        tax = self.env["account.tax"].create(
            {
                "name": "Test 13 %",
                "tax_group_id": group.id,
                "amount": 13,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        self.company.aftersales_customer_tax_id = tax
        order = self._create_charged(113)
        self._pay(order, 113, self.credit)
        invoice = order.sudo().customer_move_id
        self.assertEqual((invoice.amount_total, invoice.amount_untaxed), (113, 100))

    def test_only_clerk_and_head_invoice(self):
        order = self._create_charged(100)
        with self.assertRaisesRegex(AccessError, "Invoices of service orders"):
            order.with_user(self.user_centre).action_invoice_customer()
        order.with_user(self.user_head).action_invoice_customer()
        self.assertEqual(order.sudo().customer_move_id.state, "posted")

    # -- giving back and cancelling --------------------------------------------

    def test_part_of_a_payment_is_given_back(self):
        order = self._create_charged(100)
        payment = self._pay(order, 100)
        refund = self._refund(payment, 30)
        self.assertEqual(refund.amount_signed, -30)
        self.assertEqual(
            self._get_balances(refund.sudo().payment_id.move_id),
            {self.account_cash: -30, self.account_receivable: 30},
        )
        self.assertEqual((order.amount_paid, order.amount_due), (70, 30))
        with self.assertRaises(UserError) as caught:
            self._refund(payment, 71)
        self.assertEqual(
            str(caught.exception),
            f"{self.currency.format(70)} of {payment.name} can still be given back, "
            f"not {self.currency.format(71)}.",
        )

    def test_a_refund_needs_its_reason_and_role(self):
        payment = self._pay(self._create_charged(100), 100)
        with self.assertRaisesRegex(UserError, "Say in the note why money"):
            self._refund(payment, 10, note=" ")
        self.point.manager_id = self.user_service
        with self.assertRaisesRegex(AccessError, "Money is given back"):
            self._refund(payment, 10, user=self.user_service)

    def test_a_receipt_is_cancelled_while_its_day_is_open(self):
        order = self._create_charged(100)
        payment = self._pay(order, 100)
        document = payment.sudo().payment_id
        payment._cancel("Wrong amount")
        self.assertEqual((payment.state, document.state), ("cancelled", "canceled"))
        self.assertEqual(document.move_id.state, "cancel")
        self.assertEqual((order.amount_paid, order.payment_status), (0, "unpaid"))
        self.assertEqual(payment.close_line_id.amount_expected, 0)

    def test_cancelling_asks_a_reason_and_a_role(self):
        payment = self._pay(self._create_charged(100), 100)
        with self.assertRaisesRegex(UserError, "Give a reason"):
            payment._cancel("  ")
        self.point.manager_id = self.user_service
        with self.assertRaisesRegex(AccessError, "receipts are cancelled"):
            payment.with_user(self.user_service)._cancel("No")

    def test_a_closed_day_keeps_its_receipts(self):
        payment = self._pay(self._create_charged(100), 100)
        self._count(payment.close_id, {self.cash.id: 100})
        payment.close_id.action_close()
        with self.assertRaisesRegex(UserError, "Give the money back instead"):
            payment._cancel("Wrong")

    # -- guards ----------------------------------------------------------------

    def test_a_receipt_does_not_change(self):
        payment = self._pay(self._create_charged(100), 50)
        for vals in ({"amount": 5}, {"date": TODAY}, {"method_id": self.card.id}):
            with self.subTest(vals=vals), self.assertRaises(UserError) as caught:
                payment.write(vals)
            self.assertEqual(
                str(caught.exception),
                f"Receipt {payment.name} is written and cannot change any more. "
                "Cancel it, or give the money back.",
            )
        with self.assertRaisesRegex(UserError, "is written"):
            payment.unlink()

    def test_callers_set_no_evidence(self):
        order = self._create_charged(100)
        draft = self._pay(order, 50, post=False)
        for vals in (
            {"state": "posted"},
            {"name": "RCP1"},
            {"payment_id": 1},
            {"close_line_id": 1},
            {"amount_signed": 1},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                draft.with_context(aftersales_flow=True, default_state="posted").write(
                    vals
                )
        created = draft.with_context(default_state="posted", default_name="X").create(
            {"order_id": order.id, "method_id": self.cash.id, "amount": 1}
        )
        self.assertEqual((created.state, created.name), ("draft", "/"))
        copied = self._pay(order, 50).copy()
        self.assertEqual((copied.state, copied.name), ("draft", "/"))
        self.assertFalse(copied.sudo().payment_id or copied.close_line_id)

    def test_accounting_does_not_take_a_receipt_back(self):
        order = self._create_charged(100)
        payment = self._pay(order, 40).sudo()
        credit = self._pay(order, 60, self.credit)
        message = f"The customer has receipt {payment.name} of this payment"
        for step in ("action_draft", "action_cancel", "unlink"):
            with self.subTest(step=step), self.assertRaisesRegex(UserError, message):
                getattr(payment.payment_id, step)()
        with self.assertRaisesRegex(UserError, message):
            payment.payment_id.move_id.button_draft()
        with self.assertRaisesRegex(UserError, f"Receipt {credit.name} puts"):
            order.sudo().customer_move_id.button_cancel()

    def test_the_reason_of_a_refund_stays(self):
        payment = self._pay(self._create_charged(100), 50)
        refund = self._refund(payment, 10, note="Too much")
        with self.assertRaisesRegex(UserError, "is written and cannot change"):
            refund.note = "Something else"

    def test_points_do_not_see_each_other(self):
        payment = self._pay(self._create_charged(100), 50)
        other = self._create_charged(100, point=self.point_b)
        with self.assertRaises(AccessError):
            self._pay(other, 10)
        self.point_b.manager_id = self.user_service
        Payment = self.env["aftersales.order.payment"]
        self.assertFalse(Payment.with_user(self.user_service).search([]) & payment)
        self.assertIn(payment, Payment.with_user(self.user_auditor).search([]))
        with self.assertRaises(AccessError):
            payment.with_user(self.user_auditor).action_post()
        # Who takes requests takes a card by telephone as well.
        by_phone = self._pay(other, 10, self.card, user=self.user_dispatcher)
        self.assertEqual(by_phone.service_point_id, self.point_b)
        for user in (self.user_warehouse, self.user_hr, self.user_reviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Payment.with_user(user).search([])
        for user, found in ((self.user_portal, payment), (self.user_portal_b, False)):
            seen = Payment.with_user(user).search([]) & payment
            self.assertEqual(bool(seen), bool(found))
            with self.assertRaises(AccessError):
                payment.with_user(user).write({"note": "x"})

    def test_methods_of_other_points_and_currencies(self):
        order = self._create_charged(100)
        self.card.service_point_ids = self.point_b
        with self.assertRaises(UserError) as caught:
            self._pay(order, 10, self.card)
        self.assertEqual(
            str(caught.exception),
            f"{self.point.display_name} does not take “Bank Card”. Choose another way "
            "of payment.",
        )
        foreign = self.env.ref(
            "base.EUR" if self.currency.name != "EUR" else "base.USD"
        )
        foreign.active = True
        self.journal_cash.currency_id = foreign
        with self.assertRaisesRegex(UserError, f"takes {foreign.name} only"):
            self._pay(order, 10)

    def test_another_currency_counts_at_the_rate_of_the_day(self):
        foreign = self.env.ref(
            "base.EUR" if self.currency.name != "EUR" else "base.USD"
        )
        foreign.active = True
        foreign.rate_ids.unlink()
        foreign.rate_ids = [
            Command.create({"name": "2026-03-01", "rate": 0.5}),
            Command.create({"name": "2026-03-09", "rate": 0.25}),
        ]
        order = self._create_charged(100)
        payment = self._pay(order, 20, currency_id=foreign.id)
        self.assertEqual((payment.amount_order, order.amount_due), (80, 20))
        line = payment.close_line_id
        self.assertEqual((line.currency_id, line.amount_expected), (foreign, 20))
        self.assertEqual(line.amount_company, 80)
        self.assertEqual(payment.sudo().payment_id.currency_id, foreign)

    def test_the_other_company_keeps_its_own(self):
        order = self._create_foreign_company()
        with self.assertRaises(UserError):
            self._pay(order, 10, user=self.user_head)
        method = self.env["aftersales.payment.method"]
        self.user_head.company_ids |= self.company_b
        with self.assertRaisesRegex(UserError, "ompany"):
            # The till belongs to the first company.
            method.with_user(self.user_head).env[
                "aftersales.order.payment"
            ].with_context(
                allowed_company_ids=[self.company.id, self.company_b.id]
            ).create({"order_id": order.id, "method_id": self.cash.id, "amount": 10})

    def test_the_receipt_prints_what_was_paid(self):
        order = self._create_charged(100)
        payment = self._pay(order, 40)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "aftersales_warranty.report_customer_receipt", payment.ids
            )[0]
            .decode()
        )
        self.assertIn(payment.name, html)
        self.assertIn(order.name, html)
        self.assertIn("Till", html)
        self.assertIn("60.00", html)
        draft = self._pay(order, 1, post=False)
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            draft.action_print_receipt()
