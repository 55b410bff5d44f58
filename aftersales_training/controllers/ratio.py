from odoo import http
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_xlsx_response

MODELS = {
    "snapshot": "aftersales.manager.ratio",
    "dashboard": "aftersales.ratio.dashboard",
}


class RatioEvidence(http.Controller):
    """Spreadsheet of the certified-manager ratio for human resources and auditors."""

    @http.route(
        "/aftersales/ratio/<string:kind>/<int:record_id>/evidence.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, kind, record_id):
        """Make the spreadsheet of a snapshot or of a dashboard of one's own.

        :raise NotFound: for anything that the user may not read
        """
        if kind not in MODELS:
            raise request.not_found()
        record = request.env[MODELS[kind]].browse(record_id).exists()
        Ratio = request.env["aftersales.manager.ratio"]
        Ratio._check_evidence_reader()
        if not record or not record.has_access("read"):
            raise request.not_found()
        evidence = record._get_evidence()
        name = request.env._("Manager Ratio")
        return make_xlsx_response(
            Ratio._make_workbook(evidence),
            f"{name} {evidence['unit_name']} {evidence['date']}.xlsx",
        )
