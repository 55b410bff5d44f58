from odoo import api, models

from ..tools import scoring


class ReportScorecard(models.AbstractModel):
    """Hands the number format of the explanations to the printed scorecard."""

    _name = "report.aftersales_evaluation.report_scorecard"
    _description = "Scorecard Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the report template."""
        return {
            "doc_ids": docids,
            "doc_model": "aftersales.scorecard",
            "docs": self.env["aftersales.scorecard"].browse(docids),
            "figure": scoring.figure,
        }
