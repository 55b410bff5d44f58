import base64
from datetime import timedelta

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.seats import in_window, seat

#: How long before the start people may check in.
CHECKIN_LEAD = timedelta(minutes=30)
MAIL_REGISTERED = "aftersales_training.mail_template_attendee_registered"
MAIL_WAITING = "aftersales_training.mail_template_attendee_waiting"
SEATING_STATES = ("open", "running")


class AftersalesTrainingSession(models.Model):
    """Steps of a session, and who gets its seats."""

    _inherit = "aftersales.training.session"

    def action_open(self):
        """Open for registration and hand out seats to those who were planned.

        :raise UserError: a trainer is not approved for the content on that day
        """
        self._check_officer()
        self._check_flow_state("draft")
        self._check_trainers_approved()
        for session in self:
            token = session._new_checkin_token()
            session.sudo()._write_flow({"state": "open", "checkin_token": token})
        seated = self._fill_seats()
        seated._send(MAIL_REGISTERED)
        planned = self.sudo().attendee_ids.filtered(lambda a: a.state == "waiting")
        planned._send(MAIL_WAITING)
        return True

    def action_start(self):
        """Start the session; what it is held with is settled from now on.

        :raise UserError: before the day of the session
        """
        self._check_runs()
        self._check_flow_state("open")
        for session in self:
            session._check_day_has_come()
            session_sudo = session.sudo()
            materials = session_sudo.material_ids or session._get_default_materials()
            session_sudo._write_flow({"material_ids": materials.ids})
            session_sudo._write_flow({"state": "running"})
        self.sudo().attendee_ids._settle_terms()
        return True

    def action_done(self):
        """Close the session: who was not marked was absent, nobody waits on."""
        self._check_runs()
        self._check_flow_state("running")
        attendees_sudo = self.sudo().attendee_ids
        attendees_sudo.filtered(lambda a: a.state == "registered")._write_flow(
            {"state": "absent"}
        )
        attendees_sudo.filtered(lambda a: a.state == "waiting")._write_flow(
            {"state": "cancelled"}
        )
        self.sudo()._write_flow({"state": "done"})
        return True

    def action_cancel(self):
        """Ask for the reason of a cancellation."""
        self._check_officer()
        self._check_flow_state("draft", "open", "running")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Call sessions off and tell everybody who has a place or waits."""
        self._check_officer()
        self._check_flow_state("draft", "open", "running")
        attendees_sudo = self.sudo().attendee_ids
        if "attended" in attendees_sudo.mapped("state"):
            raise UserError(
                self.env._(
                    "Somebody has attended %(session)s already. Close it instead of "
                    "cancelling it.",
                    session=self[:1].display_name,
                )
            )
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        there = attendees_sudo.filtered(lambda a: a.state in ("registered", "waiting"))
        there._write_flow({"state": "cancelled"})
        there._send("aftersales_training.mail_template_session_cancelled")

    def action_join(self):
        """Register the current user."""
        self.ensure_one()
        self._join(self.env.user)
        return True

    def action_view_attendees(self):
        """Open the people of the session."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attendees of %(name)s", name=self.display_name),
            "res_model": "aftersales.training.attendee",
            "view_mode": "list,kanban,pivot,form",
            "domain": [("session_id", "=", self.id)],
            "context": {"default_session_id": self.id},
        }

    def action_show_code(self):
        """Open the page with the check-in code for the room."""
        self._check_runs()
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/training/code/{self.id}",
            "target": "new",
        }

    def _join(self, user):
        """Register a user himself for a session that he may join.

        :return: the attendee, with the rights of the system
        :raise UserError: when the session is not open to him
        """
        self.ensure_one()
        session_sudo = self.sudo()
        allowed = session_sudo.search_count(
            session_sudo._get_joinable_domain(user) & Domain("id", "=", self.id)
        )
        if not allowed:
            raise UserError(
                self.env._("You cannot join this session: it is not open to you.")
            )
        employee = user.sudo().employee_ids.filtered(
            lambda e: e.company_id == session_sudo.company_id
        )[:1]
        person = (
            {"employee_id": employee.id}
            if employee
            else {"partner_id": user.partner_id.id}
        )
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        return attendees_sudo.create({"session_id": self.id, **person})

    def _register_people(self, employees=None, partners=None):
        """Register people in one go, under the rights of the user.

        :return: the new attendees: with a seat, or on the waiting list
        """
        self.ensure_one()
        Attendee = self.env["aftersales.training.attendee"]
        people = [{"employee_id": employee.id} for employee in employees or ()]
        people += [{"partner_id": partner.id} for partner in partners or ()]
        return Attendee.create([{"session_id": self.id, **vals} for vals in people])

    def _touch_seats(self):
        """Make of two transactions that hand out seats the second one retry.

        The update waits for the other one and fails then, because the row has
        changed since this transaction began; the request starts over.
        """
        self.flush_model(["seats", "seats_taken"])
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE aftersales_training_session SET seats_revision = "
                    "COALESCE(seats_revision, 0) + 1 WHERE id IN %s",
                    tuple(sorted(self.ids)),
                )
            )

    def _fill_seats(self):
        """Give free seats to those who wait, in the order of their registration.

        :return: attendees who got a seat
        """
        sessions_sudo = self.sudo().filtered(lambda s: s.state in SEATING_STATES)
        sessions_sudo._touch_seats()
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        waiting = attendees_sudo.search(
            [("session_id", "in", sessions_sudo.ids), ("state", "=", "waiting")],
            order="id",
        )
        blocked = set(waiting._get_conflicts())
        by_session = waiting.grouped("session_id")
        seated = attendees_sudo
        for session in sessions_sudo:
            queue = by_session.get(session, attendees_sudo)
            free = session.seats - session.seats_taken
            ids, _left = seat(free, queue.ids, blocked)
            seated |= attendees_sudo.browse(ids)
        seated._write_flow({"state": "registered"})
        return seated

    def _check_officer(self):
        """Refuse whoever is not of human resources."""
        officer = "aftersales_network.group_training_officer"
        if not self.env.su and not self.env.user.has_group(officer):
            raise AccessError(self.env._("Only an HR training officer plans sessions."))

    def _check_runs(self):
        """Refuse whoever is neither of human resources nor the trainer."""
        for session in self:
            if not self.env.su and not session._may_run():
                raise AccessError(
                    self.env._(
                        "Only an HR training officer or the trainer runs %(session)s.",
                        session=session.display_name,
                    )
                )

    def _check_day_has_come(self):
        self.ensure_one()
        day = self._get_local_day(self.date_start)
        if day > self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "%(session)s cannot start before its day, %(day)s.",
                    session=self.display_name,
                    day=day,
                )
            )

    def _get_default_materials(self):
        """Published versions of the course that hold on the day."""
        self.ensure_one()
        day = self._get_local_day(self.date_start)
        return self.sudo().course_id.material_ids.filtered(
            lambda m: (
                m.state == "published"
                and m.date_from <= day
                and m.company_id in (m.company_id.browse(), self.company_id)
            )
        )

    def _check_trainers_approved(self):
        """Refuse trainers without a valid approval for the content."""
        for session in self:
            day = session._get_local_day(session.date_start)
            for trainer in session.sudo().trainer_ids:
                if not trainer._is_approved_for(session.course_id, day):
                    raise UserError(
                        self.env._(
                            "%(trainer)s is not approved to teach “%(course)s” on "
                            "%(day)s. Record the approval at the trainer first.",
                            trainer=trainer.person_name,
                            course=session.course_id.name,
                            day=day,
                        )
                    )

    # Check-in

    def _is_checkin_open(self):
        """Whether people may check in now."""
        self.ensure_one()
        now = fields.Datetime.now()
        return self.state == "running" and in_window(
            now, self.date_start, self.date_stop, CHECKIN_LEAD
        )

    def _get_checkin_url(self):
        """Address behind the code that is shown in the room (sudo)."""
        self.ensure_one()
        return f"{self.get_base_url()}/my/training/checkin/{self.checkin_token or ''}"

    def _get_checkin_qr(self):
        """The address as a QR code: an SVG image, drawn as lines (sudo).

        That needs no graphics library on the server.
        """
        drawing = createBarcodeDrawing(
            "QR", value=self._get_checkin_url(), width=400, height=400, barLevel="M"
        )
        svg = renderSVG.drawToString(drawing).encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"

    @api.model
    def _checkin(self, token, user):
        """Record that a user is there, by the code shown in the room.

        :param token: code of the session
        :return: the attendee, with the rights of the system
        :raise UserError: wrong code, not registered, or not the time
        """
        session_sudo = self.sudo().search([("checkin_token", "=", token)], limit=1)
        attendee_sudo = session_sudo.attendee_ids.filtered(
            lambda a: a.state in ("registered", "attended") and a._is_person(user)
        )[:1]
        if not token or not attendee_sudo:
            # The same words for a wrong code and a foreign session: nobody learns
            # which codes exist.
            raise UserError(
                self.env._("This code is not valid for you. Ask the trainer.")
            )
        if not session_sudo._is_checkin_open():
            raise UserError(
                self.env._(
                    "Check-in to %(session)s is possible from 30 minutes before the "
                    "start until the end, once the trainer has started the session.",
                    session=session_sudo.name,
                )
            )
        if attendee_sudo.state == "registered":
            attendee_sudo._set_attendance("attended", "code")
        return attendee_sudo
