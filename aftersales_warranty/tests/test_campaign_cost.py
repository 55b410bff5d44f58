from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.models.flow import FLOW

from .recall_common import RecallCommon


@tagged("post_install", "-at_install")
class TestCampaignCost(RecallCommon):
    """The cost of a campaign follows from its sources and goes to the fund once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fund = cls.env["aftersales.fund"].create(
            {"name": "Safety Fund", "kind": "safety"}
        )
        deposit = (
            cls.env["aftersales.fund.move"]
            .with_user(cls.user_clerk)
            .create(
                {
                    "fund_id": cls.fund.id,
                    "kind": "deposit",
                    "amount": 1000.0,
                    "reason": "Start",
                }
            )
        )
        deposit.action_request()
        deposit.with_user(cls.user_head).action_approve()
        cls.campaign.sudo().fund_id = cls.fund
        cls._start()
        cls.money = cls.campaign.with_user(cls.user_clerk)

    def _claim(self, serial="AC-0001"):
        """An approved claim for the recall of a unit: 110 + 30."""
        row = self._row(serial)
        row.action_create_order()
        order = self._finish_recall(row)
        claim = self.env["aftersales.claim"].create(order._prepare_claim_vals())
        claim.with_user(self.user_service).sudo().action_submit()
        self.assertEqual(
            (claim.campaign_id, claim.claim_type), (self.campaign, "campaign")
        )
        return self._approve(claim)

    def _other(self, amount, name="Transport"):
        return (
            self.env["aftersales.campaign.cost"]
            .with_user(self.user_clerk)
            .create({"campaign_id": self.campaign.id, "name": name, "amount": amount})
        )

    def test_sources_of_the_cost(self):
        claim = self._claim()
        self._other(60.0)
        self.campaign.sudo().letter_cost = 1.5
        self.customer.email = False
        self.units[1].partner_id = self.env["res.partner"].create({"name": "No Mail"})
        self.campaign.action_notify()
        self._run_job()
        printed = self.campaign.letter_count
        self.assertEqual(printed, 2)
        self.campaign.action_print_letters()
        self.money.action_collect_costs()
        amounts = {cost.kind: cost.amount for cost in self.money.cost_ids}
        self.assertEqual(
            amounts,
            {"claim": claim.amount_approved, "notice": 1.5 * printed, "other": 60.0},
        )
        self.assertGreater(claim.amount_approved, 0)
        self.assertEqual(self.money.amount_open, sum(amounts.values()))
        self.assertEqual(self.money.cost_per_unit, self.money.amount_cost)
        self.money.action_collect_costs()
        self.assertEqual(len(self.money.cost_ids), 3)

    def test_the_checks_know_open_recalls(self):
        claims = self.env["aftersales.claim"]
        for serial in ("AC-0003", "AC-0011"):
            unit = self.units.filtered(lambda u, text=serial: u.serial == text)
            claims |= self._create_claim(unit=unit)
        results = {
            claim.serial: claim.check_ids.filtered(lambda c: c.code == "CAMPAIGN")
            for claim in claims
        }
        self.assertIn(self.campaign.name, results["AC-0003"].message)
        self.assertEqual(results["AC-0003"].result, "fail")
        self.assertEqual(results["AC-0011"].result, "na")
        self.assertEqual(
            claims._get_check_campaigns([{"id": claim.id} for claim in claims]),
            {claims[0].id: (self.campaign.name,)},
        )

    def test_the_fund_bears_each_cost_once(self):
        self._other(60.0)
        action = self.money.action_charge_fund()
        move = self.env["aftersales.fund.move"].browse(action["res_id"])
        self.assertEqual(
            (move.amount, move.state, move.kind, move.res_id),
            (60.0, "requested", "draw", self.campaign.id),
        )
        self.assertEqual((self.money.amount_requested, self.money.amount_open), (60, 0))
        with self.assertRaisesRegex(UserError, "no cost that is not charged yet"):
            self.money.action_charge_fund()
        move.with_user(self.user_head).action_approve()
        self.assertEqual((self.money.amount_charged, self.fund.balance), (60.0, 940.0))
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.money.cost_ids.amount = 1.0

    def test_what_changes_later_is_charged_as_a_difference(self):
        claim = self._claim()
        first = claim.amount_approved
        action = self.money.action_charge_fund()
        move = self.env["aftersales.fund.move"].browse(action["res_id"])
        move.with_user(self.user_head).action_approve()
        claim.with_user(self.user_clerk).action_reopen()
        line = claim.line_ids[0]
        reason = self.env.ref("aftersales_warranty.claim_reason_pwa")
        line.with_user(self.user_clerk).action_decide_line(
            line.amount_allowed - 10, reason
        )
        self._approve(claim)
        self.assertEqual(claim.amount_approved, first - 10)
        self._other(25.0)
        self.money.action_charge_fund()
        self.assertEqual(self.money.amount_requested, 15.0)
        self.assertEqual(self.money.amount_cost, first - 10 + 25)

    def test_compensations_of_owners_are_part_of_the_cost(self):
        row = self._row("AC-0001")
        action = row.with_user(self.user_service).action_propose_compensation()
        context = action["context"]
        self.assertEqual(
            (context["default_case_model"], context["default_case_id"]),
            ("aftersales.campaign.unit", row.id),
        )
        self.assertEqual(context["default_registration_id"], self.units[0].id)
        compensation = (
            self.env["aftersales.compensation"]
            .with_context(**context)
            .create(
                {
                    "cause_id": self.env["aftersales.compensation.cause"]
                    .search([("case_kind", "!=", False)], limit=1)
                    .id,
                    "cause": "Smoke",
                    "amount": 80.0,
                }
            )
        )
        self.assertEqual(self.money.amount_compensation, 0)
        compensation._write_flow({"state": "approved"})
        self.money.invalidate_recordset()
        self.assertEqual(
            (self.money.amount_compensation, self.money.amount_cost), (80, 80)
        )
        self.assertEqual(self.money.compensation_count, 1)
        found = self.env["aftersales.compensation"].search(
            self.money.action_view_compensations()["domain"]
        )
        self.assertEqual(found, compensation)
        # Its own draw bears it; the campaign does not ask for it again.
        with self.assertRaisesRegex(UserError, "no cost that is not charged yet"):
            self.money.action_charge_fund()

    def test_a_refused_draw_leaves_the_costs_open(self):
        self._claim()
        self._other(60.0)
        action = self.money.action_charge_fund()
        move = self.env["aftersales.fund.move"].browse(action["res_id"])
        total = move.amount
        move.with_user(self.user_head)._refuse("too much")
        self.money.action_collect_costs()
        self.assertEqual(self.money.amount_open, total)
        self.money.action_charge_fund()
        self.assertEqual(self.money.amount_requested, total)

    def test_without_fund_or_role(self):
        self._other(60.0)
        self.campaign.sudo().fund_id = False
        with self.assertRaisesRegex(UserError, "choose the special fund"):
            self.money.action_charge_fund()
        with self.assertRaisesRegex(AccessError, "Only a settlement clerk or the head"):
            self.campaign.action_charge_fund()
        with self.assertRaises(AccessError):
            self.campaign.read(["amount_cost"])

    @mute_logger("odoo.sql_db")
    def test_a_source_is_listed_once(self):
        claim = self._claim()
        self.money.action_collect_costs()
        Cost = self.env["aftersales.campaign.cost"].with_context(aftersales_flow=FLOW)
        vals = {"campaign_id": self.campaign.id, "name": "x", "amount": 1.0}
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            Cost.create({**vals, "kind": "claim", "claim_id": claim.id})
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            Cost.create({**vals, "kind": "claim"})
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._other(-1.0)

    def test_rpc_cannot_move_costs(self):
        cost = self._other(60.0)
        other = self._create_campaign()
        for vals in (
            {"kind": "claim"},
            {"fund_move_id": self.fund.move_ids[:1].id},
            {"state": "charged"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                cost.write(vals)
        self.assertFalse(
            self.env["aftersales.campaign.cost"]
            .with_user(self.user_clerk)
            .with_context(default_fund_move_id=self.fund.move_ids[:1].id)
            .create({"campaign_id": other.id, "name": "y", "amount": 5.0})
            .fund_move_id
        )

    def test_claims_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2020-01-01", "rate": 0.5}
        )
        row = self._row("AC-0004")
        row.action_create_order()
        order = row.order_id.sudo()
        order.currency_id = euro
        order = self._finish_recall(row)
        claim = self.env["aftersales.claim"].create(order._prepare_claim_vals())
        claim.with_user(self.user_service).sudo().action_submit()
        self._approve(claim)
        if self.company.currency_id != euro:
            self.money.action_collect_costs()
            self.assertAlmostEqual(self.money.amount_open, claim.amount_approved * 2)

    def test_two_companies(self):
        fund_b = self.env["aftersales.fund"].create(
            {"name": "B", "kind": "safety", "company_id": self.company_b.id}
        )
        with self.assertRaises(UserError):
            self.campaign.sudo().fund_id = fund_b
        campaign_b = (
            self.env["aftersales.campaign"]
            .with_company(self.company_b)
            .create({"title": "B", "company_id": self.company_b.id})
        )
        with self.assertRaises(AccessError):
            campaign_b.with_user(self.user_head).read(["title"])
        with self.assertRaises(UserError):
            self.env["aftersales.campaign.unit"].create(
                {"campaign_id": campaign_b.id, "registration_id": self.units[0].id}
            )
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestCampaignCommand(RecallCommon):
    def test_parts_belong_to_their_campaign(self):
        part = self.campaign.part_ids
        with self.assertRaises(AccessError):
            part.with_user(self.user_service).write({"quantity": 2})
        self.campaign.write({"part_ids": [Command.update(part.id, {"quantity": 2})]})
        self.assertEqual(part.quantity, 2)
