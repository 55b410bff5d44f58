from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

RELEASED = [("state", "=", "released")]


class AwardPortal(CustomerPortal):
    """Own places in released rankings, and the own awards."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        for counter, model in (
            ("ranking_count", "aftersales.ranking.line"),
            ("award_count", "aftersales.award"),
        ):
            if counter in counters:
                values[counter] = count_readable(model, RELEASED)
        return values

    def _render_own_list(self, model, url, key, page):
        """Page of the released records that the user's own rights let him see."""
        if not request.env[model].has_access("read"):
            return request.redirect("/my")
        found, page_values = get_list_page(model, RELEASED, url, page)
        values = self._prepare_portal_layout_values()
        # Found under the user's own rights; sudo for names of rules and rankings,
        # which portal users may not browse.
        values.update({**page_values, key: found.sudo(), "page_name": key})
        return request.render(f"aftersales_evaluation.portal_my_{key}", values)

    @http.route(
        ["/my/rankings", "/my/rankings/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_rankings(self, page=1, **kwargs):
        """List the own places in released rankings."""
        return self._render_own_list(
            "aftersales.ranking.line", "/my/rankings", "places", page
        )

    @http.route(
        ["/my/rankings/<int:line_id>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_ranking(self, line_id, **kwargs):
        """Show one ranking as the own point may see it: the others without names."""
        try:
            line_sudo = self._document_check_access("aftersales.ranking.line", line_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if line_sudo.state != "released":
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "places",
                "place": line_sudo,
                "rows": line_sudo.sudo(False)._portal_get_rows(),
            }
        )
        return request.render("aftersales_evaluation.portal_ranking", values)

    @http.route(
        ["/my/awards", "/my/awards/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_awards(self, page=1, **kwargs):
        """List the released awards of the own point and of the user himself."""
        return self._render_own_list("aftersales.award", "/my/awards", "awards", page)

    @http.route(["/my/awards/<int:award_id>"], type="http", auth="user", website=True)
    def portal_my_award(self, award_id, access_token=None, **kwargs):
        """Print the certificate of one released award."""
        try:
            award_sudo = self._document_check_access(
                "aftersales.award", award_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if award_sudo.state != "released":
            return request.redirect("/my")
        return self._show_report(
            model=award_sudo,
            report_type="pdf",
            report_ref="aftersales_evaluation.action_report_award",
            download=True,
        )
