"""P4: a whole customer return, beside the same start of one in OCA ``rma``."""

import os
import time
from unittest.mock import patch

import pytest

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_warranty.models.stock_picking import StockMoveLine
from odoo.addons.aftersales_warranty.tests.depot_common import DepotCommon

from tests.common import SuiteCase

RETURNS = int(os.environ.get("BENCH_RETURNS", "20"))
PEER = "OCA rma: create, confirm, receive"
OURS = "return: create, entitlement, receive, inspect, dispose"


@tagged("-standard", "bench")
class TestBenchReturn(DepotCommon, SuiteCase):
    """One return after the other, as one clerk works them off.

    Ours goes to the end: the document with its entitlement, the serial checked
    against the deliveries, received, graded and back in stock.  The peer gets the
    same goods and stops when they are received; the serial has to be typed into its
    transfer, and none of our checks and registrations burdens it.
    """

    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    def _measure(self, action, items):
        """Seconds and queries of ``action`` per item, as the administrator."""
        env = self.env(user=self.user_admin, context={})
        # Fill the registry's caches outside of the measurement.
        action(env, items[0])
        queries = seconds = 0
        for item in items[1:]:
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.invalidate_all()
            before, start = self.env.cr.sql_log_count, time.perf_counter()
            action(env, item)
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.env.flush_all()
            seconds += time.perf_counter() - start
            queries += self.env.cr.sql_log_count - before
        return seconds / (len(items) - 1), queries / (len(items) - 1)

    def _deliver_lots(self, prefix):
        """Serials in the hands of the customer, one more to warm up."""
        lots = self.env["stock.lot"].browse()
        for number in range(RETURNS + 1):
            lots += self._deliver_serial(f"{prefix}-{number}")
        return lots

    # -- ours ------------------------------------------------------------------

    def _work_off(self, env, lot):
        document = env["aftersales.return"].create(
            {
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "lot_id": lot.id,
                            "fault_class": "performance",
                        }
                    )
                ],
            }
        )
        document.action_confirm()
        line = document.line_ids
        line._receive({line.id: {"serial": lot.name}})
        line._inspect(self.grade_new.with_env(env), "no_fault")
        line._dispose("restock")

    # -- the peer --------------------------------------------------------------

    def _has_peer(self):
        return "rma" in self.env and "rma.operation" in self.env

    def _work_off_peer(self, env, lot):
        rma = env["rma"].create(
            {
                "partner_id": self.customer.id,
                "partner_invoice_id": self.customer.id,
                "product_id": self.product.id,
                "product_uom_qty": 1,
                "operation_id": self.operation.id,
                "location_id": self.warehouse.rma_loc_id.id,
            }
        )
        rma.action_confirm()
        move = rma.reception_move_id
        move.move_line_ids.lot_id = lot
        move.picked = True
        move.picking_id._action_done()

    def _measure_peer(self):
        """The peer on serials of its own, without the checks of the suite."""
        lots = self._deliver_lots("PEER")
        self.company.aftersales_return_guard = False
        self.company.aftersales_return_inspection = "none"
        groups = self.env.ref("rma.rma_group_manager")
        self.user_admin.group_ids += groups
        self.operation = self.env["rma.operation"].create(
            {
                "name": "Bench",
                "action_create_receipt": "automatic_on_confirm",
                "action_create_delivery": "manual_after_receipt",
                "action_create_refund": False,
            }
        )
        closing = patch.object(
            StockMoveLine, "_aftersales_close_units", lambda lines: None
        )
        with closing:
            result = self._measure(self._work_off_peer, lots)
        self.company.aftersales_return_guard = True
        self.company.aftersales_return_inspection = "serial"
        return result

    # -- both ------------------------------------------------------------------

    def test_customer_return(self):
        lots = self._deliver_lots("OURS")
        seconds, queries = self._measure(self._work_off, lots)
        self.assertEqual(set(lots.location_id), {self.stock})
        if not self._has_peer():
            self.bench_row(
                "P4", OURS, 1, seconds, round(queries, 1), peer="peer not available"
            )
            return
        peer_seconds, peer_queries = self._measure_peer()
        self.bench_row(
            "P4",
            OURS,
            1,
            seconds,
            round(queries, 1),
            "fewer queries and less time than the peer",
            f"{peer_queries:.1f} queries, {peer_seconds:.3f} s",
        )
        self.bench_row("P4", PEER, 1, peer_seconds, round(peer_queries, 1))
        self.assertLess(queries, peer_queries)
        self.assertLess(seconds, peer_seconds)
