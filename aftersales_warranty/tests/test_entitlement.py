from datetime import date, datetime, timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WarrantyCommon


class EntitlementCommon(WarrantyCommon):
    """Units under several laws, with repairs and replaced parts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["aftersales.entitlement.rule"]
        cls.category_car = cls._create_category("car")
        cls.car = cls._create_product(
            name="Test Car", categ_id=cls.category_car.id, tracking="serial"
        )
        cls.vehicle = cls._create_unit(
            serial="VIN-1", product_id=cls.car.id, price=200000.0
        )

    @classmethod
    def _create_category(cls, name):
        product_class = cls.env.ref(f"aftersales_warranty.product_class_{name}")
        return cls.env["product.category"].create(
            {"name": name, "aftersales_class_id": product_class.id}
        )

    @classmethod
    def _repair(cls, unit, start, hours, *lines, fault=None, **vals):
        """A finished repair of a unit, from a moment on."""
        order = cls._create_order(
            product_id=unit.product_id.id,
            serial=unit.serial,
            date_request=start,
            date_start=start,
            date_end=start + timedelta(hours=hours),
            fault_id=fault and fault.id,
            **vals,
        )
        cls._add_lines(order, *lines)
        order.state = "done"
        return order

    @classmethod
    def _create_fault(cls, code, group=None):
        group = group and cls.env.ref(f"aftersales_warranty.fault_group_{group}")
        return cls.env["aftersales.fault"].create(
            {"name": code, "code": code, "group_id": group and group.id}
        )

    def _get(self, unit, code, day, *args, **kwargs):
        """The answer of one rule for a unit."""
        results = unit._get_entitlements(day, *args, **kwargs)
        rule = self.Rule.search([("code", "=", code)])
        return next(item for item in results if item["rule"] == rule)


@tagged("post_install", "-at_install")
class TestEntitlement(EntitlementCommon):
    def test_sentence_tells_day_and_fault(self):
        item = self._get(self.unit, "CN-G-7-RETURN", date(2026, 1, 6), "performance")
        self.assertTrue(item["allowed"])
        self.assertEqual(
            item["reason"], "Day 5 of 7 since the sale. Performance fault stated."
        )
        self.assertEqual(item["confidence"], "b")
        self.assertEqual((item["chooser"], item["freight"]), ("consumer", "trader"))
        # six months from the sale; fifteen days from the request
        self.assertEqual(item["proof_until"], date(2026, 7, 1))
        self.assertEqual(item["delay_deadline"], date(2026, 1, 21))

    def test_sentence_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        unit = self.unit.with_context(lang="zh_CN")
        rule = self.env.ref("aftersales_warranty.rule_cn_g_7_return")
        rule.with_context(lang="zh_CN").source = "三包规定"
        item = self._get(unit, "CN-G-7-RETURN", date(2026, 1, 6), "performance")
        self.assertEqual(item["source"], "三包规定")
        item = self._get(self.unit, "CN-G-7-RETURN", date(2026, 1, 6), "performance")
        self.assertIn("1995", item["source"])

    def test_goods_without_a_category_are_goods_without_a_class(self):
        self.categ.aftersales_class_id = False
        day = (date(2026, 1, 12), "performance")
        without_class = self.unit._get_entitlements(*day)
        self.product.categ_id = False
        # The policy is for the category; the unit keeps what it was sold under.
        found = self.unit._get_entitlements(*day)
        self.assertEqual(
            [(x["type"], x["allowed"]) for x in found],
            [(x["type"], x["allowed"]) for x in without_class],
        )
        self.assertEqual(self.unit._get_cover(day[0])["share"], 100)

    def test_goods_without_a_class_have_article_24_only(self):
        self.categ.aftersales_class_id = False
        results = self.unit._get_entitlements(date(2026, 1, 12), "performance")
        codes = [r["rule"].code for r in results if r["rule"]._name == self.Rule._name]
        self.assertEqual([code for code in codes if code], ["CN-L24-RETURN"])
        # delivered 5 January, 7 days: the 12th
        self.assertEqual(results[0]["deadline"], date(2026, 1, 12))
        self.assertEqual(
            results[0]["reason"],
            "Day 7 of 7 since the delivery. Performance fault stated.",
        )

    def test_usage_limit_of_a_car(self):
        day = date(2026, 2, 1)
        item = self._get(self.vehicle, "CN-C43-20-PART", day, "engine", 3000)
        self.assertEqual(
            item["reason"],
            "Day 27 of 60 since the delivery. Fault stated: Engine. Usage 3000 of "
            "3000.",
        )
        item = self._get(self.vehicle, "CN-C43-20-PART", day, "engine")
        self.assertTrue(item["allowed"])
        self.assertIn("Provided that the usage is not over 3000.", item["reason"])
        item = self._get(self.vehicle, "CN-C43-20-PART", day, "engine", 3000.5)
        self.assertEqual(item["reason"], "The usage limit of 3000 is exceeded: 3000.5.")
        item = self._get(self.vehicle, "CN-C43-20-PART", day, "brakes", 10)
        self.assertEqual(
            item["reason"],
            "Only for a fault of: Drive Motor, Engine, Power Battery, Transmission.",
        )

    def test_two_engines(self):
        engine = self._create_product(
            name="Test Engine",
            tracking="none",
            aftersales_is_assembly=True,
            aftersales_fault_group_id=self.env.ref(
                "aftersales_warranty.fault_group_engine"
            ).id,
        )
        lines = [("part", 1, 0.0, engine)]
        self._repair(self.vehicle, datetime(2026, 2, 1), 20, *lines)
        ask = (self.vehicle, "CN-C43-24-2-RETURN", date(2026, 4, 1), "engine", 12000)
        self.assertEqual(
            self._get(*ask)["reason"],
            "The assembly was replaced 1 of 2 times so far.",
        )
        self._repair(self.vehicle, datetime(2026, 3, 1), 20, *lines)
        item = self._get(*ask)
        # 200,000 x 12,000 / 1000 x 0.5 %
        self.assertEqual((item["allowed"], item["fee"]), (True, 12000.0))
        self.assertEqual(
            item["arithmetic"], "200000.00 × 12000 ÷ 1000 × 0.005 = 12000.00"
        )
        self.assertIn(
            "The assembly was replaced 2 times, 2 are enough.", item["reason"]
        )
        summary = self.vehicle._get_history_summary(date(2026, 4, 1))
        self.assertEqual(summary[self.vehicle.id]["assemblies"], {"engine": 2})
        # before the second replacement it was one
        summary = self.vehicle._get_history_summary(date(2026, 2, 15))
        self.assertEqual(summary[self.vehicle.id]["assemblies"], {"engine": 1})

    def test_the_same_main_part_twice(self):
        group = self.env.ref("aftersales_warranty.fault_group_steering")
        parts = [
            self._create_product(
                name=name,
                tracking="none",
                aftersales_is_main_part=True,
                aftersales_fault_group_id=group.id,
            )
            for name in ("Rack", "Pump")
        ]
        ask = (self.vehicle, "CN-C43-24-3-EXCHANGE", date(2026, 5, 1), "steering", 0)
        for month, part in ((2, parts[0]), (3, parts[1])):
            self._repair(
                self.vehicle, datetime(2026, month, 1), 5, ("part", 1, 9.0, part)
            )
        self.assertEqual(
            self._get(*ask)["reason"],
            "The same part was replaced 1 of 2 times so far.",
        )
        self._repair(self.vehicle, datetime(2026, 4, 1), 5, ("part", 1, 9.0, parts[1]))
        self.assertTrue(self._get(*ask)["allowed"])

    def test_repairs_of_a_safety_fault(self):
        brake = self._create_fault("BRAKE", "brake_failure")
        noise = self._create_fault("HUM")
        ask = (self.vehicle, "CN-C43-24-1-RETURN", date(2026, 5, 1), brake, 1000)
        for month, fault in ((2, brake), (3, noise)):
            self._repair(self.vehicle, datetime(2026, month, 1), 5, fault=fault)
        self.assertEqual(
            self._get(*ask)["reason"], "1 of 2 repairs of a safety fault so far."
        )
        self._repair(self.vehicle, datetime(2026, 4, 1), 5, fault=brake)
        item = self._get(*ask)
        self.assertEqual((item["allowed"], item["fee"]), (True, 1000.0))
        # the code of a fault and the code of a group say the same
        for stated in ("BRAKE", "brake_failure"):
            again = self._get(*ask[:3], stated, 1000)
            self.assertEqual(again["allowed"], True)
        summary = self.vehicle._get_history_summary(date(2026, 5, 1))
        self.assertEqual(
            summary[self.vehicle.id]["by_group"], {"brake_failure": 2, "brakes": 2}
        )

    def test_the_same_fault_five_times(self):
        fault = self._create_fault("HUM")
        for month in range(2, 6):
            self._repair(self.vehicle, datetime(2026, month, 1), 5, fault=fault)
        ask = (self.vehicle, "CN-C43-24-4R-RETURN", date(2026, 9, 1), fault, 0)
        self.assertEqual(
            self._get(*ask)["reason"], "4 of 5 repairs of the same fault so far."
        )
        self._repair(self.vehicle, datetime(2026, 6, 1), 5, fault=fault)
        self.assertTrue(self._get(*ask)["allowed"])

    def test_days_of_a_car_are_whole_visits(self):
        # 10 days and an hour count as 11, 20 days as 20: 31
        first = self._repair(self.vehicle, datetime(2026, 2, 1), 241)
        self._repair(self.vehicle, datetime(2026, 3, 1), 480)
        ask = (self.vehicle, "CN-C43-24-4D-RETURN", date(2026, 5, 1), None, 0)
        self.assertIn("took 31 days, more than 30.", self._get(*ask)["reason"])
        # two hours on the road of the rescue: 239 hours are 10 days
        first.hours_not_counted = 2
        self.assertEqual(
            self._get(*ask)["reason"],
            "All repairs together took 30 days, not over 30.",
        )

    def test_loaner_while_under_repair(self):
        order = self._create_order(product_id=self.car.id, serial="VIN-1")
        # Noon in Shanghai on 1 February
        order.write({"state": "in_progress", "date_start": datetime(2026, 2, 1, 4)})

        def loaner(day):
            return self._get(self.vehicle, "CN-C43-21-LOANER", day)

        self.assertEqual(
            loaner(date(2026, 2, 5))["reason"],
            "The running repair has taken 5 days, not over 5.",
        )
        self.assertTrue(loaner(date(2026, 2, 6))["allowed"])
        order.write({"state": "done", "date_end": datetime(2026, 2, 7, 4)})
        self.assertTrue(loaner(date(2026, 2, 6))["allowed"], "it still ran then")
        self.assertFalse(loaner(date(2026, 2, 8))["allowed"])

    def test_days_are_those_of_the_company(self):
        # 17:00 UTC on 8 January is the 9th in Shanghai
        order = self._repair(self.unit, datetime(2026, 1, 8, 15), 2)
        (visit,) = self.unit._get_visits(date(2026, 1, 9))[self.unit.id]
        self.assertEqual((visit.start, visit.end), (date(2026, 1, 8), date(2026, 1, 9)))
        (visit,) = self.unit._get_visits(date(2026, 1, 8))[self.unit.id]
        self.assertIsNone(visit.end, "not finished on that day")
        self.company.partner_id.tz = "UTC"
        (visit,) = self.unit._get_visits(date(2026, 1, 8))[self.unit.id]
        self.assertEqual(visit.end, date(2026, 1, 8))
        order.state = "cancelled"
        self.assertFalse(self.unit._get_visits(date(2026, 1, 9)))

    def test_a_long_repair_by_others_gives_no_exchange(self):
        order = self._repair(self.unit, datetime(2026, 2, 1), 31 * 24)
        ask = (self.unit, "CN-G-30-EXCHANGE", date(2026, 5, 1))
        self.assertTrue(self._get(*ask)["allowed"])
        order.delay_cause = "customer"
        self.assertEqual(
            self._get(*ask)["reason"],
            "The longest repair by the repairer's own doing took 0 days, not over 30.",
        )

    def test_same_model_not_available(self):
        for month in (2, 3):
            self._repair(self.unit, datetime(2026, month, 1), 24)
        ask = (self.unit, "CN-G-2R-REFUND", date(2026, 5, 1), "performance")
        self.assertEqual(
            self._get(*ask)["reason"], "Only where the same model is not available."
        )
        item = self._get(*ask, model_available=False)
        self.assertEqual((item["allowed"], item["fee"]), (True, 0.0))
        self.assertIn("The same model is not available.", item["reason"])
        item = self._get(self.unit, "CN-G-2R-RETURN", *ask[2:], model_available=False)
        self.assertFalse(item["allowed"])

    def test_a_repair_after_the_period_does_not_revive_it(self):
        self._repair(self.unit, datetime(2027, 1, 3), 20 * 24)
        item = self._get(self.unit, "CN-G-REPAIR", date(2027, 1, 10), "performance")
        self.assertEqual(
            (item["code"], item["deadline"]), ("expired", date(2027, 1, 1))
        )

    def test_other_jurisdictions(self):
        def unit(country, serial, **vals):
            return self._create_unit(
                serial=serial, country_id=self.env.ref(f"base.{country}").id, **vals
            )

        german = unit("de", "DE-1")
        item = self._get(german, "EU-REPAIR-2Y", date(2028, 1, 5), "performance")
        self.assertEqual((item["allowed"], item["deadline"]), (True, date(2028, 1, 5)))
        late = unit(
            "fr", "FR-1", date_sale=date(2026, 8, 1), date_delivery=date(2026, 8, 5)
        )
        self._repair(late, datetime(2026, 9, 1), 24)
        item = self._get(late, "EU-REPAIR-12M", date(2029, 8, 5), "performance")
        self.assertEqual((item["allowed"], item["deadline"]), (True, date(2029, 8, 5)))
        british = unit("uk", "UK-1")
        # delivered 5 January, 30 days: 4 February
        item = self._get(british, "UK-30-RETURN", date(2026, 2, 4), "performance")
        self.assertEqual((item["allowed"], item["deadline"]), (True, date(2026, 2, 4)))
        self.assertEqual((item["refund_days"], item["refund_start"]), (14, "agreement"))
        american = unit("us", "US-1")
        ask = (american, "US-FULL-REPAIR", date(2026, 2, 4), "performance")
        self.assertEqual(
            self._get(*ask)["reason"], "The written warranty is not titled full."
        )
        full = self._create_version(
            [{"component": "whole_unit", "months": 24}],
            date_effective=date(2021, 1, 1),
            warranty_title="full",
        )
        american.policy_version_id = full
        item = self._get(*ask)
        self.assertEqual((item["allowed"], item["deadline"]), (True, date(2028, 1, 1)))

    def test_distance_sale_excludes_what_is_made_to_order(self):
        unit = self._create_unit(serial="D-2", channel="distance")
        ask = (unit, "CN-D-7-RETURN", date(2026, 1, 12))
        self.assertTrue(self._get(*ask)["allowed"])
        self.product.product_tmpl_id.aftersales_no_withdrawal = True
        self.assertEqual(
            self._get(*ask)["reason"], "The product is excluded from this right."
        )

    def test_usage_factor_of_class_and_policy(self):
        self._repair(self.vehicle, datetime(2026, 2, 1), 31 * 24)
        ask = (self.vehicle, "CN-C43-24-4D-RETURN", date(2026, 5, 1), None, 1000)
        self.assertEqual(self._get(*ask)["fee"], 1000.0)
        product_class = self.category_car.aftersales_class_id
        product_class.usage_rate = 0.4
        self.assertEqual(self._get(*ask)["fee"], 800.0)
        policy = self.policy.copy({"categ_ids": [Command.set(self.category_car.ids)]})
        version = self._create_version(
            [{"component": "whole_unit", "months": 12}],
            policy,
            date_effective=date(2019, 1, 1),
            usage_rate=0.3,
        )
        self.vehicle.policy_version_id = version
        self.assertEqual(self._get(*ask)["fee"], 600.0)
        # the law stays the limit
        product_class.usage_rate = 5
        self.vehicle.policy_version_id = False
        self.assertEqual(self._get(*ask)["fee"], 1000.0)

    def test_fee_in_the_currency_of_the_unit(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        unit = self._create_unit(serial="JP", currency_id=yen.id, price=99999)
        # 99,999 x 0.1 % x 10 = 999.99: whole yen
        item = self._get(unit, "CN-G-15-RETURN", date(2026, 1, 11), "performance")
        self.assertEqual((item["fee"], item["currency"]), (1000.0, yen))
        self.assertEqual(item["arithmetic"], "99999 × 0.001 × 10 = 1000")

    def test_bad_input(self):
        day = date(2026, 1, 6)
        with self.assertRaisesRegex(
            UserError, "no fault class, fault group or fault X"
        ):
            self.unit._get_entitlements(day, "X")
        with self.assertRaisesRegex(UserError, "usage of a unit cannot be negative"):
            self.unit._get_entitlements(day, "performance", -1)
        free = self._create_unit(serial="FREE", price=0)
        item = self._get(free, "CN-G-15-RETURN", day, "performance")
        self.assertEqual(
            item["reason"], "The fee cannot be told: the price paid is missing."
        )
        undated = self._create_unit(serial="UD", date_sale=False, date_delivery=False)
        item = self._get(undated, "CN-G-REPAIR", day, "performance")
        self.assertEqual(
            (item["code"], item["reason"]),
            ("no_start", "No date of sale or delivery is known."),
        )
        self.assertEqual(
            self.env["aftersales.registration"]._get_entitlements_batch(), {}
        )

    def test_batch_is_the_sum_of_its_units_and_constant(self):
        for unit in (self.unit, self.vehicle):
            self._repair(unit, datetime(2026, 2, 1), 50, ("part", 1, 5.0, self.part))
        units = self.unit | self.vehicle
        for index in range(40):
            units |= self._create_unit(
                serial=f"B-{index}",
                price=1000 + index,
                date_sale=date(2026, 1, 1) + timedelta(index % 3),
            )
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records._get_entitlements_batch(date(2026, 1, 12), "performance")
            return self.cr.sql_log_count - before

        count(units)
        self.assertEqual(count(units[:4]), count(units))
        self.assertLessEqual(count(units), 25)
        result = units._get_entitlements_batch(date(2026, 1, 12), "performance")
        for unit in units:
            single = unit._get_entitlements(date(2026, 1, 12), "performance")
            self.assertEqual(result[unit.id], single)
        # answers are shared between units and can only be read
        with self.assertRaises(TypeError):
            result[units[5].id][0]["reason"] = "changed"

    def test_rights_of_a_unit_follow_the_access_to_it(self):
        day = date(2026, 1, 6)
        portal = self.unit.with_user(self.user_portal)
        with self.assertRaises(AccessError):
            portal._get_entitlements(day)
        self._create_done_order()
        self.assertTrue(portal._get_entitlements(day, "performance"))
        other = self._create_unit(serial="CB", company_id=self.company_b.id)
        with self.assertRaises(AccessError):
            (self.unit | other).with_user(self.user_head)._get_entitlements_batch(day)

    def test_working_days_of_the_company(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Test Week", "company_id": self.company.id, "tz": "Asia/Shanghai"}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "New Year",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                # 1 and 2 January in Shanghai
                "date_from": datetime(2025, 12, 31, 16),
                "date_to": datetime(2026, 1, 2, 15, 59, 59),
            }
        )
        is_working = self.company._get_aftersales_workday_check()
        days = {
            date(2026, 1, day): is_working(date(2026, 1, day)) for day in range(1, 6)
        }
        # Thursday and Friday are free, then the weekend
        self.assertEqual(list(days.values()), [False, False, False, False, True])
        self._repair(self.vehicle, datetime(2026, 1, 1, 0), 31 * 24)
        item = self._get(
            self.vehicle, "CN-C43-24-4D-EXCHANGE", date(2026, 2, 6), None, 0
        )
        # Friday 6 February: 9 to 13 and 16 to 20; then to 6 March
        self.assertEqual(item["reply_deadline"], date(2026, 2, 20))
        self.assertEqual(item["completion_deadline"], date(2026, 3, 6))


@tagged("post_install", "-at_install")
class TestEntitlementRule(EntitlementCommon):
    def _create_rule(self, **vals):
        return self.Rule.create(
            {
                "name": "Test Rule",
                "code": "BR-TEST",
                "country_id": self.env.ref("base.br").id,
                "type": "free_repair",
                "window_value": 90,
                "fault": "any",
                "source": "Consumer Code, article 26",
                "confidence": "b",
                "clock_start": "delivery",
                **vals,
            }
        )

    def test_a_jurisdiction_is_added_without_code(self):
        unit = self._create_unit(serial="BR", country_id=self.env.ref("base.br").id)
        day = date(2026, 1, 20)
        self.assertFalse(
            [
                r
                for r in unit._get_entitlements(day, "any" and "performance")
                if r["rule"]._name == self.Rule._name and r["rule"]
            ]
        )
        head = self.Rule.with_user(self.user_head)
        repair = self._create_rule().with_user(self.user_head)
        head.create(
            [
                {
                    "name": "Withdrawal",
                    "code": "BR-7",
                    "country_id": repair.country_id.id,
                    "type": "return",
                    "channel": "distance",
                    "clock_start": "receipt_next",
                    "window_value": 7,
                    "source": "Consumer Code, article 49",
                    "confidence": "b",
                },
                {
                    "name": "Money back after 30 days",
                    "code": "BR-30",
                    "country_id": repair.country_id.id,
                    "type": "return",
                    "fault": "performance",
                    "window_value": 90,
                    "clock_start": "delivery",
                    "total_days_over": 30,
                    "source": "Consumer Code, article 18",
                    "confidence": "b",
                    "refund_days": 5,
                },
            ]
        )
        item = self._get(unit, "BR-TEST", day, "appearance")
        # delivered 5 January: day 15 of 90
        self.assertEqual(
            item["reason"],
            "Day 15 of 90 since the delivery. Fault of appearance stated.",
        )
        self.assertEqual(item["deadline"], date(2026, 4, 5))
        item = self._get(unit, "BR-30", day, "performance")
        self.assertEqual(
            item["reason"], "All repairs together took 0 days, not over 30."
        )
        codes = {
            r["rule"].code
            for r in unit._get_entitlements(day, "performance")
            if r["rule"]._name == self.Rule._name
        }
        self.assertNotIn("BR-7", codes, "it was bought in a shop")
        # and for a whole group of countries
        group = self.env["res.country.group"].create(
            {"name": "G", "country_ids": [Command.set(self.env.ref("base.ar").ids)]}
        )
        repair.write({"country_id": False, "country_group_id": group.id})
        unit.country_id = self.env.ref("base.ar")
        self.assertTrue(self._get(unit, "BR-TEST", day, "appearance")["allowed"])

    def test_a_change_counts_at_once(self):
        rule = self.env.ref("aftersales_warranty.rule_cn_g_7_return")
        ask = (self.unit, "CN-G-7-RETURN", date(2026, 1, 9), "performance")
        self.assertFalse(self._get(*ask)["allowed"])
        rule.window_value = 8
        self.assertTrue(self._get(*ask)["allowed"])
        rule.active = False
        codes = [
            r["rule"].code
            for r in self.unit._get_entitlements(*ask[2:])
            if r["rule"]._name == self.Rule._name
        ]
        self.assertNotIn("CN-G-7-RETURN", codes)

    def test_an_archived_group_still_restricts(self):
        group = self.env.ref("aftersales_warranty.fault_group_engine")
        rule = self._create_rule(fault_group_ids=[Command.set(group.ids)])
        group.active = False
        self.assertEqual(rule._to_kernel().groups, frozenset())
        found = {
            item.key: item
            for _country, _group, item in self.Rule._get_catalogue(self.env.lang)
        }
        self.assertEqual(found[rule.id].groups, frozenset(("engine",)))

    @mute_logger("odoo.sql_db")
    def test_database_constraints(self):
        cases = [
            (CheckViolation, {"country_id": False}),
            (
                CheckViolation,
                {"country_group_id": self.env.ref("base.europe").id},
            ),
            (CheckViolation, {"confidence": "c"}),
            (CheckViolation, {"min_parts": -1}),
            (CheckViolation, {"reply_days": -1}),
            (CheckViolation, {"window_value": -7}),
            (
                CheckViolation,
                {"date_from": date(2026, 1, 2), "date_to": date(2026, 1, 1)},
            ),
            (UniqueViolation, {"code": "CN-G-7-RETURN"}),
            (ValidationError, {"window_value": 0}),
            (ValidationError, {"fee": "usage"}),
            (ValidationError, {"fee": "usage", "fee_rate": 101}),
            (ValidationError, {"fee": "offset"}),
        ]
        for error, bad in cases:
            with (
                self.subTest(bad=bad),
                self.assertRaises(error),
                self.cr.savepoint(),
            ):
                self._create_rule(**bad)
                self.env.flush_all()

    def test_a_copy_starts_inactive(self):
        copy = self._create_rule().copy()
        self.assertEqual((copy.code, copy.active), ("BR-TEST-COPY", False))

    def test_roles_and_history_of_changes(self):
        rule = self._create_rule()
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            with self.subTest(user=user.login):
                self.assertEqual(rule.with_user(user).source, rule.source)
                with self.assertRaises(AccessError):
                    rule.with_user(user).window_value = 1
        mine = rule.with_user(self.user_head).with_context(
            mail_notrack=False, tracking_disable=False
        )
        mine.window_value = 120
        self.env.flush_all()
        self.cr.precommit.run()
        values = mine.message_ids.sudo().tracking_value_ids
        self.assertEqual(
            values.mapped(lambda v: (v.old_value_integer, v.new_value_integer)),
            [(90, 120)],
        )

    def test_fault_groups(self):
        Group = self.env["aftersales.fault.group"]
        wide = Group.create({"name": "Cabin", "code": "cabin", "kind": "performance"})
        seat = Group.create(
            {"name": "Seat", "code": "seat", "kind": "safety", "parent_id": wide.id}
        )
        fault = Group._resolve("seat")
        self.assertEqual((fault.kind, fault.groups), ("safety", {"seat", "cabin"}))
        with self.assertRaisesRegex(ValidationError, "part of itself"):
            wide.parent_id = seat
        with self.assertRaisesRegex(ValidationError, "name of a fault class"):
            Group.create({"name": "X", "code": "safety"})
        coded = self._create_fault("CREAK")
        self.assertEqual(Group._resolve(coded).kind, "performance")
        self.assertEqual(Group._resolve(coded).key, coded.id)
        self.assertIsNone(Group._resolve(False))
        with self.assertRaises(AccessError):
            wide.with_user(self.user_service).name = "Y"


@tagged("post_install", "-at_install")
class TestEntitlementCheck(EntitlementCommon):
    def _check(self, user=None, **vals):
        Check = self.env["aftersales.entitlement.check"]
        return Check.with_user(user or self.user_dispatcher).create(
            {"date": date(2026, 1, 6), **vals}
        )

    def test_a_scanned_serial_is_answered(self):
        check = self._check(text=" test-sn-1 ", fault_class="performance")
        self.assertEqual(check.registration_id, self.unit)
        self.assertFalse(check.warning)
        first = check.line_ids[0]
        self.assertTrue(first.allowed)
        allowed = check.line_ids.mapped("allowed")
        self.assertEqual(allowed, sorted(allowed, reverse=True), "allowed ones first")
        rule = self.env.ref("aftersales_warranty.rule_cn_g_7_return")
        line = check.line_ids.filtered(lambda x: x.rule_id == rule)
        self.assertEqual(
            (line.name, line.source, line.confidence, line.date_end),
            (rule.name, rule.source, "b", date(2026, 1, 8)),
        )
        self.assertEqual(
            line.reason, "Day 5 of 7 since the sale. Performance fault stated."
        )
        self.assertIn("Repairs: 0;", check.history)

    def test_the_answer_follows_the_question(self):
        check = self._check(text="TEST-SN-1")
        rule = self.env.ref("aftersales_warranty.rule_cn_g_15_return")

        def line():
            return check.line_ids.filtered(lambda x: x.rule_id == rule)

        self.assertFalse(line().allowed)
        check.fault_id = self._create_fault("HUM")
        # 3000 x 0.1 % x 5
        self.assertEqual((line().allowed, line().fee), (True, 15.0))
        self.assertEqual(line().arithmetic, "3000.00 × 0.001 × 5 = 15.00")
        check.model_available = False
        self.assertFalse(line().allowed)
        with self.assertRaisesRegex(UserError, "cannot be negative"):
            check.write({"has_usage": True, "usage": -1})

    def test_unknown_and_ambiguous_serials(self):
        check = self._check(text="NOBODY")
        self.assertFalse(check.registration_id)
        self.assertFalse(check.line_ids)
        self.assertIn("No unit is registered under NOBODY", check.warning)
        other = self._create_unit(
            serial="TEST-SN-1", product_id=self._create_product().id
        )
        check = self._check(text="TEST-SN-1")
        self.assertFalse(check.registration_id)
        self.assertEqual(check.candidate_ids, self.unit | other)
        self.assertIn("Several units have this serial", check.warning)
        check.registration_id = other
        self.assertFalse(check.warning)
        self.assertTrue(check.line_ids)

    def test_from_unit_and_order(self):
        action = self.unit.with_user(self.user_service).action_check_entitlements()
        check = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(check.registration_id, self.unit)
        fault = self._create_fault("HUM", "engine")
        order = self._create_order(
            lot_id=self.lot.id, date_request=datetime(2026, 1, 5, 17)
        )
        order.fault_id = fault
        action = order.with_user(self.user_dispatcher).action_check_entitlements()
        check = self.env[action["res_model"]].browse(action["res_id"])
        # 17:00 UTC is the 6th in Shanghai
        self.assertEqual((check.date, check.fault_id), (date(2026, 1, 6), fault))
        self.assertEqual(check.order_id, order)
        self.assertTrue(check.line_ids.filtered("allowed"))

    def test_who_may_ask(self):
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            with self.subTest(user=user.login):
                self.assertTrue(self._check(user, text="TEST-SN-1").line_ids)
        for user in (self.user_warehouse, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._check(user, text="TEST-SN-1")
        check = self._check(self.user_service, text="TEST-SN-1")
        with self.assertRaises(AccessError):
            check.with_user(self.user_clerk).read(["history"])
        stranger = self._create_unit(serial="CB", company_id=self.company_b.id)
        check = self._check(text="CB")
        self.assertFalse(check.registration_id)
        with self.assertRaises(AccessError):
            self._check(registration_id=stranger.id).line_ids.mapped("name")
