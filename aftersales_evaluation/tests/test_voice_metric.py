from datetime import date, datetime

from odoo.tests import tagged

from .common import MARCH
from .voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestVoiceMetric(VoiceCommon):
    def _compute(self, code, user=None):
        Metric = self.env["aftersales.metric"].with_user(user or self.user_head)
        points = (self.point | self.point_b).with_user(Metric.env.user)
        return Metric._compute_metrics([code], points, *MARCH)[code]

    def _behind(self, code):
        model, domain = self.env["aftersales.metric"]._get_metric_domain(
            code, self.point, *MARCH
        )
        return self.env[model].search(domain)

    def _answer(self, *rows, day=date(2026, 3, 31)):
        return self.env["aftersales.satisfaction"]._record(
            [
                {
                    "source": "survey",
                    "service_point_id": self.point.id,
                    "score": score,
                    "recommend": recommend,
                    "date": day,
                }
                for score, recommend in rows
            ]
        )

    def test_satisfaction(self):
        answers = self._answer((5, False), (4, False), (3, False), (0, False))
        self._answer((5, False), day=date(2026, 4, 1))
        self.assertEqual(
            self._compute("CSAT"), {self.point.id: (2, 3), self.point_b.id: (0, 0)}
        )
        self.assertEqual(self._behind("CSAT"), answers[:3].sorted(reverse=False))

    def test_net_promoter_score(self):
        self._answer((5, "10"), (5, "9"), (5, "8"), (5, "6"), (5, False))
        self.assertEqual(self._compute("NPS")[self.point.id], (1, 4))
        self.assertEqual(len(self._behind("NPS")), 4)
        self._answer((1, "0"), (1, "0"))
        self.assertEqual(self._compute("NPS")[self.point.id], (-1, 6))

    def test_follow_up_calls(self):
        orders = self.env["aftersales.service.order"]
        for _number in range(3):
            orders |= self._create_closed(date_end=datetime(2026, 3, 10, 8, 0))
        orders[0].callback_ids.with_user(self.user_centre)._record_call(
            "reached", solved="yes"
        )
        orders[1].callback_ids.with_user(self.user_centre)._record_call("declined")
        self.assertEqual(
            self._compute("FOLLOW"), {self.point.id: (1, 3), self.point_b.id: (0, 0)}
        )
        self.assertEqual(self._behind("FOLLOW"), orders.sorted("id", reverse=True))

    def test_complaints_closed_in_time(self):
        order = self._create_closed()
        complaints = self.env["aftersales.complaint"].create(
            [
                {
                    "subject": "Warm",
                    "description": "Warm",
                    "order_id": order.id,
                    "date_received": moment,
                    "severity_id": self.env.ref(
                        "aftersales_evaluation.severity_serious"
                    ).id,
                }
                for moment in (
                    datetime(2026, 3, 2, 8, 0),
                    datetime(2026, 3, 3, 8, 0),
                    datetime(2026, 3, 30, 8, 0),
                )
            ]
        )
        complaints[0].sudo().write(
            {"state": "closed", "date_closed": datetime(2026, 3, 4, 8, 0)}
        )
        complaints[1].sudo().write(
            {"state": "closed", "date_closed": datetime(2026, 3, 20, 8, 0)}
        )
        self.assertEqual(self._compute("COMPC")[self.point.id], (1, 2))
        self.assertEqual(self._behind("COMPC"), complaints[:2].sorted(reverse=True))

    def test_a_figure_counts_what_the_reader_may_not_open(self):
        self._answer((5, False))
        self.assertEqual(self._compute("CSAT", self.user_clerk)[self.point.id], (1, 1))

    def test_the_figures_are_offered(self):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        for code in ("CSAT", "NPS", "FOLLOW", "COMPC"):
            self.assertEqual(catalog[code]["direction"], "up")
            action = self.env["aftersales.metric"]._get_metric_action(
                code, self.point, *MARCH
            )
            self.assertEqual(action["type"], "ir.actions.act_window")
