"""P1: from ticket to dispatched service order, over a large network."""

import os
import time
from datetime import date

import pytest

from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.common import AftersalesCommon

from tests.common import SuiteCase

SIZE = int(os.environ.get("BENCH_SIZE", "1000"))
POINTS = int(os.environ.get("BENCH_POINTS", "1000"))
LINES_PER_POINT = 10
POINTS_PER_AREA = 2
PEER_SIZE = 200
BUDGET = 6


@tagged("-standard", "bench")
class TestBenchDispatch(AftersalesCommon, SuiteCase):
    """Each point works in ten zip areas, each area has two points."""

    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.areas = cls._create_areas(POINTS * LINES_PER_POINT // POINTS_PER_AREA)
        # Only the points of the benchmark work in the province.
        cls.point.assignment_ids.unlink()
        cls.points = cls._create_points()
        cls._assign()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Bench Desk", "user_ids": [(4, cls.user_dispatcher.id)]}
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "ANALYZE aftersales_area, aftersales_area_assignment, aftersales_staff"
        )

    @classmethod
    def _create_areas(cls, count):
        return cls.env["aftersales.area"].create(
            [
                {
                    "name": f"Bench {n}",
                    "parent_id": cls.area.id,
                    "country_id": cls.country.id,
                    "state_id": cls.state.id,
                    "zip_prefix": f"{n:05}",
                }
                for n in range(count)
            ]
        )

    @classmethod
    def _create_points(cls):
        """Active points with an agreement and one technician each."""
        points = cls.env["aftersales.service.point"].create(
            [
                {"name": f"Bench {n}", "state": "active", "parent_id": cls.centre.id}
                for n in range(POINTS)
            ]
        )
        start = date(2020, 1, 1)
        cls.env["aftersales.agreement"].create(
            [
                {"service_point_id": p.id, "date_start": start, "state": "active"}
                for p in points
            ]
        )
        people = cls.env["res.partner"].create([{"name": p.name} for p in points])
        cls.env["aftersales.staff"].create(
            [
                {
                    "service_point_id": point.id,
                    "partner_id": person.id,
                    "role_id": cls.role_technician.id,
                    "date_from": start,
                }
                for point, person in zip(points, people, strict=True)
            ]
        )
        return points

    @classmethod
    def _assign(cls):
        """Ten lines per point, so that every area gets two points."""
        areas = cls.areas.ids
        cls.lines = cls.env["aftersales.area.assignment"].create(
            [
                {
                    "service_point_id": point_id,
                    "area_id": areas[(n * LINES_PER_POINT + k) % len(areas)],
                    "date_from": date(2020, 1, 1),
                    "exclusive": False,
                }
                for n, point_id in enumerate(cls.points.ids)
                for k in range(LINES_PER_POINT)
            ]
        )

    def _create_customers(self, count):
        """Customers spread over the areas, each with a registered unit."""
        step = max(1, len(self.areas) // count)
        customers = self.env["res.partner"].create(
            [
                {
                    "name": f"Bench {n}",
                    "country_id": self.country.id,
                    "state_id": self.state.id,
                    "zip": f"{n * step % len(self.areas):05}",
                }
                for n in range(count)
            ]
        )
        self.env["aftersales.registration"].create(
            [
                {
                    "product_id": self.product.id,
                    "serial": f"BENCH-{customer.id}",
                    "partner_id": customer.id,
                    "date_sale": "2026-01-15",
                }
                for customer in customers
            ]
        )
        return customers

    def _prepare_tickets(self, customers, **vals):
        return [
            {
                "name": "Does not cool",
                "description": "<p>Loud noise</p>",
                "team_id": self.team.id,
                "partner_id": customer.id,
                **{key: value(customer) for key, value in vals.items()},
            }
            for customer in customers
        ]

    def _as_dispatcher(self, model):
        """The model as the dispatcher sees it, with chatter and tracking on."""
        return self.env(user=self.user_dispatcher, context={})[model]

    def _measure(self, work):
        """Seconds, queries and result of some work up to its commit."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        result = work()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        seconds = time.perf_counter() - start
        return seconds, self.env.cr.sql_log_count - queries, result

    def _write_row(self, what, size, measured, budget="", peer=""):
        seconds, queries = measured[0], measured[1]
        shown = f"{queries} ({queries / size:.2f} a record)"
        network = f"{size}, {POINTS} points, {len(self.lines)} lines"
        self.bench_row("P1", what, network, seconds, shown, budget, peer)

    def test_ticket_to_dispatched(self):
        Ticket = self._as_dispatcher("helpdesk.ticket")
        # Fill the registry's caches outside of the measurement.
        warm = Ticket.create(self._prepare_tickets(self._create_customers(2)))
        warm.action_create_service_order()
        warm.aftersales_order_ids.action_dispatch()
        customers = self._create_customers(SIZE)
        plain = self._prepare_tickets(customers[:PEER_SIZE])
        peer = self._measure(lambda: Ticket.create(plain))
        vals_list = self._prepare_tickets(
            customers, aftersales_serial=lambda customer: f"BENCH-{customer.id}"
        )
        tickets = self._measure(lambda: Ticket.create(vals_list))
        made = self._measure(tickets[2].action_create_service_order)
        orders = self._as_dispatcher("aftersales.service.order").search(
            [("aftersales_ticket_id", "in", tickets[2].ids)]
        )
        done = self._measure(orders.action_dispatch)

        peer_each = peer[1] / len(peer[2])
        beyond = (tickets[1] + made[1] + done[1]) / SIZE - peer_each
        note = f"ticket alone {peer_each:.2f} a record"
        self._write_row(f"helpdesk.ticket, batch of {PEER_SIZE}", PEER_SIZE, peer)
        self._write_row("tickets with a serial", SIZE, tickets)
        self._write_row("their service orders", SIZE, made)
        self._write_row("dispatch by rule", SIZE, done)
        total = [sum(part[k] for part in (tickets, made, done)) for k in (0, 1)]
        self._write_row(
            f"ticket to dispatched: {beyond:.2f} beyond the ticket",
            SIZE,
            total,
            f"≤ {BUDGET} a record beyond",
            note,
        )
        self.assertEqual(len(orders), SIZE)
        self.assertEqual(set(orders.mapped("state")), {"dispatched"})
        self.assertEqual(len(orders.candidate_ids), POINTS_PER_AREA * SIZE)
        self.assertEqual(len(orders.registration_id), SIZE)
        self.assertLessEqual(beyond, BUDGET)

    def test_search_of_candidates_is_constant(self):
        Order = self._as_dispatcher("aftersales.service.order")
        customers = self._create_customers(SIZE)
        orders = Order.create(
            [
                {
                    "partner_id": customer.id,
                    "product_id": self.product.id,
                    "service_type_id": self.type_repair.id,
                }
                for customer in customers
            ]
        )
        self._measure(orders[:1]._get_dispatch_candidates)
        few = orders.browse(orders.ids[: SIZE // 10])
        small = self._measure(few._get_dispatch_candidates)
        large = self._measure(orders._get_dispatch_candidates)
        for size, measured in ((len(few), small), (SIZE, large)):
            self._write_row("search of candidates", size, measured, "constant")
        eligible = [c for found in large[2].values() for c in found if c["is_eligible"]]
        self.assertEqual(len(eligible), POINTS_PER_AREA * SIZE)
        self.assertEqual(large[1], small[1])
