import io
import zipfile
from unittest.mock import patch

from openpyxl import Workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from .history_common import HEADER, HistoryCommon, case_row, csv_bytes

UNREADABLE = "The file is not readable text. Save it as CSV in UTF-8, or as XLSX."
EMPTY = "The file is empty: it has no heading or no rows."


def xlsx_bytes(rows):
    """An invented workbook with numbers as numbers."""
    book = Workbook()
    book.active.append(HEADER)
    for row in rows:
        book.active.append(
            [int(row[n]) if str(row[n]).isdigit() else row[n] for n in HEADER]
        )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestHistoryFiles(HistoryCommon):
    def assert_refused(self, data, message, filename="cases.csv"):
        """The file is refused with exactly this sentence and leaves nothing."""
        record = self._new_import(data, filename)
        with self.assertRaises(UserError) as caught:
            record.action_import()
        self.assertEqual(str(caught.exception), message)
        self.assertEqual(record.state, "draft")
        self.assertFalse(record.line_ids)
        self.assertFalse(self._cases())

    def test_good_files_of_every_kind_are_the_same_cases(self):
        rows = [case_row(1, City="Köchi"), case_row(2)]
        files = {
            "utf-8": csv_bytes(rows),
            "BOM": csv_bytes(rows, encoding="utf-8-sig"),
            "UTF-16": csv_bytes(rows, encoding="utf-16"),
            "semicolons": csv_bytes(rows, delimiter=";"),
            "tabs": csv_bytes(rows, delimiter="\t"),
            "latin-1": csv_bytes(rows, encoding="latin-1"),
            "xlsx": xlsx_bytes(rows),
        }
        for number, (name, data) in enumerate(files.items()):
            with self.subTest(name):
                record = self._import(data)
                expected = "unchanged" if number else "taken"
                self.assertEqual(
                    self._lines(record), [("1", expected, ""), ("2", expected, "")]
                )
        self.assertEqual(len(self._cases()), 2)

    def test_wrong_encoding(self):
        self.assert_refused(b"\x89PNG\r\n\x1a\n\x00\x01\x02binary", UNREADABLE)
        self.assert_refused(csv_bytes([case_row(1)]) + b"\x81\x00", UNREADABLE)

    def test_empty_file(self):
        self.assert_refused(b" \n", EMPTY)
        self.assert_refused(csv_bytes([]), EMPTY)

    def test_missing_column(self):
        header = [name for name in HEADER if name not in ("City", "Purpose", "")]
        self.assert_refused(
            csv_bytes([case_row(1)], header=header),
            "The file lacks these columns of template Appliance Warranty Cases: "
            "(no heading), City, Purpose.",
        )

    def test_double_column(self):
        self.assert_refused(
            csv_bytes([case_row(1)]).replace(b"Region", b"City", 1),
            "Column “City” stands twice in the file.",
        )

    def test_fifty_megabytes(self):
        size = 50 * 1024 * 1024 + 5 * 1024 * 1024
        self.assert_refused(
            b"x" * size,
            "The file has 55 MB; at most 50 MB are read. Split it, or raise the limit "
            "on the template.",
        )

    def test_the_limit_is_a_setting_of_the_template(self):
        self.template.max_mb = 1
        data = b"x" * (2 * 1024 * 1024)
        self.assert_refused(
            data,
            "The file has 2 MB; at most 1 MB are read. Split it, or raise the limit on "
            "the template.",
        )

    def test_zip_bomb(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * 1024 * 1024))
        size = len(stream.getvalue()) / 1048576
        self.assert_refused(
            stream.getvalue(),
            f"The workbook would unpack from {size:.1f} MB to 300 MB or more; such a "
            "file is not opened.",
            "cases.xlsx",
        )

    def test_broken_and_old_workbooks(self):
        self.assert_refused(
            b"PK\x03\x04nothing",
            "The file is damaged or is not an XLSX workbook.",
            "cases.xlsx",
        )
        self.assert_refused(
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            "The file is an old Excel workbook (.xls). Save it as XLSX or CSV.",
            "cases.xls",
        )

    def test_formula_cells_refuse_their_row_only(self):
        rows = [case_row(1), case_row(2, Claim_Value="=5*1000"), case_row(3)]
        self.assertEqual(
            self._lines(self._import(xlsx_bytes(rows), filename="cases.xlsx")),
            [
                ("1", "taken", ""),
                ("2", "refused", "Claim_Value holds a formula; only values are read."),
                ("3", "taken", ""),
            ],
        )

    def test_broken_rows_of_a_csv(self):
        data = csv_bytes([case_row(1), case_row(2)])
        data += b'3,"South"x,Kerala\n4' + b"," * 25 + b"x\n"
        lines = self._lines(self._import(data))
        self.assertEqual([line[1] for line in lines], ["taken"] * 2 + ["refused"] * 2)
        self.assertEqual(lines[2][2], "The row has broken quotation marks.")
        self.assertEqual(lines[3][2], "The row has more cells than the heading.")

    def test_a_file_that_breaks_in_the_background_says_so(self):
        record = self._new_import(csv_bytes([case_row(1)]))
        module = "odoo.addons.aftersales_warranty.models.history_import"
        with patch(f"{module}.DIRECT_ROWS", 0):
            record.action_import()
        record.template_id.column_ids.filtered(lambda c: c.role == "city").name = "Town"
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.env["aftersales.history.import"]._cron_run()
        self.assertEqual(record.state, "failed")
        self.assertEqual(
            record.error,
            "The file lacks these columns of template Appliance Warranty Cases: Town.",
        )
