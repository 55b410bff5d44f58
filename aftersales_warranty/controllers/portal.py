from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    read_uploads,
    take_step,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

#: Files of one form.
UPLOADS = 10
#: Labour operations offered on a page.
OPERATIONS = 1000


class AftersalesClaimPortal(CustomerPortal):
    """Claims of the user's own service point."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_claim_count" in counters:
            values["aftersales_claim_count"] = count_readable("aftersales.claim")
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
        filters = self._get_claim_filters()
        filterby = filterby if filterby in filters else "all"
        claims, page_values = get_list_page(
            "aftersales.claim",
            filters[filterby]["domain"],
            "/my/claims",
            page,
            order="id desc",
            url_args={"filterby": filterby},
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            claims=claims,
            page_name="aftersales_claim",
            claimable_count=len(
                request.env["aftersales.service.order"]._portal_get_claimable()
            ),
            error=request.session.pop("aftersales_error", None),
            sees_amounts=request.env.user._sees_claim_amounts(),
            searchbar_filters=filters,
            filterby=filterby,
        )
        return request.render("aftersales_warranty.portal_my_claims", values)

    @http.route(
        "/my/claims/create",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_claim_orders(self, **post):
        """Claim every finished order of the own points that has no claim yet."""
        take_step(request.env["aftersales.service.order"]._portal_claim_all)
        return request.redirect("/my/claims")

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
    def portal_my_claim(self, claim_id, **kw):
        """Show one claim with its lines, checks and decisions."""
        try:
            # Under the user's own rights: a token opens nothing here.
            claim = get_readable("aftersales.claim", claim_id)
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        values = self._prepare_portal_layout_values()
        values.update(self._get_claim_values(claim))
        return request.render("aftersales_warranty.portal_my_claim", values)

    def _get_claim_values(self, claim):
        """Values of the page of one claim.  Extension point."""
        may_edit = claim._portal_may_edit()
        # The access was checked: the page hands out links to the claim's files.
        claim_sudo = claim.sudo()
        files_sudo = claim_sudo.photo_ids | claim_sudo.line_ids.document_ids
        files_sudo.generate_access_token()
        values = {
            "claim": claim,
            "page_name": "aftersales_claim",
            "error": request.session.pop("aftersales_error", None),
            "may_edit": may_edit,
            "sees_amounts": request.env.user._sees_claim_amounts(),
            "line_kinds": claim.line_ids._fields["kind"]._description_selection(
                request.env
            ),
        }
        if may_edit:
            values.update(self._get_claim_choices(claim))
        return values

    def _get_claim_choices(self, claim):
        """What the forms of a draft offer to choose from."""
        operations_sudo = (
            request.env["aftersales.labour.operation"]
            .sudo()
            .search([("company_id", "=", claim.company_id.id)], limit=OPERATIONS)
        )
        fitting = operations_sudo.filtered(
            lambda operation: operation._fits(claim.sudo().product_id)
        )
        return {
            "faults": request.env["aftersales.fault"].sudo().search([], limit=500),
            "operations": fitting,
        }

    @http.route(
        "/my/claims/<int:claim_id>/<string:step>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_claim_step(self, claim_id, step, **post):
        """Change a draft of the own point, or hand it in."""
        try:
            claim = get_readable("aftersales.claim", claim_id)
        except (AccessError, MissingError):
            return request.redirect("/my/claims")
        handler = self._get_claim_steps().get(step)
        if handler is None:
            raise request.not_found()
        take_step(handler, claim, post)
        return request.redirect(f"/my/claims/{claim_id}")

    def _get_claim_steps(self):
        """Steps of a point on its claims: ``{step: handler}``.  Extension point."""
        return {
            "save": lambda claim, post: claim._portal_save(post),
            "line": lambda claim, post: claim._portal_save_line(
                post, read_uploads("documents", UPLOADS)
            ),
            "remove": lambda claim, post: claim._portal_remove_line(
                post.get("line_id")
            ),
            "photos": lambda claim, post: claim._portal_add_photos(
                read_uploads("photos", UPLOADS)
            ),
            "remove_file": lambda claim, post: claim._portal_remove_file(
                post.get("file_id")
            ),
            "check": lambda claim, post: claim._portal_check(),
            "submit": lambda claim, post: claim._portal_submit(),
        }


class AftersalesOrderClaimPortal(AftersalesPortal):
    """A point claims its finished order on the portal."""

    def _get_portal_steps(self):
        """Add the claim to the steps of the point's work."""
        return {
            **super()._get_portal_steps(),
            "claim": lambda order, post: order.action_create_claim(),
        }
