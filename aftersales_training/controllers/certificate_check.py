import time

from odoo import http
from odoo.http import request

from ..tools.rate_limit import RateLimit

URL = "/aftersales/certificate/check"
#: Questions by number and name that one address may ask within ten minutes.
LIMIT = RateLimit(limit=20, seconds=600)


class CertificateCheck(http.Controller):
    """Public page on which anybody checks a certificate of ours.

    A wrong number, a wrong name and a wrong token get one and the same answer.
    """

    @http.route(URL, type="http", auth="public", website=True, sitemap=False)
    def certificate_check(self, number=None, name=None, **kwargs):
        """Ask for number and name; both have to be right."""
        if request.httprequest.method != "POST":
            return self._render({})
        if not LIMIT.allows(request.httprequest.remote_addr, time.monotonic()):
            return self._render({"is_limited": True}, 429)
        Certificate = request.env["aftersales.certificate"]
        found_sudo = Certificate._find_by_number_and_name(
            str(number or "")[:64], str(name or "")[:128]
        )
        return self._render(self._get_values(found_sudo))

    @http.route(
        f"{URL}/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
    )
    def certificate_check_token(self, token, **kwargs):
        """Answer the QR code of a printed certificate."""
        Certificate = request.env["aftersales.certificate"]
        return self._render(self._get_values(Certificate._find_by_check_token(token)))

    def _get_values(self, certificate_sudo):
        """Plain values of the answer."""
        if not certificate_sudo:
            return {"is_unknown": True}
        return {"result": certificate_sudo._get_public_values()}

    def _render(self, values, status=200):
        """Show the page; neither search engines nor caches keep it."""
        response = request.render(
            "aftersales_training.certificate_check_page", {**values, "url": URL}
        )
        response.status_code = status
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
