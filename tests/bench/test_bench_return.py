"""P4: a whole customer return, beside the same start of one in OCA ``rma``."""

import contextlib
import os
import statistics
import time
from unittest.mock import patch

import pytest

from odoo.fields import Command
from odoo.tests import tagged

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

    def _measure(self, action, lot):
        """Seconds and queries of one return, as the administrator."""
        env = self.env(user=self.user_admin, context={})
        # The peer works without the checks of the suite.
        is_ours = action == self._work_off
        self.company.aftersales_return_guard = is_ours
        self.company.aftersales_return_inspection = "serial" if is_ours else "none"
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        action(env, lot)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        seconds = time.perf_counter() - start
        return seconds, self.env.cr.sql_log_count - queries

    def _run(self, actions):
        """Least seconds and mean queries of each action, worked off in turns.

        In turns, and the least of them: what else the machine does at the time says
        nothing about either.
        """
        lots = {action: self._deliver_lots(action.__name__) for action in actions}
        results = {action: [] for action in actions}
        for number in range(RETURNS + 1):
            for action in actions:
                with self._without_closing(action):
                    result = self._measure(action, lots[action][number])
                # The first one fills the caches of the registry.
                if number:
                    results[action].append(result)
        return [
            (
                min(seconds for seconds, _queries in found),
                statistics.mean(queries for _seconds, queries in found),
            )
            for found in results.values()
        ]

    def _without_closing(self, action):
        """Ours ends the registration of the unit; the peer knows of none."""
        if action == self._work_off:
            return contextlib.nullcontext()
        return patch.object(
            self.registry["stock.move.line"],
            "_aftersales_close_units",
            lambda lines: None,
        )

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
        """Create, confirm and receive as the peer's own tests and users do."""
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
        move.picking_id.button_validate()

    def _prepare_peer(self):
        """What the peer needs: its rights and an operation."""
        self.user_admin.group_ids += self.env.ref("rma.rma_group_manager")
        self.operation = self.env["rma.operation"].create(
            {
                "name": "Bench",
                "action_create_receipt": "automatic_on_confirm",
                "action_create_delivery": "manual_after_receipt",
                "action_create_refund": False,
            }
        )

    # -- both ------------------------------------------------------------------

    def test_customer_return(self):
        actions = [self._work_off]
        if self._has_peer():
            self._prepare_peer()
            actions.append(self._work_off_peer)
        (seconds, queries), *peers = self._run(actions)
        if not peers:
            self.bench_row(
                "P4", OURS, 1, seconds, round(queries, 1), peer="peer not available"
            )
            return
        peer_seconds, peer_queries = peers[0]
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
        # The clock of a busy machine is not exact to the last percent.
        self.assertLess(seconds, peer_seconds * 1.05)
