from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_pages import APRIL, TODAY, PagesCommon

BOARD = "aftersales.isation.board"
HABITS = ["process", "forms", "checks", "indicators", "praise"]


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestIsationBoard(PagesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls.env["aftersales.service.order"]
        for number in range(3):
            order = cls._create_order(
                service_point_id=cls.point.id,
                area_id=cls.area.id,
                date_request="2026-04-01 01:00:00",
            )
            cls._finish_order(
                order,
                date_start="2026-04-02 01:00:00",
                date_end="2026-04-02 03:00:00",
            )
            cls.orders |= order
            if number:
                order.sudo().date_confirmed = "2026-04-02 04:00:00"

    def _figures(self, page, *keys):
        cards = [self._card(page, key) for key in keys]
        return [(card["value"], card["note"]) for card in cards]

    def test_each_habit_has_figures_of_the_period(self):
        page = self._open(self.user_head, BOARD)
        self.assertEqual((page.date_from, page.date_to), APRIL)
        groups = page.page["groups"]
        self.assertEqual([group["key"] for group in groups], HABITS)
        for group in groups:
            self.assertGreaterEqual(len(group["cards"]), 2, group["key"])
            self.assertTrue(group["hint"])

    def test_standard_process_and_forms(self):
        step = self.orders[0].step_ids[:1]
        self.assertTrue(step)
        step.is_done = False
        page = self._open(self.user_head, BOARD)
        self.assertEqual(
            self._figures(page, "steps", "confirmed", "close"),
            [("66.7 %", "2 of 3"), ("66.7 %", "2 of 3"), ("100.0 %", "3 of 3")],
        )
        self.assertEqual(self._records(page, "card:steps"), self.orders[0])
        self.assertEqual(self._records(page, "card:confirmed"), self.orders[0])
        page.action_later()
        self.assertEqual(self._figures(page, "steps"), [("n/a", "0 of 0")])

    def test_monthly_reports(self):
        reports = self.env["aftersales.month.report"].create(
            [
                {"service_point_id": point.id, "month": APRIL[0]}
                for point in (self.point, self.point_b)
            ]
        )
        reports[0].sudo().state = "submitted"
        page = self._open(self.user_head, BOARD)
        self.assertEqual(self._figures(page, "reports"), [("50.0 %", "1 of 2")])
        self.assertEqual(self._records(page, "card:reports"), reports[1])
        page.service_point_id = self.centre
        self.assertEqual(self._figures(page, "reports"), [("100.0 %", "1 of 1")])

    def test_checks(self):
        Finding = self.env["aftersales.finding"]
        base = {"text": "Tools missing", "owner_id": self.user_centre.id}
        base.update(service_point_id=self.point.id, date="2026-04-01")
        due, _later = Finding.create(
            [{**base, "date_due": "2026-04-20"}, {**base, "date_due": "2026-05-01"}]
        )
        page = self._open(self.user_head, BOARD)
        self.assertEqual(self._figures(page, "mended"), [("0.0 %", "0 of 1")])
        self.assertEqual(self._records(page, "card:mended"), due)
        due.sudo().state = "verified"
        page.invalidate_recordset()
        self.assertEqual(self._figures(page, "mended"), [("100.0 %", "1 of 1")])

    def test_indicators_beside_the_period_before(self):
        page = self._open(self.user_head, BOARD)
        card = self._card(page, "scored")
        self.assertEqual((card["value"], card["note"]), ("100.0 %", "2 of 2"))
        self.assertEqual((card["change"], card["tone"]), ("+50.0", "good"))
        page.action_earlier()
        self.assertEqual(self._records(page, "card:scored"), self.point_b)

    def test_praise(self):
        Adjustment = self.env["aftersales.point.adjustment"]
        base = {"service_point_id": self.point.id, "date": "2026-04-10"}
        bonus, _penalty = Adjustment.create(
            [
                {**base, "amount": 500, "reason": "Best of April"},
                {**base, "amount": -100, "reason": "Late"},
            ]
        )
        page = self._open(self.user_head, BOARD)
        card = self._card(page, "bonuses")
        self.assertEqual((card["value"], card["change"]), ("1", "+1"))
        self.assertEqual(self._records(page, "card:bonuses"), bonus)

    def test_plan_of_each_habit(self):
        action = self.env["aftersales.improvement"].create(
            {
                "name": "One job sheet",
                "isation": "forms",
                "service_point_id": self.point.id,
                "owner_id": self.user_centre.id,
                "date_due": "2026-05-01",
            }
        )
        page = self._open(self.user_head, BOARD)
        card = self._card(page, "plan_forms")
        self.assertEqual(
            (card["value"], card["note"], card["is_alert"]),
            ("1", "not done, 1 overdue", True),
        )
        self.assertEqual(self._records(page, "card:plan_forms"), action)
        opened = page.action_open_figure("card:plan_forms")
        self.assertEqual(opened["context"]["default_isation"], "forms")
        self.assertEqual(self._card(page, "plan_praise")["value"], "0")
        page.service_point_id = self.centre_b
        self.assertEqual(self._card(page, "plan_forms")["value"], "0")

    def test_rights(self):
        page = self._open(self.user_centre, BOARD)
        self.assertEqual(page.service_point_id, self.centre)
        self.assertEqual(self._figures(page, "confirmed"), [("66.7 %", "2 of 3")])
        page.service_point_id = self.centre_b
        self.assertEqual(page.page["groups"], [])
        with self.assertRaisesRegex(AccessError, "you are responsible for"):
            page.action_open_figure("card:steps")
        with self.assertRaises(AccessError):
            self._open(self.user_service, BOARD)
        with self.assertRaises(AccessError):
            page.with_user(self.user_head).read(["page"])
