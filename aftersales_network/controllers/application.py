import psycopg2

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.aftersales_service_point_portal import DRAFT_STATES, OPEN_STATES
from .portal_page import read_all_uploads
from .service_point import stream_file

URL = "/my/service-application"
#: Section to which a step returns.
STEP_SECTIONS = {
    "person": "people",
    "reference": "references",
    "equipment": "equipment",
    "photos": "photos",
    "condition": "conditions",
}


class AftersalesApplicationPortal(CustomerPortal):
    """The applicant's side of the admission of a service point.

    No address carries the id of an application: it is always the user's own.
    """

    def _get_application_sections(self, application):
        """Sections of the form in their order: ``{key: label}``."""
        sections = {
            "company": request.env._("Company"),
            "premises": request.env._("Premises and Trade"),
            "equipment": request.env._("Equipment"),
            "people": request.env._("People"),
            "references": request.env._("References"),
            "photos": request.env._("Photos"),
        }
        if any(application.sudo().condition_ids.mapped("is_applicable")):
            sections["conditions"] = request.env._("Conditions")
        return sections

    def _prepare_application_values(self, application, section, typed=None):
        """Values of the page of one section, or of the overview.

        :param typed: what the user typed, when it could not be saved
        """
        point_sudo = application.sudo()
        gaps = point_sudo._get_application_gaps()
        flat = {text for texts in gaps.values() for text in texts}
        editable = application.state in DRAFT_STATES
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="service_application",
            application=point_sudo,
            section=section,
            sections=self._get_application_sections(application),
            gaps=gaps if editable else {},
            other_gaps=[
                text
                for text in point_sudo._get_submission_blockers()
                if text not in flat
            ]
            if editable
            else [],
            editable=editable,
            is_open=application.state in OPEN_STATES,
            state_label=point_sudo._get_state_label(),
            timeline=point_sudo._get_application_timeline(),
            rejection_reason=point_sudo._get_rejection_reason(),
            typed=typed or {},
            value=self._get_form_value,
            error=request.session.pop("aftersales_error", None),
            notice=request.session.pop("aftersales_notice", None),
            **self._prepare_application_choices(application),
        )
        return values

    def _prepare_application_choices(self, application):
        """What the selects of the form offer."""
        point_sudo = application.sudo()
        Role = request.env["aftersales.staff.role"].sudo()
        State = request.env["res.country.state"].sudo()

        def choices(record, name):
            return record._portal_get_choices(record._fields[name])

        return {
            "kinds": choices(point_sudo, "kind"),
            "legal_forms": choices(point_sudo, "legal_form"),
            "relations": choices(point_sudo.application_reference_ids, "relation"),
            "categories": choices(point_sudo.resource_ids, "category"),
            "centres": point_sudo._portal_get_centres(point_sudo.company_id),
            "countries": request.env["res.country"].sudo().search([]),
            "states": State.search(
                [("country_id", "=", point_sudo.applied_country_id.id)]
            ),
            "roles": Role.search([]),
        }

    def _get_form_value(self, record, name, typed):
        """Text of a field in the form: as typed, else as saved."""
        if name in typed:
            return typed[name]
        value = record[name] if record else record.default_get([name]).get(name)
        field = record._fields[name]
        if field.type == "many2one":
            return str(value.id or "") if value else ""
        if field.type == "float":
            return f"{value:g}" if value else ""
        return str(value) if value else ""

    @http.route(URL, type="http", auth="user", website=True, readonly=True)
    def portal_service_application(self, **kw):
        """Overview of the user's application, or the invitation to start one."""
        Point = request.env["aftersales.service.point"]
        application = Point._portal_get_application()
        may_apply = Point._portal_may_apply()
        if application and not may_apply:
            values = self._prepare_application_values(application, "overview")
            return request.render(
                "aftersales_network.portal_service_application", values
            )
        if not may_apply:
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="service_application",
            company=request.env.company.sudo(),
            error=request.session.pop("aftersales_error", None),
        )
        return request.render(
            "aftersales_network.portal_service_application_start", values
        )

    @http.route(
        f"{URL}/<string:section>", type="http", auth="user", website=True, readonly=True
    )
    def portal_service_application_section(self, section, **kw):
        """One section of the form; read-only while the application is reviewed."""
        application = request.env["aftersales.service.point"]._portal_get_application()
        if application.state not in OPEN_STATES:
            return request.redirect(URL)
        if section not in self._get_application_sections(application):
            raise request.not_found()
        values = self._prepare_application_values(application, section)
        return request.render("aftersales_network.portal_service_application", values)

    @http.route(f"{URL}/file/<int:file_id>", type="http", auth="user", readonly=True)
    def portal_service_application_file(self, file_id, **kw):
        """File of the user's own application; he reads no attachment directly."""
        application = request.env["aftersales.service.point"]._portal_get_application()
        if application.state not in OPEN_STATES:
            raise request.not_found()
        return stream_file(application.sudo()._portal_get_files(), file_id)

    @http.route(
        f"{URL}/step/<string:step>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_service_application_step(self, step, **post):
        """Carry out one step of the applicant on his own application."""
        handler = self._get_application_steps().get(step)
        if handler is None:
            raise request.not_found()
        application = request.env["aftersales.service.point"]._portal_get_application()
        section = STEP_SECTIONS.get(step) or post.get("section") or ""
        if section not in self._get_application_sections(application):
            section = ""
        if not application and step != "start":
            return request.redirect(URL)
        try:
            with request.env.cr.savepoint():
                handler(application, post)
        except AccessError:
            return request.redirect("/my")
        except psycopg2.errors.UniqueViolation:
            # Started in two windows at once: the other one won, and is shown.
            return request.redirect(URL)
        except (UserError, ValidationError) as error:
            return self._refuse_step(application, section, str(error), post)
        if section:
            request.session["aftersales_notice"] = request.env._("Saved as draft.")
        return request.redirect(self._get_next_url(application, section, post))

    def _refuse_step(self, application, section, error, post):
        """Show why a step was refused, with what the user had typed."""
        request.session["aftersales_error"] = error
        if not section or not application:
            return request.redirect(URL)
        typed = {key: text for key, text in post.items() if isinstance(text, str)}
        values = self._prepare_application_values(application, section, typed)
        return request.render("aftersales_network.portal_service_application", values)

    def _get_next_url(self, application, section, post):
        """Page after a step: the same section, the next one, or the overview."""
        keys = list(self._get_application_sections(application))
        if section and "next" in post:
            following = keys[keys.index(section) + 1 :]
            section = following[0] if following else ""
        return f"{URL}/{section}" if section else URL

    def _get_application_steps(self):
        """Steps of an applicant: ``{step: handler(application, post)}``."""
        return {
            "start": lambda application, post: application._portal_start(),
            "save": lambda application, post: application._portal_save(
                post.get("section"), post
            ),
            "person": self._save_line("person"),
            "reference": self._save_line("reference"),
            "equipment": self._save_line("equipment"),
            "remove": lambda application, post: application._portal_remove_line(
                post.get("kind"), post.get("line_id")
            ),
            "photos": lambda application, post: application._portal_add_photos(
                read_all_uploads("photos")
            ),
            "condition": lambda application, post: application._portal_save_condition(
                post, read_all_uploads("files")
            ),
            "remove_file": lambda application, post: application._portal_remove_file(
                post.get("file_id")
            ),
            "submit": lambda application, post: application._portal_submit(),
        }

    def _save_line(self, kind):
        """Handler that saves one line with its files."""
        return lambda application, post: application._portal_save_line(
            kind, post, read_all_uploads("files")
        )

    @http.route(
        f"{URL}/places", type="jsonrpc", auth="user", website=True, readonly=True
    )
    def portal_service_application_places(self, country_id, state_id=None):
        """Provinces of a country, and its listed cities (of the province, if given).

        :return: ``{states: [[id, name]], cities: [name]}``
        """
        country_id, state_id = int(country_id or 0), int(state_id or 0)
        State = request.env["res.country.state"].sudo()
        City = request.env["res.city"].sudo()
        domain = [("country_id", "=", country_id)]
        states = State.search(domain)
        if state_id:
            domain.append(("state_id", "=", state_id))
        return {
            "states": [[state.id, state.name] for state in states],
            "cities": City.search(domain, limit=500).mapped("name"),
        }
