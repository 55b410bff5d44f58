from datetime import date, timedelta

from odoo.tests import tagged

from .settle_common import SettleCommon
from .test_part_result import PartResultCommon


@tagged("post_install", "-at_install")
class TestPartFound(SettleCommon, PartResultCommon):
    """Lateness counts once, and what arrives after all is not missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Rule = cls.env["aftersales.deduction.rule"]
        Rule.search([("company_id", "=", cls.company.id)]).action_archive()
        cls._create_deduction("part_late", basis="fixed", amount=25.0)
        cls._create_deduction("part_missing", days=60, basis="share", share=80)

    @classmethod
    def _create_deduction(cls, kind, **vals):
        cls.env["aftersales.deduction.rule"].create(
            {"name": kind, "kind": kind, "date_from": date(2020, 1, 1), **vals}
        )

    def _collect(self):
        return self.env["aftersales.settlement"]._collect_deductions(
            self.point, self.today
        )

    def _miss(self, claim, days=11):
        """The daily job counts the old part of the claim as missing."""
        part = claim.line_ids.part_return_ids or self._owe(
            claim_line_id=claim.line_ids[0].id
        )
        part._write_flow({"date_due": self.today - timedelta(days=days)})
        self._run_job(self.env["aftersales.part.return"]._cron_missing_parts)
        return part

    def _find(self, part, finding="confirmed", note=None):
        self._receive(part)
        part.with_user(self.user_warehouse).action_inspect(finding, note)

    # -- lateness once -----------------------------------------------------------

    def test_what_counted_for_the_line_is_not_charged_as_well(self):
        self._create_result_rule("late", 80, "pnr")
        claim = self._create_claim()
        part = claim.line_ids.part_return_ids or self._owe(
            claim_line_id=claim.line_ids.id
        )
        part._write_flow({"date_due": self.today - timedelta(days=6)})
        self._find(part)
        self.assertEqual(claim.line_ids.amount_allowed, 80.0)
        self.assertEqual(part.time_source, "result")
        self.assertFalse(self._collect())

    def test_what_was_charged_does_not_count_for_the_line_as_well(self):
        self._create_result_rule("late", 80, "pnr")
        claim = self._create_claim()
        part = claim.line_ids.part_return_ids or self._owe(
            claim_line_id=claim.line_ids.id
        )
        part._write_flow({"date_due": self.today - timedelta(days=6)})
        self.assertEqual(self._collect().amount, -25.0)
        self.assertEqual(part.time_source, "part_late")
        self._find(part)
        self.assertEqual(claim.line_ids.amount_allowed, 100.0)
        self.assertFalse(self._results(part))

    def test_a_line_lost_for_a_missing_part_is_not_charged_as_well(self):
        self._create_result_rule("missing", 0, "pnr", days=10)
        claim = self._create_claim()
        self._miss(claim)
        self.assertEqual(claim.line_ids.amount_allowed, 0.0)
        self.assertFalse(self._collect())

    # -- found -------------------------------------------------------------------

    def test_found_before_the_decision(self):
        self._create_result_rule("missing", 0, "pnr", days=10)
        claim = self._create_claim()
        part = self._miss(claim)
        self.assertEqual(claim.line_ids.amount_allowed, 0.0)
        self._find(part)
        self.assertTrue(self._results(part).is_reversed)
        self.assertEqual(claim.line_ids.amount_allowed, 100.0)
        self.assertFalse(claim.line_ids.part_result_id)
        self.assertIn("arrived after all", str(claim.message_ids.mapped("body")))

    def test_found_after_the_decision(self):
        self._create_result_rule("missing", 0, "pnr", days=10)
        claim = self._create_claim()
        self._approve(claim)
        part = self._miss(claim)
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))
        self._find(part)
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 100.0))
        self.assertFalse(claim.line_ids.reason_id)
        self.assertEqual(self._settle().amount_total, 100.0)

    def test_found_but_late_or_without_fault(self):
        self._create_result_rule("missing", 0, "pnr", days=10)
        self._create_result_rule("late", 80, "pnr")
        self.rule.share = 30
        claim = self._create_claim()
        self._find(self._miss(claim))
        self.assertEqual(claim.line_ids.amount_allowed, 80.0)
        other = self._create_claim(date_request="2026-03-03 08:00:00")
        self._find(self._miss(other), "no_fault", "Runs")
        self.assertEqual(other.line_ids.amount_allowed, 30.0)

    def test_another_part_came_instead(self):
        self._create_result_rule("missing", 0, "pnr", days=10)
        claim = self._create_claim()
        part = self._miss(claim)
        self._find(part, "not_ours", "Another brand")
        self.assertFalse(self._results(part).is_reversed)
        self.assertEqual(claim.line_ids.amount_allowed, 0.0)

    def test_the_work_was_claimed_anew(self):
        self._create_result_rule("missing", 0, "pnr", days=10)
        claim = self._create_claim()
        self._approve(claim)
        part = self._miss(claim)
        twin = claim.copy({"order_id": False, "serial": claim.serial})
        self.env["aftersales.claim.line"].create(
            {
                "claim_id": twin.id,
                "kind": "part",
                "product_id": self.part.id,
                "amount_claimed": 10.0,
            }
        )
        self._find(part)
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))
        task = claim.activity_ids
        self.assertEqual(
            task.summary,
            f"The old part {part.display_name} arrived after all: look at the decision",
        )
        self.assertTrue(
            task.user_id.has_group("aftersales_network.group_settlement_clerk")
        )

    def test_what_the_settlement_charged_is_given_back_once(self):
        claim = self._create_claim()
        line = claim.line_ids
        part = line.part_return_ids or self._owe(claim_line_id=line.id)
        part._write_flow({"state": "waived"})
        line.old_part_received = True
        self._approve(claim)
        self._settle()
        part._write_flow({"state": "owed", "date_due": self.today - timedelta(days=61)})
        charged = self._collect()
        self.assertEqual((charged.kind, charged.amount), ("part_missing", -80.0))
        self._find(part)
        entries = self.env["aftersales.point.adjustment"].search(
            [("claim_line_id", "=", line.id)]
        )
        self.assertEqual(sorted(entries.mapped("amount")), [-80.0, 80.0])
        self.assertEqual(line._get_net_settled(), 100.0)
        part.sudo()._note_found()
        self.assertEqual(len(line.entry_ids), 2)
