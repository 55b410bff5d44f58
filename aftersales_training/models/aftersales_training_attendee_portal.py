from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime


class AftersalesTrainingAttendee(models.Model):
    """What people do themselves: join, leave, read materials, give feedback.

    The pages call these methods; each checks the person and then acts with the
    rights of the system on that one record.
    """

    _inherit = "aftersales.training.attendee"

    @api.model
    def _get_own_domain(self, user):
        """Records of a person, also where the employee has no contact."""
        return Domain("person_id", "=", user.partner_id.id) | Domain(
            "employee_id", "in", user.sudo().employee_ids.ids
        )

    def _portal_check(self):
        """Return the one record with the rights of the system.

        :raise AccessError: it is not the own one
        """
        self.ensure_one()
        if not self.exists() or not self._is_person(self.env.user):
            raise AccessError(self.env._("This page belongs to somebody else."))
        return self.sudo()

    def _portal_leave(self):
        """Give the own place back before the session begins."""
        attendee_sudo = self._portal_check()
        attendee_sudo.with_env(attendee_sudo.env(su=False))._check_may_cancel()
        attendee_sudo._cancel_places()

    def _portal_rate(self, rating, feedback):
        """Give the own feedback once.

        :param rating: 1 (poor) to 5 (excellent)
        :raise UserError: not attended, given already, or out of range
        """
        attendee_sudo = self._portal_check()
        if attendee_sudo.state != "attended":
            raise UserError(self.env._("Only who attended gives feedback."))
        if attendee_sudo.rating:
            raise UserError(self.env._("You have given your feedback already."))
        if rating not in range(1, 6):
            raise UserError(self.env._("Choose from 1 (poor) to 5 (excellent)."))
        attendee_sudo._write_flow(
            {"rating": rating, "feedback": (feedback or "").strip()[:4000] or False}
        )

    def _prepare_page_vals(self):
        """Plain values of the own record for the pages (sudo)."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("state", "result", "content_type")
        }
        session = self.session_id
        certificate = self.certificate_id
        return {
            "id": self.id,
            "course": self.course_id.name,
            "description": self.course_id.description,
            "content": labels["content_type"].get(self.content_type),
            "session": session._prepare_page_vals() if session else None,
            "state": self.state,
            "state_label": labels["state"][self.state],
            "rank": self.waiting_rank,
            "result": self.result,
            "result_label": labels["result"][self.result],
            "score": self.score,
            "is_passed": self.is_passed,
            "has_exam": bool(self.course_id.survey_id),
            "can_sit": self.can_sit,
            "obstacle": self._get_exam_obstacle() if self.course_id.survey_id else "",
            "attempts_left": self.attempts_left_text,
            "certificate": certificate.number,
            "can_leave": self.state in ("registered", "waiting")
            and session.state in ("open", False),
            "rating": self.rating,
            "feedback": self.feedback,
        }

    def _get_own_materials(self):
        """Versions that the person may read: of the session, else of the course."""
        self.ensure_one()
        attendee_sudo = self._portal_check()
        if attendee_sudo.state in ("waiting", "cancelled", "absent"):
            return attendee_sudo.session_id.material_ids.browse()
        session = attendee_sudo.session_id
        if session.state in ("running", "done") or session.material_ids:
            return session.material_ids
        today = fields.Date.context_today(self)
        return attendee_sudo.course_id.material_ids.filtered(
            lambda m: m.state == "published" and m.date_from <= today
        )


class AftersalesTrainingSession(models.Model):
    _inherit = "aftersales.training.session"

    def _prepare_page_vals(self):
        """Plain values of a session for the pages; nobody else's name (sudo)."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "course": self.course_id.name,
            "start": format_datetime(
                self.env, self.date_start, tz=self.tz, dt_format="short"
            ),
            "stop": format_datetime(
                self.env, self.date_stop, tz=self.tz, dt_format="short"
            ),
            "place": self.location_id.display_name,
            "online_url": self.online_url,
            "trainers": ", ".join(self.trainer_ids.mapped("person_name")),
            "seats_free": self.seats_free,
            "state": self.state,
        }
