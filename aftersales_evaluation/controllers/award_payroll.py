from odoo import http
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_xlsx_response


class AwardPayroll(http.Controller):
    """Spreadsheet of award money for the payroll."""

    @http.route(
        "/aftersales/awards/payroll/<int:payroll_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, payroll_id):
        """Make the spreadsheet of a list that was handed over.

        :raise NotFound: for anything that the user may not read
        """
        payroll = request.env["aftersales.award.payroll"].browse(payroll_id).exists()
        if not payroll or not payroll.has_access("read"):
            raise request.not_found()
        name = payroll.name.replace("/", "-")
        return make_xlsx_response(payroll._make_workbook(), f"{name}.xlsx")
