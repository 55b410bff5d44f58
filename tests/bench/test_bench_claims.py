"""Opening the queue of the clerks and the page of a claim over many claims."""

import os

from lxml import etree

from odoo.tests import tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from odoo.addons.aftersales_warranty.tests.common import WarrantyCommon

from tests.bench.many_rows import ManyRows
from tests.common import SuiteCase

CLAIMS = int(os.environ.get("BENCH_CLAIMS", "100000"))
POINTS = 1000
#: Claims of one serial.
PER_SERIAL = 5
#: Checks copied with each claim: the page reads those of one claim by an index.
CHECKS = 5
#: A page shows what belongs to the claim, whatever the number of claims.
BUDGET_FORM_QUERIES = 150
COUNT_LIMIT = 10001

#: Out of a hundred claims.
STATES = ["draft"] * 2 + ["submitted"] * 5 + ["review"] * 2 + ["sent_back"] * 3
STATES += ["rejected"] * 8 + ["partially"] * 5 + ["approved"] * 10
STATES += ["settled"] * (100 - len(STATES))
MODULE = "aftersales_warranty"


@tagged("-standard", "bench")
class TestBenchClaims(ManyRows, WarrantyCommon, SuiteCase):
    """Claims of three years at a thousand points, each with lines and checks."""

    BUDGET_ID = "P9"
    ROWS = CLAIMS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.points = cls.point | cls.env["aftersales.service.point"].create(
            [
                {"name": f"Bench {n}", "state": "active", "parent_id": cls.centre.id}
                for n in range(1, POINTS)
            ]
        )
        cls.claim = cls._create_claim(
            ("part", 1, 100.0, cls.part), ("labour", 1, 70.0, None)
        )
        cls.env.flush_all()
        cls._multiply_claims()
        cls.env.invalidate_all()

    @classmethod
    def _multiply_claims(cls):
        """Copy the claim with its lines and checks by COPY.

        The rows are never committed, so no vacuum has marked them visible: a real
        database is faster here.
        """
        table = "aftersales_claim"
        cls._free_tables(table, "aftersales_claim_line", "aftersales_claim_check")
        cls.env.cr.execute("SELECT max(id) FROM aftersales_claim")
        first = cls.env.cr.fetchone()[0]
        cls.first_id = first
        day = SQL("(current_date - %s)", cls._spread(1, 3 * 365))
        point = SQL("(%s::int[])[1 + %s]", cls.points.ids, cls._spread(3, POINTS))
        state = SQL("(%s::varchar[])[1 + %s]", STATES, cls._spread(2, 100))
        serial = SQL("'SN-' || lpad((n %% %s)::text, 9, '0')", CLAIMS // PER_SERIAL)
        clerk = SQL(
            "CASE WHEN n %% 4 = 0 AND %s = 'review' THEN %s END",
            state,
            cls.user_clerk.id,
        )
        cls._copy_rows(
            table,
            cls.claim,
            {
                "id": SQL("%s + n", first),
                "name": SQL("'CLX' || lpad(n::text, 8, '0')"),
                "order_id": SQL("NULL::int"),
                "service_point_id": point,
                "serial": serial,
                "state": state,
                "clerk_id": clerk,
                "date_failure": day,
                "date_submission": SQL(
                    "CASE WHEN %s != 'draft' THEN %s END", state, day
                ),
                "date_decide_due": SQL(
                    "CASE WHEN %s != 'draft' THEN %s + 30 END", state, day
                ),
                "fail_count": cls._spread(5, 3),
            },
        )
        by_claim = {
            "claim_id": SQL("%s + n", first),
            "service_point_id": point,
            "claim_state": state,
            "serial": serial,
            "date_failure": day,
        }
        for line in cls.claim.line_ids:
            cls._copy_rows("aftersales_claim_line", line, by_claim)
        for check in cls.claim.check_ids[:CHECKS]:
            cls._copy_rows("aftersales_claim_check", check, by_claim)
        cls.env.cr.execute(
            "SELECT setval('aftersales_claim_id_seq', (SELECT max(id) FROM "
            "aftersales_claim))"
        )
        for name in (table, "aftersales_claim_line", "aftersales_claim_check"):
            cls.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(name)))

    @classmethod
    def _copy_rows(cls, table, record, values):
        """Copy one record ``CLAIMS`` times with other values."""
        columns = [
            name
            for name, field in record._fields.items()
            if field.store and field.column_type and (name != "id" or "id" in values)
        ]
        rows = SQL(
            "SELECT %s FROM %s o, generate_series(1, %s) n WHERE o.id = %s",
            SQL(", ").join(
                values.get(name, SQL.identifier("o", name)) for name in columns
            ),
            SQL.identifier(table),
            CLAIMS,
            record.id,
        )
        cls._copy_into(table, columns, rows)

    def _get_claims(self, user):
        """The model as the user's browser opens it."""
        return self.env(user=user, context={})["aftersales.claim"]

    def _get_specification(self, records, view_type, name):
        """What a view asks for, with the lists inside of it, as the web client does."""
        view = self.env.ref(f"{MODULE}.{name}")
        arch = etree.fromstring(records.get_view(view.id, view_type)["arch"])
        return self._specify(records, arch)

    def _specify(self, records, node):
        """Fields below a node, and those of their own views below them."""
        result = {}
        depth = len(list(node.iterancestors("field")))
        for child in node.iter("field"):
            if child is node or len(list(child.iterancestors("field"))) != depth + (
                node.tag == "field"
            ):
                continue
            field = records._fields[child.get("name")]
            spec = {}
            if field.type in ("one2many", "many2many"):
                comodel = records.env[field.comodel_name]
                spec = {"fields": self._specify(comodel, child), "limit": 40}
            elif field.relational:
                spec = {"fields": {"display_name": {}}}
            result[child.get("name")] = spec
        return result

    def _open_queue(self, who, claims):
        """List and kanban of the queue, with the default filter and others."""
        waiting = [("state", "in", ("submitted", "review"))]
        order = "date_decide_due, id"
        rows = self._get_specification(
            claims, "list", "aftersales_claim_view_list_desk"
        )
        cards = self._get_specification(
            claims, "kanban", "aftersales_claim_view_kanban_desk"
        )
        found = self._measure(
            who,
            "queue, list by urgency",
            lambda: claims.web_search_read(
                waiting, rows, limit=80, order=order, count_limit=COUNT_LIMIT
            ),
        )
        self.assertEqual(len(found["records"]), 80)
        for by in ("age_band", "amount_band", "clerk_id", "service_point_id"):
            found = self._measure(
                who,
                f"queue, kanban by {by}",
                lambda by=by: claims.web_read_group(
                    waiting,
                    [by],
                    ["__count"],
                    limit=80,
                    auto_unfold=by != "service_point_id",
                    unfold_read_specification=cards,
                    unfold_read_default_limit=40,
                    order=order,
                ),
            )
            self.assertTrue(found["groups"])
        view = self.env.ref(f"{MODULE}.aftersales_claim_view_search")
        arch = etree.fromstring(claims.get_view(view.id, "search")["arch"])
        for node in arch.iter("filter"):
            if not node.get("domain"):
                continue
            domain = safe_eval(node.get("domain"), {"uid": claims.env.uid})
            self._measure(
                who,
                f"queue, filter {node.get('string') or node.get('name')}",
                lambda domain=domain: claims.web_search_read(
                    domain, rows, limit=80, order=order, count_limit=COUNT_LIMIT
                ),
            )

    def _open_page(self, who, claims, claim, what):
        """The page of one claim with all its evidence."""
        page = self._get_specification(
            claims, "form", "aftersales_claim_view_form_desk"
        )
        for name in ("decision_line_ids", "failed_check_ids", "earlier_claim_ids"):
            self.assertTrue(page[name]["fields"], name)
        record = claims.browse(claim.id)
        found = self._measure(
            who,
            what,
            lambda: record.web_read(page),
            queries=BUDGET_FORM_QUERIES,
        )
        self.assertEqual(found[0]["id"], claim.id)
        return found[0]

    def test_clerk(self):
        claims = self._get_claims(self.user_clerk)
        self._open_queue("clerk", claims)
        shown = self._open_page(
            "clerk", claims, self.claim, "adjudication page, claim of an order"
        )
        self.assertEqual(len(shown["decision_line_ids"]), 2)
        copy = claims.browse(self.first_id + CLAIMS // 2)
        shown = self._open_page(
            "clerk", claims, copy, "adjudication page, one of many claims of a unit"
        )
        self.assertEqual(len(shown["earlier_claim_ids"]), PER_SERIAL - 1)
        self._measure(
            "clerk", "next claim", lambda: claims.browse(copy.id).action_decide_next()
        )

    def test_head(self):
        claims = self._get_claims(self.user_head)
        self._open_page("head", claims, self.claim, "adjudication page")

    def test_point(self):
        """The list of claims on the portal."""
        claims = self._get_claims(self.user_portal)
        self._measure("portal", "count of claims", lambda: claims.search_count([]))
        found = self._measure(
            "portal",
            "page of claims",
            lambda: claims.search_fetch(
                [], ["name", "state", "amount_claimed"], limit=40, order="id desc"
            ),
        )
        self.assertEqual(found.sudo().service_point_id, self.point)
