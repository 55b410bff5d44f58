from odoo import api, models


class ReportManagerRatio(models.AbstractModel):
    """Evidence of recorded figures as a PDF; for human resources and auditors."""

    _name = "report.aftersales_training.report_manager_ratio"
    _description = "Evidence of the Manager Ratio"
    _evidence_model = "aftersales.manager.ratio"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Check who asks, then bring each record into words.

        :raise AccessError: for anybody but human resources and auditors
        """
        self.env["aftersales.manager.ratio"]._check_evidence_reader()
        docs = self.env[self._evidence_model].browse(docids)
        docs.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": self._evidence_model,
            "docs": docs,
            "evidences": [doc._get_evidence() for doc in docs],
        }


class ReportRatioDashboard(models.AbstractModel):
    """The same for figures that are not recorded."""

    _name = "report.aftersales_training.report_ratio_dashboard"
    _inherit = ["report.aftersales_training.report_manager_ratio"]
    _description = "Evidence of a Manager Ratio Not Recorded"
    _evidence_model = "aftersales.ratio.dashboard"
