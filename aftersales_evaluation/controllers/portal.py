from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


class ScorecardPortal(CustomerPortal):
    """Approved scorecards of the portal user's own service point."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "scorecard_count" in counters:
            values["scorecard_count"] = count_readable(
                "aftersales.scorecard", self._get_scorecard_domain()
            )
        return values

    def _get_scorecard_domain(self):
        """Approved scorecards; record rules narrow them to the own point."""
        return [("state", "=", "approved")]

    @http.route(
        ["/my/scorecards", "/my/scorecards/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_scorecards(self, page=1, **kwargs):
        """List the approved scorecards of the own point."""
        if not request.env["aftersales.scorecard"].has_access("read"):
            return request.redirect("/my")
        cards, page_values = get_list_page(
            "aftersales.scorecard",
            self._get_scorecard_domain(),
            "/my/scorecards",
            page,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            # Found under the user's own rights; sudo for the names of set and
            # level, which portal users may not browse.
            scorecards=cards.sudo(),
            page_name="scorecard",
        )
        return request.render("aftersales_evaluation.portal_my_scorecards", values)

    @http.route(
        ["/my/scorecards/<int:scorecard_id>"], type="http", auth="user", website=True
    )
    def portal_my_scorecard(
        self, scorecard_id, access_token=None, report_type=None, **kwargs
    ):
        """Show or print one approved scorecard."""
        try:
            card_sudo = self._document_check_access(
                "aftersales.scorecard", scorecard_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if card_sudo.state != "approved":
            return request.redirect("/my")
        if report_type in ("html", "pdf", "text"):
            return self._show_report(
                model=card_sudo,
                report_type=report_type,
                report_ref="aftersales_evaluation.action_report_scorecard",
                download=kwargs.get("download"),
            )
        values = self._get_page_view_values(
            card_sudo,
            access_token,
            {"page_name": "scorecard", "scorecard": card_sudo},
            "my_scorecards_history",
            False,
            **kwargs,
        )
        return request.render("aftersales_evaluation.portal_scorecard", values)
