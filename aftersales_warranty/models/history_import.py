import base64
import itertools

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.tools.table_reader import (
    HistoryFileError,
    Limits,
    open_table,
)

from ..tools.history_rows import CaseReader, FileFacts

BATCH_SIZE = 500
# Above this many rows the work goes to the scheduled action, so that no request of a
# browser lasts minutes.
DIRECT_ROWS = 2000


class AftersalesHistoryImport(models.Model):
    """One reading of a file of old cases, with a report of every row.

    A case is keyed by template and row number: reading the same file again changes
    nothing, a corrected file updates what changed.  Each row is taken as a whole or
    not at all.
    """

    _name = "aftersales.history.import"
    _description = "History Import"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users", "Imported By", default=lambda self: self.env.user, readonly=True
    )
    template_id = fields.Many2one(
        "aftersales.history.template",
        required=True,
        ondelete="restrict",
        default=lambda self: self._default_template_id(),
    )
    file = fields.Binary(attachment=True)
    filename = fields.Char()
    case_date = fields.Date(
        "Date of the Cases",
        required=True,
        help="Taken for every row of a file without a date column. The unit went into "
        "service on this date less its age.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    error = fields.Text(readonly=True, copy=False)
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    position = fields.Integer(
        readonly=True, copy=False, help="Rows of the file that are dealt with."
    )
    progress = fields.Float(compute="_compute_progress")
    line_ids = fields.One2many(
        "aftersales.history.import.line", "import_id", "Report", readonly=True
    )
    total_ids = fields.One2many(
        "aftersales.history.total", "import_id", "Totals", readonly=True
    )
    taken_count = fields.Integer("Taken", compute="_compute_counts")
    changed_count = fields.Integer("Changed", compute="_compute_counts")
    refused_count = fields.Integer("Refused", compute="_compute_counts")
    unchanged_count = fields.Integer("Unchanged", compute="_compute_counts")
    remark_count = fields.Integer("With a Remark", compute="_compute_counts")
    summary = fields.Char(compute="_compute_summary")
    report_file = fields.Binary(attachment=True, readonly=True, copy=False)
    report_filename = fields.Char(compute="_compute_report_filename")

    def _default_template_id(self):
        return self.env["aftersales.history.template"].search([], limit=1)

    @api.depends("filename", "case_date")
    def _compute_name(self):
        for record in self:
            label = record.filename or self.env._("History")
            record.name = f"{label} ({record.case_date or ''})"

    @api.depends("position", "row_count", "state")
    def _compute_progress(self):
        for record in self:
            rows = record.row_count
            record.progress = 100.0 * record.position / rows if rows else 0.0

    @api.depends("line_ids.result", "line_ids.has_remark")
    def _compute_counts(self):
        Line = self.env["aftersales.history.import.line"]
        groups = Line._read_group(
            [("import_id", "in", self.ids)], ["import_id", "result"], ["__count"]
        )
        counts = {(record.id, result): count for record, result, count in groups}
        remarks = dict(
            Line._read_group(
                [("import_id", "in", self.ids), ("has_remark", "=", True)],
                ["import_id"],
                ["__count"],
            )
        )
        for record in self:
            for result in ("taken", "changed", "refused", "unchanged"):
                record[f"{result}_count"] = counts.get((record._origin.id, result), 0)
            record.remark_count = remarks.get(record._origin, 0)

    @api.depends("state", "taken_count", "unchanged_count", "row_count")
    def _compute_summary(self):
        for record in self:
            record.summary = record._get_summary() if record.state == "done" else False

    @api.depends("filename")
    def _compute_report_filename(self):
        for record in self:
            stem = (record.filename or "history").rsplit(".", 1)[0]
            record.report_filename = f"{stem}-report.xlsx"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(record.state == "running" for record in self):
            raise UserError(self.env._("A running import cannot be deleted."))

    def action_import(self):
        """Read the file: small ones at once, large ones by the scheduled action."""
        self._check_may_import()
        for record in self:
            record._start()
            if record.row_count <= DIRECT_ROWS:
                record._run()
        running = self.filtered(lambda record: record.state == "running")
        if running:
            self.env.ref(
                "aftersales_warranty.history_import_ir_cron"
            ).sudo()._trigger()  # the rows themselves are checked by _check_may_import
        return True

    def action_view_lines(self):
        """Open the report of the rows; the context may name one result."""
        self.ensure_one()
        result = self.env.context.get("history_result")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Report of %(name)s", name=self.name),
            "res_model": "aftersales.history.import.line",
            "view_mode": "list,pivot,form",
            "domain": [("import_id", "=", self.id)],
            "context": {f"search_default_{result}": 1} if result else {},
        }

    def _check_may_import(self):
        """Only heads of service and administrators, and only in their companies."""
        self.check_access("write")
        user = self.env.user
        if not self.env.su and not (
            user.has_group("aftersales_network.group_head")
            or user.has_group("aftersales_network.group_admin")
        ):
            raise AccessError(
                self.env._("Only the head of service or an administrator imports.")
            )

    def _get_summary(self):
        """One sentence on what came out."""
        self.ensure_one()
        if self.row_count and self.unchanged_count == self.row_count:
            return self.env._(
                "All %(rows)s rows were imported before and are unchanged; nothing was "
                "done.",
                rows=self.row_count,
            )
        return self.env._(
            "%(rows)s rows: %(taken)s taken, %(changed)s changed, %(refused)s refused, "
            "%(unchanged)s unchanged.",
            rows=self.row_count,
            taken=self.taken_count,
            changed=self.changed_count,
            refused=self.refused_count,
            unchanged=self.unchanged_count,
        )

    # ------------------------------------------------------------- reading the file

    def _get_file_error(self, code, **args):
        """The UserError of a file that is refused as a whole."""
        text = self.env["aftersales.history.text"]
        return UserError(text._get_file_sentence(code, **args))

    def _get_file_bytes(self):
        """Decode the uploaded file, its size being judged before."""
        self.ensure_one()
        coded = self.with_context(bin_size=False).file or b""
        limit = self._get_limits().max_bytes
        size = len(coded) * 3 // 4
        if size > limit + 3:
            raise self._get_file_error("too_big", size=size, limit=limit)
        return base64.b64decode(coded)

    def _get_limits(self):
        self.ensure_one()
        return Limits(max_bytes=self.template_id.max_mb * 1024 * 1024)

    def _open_table(self, data=None):
        """Open the file and see that it has the template's columns.

        :raise UserError: with one clear sentence on what is wrong with the file
        """
        self.ensure_one()
        template = self.template_id
        if data is None:
            data = self._get_file_bytes()
        try:
            table = open_table(data, self.filename or "", self._get_limits())
        except HistoryFileError as error:
            raise self._get_file_error(error.code, **error.args_) from error
        missing = template._get_mapping().missing_columns(table.header)
        if missing:
            raise self._get_file_error(
                "missing_columns",
                template=template.name,
                columns=", ".join(
                    name or self.env._("(no heading)") for name in missing
                ),
            )
        return table

    def _read_facts(self, table):
        """First reading: number of rows, usual spellings, regions of the states."""
        facts = FileFacts(self.template_id._get_mapping())
        try:
            for raw in table:
                facts.add(raw)
        except HistoryFileError as error:
            raise self._get_file_error(error.code, **error.args_) from error
        if not facts.rows:
            raise self._get_file_error("empty")
        return facts

    # --------------------------------------------------------------------- running

    def _start(self):
        """Clear an old report and judge the file before anything is written."""
        self.ensure_one()
        if self.state == "running":
            raise UserError(
                self.env._("%(name)s is already running.", name=self.display_name)
            )
        facts = self._read_facts(self._open_table())
        # An inactive currency could not be billed; who may import may switch it on.
        self.template_id.currency_id.sudo().filtered(lambda c: not c.active).write(
            {"active": True}
        )
        # Nobody writes a report by hand, so that only the import itself clears it.
        record_sudo = self.sudo()
        record_sudo.total_ids.unlink()
        record_sudo.line_ids.unlink()
        self.write(
            {
                "state": "running",
                "position": 0,
                "row_count": facts.rows,
                "error": False,
                "report_file": False,
            }
        )

    def _run(self, after_batch=None):
        """Import what is left of the file, batch by batch.

        :param after_batch: called with the import after each batch; a false answer
            stops the run, which goes on from there at the next call
        :return: whether the file is done
        """
        self.ensure_one()
        table = self._open_table()
        facts = self._read_facts(table)
        # Documents are made with all rights: who may import was checked at the start.
        loader_sudo = self.sudo().with_company(self.company_id)._get_loader()
        known = loader_sudo._new_known(facts)
        for batch in self._iter_batches(table, facts):
            loader_sudo._import_batch(batch, known)
            self.position += len(batch)
            if after_batch and not after_batch(self):
                return False
        self._finish()
        return True

    def _iter_batches(self, table, facts):
        """Yield lists of row results from the current position on."""
        reader = CaseReader(self.template_id._get_mapping(), facts, self.case_date)
        results = (reader.read_row(raw) for raw in table)
        # Rows done before are read as well: their numbers must not come again.
        results = itertools.islice(results, self.position, None)
        while batch := list(itertools.islice(results, BATCH_SIZE)):
            yield batch

    def _finish(self):
        self.ensure_one()
        self.sudo()._make_totals()
        self.state = "done"

    def _make_totals(self):
        """Store the totals per point of the rows that stand in the report."""
        self.ensure_one()
        self.total_ids.unlink()
        groups = self.env["aftersales.history.import.line"]._read_group(
            [("import_id", "=", self.id), ("service_point_id", "!=", False)],
            ["service_point_id"],
            ["__count", "amount_claimed:sum", "claim_id:count"],
        )
        self.env["aftersales.history.total"].create(
            [
                {
                    "import_id": self.id,
                    "service_point_id": point.id,
                    "case_count": count,
                    "claim_count": claims,
                    "amount_claimed": amount,
                }
                for point, count, amount, claims in groups
            ]
        )

    @api.model
    def _cron_run(self):
        """Go on with imports that run, a batch at a time, within the time given."""
        cron = self.env["ir.cron"]
        while record := self.search([("state", "=", "running")], order="id", limit=1):
            record = record.try_lock_for_update()
            if not record:
                return
            left = self.search_count([("state", "=", "running")])

            def after_batch(record, left=left):
                self.env.flush_all()
                self.env.invalidate_all()
                return cron._commit_progress(BATCH_SIZE, remaining=left)

            try:
                if not record._run(after_batch):
                    return
            except UserError as error:
                record.write({"state": "failed", "error": str(error)})
            cron._commit_progress(remaining=left - 1)


class AftersalesHistoryImportLine(models.Model):
    """What became of one row."""

    _name = "aftersales.history.import.line"
    _description = "History Import Row"
    _order = "import_id desc, line, id"
    _rec_name = "number"
    _check_company_auto = True

    import_id = fields.Many2one(
        "aftersales.history.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="import_id.company_id", store=True, index=True, precompute=True
    )
    line = fields.Integer("Line in the File", aggregator=None)
    number = fields.Char("Row Number")
    result = fields.Selection(
        [
            ("taken", "Taken"),
            ("changed", "Changed"),
            ("refused", "Refused"),
            ("unchanged", "Unchanged"),
        ],
        required=True,
        index=True,
    )
    note = fields.Text("What and Why")
    has_remark = fields.Boolean("Has a Remark")
    checksum = fields.Char()
    case_id = fields.Many2one(
        "aftersales.history.case",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    date_case = fields.Date("Date")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    claim_id = fields.Many2one(
        "aftersales.claim",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    currency_id = fields.Many2one(related="import_id.template_id.currency_id")
    amount_claimed = fields.Monetary("Claimed", aggregator="sum")

    def action_view_documents(self):
        """Open the order of the row."""
        self.ensure_one()
        return self.order_id._get_records_action()


class AftersalesHistoryTotal(models.Model):
    """Totals of an import at one service point."""

    _name = "aftersales.history.total"
    _description = "History Import Total"
    _order = "import_id desc, service_point_id, id"
    _rec_name = "service_point_id"
    _check_company_auto = True

    import_id = fields.Many2one(
        "aftersales.history.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="import_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    case_count = fields.Integer("Cases")
    claim_count = fields.Integer("Claims")
    currency_id = fields.Many2one(related="import_id.template_id.currency_id")
    amount_claimed = fields.Monetary("Claimed", aggregator="sum")
