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

from ..models.aftersales_escalation_portal import MAX_PHOTOS

URL = "/my/escalations"


class AftersalesEscalationPortal(AftersalesPortal):
    """Ask an expert from the order, read the answer, find what helped before."""

    def _prepare_home_portal_values(self, counters):
        """Count the questions of the own point."""
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_escalation_count" in counters:
            values["aftersales_escalation_count"] = count_readable(
                "aftersales.escalation"
            )
        return values

    def _get_portal_steps(self):
        """Add the question to an expert and the vote on a known answer."""
        return {
            **super()._get_portal_steps(),
            "escalate": lambda order, post: (
                order._portal_escalate(post, read_uploads("photos", MAX_PHOTOS + 1))
                and None
            ),
            "vote": lambda order, post: order._portal_vote(post),
        }

    def _get_page_view_values(self, document, *args, **kwargs):
        """Add the known answers and the choices of a question."""
        values = super()._get_page_view_values(document, *args, **kwargs)
        if document._name == "aftersales.service.order" and values.get("may_work"):
            field = document.env["aftersales.escalation"]._fields["severity"]
            values["severities"] = field._description_selection(document.env)
        return values

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_escalations(self, page=1, **kw):
        """List the questions of the own point, the open ones first."""
        if not request.env["aftersales.escalation"].has_access("read"):
            return request.redirect("/my")
        escalations, page_values = get_list_page(
            "aftersales.escalation", [], URL, page, order="state, date_due, id"
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            # Names of experts and products are shown with the own questions.
            escalations=escalations.sudo(),
            page_name="aftersales_escalations",
        )
        return request.render("aftersales_warranty.portal_my_escalations", values)

    @http.route(f"{URL}/<int:escalation_id>", type="http", auth="user", website=True)
    def portal_escalation(self, escalation_id, **kw):
        """Show one question of the own point with its answer."""
        try:
            escalation_sudo = get_readable(
                "aftersales.escalation", escalation_id
            ).sudo()
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(
            escalation=escalation_sudo,
            may_work=self._may_work_on(escalation_sudo.order_id),
            page_name="aftersales_escalation",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_warranty.portal_escalation", values)

    @http.route(
        f"{URL}/<int:escalation_id>/<string:step>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_escalation_step(self, escalation_id, step, **post):
        """Say that the answer helped, ask again, or withdraw the question."""
        try:
            escalation_sudo = get_readable(
                "aftersales.escalation", escalation_id
            ).sudo()
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not self._may_work_on(escalation_sudo.order_id):
            return request.redirect("/my")
        steps = {
            "solved": escalation_sudo._portal_solved,
            "again": escalation_sudo._portal_again,
            "withdraw": escalation_sudo._portal_withdraw,
        }
        if step not in steps:
            raise request.not_found()
        take_step(steps[step], post)
        return request.redirect(f"{URL}/{escalation_id}")
