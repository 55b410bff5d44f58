"""The real file of old cases, from the first byte to the last cent of the bills.

The file lies outside of the project; nothing of it is written here.
"""

import base64
import csv
import io
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.tests import new_test_user, tagged

from tests.common import SuiteCase

FILE = Path(__file__).resolve().parents[2] / "shared/data/warranty_claims.csv"
CASE_DATE = date(2024, 3, 31)


def read_rows():
    """Rows of the file, read apart from the code under test."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.skipif(
    not FILE.exists(), reason=f"shared data folder absent: {FILE.parent.name}"
)
@tagged("post_install", "-at_install")
class TestHistoryReal(SuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = read_rows()
        cls.admin, cls.clerk = (
            new_test_user(
                cls.env,
                login=f"history_{role}",
                groups=f"aftersales_network.group_{role}",
            )
            for role in ("admin", "settlement_clerk")
        )
        cls.record = cls._import(FILE.read_bytes())
        cls.claimed = defaultdict(Decimal)
        for row in cls.rows:
            if row["Purpose"] == "Claim":
                cls.claimed[row["Service_Centre"]] += Decimal(row["Claim_Value"])

    @classmethod
    def _import(cls, data):
        record = (
            cls.env["aftersales.history.import"]
            .with_user(cls.admin)
            .create(
                {
                    "file": base64.b64encode(data),
                    "filename": FILE.name,
                    "case_date": CASE_DATE,
                    "template_id": cls.env.ref(
                        "aftersales_warranty.history_template_appliance"
                    ).id,
                }
            )
        )
        record.action_import()
        return record

    @classmethod
    def _points(cls, record=None):
        return {
            total.service_point_id.code: total
            for total in (record or cls.record).total_ids
        }

    def _rows_bytes(self, rows):
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(self.rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return stream.getvalue().encode()

    def test_every_row_is_taken_and_stands_in_the_report(self):
        record = self.record
        self.assertEqual(record.state, "done")
        self.assertEqual(record.row_count, len(self.rows))
        self.assertEqual(record.refused_count, 0)
        self.assertEqual(record.taken_count + record.changed_count, len(self.rows))
        self.assertEqual(
            record.line_ids.sorted("line").mapped("number"),
            [row[""] for row in self.rows],
        )
        renamed = sum(row["State"] == "Orissa" for row in self.rows)
        renamed += sum(row["City"] == "Guwhati" for row in self.rows)
        self.assertEqual(record.changed_count, renamed)

    def test_regions_against_the_majority_are_reported_not_guessed(self):
        regions = defaultdict(Counter)
        for row in self.rows:
            regions[row["State"]][row["Region"]] += 1
        usual = {
            state: counts.most_common(1)[0][0] for state, counts in regions.items()
        }
        against = [r[""] for r in self.rows if r["Region"] != usual[r["State"]]]
        remarks = self.record.line_ids.filtered("has_remark").sorted("line")
        self.assertEqual(remarks.mapped("number"), against)
        cases = {case.number: case.region for case in self.record.line_ids.case_id}
        self.assertEqual(cases, {int(row[""]): row["Region"] for row in self.rows})

    def test_documents(self):
        cases = self.record.line_ids.case_id
        by_number = {case.number: case for case in cases}
        self.assertEqual(len(by_number), len(self.rows))
        for row in self.rows:
            case = by_number[int(row[""])]
            claimed = row["Purpose"] == "Claim"
            self.assertEqual(case.order_id.is_complaint, row["Purpose"] == "Complaint")
            self.assertEqual(
                case.order_id.service_type_id.kind,
                "consultation" if row["Purpose"] == "Other" else "repair",
            )
            self.assertEqual(bool(case.claim_id), claimed)
            age = (CASE_DATE - case.registration_id.date_sale).days
            self.assertEqual(age, int(row["Product_Age"]))
            if claimed:
                self.assert_claim(case.claim_id, row)

    def assert_claim(self, claim, row):
        """Lines by component, summing exactly to the value."""
        issues = [row[name] for name in row if name.endswith("_Issue")]
        kinds = ["part" if i == "2" else "labour" for i in issues if i != "0"]
        self.assertEqual(claim.line_ids.mapped("kind"), kinds or ["inspection"])
        total = sum(Decimal(str(line.amount_claimed)) for line in claim.line_ids)
        self.assertEqual(total, Decimal(row["Claim_Value"]))
        amounts = claim.line_ids.mapped("amount_claimed")
        self.assertLessEqual(round(max(amounts) - min(amounts), 2), 0.01)
        self.assertEqual(claim.state, "submitted")

    def test_totals_per_point(self):
        totals = self._points()
        counts = Counter(row["Service_Centre"] for row in self.rows)
        self.assertEqual({c: t.case_count for c, t in totals.items()}, dict(counts))
        for code, total in totals.items():
            self.assertEqual(
                Decimal(str(total.amount_claimed)), self.claimed.get(code, 0), code
            )

    def test_again_unchanged_and_corrected_updated(self):
        again = self._import(FILE.read_bytes())
        self.assertEqual(again.unchanged_count, len(self.rows))
        self.assertIn("nothing was done", again.summary)
        rows = [dict(row) for row in self.rows]
        claim_rows = [row for row in rows if row["Purpose"] == "Claim"][:3]
        for row in claim_rows:
            row["Claim_Value"] = "123.45"
        corrected = self._import(self._rows_bytes(rows))
        self.assertEqual(corrected.changed_count, 3)
        self.assertEqual(corrected.unchanged_count, len(self.rows) - 3)
        for line in corrected.line_ids.filtered(lambda x: x.result == "changed"):
            self.assertEqual(line.claim_id.amount_claimed, 123.45)

    def test_settled_bills_equal_the_file_per_point(self):
        self.record.with_user(self.clerk).action_settle()
        claims = self.record.line_ids.claim_id
        settlements = claims.line_ids.settlement_line_ids.settlement_id
        bills = {
            s.service_point_id.code: Decimal(str(s.sudo().move_id.amount_total))
            for s in settlements
        }
        self.assertEqual(len(settlements), len(bills), "one bill for each point")
        self.assertEqual(bills, {c: v for c, v in self.claimed.items() if v})
        self.assertEqual(
            {s.sudo().move_id.move_type for s in settlements}, {"in_invoice"}
        )
        paid = claims.filtered("amount_claimed")
        self.assertEqual(set(paid.mapped("state")), {"settled"})
        self.assertEqual(
            sum(claims.mapped("amount_approved")), float(sum(self.claimed.values()))
        )

    def test_metrics_rank_the_points(self):
        points = self.record.total_ids.service_point_id
        values = self.env["aftersales.metric"]._compute_metrics(
            ["VOLUME", "COMPR"], points, CASE_DATE, CASE_DATE
        )
        jobs = Counter(row["Service_Centre"] for row in self.rows)
        complaints = Counter(
            row["Service_Centre"] for row in self.rows if row["Purpose"] == "Complaint"
        )
        by_volume = sorted(points, key=lambda p: -values["VOLUME"][p.id][0])
        self.assertEqual(
            [point.code for point in by_volume],
            [code for code, _n in jobs.most_common()],
        )
        for point in points:
            self.assertEqual(
                values["COMPR"][point.id],
                (complaints[point.code], jobs[point.code]),
            )
