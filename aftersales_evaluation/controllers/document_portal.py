from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    take_step,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


class DocumentPortal(CustomerPortal):
    """Controlled documents that the portal user has to read."""

    def _prepare_home_portal_values(self, counters):
        """Count the documents in force that are for the user."""
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_document_count" in counters:
            values["aftersales_document_count"] = count_readable(
                "aftersales.document", self._get_document_domain()
            )
        return values

    def _get_document_domain(self):
        """Documents in force for the reader; the rules say the same of portal users."""
        return [("status", "=", "effective"), ("is_for_user", "=", True)]

    @http.route(
        ["/my/documents", "/my/documents/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_documents(self, page=1, **kwargs):
        """List the documents in force that are for the reader."""
        if not request.env["aftersales.document"].has_access("read"):
            return request.redirect("/my")
        documents, page_values = get_list_page(
            "aftersales.document", self._get_document_domain(), "/my/documents", page
        )
        values = self._prepare_portal_layout_values()
        values.update(page_values, documents=documents, page_name="aftersales_document")
        return request.render("aftersales_evaluation.portal_my_documents", values)

    @http.route(
        "/my/documents/<int:document_id>", type="http", auth="user", website=True
    )
    def portal_my_document(self, document_id, report_type=None, **kwargs):
        """Show or print one document."""
        try:
            document = get_readable("aftersales.document", document_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type in ("html", "pdf", "text"):
            # The reader's right was checked; the paper names author and approver.
            return self._show_report(
                model=document.sudo(),
                report_type=report_type,
                report_ref="aftersales_evaluation.action_report_document",
                download=kwargs.get("download"),
            )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "document": document,
                "confirmed_on": self._get_confirmation(document).date,
                "page_name": "aftersales_document",
                "error": request.session.pop("aftersales_error", None),
            }
        )
        return request.render("aftersales_evaluation.portal_document", values)

    @http.route(
        "/my/documents/<int:document_id>/confirm",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_confirm_document(self, document_id, **post):
        """Record that the user has read the document."""
        try:
            document = get_readable("aftersales.document", document_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        take_step(document.action_confirm_reading)
        return request.redirect(f"/my/documents/{document_id}")

    def _get_confirmation(self, document):
        """The user's own confirmation; may be empty."""
        return request.env["aftersales.document.reading"].search(
            [
                ("document_id", "=", document.id),
                ("user_id", "=", request.env.uid),
            ],
            limit=1,
        )
