import base64
import tempfile

import xlsxwriter

from odoo import models
from odoo.tools import SQL

CHUNK = 2000


class AftersalesHistoryImport(models.Model):
    """The report of every row as a workbook."""

    _inherit = "aftersales.history.import"

    def action_download_report(self):
        """Make the workbook and hand it to the browser."""
        self.ensure_one()
        self._check_may_import()
        self.report_file = base64.b64encode(self._make_report())
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/report_file/"
            f"{self.report_filename}?download=true",
            "target": "download",
        }

    def _make_report(self):
        """Bytes of the workbook: one sheet of rows, one of totals per point.

        Rows are written as they are read, so that memory stays flat; text is never
        taken for a formula.
        """
        self.ensure_one()
        with tempfile.TemporaryFile() as stream:
            book = xlsxwriter.Workbook(
                stream,
                {
                    "constant_memory": True,
                    "strings_to_formulas": False,
                    "strings_to_urls": False,
                    "strings_to_numbers": False,
                },
            )
            bold = book.add_format({"bold": True})
            money = book.add_format({"num_format": "#,##0.00"})
            self._write_rows(book.add_worksheet(self.env._("Rows")), bold, money)
            self._write_totals(book.add_worksheet(self.env._("Totals")), bold, money)
            book.close()
            stream.seek(0)
            return stream.read()

    def _get_report_headings(self):
        """Headings of the sheet of rows."""
        return [
            self.env._("Line in the File"),
            self.env._("Row Number"),
            self.env._("Result"),
            self.env._("What and Why"),
            self.env._("Service Point"),
            self.env._("Order"),
            self.env._("Unit"),
            self.env._("Claim"),
            self.env._("Claimed"),
        ]

    def _write_rows(self, sheet, bold, money):
        sheet.set_column(2, 2, 12)
        sheet.set_column(3, 3, 60)
        sheet.set_column(4, 7, 22)
        for column, heading in enumerate(self._get_report_headings()):
            sheet.write_string(0, column, heading, bold)
        sheet.freeze_panes(1, 0)
        labels = dict(self.line_ids._fields["result"]._description_selection(self.env))
        for row, values in enumerate(self._iter_report_rows(), 1):
            line, number, result, *texts, amount = values
            sheet.write_number(row, 0, line)
            sheet.write_string(row, 1, number or "")
            sheet.write_string(row, 2, labels[result])
            for column, text in enumerate(texts, 3):
                sheet.write_string(row, column, text or "")
            sheet.write_number(row, 8, float(amount or 0), money)

    def _iter_report_rows(self):
        """Yield the report lines as tuples, a chunk at a time, past the cache."""
        self.env.flush_all()
        last = (-1, 0)
        while True:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT l.line, l.number, l.result, l.note, p.name, o.name,
                           r.serial, c.name, l.amount_claimed, l.id
                      FROM aftersales_history_import_line l
                 LEFT JOIN aftersales_service_point p ON p.id = l.service_point_id
                 LEFT JOIN aftersales_service_order o ON o.id = l.order_id
                 LEFT JOIN aftersales_registration r ON r.id = l.registration_id
                 LEFT JOIN aftersales_claim c ON c.id = l.claim_id
                     WHERE l.import_id = %(record)s
                       AND (l.line, l.id) > (%(line)s, %(id)s)
                  ORDER BY l.line, l.id
                     LIMIT %(limit)s
                    """,
                    record=self.id,
                    line=last[0],
                    id=last[1],
                    limit=CHUNK,
                )
            )
            if not rows:
                return
            for row in rows:
                yield row[:-1]
            last = (rows[-1][0], rows[-1][-1])

    def _write_totals(self, sheet, bold, money):
        headings = [
            self.env._("Service Point"),
            self.env._("Cases"),
            self.env._("Claims"),
            self.env._("Claimed"),
        ]
        sheet.set_column(0, 0, 40)
        for column, heading in enumerate([*headings, self.env._("Billed")]):
            sheet.write_string(0, column, heading, bold)
        for row, total in enumerate(self.total_ids, 1):
            sheet.write_string(row, 0, total.service_point_id.display_name)
            sheet.write_number(row, 1, total.case_count)
            sheet.write_number(row, 2, total.claim_count)
            sheet.write_number(row, 3, total.amount_claimed, money)
            sheet.write_number(row, 4, total.amount_billed, money)
