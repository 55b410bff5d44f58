from odoo import api, models


class ReportEvaluationDashboard(models.AbstractModel):
    """The management page on paper, for whoever may open it."""

    _name = "report.aftersales_evaluation.report_evaluation_dashboard"
    _description = "Printed Management Page"
    _page_model = "aftersales.evaluation.dashboard"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Check who asks, then hand over the pages.

        :raise AccessError: pages or units of others
        """
        docs = self.env[self._page_model].browse(docids)
        for doc in docs:
            doc._check_page_ready()
        return {"doc_ids": docids, "doc_model": self._page_model, "docs": docs}


class ReportIsationBoard(models.AbstractModel):
    """The five habits on paper."""

    _name = "report.aftersales_evaluation.report_isation_board"
    _inherit = ["report.aftersales_evaluation.report_evaluation_dashboard"]
    _description = "Printed Page of the Five Habits"
    _page_model = "aftersales.isation.board"
