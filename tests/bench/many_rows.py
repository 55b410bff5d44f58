"""What the benchmarks over many rows share: loading them, measuring requests."""

import statistics
import tempfile
import time

import pytest

from odoo.tools import SQL

ROUNDS = 5
BUDGET_SECONDS = 0.3
BUDGET_QUERIES = 40


class ManyRows:
    """Copies a record many times and measures what opening pages asks for."""

    #: Budget of the issue that the rows of the table name.
    BUDGET_ID = "P9"
    ROWS = 0

    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    @staticmethod
    def _spread(seed, count):
        """0 … count - 1, the same in every run, independent between seeds."""
        return SQL(
            "(abs(hashint8extended(n, %s) %% 1000000007) %% %s)::int", seed, count
        )

    @classmethod
    def _free_tables(cls, *tables):
        """Drop keys to other tables and exclusions, in this transaction alone.

        The database asks every key of every row that is copied; over a million rows
        that takes longer than what is measured.  Reading uses none of them.
        """
        cls.env.cr.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE conrelid::regclass::text IN %s AND contype IN ('f', 'x')",
            (tables,),
        )
        for table, name in cls.env.cr.fetchall():
            cls.env.cr.execute(
                SQL(
                    "ALTER TABLE %s DROP CONSTRAINT %s",
                    SQL.identifier(table),
                    SQL.identifier(name),
                )
            )

    @classmethod
    def _copy_into(cls, table, columns, rows):
        """Write the rows of a query to a file and load it with COPY."""
        cr = cls.env.cr
        query = cr.mogrify(rows.code, rows.params).decode()
        names = ", ".join(f'"{name}"' for name in columns)
        with tempfile.TemporaryFile() as file:
            cr.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", file)
            file.seek(0)
            cr.copy_expert(
                f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", file, size=1 << 20
            )

    def _measure(
        self, who, what, request, seconds=BUDGET_SECONDS, queries=BUDGET_QUERIES
    ):
        """Median of some cold rounds; budget of time and of queries."""
        times, counts, result = [], set(), None
        request()
        for _round in range(ROUNDS):
            self.env.invalidate_all()
            before, start = self.env.cr.sql_log_count, time.perf_counter()
            result = request()
            times.append(time.perf_counter() - start)
            counts.add(self.env.cr.sql_log_count - before)
        median = statistics.median(times)
        self.bench_row(
            self.BUDGET_ID,
            f"{who}: {what}",
            self.ROWS,
            median,
            max(counts),
            f"≤ {seconds:g} s at the median",
        )
        with self.subTest(who=who, what=what):
            self.assertLessEqual(median, seconds)
            self.assertLessEqual(max(counts), queries)
        return result
