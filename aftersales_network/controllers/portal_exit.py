import base64
import binascii

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.portal_form import PORTAL_MAX_FILES
from ..tools.portal_form import MAX_FILE_SIZE


class AftersalesExitPortal(CustomerPortal):
    """Agreements and withdrawal of the own point on the portal."""

    def _prepare_home_portal_values(self, counters):
        """Count agreements and withdrawals the user may see."""
        values = super()._prepare_home_portal_values(counters)
        for counter, model in (
            ("service_agreement_count", "aftersales.agreement"),
            ("service_withdrawal_count", "aftersales.withdrawal"),
        ):
            if counter in counters:
                Model = request.env[model]
                readable = Model.has_access("read")
                values[counter] = Model.search_count([]) if readable else 0
        return values

    def _get_readable_sudo(self, model, record_id):
        """A record, checked against the user's own rights, as superuser.

        :raise MissingError, AccessError: unknown or foreign record
        """
        record = request.env[model].browse(record_id).exists()
        if not record:
            raise MissingError(request.env._("This document does not exist."))
        record.check_access("read")
        return record.sudo()

    def _get_authorised_points(self):
        """Points for which the user may sign and withdraw, as superuser."""
        Point = request.env["aftersales.service.point"]
        if not Point.has_access("read"):
            return Point.sudo()
        user = request.env.user
        points_sudo = Point.sudo().browse(user._get_aftersales_point_ids())
        return points_sudo.filtered(lambda p: p._is_authorised(user))

    # Agreements

    @http.route("/my/agreements", type="http", auth="user", website=True, readonly=True)
    def portal_my_agreements(self, **kw):
        """List the agreements of the own point."""
        Agreement = request.env["aftersales.agreement"]
        readable = Agreement.has_access("read")
        values = self._prepare_portal_layout_values()
        values.update(
            agreements=Agreement.search([]) if readable else Agreement,
            page_name="service_agreements",
            default_url="/my/agreements",
        )
        return request.render("aftersales_network.portal_my_agreements", values)

    @http.route(
        "/my/agreements/<int:agreement_id>", type="http", auth="user", website=True
    )
    def portal_agreement(self, agreement_id, message=None, **kw):
        """Show one agreement to the point; its authorised people may sign."""
        try:
            agreement_sudo = self._get_readable_sudo(
                "aftersales.agreement", agreement_id
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        lang = agreement_sudo._get_document_lang()
        values = {
            **self._prepare_portal_layout_values(),
            "agreement": agreement_sudo,
            "doc": agreement_sudo.with_context(lang=lang),
            "page_name": "service_agreement",
            "may_sign": agreement_sudo._is_signable_by(request.env.user),
            "signed_now": message == "sign_ok",
        }
        return request.render("aftersales_network.portal_agreement", values)

    @http.route(
        "/my/agreements/<int:agreement_id>/sign",
        type="jsonrpc",
        auth="user",
        website=True,
    )
    def portal_agreement_sign(self, agreement_id, name=None, signature=None):
        """Take the drawn signature of an authorised person of the point."""
        try:
            agreement_sudo = self._get_readable_sudo(
                "aftersales.agreement", agreement_id
            )
        except (AccessError, MissingError):
            return {"error": request.env._("This document does not exist.")}
        if not agreement_sudo._is_signable_by(request.env.user):
            return {
                "error": request.env._(
                    "Only the applicant or a manager of the service point signs, and "
                    "only once."
                )
            }
        try:
            with request.env.cr.savepoint():
                agreement_sudo._portal_sign(name, signature)
                request.env.cr.flush()
        except (TypeError, binascii.Error):
            return {"error": request.env._("The signature could not be read.")}
        except (UserError, ValidationError) as error:
            return {"error": str(error)}
        url = f"/my/agreements/{agreement_id}?message=sign_ok"
        return {"force_refresh": True, "redirect_url": url}

    @http.route(
        "/my/agreements/<int:agreement_id>/pdf", type="http", auth="user", website=True
    )
    def portal_agreement_pdf(self, agreement_id, **kw):
        """Download the signed agreement, or the text that waits for signature."""
        try:
            agreement_sudo = self._get_readable_sudo(
                "aftersales.agreement", agreement_id
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if agreement_sudo.evidence_file:
            content = base64.b64decode(agreement_sudo.evidence_file)
            filename = agreement_sudo.evidence_filename
        else:
            content, filename = agreement_sudo._print_paper()
        kind = "application/pdf" if filename.endswith(".pdf") else "text/html"
        headers = [
            ("Content-Type", kind),
            ("Content-Length", len(content)),
            ("Content-Disposition", http.content_disposition(filename)),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers=headers)

    # Withdrawal

    @http.route("/my/service-withdrawal", type="http", auth="user", website=True)
    def portal_my_withdrawals(self, **kw):
        """State of the own withdrawals, and the form for a new one."""
        Withdrawal = request.env["aftersales.withdrawal"]
        found = Withdrawal.search([]) if Withdrawal.has_access("read") else Withdrawal
        points = self._get_authorised_points()
        leaving = points.withdrawal_ids.filtered_domain(
            Withdrawal._get_running_domain()
        ).service_point_id
        served = points.filtered(
            lambda p: p.state in ("probation", "active", "suspended")
        )
        values = {
            **self._prepare_portal_layout_values(),
            "withdrawals": found.sudo(),
            "points": served - leaving,
            "page_name": "service_withdrawals",
            "error": request.session.pop("aftersales_error", None),
            "typed": request.session.pop("aftersales_withdrawal", {}),
        }
        return request.render("aftersales_network.portal_my_withdrawals", values)

    @http.route(
        "/my/service-withdrawal/file",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_withdrawal_file(self, point_id=None, **post):
        """File the withdrawal of the own point."""
        points = self._get_authorised_points()
        point_sudo = points.filtered(lambda p: str(p.id) == str(point_id))
        if not point_sudo:
            return request.redirect("/my")
        uploads = request.httprequest.files.getlist("attachments")[
            : PORTAL_MAX_FILES + 1
        ]
        # A little more than allowed is read, so that the check can say so.
        files = [(f.filename, f.read(MAX_FILE_SIZE + 1)) for f in uploads if f.filename]
        Withdrawal = request.env["aftersales.withdrawal"].sudo()
        try:
            with request.env.cr.savepoint():
                Withdrawal._portal_file(point_sudo, post, files)
        except (UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
            request.session["aftersales_withdrawal"] = {
                key: post.get(key) for key in ("reason", "date_requested")
            }
        return request.redirect("/my/service-withdrawal")

    @http.route(
        "/my/service-withdrawal/<int:withdrawal_id>/cancel",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_withdrawal_cancel(self, withdrawal_id, **post):
        """Take the own withdrawal back."""
        try:
            withdrawal_sudo = self._get_readable_sudo(
                "aftersales.withdrawal", withdrawal_id
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        point_sudo = withdrawal_sudo.service_point_id
        mine = withdrawal_sudo.filed_by == "point"
        if not mine or not point_sudo._is_authorised(request.env.user):
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                withdrawal_sudo._portal_cancel()
        except (UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
        return request.redirect("/my/service-withdrawal")
