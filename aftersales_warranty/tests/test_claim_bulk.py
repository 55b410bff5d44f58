from datetime import datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .claims_common import ClaimsCommon


@tagged("post_install", "-at_install")
class TestClaimBulk(ClaimsCommon):
    def _order(self, day, *lines, **vals):
        return self._create_done_order(
            *lines, date_request=datetime(2026, 3, day, 8), **vals
        )

    def _order_outside_cover(self):
        return self._create_done_order(date_request=datetime(2030, 3, 1, 8))

    def _make(self, orders, user=None, **vals):
        action = orders.action_claim_many()
        wizard = (
            self.env["aftersales.claim.bulk"]
            .with_user(user or self.user_clerk)
            .with_context(**action["context"])
            .create(vals)
        )
        wizard.action_make()
        return wizard

    def test_many_orders_in_one_click_with_a_report(self):
        good = self._order(1) | self._order(2)
        running = self._create_order(service_point_id=self.point.id)
        free = self._order_outside_cover()
        claimed = self._create_claim(date_request=datetime(2026, 3, 3, 8)).order_id
        wizard = self._make(good | running | free | claimed)
        self.assertEqual((wizard.taken_count, wizard.refused_count), (2, 3))
        report = {line.order_id: line for line in wizard.line_ids}
        self.assertEqual(
            [report[order].result for order in good | running | free | claimed],
            ["taken", "taken", "refused", "refused", "refused"],
        )
        self.assertEqual(
            report[running].text,
            f"{running.name}: a claim needs a finished order of a service point.",
        )
        self.assertEqual(
            report[free].text, f"{free.name} has nothing that the warranty bears."
        )
        self.assertEqual(
            report[claimed].text,
            f"{claimed.name} is already claimed in {claimed.claim_ids.name}.",
        )
        self.assertEqual(good.claim_ids.mapped("state"), ["draft", "draft"])
        again = self._make(good)
        self.assertEqual((again.taken_count, again.refused_count), (0, 2))

    def test_they_are_handed_in_as_far_as_possible(self):
        self.Rule.create({"name": "Dear", "amount": 500})
        cheap, dear = self._order(1), self._order(2, ("part", 1, 500.0, self.part))
        wizard = self._make(cheap | dear, submit=True)
        self.assertEqual(cheap.claim_ids.state, "submitted")
        self.assertEqual(dear.claim_ids.state, "draft")
        line = wizard.line_ids.filtered(lambda x: x.order_id == dear)
        self.assertEqual(line.result, "taken")
        self.assertIn("needs an authorisation (Dear)", line.text)

    def test_lines_above_the_rates_are_lowered(self):
        self._create_rate()
        order, other = self._order(1), self._order(2, ("part", 1, 150.0, self.part))
        self._make(order | other, submit=True)
        self.assertEqual(other.claim_ids.amount_claimed, 120.0)
        self.assertEqual(
            (order | other).claim_ids.mapped("state"), ["submitted", "submitted"]
        )
        third = self._order(3, ("part", 1, 150.0, self.part))
        self._make(third, lower=False)
        self.assertEqual(third.claim_ids.amount_claimed, 150.0)

    def test_one_clash_does_not_keep_back_the_others(self):
        first = self._create_claim(date_request=datetime(2026, 3, 1, 8))
        # The same part of the same unit on the same day, in another order.
        clash, good = self._order(1), self._order(2)
        with self.assertLogs("odoo.sql_db", "ERROR"):
            wizard = self._make(clash | good)
        self.assertEqual((wizard.taken_count, wizard.refused_count), (1, 1))
        line = wizard.line_ids.filtered(lambda x: x.order_id == clash)
        self.assertEqual(
            line.text,
            "The same order, or the same part of the unit and day, is claimed already.",
        )
        self.assertTrue(good.claim_ids)
        self.assertEqual(len(first.line_ids), 1)

    def test_making_many_needs_few_queries(self):
        def count(days):
            orders = self.env["aftersales.service.order"].browse()
            for day in days:
                orders |= self._order(day)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            orders._make_claims()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count([1])
        few, many = count([2, 3]), count(range(4, 24))
        self.assertLessEqual(many - few, 3, f"{few} → {many}")

    def test_only_own_orders_and_own_window(self):
        order = self._order(1)
        wizard = self._make(order)
        with self.assertRaises(AccessError):
            wizard.with_user(self.user_service).read(["taken_count"])
        for user in (self.user_auditor, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["aftersales.claim.bulk"].with_user(user).create(
                    {"order_ids": [Command.set(order.ids)]}
                )

    # -- at the close ----------------------------------------------------------------

    def test_nothing_is_made_at_the_close_by_default(self):
        order = self._order(1)
        order.action_close()
        self.assertFalse(order.claim_ids)

    def test_a_draft_at_the_close(self):
        self.company.aftersales_claim_auto = "draft"
        orders = self._order(1) | self._order(2)
        orders.action_close()
        self.assertEqual(orders.mapped("state"), ["closed", "closed"])
        self.assertEqual(orders.claim_ids.mapped("state"), ["draft", "draft"])

    def test_submitted_at_the_close(self):
        self.company.aftersales_claim_auto = "submit"
        order = self._order(1)
        order.with_user(self.user_dispatcher).sudo().action_close()
        self.assertEqual(order.claim_ids.state, "submitted")
        self.assertEqual(order.claim_ids.submitted_by_id, self.user_dispatcher)

    def test_a_failure_never_blocks_the_close(self):
        self.company.aftersales_claim_auto = "submit"
        self.Rule.create({"name": "Dear", "amount": 1})
        order = self._order(1)
        order.action_close()
        self.assertEqual(order.state, "closed")
        claim = order.claim_ids
        self.assertEqual(claim.state, "draft")
        activity = claim.activity_ids
        self.assertEqual(activity.summary, f"Claim of {order.name}")
        self.assertIn("needs an authorisation (Dear)", activity.note)
        clerks = self.company._get_aftersales_people(
            "aftersales_network.group_settlement_clerk"
        )
        self.assertIn(activity.user_id, clerks)

    def test_orders_without_anything_to_claim_are_left_alone(self):
        self.company.aftersales_claim_auto = "submit"
        order = self._order_outside_cover()
        order.action_close()
        self.assertFalse(order.claim_ids)
        self.assertFalse(order.activity_ids)

    def test_another_company_keeps_its_setting(self):
        self.company_b.aftersales_claim_auto = "submit"
        order = self._order(1)
        order.action_close()
        self.assertFalse(order.claim_ids)
