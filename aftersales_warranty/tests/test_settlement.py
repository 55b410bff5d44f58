from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestSettlement(WarrantyCommon):
    def _claims(self, *amounts, point=None):
        claims = self.env["aftersales.claim"]
        for index, amount in enumerate(amounts, 1):
            claims |= self._create_claim(
                ("travel", 1, amount, None),
                point=point,
                date_request=f"2026-03-{index:02} 01:00:00",
            )
        return self._approve(claims)

    def _adjust(self, amount, reason="Award", day=date(2026, 3, 1)):
        return self.env["aftersales.point.adjustment"].create(
            {
                "service_point_id": self.point.id,
                "date": day,
                "amount": amount,
                "reason": reason,
            }
        )

    def _bill(self, *amounts):
        claims = self._claims(*(amounts or (100.0,)))
        settlement = self._settle()
        settlement.action_confirm()
        settlement.action_create_bill()
        return claims, settlement, settlement.move_id.with_env(self.env)

    def _get_blockers(self):
        """What keeps the point from leaving: how many records by label."""
        self.env.flush_all()
        return {
            label: count for label, count, _a in self.point._get_clearance_blockers()
        }

    def test_settlement_collects_approved_lines(self):
        claims = self._claims(100.0, 50.0)
        self._create_claim(date_request="2026-03-20 01:00:00")  # undecided
        settlement = self._settle()
        self.assertEqual(settlement.claim_line_ids, claims.line_ids)
        self.assertEqual((settlement.amount_total, settlement.claim_count), (150.0, 2))
        self.assertEqual(settlement.partner_id, self.point.partner_id)
        self.assertEqual(claims.settlement_id, settlement)
        self.assertFalse(self._settle(), "the same period again takes nothing")

    def test_late_claims_roll_over(self):
        claims = self._claims(100.0)
        self._decide_on(claims, date(2026, 4, 2))
        self.assertFalse(self._settle(date_to=date(2026, 3, 31)))
        settlement = self._settle(date_to=date(2026, 4, 30))
        self.assertEqual(settlement.claim_line_ids, claims.line_ids)

    def test_coefficient_is_exact_in_the_sum(self):
        self.point.level_id = self.env["aftersales.point.level"].create(
            {"name": "Test Level", "coefficient": 0.95}
        )
        # 3 x 33.33 = 99.99; x 0.95 = 94.9905 -> 94.99; a line alone would be 31.66
        self._claims(33.33, 33.33, 33.33)
        settlement = self._settle()
        self.assertEqual(settlement.coefficient, 0.95)
        self.assertEqual(settlement.line_ids.mapped("amount"), [31.67, 31.66, 31.66])
        self.assertEqual(settlement.amount_total, 94.99)

    def test_awards_and_penalties(self):
        self._claims(100.0)
        award = self._adjust(20.0)
        penalty = self._adjust(-30.0, "Penalty")
        future = self._adjust(5.0, "Later", date(2099, 12, 31))
        settlement = self._settle(date_to=date(2099, 1, 1))
        self.assertEqual(
            (settlement.amount_claims, settlement.amount_adjustments), (100.0, -10.0)
        )
        settlement.action_confirm()
        self.assertEqual((award | penalty).mapped("state"), ["settled", "settled"])
        self.assertEqual(future.state, "open")
        settlement.action_draft()
        self.assertEqual((award | penalty).mapped("state"), ["open", "open"])

    def test_collect_again(self):
        first = self._claims(100.0)
        settlement = self._settle()
        second = self._create_claim(
            ("travel", 1, 7.0, None), date_request="2026-03-25 01:00:00"
        )
        self._approve(second)
        settlement.action_compute()
        self.assertEqual(settlement.claim_line_ids, (first | second).line_ids)
        self.assertEqual(settlement.amount_total, 107.0)

    def test_a_claim_in_settlement_cannot_be_reopened(self):
        claims = self._claims(100.0)
        settlement = self._settle()
        with self.assertRaisesRegex(UserError, f"part of settlement {settlement.name}"):
            claims.with_user(self.user_clerk).action_reopen()
        settlement.action_cancel()
        claims.with_user(self.user_clerk).action_reopen()
        self.assertEqual(claims.state, "review")

    def test_cancelled_settlement_gives_its_lines_free(self):
        claims = self._claims(100.0)
        first = self._settle()
        first.action_confirm()
        first.action_cancel()
        second = self._settle()
        self.assertEqual(second.claim_line_ids, claims.line_ids)
        self.assertEqual(first.state, "cancelled")

    @mute_logger("odoo.sql_db")
    def test_a_line_is_in_one_live_settlement(self):
        self._claims(100.0)
        settlement = self._settle()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            settlement.line_ids.sudo().copy()

    def test_bill_has_exactly_the_approved_amount(self):
        claims, settlement, move = self._bill(100.0, 50.1)
        self.assertEqual(
            (move.move_type, move.state, move.amount_untaxed, move.amount_total),
            ("in_invoice", "draft", 150.1, 150.1),
        )
        self.assertEqual(move.partner_id, self.point.partner_id)
        self.assertEqual(move.ref, settlement.self_billing_ref)
        self.assertEqual(move.payment_reference, settlement.name)
        self.assertEqual(
            move.invoice_line_ids.mapped("name"),
            [f"{claim.name} Travel" for claim in claims],
        )
        self.assertEqual(settlement.state, "billed")
        self.assertEqual(claims.mapped("state"), ["settled", "settled"])
        with self.assertRaisesRegex(UserError, "has the bill"):
            settlement.action_create_bill()
        with self.assertRaisesRegex(UserError, "Cancel or delete the bill first"):
            settlement.action_cancel()

    def test_bill_needs_confirmation_and_payee(self):
        self._claims(100.0)
        settlement = self._settle()
        with self.assertRaisesRegex(UserError, "before billing it"):
            settlement.action_create_bill()
        settlement.action_confirm()
        self.point.partner_id = False
        with self.assertRaisesRegex(UserError, "no company or address to be paid"):
            settlement.action_create_bill()

    def test_many_claims_are_billed_by_kind(self):
        self._claims(10.0, 20.0)
        settlement = self._settle()
        settlement.action_confirm()
        self.patch(
            __import__(
                "odoo.addons.aftersales_warranty.models.aftersales_settlement_bill",
                fromlist=["DETAIL_LIMIT"],
            ),
            "DETAIL_LIMIT",
            1,
        )
        settlement.action_create_bill()
        lines = settlement.sudo().move_id.invoice_line_ids
        self.assertEqual(
            [(line.name, line.price_subtotal) for line in lines],
            [("Warranty claims: Travel", 30.0)],
        )

    def test_tax_comes_on_top(self):
        country = self.company.account_fiscal_country_id or self.country
        tax = self.env["account.tax"].create(
            {
                "name": "Test 10",
                "amount": 10,
                "type_tax_use": "purchase",
                "country_id": country.id,
                "tax_group_id": self.env["account.tax.group"]
                .create({"name": "Test", "country_id": country.id})
                .id,
            }
        )
        self.company.aftersales_claim_tax_id = tax
        _claims, _settlement, move = self._bill(100.0)
        self.assertEqual((move.amount_untaxed, move.amount_total), (100.0, 110.0))

    def test_deleting_the_bill_reopens_only_its_settlement(self):
        claims, settlement, move = self._bill(100.0)
        other = self._claims(70.0, point=self.point_b)
        other_settlement = self._settle(self.point_b)
        other_settlement.action_confirm()
        other_settlement.action_create_bill()
        move.unlink()
        self.assertEqual(
            (settlement.state, settlement.move_id.id), ("confirmed", False)
        )
        self.assertEqual(claims.state, "approved")
        self.assertEqual((other.state, other_settlement.state), ("settled", "billed"))
        settlement.action_create_bill()
        self.assertEqual(claims.state, "settled")

    def test_cancelling_the_bill_reopens_it(self):
        claims, settlement, move = self._bill(100.0)
        move.button_cancel()
        self.assertEqual(
            (settlement.state, settlement.move_id.id), ("confirmed", False)
        )
        self.assertEqual(claims.state, "approved")

    def test_resetting_and_posting_again(self):
        claims, settlement, move = self._bill(100.0)
        move.action_post()
        self.assertEqual(settlement.state, "billed")
        move.button_draft()
        self.assertEqual((settlement.state, claims.state), ("confirmed", "approved"))
        self.assertEqual(settlement.move_id, move)
        with self.assertRaisesRegex(UserError, "has the bill"):
            settlement.action_create_bill()
        move.invoice_line_ids.price_unit = 120.0
        with self.assertRaisesRegex(UserError, "Correct the bill"):
            move.action_post()
        move.invoice_line_ids.price_unit = 100.0
        move.action_post()
        self.assertEqual((settlement.state, claims.state), ("billed", "settled"))

    def test_a_paid_settlement_is_frozen(self):
        claims, settlement, move = self._bill(100.0)
        move.action_post()
        self._pay_bill(move)
        self.assertEqual(move.payment_state, "paid")
        for step in (move.button_draft, move.button_cancel):
            with self.assertRaisesRegex(UserError, "is paid itself"):
                step()
        with self.assertRaisesRegex(UserError, "Cancel or delete the bill"):
            settlement.action_draft()
        self.assertEqual((settlement.state, claims.state), ("billed", "settled"))

    def test_settlement_cannot_be_written_past_its_steps(self):
        self._claims(100.0)
        settlement = self._settle()
        faked = settlement.with_context(aftersales_settlement_flow=True)
        with self.assertRaisesRegex(UserError, "changes by its buttons"):
            faked.state = "billed"
        settlement.action_confirm()
        with self.assertRaisesRegex(UserError, "is no longer a draft"):
            settlement.date_to = date(2030, 1, 1)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            settlement.unlink()
        empty = self.env["aftersales.settlement"].create(
            {
                "service_point_id": self.point.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 1, 31),
            }
        )
        with self.assertRaisesRegex(UserError, "has nothing to settle"):
            empty.with_user(self.user_clerk).action_confirm()

    def test_only_clerks_settle(self):
        self._claims(100.0)
        settlement = self._settle()
        for user in (self.user_head, self.user_centre, self.user_auditor):
            with self.subTest(user=user.login):
                self.assertEqual(settlement.with_user(user).amount_total, 100.0)
                with self.assertRaises(AccessError):
                    settlement.with_user(user).action_confirm()
                with self.assertRaises(AccessError):
                    self.env["aftersales.settlement"].with_user(user)._settle_points(
                        self.point, date(2026, 1, 1), date(2026, 12, 31)
                    )
        for user in (self.user_service, self.user_warehouse, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                settlement.with_user(user).read(["amount_total"])

    def test_centre_sees_its_own_subtree_only(self):
        self._claims(100.0, point=self.point_b)
        settlement = self._settle(self.point_b)
        with self.assertRaises(AccessError):
            settlement.with_user(self.user_centre).read(["amount_total"])

    def test_run_wizard(self):
        self._claims(100.0)
        self._claims(30.0, point=self.point_b)
        wizard = (
            self.env["aftersales.settlement.run"]
            .with_user(self.user_clerk)
            .create({"date_from": date(2026, 1, 1), "date_to": date(2099, 12, 31)})
        )
        action = wizard.action_run()
        found = self.env["aftersales.settlement"].search(action["domain"])
        mine = found.filtered(lambda s: s.service_point_id in self.point | self.point_b)
        self.assertEqual(sorted(mine.mapped("amount_total")), [30.0, 100.0])
        with self.assertRaisesRegex(UserError, "Nothing waits for a settlement"):
            wizard.action_run()

    def test_currencies_are_settled_apart(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        other.active = True
        self._claims(100.0)
        claim = self._create_claim(
            ("travel", 1, 80.0, None),
            currency_id=other.id,
            date_request="2026-03-28 01:00:00",
        )
        self._approve(claim)
        settlements = self._settle()
        self.assertEqual(
            {s.currency_id: s.amount_total for s in settlements},
            {self.company.currency_id: 100.0, other: 80.0},
        )

    def test_clearance_and_metrics(self):
        claims = self._claims(100.0, 60.0)
        labels = [b[0] for b in self.point._get_clearance_blockers()]
        self.assertIn("approved lines not settled", labels)
        settlement = self._settle()
        labels = [b[0] for b in self.point._get_clearance_blockers()]
        self.assertIn("settlements without a bill", labels)
        settlement.action_confirm()
        settlement.action_create_bill()
        labels = {b[0] for b in self.point._get_clearance_blockers()}
        self.assertFalse(
            labels
            & {
                "approved lines not settled",
                "settlements without a bill",
                "open claims",
            }
        )
        self.assertIn("settlement bills not paid", labels)
        self.assertEqual(claims.mapped("state"), ["settled", "settled"])
        metrics = self.env["aftersales.metric"]._compute_metrics(
            ["SETTLED", "CREJ", "CCYC", "WCPU"],
            self.point | self.point_b,
            date(2026, 1, 1),
            date(2099, 12, 31),
        )
        self.assertEqual(metrics["SETTLED"][self.point.id], (160.0, 1))
        self.assertEqual(metrics["SETTLED"][self.point_b.id], (0, 0))
        self.assertEqual(metrics["CREJ"][self.point.id], (0, 2))
        self.assertEqual(metrics["CCYC"][self.point.id], (0, 2))
        self.assertEqual(
            (
                float(metrics["WCPU"][self.point.id][0]),
                metrics["WCPU"][self.point.id][1],
            ),
            (160.0, 1),
        )
        for code in ("SETTLED", "CREJ", "CCYC", "WCPU", "REG"):
            action = self.env["aftersales.metric"]._get_metric_action(
                code, self.point, date(2026, 1, 1), date(2099, 12, 31)
            )
            self.env[action["res_model"]].search(action["domain"], limit=1)

    def test_an_unpaid_bill_blocks_the_clearance(self):
        _claims, settlement, move = self._bill(100.0)
        label = "settlement bills not paid"
        self.assertEqual(self._get_blockers()[label], 1, "a draft bill is not paid")
        move.action_post()
        self.assertEqual(self._get_blockers()[label], 1)
        action = next(
            action
            for name, _count, action in self.point._get_clearance_blockers()
            if name == label
        )
        found = self.env["aftersales.settlement"].search(action["domain"])
        self.assertEqual(found, settlement)
        self.assertNotIn(
            label, [name for name, *_more in self.point_b._get_clearance_blockers()]
        )
        self._pay_bill(move)
        self.assertTrue(settlement.is_paid)
        self.assertNotIn(label, self._get_blockers())

    def test_a_total_of_zero_leaves_nothing_to_pay(self):
        self._adjust(-100.0, "Penalty")
        _claims, settlement, _move = self._bill(100.0)
        self.assertEqual(
            (settlement.state, settlement.amount_total, settlement.is_paid),
            ("billed", 0.0, False),
        )
        self.assertNotIn("settlement bills not paid", self._get_blockers())

    def test_a_point_with_an_unpaid_bill_cannot_close(self):
        _claims, _settlement, move = self._bill(100.0)
        withdrawal = self.env["aftersales.withdrawal"].create(
            {
                "service_point_id": self.point.id,
                "cause": "own_wish",
                "reason": "Retires",
            }
        )
        withdrawal.action_submit()
        for role in ("centre", "reviewer", "head"):
            withdrawal.with_user(getattr(self, f"user_{role}")).action_approve()
        head = withdrawal.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "settlement bills not paid"):
            head.action_close()
        self.assertEqual(self.point.state, "withdrawal")
        move.action_post()
        self._pay_bill(move)
        self.assertNotIn("settlement bills not paid", self._get_blockers())

    def test_open_claims_block_the_clearance(self):
        self._create_claim()
        labels = {b[0]: b[1] for b in self.point._get_clearance_blockers()}
        self.assertEqual(labels["open claims"], 1)
        self.assertEqual(self.point.open_claim_count, 1)
        action = self.point.action_view_open_claims()
        self.assertEqual(self.env["aftersales.claim"].search_count(action["domain"]), 1)

    def test_statement_prints(self):
        claims, settlement, _move = self._bill(100.0)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("aftersales_warranty.report_settlement", settlement.ids)[
                0
            ]
            .decode()
        )
        self.assertIn(settlement.name, html)
        self.assertIn(claims.name, html)
        self.assertIn("100.00", html)
        self.assertIn("Authorised Repair Unit", html)

    def test_settlements_by_kind_of_point(self):
        self.point_b.kind = "franchise"
        self._claims(100.0)
        self._claims(30.0, point=self.point_b)
        settlements = self._settle(self.point | self.point_b)
        Settlement = self.env["aftersales.settlement"].with_user(self.user_clerk)
        rows = Settlement.formatted_read_group(
            [("id", "in", settlements.ids)], ["point_kind"], ["amount_total:sum"]
        )
        self.assertEqual(
            {row["point_kind"]: row["amount_total:sum"] for row in rows},
            {"authorized": 100.0, "franchise": 30.0},
        )
        found = Settlement.search(
            [("id", "in", settlements.ids), ("point_kind", "=", "franchise")]
        )
        self.assertEqual(found.service_point_id, self.point_b)

    def test_settling_needs_a_bounded_number_of_queries(self):
        def count(number, start):
            points = self.env["aftersales.service.point"]
            for index in range(number):
                point = self._create_point(name=f"Q{start}{index}")
                points |= point
                self._claims(10.0, 20.0, point=point)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            settlements = self._settle(points)
            self.env.flush_all()
            self.assertEqual(len(settlements), number)
            return self.cr.sql_log_count - before

        count(1, "a")
        few, many = count(2, "b"), count(12, "c")
        self.assertLessEqual(many - few, 4, f"{few} → {many}")
