import base64
import os
import sys

from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesHistoryImport(models.Model):
    """The import from a command line, with progress and totals printed."""

    _inherit = "aftersales.history.import"

    @api.model
    def _run_command_line(self, path, case_date, template=None, commit=True):
        """Import a file from the disk; prints progress, result, totals per point.

        :param path: CSV or XLSX file
        :param case_date: date of the cases, ``YYYY-MM-DD``
        :param template: ``aftersales.history.template``; default the first one
        :param commit: commit after every batch, so that a stop loses one batch only
        :return: the import
        :raise UserError: the file or the date cannot be used, with the reason
        """
        template = template or self._default_template_id()
        data = self._read_path(path, template)
        day = self._read_day(case_date, template)
        record = self.create(
            {
                "file": base64.b64encode(data),
                "filename": os.path.basename(path),
                "case_date": day,
                "template_id": template.id,
            }
        )
        record._start()
        record._run(lambda batch_of: batch_of._after_command_batch(commit))
        record._print_result()
        if commit:
            self.env["ir.cron"]._commit_progress()
        return record

    @api.model
    def _read_day(self, text, template):
        """Date of the cases; a file without dates does not go without it."""
        if not text and "case_date" in template.column_ids.mapped("role"):
            return fields.Date.context_today(self)
        if not text:
            raise UserError(
                self.env._(
                    "The file has no column of dates. Give the date of its cases: "
                    "CASE_DATE=YYYY-MM-DD."
                )
            )
        try:
            return fields.Date.to_date(text)
        except (ValueError, TypeError):
            raise UserError(
                self.env._(
                    "CASE_DATE must be a date like 2024-12-31, not “%(value)s”.",
                    value=text,
                )
            ) from None

    @api.model
    def _read_path(self, path, template):
        """Bytes of a file on the disk, its size being judged first."""
        limit = template.max_mb * 1024 * 1024
        try:
            size = os.path.getsize(path)
            if size > limit:
                raise self._get_file_error("too_big", size=size, limit=limit)
            with open(path, "rb") as stream:
                return stream.read()
        except OSError as error:
            raise UserError(
                self.env._(
                    "%(path)s cannot be read: %(error)s.",
                    path=path,
                    error=error.strerror,
                )
            ) from error

    def _after_command_batch(self, commit):
        """Print the progress; keep what is done and free the memory of it."""
        self._print(
            self.env._(
                "%(done)s of %(rows)s rows (%(percent)s %%)",
                done=self.position,
                rows=self.row_count,
                percent=int(self.progress),
            )
        )
        self.env.flush_all()
        if commit:
            # Outside of a scheduled action this commits and does nothing else.
            self.env["ir.cron"]._commit_progress()
        self.env.invalidate_all()
        return True

    def _print_result(self):
        """Print the summary and one line of totals per point."""
        self._print(self.summary)
        if self.remark_count:
            self._print(
                self.env._("Rows with a remark: %(count)s", count=self.remark_count)
            )
        for line in self._get_total_lines():
            self._print(line)

    def _get_total_lines(self):
        """Totals per point as text, and their sum."""
        self.ensure_one()
        totals = self.total_ids
        currency = self.template_id.currency_id
        rows = [
            (
                total.service_point_id.display_name,
                total.case_count,
                total.claim_count,
                total.amount_claimed,
            )
            for total in totals
        ]
        rows.append(
            (
                self.env._("Total"),
                sum(totals.mapped("case_count")),
                sum(totals.mapped("claim_count")),
                sum(totals.mapped("amount_claimed")),
            )
        )
        return [
            self.env._(
                "%(point)s: cases %(cases)s, claims %(claims)s, "
                "claimed %(amount)s %(currency)s",
                point=name,
                cases=cases,
                claims=claims,
                amount=f"{amount:,.{currency.decimal_places}f}",
                currency=currency.name,
            )
            for name, cases, claims, amount in rows
        ]

    @api.model
    def _print(self, text):
        """Write a line for the person at the terminal."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
