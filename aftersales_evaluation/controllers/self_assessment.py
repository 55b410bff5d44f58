from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    take_step,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


class SelfAssessmentPortal(CustomerPortal):
    """A service point judges itself on the portal, where it was asked to."""

    def _prepare_home_portal_values(self, counters):
        """Count the self-assessments that wait for the point."""
        values = super()._prepare_home_portal_values(counters)
        if "self_assessment_count" in counters:
            values["self_assessment_count"] = count_readable(
                "aftersales.scorecard", self._get_self_domain()
            )
        return values

    def _get_self_domain(self):
        """Self-assessments of points; record rules narrow them to the own one."""
        return (
            Domain("assessment", "=", "self")
            & Domain("subject_type", "=", "point")
            & Domain("state", "!=", "cancelled")
            & Domain("service_point_id.is_user_point", "=", True)
        )

    def _get_self_sudo(self, scorecard_id):
        """The self-assessment, checked against the user's own rights, as superuser.

        :raise MissingError: unknown, foreign, or no self-assessment: always the same
        """
        card = request.env["aftersales.scorecard"].search(
            self._get_self_domain() & Domain("id", "=", scorecard_id)
        )
        if not card:
            raise MissingError(request.env._("This self-assessment does not exist."))
        return card.sudo()

    @http.route(
        ["/my/self-assessments", "/my/self-assessments/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_self_assessments(self, page=1, **kwargs):
        """List the self-assessments of the own point."""
        if not request.env["aftersales.scorecard"].has_access("read"):
            return request.redirect("/my")
        cards, page_values = get_list_page(
            "aftersales.scorecard",
            self._get_self_domain(),
            "/my/self-assessments",
            page,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            # Found under the user's own rights; sudo for the name of the set.
            assessments=cards.sudo(),
            page_name="self_assessment",
        )
        return request.render("aftersales_evaluation.portal_self_assessments", values)

    @http.route(
        "/my/self-assessments/<int:scorecard_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_self_assessment(self, scorecard_id, **kwargs):
        """Show a self-assessment, as a form as long as it is open."""
        try:
            card_sudo = self._get_self_sudo(scorecard_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(
            assessment=card_sudo,
            page_name="self_assessment",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_evaluation.portal_self_assessment", values)

    @http.route(
        "/my/self-assessments/<int:scorecard_id>/<string:step>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_self_assessment_step(self, scorecard_id, step, **post):
        """Save the form, or hand the self-assessment over."""
        try:
            card_sudo = self._get_self_sudo(scorecard_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        handler = {
            "save": card_sudo._portal_judge,
            "submit": card_sudo._portal_submit,
        }.get(step)
        if handler is None:
            raise request.not_found()
        if not take_step(handler, post) and step == "submit":
            # What could be read is kept, so that nobody fills it in twice.
            take_step(card_sudo._portal_judge, post)
        return request.redirect(f"/my/self-assessments/{scorecard_id}")
