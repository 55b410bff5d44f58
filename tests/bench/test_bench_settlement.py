"""P6: 5,000 approved claim lines of one point into one vendor bill."""

import gc
import os
import time
import tracemalloc
from datetime import date

import pytest

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_warranty.tests.common import WarrantyCommon

from tests.bench.test_bench_reminder import resident
from tests.common import SuiteCase

LINES = int(os.environ.get("BENCH_SETTLEMENT_LINES", "5000"))
LINES_PER_CLAIM = 5
#: A bill of so many lines shows what one line for each claim line would cost.
NAIVE_LINES = 250
BUDGET_SECONDS = 10
#: Megabytes that a second settlement of the same size may add.
FLAT_MEGABYTES = 40
PERIOD = (date(2026, 3, 1), date(2026, 3, 31))
OURS = "settlement: collect, confirm, bill"
PEER = "hand-written SQL and a plain bill of the same lines"
NAIVE = "a plain bill with one line for each claim line"


@tagged("-standard", "bench")
class TestBenchSettlement(WarrantyCommon, SuiteCase):
    """The clerk settles a large point from nothing to the draft bill."""

    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    def _fill(self, name):
        """A point with approved claims; the decision itself is not measured.

        Rows by SQL, after the model of one claim: the load is not measured either.
        """
        point = self._create_point(name=name)
        point.partner_id.property_account_payable_id = (
            self.point.partner_id.property_account_payable_id
        )
        kinds = ("part", "labour", "travel", "inspection", "other")
        model = self.env["aftersales.claim"].create(
            {
                "service_point_id": point.id,
                "line_ids": [
                    Command.create(
                        {"kind": kind, "name": kind, "amount_claimed": 10.01}
                    )
                    for kind in kinds[:LINES_PER_CLAIM]
                ],
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH twin AS (
                INSERT INTO aftersales_claim
                SELECT (jsonb_populate_record(m, jsonb_build_object(
                           'id', nextval('aftersales_claim_id_seq'),
                           'name', m.name || '-' || n))).*
                  FROM aftersales_claim m, generate_series(2, %s) n
                 WHERE m.id = %s
             RETURNING id
            )
            INSERT INTO aftersales_claim_line
            SELECT (jsonb_populate_record(l, jsonb_build_object(
                       'id', nextval('aftersales_claim_line_id_seq'),
                       'claim_id', twin.id))).*
              FROM aftersales_claim_line l, twin
             WHERE l.claim_id = %s
            """,
            [LINES // LINES_PER_CLAIM, model.id, model.id],
        )
        self.env.cr.execute(
            "UPDATE aftersales_claim SET state = 'approved', "
            "date_decision = '2026-03-20', amount_approved = amount_claimed, "
            "amount_allowed = amount_claimed WHERE service_point_id = %s",
            [point.id],
        )
        self.env.cr.execute(
            "UPDATE aftersales_claim_line SET claim_state = 'approved', "
            "amount_allowed = amount_claimed, amount_approved = amount_claimed "
            "WHERE service_point_id = %s",
            [point.id],
        )
        self.env.cr.execute("ANALYZE aftersales_claim, aftersales_claim_line")
        self.env.invalidate_all()
        return point

    def _measure(self, action, *args):
        """Result, seconds, queries and megabytes of one action."""
        self.env.flush_all()
        self.env.invalidate_all()
        gc.collect()
        memory = resident()
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        cpu = time.process_time()
        result = action(*args)
        self.env.flush_all()
        seconds = time.perf_counter() - start
        print(f"{action.__name__}: {time.process_time() - cpu:.2f} s of the processor")
        grown = resident() - memory
        return result, seconds, self.env.cr.sql_log_count - queries, grown

    def _settle_point(self, point):
        """Ours: what the run, the clerk's confirmation and his bill do."""
        settlement = (
            self.env["aftersales.settlement"]
            # As users work: with the log of changes that the tests leave out.
            .with_context(tracking_disable=False, mail_notrack=False)
            .with_user(self.user_clerk)
            ._settle_points(point, *PERIOD)
        )
        settlement.action_confirm()
        settlement.action_create_bill()
        return settlement

    def _settle_by_hand(self, point):
        """The same rows by SQL, and the plain bill that accounting makes of them."""
        cr = self.env.cr
        cr.execute(
            """
            INSERT INTO aftersales_settlement
                   (name, service_point_id, company_id, currency_id, date_from, date_to,
                    state, negative_policy, coefficient)
            VALUES ('BY-HAND', %s, %s, %s, %s, %s, 'draft', 'carry', 1)
         RETURNING id
            """,
            [point.id, self.company.id, self.company.currency_id.id, *PERIOD],
        )
        (settlement_id,) = cr.fetchone()
        cr.execute(
            """
            INSERT INTO aftersales_settlement_line
                   (settlement_id, company_id, service_point_id, claim_line_id,
                    claim_id, amount_approved, amount, is_live)
            SELECT %s, l.company_id, l.service_point_id, l.id, l.claim_id,
                   l.amount_approved, l.amount_approved, true
              FROM aftersales_claim_line l
              JOIN aftersales_claim c ON c.id = l.claim_id
             WHERE l.service_point_id = %s AND l.amount_approved > 0
               AND l.claim_state IN ('approved', 'partially')
               AND c.date_decision <= %s
            """,
            [settlement_id, point.id, PERIOD[1]],
        )
        cr.execute(
            """
            SELECT c.kind, sum(s.amount) FROM aftersales_settlement_line s
              JOIN aftersales_claim_line c ON c.id = s.claim_line_id
             WHERE s.settlement_id = %s GROUP BY c.kind ORDER BY c.kind
            """,
            [settlement_id],
        )
        move = self._create_plain_bill(point, cr.fetchall())
        cr.execute(
            "UPDATE aftersales_settlement SET state = 'billed', move_id = %s, "
            "amount_total = %s WHERE id = %s",
            [move.id, move.amount_untaxed, settlement_id],
        )
        cr.execute(
            "UPDATE aftersales_claim SET state = 'settled' WHERE service_point_id = %s",
            [point.id],
        )
        cr.execute(
            "UPDATE aftersales_claim_line SET claim_state = 'settled' "
            "WHERE service_point_id = %s",
            [point.id],
        )
        return move

    def _create_plain_bill(self, point, rows):
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": point.partner_id.id,
                "invoice_date": PERIOD[1],
                "invoice_line_ids": [
                    Command.create(
                        {"name": name, "quantity": 1, "price_unit": float(amount)}
                    )
                    for name, amount in rows
                ],
            }
        )

    def test_settlement_of_a_large_point(self):
        points = [self._fill(f"Bench {number}") for number in range(4)]
        self._settle_point(self._fill_small())
        settlement, seconds, queries, first = self._measure(
            self._settle_point, points[0]
        )
        self.assertEqual(len(settlement.line_ids), LINES)
        total = round(10.01 * LINES, 2)
        self.assertEqual(settlement.sudo().move_id.amount_untaxed, total)
        self.assertEqual(set(settlement.line_ids.claim_id.mapped("state")), {"settled"})
        _second, _seconds, _queries, grown = self._measure(
            self._settle_point, points[1]
        )
        move, peer_seconds, peer_queries, _grown = self._measure(
            self._settle_by_hand, points[2]
        )
        self.assertEqual(move.amount_untaxed, total)
        peak = self._get_peak(points[3])
        print(
            f"memory: first {first:.0f} MB, a second one {grown:.0f} MB more, "
            f"peak of Python objects {peak:.0f} MB"
        )
        self.bench_row(
            "P6",
            OURS,
            LINES,
            seconds,
            queries,
            f"≤ {BUDGET_SECONDS} s, memory flat (second one {grown:.0f} MB more)",
            f"{peer_seconds:.2f} s, {peer_queries} queries",
        )
        self.bench_row("P6", PEER, LINES, peer_seconds, peer_queries)
        self.assertLessEqual(seconds, BUDGET_SECONDS)
        self.assertLessEqual(grown, FLAT_MEGABYTES)

    def _fill_small(self):
        """A point with one claim: fills the caches of the registry."""
        claim = self._create_claim(("travel", 1, 10.0, None))
        self._approve(claim, date(2026, 3, 20))
        return self.point

    def _get_peak(self, point):
        """Peak of the Python objects in megabytes; slower, so measured apart."""
        tracemalloc.start()
        try:
            self._settle_point(point)
            self.env.flush_all()
            return tracemalloc.get_traced_memory()[1] / 2**20
        finally:
            tracemalloc.stop()

    def test_naive_bill(self):
        """What one bill line for each claim line would cost, for comparison."""
        rows = [(f"Line {number}", 10.01) for number in range(NAIVE_LINES)]
        _move, seconds, queries, _grown = self._measure(
            self._create_plain_bill, self.point, rows
        )
        self.bench_row("P6", NAIVE, NAIVE_LINES, seconds, queries)
