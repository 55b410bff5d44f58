import psycopg2

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_pdf_response

from ..tools.certificate_files import MAX_FILE_BYTES
from .portal import CertificatePortal

URL = "/my/certificates"
FIELDS = ("type_id", "issuer_id", "number", "date_issue", "date_expiry", "renew")


class CertificateProposalPortal(CertificatePortal):
    """Proposing the own certificate, and printing one of the company's own."""

    def _prepare_portal_layout_values(self):
        values = super()._prepare_portal_layout_values()
        Certificate = request.env["aftersales.certificate"]
        values["can_propose_certificate"] = Certificate._portal_can_propose()
        values["certificate_notice"] = request.session.pop("certificate_notice", None)
        return values

    @http.route(
        f"{URL}/propose", type="http", auth="user", website=True, methods=["GET"]
    )
    def portal_certificate_form(self, renew=None, **kwargs):
        """Show the form, filled in for a renewal."""
        Certificate = request.env["aftersales.certificate"]
        if not Certificate._portal_can_propose():
            return request.redirect(URL)
        try:
            renewed = Certificate._portal_get_renewed({"renew": renew})
        except UserError:
            return request.redirect(URL)
        typed = {}
        if renewed:
            keeps = renewed.type_id.renewal_rule == "registration"
            typed = {
                "renew": str(renewed.id),
                "type_id": str(renewed.type_id.id),
                "issuer_id": str(renewed.issuer_id.id),
                "number": renewed.number if keeps else "",
            }
        return self._render_form(typed)

    @http.route(
        f"{URL}/propose/send",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_certificate_propose(self, **post):
        """Take the proposal in, or show what is wrong with it."""
        Certificate = request.env["aftersales.certificate"]
        try:
            with request.env.cr.savepoint():
                Certificate._portal_propose(post, self._get_scan())
        except AccessError:
            return request.redirect(URL)
        except psycopg2.IntegrityError:
            error = request.env._(
                "This number, or this renewal, is recorded already. Ask the training "
                "officer if that is not your doing."
            )
        except UserError as refused:
            error = str(refused)
        else:
            request.session["certificate_notice"] = request.env._(
                "Thank you. Human resources will look at your certificate."
            )
            return request.redirect(URL)
        typed = {name: str(post.get(name) or "") for name in FIELDS}
        return self._render_form(typed, error)

    def _get_scan(self):
        """Uploaded scan as ``(name, content)``; never more than needed is read."""
        file = request.httprequest.files.get("scan")
        if not file or not file.filename:
            return None
        return file.filename, file.read(MAX_FILE_BYTES + 1)

    def _render_form(self, typed, error=None):
        Certificate = request.env["aftersales.certificate"]
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="certificate_propose",
            types=Certificate._portal_get_offered("type_id"),
            issuers=Certificate._portal_get_offered("issuer_id"),
            typed=typed,
            error=error,
        )
        return request.render("aftersales_training.portal_certificate_propose", values)

    @http.route(f"{URL}/<int:certificate_id>/paper", type="http", auth="user")
    def portal_certificate_paper(self, certificate_id, **kwargs):
        """One of the company's own certificates of the user, as PDF."""
        certificate = request.env["aftersales.certificate"].search(
            [*self._get_certificate_domain(), ("id", "=", certificate_id)]
        )
        if not certificate.is_own_issue or certificate.state != "verified":
            return request.redirect(URL)
        return make_pdf_response(
            "aftersales_training.action_report_certificate",
            certificate,
            f"{certificate.number_normalized}.pdf",
        )
