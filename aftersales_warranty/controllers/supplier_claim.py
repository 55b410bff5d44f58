from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_xlsx_response
from odoo.addons.aftersales_network.controllers.portal_page import get_readable


class SupplierClaimDownload(http.Controller):
    """The list of a supplier claim for a spreadsheet."""

    @http.route(
        "/aftersales/supplier-claim/<int:claim_id>/xlsx",
        type="http",
        auth="user",
        readonly=True,
    )
    def supplier_claim_xlsx(self, claim_id, **kw):
        """Hand the list over to whoever may read the claim."""
        try:
            claim = get_readable("aftersales.supplier.claim", claim_id)
        except (AccessError, MissingError) as error:
            raise request.not_found() from error
        return make_xlsx_response(claim._get_workbook(), f"{claim.name}.xlsx")
