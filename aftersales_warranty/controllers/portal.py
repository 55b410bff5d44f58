from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class AftersalesClaimPortal(CustomerPortal):
    """Claims of the user's own service point."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_claim_count" in counters:
            Claim = request.env["aftersales.claim"]
            allowed = Claim.has_access("read")
            values["aftersales_claim_count"] = Claim.search_count([]) if allowed else 0
        return values

    @http.route(
        ["/my/claims", "/my/claims/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_claims(self, page=1, filterby="all", **kw):
        """List the claims that the user may read."""
        Claim = request.env["aftersales.claim"]
        filters = self._get_claim_filters()
        filterby = filterby if filterby in filters else "all"
        domain = filters[filterby]["domain"]
        pager = portal_pager(
            url="/my/claims",
            url_args={"filterby": filterby},
            total=Claim.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            claims=Claim.search(
                domain,
                limit=self._items_per_page,
                offset=pager["offset"],
                order="id desc",
            ),
            page_name="aftersales_claim",
            pager=pager,
            default_url="/my/claims",
            searchbar_filters=filters,
            filterby=filterby,
        )
        return request.render("aftersales_warranty.portal_my_claims", values)

    def _get_claim_filters(self):
        open_states = ("draft", "submitted", "review", "sent_back")
        paid_states = ("approved", "partially", "settled")
        return {
            "all": {"label": request.env._("All"), "domain": []},
            "open": {
                "label": request.env._("Open"),
                "domain": [("state", "in", open_states)],
            },
            "approved": {
                "label": request.env._("Approved"),
                "domain": [("state", "in", paid_states)],
            },
            "rejected": {
                "label": request.env._("Rejected"),
                "domain": [("state", "=", "rejected")],
            },
        }

    @http.route("/my/claims/<int:claim_id>", type="http", auth="user", website=True)
    def portal_my_claim(self, claim_id, error=None, **kw):
        """Show one claim with its lines, checks and decisions."""
        try:
            self._document_check_access("aftersales.claim", claim_id)
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        # Under the user's own rights: a token opens nothing here.
        claim = request.env["aftersales.claim"].browse(claim_id)
        values = self._prepare_portal_layout_values()
        values.update(claim=claim, page_name="aftersales_claim", error=error)
        return request.render("aftersales_warranty.portal_my_claim", values)

    @http.route(
        "/my/claims/<int:claim_id>/submit",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_submit_claim(self, claim_id, **kw):
        """Hand a draft of the own point in."""
        try:
            self._document_check_access("aftersales.claim", claim_id)
            request.env["aftersales.claim"].browse(claim_id).action_submit()
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        except UserError as error:
            return self.portal_my_claim(claim_id, error=str(error))
        return request.redirect(f"/my/claims/{claim_id}")


class AftersalesOrderClaimPortal(AftersalesPortal):
    """A point claims its finished order on the portal."""

    def _get_portal_steps(self):
        """Add the claim to the steps of the point's work."""
        return {
            **super()._get_portal_steps(),
            "claim": lambda order, post: order.action_create_claim(),
        }
