from odoo import http
from odoo.exceptions import AccessError, MissingError
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
    """A point reads decisions on its claims and appeals against cut lines."""

    def _get_claim_steps(self):
        """Add the appeal to the steps of a point on its claims."""
        return {
            **super()._get_claim_steps(),
            "appeal": lambda claim, post: claim._portal_appeal(
                post, read_uploads("files", MAX_FILES)
            ),
        }

    @http.route(
        "/my/claims/<int:claim_id>/decision", type="http", auth="user", website=True
    )
    def portal_claim_decision(self, claim_id, **kw):
        """The decision with its reasons as PDF, once there is one."""
        try:
            claim = get_readable("aftersales.claim", claim_id)
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        sees_amounts = request.env.user._sees_claim_amounts()
        if claim.state not in DECIDED_STATES or not sees_amounts:
            return request.redirect(f"/my/claims/{claim_id}")
        return self._show_report(
            claim,
            "pdf",
            "aftersales_warranty.action_report_claim_decision",
            download=True,
        )
