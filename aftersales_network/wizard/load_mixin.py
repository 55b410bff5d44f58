import base64
import binascii
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.list_rows import RowError, plain_cell, read_cell
from ..tools.table_reader import HistoryFileError, Limits, open_table

#: Heading of the reasons in the file of refused rows. It stays the same in every
#: language: the file is corrected and read again.
REASON = "Reason"


class AftersalesLoadMixin(models.AbstractModel):
    """Reads an uploaded list and says for every row what became of it.

    A wizard that inherits it has ``line_ids`` of a model with
    ``aftersales.load.line.mixin``, names its kernel in :meth:`_get_load_kernel` and
    judges the rows that :meth:`_read_list` returns. An entry of the report is a
    dictionary with ``result``, ``text`` and ``raw`` (``{heading: cell}``), and
    whatever :meth:`_prepare_report_line` needs besides.
    """

    _name = "aftersales.load.mixin"
    _description = "Load of a List"

    #: A list is no archive.
    _LOAD_LIMITS = Limits(max_bytes=10 * 1024 * 1024)
    #: Rows that a list may have.
    _LOAD_ROWS = 5000
    _LOAD_REFUSED_NAME = "refused.csv"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary("List", required=True, attachment=False)
    filename = fields.Char()
    is_done = fields.Boolean(readonly=True)
    taken_count = fields.Integer("Taken", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    kept_count = fields.Integer("As It Was", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    refused_file = fields.Binary("Refused Rows", readonly=True, attachment=False)
    refused_filename = fields.Char(compute="_compute_refused_filename")

    def _compute_refused_filename(self):
        self.refused_filename = self._LOAD_REFUSED_NAME

    def _get_load_kernel(self):
        """Kernel of the rows: ``map_header``, ``missing_columns`` and ``read_row``."""
        raise NotImplementedError

    def _show_report(self, name):
        """Keep the window open, with the report.

        :param name: title of the window
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # -- reading -----------------------------------------------------------------

    def _read_list(self):
        """Rows of the list, and the refusals of those that cannot be read.

        :return: ``(header, [(line, row, cells)], {line: entry of the report})``
        :raise UserError: a file that is no list, lacks columns or is too long
        """
        kernel = self._get_load_kernel()
        table = self._open_list()
        mapping = kernel.map_header(table.header)
        missing = kernel.missing_columns(mapping)
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
                self._check_length(len(rows) + len(report) + 1)
                try:
                    rows.append((raw.line, self._read_row(raw, mapping), raw.values))
                except RowError as error:
                    text = self._explain(error)
                    report[raw.line] = self._prepare_refusal(raw.values, text)
        except HistoryFileError as error:
            raise self._get_file_error(error) from error
        return table.header, rows, report

    def _open_list(self):
        """Open the uploaded file.

        :return: :class:`~odoo.addons.aftersales_network.tools.table_reader.Table`
        :raise UserError: a file that is no list
        """
        coded = self.with_context(bin_size=False).file or b""
        limit = self._LOAD_LIMITS.max_bytes
        try:
            # The size is judged before the file is decoded into memory.
            if len(coded) * 3 // 4 > limit + 3:
                raise HistoryFileError("too_big")
            data = base64.b64decode(coded)
            return open_table(data, self.filename or "", self._LOAD_LIMITS)
        except HistoryFileError as error:
            raise self._get_file_error(error) from error
        except binascii.Error as error:
            raise self._get_file_error(HistoryFileError("undecodable")) from error

    def _check_length(self, count):
        """Refuse a list with more rows than are read at once."""
        if count > self._LOAD_ROWS:
            raise UserError(
                self.env._(
                    "A list may have %(count)s rows at most. Split it.",
                    count=self._LOAD_ROWS,
                )
            )

    def _read_row(self, raw, mapping):
        """Cells of one row as the kernel reads them.

        A formula only matters in a column that is read.

        :raise RowError: a row that cannot be taken
        """
        if set(raw.formulas) & set(mapping.values()):
            raise RowError("formula")
        if raw.problem:
            raise RowError("columns")
        values = {heading: read_cell(cell) for heading, cell in raw.values.items()}
        return self._get_load_kernel().read_row(values, mapping)

    @api.model
    def _index_by_text(self, records, names):
        """Records by their texts: ``{text: record}``; a text of two names none."""
        found = {}
        for name in names:
            for record in records:
                if record[name]:
                    found.setdefault(record[name], {})[record] = True
        return {text: next(iter(x)) for text, x in found.items() if len(x) == 1}

    def _get_file_error(self, error):
        """The UserError of a file that is refused as a whole."""
        if error.code == "too_big":
            text = self.env._(
                "The file is larger than %(limit)s MB. Split it.",
                limit=self._LOAD_LIMITS.max_bytes // (1024 * 1024),
            )
        elif error.code == "too_wide":
            text = self.env._(
                "The file has more than %(limit)s columns.", limit=error.args_["limit"]
            )
        elif error.code == "double_column":
            text = self.env._(
                "Two columns are called “%(column)s”.", column=error.args_["column"]
            )
        else:
            text = self._get_file_sentence(error.code)
        return UserError(text)

    def _get_file_sentence(self, code):
        """What is wrong with a file, where no figures belong to it."""
        sentences = {
            "old_excel": self.env._(
                "This is an old Excel file. Save it as XLSX or CSV."
            ),
            "empty": self.env._("The file has no rows; it is empty."),
            "encrypted_xlsx": self.env._(
                "The workbook is protected by a password. Save it without one."
            ),
        }
        return sentences.get(code) or self.env._(
            "The file is no readable XLSX or CSV. Save it again and try once more."
        )

    def _explain(self, error):
        """Why a row cannot be read.

        Extended for the codes of a kernel of its own.

        :param error: :class:`RowError`
        """
        sentences = {
            "formula": self.env._("The row has a formula; copy the values instead."),
            "columns": self.env._("The row has other columns than the heading."),
            "missing": self.env._("“%(column)s” is empty.", column=error.text),
        }
        return sentences.get(error.code) or self.env._(
            "“%(text)s” is no day; write it like 2026-01-31.", text=error.text
        )

    # -- report ------------------------------------------------------------------

    @api.model
    def _prepare_refusal(self, raw, text):
        """Entry of the report for a row that cannot be read."""
        return {"result": "refused", "text": text, "raw": raw}

    def _write_report(self, header, report):
        """Keep what became of every row, and the refused ones as a file.

        :param header: headings of the list
        :param report: ``{line: entry}``, see the class
        """
        results = [entry["result"] for entry in report.values()]
        entries = sorted(report.items())
        self.write(
            {
                "is_done": True,
                "taken_count": results.count("taken"),
                "changed_count": results.count("changed"),
                "kept_count": results.count("kept"),
                "refused_count": results.count("refused"),
                "refused_file": self._get_refused_file(header, entries),
                "line_ids": [Command.clear()]
                + [
                    Command.create(self._prepare_report_line(line, entry))
                    for line, entry in entries
                ],
            }
        )

    def _prepare_report_line(self, line, entry):
        """Values of the line of the report for one row."""
        return {"row": line, "result": entry["result"], "text": entry["text"]}

    @api.model
    def _get_refused_file(self, header, entries):
        """The refused rows with their reasons as a CSV that Excel opens.

        The reasons of an earlier time give way to the new ones.

        :return: coded content, or False where no row is refused
        """
        refused = [entry for _line, entry in entries if entry["result"] == "refused"]
        if not refused:
            return False
        names = [name for name in header if name != REASON]
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow([*map(plain_cell, names), REASON])
        for entry in refused:
            cells = [entry["raw"].get(name) for name in names]
            writer.writerow([plain_cell(cell) for cell in (*cells, entry["text"])])
        return base64.b64encode(stream.getvalue().encode("utf-8-sig"))


class AftersalesLoadLineMixin(models.AbstractModel):
    """What became of one row of a list; the wizard is ``load_id``."""

    _name = "aftersales.load.line.mixin"
    _description = "Row of a List"
    _order = "row"

    row = fields.Integer()
    result = fields.Selection(
        [
            ("taken", "Taken"),
            ("changed", "Changed"),
            ("kept", "As It Was"),
            ("refused", "Refused"),
        ]
    )
    text = fields.Char("Reason")
