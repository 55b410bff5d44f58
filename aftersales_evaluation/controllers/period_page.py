from odoo import http
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_xlsx_response

#: Pages that can be downloaded, by their part of the address.
PAGES = {
    "management": "aftersales.evaluation.dashboard",
    "isations": "aftersales.isation.board",
}


class PeriodPageDownload(http.Controller):
    """Spreadsheets of the pages of figures."""

    @http.route(
        "/aftersales/page/<string:kind>/<int:page_id>.xlsx",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def download(self, kind, page_id):
        """Make the spreadsheet of a page of one's own.

        :raise NotFound: for anything that the user may not read
        """
        if kind not in PAGES:
            raise request.not_found()
        page = request.env[PAGES[kind]].browse(page_id)
        if not (page.has_access("read") and page.exists() and page._is_page_ready()):
            raise request.not_found()
        name = f"{page._get_page_name()} {page.date_from} {page.date_to}.xlsx"
        return make_xlsx_response(page._make_page_workbook(), name)
