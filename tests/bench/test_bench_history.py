"""History import: seconds, queries and memory for two sizes, to see it is linear."""

import base64
import csv
import io
import os
import resource
import time

import pytest

from odoo.tests import tagged

from tests.common import SuiteCase

ROWS = int(os.environ.get("BENCH_HISTORY_ROWS", "3000"))
CITIES = ("Kochi", "Chennai", "Pune", "Jaipur")
STATES = ("Kerala", "Tamil Nadu", "Maharashtra", "Rajasthan")


def invented_file(template, first, count):
    """A file of invented cases in the columns of the template."""
    roles = {column.role: column.name or "" for column in template.column_ids}
    parts = template.column_ids.filtered("is_component").mapped("name")
    stream = io.StringIO()
    writer = csv.DictWriter(
        stream, [column.name or "" for column in template.column_ids]
    )
    writer.writeheader()
    for n in range(first, first + count):
        row = {
            **dict.fromkeys(parts, "0"),
            parts[-1]: str(n % 3),
            parts[-2]: str(n % 2),
            roles["number"]: n,
            roles["region"]: "South",
            roles["state"]: STATES[n % 4],
            roles["city"]: CITIES[n % 4],
            roles["area_kind"]: "Urban",
            roles["profile"]: "Personal",
            roles["category"]: "Entertainment",
            roles["product"]: "TV",
            roles["value"]: f"{n % 9000}.{n % 100:02d}",
            roles["point"]: str(700 + n % 20),
            roles["age"]: n % 300,
            roles["channel"]: "Dealer",
            roles["call_minutes"]: "1.5",
            roles["purpose"]: ("Claim", "Complaint", "Claim", "Other")[n % 4],
            roles["fraud"]: "0",
        }
        writer.writerow(row)
    return stream.getvalue().encode()


@tagged("-standard", "bench")
class TestBenchHistory(SuiteCase):
    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    def _measure(self, first, count):
        template = self.env.ref("aftersales_warranty.history_template_appliance")
        record = self.env["aftersales.history.import"].create(
            {
                "file": base64.b64encode(invented_file(template, first, count)),
                "filename": "bench.csv",
                "case_date": "2024-03-31",
                "template_id": template.id,
            }
        )
        record._start()
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        record._run(lambda running: running._after_command_batch(commit=False))
        seconds = time.perf_counter() - start
        self.assertEqual(record.taken_count, count)
        return seconds, self.env.cr.sql_log_count - queries

    def test_rows(self):
        self._measure(0, 200)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        small = self._measure(1_000, ROWS // 3)
        large = self._measure(1_000_000, ROWS)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        for count, (seconds, queries) in ((ROWS // 3, small), (ROWS, large)):
            self.bench_row(
                "X14",
                "history import",
                f"{count} rows, +{grown} MB",
                seconds,
                queries,
                "linear, < 1 GB",
                f"{1000 * seconds / count:.1f} ms a row",
            )
        self.assertLess(large[1], 3 * small[1] * 1.2)
        self.assertLess(grown, 200)
