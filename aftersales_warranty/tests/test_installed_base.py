from datetime import date

from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.planning_common import PlanningCommon

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestRegisteredBase(PlanningCommon, WarrantyCommon):
    """Registered units join the installed base, each unit once."""

    def _read_serials(self, *serials):
        Base = self.env["aftersales.installed.base"]
        Base.invalidate_model()
        rows = Base.search([("serial", "in", serials)], order="date_start, id")
        return [
            (r.serial, r.source, str(r.date_start), str(r.date_end or "")) for r in rows
        ]

    def test_unit_that_never_was_in_stock(self):
        unit = self._create_unit(
            serial="DEALER-1",
            lot_id=False,
            date_sale=date(2024, 1, 5),
            date_installation=date(2024, 1, 9),
        )
        self.assertEqual(
            self._read_serials("DEALER-1"),
            [("DEALER-1", "registration", "2024-01-09", "")],
        )
        row = self.env["aftersales.installed.base"].search(
            [("serial", "=", "DEALER-1")]
        )
        self.assertEqual((row.area_id, row.units_in_use), (self.area, 1.0))
        unit._close("returned", date(2024, 6, 1))
        self.assertEqual(
            self._read_serials("DEALER-1"),
            [("DEALER-1", "registration", "2024-01-09", "2024-06-01")],
        )
        row.invalidate_recordset()
        self.assertEqual(row.units_in_use, 0.0)

    def test_delivered_unit_counts_once(self):
        """The delivery registers the serial; it stays one unit."""
        lot = self._create_lot("BOTH-1")
        self._move(self.product, 1, self._noon(2024, 1, 10), self.customer, lot)
        self.assertTrue(
            self.env["aftersales.registration"].search([("lot_id", "=", lot.id)])
        )
        self.assertEqual(
            self._read_serials("BOTH-1"), [("BOTH-1", "delivery", "2024-01-10", "")]
        )

    def test_unit_named_like_a_delivered_serial_counts_once(self):
        lot = self._create_lot("NAMED-1")
        self._move(self.product, 1, self._noon(2024, 1, 10), self.customer, lot)
        registration = self.env["aftersales.registration"].search(
            [("lot_id", "=", lot.id)]
        )
        registration.write({"lot_id": False, "serial": "NAMED-1"})
        self.assertEqual(len(self._read_serials("NAMED-1")), 1)

    def test_archived_registration_does_not_count(self):
        unit = self._create_unit(serial="GONE-1", lot_id=False)
        unit.active = False
        self.assertEqual(self._read_serials("GONE-1"), [])

    def test_failure_of_a_registered_unit(self):
        self._create_unit(
            serial="DEALER-2",
            lot_id=False,
            date_sale=date(2022, 1, 1),
            date_installation=False,
            date_delivery=False,
        )
        self._repair(self._noon(2022, 6, 1), serial="DEALER-2")
        self.setting.record_start = date(2020, 1, 1)
        self.env["aftersales.failure.rate"]._count_company(self.company)
        row = self.env["aftersales.failure.rate"].search(
            [
                ("product_tmpl_id", "=", self.product.product_tmpl_id.id),
                ("age", "=", 0),
            ]
        )
        self.assertEqual(row.failures, 1)
