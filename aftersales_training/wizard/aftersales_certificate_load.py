from odoo import fields, models
from odoo.exceptions import AccessError

from ..models.aftersales_certificate_lifecycle import OFFICER_GROUP
from ..tools import certificate_rows


class AftersalesCertificateLoad(models.TransientModel):
    """Reads a list of certificates and says for every row what became of it.

    Whatever it takes is a draft; verifying stays with a person. Safe to repeat: the
    same list again changes nothing.
    """

    _name = "aftersales.certificate.load"
    _inherit = ["aftersales.load.mixin"]
    _description = "Load Certificates"

    _LOAD_ROWS = 10_000
    _LOAD_REFUSED_NAME = "certificates-refused.csv"

    line_ids = fields.One2many(
        "aftersales.certificate.load.line", "load_id", readonly=True
    )

    def action_load(self):
        """Read the list, record what can be recorded, and report every row."""
        self.ensure_one()
        if not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only an HR training officer loads certificates.")
            )
        header, rows, report = self._read_list()
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
        return self._show_report(self.env._("Load Certificates"))

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

    def _get_load_kernel(self):
        return certificate_rows

    def _explain(self, error):
        if error.code == "level":
            return self.env._("“%(text)s” is no level.", text=error.text)
        if error.code == "order":
            return self.env._(
                "It would expire on %(day)s, before it was issued.", day=error.text
            )
        return super()._explain(error)

    def _prepare_report_line(self, line, entry):
        return {
            **super()._prepare_report_line(line, entry),
            "label": entry.get("label", ""),
            "certificate_id": entry.get("certificate_id"),
        }


class AftersalesCertificateLoadLine(models.TransientModel):
    """What became of one row of the list."""

    _name = "aftersales.certificate.load.line"
    _inherit = ["aftersales.load.line.mixin"]
    _description = "Row of Certificates"
    _order = "row"

    load_id = fields.Many2one(
        "aftersales.certificate.load", required=True, index=True, ondelete="cascade"
    )
    label = fields.Char("Certificate Read")
    certificate_id = fields.Many2one("aftersales.certificate", ondelete="cascade")
