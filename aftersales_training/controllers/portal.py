from odoo import http
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


class CertificatePortal(CustomerPortal):
    """Portal pages on the certificates of the person who is logged in."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "certificate_count" in counters:
            values["certificate_count"] = count_readable(
                "aftersales.certificate", self._get_certificate_domain()
            )
        return values

    def _get_certificate_domain(self):
        """Own certificates; on the portal an officer sees his own ones, too."""
        return [("person_id", "=", request.env.user.partner_id.id)]

    @http.route(
        ["/my/certificates", "/my/certificates/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_certificates(self, page=1, **kwargs):
        """List the own certificates with their validity."""
        certificates, page_values = get_list_page(
            "aftersales.certificate",
            self._get_certificate_domain(),
            "/my/certificates",
            page,
        )
        values = self._prepare_portal_layout_values()
        values.update(page_values, certificates=certificates, page_name="certificates")
        return request.render("aftersales_training.portal_my_certificates", values)
