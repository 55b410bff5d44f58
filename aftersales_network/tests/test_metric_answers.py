from datetime import date, datetime, timedelta

from odoo.tests import freeze_time, tagged

from .common import AftersalesCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestMetricAnswers(AftersalesCommon):
    """How fast points answer, how often one visit is enough, how busy people are."""

    def _value(self, code, point=None, period=MARCH):
        point = point or self.point
        found = self.env["aftersales.metric"]._compute_metrics([code], point, *period)
        return found[code][point.id]

    def _records(self, code):
        action = self.env["aftersales.metric"]._get_metric_action(
            code, self.point, *MARCH
        )
        return self.env[action["res_model"]].search(action["domain"])

    def _finished(self, **times):
        return self._finish_order(
            self._create_order(),
            **{
                "date_start": datetime(2026, 3, 2, 10, 0),
                "date_end": datetime(2026, 3, 2, 14, 0),
                **times,
            },
        )

    # -- RESP ------------------------------------------------------------------------

    def test_answers_within_the_hours_of_the_company(self):
        self.company.aftersales_accept_hours = 24
        orders = self.env["aftersales.service.order"]
        for hours in (1, 24, 25, None):
            with freeze_time("2026-03-02 08:00:00"):
                order = self._create_order()
                order.action_dispatch()
            orders |= order
            if hours:
                with freeze_time(datetime(2026, 3, 2, 8) + timedelta(hours=hours)):
                    order.action_accept()
        self.assertEqual(orders.service_point_id, self.point)
        # the last one was never answered
        self.assertEqual(self._value("RESP"), (2, 4))
        self.assertEqual(self._records("RESP"), orders.sorted("id", reverse=True))

    def test_without_a_limit_nothing_is_late(self):
        self.company.aftersales_accept_hours = 0
        order = self._create_order()
        order.action_dispatch()
        order.action_accept()
        self.assertEqual(self._value("RESP"), (0, 0))
        self.assertFalse(self._records("RESP"))

    def test_what_may_still_be_answered_counts_nowhere(self):
        now = datetime.now()
        period = (now.date() - timedelta(days=1), now.date() + timedelta(days=1))
        order = self._create_order(date_request=now)
        order.action_dispatch()
        self.assertEqual(self._value("RESP", period=period), (0, 0))

    def test_finished_work_without_a_recorded_answer_counts_nowhere(self):
        self.company.aftersales_accept_hours = 24
        with freeze_time("2026-03-02 08:00:00"):
            orders = self._create_order() | self._create_order()
            orders.action_dispatch()
        imported, silent = orders
        imported._write_flow(
            {"state": "closed", "date_end": datetime(2026, 3, 4, 8, 0)}
        )
        # the other one is still waiting and far too late
        self.assertEqual(self._value("RESP"), (0, 1))
        self.assertEqual(self._records("RESP"), silent)
        silent._write_flow({"state": "closed", "date_end": datetime(2026, 3, 9, 8, 0)})
        self.assertEqual(self._value("RESP"), (0, 0), "unknown is not zero percent")

    # -- FTFR ------------------------------------------------------------------------

    def test_one_visit_was_enough(self):
        good = self._finished()
        self.assertEqual(self._value("FTFR"), (1, 1))
        reopened = self._finished()
        reopened.action_reopen()
        reopened.action_done()
        reopened.write({"date_end": datetime(2026, 3, 3, 14, 0)})
        unsolved = self._finished()
        unsolved.outcome = "not_solved"
        stopped = self._finished()
        reason = self.env["aftersales.pause.reason"].search([], limit=1)
        self.env["aftersales.service.order.pause"].create(
            {
                "order_id": stopped.id,
                "reason_id": reason.id,
                "user_id": self.env.uid,
                "date_from": datetime(2026, 3, 2, 11, 0),
                "date_to": datetime(2026, 3, 2, 12, 0),
            }
        )
        self.assertEqual(stopped.net_hours, 3)
        self.assertEqual(self._value("FTFR"), (1, 4))
        self.assertEqual(
            self._records("FTFR"),
            (good | reopened | unsolved | stopped).sorted("id", reverse=True),
        )

    def test_a_pause_before_the_start_is_no_second_visit(self):
        order = self._finished()
        reason = self.env["aftersales.pause.reason"].search([], limit=1)
        self.env["aftersales.service.order.pause"].create(
            {
                "order_id": order.id,
                "reason_id": reason.id,
                "user_id": self.env.uid,
                "date_from": datetime(2026, 3, 2, 8, 0),
                "date_to": datetime(2026, 3, 2, 9, 0),
            }
        )
        self.assertEqual(self._value("FTFR"), (1, 1))

    # -- UTIL ------------------------------------------------------------------------

    def test_hours_of_labour_and_hours_at_work(self):
        order = self._finished()
        self._add_lines(
            order,
            ("labour", 4, 60, None),
            ("travel", 30, 2, None),
            ("labour", 7, 1, None),
        )
        calendar = self.company.resource_calendar_id
        self.assertEqual(calendar.hours_per_week, 40)
        # 22 working days in March 2026
        self.assertEqual(self._value("UTIL"), (11, 22 * 8))
        self.assertEqual(self._records("UTIL"), order.line_ids[::2])

    def test_absences_and_holidays_are_no_hours_at_work(self):
        employee = self.env["hr.employee"].create({"name": "At work"})
        self.technician.date_to = date(2026, 2, 28)
        self._create_staff(service_point_id=self.point.id, employee_id=employee.id)
        leaves = self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": name,
                    "calendar_id": calendar.id,
                    "resource_id": resource.id,
                    "date_from": datetime(2026, 3, day, 0, 0),
                    "date_to": datetime(2026, 3, day, 23, 59, 59),
                }
                for name, calendar, resource, day in (
                    (
                        "Holiday",
                        self.company.resource_calendar_id,
                        self.env["resource.resource"],
                        3,
                    ),
                    (
                        "Leave",
                        employee.resource_calendar_id,
                        employee.resource_id,
                        4,
                    ),
                )
            ]
        )
        self.assertEqual(self._value("UTIL"), (0, 20 * 8))
        leaves.unlink()
        self.assertEqual(self._value("UTIL"), (0, 22 * 8))

    def test_days_to_come_and_people_who_are_gone(self):
        with freeze_time("2026-03-06 10:00:00"):
            self.assertEqual(self._value("UTIL"), (0, 5 * 8))
        with freeze_time("2026-02-20 10:00:00"):
            self.assertEqual(self._value("UTIL"), (0, 0))
        self.technician.date_to = date(2026, 2, 28)
        self.assertEqual(self._value("UTIL"), (0, 0))

    def test_the_number_of_queries_does_not_grow(self):
        points = self.point | self.point_b

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["aftersales.metric"]._compute_metrics(["UTIL"], points, *MARCH)
            return self.cr.sql_log_count - before

        count()
        few = count()
        for number in range(8):
            point = self._create_point(name=f"More {number}", parent_id=self.centre.id)
            self._create_staff(service_point_id=point.id)
            points |= point
        self.assertLessEqual(count(), few + 1)
