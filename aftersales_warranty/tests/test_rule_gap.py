from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .returns_common import ReturnsCommon


@tagged("post_install", "-at_install")
class TestRuleGap(ReturnsCommon):
    """Units of a country about which no rule is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.env["res.country"].create({"name": "Nowhere", "code": "QX"})
        cls.company.aftersales_accept_days = 10
        cls.unit_abroad = cls._deliver_serial("GAP-1")
        cls.unit_abroad.country_id = cls.abroad

    def _options(self, line):
        return [(o["type"], o["allowed"]) for o in line._get_options()]

    def test_the_promise_of_the_policy_appears(self):
        found = self.unit_abroad._get_entitlements(self.today, "performance")
        self.assertEqual(
            [(item["type"], item["allowed"], item["source"]) for item in found],
            [
                ("free_repair", True, "Test Promise v1"),
                ("paid_repair", False, ""),
            ],
        )

    def test_the_check_names_the_country_and_the_place_of_rules(self):
        Check = self.env["aftersales.entitlement.check"].with_user(self.user_service)
        gap = (
            "No rule of the law is active for Nowhere: only our own promises count "
            "there. The head of service adds rules under Warranty > Configuration > "
            "Entitlement Rules."
        )
        check = Check.create({"registration_id": self.unit_abroad.id})
        self.assertEqual(check.rule_gap, gap)
        check = Check.create({"registration_id": self.unit.id})
        self.assertFalse(check.rule_gap)
        self.unit_abroad.country_id = False
        self.assertIn("Enter the country", self.unit_abroad._get_rule_gap())

    def test_return_by_the_period_of_the_company(self):
        document = self._return_unit(self.unit_abroad, user=self.user_service_point)
        line = document.line_ids
        self.assertEqual(
            self._options(line),
            [
                ("return", True),
                ("exchange", True),
                ("free_repair", True),
                ("paid_repair", False),
            ],
        )
        document.action_confirm()
        self.assertEqual(document.state, "confirmed")
        self.assertEqual(line.entitlement_type, "return")
        self.assertFalse(line.entitlement_rule_id)
        self.assertEqual(line.deadline, self.today + timedelta(days=10))

    def test_a_unit_without_stock_counts_from_its_registration(self):
        unit = self._create_unit(serial="DEALER", country_id=self.abroad.id)
        line = self._create_return(
            {"product_id": unit.product_id.id, "registration_id": unit.id}
        ).line_ids
        start = unit.date_delivery
        for days, allowed in ((10, True), (11, False)):
            line.return_id.date_request = start + timedelta(days=days)
            self.assertIn(("return", allowed), self._options(line))

    def test_after_the_period_a_manager_decides(self):
        document = self._return_unit(self.unit_abroad, user=self.user_service_point)
        document.sudo().line_ids.origin_move_id.date -= timedelta(days=11)
        with self.assertRaisesRegex(
            UserError,
            "Return period of .*The period ended on(.|\n)*active for Nowhere(.|\n)*"
            "Entitlement Rules(.|\n)*ask a manager",
        ):
            document.action_confirm()
        line = document.line_ids.with_user(self.user_head)
        line._override("A good customer", "refund")
        document.with_user(self.user_head).action_confirm()
        self.assertEqual(document.state, "confirmed")
        self.assertEqual(line.override_reason, "A good customer")

    def test_where_the_law_speaks_the_period_does_not_count(self):
        unit = self._deliver_serial("GAP-LAW")
        line = self._return_unit(unit, fault_class=False).line_ids
        self.assertNotIn(
            "Return period of", " ".join(o["source"] for o in line._get_options())
        )
