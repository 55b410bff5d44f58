from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    get_readable,
    read_uploads,
)

from ..models.aftersales_claim_appeal import DECIDED_STATES
from .portal import AftersalesClaimPortal

#: Files that an appeal may carry on the portal.
MAX_FILES = 10


class AftersalesClaimAppealPortal(AftersalesClaimPortal):
    """A point appeals against a cut line of its own claim."""

    @http.route(
        "/my/claims/<int:claim_id>/appeal",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_appeal_claim_line(self, claim_id, line_id=None, reason=None, **post):
        """Take the appeal, whole or not at all."""
        try:
            line = self._get_own_claim_line(claim_id, line_id)
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        files = read_uploads("files", MAX_FILES)
        try:
            with request.env.cr.savepoint():
                # Checked above; the portal itself writes nothing.
                line.sudo()._portal_appeal(reason, files)
        except UserError as error:
            return self.portal_my_claim(claim_id, error=str(error))
        return request.redirect(f"/my/claims/{claim_id}")

    @http.route(
        "/my/claims/<int:claim_id>/decision", type="http", auth="user", website=True
    )
    def portal_claim_decision(self, claim_id, **kw):
        """The decision with its reasons as PDF, once there is one."""
        try:
            claim = get_readable("aftersales.claim", claim_id)
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        if claim.state not in DECIDED_STATES:
            return request.redirect(f"/my/claims/{claim_id}")
        return self._show_report(
            claim,
            "pdf",
            "aftersales_warranty.action_report_claim_decision",
            download=True,
        )

    def _get_own_claim_line(self, claim_id, line_id):
        """A line of a claim of the user's own point, under his own rights.

        :raise MissingError, AccessError: unknown or foreign claim or line
        """
        claim = get_readable("aftersales.claim", claim_id)
        own = request.env.user._get_aftersales_point_ids()
        text = str(line_id or "")
        number = int(text) if text.isascii() and text.isdecimal() else 0
        line = claim.line_ids.filtered(lambda line: line.id == number)
        if claim.service_point_id.id not in own or not line:
            raise MissingError(request.env._("This record does not exist."))
        return line
