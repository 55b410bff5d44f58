from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PAGE_SIZE = 20


class CertificatePortal(CustomerPortal):
    """Portal pages on the certificates of the person who is logged in."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "certificate_count" in counters:
            Certificate = request.env["aftersales.certificate"]
            values["certificate_count"] = (
                Certificate.search_count(self._get_certificate_domain())
                if Certificate.has_access("read")
                else 0
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
        Certificate = request.env["aftersales.certificate"]
        domain = self._get_certificate_domain()
        page_values = pager(
            url="/my/certificates",
            total=Certificate.search_count(domain),
            page=page,
            step=PAGE_SIZE,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "certificates": Certificate.search(
                    domain, limit=PAGE_SIZE, offset=page_values["offset"]
                ),
                "page_name": "certificates",
                "pager": page_values,
                "default_url": "/my/certificates",
            }
        )
        return request.render("aftersales_training.portal_my_certificates", values)
