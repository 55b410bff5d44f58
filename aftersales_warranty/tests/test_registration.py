from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestRegistration(WarrantyCommon):
    def test_serial_comes_from_the_lot(self):
        self.assertEqual(self.unit.serial, "TEST-SN-1")
        self.assertEqual(self.unit.country_id, self.country)
        self.assertEqual(self.unit.display_name, "TEST-SN-1 (Test Air Conditioner)")

    @mute_logger("odoo.sql_db")
    def test_a_serial_is_registered_once(self):
        self._create_unit(serial="X-1")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_unit(serial=" X-1 ")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_unit(lot_id=self.lot.id)
        # another product, another company: another unit
        self._create_unit(serial="X-1", product_id=self._create_product().id)
        other = self._create_unit(serial="X-1", company_id=self.company_b.id)
        self.assertEqual(other.serial, "X-1")

    def test_a_returned_serial_may_be_sold_again(self):
        first = self._create_unit(serial="X-2")
        first._close("returned", date(2026, 2, 1))
        second = self._create_unit(serial="X-2", date_sale=date(2026, 3, 1))
        self.assertEqual((first.state, second.state), ("returned", "active"))
        with self.assertRaisesRegex(UserError, "was not closed by hand"):
            first.action_reopen()

    def test_lot_of_another_product(self):
        lot = self.env["stock.lot"].create(
            {"name": "Z", "product_id": self._create_product().id}
        )
        with self.assertRaisesRegex(UserError, "Serial Z belongs to"):
            self._create_unit(lot_id=lot.id)

    @mute_logger("odoo.sql_db")
    def test_database_constraints(self):
        for bad in ({"price": -1}, {"date_installation": date(2025, 1, 1)}):
            with (
                self.subTest(bad=bad),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._create_unit(serial="BAD", **bad)

    def test_days_left_follow_the_clock(self):
        Unit = self.env["aftersales.registration"]
        mine = [("id", "=", self.unit.id)]
        self.assertEqual(self.unit.date_cover_end, date(2027, 1, 1))
        for today, days, inside in (
            ("2026-12-02", 30, True),
            ("2027-01-01", 0, True),
            ("2027-01-02", 0, False),
        ):
            with self.subTest(today=today), freeze_time(f"{today} 02:00:00"):
                self.unit.invalidate_recordset()
                self.assertEqual(self.unit.days_left, days)
                self.assertEqual(self.unit.is_in_cover, inside)
                found = Unit.search(mine + [("is_in_cover", "=", True)])
                self.assertEqual(bool(found), inside)
                found = Unit.search(mine + [("is_in_cover", "=", False)])
                self.assertEqual(bool(found), not inside)
                found = Unit.search(mine + [("days_left", ">", 29)])
                self.assertEqual(bool(found), days > 29)

    def test_cover_by_component(self):
        self._silence_law()

        def cover(day, component, product=None):
            values = self.unit._get_cover(day, component, product)
            return values["share"], values["date_end"], values["code"]

        self.assertEqual(
            cover(date(2026, 7, 1), "labour"), (50.0, date(2026, 7, 1), "covered")
        )
        self.assertEqual(
            cover(date(2026, 7, 2), "labour"), (0.0, date(2026, 7, 1), "expired")
        )
        # travel has no term: the whole unit answers
        self.assertEqual(
            cover(date(2026, 7, 2), "travel"), (100.0, date(2027, 1, 1), "covered")
        )
        self.assertEqual(
            cover(date(2028, 7, 2), "part", self.part),
            (100.0, date(2029, 1, 1), "covered"),
        )
        other = self._create_product(tracking="none")
        self.assertEqual(
            cover(date(2028, 7, 2), "part", other), (0.0, date(2027, 1, 1), "expired")
        )
        reason = self.unit._get_cover(date(2026, 7, 2), "labour")["reason"]
        self.assertEqual(reason, "The cover ended on 07/01/2026.")

    def test_unit_without_policy(self):
        unit = self._create_unit(serial="NP", product_id=self.part.id)
        values = unit._get_cover(date(2026, 7, 2))
        self.assertEqual((values["share"], values["code"]), (0.0, "no_term"))
        self.assertEqual(values["reason"], "No policy covers this.")

    def test_repairs_extend_cover_and_count(self):
        order = self._create_done_order()
        self.assertEqual(order.registration_id, self.unit)
        self.assertEqual(order.repair_days, 1)
        self.assertEqual(self.unit.repair_count, 1)
        self.assertEqual(self.unit.repair_days, 1)
        self.assertEqual(self.unit.order_count, 1)
        self.assertEqual(self.unit.date_cover_end, date(2027, 1, 2))
        order.date_end = datetime(2026, 3, 13, 9)  # 10 days and an hour
        self.unit.invalidate_recordset(["repair_days"])
        self.assertEqual(self.unit.repair_days, 11)
        self.assertEqual(self.unit.date_cover_end, date(2027, 1, 12))

    def test_waiting_for_a_part_counts_apart(self):
        order = self._create_order(lot_id=self.lot.id)
        order.write({"state": "in_progress", "date_start": datetime(2026, 3, 3)})
        with freeze_time("2026-03-04 00:00:00"):
            order.action_wait_part()
        self.assertEqual(order.date_waiting, datetime(2026, 3, 4))
        counters = self.unit._get_counters(date(2026, 3, 9))[self.unit.id]
        self.assertEqual(counters["longest_waiting"], 6)  # 4 to the end of the 9th
        with freeze_time("2026-03-07 00:00:00"):
            order.action_start()
        self.assertEqual((order.waiting_days, order.date_waiting), (3, False))
        order.write({"state": "done", "date_end": datetime(2026, 3, 8)})
        self.assertEqual((order.waiting_days, order.repair_days), (3, 2))
        self.assertEqual(self.unit.date_cover_end, date(2027, 1, 6))

    def test_exchange_restarts_the_period(self):
        with freeze_time("2026-06-01 02:00:00"):
            new = self.unit._exchange({"serial": "SN-2"})
        self.assertEqual(self.unit.state, "exchanged")
        self.assertEqual(self.unit.date_closed, date(2026, 6, 1))
        self.assertEqual(new.replaces_id, self.unit)
        self.assertEqual(new.date_cover_end, date(2027, 6, 1))
        self.assertEqual(self.unit._get_cover(date(2026, 6, 1))["code"], "closed")

    def test_used_unit_is_not_deleted(self):
        self._create_done_order()
        with self.assertRaisesRegex(UserError, "has orders or claims"):
            self.unit.unlink()
        spare = self._create_unit(serial="SPARE")
        spare.unlink()
        self.assertFalse(spare.exists())

    def test_entitlements_of_a_fresh_unit(self):
        results = self.unit._get_entitlements(date(2026, 1, 8), "performance")
        allowed = {(r["type"], r["rule"].id) for r in results if r["allowed"]}
        ref = self.env.ref
        self.assertEqual(
            allowed,
            {
                ("return", ref("aftersales_warranty.rule_cn_g_7_return").id),
                ("exchange", ref("aftersales_warranty.rule_cn_g_7_exchange").id),
                ("exchange", ref("aftersales_warranty.rule_cn_g_15_exchange").id),
                ("return", ref("aftersales_warranty.rule_cn_g_15_return").id),
                ("free_repair", ref("aftersales_warranty.rule_cn_g_repair").id),
                ("free_repair", self.version.id),
            },
        )
        first = next(r for r in results if r["type"] == "return" and r["allowed"])
        self.assertEqual(first["fee"], 0.0)
        self.assertEqual(first["currency"], self.unit.currency_id)
        self.assertEqual(first["deadline"], date(2026, 1, 8))
        self.assertIn("1995", first["source"])

    def test_entitlements_name_the_reason(self):
        results = self.unit._get_entitlements(date(2026, 1, 9), "performance")
        rule = self.env.ref("aftersales_warranty.rule_cn_g_7_return")
        item = next(r for r in results if r["rule"] == rule)
        self.assertFalse(item["allowed"])
        self.assertEqual(item["reason"], "The period ended on 01/08/2026.")
        silent = self.unit._get_entitlements(date(2026, 1, 8))
        self.assertEqual(
            [(r["type"], r["allowed"]) for r in silent if r["allowed"]],
            [("paid_repair", True)],
        )
        item = next(r for r in silent if r["rule"] == rule)
        self.assertEqual(item["reason"], "A fault must be stated: Performance.")

    def test_depreciation_after_two_repairs(self):
        for month in (3, 4):
            self._create_done_order(
                date_request=datetime(2026, month, 2, 8),
            ).write(
                {
                    "date_start": datetime(2026, month, 3, 8),
                    "date_end": datetime(2026, month, 8, 8),
                }
            )
        results = self.unit._get_entitlements(date(2026, 7, 20), "performance")
        rule = self.env.ref("aftersales_warranty.rule_cn_g_2r_return")
        item = next(r for r in results if r["rule"] == rule)
        # 1 January to 20 July: 200 days, 10 of them in repair; 0.1 % of 3000 a day
        self.assertTrue(item["allowed"])
        self.assertEqual(item["fee"], 570.0)
        self.assertEqual(
            item["reason"],
            "Day 200 since the sale, the right ends 01/11/2027. Performance fault "
            "stated. 2 repairs, 2 are enough. Fee: 3000.00 × 0.001 × (200 − 10 − 0) = "
            "570.00.",
        )

    def test_a_running_repair_counts(self):
        order = self._create_order(lot_id=self.lot.id)
        order.write({"state": "in_progress", "date_start": datetime(2026, 3, 1)})
        rule = self.env.ref("aftersales_warranty.rule_cn_g_30_exchange")

        def allowed(day):
            results = self.unit._get_entitlements(day)
            return next(r for r in results if r["rule"] == rule)["allowed"]

        self.assertFalse(allowed(date(2026, 3, 30)))  # 30 days
        self.assertTrue(allowed(date(2026, 3, 31)))  # 31 days

    def test_distance_sale(self):
        unit = self._create_unit(serial="D-1", channel="distance")
        results = unit._get_entitlements(date(2026, 1, 12))
        allowed = [r["type"] for r in results if r["allowed"]]
        self.assertEqual(sorted(allowed), ["paid_repair", "return"])
        self.assertIn("article 25", results[0]["source"] + results[1]["source"])

    def test_a_closed_unit_has_no_rights(self):
        self.unit._close("returned", date(2026, 1, 6))
        results = self.unit._get_entitlements(date(2026, 1, 8), "performance")
        self.assertEqual([r["type"] for r in results if r["allowed"]], ["paid_repair"])

    def test_batches_need_a_constant_number_of_queries(self):
        units = self.env["aftersales.registration"].create(
            [
                {
                    "product_id": self.product.id,
                    "partner_id": self.customer.id,
                    "serial": f"B-{index}",
                    "date_sale": date(2026, 1, 1) + timedelta(index),
                }
                for index in range(60)
            ]
        )
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records._get_entitlements_batch(date(2026, 3, 1), "performance")
            records._get_cover_batch(date(2026, 3, 1))
            return self.cr.sql_log_count - before

        count(units)
        self.assertEqual(count(units[:5]), count(units))
        result = units._get_entitlements_batch(date(2026, 3, 1), "performance")
        self.assertEqual(set(result), set(units.ids))
        self.assertEqual(
            result[units[3].id],
            units[3]._get_entitlements(date(2026, 3, 1), "performance"),
        )

    def test_roles_and_companies(self):
        unit = self.unit
        self.assertEqual(unit.with_user(self.user_service).serial, "TEST-SN-1")
        created = (
            self.env["aftersales.registration"]
            .with_user(self.user_service)
            .create({"product_id": self.product.id, "serial": "BY-USER"})
        )
        self.assertEqual(created.state, "active")
        with self.assertRaises(AccessError):
            created.unlink()
        portal = unit.with_user(self.user_portal)
        with self.assertRaises(AccessError):
            portal.read(["serial"])
        self._create_done_order()
        self.env.invalidate_all()
        self.assertEqual(portal.read(["serial"])[0]["serial"], "TEST-SN-1")
        with self.assertRaises(AccessError):
            unit.with_user(self.user_portal_b).read(["serial"])
        with self.assertRaises(AccessError):
            portal.serial = "STOLEN"
        self.user_head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            unit.with_user(self.user_head).read(["serial"])

    def test_smart_buttons(self):
        self.assertEqual(self.customer.aftersales_registration_count, 1)
        self.assertEqual(self.lot.aftersales_registration_count, 1)
        template = self.product.product_tmpl_id
        self.assertEqual(template.aftersales_registration_count, 1)
        for record in (self.customer, self.lot, template):
            action = record.action_view_aftersales_registrations()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, self.unit)
