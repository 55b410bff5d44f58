from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models import aftersales_cover_refresh
from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestCoverLaw(WarrantyCommon):
    """The better of law and promise, and the stored end that follows both."""

    def _values(self, day, component="whole_unit", product=None, unit=None):
        values = (unit or self.unit)._get_cover(day, component, product)
        return values["share"], values["date_end"], values["basis"]

    def test_each_component_gets_the_better_of_the_two(self):
        rule = self.env.ref("aftersales_warranty.rule_cn_g_repair")
        day = date(2026, 3, 1)
        # promised 50 % for six months; a repair in the legal year is free
        self.assertEqual(self._values(day, "labour"), (100.0, date(2027, 1, 1), "law"))
        self.assertEqual(
            self._values(day, "part", self.part), (100.0, date(2029, 1, 1), "promise")
        )
        self.assertEqual(self._values(day), (100.0, date(2027, 1, 1), "promise"))
        values = self.unit._get_cover(day, "labour")
        self.assertEqual(values["rule"], rule)
        self.assertEqual(values["source"], rule.source)
        self.assertEqual(
            values["reason"], f"Free by law until 01/01/2027 ({rule.source})."
        )
        promised = self.unit._get_cover(day)
        self.assertEqual(promised["rule"], self.version)
        self.assertEqual(promised["source"], "Test Promise v1")

    def test_a_main_part_has_the_longer_period_of_the_law(self):
        other = self._create_product(tracking="none")
        day = date(2028, 6, 1)
        self.assertEqual(self._values(day, "part", other)[::2], (0.0, "promise"))
        other.aftersales_is_main_part = True
        self.assertEqual(
            self._values(day, "part", other), (100.0, date(2029, 1, 1), "law")
        )

    def test_a_unit_without_policy_has_the_law(self):
        self.policy.active = False
        unit = self._create_unit(serial="NOPOL")
        self.assertFalse(unit.policy_version_id)
        self.assertEqual(
            self._values(date(2026, 3, 1), unit=unit),
            (100.0, date(2027, 1, 1), "law"),
        )
        self.assertEqual(unit.date_cover_end, date(2027, 1, 1))
        gone = unit._get_cover(date(2027, 1, 2))
        self.assertIn("The cover by law ended on 01/01/2027", gone["reason"])

    def test_an_uncertain_rule_is_never_used(self):
        self._silence_law()
        self.assertEqual(
            self._values(date(2026, 3, 1), "labour"),
            (50.0, date(2026, 7, 1), "promise"),
        )
        fan = self.env.ref("aftersales_warranty.product_class_fan")
        self.assertFalse(fan.active)
        self.env["aftersales.entitlement.rule"].with_context(active_test=False).search(
            [("code", "=", "CN-G-REPAIR")]
        ).active = True
        self.categ.aftersales_class_id = fan
        # the figures of the class are not confirmed: no legal period is known
        self.assertEqual(
            self._values(date(2026, 3, 1), "labour"),
            (50.0, date(2026, 7, 1), "promise"),
        )

    def test_another_jurisdiction_has_its_own_law(self):
        unit = self._create_unit(serial="KR", country_id=self.env.ref("base.kr").id)
        self.assertEqual(
            self._values(date(2026, 3, 1), "labour", unit=unit),
            (50.0, date(2026, 7, 1), "promise"),
        )

    def test_roles_get_the_answer_without_reading_the_rules(self):
        for user in (self.user_warehouse, self.user_service, self.user_clerk):
            with self.subTest(user=user.login):
                values = self.unit.with_user(user)._get_cover(
                    date(2026, 3, 1), "labour"
                )
                self.assertEqual((values["share"], values["basis"]), (100.0, "law"))

    # -- the stored end ------------------------------------------------------------

    def _refresh(self, size=None):
        self.env.flush_all()
        size = size or aftersales_cover_refresh.BATCH
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
            patch.object(aftersales_cover_refresh, "BATCH", size),
        ):
            Unit = self.env["aftersales.registration"]
            Unit.with_env(self.env(cr=cr, user=1))._cron_refresh_cover()
        self.env.invalidate_all()

    def _find_stale(self):
        return self.env["aftersales.registration"].search(
            [("is_cover_stale", "=", True), ("id", "in", self.unit.ids)]
        )

    def test_the_stored_end_follows_the_rules(self):
        self._refresh()
        self.assertFalse(self._find_stale())
        klass = self.env.ref("aftersales_warranty.product_class_aircon")
        klass.whole_months = 30
        self.assertEqual(self._find_stale(), self.unit)
        self.assertTrue(self.unit.is_cover_stale)
        # nothing is written at once, however many units there are
        self.assertEqual(self.unit.date_cover_end, date(2027, 1, 1))
        self._refresh()
        self.assertEqual(self.unit.date_cover_end, date(2028, 7, 1))
        self.assertFalse(self._find_stale())
        self._silence_law()
        self._refresh()
        self.assertEqual(self.unit.date_cover_end, date(2027, 1, 1))

    def test_the_job_works_in_batches(self):
        units = self.env["aftersales.registration"].create(
            [
                {
                    "product_id": self.product.id,
                    "serial": f"BATCH-{index}",
                    "date_sale": date(2026, 1, 1),
                }
                for index in range(7)
            ]
        )
        self.env.ref("aftersales_warranty.product_class_aircon").whole_months = 24
        self.env.flush_all()
        self._refresh(size=3)
        self.assertEqual(set(units.mapped("date_cover_end")), {date(2028, 1, 1)})

    def test_a_batch_has_a_constant_number_of_queries(self):
        units = self.env["aftersales.registration"].create(
            [
                {
                    "product_id": self.product.id,
                    "serial": f"Q-{index}",
                    "date_sale": date(2026, 1, 1),
                }
                for index in range(60)
            ]
        )
        self.env.flush_all()

        def count(records):
            self.env.ref("aftersales_warranty.product_class_aircon").whole_months += 1
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records._refresh_cover()
            return self.cr.sql_log_count - before

        count(units)
        self.assertLessEqual(count(units), count(units[:5]) + 1)

    def test_a_published_policy_finds_units_without_version(self):
        lonely = self._create_product(
            categ_id=self.env["product.category"].create({"name": "Lonely"}).id
        )
        unit = self._create_unit(serial="LONE", product_id=lonely.id)
        self.assertFalse(unit.policy_version_id)
        policy = self.env["aftersales.policy"].create(
            {"name": "Late", "product_ids": lonely.ids}
        )
        version = self._create_version(
            [{"component": "whole_unit", "months": 6}], policy=policy
        )
        self._refresh()
        self.assertEqual(unit.policy_version_id, version)
        self.assertEqual(unit.date_cover_end, date(2026, 7, 1))
        self.assertEqual(self.unit.policy_version_id, self.version)

    def test_who_may_start_the_calculation(self):
        Unit = self.env["aftersales.registration"]
        before = self.company.sudo().aftersales_cover_revision
        Unit.with_user(self.user_head).action_refresh_cover()
        self.assertEqual(self.company.sudo().aftersales_cover_revision, before + 1)
        with self.assertRaises(AccessError):
            Unit.with_user(self.user_auditor).action_refresh_cover()
