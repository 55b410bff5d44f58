import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.tools.table_reader import (
    HistoryFileError,
    Limits,
    open_table,
)

from ..models.aftersales_certificate_lifecycle import OFFICER_GROUP
from ..tools import certificate_rows

#: A list of certificates is no archive.
LIMITS = Limits(max_bytes=10 * 1024 * 1024)
ROWS = 10_000


class AftersalesCertificateLoad(models.TransientModel):
    """Reads a list of certificates and says for every row what became of it.

    Whatever it takes is a draft; verifying stays with a person. Safe to repeat: the
    same list again changes nothing.
    """

    _name = "aftersales.certificate.load"
    _description = "Load Certificates"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary("List", required=True, attachment=False)
    filename = fields.Char()
    is_done = fields.Boolean(readonly=True)
    line_ids = fields.One2many(
        "aftersales.certificate.load.line", "load_id", readonly=True
    )
    taken_count = fields.Integer("Taken", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    kept_count = fields.Integer("As It Was", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    refused_file = fields.Binary("Refused Rows", readonly=True, attachment=False)
    refused_filename = fields.Char(compute="_compute_refused_filename")

    def _compute_refused_filename(self):
        for load in self:
            load.refused_filename = "certificates-refused.csv"

    def action_load(self):
        """Read the list, record what can be recorded, and report every row."""
        self.ensure_one()
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only an HR training officer loads certificates.")
            )
        header, rows, report = self._read_rows()
        judge = self.env["aftersales.certificate.judge"]._prepare_judge(
            self.company_id, [row for _line, row, _raw in rows]
        )
        # Old and new certificates of one number come in the order of their issue.
        rows.sort(key=lambda entry: (entry[1]["date_issue"], entry[0]))
        for line, row, raw in rows:
            judge.take(line, row, raw)
        judge.finish()
        report.update(judge.report)
        self._write_report(header, report)
        return self._get_self_action()

    def _get_self_action(self):
        """Show the report."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load Certificates"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_view_taken(self):
        """Open the certificates that wait for verification."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Loaded Certificates"),
            "res_model": "aftersales.certificate",
            "view_mode": "list,form",
            "domain": [("id", "in", self.line_ids.certificate_id.ids)],
        }

    # -- reading -----------------------------------------------------------------

    def _read_rows(self):
        """Rows of the list, and the refusals of those that cannot be read.

        :return: ``(header, [(line, row, cells)], {line: entry of the report})``
        :raise UserError: a file that is no list, lacks columns or is too long
        """
        table = self._open_table()
        mapping = certificate_rows.map_header(table.header)
        missing = certificate_rows.missing_columns(mapping)
        if missing:
            raise UserError(
                self.env._(
                    "The list lacks the columns %(columns)s. Take the template.",
                    columns=", ".join(missing),
                )
            )
        rows, report = [], {}
        try:
            for raw in table:
                if len(rows) + len(report) >= ROWS:
                    raise UserError(
                        self.env._(
                            "A list may have %(count)s rows at most. Split it.",
                            count=ROWS,
                        )
                    )
                self._read_row(raw, mapping, rows, report)
        except HistoryFileError as error:
            raise self._get_file_error(error) from error
        return table.header, rows, report

    def _open_table(self):
        """Open the uploaded file.

        :raise UserError: a file that is no list
        """
        try:
            return open_table(
                base64.b64decode(self.file or b""), self.filename or "", LIMITS
            )
        except HistoryFileError as error:
            raise self._get_file_error(error) from error

    def _read_row(self, raw, mapping, rows, report):
        """Read one row into ``rows``, or its refusal into ``report``."""
        entry = {"label": "", "result": "refused", "raw": raw.values}
        if raw.problem or raw.formulas:
            entry["text"] = (
                self.env._("The row has a formula; copy the values instead.")
                if raw.formulas
                else self.env._("The row has other columns than the heading.")
            )
            report[raw.line] = entry
            return
        try:
            row = certificate_rows.read_row(raw.values, mapping)
        except certificate_rows.RowError as error:
            report[raw.line] = {**entry, "text": self._explain(error)}
        else:
            rows.append((raw.line, row, raw.values))

    def _get_file_error(self, error):
        """The UserError of a file that is refused as a whole."""
        if error.code == "too_big":
            text = self.env._(
                "The file is larger than %(limit)s MB. Split it.",
                limit=LIMITS.max_bytes // (1024 * 1024),
            )
        elif error.code == "old_excel":
            text = self.env._("This is an old Excel file. Save it as XLSX or CSV.")
        elif error.code == "empty":
            text = self.env._("The file has no rows.")
        elif error.code == "double_column":
            text = self.env._(
                "Two columns are called “%(column)s”.", column=error.args_["column"]
            )
        else:
            text = self.env._(
                "The file is no readable XLSX or CSV. Save it again and try once more."
            )
        return UserError(text)

    def _explain(self, error):
        """Why a row cannot be read."""
        if error.code == "missing":
            return self.env._("“%(column)s” is empty.", column=error.text)
        if error.code == "level":
            return self.env._("“%(text)s” is no level.", text=error.text)
        if error.code == "order":
            return self.env._(
                "It would expire on %(day)s, before it was issued.", day=error.text
            )
        return self.env._(
            "“%(text)s” is no day; write it like 2026-01-31.", text=error.text
        )

    # -- report ------------------------------------------------------------------

    def _write_report(self, header, report):
        """Keep what became of every row, and the refused ones as a file."""
        results = [entry["result"] for entry in report.values()]
        self.write(
            {
                "is_done": True,
                "taken_count": results.count("taken"),
                "changed_count": results.count("changed"),
                "kept_count": results.count("kept"),
                "refused_count": results.count("refused"),
                "refused_file": self._get_refused_file(header, report),
                "line_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "row": line,
                            "label": entry["label"],
                            "result": entry["result"],
                            "text": entry["text"],
                            "certificate_id": entry.get("certificate_id"),
                        }
                    )
                    for line, entry in sorted(report.items())
                ],
            }
        )

    @api.model
    def _get_refused_file(self, header, report):
        """The refused rows with their reasons as a CSV that Excel opens."""
        refused = [entry for _line, entry in sorted(report.items())]
        refused = [entry for entry in refused if entry["result"] == "refused"]
        if not refused:
            return False
        stream = io.StringIO()
        writer = csv.writer(stream)
        # The heading stays the same in every language: the list is read again.
        writer.writerow([*header, "Reason"])
        for entry in refused:
            cells = [entry["raw"].get(name) for name in header]
            writer.writerow([_plain(cell) for cell in (*cells, entry["text"])])
        return base64.b64encode(stream.getvalue().encode("utf-8-sig"))


def _plain(cell):
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class AftersalesCertificateLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.certificate.load.line"
    _description = "Row of Certificates"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.certificate.load", required=True, index=True, ondelete="cascade"
    )
    row = fields.Integer()
    label = fields.Char("Certificate Read")
    certificate_id = fields.Many2one("aftersales.certificate", ondelete="cascade")
    result = fields.Selection(
        [
            ("taken", "Taken"),
            ("changed", "Changed"),
            ("kept", "As It Was"),
            ("refused", "Refused"),
        ]
    )
    text = fields.Char("Reason")
