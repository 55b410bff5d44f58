from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_own_sudo,
    take_step,
)
from odoo.addons.portal.controllers.portal import CustomerPortal, pager

#: Lines of a statement on one page.
LINES = 100
URL = "/my/settlements"


class AftersalesSettlementPortal(CustomerPortal):
    """Statements of the own point: see, print, confirm, dispute."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_settlement_count" in counters:
            values["aftersales_settlement_count"] = count_readable(
                "aftersales.settlement", self._get_settlement_domain()
            )
        return values

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_settlements(self, page=1, filterby="all", **kw):
        """List the statements that the user may read."""
        if not request.env["aftersales.settlement"].has_access("read"):
            return request.redirect("/my")
        filters = self._get_settlement_filters()
        filterby = filterby if filterby in filters else "all"
        settlements, values = get_list_page(
            "aftersales.settlement",
            self._get_settlement_domain() & Domain(filters[filterby]["domain"]),
            URL,
            page,
            order="date_to desc, id desc",
            url_args={"filterby": filterby},
        )
        layout = self._prepare_portal_layout_values()
        layout.update(
            values,
            settlements=settlements.sudo(),
            page_name="aftersales_settlement",
            searchbar_filters=filters,
            filterby=filterby,
        )
        return request.render("aftersales_warranty.portal_my_settlements", layout)

    def _get_settlement_domain(self):
        """Statements of the points where the user works, once they were sent."""
        user = request.env.user
        if not user._sees_claim_amounts():
            return Domain.FALSE
        own = Domain("service_point_id", "in", user._get_aftersales_point_ids())
        return own & request.env["aftersales.settlement"]._get_portal_domain()

    def _get_settlement_filters(self):
        return {
            "all": {"label": request.env._("All"), "domain": []},
            "sent": {
                "label": request.env._("To Confirm"),
                "domain": [("state", "=", "sent")],
            },
            "disputed": {
                "label": request.env._("Disputed"),
                "domain": [("state", "=", "disputed")],
            },
            "paid": {
                "label": request.env._("Paid"),
                "domain": [("is_paid", "=", True)],
            },
        }

    def _get_own_settlement_sudo(self, settlement_id):
        """A statement of the own point, checked under the user's rights.

        :raise MissingError, AccessError: unknown or foreign
        """
        # A statement is nothing but amounts: who must not see them sees none.
        if not request.env.user._sees_claim_amounts():
            raise MissingError(request.env._("This record does not exist."))
        return get_own_sudo("aftersales.settlement", settlement_id)

    @http.route(
        [f"{URL}/<int:settlement_id>", f"{URL}/<int:settlement_id>/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_settlement(
        self, settlement_id, page=1, report_type=None, download=False, **kw
    ):
        """Show one statement with its lines and disputes, or print it."""
        try:
            settlement_sudo = self._get_own_settlement_sudo(settlement_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        if report_type in ("html", "pdf", "text"):
            return self._show_report(
                model=settlement_sudo,
                report_type=report_type,
                report_ref="aftersales_warranty.action_report_settlement",
                download=download,
            )
        lines_sudo = settlement_sudo.line_ids
        pages = pager(
            url=f"{URL}/{settlement_id}", total=len(lines_sudo), page=page, step=LINES
        )
        layout = self._prepare_portal_layout_values()
        layout.update(
            settlement=settlement_sudo,
            lines=lines_sudo[pages["offset"] : pages["offset"] + LINES],
            line_pager=pages,
            page_name="aftersales_settlement",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_warranty.portal_my_settlement", layout)

    @http.route(
        f"{URL}/<int:settlement_id>/<string:step>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_settlement_step(self, settlement_id, step, **post):
        """Confirm the statement, or dispute lines of it."""
        try:
            settlement_sudo = self._get_own_settlement_sudo(settlement_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        if step == "confirm":
            take_step(settlement_sudo._portal_confirm)
        elif step == "dispute":
            take_step(settlement_sudo._portal_dispute, post)
        else:
            raise request.not_found()
        return request.redirect(f"{URL}/{settlement_id}")
