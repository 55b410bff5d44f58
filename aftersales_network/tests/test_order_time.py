from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestOrderTime(AftersalesCommon):
    """Promise, timeline and pauses: who did what when, and what counts."""

    def _dispatched(self, **vals):
        with freeze_time("2026-03-02 09:00:00"):
            order = self._create_order(**vals)
            order.action_dispatch()
        return order

    def _kinds(self, order):
        return order.event_ids.mapped("kind")

    def _reason(self, name):
        return self.env.ref(f"aftersales_network.pause_reason_{name}")

    def _finish(self, order, moment):
        order.step_ids.write({"is_done": True})
        order.correction = "Replaced"
        with freeze_time(moment):
            order.action_done()

    # Promise

    def test_promise_comes_from_the_type_or_the_company(self):
        self.assertEqual(self._create_order().date_promised, datetime(2026, 3, 4, 8, 0))
        self.type_repair.target_hours = 0
        self.company.aftersales_promise_hours = 10
        self.assertEqual(
            self._create_order().date_promised, datetime(2026, 3, 2, 18, 0)
        )

    def test_without_a_promise_nobody_gets_or_takes_the_order(self):
        self.type_repair.target_hours = 0
        self.company.aftersales_promise_hours = 0
        order = self._create_order()
        self.assertFalse(order.date_promised)
        message = f"{order.name} has no promised date. Agree one with the customer"
        self.assertIn(message, order._get_dispatch_obstacle())
        with self.assertRaisesRegex(UserError, message):
            order._dispatch_to(self.point, "test")
        order.date_promised = datetime(2026, 3, 9, 8, 0)
        order._dispatch_to(self.point, "test")
        order.date_promised = False
        with self.assertRaisesRegex(UserError, message):
            order.action_accept()

    def test_a_given_promise_does_not_move_with_the_settings(self):
        order = self._create_order()
        self.type_repair.target_hours = 1
        self.env.flush_all()
        self.assertEqual(order.date_promised, datetime(2026, 3, 4, 8, 0))

    def test_late_orders_and_hours_late(self):
        order = self._dispatched()
        with freeze_time("2026-03-04 11:30:00"):
            order.invalidate_recordset(["is_late", "hours_late"])
            self.assertTrue(order.is_late)
            self.assertEqual(order.hours_late, 3.5)

    # Timeline

    def test_each_step_has_person_and_time(self):
        order = self._dispatched()
        technician = order.with_user(self.user_portal).sudo()
        with freeze_time("2026-03-02 10:30:00"):
            technician.action_accept()
        with freeze_time("2026-03-02 12:00:00"):
            technician.action_arrive()
            technician.action_start()
        technician.step_ids.write({"is_done": True})
        technician.correction = "Replaced"
        with freeze_time("2026-03-02 14:00:00"):
            technician.action_done()
        with freeze_time("2026-03-03 08:00:00"):
            order.with_user(self.user_dispatcher).action_close()
        self.assertEqual(
            [
                (e.kind, e.user_id, e.date.strftime("%d %H:%M"), e.hours)
                for e in order.event_ids
            ],
            [
                ("dispatched", self.env.user, "02 09:00", 1),
                ("accepted", self.user_portal, "02 10:30", 1.5),
                ("arrived", self.user_portal, "02 12:00", 0),
                ("started", self.user_portal, "02 12:00", 1.5),
                ("done", self.user_portal, "02 14:00", 2),
                ("closed", self.user_dispatcher, "03 08:00", 18),
            ],
        )
        self.assertEqual(order.event_ids.point_id, self.point)
        self.assertEqual(order.event_ids[1].state_from, "dispatched")

    def test_refusal_reopening_and_cancelling_are_in_the_timeline(self):
        order = self._dispatched()
        order.with_user(self.user_service).sudo()._refuse("No car today")
        refused = order.event_ids[-1]
        self.assertEqual((refused.kind, refused.note), ("refused", "No car today"))
        self.assertEqual(refused.point_id, self.point)
        order._cancel("Customer withdrew")
        self.assertEqual(self._kinds(order), ["dispatched", "refused", "cancelled"])
        done = self._finish_order(self._create_order())
        done.action_reopen()
        self.assertEqual(self._kinds(done)[-1], "reopened")

    def test_dispatch_logs_the_whole_batch_with_one_query(self):
        def count(size):
            orders = self.env["aftersales.service.order"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "service_type_id": self.type_repair.id,
                    }
                    for _n in range(size)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.action_dispatch()
            self.env.flush_all()
            self.assertEqual(len(orders.event_ids), size)
            return self.env.cr.sql_log_count - before

        count(1)
        small, large = count(10), count(60)
        self.assertLessEqual((large - small) / 50, 3)

    # Pauses

    def test_pause_that_stops_the_clock_moves_the_promise(self):
        order = self._dispatched()
        order.action_accept()
        with freeze_time("2026-03-03 10:00:00"):
            order.action_pause("ABSENT", "Nobody opened")
            self.assertEqual(order.pause_id.reason_id, self._reason("absent"))
            self.assertEqual(order.pause_id.user_id, self.env.user)
            self.assertFalse(order.date_due)
        with freeze_time("2026-03-05 10:00:00"):
            # Past the promise of 4 March, 8:00, yet the clock stands.
            order.invalidate_recordset(["is_late"])
            self.assertFalse(order.is_late)
            order.action_resume()
        self.assertEqual(order.paused_hours, 48)
        self.assertEqual(order.date_due, datetime(2026, 3, 6, 8, 0))
        with freeze_time("2026-03-06 07:00:00"):
            order.action_start()
        self._finish(order, "2026-03-06 08:00:00")
        self.assertTrue(order.is_on_time)
        # The first visit was due before the pause began.
        self.assertFalse(order.is_response_on_time)
        order.date_end = datetime(2026, 3, 6, 8, 1)
        self.assertFalse(order.is_on_time)

    def test_waiting_for_a_part_does_not_stop_the_clock(self):
        order = self._dispatched()
        order.action_accept()
        with freeze_time("2026-03-02 10:00:00"):
            order.action_start()
        with freeze_time("2026-03-02 12:00:00"):
            order.action_wait_part()
        self.assertEqual(order.state, "waiting_part")
        self.assertEqual(order.pause_id.reason_id, self._reason("part"))
        with freeze_time("2026-03-04 12:00:00"):
            order.action_resume()
        self.assertEqual(order.state, "in_progress")
        self.assertEqual((order.paused_hours, order.pause_ids.hours), (0, 48))
        self._finish(order, "2026-03-04 14:00:00")
        self.assertFalse(order.is_on_time)
        self.assertEqual((order.duration_hours, order.net_hours), (52, 4))
        self.assertEqual(
            self._kinds(order)[2:], ["started", "paused", "resumed", "done"]
        )

    def test_waiting_before_the_start_goes_back_to_accepted(self):
        order = self._dispatched()
        order.action_accept()
        order.action_wait_part()
        order.action_resume()
        self.assertEqual((order.state, order.date_start), ("accepted", False))

    def test_first_visit_counts_arrival_and_pauses(self):
        order = self._dispatched()
        order.action_accept()
        with freeze_time("2026-03-03 07:00:00"):
            order.action_pause("POSTPONED")
        with freeze_time("2026-03-03 10:00:00"):
            order.action_resume()
        # Due on 3 March, 8:00; moved by three hours.
        with freeze_time("2026-03-03 10:59:00"):
            order.action_arrive()
        with freeze_time("2026-03-03 12:00:00"):
            order.action_start()
        self.assertTrue(order.is_response_on_time)
        order.date_arrived = datetime(2026, 3, 3, 11, 1)
        self.assertFalse(order.is_response_on_time)
        order.write({"date_arrived": False, "date_start": datetime(2026, 3, 3, 10)})
        self.assertTrue(order.is_response_on_time)

    def test_a_paused_order_is_not_paused_again(self):
        order = self._dispatched()
        order.action_accept()
        with self.assertRaisesRegex(UserError, "is not paused"):
            order.action_resume()
        order.action_pause("ABSENT")
        with self.assertRaisesRegex(UserError, "is paused since .*Customer absent"):
            order.action_pause("FORCE")
        with self.assertRaisesRegex(UserError, "is paused since"):
            order.action_wait_part()

    def test_finishing_needs_resuming_and_starting_resumes(self):
        order = self._dispatched()
        order.action_accept()
        order.action_pause("ABSENT")
        order.action_start()
        self.assertFalse(order.pause_id)
        self.assertTrue(order.pause_ids.date_to)
        order.action_pause("DECISION")
        order.step_ids.write({"is_done": True})
        order.correction = "x"
        with self.assertRaisesRegex(UserError, "Resume it first"):
            order.action_done()

    def test_handing_back_ends_the_pause(self):
        order = self._dispatched()
        order.action_pause("ABSENT")
        order._refuse("No car today")
        self.assertFalse(order.pause_id)
        self.assertTrue(order.pause_ids.date_to)

    def test_pause_by_dialog(self):
        order = self._dispatched()
        with self.assertRaisesRegex(UserError, "Choose one of the pause reasons"):
            order.action_pause("NOPE")
        action = order.action_pause()
        wizard = self.env["aftersales.pause.wizard"].with_context(**action["context"])
        wizard.create({"reason_id": self._reason("force").id}).action_confirm()
        self.assertEqual(order.pause_id.reason_id.code, "FORCE")

    def test_metrics_look_at_pauses(self):
        order = self._dispatched()
        order.action_accept()
        with freeze_time("2026-03-02 10:00:00"):
            order.action_start()
        with freeze_time("2026-03-03 10:00:00"):
            order.action_pause("DECISION")
        with freeze_time("2026-03-05 10:00:00"):
            order.action_resume()
        self._finish(order, "2026-03-05 12:00:00")
        Metric = self.env["aftersales.metric"]
        period = (datetime(2026, 3, 1).date(), datetime(2026, 3, 31).date())
        codes = ["CLOSE", "ONSITE", "MTTR", "MTTRNET"]
        found = Metric._compute_metrics(codes, self.point, *period)
        self.assertEqual(
            {code: found[code][self.point.id] for code in codes},
            {"CLOSE": (1, 1), "ONSITE": (1, 1), "MTTR": (74, 1), "MTTRNET": (26, 1)},
        )

    # Fee

    def test_fee_is_told_and_agreed(self):
        order = self._dispatched()
        with self.assertRaisesRegex(UserError, "has no estimated fee"):
            order.action_agree_fee("Mr Wang")
        order.fee_quoted = 250
        with freeze_time("2026-03-02 11:00:00"):
            order.with_user(self.user_dispatcher).action_agree_fee("Mr Wang")
        self.assertEqual(order.fee_agreed_by, "Mr Wang")
        self.assertEqual(order.fee_agreed_at, datetime(2026, 3, 2, 11, 0))
        event = order.event_ids[-1]
        self.assertEqual(
            (event.kind, event.person, event.user_id),
            ("fee", "Mr Wang", self.user_dispatcher),
        )
        order.fee_quoted = 300
        self.assertFalse(order.fee_agreed_at)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            order.with_user(self.user_dispatcher).write({"fee_agreed_by": "x"})

    # Service types

    def test_type_and_area_give_the_targets(self):
        for kind, hours in (
            ("delivery", 48),
            ("adjustment", 72),
            ("relocation", 72),
            ("removal", 72),
        ):
            service_type = self.env.ref(f"aftersales_network.service_type_{kind}")
            order = self._create_order(service_type_id=service_type.id)
            self.assertEqual(
                order.date_promised, order.date_request + timedelta(hours=hours)
            )
            self.assertEqual(order.date_response_due, datetime(2026, 3, 3, 8, 0))
            self.assertTrue(order.is_onsite)
            self.assertTrue(order.step_ids.filtered("is_mandatory"))
