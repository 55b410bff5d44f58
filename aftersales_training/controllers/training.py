import base64

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import content_disposition, request
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
)
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.survey.controllers.main import Survey

OPEN_LIMIT = 40


class TrainingPortal(CustomerPortal):
    """Own training of the person who is logged in.

    Pages hand plain values to the templates; what is somebody else's is never
    looked up.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "training_count" in counters:
            values["training_count"] = count_readable(
                "aftersales.training.attendee", self._get_training_domain()
            )
        return values

    def _get_training_domain(self):
        """Own places; on the portal an officer sees his own ones, too."""
        Attendee = request.env["aftersales.training.attendee"]
        return Attendee._get_own_domain(request.env.user) & Domain(
            "state", "!=", "cancelled"
        )

    def _get_own_attendee(self, attendee_id):
        """The own record (sudo), or not found: foreign ids look like none."""
        attendee = request.env["aftersales.training.attendee"].browse(attendee_id)
        try:
            return attendee._portal_check()
        except (AccessError, MissingError):
            raise request.not_found() from None

    @http.route(
        ["/my/training", "/my/training/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_training(self, page=1, message=None, **kwargs):
        """List the own courses and the sessions that are open to the person."""
        attendees, page_values = get_list_page(
            "aftersales.training.attendee",
            self._get_training_domain(),
            "/my/training",
            page,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            rows=[a._portal_check()._prepare_page_vals() for a in attendees],
            open_sessions=self._get_open_sessions(),
            error=request.session.pop("aftersales_training_error", None),
            page_name="training",
        )
        return request.render("aftersales_training.portal_my_training", values)

    def _get_open_sessions(self):
        """Plain values of the sessions the person may join and has no place in."""
        user = request.env.user
        sessions_sudo = request.env["aftersales.training.session"].sudo()
        found = sessions_sudo.search(
            sessions_sudo._get_joinable_domain(user),
            order="date_start, id",
            limit=OPEN_LIMIT,
        )
        own = request.env["aftersales.training.attendee"].search(
            self._get_training_domain() & Domain("session_id", "in", found.ids)
        )
        return [s._prepare_page_vals() for s in found if s.id not in own.session_id.ids]

    @http.route(
        "/my/training/<int:attendee_id>", type="http", auth="user", website=True
    )
    def portal_my_course(self, attendee_id, **kwargs):
        """One own course: session, materials, exam, result, feedback."""
        attendee_sudo = self._get_own_attendee(attendee_id)
        values = self._prepare_portal_layout_values()
        materials_sudo = attendee_sudo._get_own_materials()
        values.update(
            {
                "row": attendee_sudo._prepare_page_vals(),
                "materials": [
                    {
                        "id": material.id,
                        "name": material.name,
                        "version": material.version,
                        "url": material.url,
                        "has_file": bool(material.file),
                    }
                    for material in materials_sudo
                ],
                "error": request.session.pop("aftersales_training_error", None),
                "page_name": "training_course",
            }
        )
        return request.render("aftersales_training.portal_my_course", values)

    @http.route(
        "/my/training/join/<int:session_id>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_join(self, session_id, **kwargs):
        """Register for an open session."""
        session = request.env["aftersales.training.session"].browse(session_id)
        return self._do(lambda: session._join(request.env.user), "/my/training")

    @http.route(
        "/my/training/<int:attendee_id>/leave",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_leave(self, attendee_id, **kwargs):
        """Give the own place back."""
        attendee_sudo = self._get_own_attendee(attendee_id)
        attendee = attendee_sudo.sudo(False)
        return self._do(attendee._portal_leave, "/my/training")

    @http.route(
        "/my/training/<int:attendee_id>/rate",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_rate(self, attendee_id, rating="", feedback="", **kwargs):
        """Give feedback on an attended course."""
        attendee = self._get_own_attendee(attendee_id).sudo(False)
        value = int(rating) if rating in ("1", "2", "3", "4", "5") else 0
        return self._do(
            lambda: attendee._portal_rate(value, feedback),
            f"/my/training/{attendee_id}",
        )

    @http.route(
        "/my/training/<int:attendee_id>/exam",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_exam(self, attendee_id, **kwargs):
        """Begin or resume the own exam."""
        attendee = self._get_own_attendee(attendee_id).sudo(False)
        return self._do(attendee._sit_exam, f"/my/training/{attendee_id}", follow=True)

    def _do(self, step, url, follow=False):
        """Carry out a step and go on; a refusal is shown on the next page.

        Nothing half-done stays behind a refusal.
        """
        try:
            with request.env.cr.savepoint():
                result = step()
        except (UserError, AccessError) as error:
            request.session["aftersales_training_error"] = str(error.args[0])
            return request.redirect(url)
        return request.redirect(result if follow else url)

    @http.route(
        "/my/training/<int:attendee_id>/material/<int:material_id>",
        type="http",
        auth="user",
    )
    def portal_material(self, attendee_id, material_id, **kwargs):
        """File of a material version of an own course."""
        attendee_sudo = self._get_own_attendee(attendee_id)
        material_sudo = attendee_sudo._get_own_materials().filtered(
            lambda m: m.id == material_id
        )
        if not material_sudo.file:
            raise request.not_found()
        data = base64.b64decode(material_sudo.file)
        name = material_sudo.file_name or material_sudo.name
        return request.make_response(
            data,
            [
                ("Content-Type", guess_mimetype(data)),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Length", str(len(data))),
            ],
        )

    @http.route(
        "/my/training/<int:attendee_id>/certificate.pdf", type="http", auth="user"
    )
    def portal_attendance_certificate(self, attendee_id, **kwargs):
        """Certificate of attendance of an own course."""
        attendee_sudo = self._get_own_attendee(attendee_id)
        if attendee_sudo.state != "attended":
            raise request.not_found()
        report_sudo = request.env["ir.actions.report"].sudo()
        pdf, _kind = report_sudo._render_qweb_pdf(
            "aftersales_training.report_attendance_certificate", attendee_sudo.ids
        )
        return request.make_response(pdf, [("Content-Type", "application/pdf")])

    # Check-in

    @http.route(
        "/my/training/checkin/<string:token>", type="http", auth="user", website=True
    )
    def portal_checkin(self, token, **kwargs):
        """Ask the person to confirm that he is there: reading changes nothing."""
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "token": token,
                "error": request.session.pop("aftersales_training_error", None),
                "page_name": "training_checkin",
            }
        )
        return request.render("aftersales_training.portal_checkin", values)

    @http.route(
        "/my/training/checkin/<string:token>/confirm",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_checkin_confirm(self, token, **kwargs):
        """Record the own attendance by the code of the room."""
        Session = request.env["aftersales.training.session"]
        try:
            with request.env.cr.savepoint():
                attendee_sudo = Session._checkin(token, request.env.user)
        except UserError as error:
            request.session["aftersales_training_error"] = str(error.args[0])
            return request.redirect(f"/my/training/checkin/{token}")
        return request.redirect(f"/my/training/{attendee_sudo.id}")

    @http.route(
        "/aftersales/training/code/<int:session_id>",
        type="http",
        auth="user",
        website=True,
    )
    def checkin_code(self, session_id, **kwargs):
        """Page for the screen of the room: the check-in code of a session."""
        session_sudo = (
            request.env["aftersales.training.session"]
            .browse(session_id)
            .sudo()
            .exists()
        )
        if not session_sudo or not session_sudo._may_run(request.env.user):
            raise request.not_found()
        values = {
            "session_name": session_sudo.name,
            "is_open": session_sudo._is_checkin_open(),
            "image": session_sudo._get_checkin_qr(),
            "url": session_sudo._get_checkin_url(),
            "page_name": "training_code",
        }
        return request.render("aftersales_training.checkin_code", values)


class TrainingSurvey(Survey):
    """Exams of courses begin on the training page, which says who may sit them."""

    def _get_exam_courses(self, survey_token):
        survey_sudo, _answer = self._fetch_from_access_token(survey_token, False)
        return survey_sudo._get_exam_courses() if survey_sudo else survey_sudo

    @http.route()
    def survey_start(self, survey_token, answer_token=None, email=False, **post):
        """Send people who begin an exam by its bare link to their training page."""
        cookie = request.httprequest.cookies.get(f"survey_{survey_token}")
        if not (answer_token or cookie) and self._get_exam_courses(survey_token):
            return request.redirect("/my/training")
        return super().survey_start(
            survey_token, answer_token=answer_token, email=email, **post
        )

    @http.route()
    def survey_retry(self, survey_token, answer_token, **post):
        """Another attempt is begun where the attempts are counted."""
        _survey, answer_sudo = self._fetch_from_access_token(survey_token, answer_token)
        if answer_sudo.attendee_id and not request.env.user._is_public():
            return request.redirect(f"/my/training/{answer_sudo.attendee_id.id}")
        return super().survey_retry(survey_token, answer_token, **post)
