from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestMoney(WarrantyCommon):
    """Nothing is paid twice, and what was promised or claimed stays."""

    def _claims(self, *amounts):
        claims = self.env["aftersales.claim"]
        for index, amount in enumerate(amounts, 1):
            claims |= self._create_claim(
                ("travel", 1, amount, None),
                date_request=f"2026-03-{index:02} 01:00:00",
            )
        return self._approve(claims)

    def _confirmed(self, *amounts):
        self._claims(*(amounts or (100.0,)))
        settlement = self._settle()
        settlement.action_confirm()
        return settlement

    def _bill(self):
        settlement = self._confirmed()
        settlement.action_create_bill()
        return settlement, settlement.move_id.with_env(self.env)

    # -- settlement ------------------------------------------------------------

    def test_a_cancelled_settlement_stays_cancelled(self):
        first = self._confirmed()
        first.action_cancel()
        second = self._settle()
        for step in (first.action_draft, first.action_cancel):
            with self.assertRaisesRegex(UserError, f"{first.name} is “Cancelled”"):
                step()
        with self.assertRaisesRegex(UserError, f"{second.name} is “Draft”"):
            second.action_draft()
        second.action_confirm()
        second.action_create_bill()
        self.assertEqual((first.state, second.state), ("cancelled", "billed"))

    def test_lines_that_are_not_live_are_refused(self):
        self._claims(100.0)
        settlement = self._settle()
        settlement.sudo().line_ids.is_live = False
        with self.assertRaisesRegex(UserError, "Collect again"):
            settlement.action_confirm()

    def _set_in_database(self, table, record, **values):
        """What another transaction left there."""
        self.env.flush_all()
        for name, value in values.items():
            self.cr.execute(
                f"UPDATE {table} SET {name} = %s WHERE id = %s",
                (value, record.id),
            )
        self.env.invalidate_all()

    def test_a_changed_decision_is_refused_when_confirming_and_billing(self):
        self._claims(100.0)
        settlement = self._settle()
        line = settlement.sudo().line_ids.claim_line_id
        self._set_in_database("aftersales_claim_line", line, amount_approved=40.0)
        with self.assertRaisesRegex(UserError, "Collect again"):
            settlement.action_confirm()
        settlement.action_compute()
        settlement.action_confirm()
        self.assertEqual(settlement.amount_total, 40.0)
        self._set_in_database("aftersales_claim_line", line, amount_approved=30.0)
        with self.assertRaisesRegex(UserError, "Collect again"):
            settlement.action_create_bill()
        self.assertFalse(settlement.move_id)

    def test_a_changed_adjustment_is_refused(self):
        self._claims(100.0)
        award = self.env["aftersales.point.adjustment"].create(
            {
                "service_point_id": self.point.id,
                "date": date(2026, 3, 1),
                "amount": 20.0,
                "reason": "Award",
            }
        )
        settlement = self._settle()
        for vals in ({"amount": -5.0}, {"service_point_id": self.point_b.id}):
            before = {name: award[name] for name in vals}
            award.sudo().write(vals)
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "“Award” is not what was collected"),
            ):
                settlement.action_confirm()
            award.sudo().write(
                {n: getattr(v, "id", v) for n, v in before.items()},
            )
        settlement.action_confirm()
        self.assertEqual((settlement.amount_total, award.state), (120.0, "settled"))

    # -- bill ------------------------------------------------------------------

    def test_a_released_bill_cannot_be_revived(self):
        settlement, old = self._bill()
        old.button_cancel()
        self.assertEqual(old.aftersales_released_settlement_id.id, settlement.id)
        settlement.action_create_bill()
        new = settlement.move_id.with_env(self.env)
        self.assertNotEqual(old, new)
        for step in (
            old.button_draft,
            old._post,
            lambda: old.write({"state": "draft"}),
            lambda: old.write({"state": "posted"}),
        ):
            with self.assertRaisesRegex(UserError, "It stays cancelled"):
                step()
        self.assertEqual(old.state, "cancel")
        with self.assertRaisesRegex(UserError, "Only cancelling a bill releases it"):
            old.with_user(self.user_admin).write(
                {"aftersales_released_settlement_id": False}
            )
        new.action_post()
        self.assertEqual(new.state, "posted")

    @property
    def user_admin(self):
        return self.env.ref("base.user_admin")

    def test_a_bill_stays_the_payees_bill(self):
        settlement, move = self._bill()
        with self.assertRaisesRegex(UserError, "cannot become a credit note"):
            move.action_switch_move_type()
        move.partner_id = self.customer
        with self.assertRaisesRegex(UserError, "must be a vendor bill of"):
            move.action_post()
        move.partner_id = settlement.partner_id.id
        self._set_in_database("account_move", move, move_type="in_refund")
        with self.assertRaisesRegex(UserError, "must be a vendor bill of"):
            move.action_post()
        self._set_in_database("account_move", move, move_type="in_invoice")
        move.action_post()
        self.assertEqual(move.state, "posted")

    def test_a_bill_in_another_currency_is_refused(self):
        _settlement, move = self._bill()
        move.currency_id = self._get_other_currency(2.0)
        with self.assertRaisesRegex(UserError, "must be a vendor bill of"):
            move.action_post()

    def test_a_reversed_bill_is_frozen(self):
        settlement, move = self._bill()
        move.action_post()
        move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.assertEqual(move.payment_state, "reversed")
        with self.assertRaisesRegex(UserError, "is paid itself"):
            move.button_draft()
        self.assertEqual(settlement.state, "billed")

    def _get_other_currency(self, rate):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        other.active = True
        other.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "company_id": self.company.id,
                "name": date(2020, 1, 1),
                "rate": rate,
            }
        )
        return other

    # -- policy and unit -------------------------------------------------------

    def test_archiving_a_policy_keeps_the_cover_of_sold_units(self):
        before = self.unit._get_cover(date(2026, 3, 1))
        self.assertEqual(before["code"], "covered")
        self.policy.active = False
        self.assertEqual(self.unit._get_cover(date(2026, 3, 1)), before)
        fresh = self._create_unit(serial="AFTER-ARCHIVE")
        self.assertNotEqual(fresh.policy_version_id, self.version)

    def test_a_term_does_not_move_into_a_published_version(self):
        draft = self.env["aftersales.policy.version"].create(
            {
                "policy_id": self.policy.id,
                "date_effective": date(2027, 1, 1),
                "term_ids": [Command.create({"component": "travel", "months": 99})],
            }
        )
        with self.assertRaisesRegex(UserError, "is published and cannot be changed"):
            draft.term_ids.version_id = self.version
        self.env.invalidate_all()

    def _create_version_of_country(self, country):
        policy = self.env["aftersales.policy"].create(
            {
                "name": "Abroad",
                "country_id": country.id,
                "categ_ids": [Command.set(self.categ.ids)],
            }
        )
        return self._create_version([{"months": 1}], policy=policy)

    def test_a_unit_keeps_version_and_country_when_its_owner_moves(self):
        abroad = self.env["res.country"].create({"name": "Testland", "code": "X9"})
        country = self.unit.country_id
        there = self._create_version_of_country(abroad)
        self.customer.country_id = abroad
        self.assertEqual(self.unit.country_id, country)
        self.assertEqual(self.unit.policy_version_id, self.version)
        self.unit.partner_id = self.customer.copy()
        self.assertEqual(self.unit.policy_version_id, self.version)
        fresh = self._create_unit(serial="ABROAD")
        self.assertEqual(fresh.country_id, abroad)
        self.assertEqual(fresh.policy_version_id, there)

    def test_a_back_dated_version_reaches_new_sales_only(self):
        later = self._create_version(
            [{"months": 1}], date_effective=date(2025, 1, 1), reason="Back-dated"
        )
        self.unit.write({"country_id": self.unit.country_id.id, "date_delivery": False})
        self.assertEqual(self.unit.policy_version_id, self.version)
        self.unit.date_sale = date(2026, 2, 1)
        self.assertEqual(self.unit.policy_version_id, later)

    def test_a_unit_without_version_looks_again(self):
        self.unit.policy_version_id = False
        self.unit.country_id = self.env.ref("base.fr")
        self.assertEqual(self.unit.policy_version_id, self.version)

    # -- orders and claims -----------------------------------------------------

    def _expire(self, unit):
        unit.date_sale = date(2020, 1, 1)

    def test_cover_of_open_orders_follows_the_unit(self):
        order = self._create_done_order(("part", 1, 100.0, self.part))
        self.assertEqual(order.amount_warranty, 100.0)
        self.unit.write({"date_sale": date(2020, 1, 1), "date_restart": False})
        self.assertEqual(order.amount_warranty, 0.0)
        self.unit.date_restart = date(2026, 2, 1)
        self.assertEqual(order.amount_warranty, 100.0)

    def test_cover_of_closed_and_claimed_orders_stays(self):
        closed = self._create_done_order(date_request="2026-03-01 01:00:00")
        closed.action_close()
        claim = self._create_claim(date_request="2026-03-02 01:00:00")
        draft = self._create_claim(submit=False, date_request="2026-03-03 01:00:00")
        self.env.flush_all()
        self._expire(self.unit)
        self.assertEqual(
            [
                order.amount_warranty
                for order in (closed, claim.order_id, draft.order_id)
            ],
            [100.0, 100.0, 0.0],
        )

    def test_a_claimed_order_is_frozen(self):
        claim = self._create_claim()
        order = claim.order_id
        for step in (
            order.action_reopen,
            lambda: order.line_ids.write({"quantity": 5}),
            lambda: order.line_ids.unlink(),
            lambda: order.with_user(self.user_head).write(
                {"date_end": fields.Datetime.now()}
            ),
            lambda: self._add_lines(order, ("part", 1, 10.0, self.part)),
        ):
            with self.assertRaisesRegex(UserError, f"is claimed in {claim.name}"):
                step()
        claim.with_user(self.user_clerk).action_cancel()
        order.action_reopen()
        self.assertEqual(order.state, "in_progress")

    def test_a_claim_needs_its_order_finished(self):
        claim = self._create_claim(submit=False)
        claim.order_id.action_reopen()
        with self.assertRaisesRegex(UserError, "is not finished"):
            claim.action_submit()
        claim.order_id.state = "done"
        claim.with_user(self.user_service).sudo().action_submit()
        claim.order_id.state = "in_progress"
        with self.assertRaisesRegex(UserError, "is not finished"):
            claim.with_user(self.user_clerk).action_approve()
        self.assertEqual(claim.state, "submitted")

    def test_a_copy_of_a_claim_claims_nothing(self):
        claim = self._create_claim()
        self.assertFalse(claim.copy().line_ids)

    def _get_check(self, claim, code):
        return claim.check_ids.filtered(lambda check: check.code == code)

    def test_hand_lines_after_the_cover_fail(self):
        claim = self.env["aftersales.claim"].create(
            {
                "service_point_id": self.point.id,
                "registration_id": self.unit.id,
                "date_failure": self.unit.date_cover_end + relativedelta(days=1),
                "line_ids": [
                    Command.create(
                        {"kind": "other", "amount_claimed": 9.0, "cover_share": 100}
                    )
                ],
            }
        )
        claim.with_user(self.user_service).sudo().action_submit()
        self.assertEqual(self._get_check(claim, "COVER").result, "fail")
        claim.with_user(self.user_clerk)._send_back("Date")
        claim.date_failure = self.unit.date_cover_end
        claim.with_user(self.user_service).sudo().action_submit()
        self.assertEqual(self._get_check(claim, "COVER").result, "pass")

    def test_labour_claimed_twice_is_a_duplicate(self):
        vals = {"date_request": "2026-03-02 01:00:00"}
        first = self._create_claim(("labour", 1, 50.0, None), **vals)
        second = self._create_claim(("labour", 2, 60.0, None), **vals)
        other = self._create_claim(
            ("labour", 1, 50.0, None), date_request="2026-03-09 01:00:00"
        )
        check = self._get_check(second, "DUPLICATE")
        self.assertEqual(check.result, "fail")
        self.assertEqual(check.message, f"Also claimed in {first.name}.")
        self.assertEqual(self._get_check(other, "DUPLICATE").result, "pass")

    # -- figures ---------------------------------------------------------------

    def test_money_figures_are_in_the_companys_currency(self):
        other = self._get_other_currency(2.0)
        self._claims(100.0)
        self._approve(
            self._create_claim(
                ("travel", 1, 80.0, None),
                currency_id=other.id,
                date_request="2026-03-28 01:00:00",
            )
        )
        self._create_order(lot_id=self.lot.id, service_point_id=self.point.id)
        settlements = self._settle()
        settlements.action_confirm()
        settlements.action_create_bill()
        metrics = self.env["aftersales.metric"]._compute_metrics(
            ["SETTLED", "WCPU"], self.point, date(2026, 1, 1), date(2099, 12, 31)
        )
        self.assertEqual(metrics["SETTLED"][self.point.id], (140.0, 1))
        self.assertEqual(metrics["WCPU"][self.point.id], (140.0, 1))

    def test_units_of_unfinished_orders_do_not_count(self):
        fresh = self._create_unit(serial="OPEN-ORDER")
        self._claims(100.0)
        self._create_order(serial=fresh.serial, service_point_id=self.point.id)
        metrics = self.env["aftersales.metric"]._compute_metrics(
            ["WCPU"], self.point, date(2026, 1, 1), date(2099, 12, 31)
        )
        self.assertEqual(metrics["WCPU"][self.point.id], (100.0, 1))
