from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_pdf_response
from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    read_all_uploads,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

URL = "/my/unit-trainings"


class AftersalesQualityPortal(AftersalesPortal):
    """A point reports on its order what is abnormal."""

    def _get_portal_steps(self):
        return {
            **super()._get_portal_steps(),
            "quality": lambda order, post: self._report_quality(order, post),
        }

    def _report_quality(self, order_sudo, post):
        """Hand the form and its photos to the order."""
        order_sudo._portal_report_quality(post, read_all_uploads("photos"))

    def _get_order_choices(self, order_sudo):
        """Add the severities and what the point reported already."""
        field = request.env["aftersales.quality.report"]._fields["severity"]
        return {
            **super()._get_order_choices(order_sudo),
            "quality_severities": field._description_selection(request.env),
            "quality_reports": order_sudo.quality_report_ids,
        }


class AftersalesTrainingPortal(CustomerPortal):
    """A customer sees the trainings on his units and confirms them."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_training_count" in counters:
            values["aftersales_training_count"] = count_readable(
                "aftersales.customer.training"
            )
        return values

    def _get_unit_training_sudo(self, training_id):
        """A training that the user may read, as superuser.

        :raise AccessError, MissingError: foreign or unknown training
        """
        return get_readable("aftersales.customer.training", training_id).sudo()

    def _may_confirm_training(self, training_sudo):
        """Whether the user belongs to the customer who was trained."""
        own = request.env.user.partner_id.commercial_partner_id
        return training_sudo.partner_id.commercial_partner_id == own

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_unit_trainings(self, page=1, **kw):
        """List the trainings the user may read."""
        model = "aftersales.customer.training"
        if not request.env[model].has_access("read"):
            return request.redirect("/my")
        trainings, page_values = get_list_page(model, [], URL, page)
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            # Names of topics and trainers belong to the own training.
            trainings=trainings.sudo(),
            page_name="aftersales_training",
        )
        return request.render("aftersales_warranty.portal_my_trainings", values)

    @http.route(f"{URL}/<int:training_id>", type="http", auth="user", website=True)
    def portal_unit_training(self, training_id, **kw):
        """One training, with the form of the confirmation."""
        try:
            training_sudo = self._get_unit_training_sudo(training_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        values = self._prepare_portal_layout_values()
        values.update(
            training=training_sudo,
            page_name="aftersales_training",
            confirm_label=request.env._("Confirm the Training"),
            can_confirm=training_sudo.state == "held"
            and not training_sudo.date_confirmed
            and self._may_confirm_training(training_sudo),
        )
        return request.render("aftersales_warranty.portal_my_training", values)

    @http.route(f"{URL}/<int:training_id>/protocol", type="http", auth="user")
    def portal_unit_training_protocol(self, training_id, **kw):
        """The protocol of one training as PDF."""
        try:
            training_sudo = self._get_unit_training_sudo(training_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        return make_pdf_response(
            "aftersales_warranty.action_report_customer_training",
            training_sudo,
            f"{training_sudo.name}.pdf",
        )

    @http.route(f"{URL}/<int:training_id>/sign", type="jsonrpc", auth="user")
    def portal_unit_training_sign(
        self, training_id, name=None, signature=None, remarks=None, **kw
    ):
        """Take the customer's signature."""
        try:
            training_sudo = self._get_unit_training_sudo(training_id)
            if not self._may_confirm_training(training_sudo):
                raise AccessError(
                    request.env._("Only the customer confirms his training.")
                )
            training_sudo._confirm(
                str(name or ""), str(signature or ""), "portal", str(remarks or "")
            )
        except (AccessError, MissingError, UserError, ValidationError) as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": f"{URL}/{training_id}"}
