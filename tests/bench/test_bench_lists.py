"""P9: opening list, kanban and search of service orders over many rows."""

import os
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from odoo.addons.aftersales_network.tests.common import AftersalesCommon

from tests.bench.many_rows import ManyRows
from tests.common import SuiteCase

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
POINTS = int(os.environ.get("BENCH_POINTS", "1000"))
CENTRES = 10
#: A form shows what belongs to the order; a page of figures counts a month.
BUDGET_FORM_QUERIES = 150
BUDGET_PAGE_SECONDS = 3.0
BUDGET_PAGE_QUERIES = 200
#: Cards of a column in the kanban of orders, as its view says.
COLUMN_LIMIT = 20
COUNT_LIMIT = 10001

#: Out of a hundred orders: one in each open state, some cancelled or done.
STATES = ["draft", "dispatched", "accepted", "in_progress", "waiting_part"]
STATES += ["cancelled"] * 4 + ["done"] * 6
STATES += ["closed"] * (100 - len(STATES))


@tagged("-standard", "bench")
class TestBenchLists(ManyRows, AftersalesCommon, SuiteCase):
    """Orders of three years at a thousand points below ten centres."""

    ROWS = ORDERS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        centres = cls.centre | cls.centre_b
        for n in range(len(centres), CENTRES):
            centres |= cls._create_point(
                name=f"Centre {n}", tier="centre", kind="own", parent_id=cls.hq.id
            )
        cls.points = cls.point | cls.env["aftersales.service.point"].create(
            [
                {
                    "name": f"Bench {n}",
                    "state": "active",
                    "parent_id": centres[n % CENTRES].id,
                }
                for n in range(1, POINTS)
            ]
        )
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Bench Customer {n}"} for n in range(1000)]
        )
        order = cls._create_order()
        cls.env.flush_all()
        cls._multiply(order)

    @classmethod
    def _multiply(cls, order):
        """Copy an order by COPY: the benchmark measures reading, not loading.

        The rows are never committed, so no vacuum has marked them visible and
        an index alone cannot count them: a real database is faster here.
        """
        moment = SQL(
            "date_trunc('minute', now() at time zone 'utc') - %s * interval '1 minute'",
            cls._spread(1, 3 * 365 * 24 * 60),
        )
        state = SQL("(%s::varchar[])[1 + %s]", STATES, cls._spread(2, 100))
        is_done = SQL("%s IN ('done', 'closed')", state)
        values = {
            "service_point_id": SQL(
                "CASE WHEN %s != 'draft' THEN (%s::int[])[1 + %s] END",
                state,
                cls.points.ids,
                cls._spread(3, POINTS),
            ),
            "partner_id": SQL(
                "(%s::int[])[1 + %s]", cls.customers.ids, cls._spread(4, 1000)
            ),
            "name": SQL("'ASO' || lpad(n::text, 8, '0')"),
            "serial": SQL("'SN-' || lpad((n * 7)::text, 9, '0')"),
            "origin": SQL("CASE WHEN n %% 3 = 0 THEN 'HT' || n END"),
            "priority": SQL("CASE WHEN n %% 11 = 0 THEN '1' ELSE '0' END"),
            "state": state,
            "date_request": moment,
            "date_promised": SQL("%s + interval '3 days'", moment),
            "date_start": SQL("CASE WHEN %s THEN %s END", is_done, moment),
            "date_end": SQL(
                "CASE WHEN %s THEN %s + interval '2 days' END", is_done, moment
            ),
        }
        columns = [
            name
            for name, field in order._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        rows = SQL(
            "SELECT %s FROM aftersales_service_order o, generate_series(1, %s) n"
            " WHERE o.id = %s",
            SQL(", ").join(
                values.get(name, SQL.identifier("o", name)) for name in columns
            ),
            ORDERS,
            order.id,
        )
        cls._copy_into("aftersales_service_order", columns, rows)
        cls.env.cr.execute("ANALYZE aftersales_service_order")
        cls.env.cr.execute("ANALYZE aftersales_service_point")
        cls.env.invalidate_all()

    def _get_orders(self, user):
        """The model as the user's browser opens it."""
        return self.env(user=user, context={})["aftersales.service.order"]

    def _get_specification(self, records, view_type, suffix=""):
        """Fields a view asks for, as the web client does."""
        name = records._name.replace(".", "_")
        view = self.env.ref(f"aftersales_network.{name}_view_{view_type}{suffix}")
        arch = etree.fromstring(records.get_view(view.id, view_type)["arch"])
        return {
            node.get("name"): {"fields": {"display_name": {}}}
            if records._fields[node.get("name")].relational
            else {}
            for node in arch.xpath("//field[not(ancestor::field)]")
        }

    def _open_list(self, who, orders, what, domain):
        specification = self._get_specification(orders, "list")
        return self._measure(
            who,
            f"list, {what}",
            lambda: orders.web_search_read(
                domain, specification, limit=80, count_limit=COUNT_LIMIT
            ),
        )

    def _open_kanban(self, who, orders, what, domain):
        specification = self._get_specification(orders, "kanban")
        self._measure(
            who,
            f"kanban by state, bars, {what}",
            lambda: orders.read_progress_bar(
                domain,
                "state",
                {"field": "priority", "colors": {"0": "success", "1": "danger"}},
            ),
        )
        return self._measure(
            who,
            f"kanban by state, {what}",
            lambda: orders.web_read_group(
                domain,
                ["state"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=COLUMN_LIMIT,
            ),
        )

    def _open_board(self, who, orders):
        """Kanban by state, calendar of a week and list by lateness."""
        domain = list(orders._get_open_domain())
        order = "date_promised, id"
        specification = self._get_specification(orders, "kanban", "_board")
        found = self._measure(
            who,
            "board, kanban",
            lambda: orders.web_read_group(
                domain,
                ["state"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=40,
                order=order,
            ),
        )
        self.assertEqual(
            sum(group["__count"] for group in found["groups"]),
            orders.search_count(domain),
        )
        now = fields.Datetime.now()
        week = [
            *domain,
            ("date_promised", ">=", now - timedelta(days=3)),
            ("date_promised", "<", now + timedelta(days=4)),
        ]
        specification = self._get_specification(orders, "calendar", "_board")
        self._measure(
            who,
            "board, calendar of a week",
            lambda: orders.web_search_read(week, specification),
        )
        specification = self._get_specification(orders, "list", "_board")
        found = self._measure(
            who,
            "board, list by lateness",
            lambda: orders.web_search_read(
                domain, specification, limit=80, order=order, count_limit=COUNT_LIMIT
            ),
        )
        self.assertEqual(len(found["records"]), 80)

    def _open_points(self, who, user):
        """List and kanban of the network itself."""
        points = self.env(user=user, context={})["aftersales.service.point"]
        for view_type, limit in (("list", 80), ("kanban", 40)):
            specification = self._get_specification(points, view_type)
            found = self._measure(
                who,
                f"service points, {view_type}",
                lambda spec=specification, limit=limit: points.web_search_read(
                    [], spec, limit=limit, count_limit=COUNT_LIMIT
                ),
            )
            self.assertEqual(len(found["records"]), limit)

    def _search(self, who, orders):
        """The number in a many2one field, and number and serial in the list."""
        order = orders.search([("state", "=", "closed")], limit=1, offset=50)
        name, serial = order.name, order.serial
        for text in (name, serial):
            found = self._measure(
                who,
                f"name search {text[:3]}",
                lambda text=text: orders.name_search(text),
            )
            self.assertEqual([label for _id, label in found], [name])
        for text in (name, serial):
            box = ["|", "|", ("name", "ilike", text), ("serial", "=", text)]
            box.append(("origin", "=", text))
            found = self._open_list(who, orders, f"search box {text[:3]}", box)
            self.assertEqual([row["name"] for row in found["records"]], [name])

    def _open_filters(self, who, orders):
        """Every filter and grouping of the search box.

        A filter alone opens the list; a grouping opens the default list grouped.
        """
        view = self.env.ref("aftersales_network.aftersales_service_order_view_search")
        arch = etree.fromstring(orders.get_view(view.id, "search")["arch"])
        default = list(orders._get_open_domain())
        specification = self._get_specification(orders, "list")
        for node in arch.iter("filter"):
            what = node.get("string") or node.get("name")
            if node.get("domain"):
                domain = safe_eval(node.get("domain"), {"uid": orders.env.uid})
                self._open_list(who, orders, f"filter {what}", domain)
            elif node.get("context"):
                by = safe_eval(node.get("context"))["group_by"]
                self._measure(
                    who,
                    f"list, grouped by {what}",
                    lambda by=by: orders.web_read_group(
                        default,
                        [by],
                        ["__count", "amount_total:sum"],
                        limit=80,
                        unfold_read_specification=specification,
                    ),
                )

    def _open_queue(self, who, orders):
        """The dispatch queue: what waits for a point."""
        queue = [("state", "=", "draft")]
        self._open_list(who, orders, "dispatch queue", queue)
        specification = self._get_specification(orders, "kanban")
        found = self._measure(
            who,
            "kanban, dispatch queue",
            lambda: orders.web_search_read(
                queue, specification, limit=40, count_limit=COUNT_LIMIT
            ),
        )
        self.assertEqual(len(found["records"]), 40)

    def _open_calendar(self, who, orders):
        """A month of promises in the calendar of all orders."""
        now = fields.Datetime.now()
        month = [
            *orders._get_open_domain(),
            ("date_promised", ">=", now - timedelta(days=15)),
            ("date_promised", "<", now + timedelta(days=16)),
        ]
        specification = self._get_specification(orders, "calendar")
        self._measure(
            who,
            "calendar of a month",
            lambda: orders.web_search_read(month, specification),
        )

    def _open_form(self, who, orders):
        """One order as its form reads it."""
        order = orders.search([("state", "=", "closed")], limit=1, offset=100)
        specification = self._get_specification(orders, "form")
        found = self._measure(
            who,
            "form",
            lambda: order.web_read(specification),
            queries=BUDGET_FORM_QUERIES,
        )
        self.assertEqual(found[0]["id"], order.id)

    def test_openings_of_the_dispatcher(self):
        orders = self._get_orders(self.user_dispatcher)
        self._open_filters("dispatcher", orders)
        self._open_queue("dispatcher", orders)
        self._open_calendar("dispatcher", orders)
        self._open_form("dispatcher", orders)

    def test_openings_of_the_centre(self):
        orders = self._get_orders(self.user_centre)
        self._open_filters("centre", orders)
        self._open_calendar("centre", orders)
        self._open_form("centre", orders)

    def test_pages_of_figures(self):
        """The first page of the head counts a month of a million orders."""
        for model in ("aftersales.evaluation.dashboard", "aftersales.isation.board"):
            Page = self.env(user=self.user_head, context={})[model]
            page = Page.create({})
            self._measure(
                "head",
                Page._get_page_name(),
                lambda page=page: page.read(["page"]),
                seconds=BUDGET_PAGE_SECONDS,
                queries=BUDGET_PAGE_QUERIES,
            )
            self.assertTrue(page.page["groups"])

    def _run(self, who, user):
        orders = self._get_orders(user)
        views = {"default filter": orders._get_open_domain(), "no filter": Domain.TRUE}
        for what, domain in views.items():
            found = self._open_list(who, orders, what, list(domain))
            self.assertEqual(len(found["records"]), 80)
            found = self._open_kanban(who, orders, what, list(domain))
            self.assertEqual(
                sum(group["__count"] for group in found["groups"]),
                orders.search_count(domain),
            )
        self._search(who, orders)
        self._open_board(who, orders)
        self._open_points(who, user)

    def test_dispatcher(self):
        self._run("dispatcher", self.user_dispatcher)

    def test_centre_manager(self):
        self._run("centre", self.user_centre)
        orders = self._get_orders(self.user_centre)
        share = orders.search_count([]) / ORDERS
        self.assertAlmostEqual(share, 1 / CENTRES, delta=0.02)

    def test_portal(self):
        """What the page of the point's orders asks for."""
        orders = self._get_orders(self.user_portal)
        names = ["name", "state", "date_promised", "partner_id", "product_id"]
        names.append("service_type_id")
        for what, domain in (("open", orders._get_open_domain()), ("all", [])):
            self._measure(
                "portal", f"count, {what}", lambda d=domain: orders.search_count(d)
            )
            found = self._measure(
                "portal",
                f"page, {what}",
                lambda d=domain: orders.search_fetch(d, names, limit=40),
            )
            self.assertTrue(found)
            self.assertEqual(found.sudo().service_point_id, self.point)
