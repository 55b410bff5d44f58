import importlib.util
from datetime import date, timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.modules.module import get_module_path
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_part_return import OldPartCommon


class PartResultCommon(OldPartCommon):
    """Claims whose old part is due back, and the rules for what it shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.env["aftersales.claim.rule"].search([]).action_archive()
        Rule = cls.env["aftersales.part.result.rule"]
        cls.rules = Rule.with_context(active_test=False).search([])
        cls.rules.action_archive()
        cls.rules.flush_recordset()
        cls.rule = cls._create_result_rule("no_fault", 0, "ndf")

    @classmethod
    def _create_result_rule(cls, event, share, reason, **vals):
        return cls.env["aftersales.part.result.rule"].create(
            {
                "event": event,
                "share": share,
                "reason_id": cls.env.ref(
                    f"aftersales_warranty.claim_reason_{reason}"
                ).id,
                **vals,
            }
        )

    @classmethod
    def _claim_part(cls, *lines, **vals):
        """(claim, old part) of a submitted claim whose part was received."""
        claim = cls._create_claim(*lines, **vals)
        line = claim.line_ids.filtered("old_part_due")[:1]
        part = claim.order_id.old_part_ids or cls._owe(claim_line_id=line.id)
        cls._receive(part)
        return claim, part.with_user(cls.user_warehouse)

    def _results(self, part):
        return self.env["aftersales.part.result"].search(
            [("part_return_id", "=", part.id)]
        )


@tagged("post_install", "-at_install")
class TestPartResult(PartResultCommon):
    """X04: the inspection of the old part changes the claim line."""

    def test_a_held_line_is_not_paid_before_the_inspection(self):
        claim, part = self._claim_part()
        self.assertTrue(claim.line_ids.is_part_held)
        self._approve(claim)
        self.assertFalse(self._settle())
        part.action_inspect("confirmed")
        self.assertFalse(claim.line_ids.is_part_held)
        self.assertFalse(self._results(part))
        self.assertEqual(self._settle().line_ids.claim_line_id, claim.line_ids)

    def _bill(self, settlement):
        settlement.action_confirm()
        settlement.action_create_bill()
        return settlement.sudo().move_id

    def test_a_held_line_is_paid_after_the_rest_of_its_claim(self):
        claim, part = self._claim_part(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        held, labour = claim.line_ids
        self._approve(claim)
        first = self._settle()
        self.assertEqual(first.line_ids.claim_line_id, labour)
        bill = self._bill(first)
        self.assertEqual(claim.state, "approved", "a line is still to be paid")
        blockers = {row[0]: row[1] for row in self.point._get_clearance_blockers()}
        self.assertEqual(blockers["approved lines not settled"], 1)
        self.assertFalse(self._settle(), "not before the part was inspected")
        part.action_inspect("confirmed")
        second = self._settle()
        self.assertEqual(second.line_ids.claim_line_id, held)
        self._bill(second)
        self.assertEqual(
            (claim.state, claim.line_ids.mapped("claim_state")),
            (
                "settled",
                ["settled", "settled"],
            ),
        )
        bill.button_cancel()
        self.assertEqual((first.state, second.state), ("confirmed", "billed"))
        self.assertEqual(claim.state, "approved")
        first.action_create_bill()
        self.assertEqual(claim.state, "settled")

    def test_a_held_line_is_cut_after_the_rest_was_billed(self):
        claim, part = self._claim_part(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        self._approve(claim)
        self._bill(self._settle())
        part.action_inspect("no_fault", "Runs on the bench")
        self.assertEqual(self._results(part).effect, "cut")
        self.assertEqual(claim.line_ids[0].amount_approved, 0.0)
        self.assertFalse(self._settle())

    def test_claims_settled_too_early_are_opened_by_the_update(self):
        claim, _part = self._claim_part(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        self._approve(claim)
        self._bill(self._settle())
        other = self._approve(
            self._create_claim(
                ("travel", 1, 50.0, None), date_request="2026-03-03 08:00:00"
            )
        )
        self._bill(self._settle())
        self.assertEqual(other.state, "settled")
        claim._change_state("settled")
        folder = f"{get_module_path('aftersales_warranty')}/migrations/19.0.1.4.0"
        spec = importlib.util.spec_from_file_location(
            "settled", f"{folder}/post-settled.py"
        )
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual((claim.state, other.state), ("approved", "settled"))
        self.assertEqual(set(claim.line_ids.mapped("claim_state")), {"approved"})

    def test_no_fault_found_before_the_decision(self):
        claim, part = self._claim_part(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        part.action_inspect("no_fault", "Runs on the bench")
        line = claim.line_ids[0]
        self.assertEqual((line.amount_allowed, line.part_share), (0.0, 0.0))
        self.assertEqual(claim.line_ids[1].amount_allowed, 30.0)
        result = self._results(part)
        self.assertEqual(
            (result.effect, result.amount_before, result.amount_after),
            ("limit", 100.0, 0.0),
        )
        self.assertEqual(
            (result.user_id, result.note),
            (
                self.user_warehouse,
                "Runs on the bench",
            ),
        )
        check = claim.check_ids.filtered(lambda c: c.code == "OLD_PART")
        self.assertEqual((check.result, check.reason), ("fail", "old_part_cut"))
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 30.0))
        self.assertEqual(line.reason_id.code, "NDF")

    def test_customer_damage_after_the_decision_cuts_what_was_approved(self):
        self._create_result_rule("customer_damage", 40, "cdr")
        claim, part = self._claim_part()
        self._approve(claim)
        self.assertEqual(claim.amount_approved, 100.0)
        part.action_inspect("customer_damage", "Dropped")
        line = claim.line_ids
        self.assertEqual((claim.state, line.amount_approved), ("partially", 40.0))
        self.assertEqual(line.reason_id.code, "CDR")
        result = self._results(part)
        self.assertEqual(
            (result.effect, result.amount_before, result.amount_after),
            ("cut", 100.0, 40.0),
        )
        self.assertIn("Customer Damage, 40 % are still paid", claim.message_ids[0].body)
        settlement = self._settle()
        self.assertEqual(settlement.amount_total, 40.0)

    def test_nothing_left_of_an_approved_claim(self):
        claim, part = self._claim_part()
        self._approve(claim)
        part.action_inspect("no_fault", "Runs")
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))
        self.assertFalse(self._settle())

    def test_a_line_decided_alone_is_lowered_too(self):
        claim, part = self._claim_part(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        claim.line_ids[0].with_user(self.user_clerk).action_decide_line(
            80.0, self.env.ref("aftersales_warranty.claim_reason_pwa")
        )
        self.rule.share = 50
        part.action_inspect("no_fault", "Runs")
        self.assertEqual(claim.line_ids[0].amount_approved, 40.0)
        self.assertEqual(claim.line_ids[0].reason_id.code, "NDF")

    def _pay(self, claim):
        """Settle a claim whose part somebody ticked as received."""
        claim.line_ids.with_user(self.user_clerk).old_part_received = True
        claim.line_ids.part_return_ids._write_flow({"duty": "hold"})
        self._approve(claim)
        settlement = self._settle()
        settlement.action_confirm()
        return settlement

    def test_what_is_settled_is_deducted_once(self):
        claim, part = self._claim_part()
        settlement = self._pay(claim)
        self.assertEqual(settlement.amount_total, 100.0)
        self.rule.share = 25
        part.action_inspect("no_fault", "Runs on the bench")
        self.assertEqual(claim.line_ids.amount_approved, 100.0)
        result = self._results(part)
        self.assertEqual((result.effect, result.amount_after), ("deduction", 25.0))
        entry = result.adjustment_id
        self.assertEqual((entry.amount, entry.state), (-75.0, "open"))
        self.assertEqual(entry.claim_line_id, claim.line_ids)
        self.assertIn(claim.name, entry.reason)
        part.sudo()._apply_result(["no_fault"], "again")
        self.assertEqual(self._results(part), result)
        self.assertEqual(
            self.env["aftersales.point.adjustment"].search_count(
                [("claim_line_id", "=", claim.line_ids.id)]
            ),
            1,
        )

    def test_the_whole_claim(self):
        self.rule.is_whole_claim = True
        claim, part = self._claim_part(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        part.action_inspect("no_fault", "Runs")
        self.assertEqual(claim.line_ids.mapped("amount_allowed"), [0.0, 0.0])
        self.assertEqual(len(self._results(part)), 2)

    def test_results_do_not_add_up(self):
        """Late and without fault: the result that leaves least counts."""
        self._create_result_rule("late", 80, "pnr")
        self.rule.share = 30
        claim, part = self._claim_part()
        part.sudo()._write_flow({"date_due": self.today - timedelta(days=5)})
        part.action_inspect("no_fault", "Runs")
        self.assertEqual(claim.line_ids.amount_allowed, 30.0)
        self.assertEqual(self._results(part).event, "no_fault")

    def test_received_late(self):
        self._create_result_rule("late", 80, "pnr", days=5)
        for days, allowed, moment in ((5, 100.0, "02"), (6, 80.0, "03")):
            claim, part = self._claim_part(date_request=f"2026-03-{moment} 08:00:00")
            part.sudo()._write_flow({"date_due": self.today - timedelta(days=days)})
            part.action_inspect("confirmed")
            self.assertEqual(claim.line_ids.amount_allowed, allowed)

    def test_lateness_counts_once(self):
        """Either the inspection cuts the line, or the settlement charges the part."""
        self._create_result_rule("late", 80, "pnr")
        Rule = self.env["aftersales.deduction.rule"]
        Rule.search([]).action_archive()
        Rule.create({"name": "Late", "date_from": date(2020, 1, 1), "amount": 25.0})
        Settlement = self.env["aftersales.settlement"]
        overdue = {"date_due": self.today - timedelta(days=5)}
        claim, part = self._claim_part()
        part.sudo()._write_flow(overdue)
        part.action_inspect("confirmed")
        self.assertEqual(claim.line_ids.amount_allowed, 80.0)
        self.assertFalse(Settlement._collect_deductions(self.point, self.today))
        other, charged = self._claim_part(date_request="2026-03-03 08:00:00")
        charged.sudo()._write_flow(overdue)
        entry = Settlement._collect_deductions(self.point, self.today)
        self.assertEqual((entry.res_id, entry.amount), (charged.id, -25.0))
        charged.action_inspect("confirmed")
        self.assertEqual(other.line_ids.amount_allowed, 100.0)
        self.assertFalse(self._results(charged))

    def test_damaged_on_the_way(self):
        self._create_result_rule("damaged", 50, "prd")
        claim = self._create_claim()
        part = claim.line_ids.part_return_ids or self._owe(
            claim_line_id=claim.line_ids.id
        )
        self._receive(part, result="damaged")
        part.with_user(self.user_warehouse).action_inspect("confirmed")
        self.assertEqual(claim.line_ids.amount_allowed, 50.0)

    def test_never_received(self):
        self.patch(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_vals: 1
        )
        claim = self._create_claim()
        part = claim.line_ids.part_return_ids or self._owe(
            claim_line_id=claim.line_ids.id
        )
        self._create_result_rule("missing", 0, "pnr", days=10)
        Part = self.env["aftersales.part.return"]
        part._write_flow({"date_due": self.today - timedelta(days=10)})
        Part._cron_missing_parts()
        self.assertFalse(self._results(part))
        part._write_flow({"date_due": self.today - timedelta(days=11)})
        Part._cron_missing_parts()
        self.assertEqual(self._results(part).event, "missing")
        self.assertEqual(claim.line_ids.amount_allowed, 0.0)
        Part._cron_missing_parts()
        self.assertEqual(len(self._results(part)), 1)

    def test_without_a_rule_nothing_changes(self):
        self.rule.action_archive()
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        self.assertEqual(claim.line_ids.amount_allowed, 100.0)
        self.assertFalse(self._results(part))

    def test_the_narrowest_rule_counts(self):
        self.part.categ_id = self.categ
        self._create_result_rule("no_fault", 60, "ndf", product_categ_id=self.categ.id)
        self._create_result_rule("no_fault", 5, "ndf", company_id=self.company_b.id)
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        self.assertEqual(claim.line_ids.amount_allowed, 60.0)

    def test_the_company_s_own_rule_counts_before_the_shared_one(self):
        self._create_result_rule("no_fault", 10, "ndf", company_id=self.company.id)
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        self.assertEqual(claim.line_ids.amount_allowed, 10.0)

    def test_the_result_lasts_over_a_new_decision(self):
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        clerk = claim.with_user(self.user_clerk)
        clerk._send_back("Explain")
        claim.action_submit()
        self.assertEqual(claim.line_ids.amount_allowed, 0.0)

    @mute_logger("odoo.sql_db")
    def test_one_result_counts_once_in_the_database(self):
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        result = self._results(part)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            result.copy(
                {
                    "part_return_id": part.id,
                    "claim_line_id": claim.line_ids.id,
                    "event": "no_fault",
                    "reason_id": result.reason_id.id,
                    "effect": "none",
                    "date": self.today,
                    "user_id": self.env.uid,
                }
            )
        for vals in ({"share": 100.5}, {"share": -1}, {"days": -1}):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.rule.write(vals)
                self.rule.flush_recordset()

    def test_evidence_is_nobodys_to_write(self):
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        result = self._results(part)
        for user in (self.user_clerk, self.user_head, self.user_warehouse):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(UserError, "changes only by its buttons"),
            ):
                result.with_user(user).share = 100
        with self.assertRaisesRegex(UserError, "follows from its inspection"):
            claim.line_ids.with_user(self.user_clerk).part_share = 100

    def test_who_reads_results(self):
        claim, part = self._claim_part()
        part.action_inspect("no_fault", "Runs")
        result = self._results(part)
        for user in (
            self.user_centre,
            self.user_clerk,
            self.user_auditor,
            self.user_warehouse,
        ):
            self.assertEqual(result.with_user(user).amount_after, 0.0)
        other = self.env["aftersales.part.result"].with_user(self.user_portal)
        with self.assertRaises(AccessError):
            other.search([])
        self.assertEqual(claim.company_id, result.company_id)

    def test_who_sets_rules(self):
        self.rule.with_user(self.user_head).share = 10
        for user in (self.user_clerk, self.user_warehouse, self.user_auditor):
            self.assertEqual(self.rule.with_user(user).share, 10)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.rule.with_user(user).share = 20
