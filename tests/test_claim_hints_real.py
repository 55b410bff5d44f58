"""How the hints rank the real cases against their fraud label, whatever it is.

No weight or threshold was chosen by the label, and nothing here asks for a result:
the test holds that the figure is the one that the cases give.
"""

import base64
import csv
from datetime import date
from pathlib import Path

import pytest

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from tests.common import SuiteCase

FILE = Path(__file__).resolve().parents[2] / "shared/data/warranty_claims.csv"


@pytest.mark.skipif(
    not FILE.exists(), reason=f"shared data folder absent: {FILE.parent.name}"
)
@tagged("post_install", "-at_install")
class TestClaimHintsReal(SuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin, cls.auditor, cls.head = (
            new_test_user(
                cls.env,
                login=f"hints_{role}",
                groups=f"aftersales_network.group_{role}",
            )
            for role in ("admin", "auditor", "head")
        )
        with FILE.open(encoding="utf-8", newline="") as stream:
            cls.rows = {int(row[""]): row for row in csv.DictReader(stream)}
        record = (
            cls.env["aftersales.history.import"]
            .with_user(cls.admin)
            .create(
                {
                    "file": base64.b64encode(FILE.read_bytes()),
                    "filename": FILE.name,
                    "case_date": date(2024, 3, 31),
                    "template_id": cls.env.ref(
                        "aftersales_warranty.history_template_appliance"
                    ).id,
                }
            )
        )
        record.action_import()
        cls.cases = record.line_ids.case_id.sudo().filtered("claim_id")
        cls.claims = cls.cases.claim_id
        # The first claims of the file were compared with nothing yet.
        cls.claims._find_hints()

    def _measure(self, user=None):
        measure = self.env["aftersales.hint.measure"].with_user(user or self.auditor)
        return measure._measure()

    def _scores(self):
        self.claims.invalidate_recordset()
        return {
            claim.id: (claim.hint_score, claim.hint_ids.mapped("message"))
            for claim in self.claims
        }

    def test_measure_is_what_the_cases_give(self):
        measure = self._measure()
        rows = [row for row in self.rows.values() if row["Purpose"] == "Claim"]
        fraud = sum(row["Fraud"] == "1" for row in rows)
        self.assertEqual(measure["case_count"], len(rows))
        self.assertEqual(measure["fraud_count"], fraud)
        by_kind = {line["kind"]: line for line in measure["lines"]}
        true, false = [], []
        for case in self.cases:
            row = self.rows[case.number]
            score = case.claim_id.hint_score
            (true if row["Fraud"] == "1" else false).append((score, row))
        self.assertAlmostEqual(
            by_kind["total"]["area"],
            self._area([s for s, _r in true], [s for s, _r in false]),
        )
        self.assertAlmostEqual(
            by_kind["peer"]["area"],
            self._area(
                [float(r["Claim_Value"]) for _s, r in true],
                [float(r["Claim_Value"]) for _s, r in false],
            ),
        )
        self.report(measure)

    def _area(self, true, false):
        """Share of won pairs, counted one by one."""
        wins = sum((a > b) + (a == b) / 2 for a in true for b in false)
        return wins / (len(true) * len(false))

    def report(self, measure):
        """Print the table for the closing note (``pytest -s`` shows it)."""
        print(
            f"\n{measure['case_count']} claims, {measure['fraud_count']} fraudulent "
            f"({measure['base_rate']:.1f} %)"
        )
        for line in measure["lines"]:
            print(
                f"{line['name'][:36]:36} AUC {line['area']:.3f} ± "
                f"{line['area_error']:.3f} above 0: {line['case_count']:4} "
                f"first {line['looked']}: {line['hits']:.1f}"
            )

    def test_no_hint_reads_the_label(self):
        before = self._scores()
        self.env.cr.execute(
            "UPDATE aftersales_history_case SET is_fraud_label = NOT is_fraud_label "
            "WHERE id IN %s",
            (tuple(self.cases.ids),),
        )
        self.env.invalidate_all()
        self.claims._find_hints()
        self.assertEqual(self._scores(), before)

    def test_every_hint_explains_itself(self):
        hints = self.claims.hint_ids
        self.assertTrue(hints)
        for hint in hints:
            self.assertRegex(hint.message, r"\d")
            self.assertNotIn("%(", hint.message)
            self.assertTrue(0 < hint.score <= 1)

    def test_only_those_who_see_the_label_measure(self):
        with self.assertRaises(AccessError):
            self._measure(self.head)
        dialog = self.env["aftersales.hint.measure"].with_user(self.auditor)
        values = dialog.default_get(["case_count", "line_ids"])
        self.assertEqual(values["case_count"], len(self.cases))
        self.assertGreaterEqual(len(values["line_ids"]), 3)
