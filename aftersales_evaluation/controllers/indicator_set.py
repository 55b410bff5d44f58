from odoo import http
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_xlsx_response


class IndicatorSetSheets(http.Controller):
    """Spreadsheets of indicator sets."""

    @http.route(
        [
            "/aftersales/indicator-set/template.xlsx",
            "/aftersales/indicator-set/<int:set_id>/indicators.xlsx",
        ],
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, set_id=None):
        """The indicators of a set, or the empty list to fill in.

        :raise NotFound: for a set that the user may not read
        """
        sets = request.env["aftersales.indicator.set"]
        record = sets.browse(set_id).exists() if set_id else sets
        if not record.has_access("read") or bool(set_id) != bool(record):
            raise request.not_found()
        name = record.display_name if record else request.env._("Indicators")
        return make_xlsx_response(record._make_workbook(), f"{name}.xlsx")
