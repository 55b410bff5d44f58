from unittest.mock import patch

from odoo.tests import tagged

from .units_common import UnitsCommon


@tagged("post_install", "-at_install")
class TestSerialSearch(UnitsCommon):
    """A unit is found by its serial, however that is typed or scanned."""

    def test_spelling_does_not_matter(self):
        for text in (
            "TEST-SN-1",
            " test sn 1 ",
            "S/N: TEST-SN-1",
            "ＴＥＳＴ－ＳＮ－１",
            "https://shop.example/register-unit?product=1&serial=TEST-SN-1",
        ):
            with self.subTest(text=text):
                self.assertEqual(self.Unit._find_by_serial(text), self.unit)
        for text in ("", None, "---", "TEST-SN-2"):
            with self.subTest(text=text):
                self.assertFalse(self.Unit._find_by_serial(text))

    def test_the_exact_spelling_wins(self):
        dashed = self._create_unit(serial="AB-12")
        plain = self._create_unit(serial="AB12")
        self.assertEqual(self.Unit._find_by_serial("AB-12"), dashed)
        self.assertEqual(self.Unit._find_by_serial("AB12"), plain)
        self.assertEqual(self.Unit._find_by_serial("ab 12"), plain | dashed)

    def test_live_units_come_first(self):
        old = self._create_unit(serial="LIVE-1")
        old._close("returned", self.company._get_aftersales_today())
        new = self._create_unit(serial="LIVE-1")
        old_again = self._create_unit(serial="LIVE-2")
        old_again._close("closed", self.company._get_aftersales_today())
        self.assertEqual(list(self.Unit._find_by_serial("LIVE-1")), [new, old])
        self.assertEqual(self.Unit._find_by_serial("LIVE-2"), old_again)

    def test_product_and_company_narrow_it(self):
        other = self._create_product()
        twin = self._create_unit(serial="TEST-SN-1", product_id=other.id)
        found = self.Unit._find_by_serial("TEST-SN-1")
        self.assertEqual(found, self.unit | twin)
        found = self.Unit._find_by_serial("TEST-SN-1", product=other)
        self.assertEqual(found, twin)
        self.assertFalse(self.Unit._find_by_serial("TEST-SN-1", company=self.company_b))

    def test_near_serials(self):
        right = self._create_unit(serial="AC-2026-O017")
        far = self._create_unit(serial="AC-2026-9999")
        for text in ("AC-2026-0017", "AC2026-O07", "AC-2062-O017", "AX-2026-O017"):
            with self.subTest(text=text):
                found = self.Unit._find_near_serials(text)
                self.assertEqual(found[:1], right)
                self.assertNotIn(far, found)
        self.assertFalse(self.Unit._find_near_serials("ZZZZ-ZZZZ"))
        self.assertFalse(self.Unit._find_near_serials("A"))

    def test_a_long_series_does_not_hide_the_serial_that_is_meant(self):
        meant = self._create_unit(serial="LH-AC-1001")
        self._create_unit(serial="LH-AC-7777")
        with patch.object(type(self.Unit), "_NEAR_LIMIT", 1):
            # Newer units of the series come first and fill the limit.
            for text in ("LH-AC-1O01", "LH-AC-1081", "LH-AC-101", "LH-AC-10011"):
                with self.subTest(text=text):
                    self.assertEqual(self.Unit._find_near_serials(text)[:1], meant)

    def test_a_lot_on_stock_is_found(self):
        lot = self._stock_lots("STOCK-1")
        self.assertEqual(self.Unit._find_lots_by_serial(" stock-1"), lot)
        self.assertFalse(self.Unit._find_lots_by_serial("STOCK-2"))
        bulk = self._create_product(tracking="lot")
        self._stock_lots("BULK-1", product=bulk)
        self.assertFalse(self.Unit._find_lots_by_serial("BULK-1"))

    def test_the_key_follows_the_serial(self):
        unit = self._create_unit(serial="kk-1O")
        self.assertEqual((unit.serial_key, unit.serial_fold), ("KK1O", "KK10"))
        unit.serial = "kk-2"
        self.assertEqual(unit.serial_key, "KK2")
