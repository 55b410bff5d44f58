from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.aftersales_network.models.aftersales_metric_order import (
    ORDER_FIGURES,
)

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestMetric(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Metric = cls.env["aftersales.metric"]
        cls.march = (date(2026, 3, 1), date(2026, 3, 31))
        cls.on_time = cls._finish_order(
            cls._create_order(),
            date_start=datetime(2026, 3, 2, 10, 0),
            date_end=datetime(2026, 3, 2, 14, 0),
        )
        cls.late = cls._finish_order(
            cls._create_order(is_complaint=True),
            date_start=datetime(2026, 3, 4, 8, 0),
            date_end=datetime(2026, 3, 4, 18, 0),
        )
        cls.april = cls._finish_order(
            cls._create_order(date_request=datetime(2026, 4, 2, 8, 0)),
            date_start=datetime(2026, 4, 2, 9, 0),
            date_end=datetime(2026, 4, 2, 10, 0),
        )

    def _value(self, code, point=None, period=None):
        point = point or self.point
        found = self.Metric._compute_metrics([code], point, *(period or self.march))
        return found[code][point.id]

    def test_values(self):
        self.assertEqual(self._value("VOLUME"), (2, 1))
        self.assertEqual(self._value("CLOSE"), (1, 2))
        self.assertEqual(self._value("ONSITE"), (1, 2))
        self.assertEqual(self._value("MTTR"), (14.0, 2))
        self.assertEqual(self._value("COMPR"), (1, 2))
        self.assertEqual(self._value("REOPEN"), (0, 2))

    def test_reopened(self):
        self.on_time.action_reopen()
        self.on_time.write({"date_end": datetime(2026, 3, 2, 15, 0)})
        self.on_time.action_done()
        self.assertEqual(self._value("REOPEN"), (1, 2))

    def test_point_without_orders_has_zero_denominator(self):
        self.assertEqual(self._value("CLOSE", self.point_b), (0, 0))
        self.assertEqual(self._value("VOLUME", self.point_b), (0, 1))

    def test_unknown_code_is_not_available(self):
        found = self.Metric._compute_metrics(["NOPE"], self.point, *self.march)
        self.assertEqual(found, {"NOPE": None})
        with self.assertRaisesRegex(UserError, "NOPE is not available"):
            self.Metric._get_metric_action("NOPE", self.point, *self.march)

    def test_records_behind(self):
        for code, records in (
            ("VOLUME", self.on_time | self.late),
            ("CLOSE", self.on_time | self.late),
            ("ONSITE", self.on_time | self.late),
            ("MTTR", self.on_time | self.late),
            ("COMPR", self.late),
            ("REOPEN", self.env["aftersales.service.order"]),
        ):
            action = self.Metric._get_metric_action(code, self.point, *self.march)
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, records.sorted("id", reverse=True), code)

    def test_days_count_in_the_company_time_zone(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        # 16:30 UTC on 31 March is 00:30 on 1 April in Shanghai.
        self.late.write({"date_end": datetime(2026, 3, 31, 16, 30)})
        self.assertEqual(self._value("VOLUME"), (1, 1))
        april = (date(2026, 4, 1), date(2026, 4, 30))
        self.assertEqual(self._value("VOLUME", period=april), (2, 1))

    def test_rights(self):
        metric = self.Metric.with_user(self.user_centre)
        mine = self.point.with_user(self.user_centre)
        found = metric._compute_metrics(["VOLUME"], mine, *self.march)
        self.assertEqual(found["VOLUME"][self.point.id], (2, 1))
        foreign = self.point_b.with_user(self.user_centre)
        with self.assertRaises(AccessError):
            metric._compute_metrics(["VOLUME"], foreign, *self.march)

    def test_one_query_for_all_figures_about_orders(self):
        points = self.point | self.point_b | self.centre
        codes = list(self.Metric._get_metric_catalog())
        network = [c for c in codes if c in ORDER_FIGURES]
        self.assertEqual(len(network), 10)
        self.Metric._compute_metrics(network, points, *self.march)
        with self.assertQueryCount(1):
            self.Metric._compute_metrics(network, points, *self.march)
