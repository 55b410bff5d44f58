from urllib.parse import urlencode

import psycopg2

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_pdf_response
from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import (
    PAGE_SIZE,
    count_readable,
    get_list_page,
    read_all_uploads,
)
from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    PHOTO_BYTES,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools import serials

URL = "/my/units"
REGISTER = "/register-unit"


class AftersalesUnitPortal(CustomerPortal):
    """Units of a customer: register, look up, certificate, change of owner."""

    def _get_own_units_domain(self):
        """Units that belong to the user, not those he works on."""
        partner = request.env.user.partner_id.commercial_partner_id
        return [("partner_id", "child_of", partner.id)]

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_unit_count" in counters:
            values["aftersales_unit_count"] = count_readable(
                "aftersales.registration", self._get_own_units_domain()
            )
        return values

    def _get_own_unit_sudo(self, unit_id):
        """A unit of the user, checked under his own rights, as superuser.

        :raise AccessError, MissingError: foreign or unknown unit
        """
        Unit = request.env["aftersales.registration"]
        unit = Unit.search([*self._get_own_units_domain(), ("id", "=", unit_id)])
        if not unit:
            raise MissingError(request.env._("This unit is not yours."))
        unit.check_access("read")
        return unit.sudo()

    # -- list and unit -------------------------------------------------------------

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_units(self, page=1, **kw):
        """List the own units and the open requests."""
        domain = self._get_own_units_domain()
        units, page_values = get_list_page("aftersales.registration", domain, URL, page)
        wishes = request.env["aftersales.registration.request"].search(
            [*domain, ("state", "!=", "approved")], limit=PAGE_SIZE
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            # Names of products are shown on pages about the user's own units.
            units=units.sudo(),
            wishes=wishes.sudo(),
            page_name="aftersales_unit",
            notice=request.session.pop("aftersales_notice", None),
        )
        return request.render("aftersales_warranty.portal_my_units", values)

    @http.route(f"{URL}/<int:unit_id>", type="http", auth="user", website=True)
    def portal_my_unit(self, unit_id, error=None, **kw):
        """Cover, history and steps of one own unit."""
        try:
            unit_sudo = self._get_own_unit_sudo(unit_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        values = self._prepare_portal_layout_values()
        values.update(
            unit=unit_sudo,
            card={**unit_sudo._get_card(), "notices": [], "is_portal": True},
            page_name="aftersales_unit",
            error=error,
            notice=request.session.pop("aftersales_notice", None),
        )
        return request.render("aftersales_warranty.portal_my_unit", values)

    @http.route(f"{URL}/<int:unit_id>/certificate", type="http", auth="user")
    def portal_unit_certificate(self, unit_id, **kw):
        """The certificate of one own unit as PDF."""
        try:
            unit_sudo = self._get_own_unit_sudo(unit_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        return make_pdf_response(
            "aftersales_warranty.action_report_unit_certificate",
            unit_sudo,
            f"{serials.key(unit_sudo.serial)}.pdf",
        )

    @http.route(
        f"{URL}/<int:unit_id>/transfer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_unit_transfer(self, unit_id, **post):
        """Ask for a change of owner of an own unit."""
        try:
            unit_sudo = self._get_own_unit_sudo(unit_id)
            with request.env.cr.savepoint():
                request.env["aftersales.registration.request"]._portal_request_transfer(
                    unit_sudo, post
                )
        except (AccessError, MissingError):
            return request.redirect(URL)
        except (UserError, ValidationError) as error:
            return self.portal_my_unit(unit_id, error=str(error))
        request.session["aftersales_notice"] = request.env._(
            "Thank you. We will look at it before the unit changes hands."
        )
        return request.redirect(f"{URL}/{unit_id}")

    # -- registration --------------------------------------------------------------

    @http.route(REGISTER, type="http", auth="public", website=True, sitemap=False)
    def portal_register_unit(self, **post):
        """Form of a registration; a visitor is asked to log in or sign up first."""
        values = self._prepare_register_values(post)
        if request.env.user._is_public():
            query = urlencode({"redirect": self._get_register_url(post)})
            scope = request.env["res.users"].sudo()._get_signup_invitation_scope()
            values.update(
                login=f"/web/login?{query}",
                signup=f"/web/signup?{query}" if scope == "b2c" else "",
            )
            return request.render("aftersales_warranty.register_unit_login", values)
        if request.httprequest.method == "POST":
            return self._submit_registration(post, values)
        return request.render("aftersales_warranty.portal_register_unit", values)

    def _get_register_url(self, post):
        """Address of the form with what the QR code said."""
        kept = {key: post[key] for key in ("product", "serial") if post.get(key)}
        return f"{REGISTER}?{urlencode(kept)}" if kept else REGISTER

    def _prepare_register_values(self, post):
        """Values of the form: what was typed, and the product of the code."""
        Request = request.env["aftersales.registration.request"]
        product_sudo = Request._portal_get_product(post.get("product"))
        channels = Request._fields["channel"]._description_selection(request.env)
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "aftersales_register",
            # A model that is sold is known to everybody.
            "product": product_sudo.name if product_sudo.sale_ok else "",
            "product_id": product_sudo.id if product_sudo.sale_ok else "",
            "typed": {
                **{key: text for key, text in post.items() if isinstance(text, str)},
                "serial": serials.clean(post.get("serial")),
            },
            "channels": channels,
            "error": None,
        }

    def _submit_registration(self, post, values):
        """Take the form in, or show what is wrong with it."""
        Request = request.env["aftersales.registration.request"]
        try:
            with request.env.cr.savepoint():
                request_sudo = Request._portal_submit(post, read_all_uploads("proofs"))
        except psycopg2.errors.UniqueViolation:
            # Sent twice at once: the other one won.
            values["error"] = request.env._(
                "You have asked for this already. We are looking into it."
            )
        except (UserError, ValidationError) as error:
            values["error"] = str(error)
        else:
            return request.redirect(self._get_done_url(request_sudo))
        return request.render("aftersales_warranty.portal_register_unit", values)

    def _get_done_url(self, request_sudo):
        """Page after a registration, with what became of it."""
        if request_sudo.state == "approved":
            request.session["aftersales_notice"] = request.env._(
                "Your unit is registered."
            )
            return f"{URL}/{request_sudo.registration_id.id}"
        request.session["aftersales_notice"] = request.env._(
            "Thank you. We will look at your registration %(number)s.",
            number=request_sudo.name,
        )
        return URL

    # -- public check ----------------------------------------------------------------

    @http.route(
        "/unit/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        readonly=True,
    )
    def public_unit(self, token, **kw):
        """What anybody may know about a unit whose certificate he holds."""
        unit_sudo = request.env["aftersales.registration"]._find_by_check_token(token)
        if not unit_sudo:
            raise request.not_found()
        return request.render(
            "aftersales_warranty.public_unit", unit_sudo._get_public_values()
        )


class AftersalesCounterfeitPortal(AftersalesPortal):
    """A point reports a suspected counterfeit on the page of its order."""

    def _get_portal_steps(self):
        return {
            **super()._get_portal_steps(),
            "suspect": lambda order, post: order._portal_report_counterfeit(
                post, self._get_case_photos()
            ),
        }

    def _get_case_photos(self):
        """Uploaded photos as bytes, no more than allowed.

        :raise ValidationError: too many files at once
        """
        uploads = read_all_uploads("photos", PHOTO_BYTES)
        return [content for _name, content in uploads]
