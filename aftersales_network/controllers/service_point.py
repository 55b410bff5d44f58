from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools.portal_form import IMAGE_TYPES

URL = "/my/service-point"


def stream_file(attachments_sudo, file_id):
    """Send one of these files: pictures small enough for a page, others to save.

    :raise NotFound: the file is none of them
    """
    file_sudo = attachments_sudo.filtered(lambda f: f.id == file_id)
    if not file_sudo:
        raise request.not_found()
    binary = request.env["ir.binary"]
    if file_sudo.mimetype in IMAGE_TYPES:
        stream = binary._get_image_stream_from(file_sudo, width=1024, height=1024)
        return stream.get_response()
    return binary._get_stream_from(file_sudo).get_response(as_attachment=True)


class AftersalesServicePointPortal(CustomerPortal):
    """The file of the own point, for the people who work there."""

    @http.route(URL, type="http", auth="user", website=True, readonly=True)
    def portal_my_service_points(self, **kw):
        """The own point; a list for those who work at several."""
        points = request.env["aftersales.service.point"].search(
            [("is_user_point", "=", True)]
        )
        if not points:
            return request.redirect("/my")
        if len(points) == 1:
            return request.redirect(f"{URL}/{points.id}")
        values = self._prepare_portal_layout_values()
        values.update(page_name="service_point", points=points)
        return request.render("aftersales_network.portal_my_service_points", values)

    @http.route(
        f"{URL}/<int:point_id>", type="http", auth="user", website=True, readonly=True
    )
    def portal_service_point(self, point_id, **kw):
        """The file of one point, for its own people only."""
        try:
            point_sudo = self._get_service_point_sudo(point_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(self._prepare_service_point_values(point_sudo))
        return request.render("aftersales_network.portal_service_point", values)

    @http.route(
        f"{URL}/<int:point_id>/photo/<int:file_id>",
        type="http",
        auth="user",
        readonly=True,
    )
    def portal_service_point_photo(self, point_id, file_id, **kw):
        """Photo of the own point; portal people read no attachment directly."""
        try:
            point_sudo = self._get_service_point_sudo(point_id)
        except (AccessError, MissingError):
            raise request.not_found() from None
        return stream_file(point_sudo.photo_ids, file_id)

    def _get_service_point_sudo(self, point_id):
        """The point, checked against the user's own rights, as superuser.

        An applicant reads his application; the file of a point is for those who
        work there.

        :raise AccessError, MissingError: foreign or unknown point
        """
        point = request.env["aftersales.service.point"].browse(point_id).exists()
        if not point:
            raise MissingError(request.env._("This service point does not exist."))
        point.check_access("read")
        if not point.is_user_point:
            raise AccessError(request.env._("You do not work at this service point."))
        return point.sudo()

    def _prepare_service_point_values(self, point_sudo):
        """What the page shows of the point as of today."""
        today = point_sudo.company_id._get_aftersales_today()
        running = [
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", today),
        ]
        return {
            "page_name": "service_point",
            "point": point_sudo,
            "areas": point_sudo.assignment_ids.filtered_domain(running),
            "agreements": point_sudo.agreement_ids.filtered(
                lambda agreement: agreement.state != "draft"
            ),
            "staff": point_sudo.staff_ids.filtered_domain(running),
            "facts": self._get_service_point_facts(point_sudo),
        }

    def _get_service_point_facts(self, point_sudo):
        """Registration data of the point: list of ``(label, text)``."""
        names = (
            "kind",
            "legal_form",
            "registration_number",
            "opening_note",
            "transport_access",
            "office_area",
            "workshop_area",
            "store_area",
            "technician_headcount",
            "vehicle_count",
            "years_in_trade",
            "other_brands",
        )
        facts = [
            (request.env._("Responsible centre"), point_sudo.centre_id.name),
            (request.env._("Company"), point_sudo.partner_id.name),
            (
                request.env._("Address"),
                point_sudo.partner_id._display_address(without_company=True).strip(),
            ),
        ]
        for name in names:
            field, value = point_sudo._fields[name], point_sudo[name]
            if field.type == "selection":
                value = dict(field._description_selection(request.env)).get(value)
            elif field.type == "float":
                value = value and f"{value:g}"
            facts.append((field._description_string(request.env), value))
        return facts
