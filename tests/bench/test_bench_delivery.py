"""P2: what the registration of the units adds to a delivery."""

import os
import time
from unittest.mock import patch

import pytest

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_warranty.models.stock_picking import StockMoveLine
from odoo.addons.aftersales_warranty.tests.common import WarrantyCommon

from tests.common import SuiteCase

SERIALS = int(os.environ.get("BENCH_SERIALS", "100"))
BUDGET = 1.1


def _register_nothing(lines):
    """Deliveries without the registration of their units."""
    return lines.env["aftersales.registration"]


@tagged("-standard", "bench")
class TestBenchDelivery(WarrantyCommon, SuiteCase):
    """The same delivery, once as it is and once without the registration."""

    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")

    def _prepare_delivery(self, prefix, count):
        """A delivery of serials from stock, ready to be validated."""
        lots = self.env["stock.lot"].create(
            [
                {"name": f"{prefix}-{n}", "product_id": self.product.id}
                for n in range(count)
            ]
        )
        source = self.warehouse.lot_stock_id
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                self.product, source, 1, lot_id=lot
            )
        places = {"location_id": source.id, "location_dest_id": self.customers.id}
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": count,
                            **places,
                        }
                    )
                ],
                **places,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        return picking

    def _validate(self, prefix, count):
        """Seconds, queries and delivery, as a warehouse clerk validates it."""
        picking = self._prepare_delivery(prefix, count)
        picking = picking.with_env(self.env(user=self.user_warehouse, context={}))
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        picking.button_validate()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        seconds = time.perf_counter() - start
        queries = self.env.cr.sql_log_count - queries
        self.assertEqual(picking.state, "done")
        return seconds, queries, picking

    def _validate_plain(self, prefix, count):
        """The same without the registration."""
        nothing = patch.object(
            StockMoveLine, "_aftersales_register_units", _register_nothing
        )
        with nothing:
            return self._validate(prefix, count)

    def _count_units(self, picking):
        return self.env["aftersales.registration"].search_count(
            [("picking_id", "=", picking.id)]
        )

    def test_registration_at_delivery(self):
        # Fill the registry's caches outside of the measurement.
        self._validate("WARM", 1)
        self._validate_plain("WARM-PLAIN", 1)
        for count in dict.fromkeys((1, SERIALS)):
            with self.subTest(count=count):
                self._compare(count)

    def _compare(self, count):
        plain = self._validate_plain(f"PLAIN-{count}", count)
        ours = self._validate(f"OURS-{count}", count)
        added = 100 * (ours[1] / plain[1] - 1)
        self.bench_row("P2", "plain delivery", count, plain[0], plain[1])
        self.bench_row(
            "P2",
            "delivery with registration",
            count,
            ours[0],
            f"{ours[1]} (+{added:.1f} %)",
            "≤ 10 % more queries",
            f"{plain[1]} queries, {plain[0]:.3f} s",
        )
        self.assertEqual(self._count_units(plain[2]), 0)
        self.assertEqual(self._count_units(ours[2]), count)
        self.assertLessEqual(ours[1], plain[1] * BUDGET)
