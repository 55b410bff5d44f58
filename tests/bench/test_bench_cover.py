"""P3: cover and entitlements of many units beside one query that says the same."""

import os
import statistics
import tempfile
import time
from datetime import date, datetime

import pytest

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.aftersales_warranty.tests.common import WarrantyCommon

from tests.common import SuiteCase

UNITS = int(os.environ.get("BENCH_UNITS", "100000"))
REPAIRS = UNITS // 10
ROUNDS = 3
BUDGET = 2.0
#: Queries of one batch, whatever its size.
BUDGET_QUERIES = 40
ON_DATE = date(2026, 6, 30)
FAULT = "performance"

#: Five rights of an invented country: type, window, unit, fault, repairs, fee.
RULES = [
    ("return", 7, "day", "performance", 0, "none"),
    ("exchange", 15, "day", "performance", 0, "none"),
    ("free_repair", 0, "whole", "any", 0, "none"),
    ("exchange", 0, "whole", "performance", 2, "none"),
    ("return", 0, "whole", "performance", 2, "depreciation"),
]
#: Months of the whole unit and depreciation per day (%) of the five classes.
CLASSES = [(12, 0.05), (24, 0.1), (12, 0.5), (36, 0.05), (24, 0.25)]


@tagged("-standard", "bench")
class TestBenchCover(WarrantyCommon, SuiteCase):
    """Units of four years in five classes, some repaired, a few closed."""

    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.land = cls.env["res.country"].create({"name": "Benchland", "code": "XB"})
        cls.env["aftersales.entitlement.rule"].create(
            [cls._prepare_rule(index, *rule) for index, rule in enumerate(RULES)]
        )
        cls.products = cls._create_products()
        cls.promise = cls.env["aftersales.policy"].create(
            {"name": "Bench Promise", "categ_ids": cls.products.categ_id.ids}
        )
        version = cls._create_version(
            [{"component": "whole_unit", "months": 18, "basis": "delivery"}],
            policy=cls.promise,
        )
        template = cls._create_unit(
            serial="BENCH-0",
            product_id=cls.products[0].id,
            country_id=cls.land.id,
            policy_version_id=version.id,
        )
        order = cls._create_order(
            product_id=template.product_id.id,
            serial="BENCH-0",
            registration_id=template.id,
            date_start=datetime(2026, 1, 1),
            date_end=datetime(2026, 1, 3),
        )
        order.state = "closed"
        cls.env.flush_all()
        cls._multiply_units(template)
        cls._multiply_orders(order)
        for table in ("aftersales_registration", "aftersales_service_order"):
            cls.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        cls.env.invalidate_all()

    @classmethod
    def _prepare_rule(cls, index, kind, value, unit, fault, repairs, fee):
        return {
            "name": f"Bench {index}",
            "code": f"BENCH{index}",
            "country_id": cls.land.id,
            "type": kind,
            "window_value": value,
            "window_unit": unit,
            "fault": fault,
            "min_repairs": repairs,
            "fee": fee,
            "extends": unit == "whole",
            "source": "Invented for the benchmark",
            "confidence": "a",
        }

    @classmethod
    def _create_products(cls):
        """One product in each of five classes."""
        products = cls.env["product.product"]
        for index, (months, rate) in enumerate(CLASSES):
            unit_class = cls.env["aftersales.product.class"].create(
                {
                    "name": f"Bench {index}",
                    "whole_months": months,
                    "daily_rate": rate,
                    "confidence": "a",
                }
            )
            categ = cls.env["product.category"].create(
                {"name": f"Bench {index}", "aftersales_class_id": unit_class.id}
            )
            products |= cls._create_product(name=f"Bench {index}", categ_id=categ.id)
        return products

    @staticmethod
    def _spread(seed, count):
        """0 … count - 1, the same in every run, independent between seeds."""
        return SQL(
            "(abs(hashint8extended(n, %s) %% 1000000007) %% %s)::int", seed, count
        )

    @classmethod
    def _copy_rows(cls, record, count, values):
        """Load copies of a record by COPY, some columns of them calculated."""
        table = SQL.identifier(record._table)
        columns = [
            name
            for name, field in record._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        rows = SQL(
            "SELECT %s FROM %s o, generate_series(1, %s) n WHERE o.id = %s",
            SQL(", ").join(
                values.get(name, SQL.identifier("o", name)) for name in columns
            ),
            table,
            count,
            record.id,
        )
        cr = cls.env.cr
        query = cr.mogrify(rows.code, rows.params).decode()
        names = ", ".join(f'"{name}"' for name in columns)
        with tempfile.TemporaryFile() as file:
            cr.copy_expert(f"COPY ({query}) TO STDOUT", file)
            file.seek(0)
            cr.copy_expert(f"COPY {record._table} ({names}) FROM STDIN", file)

    @classmethod
    def _multiply_units(cls, template):
        sale = SQL("('2022-07-01'::date + %s)", cls._spread(1, 4 * 365))
        cls._copy_rows(
            template,
            UNITS,
            {
                "serial": SQL("'BENCH-' || n"),
                "serial_key": SQL("'BENCH' || n"),
                "serial_fold": SQL("'BENCH' || n"),
                "product_id": SQL(
                    "(%s::int[])[1 + %s]", cls.products.ids, cls._spread(2, 5)
                ),
                "date_sale": sale,
                "date_delivery": SQL("%s + %s", sale, cls._spread(3, 4)),
                "price": SQL("1000 + 500 * %s", cls._spread(4, 6)),
                "date_closed": SQL(
                    "CASE WHEN n %% 50 = 0 THEN %s + 30 END::date", sale
                ),
            },
        )
        cls.units = cls.env["aftersales.registration"].search(
            [("serial", "like", "BENCH-"), ("id", "!=", template.id)]
        )

    @classmethod
    def _multiply_orders(cls, order):
        """A repair for every tenth unit on average, two or more for some.

        Each began in the first year, while every window was open.
        """
        first = min(cls.units.ids)
        unit = SQL("%s + %s", first, cls._spread(6, UNITS))
        start = SQL(
            "(SELECT u.date_sale FROM aftersales_registration u WHERE u.id = %s)"
            "::timestamp + %s * interval '1 day'",
            unit,
            cls._spread(5, 300),
        )
        cls._copy_rows(
            order,
            REPAIRS,
            {
                "name": SQL("'BENCH' || n"),
                "registration_id": unit,
                "date_start": start,
                "date_end": SQL("%s + %s * interval '1 day'", start, cls._spread(7, 9)),
                "repair_days": cls._spread(7, 9),
                "waiting_days": SQL("CASE WHEN n %% 7 = 0 THEN 4 ELSE 0 END"),
            },
        )
        cls.env.cr.execute(
            "DELETE FROM aftersales_service_order "
            "WHERE name LIKE 'BENCH%%' AND date_end >= %s",
            [ON_DATE],
        )

    # -- the query -------------------------------------------------------------

    def _get_facts_query(self):
        """Units with their class, their policy and their repairs."""
        return SQL(
            """
            SELECT u.id, u.price, u.date_sale, u.date_delivery, u.date_closed,
                   k.whole_months, k.daily_rate::numeric / 100 AS daily_rate,
                   v.id AS version,
                   p.name->>'en_US' || ' v' || v.number AS version_name,
                   m.months, m.share, m.extends, COALESCE(r.repairs, 0) AS repairs,
                   COALESCE(r.repair, 0) AS repair, COALESCE(r.waiting, 0) AS waiting,
                   COALESCE(r.repair + r.waiting, 0)::int AS days
              FROM aftersales_registration u
              JOIN product_product i ON i.id = u.product_id
              JOIN product_template t ON t.id = i.product_tmpl_id
              JOIN product_category g ON g.id = t.categ_id
              JOIN aftersales_product_class k ON k.id = g.aftersales_class_id
              JOIN aftersales_policy_version v ON v.id = u.policy_version_id
              JOIN aftersales_policy p ON p.id = v.policy_id
              JOIN (
                   SELECT c.version_id, c.months, c.share,
                          w.extends_by_repair AS extends
                     FROM aftersales_policy_term c
                     JOIN aftersales_policy_version w ON w.id = c.version_id
                    WHERE c.component = 'whole_unit' AND c.basis = 'delivery'
                   ) m ON m.version_id = v.id
              LEFT JOIN (
                   SELECT o.registration_id, COUNT(*) AS repairs,
                          SUM(o.repair_days) AS repair, SUM(o.waiting_days) AS waiting
                     FROM aftersales_service_order o
                     JOIN aftersales_service_type y ON y.id = o.service_type_id
                    WHERE o.state IN ('done', 'closed') AND y.kind = 'repair'
                      AND o.date_end < %(day)s::date + 1
                    GROUP BY o.registration_id) r ON r.registration_id = u.id
             WHERE u.id IN %(ids)s
            """,
            day=ON_DATE,
            ids=tuple(self.units.ids),
        )

    def _get_promise_query(self):
        """What the own policy gives, from the rows named facts."""
        return SQL(
            """
            SELECT *, CASE WHEN date_closed <= %(day)s THEN 'closed'
                           WHEN start > %(day)s THEN 'not_started'
                           WHEN deadline < %(day)s THEN 'expired'
                           ELSE 'covered' END AS code
              FROM (SELECT id, version, version_name, share, date_closed,
                           date_delivery AS start,
                           (date_delivery + months * interval '1 month')::date
                           + CASE WHEN extends THEN days ELSE 0 END AS deadline
                      FROM facts) x
            """,
            day=ON_DATE,
        )

    def _get_law_query(self):
        """What the rules of the country give, from the rows named facts."""
        return SQL(
            """
            SELECT *, CASE WHEN date_closed <= %(day)s THEN 'closed'
                           WHEN date_sale > %(day)s THEN 'not_started'
                           WHEN deadline < %(day)s THEN 'expired'
                           WHEN repairs < min_repairs THEN 'repairs'
                           ELSE 'granted' END AS code
              FROM (SELECT f.*, r.id AS rule, r.type, r.min_repairs, r.fee AS fee_kind,
                           r.source->>'en_US' AS source, r.window_unit,
                           CASE WHEN r.window_unit = 'day'
                                THEN f.date_sale + r.window_value
                                ELSE (f.date_sale + f.whole_months * interval '1 month')
                                     ::date + f.days
                           END AS deadline
                      FROM facts f
                      JOIN aftersales_entitlement_rule r ON r.country_id = %(land)s
                   ) x
            """,
            land=self.land.id,
            day=ON_DATE,
        )

    def _get_entitlement_query(self):
        """What :meth:`_get_entitlements_batch` answers, in one query."""
        return SQL(
            """
            WITH facts AS MATERIALIZED (%(facts)s), promise AS (%(promise)s),
            law AS (
                SELECT *, code = 'granted' AND fee_kind <> 'none' AS has_fee,
                       %(day)s::date - date_sale AS elapsed
                  FROM (%(law)s) x
            ), charged AS (
                SELECT *, ROUND(LEAST(price, GREATEST(0, exact)), 2) AS amount,
                       CONCAT(ROUND(price, 2), ' × ', TRIM_SCALE(daily_rate), ' × ',
                              CASE WHEN days > 0
                                   THEN FORMAT('(%%s − %%s − %%s)', elapsed, repair,
                                               waiting)
                                   ELSE elapsed::text END,
                              ' = ', ROUND(exact, 2),
                              CASE WHEN ROUND(exact, 2) > ROUND(price, 2)
                                   THEN ' > ' || ROUND(price, 2) END) AS sum
                  FROM (SELECT *, price * daily_rate * GREATEST(0, elapsed - days)
                               AS exact
                          FROM law) x
            ), found AS (
                SELECT id, rule, type, code, deadline, source,
                       CASE WHEN has_fee THEN amount
                            WHEN code = 'granted' THEN 0 END AS fee,
                       CASE WHEN has_fee THEN sum ELSE '' END AS arithmetic,
                       CASE code
                       WHEN 'closed' THEN 'The unit was closed on '
                            || TO_CHAR(date_closed, 'MM/DD/YYYY.')
                       WHEN 'not_started' THEN 'The right starts on '
                            || TO_CHAR(date_sale, 'MM/DD/YYYY.')
                       WHEN 'expired' THEN 'The period ended on '
                            || TO_CHAR(deadline, 'MM/DD/YYYY.')
                       WHEN 'repairs' THEN FORMAT('%%s of %%s repairs so far.', repairs,
                                                  min_repairs)
                       ELSE CONCAT(
                            'Day ', elapsed,
                            CASE WHEN window_unit = 'day'
                                 THEN CONCAT(' of ', deadline - date_sale,
                                             ' since the sale.')
                                 ELSE ' since the sale, the right ends '
                                      || TO_CHAR(deadline, 'MM/DD/YYYY.') END,
                            ' Performance fault stated.',
                            CASE WHEN min_repairs > 0
                                 THEN FORMAT(' %%s repairs, %%s are enough.', repairs,
                                             min_repairs) END,
                            CASE WHEN has_fee THEN ' Fee: ' || sum || '.' END) END
                       AS reason
                  FROM charged
                UNION ALL
                SELECT id, NULL, 'free_repair',
                       CASE code WHEN 'covered' THEN 'promised' ELSE code END, deadline,
                       version_name, CASE code WHEN 'covered' THEN 0 END, '',
                       CASE code
                       WHEN 'closed' THEN 'The unit was closed on '
                            || TO_CHAR(date_closed, 'MM/DD/YYYY.')
                       WHEN 'not_started' THEN 'The right starts on '
                            || TO_CHAR(start, 'MM/DD/YYYY.')
                       WHEN 'expired' THEN 'The period ended on '
                            || TO_CHAR(deadline, 'MM/DD/YYYY.')
                       ELSE 'The policy promises it until '
                            || TO_CHAR(deadline, 'MM/DD/YYYY.') END
                  FROM promise
            )
            SELECT id, rule, type, code IN ('granted', 'promised'), code, deadline,
                   source, arithmetic, reason, fee
              FROM found
            UNION ALL
            SELECT id, NULL, 'paid_repair', NOT free,
                   CASE WHEN free THEN 'is_free' ELSE 'charged' END, NULL, '', '',
                   CASE WHEN free THEN 'The repair is free.'
                        ELSE 'No free repair applies; the work is charged.' END, NULL
              FROM (SELECT id, BOOL_OR(type = 'free_repair'
                           AND code IN ('granted', 'promised'))
                           AS free
                      FROM found GROUP BY id) x
            """,
            facts=self._get_facts_query(),
            promise=self._get_promise_query(),
            law=self._get_law_query(),
            day=ON_DATE,
        )

    def _get_cover_query(self):
        """What :meth:`_get_cover_batch` answers for the whole unit, in one query."""
        return SQL(
            """
            WITH facts AS MATERIALIZED (%(facts)s), ends AS (
                SELECT id, date_closed, 'promise' AS basis, start, deadline AS stop,
                       code, CASE code WHEN 'covered' THEN share ELSE 0 END AS share,
                       version AS rule, version_name AS source
                  FROM (%(promise)s) p
                UNION ALL
                SELECT id, date_closed, 'law', date_sale, deadline,
                       CASE code WHEN 'granted' THEN 'covered' ELSE code END,
                       CASE code WHEN 'granted' THEN 100 ELSE 0 END, rule, source
                  FROM (%(law)s) l
                 WHERE type = 'free_repair'
            ), best AS (
                SELECT DISTINCT ON (id) *
                  FROM ends
                 ORDER BY id, share DESC, stop DESC, basis = 'promise' DESC
            )
            SELECT id, share, start, stop, code, basis, rule, source,
                   CASE WHEN code = 'closed' THEN 'The unit was closed on '
                             || TO_CHAR(date_closed, 'MM/DD/YYYY.')
                        WHEN code = 'not_started' THEN 'The cover starts on '
                             || TO_CHAR(start, 'MM/DD/YYYY.')
                        WHEN code = 'expired' AND basis = 'law'
                        THEN FORMAT('The cover by law ended on %%s (%%s).',
                                    TO_CHAR(stop, 'MM/DD/YYYY'), source)
                        WHEN code = 'expired' THEN 'The cover ended on '
                             || TO_CHAR(stop, 'MM/DD/YYYY.')
                        WHEN basis = 'law'
                        THEN FORMAT('Free by law until %%s (%%s).',
                                    TO_CHAR(stop, 'MM/DD/YYYY'), source)
                        ELSE FORMAT('Covered at %%s %%%% until %%s.', TRIM_SCALE(share),
                                    TO_CHAR(stop, 'MM/DD/YYYY')) END
              FROM best
            """,
            facts=self._get_facts_query(),
            promise=self._get_promise_query(),
            law=self._get_law_query(),
            day=ON_DATE,
        )

    # -- measurement -----------------------------------------------------------

    def _measure(self, request):
        """Median of some cold rounds: seconds, queries, answer."""
        times, queries, answer = [], 0, None
        for _round in range(ROUNDS):
            answer = None
            self.env.invalidate_all()
            before, start = self.env.cr.sql_log_count, time.perf_counter()
            answer = request()
            times.append(time.perf_counter() - start)
            queries = self.env.cr.sql_log_count - before
        return statistics.median(times), queries, answer

    def _compare(self, what, ours, query):
        """Ours against the query: times and the answers of both."""
        few = self.units[: min(100, len(self.units))]
        _seconds, few_queries, _answer = self._measure(lambda: ours(few))
        plain, _queries, rows = self._measure(lambda: self.env.execute_query(query))
        seconds, queries, answer = self._measure(lambda: ours(self.units))
        self.bench_row("P3", f"{what}, one SQL query", len(self.units), plain, 1)
        self.bench_row(
            "P3", what, len(self.units), seconds, queries, peer=f"{plain:.3f} s"
        )
        # Reading in portions of the cache is not asking once per unit.
        self.assertLessEqual(few_queries, BUDGET_QUERIES)
        self.assertLessEqual(queries, few_queries + 5 * (len(self.units) // 1000 + 1))
        return seconds, plain, rows, answer

    def test_entitlements_and_cover(self):
        ours, query = self._compare_entitlements()
        cover, cover_query = self._compare_cover()
        seconds, plain = ours + cover, query + cover_query
        self.bench_row(
            "P3",
            "entitlements and cover",
            len(self.units),
            seconds,
            "",
            f"≤ {BUDGET:g} × the queries",
            f"{plain:.3f} s",
        )
        self.assertLessEqual(seconds, plain * BUDGET)

    def _compare_entitlements(self):
        seconds, plain, rows, answer = self._compare(
            "entitlements",
            lambda units: units._get_entitlements_batch(ON_DATE, FAULT),
            self._get_entitlement_query(),
        )
        expected = {}
        for unit_id, *row in rows:
            expected.setdefault(unit_id, []).append(tuple(row))
        self.assertEqual(len(answer), len(self.units))
        for unit_id in self.units.ids:
            ours = [self._flatten(item) for item in answer[unit_id]]
            self.assertEqual(
                sorted(ours, key=str),
                sorted(map(self._as_float, expected[unit_id]), key=str),
            )
        return seconds, plain

    def _flatten(self, item):
        rule = item["rule"]
        is_rule = rule._name == "aftersales.entitlement.rule"
        return (
            (rule.id or None) if is_rule else None,
            item["type"],
            item["allowed"],
            item["code"],
            item["deadline"] or None,
            item["source"],
            item["arithmetic"],
            item["reason"],
            item["fee"],
        )

    @staticmethod
    def _as_float(row):
        return (*row[:-1], None if row[-1] is None else float(row[-1]))

    def _compare_cover(self):
        seconds, plain, rows, answer = self._compare(
            "cover of the whole unit",
            lambda units: units._get_cover_batch(ON_DATE),
            self._get_cover_query(),
        )
        names = ("share", "date_start", "date_end", "code", "basis")
        self.assertEqual(len(answer), len(rows))
        for unit_id, *row, rule_id, source, reason in rows:
            ours = answer[unit_id]
            self.assertEqual([ours[name] for name in names], row)
            found = (ours["rule"].id, ours["source"], ours["reason"])
            self.assertEqual(found, (rule_id, source, reason))
        return seconds, plain
