from datetime import date, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .settle_common import SettleCommon
from .test_part_return import OldPartCommon


@tagged("post_install", "-at_install")
class TestDeduction(SettleCommon, OldPartCommon):
    """What is charged for old parts that come late or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Rule = cls.env["aftersales.deduction.rule"]
        Rule.search([("company_id", "=", cls.company.id)]).action_archive()
        cls.late = cls._create_rule(name="Late", days=5, amount=25.0)
        cls.missing = cls._create_rule(
            name="Missing", kind="part_missing", days=60, basis="share", share=80
        )
        cls.due = cls.today - timedelta(days=10)

    @classmethod
    def _create_rule(cls, **vals):
        return cls.env["aftersales.deduction.rule"].create(
            {"kind": "part_late", "date_from": date(2020, 1, 1), "days": 0, **vals}
        )

    def _collect(self, points=None, day=None):
        return self.env["aftersales.settlement"]._collect_deductions(
            points or self.point, day or self.today
        )

    def test_a_late_part_is_charged_once(self):
        part = self._owe(date_due=self.due)
        entry = self._collect()
        self.assertEqual(
            (entry.kind, entry.amount, entry.service_point_id),
            ("part_late", -25.0, self.point),
        )
        self.assertEqual((entry.res_model, entry.res_id), (part._name, part.id))
        self.assertIn(part.name, entry.reason)
        self.assertIn("days late: 10", entry.reason)
        self.assertFalse(self._collect() - entry)
        self.assertEqual(
            self.env["aftersales.point.adjustment"].search_count(
                [("res_model", "=", part._name), ("res_id", "=", part.id)]
            ),
            1,
        )

    def test_days_of_grace(self):
        self._owe(date_due=self.today - timedelta(days=5))
        self.assertFalse(self._collect())
        self._owe(date_due=self.today - timedelta(days=6))
        self.assertEqual(len(self._collect()), 1)

    def test_nothing_is_charged_backwards_or_after_the_rule(self):
        self.late.date_from = self.due + timedelta(days=1)
        part = self._owe(date_due=self.due)
        self.assertFalse(self._collect())
        self.late.write(
            {"date_from": date(2020, 1, 1), "date_to": self.due - timedelta(days=1)}
        )
        self.assertFalse(self._collect())
        self.late.date_to = self.due
        self.assertEqual(self._collect().res_id, part.id)

    def test_a_part_sent_late_is_charged_for_its_days(self):
        part = self._owe(date_due=self.today - timedelta(days=30))
        self._ship(part)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE aftersales_part_shipment SET date_shipped = %s WHERE id = %s",
            (self.today - timedelta(days=23), part.shipment_id.id),
        )
        self.cr.execute(
            "UPDATE aftersales_part_return SET date_shipped = %s WHERE id = %s",
            (self.today - timedelta(days=23), part.id),
        )
        self.env.invalidate_all()
        entry = self._collect()
        self.assertIn("days late: 7", entry.reason)

    def test_parts_in_time_held_or_waived_are_free(self):
        self._owe(date_due=self.today)
        self._owe(date_due=self.due, duty="hold")
        waived = self._owe(date_due=self.due)
        waived._write_flow({"state": "waived"})
        self.assertFalse(self._collect())

    def test_the_rule_of_the_nearest_category_counts(self):
        parent = self.env["product.category"].create({"name": "Parts"})
        child = self.env["product.category"].create(
            {"name": "Compressors", "parent_id": parent.id}
        )
        self._create_rule(name="Parent", amount=40.0, categ_id=parent.id)
        self.part.categ_id = child
        self._owe(date_due=self.due)
        first = self._collect()
        self.assertEqual(first.amount, -40.0)
        self._create_rule(name="Child", amount=60.0, categ_id=child.id)
        second = self._owe(date_due=self.due)
        found = self._collect() - first
        self.assertEqual((found.res_id, found.amount), (second.id, -60.0))
        self.assertEqual(first.amount, -40.0, "what was charged stays")

    def test_a_missing_part_takes_a_share_of_what_was_paid(self):
        claim = self._create_claim(("part", 1, 100.0, self.part))
        line = claim.line_ids
        part = self._owe(date_due=self.today - timedelta(days=61))
        part._write_flow({"claim_line_id": line.id})
        # Held by its part, the line is not paid: nothing is taken twice.
        self.assertFalse(self._collect())
        part._write_flow({"state": "waived"})
        line.old_part_received = True
        self._approve(claim, date(2026, 3, 31))
        settlement = self._march()
        self.assertEqual(settlement.claim_line_ids, line)
        part._write_flow({"state": "owed"})
        entry = self._collect()
        self.assertEqual((entry.kind, entry.claim_line_id), ("part_missing", line))
        self.assertEqual(entry.amount, -0.8 * line.amount_approved)
        self.assertIn("did not arrive", entry.reason)

    def _settled_part(self, amount, coefficient=1.0):
        """An old part that never came, of a claim that was settled."""
        self.point.level_id = self.env["aftersales.point.level"].create(
            {
                "name": "Test",
                "coefficient": coefficient,
                "company_id": self.company.id,
            }
        )
        claim = self._create_claim(("part", 1, amount, self.part))
        line = claim.line_ids
        line.old_part_received = True
        self._approve(claim, date(2026, 3, 31))
        self._march()
        part = self._owe(date_due=self.today - timedelta(days=61))
        part._write_flow({"claim_line_id": line.id})
        return line

    def test_a_fixed_fee_takes_no_more_than_its_line(self):
        self.missing.write({"basis": "fixed", "amount": 150.0})
        line = self._settled_part(60.0)
        self.assertEqual(line.amount_approved, 60.0)
        self.assertEqual(self._collect().amount, -60.0)
        self.assertEqual(line._get_net_settled(), 0.0)

    def test_a_fixed_fee_below_its_line_is_taken_whole(self):
        self.missing.write({"basis": "fixed", "amount": 50.0})
        self._settled_part(60.0)
        self.assertEqual(self._collect().amount, -50.0)

    def test_no_more_than_the_coefficient_left(self):
        self.missing.share = 100
        self._settled_part(100.0, coefficient=0.9)
        self.assertEqual(self._collect().amount, -90.0)

    def test_a_fee_for_lateness_is_owed_beside_the_line(self):
        self.late.amount = 75.0
        self.missing.days = 90
        line = self._settled_part(60.0)
        entry = self._collect()
        self.assertEqual((entry.kind, entry.amount), ("part_late", -75.0))
        self.assertEqual(line._get_net_settled(), 60.0)

    def test_a_missing_part_without_a_claim_takes_of_its_price(self):
        self._owe(2, date_due=self.today - timedelta(days=61))
        self.assertEqual(self._collect().amount, -160.0)
        self.missing.amount_limit = 70.0
        self._owe(2, date_due=self.today - timedelta(days=62))
        self.assertEqual(self._collect().amount, -70.0)

    def test_the_statement_shows_it(self):
        self._owe(date_due=self.due)
        self._claims(100.0)
        settlement = self._settle()
        self.assertEqual(
            (settlement.amount_deductions, settlement.amount_total), (-25.0, 75.0)
        )
        self.assertEqual(
            settlement.sudo().line_ids.mapped("entry_kind"), [False, "part_late"]
        )
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("aftersales_warranty.report_settlement", settlement.ids)[
                0
            ]
            .decode()
        )
        self.assertIn("days late: 10", html)

    def test_rules_of_other_companies_and_points(self):
        self._owe(date_due=self.due)
        self.assertFalse(self._collect(self.point_b))
        self.late.company_id = self.company_b
        self.assertFalse(self._collect())

    @mute_logger("odoo.sql_db")
    def test_bad_rules(self):
        for vals in (
            {"amount": 0.0},
            {"basis": "share", "share": 101},
            {"basis": "share", "share": 0},
            {"days": -1, "amount": 5.0},
            {"amount": 5.0, "date_to": date(2019, 1, 1)},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._create_rule(name="Bad", **vals)

    def test_who_makes_rules(self):
        for user in (self.user_clerk, self.user_centre, self.user_auditor):
            with self.subTest(user=user.login):
                self.assertTrue(self.late.with_user(user).name)
                with self.assertRaises(AccessError):
                    self.late.with_user(user).days = 1
        self.late.with_user(self.user_head).days = 1
        for user in (self.user_service, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.late.with_user(user).read(["name"])

    def test_collecting_needs_a_bounded_number_of_queries(self):
        def count(number):
            for _index in range(number):
                self._owe(date_due=self.due)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertGreaterEqual(len(self._collect()), number)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1)
        few, many = count(2), count(20)
        self.assertLessEqual(many - few, 5, f"{few} → {many}")
