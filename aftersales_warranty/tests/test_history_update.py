import base64
import io
import tempfile
from contextlib import redirect_stdout
from datetime import date
from unittest.mock import patch

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .history_common import CASE_DATE, HistoryCommon, case_row, csv_bytes


@tagged("post_install", "-at_install")
class TestHistoryUpdate(HistoryCommon):
    def test_corrected_value_changes_the_claim_in_place(self):
        self._import([case_row(1, TV_2001_Issue="2"), case_row(2)])
        case = self._cases()[0]
        claim, order = case.claim_id, case.order_id
        record = self._import(
            [
                case_row(1, TV_2001_Issue="2", TV_2003_Issue="1", Claim_Value="77.01"),
                case_row(2),
            ]
        )
        self.assertEqual(
            self._lines(record),
            [
                (
                    "1",
                    "changed",
                    "Component: TV-2001: 2 → TV-2001: 2, TV-2003: 1.\n"
                    "Claim Value: 1000.00 → 77.01.",
                ),
                ("2", "unchanged", ""),
            ],
        )
        self.assertEqual(case.claim_id, claim)
        self.assertEqual(case.order_id, order)
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(
            claim.line_ids.mapped(lambda x: (x.kind, x.amount_claimed)),
            [("part", 38.51), ("labour", 38.50)],
        )
        self.assertEqual(claim.line_ids.mapped("amount_allowed"), [38.51, 38.50])
        self.assertEqual(order.amount_total, 77.01)
        self.assertEqual(case.value, 77.01)

    def test_corrected_place_age_and_customer(self):
        self._import([case_row(1)])
        case = self._cases()
        self._import(
            [
                case_row(
                    1,
                    City="Munnar",
                    Product_Age="31",
                    Consumer_profile="Business",
                    Purchased_from="Internet",
                )
            ]
        )
        unit, order = case.registration_id, case.order_id
        self.assertEqual(unit.date_sale, date(2024, 2, 29))
        self.assertEqual(unit.channel, "distance")
        self.assertEqual(unit.serial, "H-APP-0001")
        self.assertEqual(unit.partner_id.name, "Customer 0001 (Business)")
        self.assertTrue(unit.partner_id.is_company)
        self.assertEqual(order.area_id.name, "Munnar")

    def test_corrected_point_cancels_the_claim_and_makes_a_new_one(self):
        self._import([case_row(1, TV_2001_Issue="2")])
        case = self._cases()
        old = case.claim_id
        self._import([case_row(1, TV_2001_Issue="2", Service_Centre="902")])
        self.assertEqual(old.state, "cancelled")
        self.assertEqual(case.claim_id.state, "submitted")
        self.assertEqual(case.claim_id.service_point_id.code, "902")
        self.assertEqual(case.order_id.service_point_id.code, "902")
        self.assertEqual(case.service_point_id.code, "902")

    def test_purpose_to_and_from_claim(self):
        self._import([case_row(1), case_row(2, Purpose="Other")])
        first, second = self._cases()
        old = first.claim_id
        self._import([case_row(1, Purpose="Complaint"), case_row(2)])
        self.assertEqual(old.state, "cancelled")
        self.assertFalse(first.claim_id)
        self.assertTrue(first.order_id.is_complaint)
        self.assertEqual(second.claim_id.amount_claimed, 1000.0)
        self.assertEqual(second.order_id.service_type_id.kind, "repair")

    def test_a_decided_claim_is_not_changed(self):
        record = self._import([case_row(1)])
        case = self._cases()
        case.claim_id.with_user(self.user_clerk).action_approve()
        record = self._import([case_row(1, Claim_Value="5")])
        self.assertEqual(
            self._lines(record),
            [
                (
                    "1",
                    "refused",
                    f"Claim {case.claim_id.name} is already Approved; the row differs "
                    "from what was decided, so nothing was changed.",
                )
            ],
        )
        self.assertEqual((case.value, case.claim_id.amount_claimed), (1000.0, 1000.0))

    def test_the_label_may_be_corrected_even_after_the_decision(self):
        self._import([case_row(1)])
        case = self._cases()
        case.claim_id.with_user(self.user_clerk).action_approve()
        record = self._import([case_row(1, Fraud="1")])
        self.assertEqual(
            self._lines(record),
            [("1", "changed", "Only the label kept for comparison was updated.")],
        )
        self.assertTrue(case.is_fraud_label)
        self.assertEqual(case.claim_id.state, "approved")

    def test_settle_bills_every_point_exactly(self):
        record = self._import(
            [
                case_row(1, TV_2001_Issue="2", TV_2002_Issue="1", Claim_Value="100.01"),
                case_row(2, Claim_Value="0.02", TV_2001_Issue="1", TV_2003_Issue="1"),
                case_row(3, Claim_Value="50", Service_Centre="902"),
                case_row(4, Claim_Value="7", Purpose="Complaint"),
                case_row(5, Claim_Value="0"),
            ]
        )
        self.assertEqual(record.total_ids.mapped("amount_billed"), [0.0, 0.0])
        as_clerk = record.with_user(self.user_clerk)
        as_clerk.action_settle()
        bills = record.line_ids.claim_id.line_ids.settlement_line_ids.settlement_id
        self.assertEqual(
            [
                (
                    s.service_point_id.code,
                    s.date_from,
                    s.amount_total,
                    s.sudo().move_id.amount_total,
                    s.sudo().move_id.move_type,
                    s.sudo().move_id.state,
                    s.currency_id.name,
                )
                for s in bills.sorted(lambda s: s.service_point_id.code)
            ],
            [
                (
                    "901",
                    date(2024, 3, 31),
                    100.03,
                    100.03,
                    "in_invoice",
                    "draft",
                    "INR",
                ),
                ("902", date(2024, 3, 31), 50.0, 50.0, "in_invoice", "draft", "INR"),
            ],
        )
        self.env.invalidate_all()
        self.assertEqual(record.total_ids.mapped("amount_billed"), [100.03, 50.0])
        self.assertEqual(record.total_ids.mapped("amount_claimed"), [100.03, 50.0])
        with self.assertRaises(UserError) as caught:
            as_clerk.action_settle()
        self.assertEqual(
            str(caught.exception),
            "Nothing of cases.csv (2024-03-31) waits for a settlement.",
        )

    def test_nobody_settles_what_he_imported_and_only_clerks_settle(self):
        record = self._import([case_row(1)])
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            record.with_user(self.user_admin).action_settle()
        for user in (self.user_head, self.user_auditor, self.user_dispatcher):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                record.with_user(user).action_settle()
        draft = self._new_import(csv_bytes([case_row(1)]))
        with self.assertRaisesRegex(UserError, "is not imported yet"):
            draft.with_user(self.user_clerk).action_settle()

    def test_report_workbook(self):
        record = self._import(
            [case_row(1, City=" Kochi"), case_row(2, Claim_Value="x"), case_row(3)]
        )
        action = record.action_download_report()
        self.assertEqual(
            action["url"],
            f"/web/content/aftersales.history.import/{record.id}/report_file/"
            "cases-report.xlsx?download=true",
        )
        data = base64.b64decode(record.with_context(bin_size=False).report_file)
        book = load_workbook(io.BytesIO(data))
        rows = list(book["Rows"].iter_rows(values_only=True))
        self.assertEqual(
            rows[0][:5],
            (
                "Line in the File",
                "Row Number",
                "Result",
                "What and Why",
                "Service Point",
            ),
        )
        self.assertEqual(
            [row[:5] for row in rows[1:]],
            [
                (2, "1", "Changed", "City: “ Kochi” → “Kochi”.", "Service Centre 901"),
                (3, "2", "Refused", "Claim_Value: “x” is not a number.", ""),
                (4, "3", "Taken", "", "Service Centre 901"),
            ],
        )
        case = self._cases()[1]
        self.assertEqual(
            rows[3][5:], ("APP/000003", "H-APP-0003", case.claim_id.name, 1000)
        )
        totals = list(book["Totals"].iter_rows(values_only=True))
        self.assertEqual(totals[1], ("[901] Service Centre 901", 2, 2, 2000, 0))

    def test_report_is_made_in_chunks(self):
        record = self._import([case_row(n) for n in range(1, 8)])
        module = "odoo.addons.aftersales_warranty.models.history_report"
        with patch(f"{module}.CHUNK", 3):
            numbers = [row[1] for row in record._iter_report_rows()]
        self.assertEqual(numbers, [str(n) for n in range(1, 8)])

    def test_text_that_looks_like_a_formula_stays_text(self):
        record = self._import([case_row(1, City="Kochi"), case_row("@sum(1)")])
        data = record._make_report()
        sheet = load_workbook(io.BytesIO(data))["Rows"]
        self.assertEqual((sheet["B3"].value, sheet["B3"].data_type), ("@sum(1)", "s"))

    def test_command_line_prints_progress_and_totals(self):
        rows = [
            case_row(1, Claim_Value="1500.5"),
            case_row(2, Region="North"),
            case_row(3, Service_Centre="902"),
            case_row(4, Claim_Value="none"),
            case_row(5),
        ]
        with tempfile.NamedTemporaryFile(suffix=".csv") as stream:
            stream.write(csv_bytes(rows))
            stream.flush()
            with redirect_stdout(io.StringIO()) as printed:
                record = self.env["aftersales.history.import"]._run_command_line(
                    stream.name, CASE_DATE, commit=False
                )
        self.assertEqual(record.state, "done")
        self.assertEqual(
            printed.getvalue().splitlines(),
            [
                "5 of 5 rows (100 %)",
                "5 rows: 4 taken, 0 changed, 1 refused, 0 unchanged.",
                "Rows with a remark: 1",
                "[901] Service Centre 901: cases 3, claims 3, claimed 3,500.50 INR",
                "[902] Service Centre 902: cases 1, claims 1, claimed 1,000.00 INR",
                "Total: cases 4, claims 4, claimed 4,500.50 INR",
            ],
        )

    def test_command_line_refusals(self):
        Import = self.env["aftersales.history.import"]
        with self.assertRaises(UserError) as caught:
            Import._run_command_line("no/such/file.csv", CASE_DATE, commit=False)
        self.assertEqual(
            str(caught.exception),
            "no/such/file.csv cannot be read: No such file or directory.",
        )
        with tempfile.NamedTemporaryFile(suffix=".csv") as stream:
            stream.write(csv_bytes([case_row(1)]))
            stream.flush()
            missing = (
                "The file has no column of dates. Give the date of its cases: "
                "CASE_DATE=YYYY-MM-DD."
            )
            wrong = "CASE_DATE must be a date like 2024-12-31, not “31.03.2024”."
            for value, message in (
                (None, missing),
                ("", missing),
                ("31.03.2024", wrong),
            ):
                with self.subTest(value=value), self.assertRaises(UserError) as caught:
                    Import._run_command_line(stream.name, value, commit=False)
                self.assertEqual(str(caught.exception), message)

    def test_the_context_of_the_import_opens_nothing_to_users(self):
        self._import([case_row(1, TV_2001_Issue="2")])
        line = self._cases().order_id.line_ids
        user = self.user_dispatcher
        with self.assertRaisesRegex(UserError, "is closed; its lines cannot change"):
            line.with_user(user).with_context(aftersales_history=True).quantity = 5
