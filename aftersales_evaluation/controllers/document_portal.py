from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager


class DocumentPortal(CustomerPortal):
    """Controlled documents that the portal user has to read."""

    def _prepare_home_portal_values(self, counters):
        """Count the documents in force that are for the user."""
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_document_count" in counters:
            Document = request.env["aftersales.document"]
            values["aftersales_document_count"] = (
                Document.search_count(self._get_document_domain())
                if Document.has_access("read")
                else 0
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
        Document = request.env["aftersales.document"]
        if not Document.has_access("read"):
            return request.redirect("/my")
        domain = self._get_document_domain()
        page_values = pager(
            url="/my/documents",
            total=Document.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        documents = Document.search(
            domain, limit=self._items_per_page, offset=page_values["offset"]
        )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "documents": documents,
                "page_name": "aftersales_document",
                "pager": page_values,
                "default_url": "/my/documents",
            }
        )
        return request.render("aftersales_evaluation.portal_my_documents", values)

    @http.route(
        "/my/documents/<int:document_id>", type="http", auth="user", website=True
    )
    def portal_my_document(self, document_id, report_type=None, **kwargs):
        """Show or print one document."""
        try:
            document = self._get_readable_document(document_id)
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
            document = self._get_readable_document(document_id)
            document.action_confirm_reading()
        except (AccessError, MissingError):
            return request.redirect("/my")
        except UserError as error:
            request.session["aftersales_error"] = str(error)
        return request.redirect(f"/my/documents/{document_id}")

    def _get_readable_document(self, document_id):
        """The document under the user's own rights; unknown and foreign are one.

        :raise MissingError, AccessError: unknown or not for the reader
        """
        Document = request.env["aftersales.document"]
        Document.check_access("read")
        document = Document.browse(document_id).exists()
        if not document:
            raise MissingError(request.env._("This document does not exist."))
        document.check_access("read")
        return document

    def _get_confirmation(self, document):
        """The user's own confirmation; may be empty."""
        return request.env["aftersales.document.reading"].search(
            [
                ("document_id", "=", document.id),
                ("user_id", "=", request.env.uid),
            ],
            limit=1,
        )
