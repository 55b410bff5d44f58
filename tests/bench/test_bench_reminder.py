"""Nightly reminders of expiring certificates over a register of 100,000."""

import os
import time
from datetime import date
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from tests.bench_rows import BenchRows
from tests.common import SuiteCase

CERTIFICATES = int(os.environ.get("BENCH_CERTIFICATES", "100000"))
BUDGET_SECONDS = 60
BUDGET_MEGABYTES = 150
FIRST_DAY = date(2026, 6, 15)
SPREAD_DAYS = 1095
QUERIES_PER_BATCH = 200


def resident():
    """Resident memory of this process in megabytes."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


@tagged("-standard", "bench")
class TestBenchReminder(SuiteCase):
    """Contacts without an account whose certificates end over three years."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Certificate = cls.env["aftersales.certificate"]
        cls.company = cls.env["res.company"].create({"name": "Bench Company"})
        cls.officer = new_test_user(
            cls.env,
            "bench_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.env.flush_all()
        cls._insert_certificates()

    @classmethod
    def _insert_certificates(cls):
        """Rows by SQL: the benchmark measures the job, not the load."""
        cls.env.cr.execute(
            """
            WITH person AS (
                INSERT INTO res_partner
                SELECT (jsonb_populate_record(model, jsonb_build_object(
                           'id', nextval('res_partner_id_seq'),
                           'name', 'Bench ' || n,
                           'email', 'bench' || n || '@bench.test',
                           'email_normalized', 'bench' || n || '@bench.test'))).*
                  FROM res_partner model, generate_series(1, %(amount)s) n
                 WHERE model.id = %(model)s
             RETURNING id
            ), numbered AS (
                SELECT id, row_number() OVER (ORDER BY id) AS n FROM person
            )
            INSERT INTO aftersales_certificate (holder_partner_id, person_id,
                holder_name, company_id, type_id, issuer_id, number,
                number_normalized, date_issue, date_expiry, state, reminder_step)
            SELECT id, id, 'Bench ' || n, %(company)s, %(type)s, %(issuer)s,
                   'BENCH-' || n, 'BENCH' || n, DATE '2024-01-01',
                   %(first)s + (n %% %(spread)s)::int, 'verified', 0
              FROM numbered
            """,
            {
                "amount": CERTIFICATES,
                "company": cls.company.id,
                "first": FIRST_DAY,
                "spread": SPREAD_DAYS,
                "model": cls.env["res.partner"].create({"name": "Bench"}).id,
                "type": cls.env.ref("aftersales_training.certificate_type_manager").id,
                "issuer": cls.env.ref(
                    "aftersales_training.certificate_issuer_chamber"
                ).id,
            },
        )
        cls.env.cr.execute("ANALYZE aftersales_certificate")
        cls.env.invalidate_all()

    def _run_job(self, day):
        """Seconds, queries, growth in megabytes, usage and batches of one night."""
        peaks = []

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            cron.env.flush_all()
            peaks.append(resident())
            return float("inf")

        cron = self.registry["ir.cron"]
        self.env.invalidate_all()
        # The clock of the day stands still, so the time is taken outside.
        before, start = self.env.cr.sql_log_count, time.perf_counter()
        processor = time.process_time()
        with freeze_time(day), patch.object(cron, "_commit_progress", commit_progress):
            self.Certificate._cron_remind_expiry()
        seconds = time.perf_counter() - start
        processor = time.process_time() - processor
        # The first batch loads the registry's caches; from then on it is flat.
        growth = max(peaks) - peaks[min(2, len(peaks) - 1)]
        usage = f"+{growth:.0f} MB resident, {processor:.0f} s of processor"
        queries = self.env.cr.sql_log_count - before
        return seconds, queries, growth, usage, len(peaks) - 1

    def _report(self, what, seconds, queries, usage):
        add = BenchRows(os.environ.get("AFTERSALES_BENCH_FILE")).add
        budget = f"{BUDGET_SECONDS} s, {BUDGET_MEGABYTES} MB"
        add("T01", f"{what}, {usage}", CERTIFICATES, seconds, queries, budget)

    def _count(self, records, **domain):
        return self.env[records].search_count(
            [
                ("res_id", "in", self._get_due_ids()),
                *((name, "=", value) for name, value in domain.items()),
            ]
        )

    def _get_due_ids(self):
        return self.Certificate.search(
            [("company_id", "=", self.company.id), ("reminder_step", ">", 0)]
        ).ids

    def test_first_night_and_the_next(self):
        """The first run finds 90 days' worth, the next one three days' worth."""
        self.env.cr.execute(
            "SELECT count(*) FROM aftersales_certificate WHERE company_id = %s "
            "AND date_expiry <= %s::date + 90",
            [self.company.id, FIRST_DAY],
        )
        due = self.env.cr.fetchone()[0]
        for day, what in ((15, "first night"), (16, "next night")):
            night = self._run_job(f"2026-06-{day}")
            seconds, queries, growth, usage, batches = night
            self._report(f"reminders of the {what}", seconds, queries, usage)
            self.assertLessEqual(seconds, BUDGET_SECONDS)
            self.assertLessEqual(growth, BUDGET_MEGABYTES)
            self.assertLessEqual(queries, QUERIES_PER_BATCH * (batches + 1))
            if day == 15:
                self.assertEqual(len(self._get_due_ids()), due)
                model = self.Certificate._name
                self.assertEqual(self._count("mail.activity", res_model=model), due)
                self.assertEqual(self._count("mail.mail", model=model), due)
