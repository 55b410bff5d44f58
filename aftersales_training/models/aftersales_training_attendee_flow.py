from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .aftersales_training_session_flow import MAIL_REGISTERED, MAIL_WAITING

OFFICER_GROUP = "aftersales_network.group_training_officer"
MANAGER_GROUP = "aftersales_network.group_centre_manager"
MAIL_SEATED = "aftersales_training.mail_template_attendee_seated"


class AftersalesTrainingAttendee(models.Model):
    """Registration, attendance and pass of people."""

    _inherit = "aftersales.training.attendee"

    def action_attended(self):
        """Record that people were there."""
        self._check_records()
        self._set_attendance("attended", "list")
        return True

    def action_absent(self):
        """Record that people were not there."""
        self._check_records()
        self._set_attendance("absent", "list")
        return True

    def action_cancel(self):
        """Give seats back; they go to those who wait longest."""
        self._check_may_cancel()
        self._cancel_places()
        return True

    def action_view_page(self):
        """Open the own page with materials, exam and feedback."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/training/{self.id}",
            "target": "self",
        }

    def action_view_certificate(self):
        """Open the certificate that was issued for the pass."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.certificate",
            "res_id": self.certificate_id.id,
            "view_mode": "form",
        }

    def _on_passed(self):
        """Called once for attendees who have passed; extension point.

        The records come with the rights of the system; what closes because of a
        pass (needs, plan lines) hooks in here.
        """

    # Registration

    def _check_registration(self):
        """Refuse places that cannot be given.

        :raise UserError: naming the session, or the people and what they lack
        """
        officer = self.env.su or self.env.user.has_group(OFFICER_GROUP)
        states = ("draft", "open", "running") if officer else ("open",)
        closed = self.session_id.filtered(lambda s: s.state not in states)[:1]
        if closed:
            raise UserError(
                self.env._(
                    "%(session)s is not open for registration.",
                    session=closed.display_name,
                )
            )
        lacking = self._get_missing_prerequisites()
        if lacking:
            lines = [f"{a.person_name}: {', '.join(v)}" for a, v in lacking.items()]
            raise UserError(
                self.env._(
                    "What has to come first is missing:\n%(people)s",
                    people="\n".join(lines),
                )
            )

    def _get_missing_prerequisites(self):
        """Courses and certificates that people lack: ``{attendee: [name]}``.

        Asked once per course and day, however many people there are.
        """
        found = {}
        for course, attendees in self.grouped("course_id").items():
            course_sudo = course.sudo()
            if not (
                course_sudo.prerequisite_course_ids or course_sudo.prerequisite_type_ids
            ):
                continue
            days = attendees.grouped(lambda a: a._get_course_day())
            for day, people in days.items():
                found.update(people._get_missing_on(course_sudo, day))
        return found

    def _get_course_day(self):
        """Day of the course in the zone of the company; self-study: today."""
        self.ensure_one()
        start = self.session_id.date_start
        return self.company_id._get_aftersales_today(start or None)

    def _get_missing_on(self, course_sudo, day):
        """Return ``{attendee: [name]}`` for one course and day."""
        keys = {attendee: attendee._get_person_key() for attendee in self}
        passed = course_sudo._get_passed(keys.values(), day)
        held = self._get_held_types(course_sudo.prerequisite_type_ids, day)
        found = {}
        for attendee, key in keys.items():
            names = [
                before.name
                for before in course_sudo.prerequisite_course_ids
                if (before.id, key) not in passed
            ]
            names += [
                kind.name
                for kind in course_sudo.prerequisite_type_ids
                if (kind.id, key) not in held
            ]
            if names:
                found[attendee] = names
        return found

    def _get_held_types(self, types, day):
        """Certificate types that people hold: ``{(type id, person key)}``."""
        if not types:
            return set()
        certificates_sudo = self.env["aftersales.certificate"].sudo()
        held = certificates_sudo.search(
            certificates_sudo._get_valid_domain(day)
            & Domain("type_id", "in", types.ids)
            & (
                Domain("person_id", "in", self.person_id.ids)
                | Domain("holder_employee_id", "in", self.employee_id.ids)
            )
        )
        return {(line.type_id.id, line._get_person_key()) for line in held}

    def _take_seats(self):
        """Seat new people behind those who already wait, and tell everybody."""
        attendees_sudo = self.sudo()
        alone = attendees_sudo.filtered(lambda a: not a.session_id)
        alone._write_flow({"state": "registered"})
        timed = (attendees_sudo - alone).filtered(lambda a: a.state == "waiting")
        seated = timed.session_id._fill_seats()
        clashes = timed._get_conflicts() if timed - seated else {}
        self._refuse_clashes(clashes)
        self._settle_terms()
        (timed & seated)._send(MAIL_REGISTERED)
        (seated - timed)._send(MAIL_SEATED)
        # A session in preparation hands out its seats when it opens.
        full = (timed - seated).filtered(lambda a: a.session_id.state != "draft")
        full._send(MAIL_WAITING)

    def _refuse_clashes(self, clashes):
        """Refuse people who sit elsewhere at the time of the session."""
        if not clashes:
            return
        lines = [
            f"{other.person_name}: {other.session_id.sudo().name}"
            for other in clashes.values()
        ]
        raise UserError(
            self.env._(
                "Already registered elsewhere at that time:\n%(people)s\nCancel the "
                "other registration first.",
                people="\n".join(lines),
            )
        )

    def _settle_terms(self):
        """Take over from the course what a pass takes."""
        for course, attendees in self.sudo().grouped("course_id").items():
            attendees._write_flow({"needs_exam": course.has_exam})

    def _check_may_cancel(self):
        """HR cancels for all, a manager for his people, a person for himself.

        :raise UserError: the session has begun
        """
        user = self.env.user
        for attendee in self:
            self_service = attendee._is_person(user)
            if not self_service:
                attendee.check_access("write")
            attendee._check_flow_state("registered", "waiting")
            if attendee.session_id.sudo().state == "running" and not (
                user.has_group(OFFICER_GROUP)
            ):
                raise UserError(
                    self.env._(
                        "%(session)s has begun. Ask the trainer.",
                        session=attendee.session_id.sudo().name,
                    )
                )

    def _cancel_places(self):
        """Cancel, and hand the seats on with a message."""
        attendees_sudo = self.sudo()
        attendees_sudo.session_id._touch_seats()
        attendees_sudo._write_flow({"state": "cancelled"})
        seated = attendees_sudo.session_id._fill_seats()
        seated._send(MAIL_SEATED)

    # Attendance

    def _may_record(self):
        """Whether the user may record attendance: HR, or the trainer."""
        self.ensure_one()
        if self.session_id:
            return self.session_id._may_run()
        user = self.env.user
        return (
            user.has_group(OFFICER_GROUP) and self.company_id.sudo() in user.company_ids
        )

    def _check_records(self):
        """Refuse recording by others, for oneself, or at another time.

        :raise AccessError: neither of human resources nor the trainer
        :raise UserError: own attendance, or the session is not running
        """
        for attendee in self:
            if not self.env.su and not attendee._may_record():
                raise AccessError(
                    self.env._(
                        "Only an HR training officer or the trainer records the "
                        "attendance of %(person)s.",
                        person=attendee.person_name,
                    )
                )
            if not self.env.su and attendee._is_person(self.env.user):
                raise UserError(
                    self.env._(
                        "Nobody records his own attendance by hand. Use the code of "
                        "the session or ask a colleague."
                    )
                )
            attendee._check_record_time()
        self._check_flow_state("registered", "attended", "absent")

    def _check_record_time(self):
        """Attendance is recorded while the session runs; later by HR only."""
        self.ensure_one()
        state = self.session_id.sudo().state
        officer = self.env.su or self.env.user.has_group(OFFICER_GROUP)
        if not state or state == "running" or (state == "done" and officer):
            return
        raise UserError(
            self.env._(
                "Attendance of %(session)s is recorded while it runs. Start it first, "
                "or ask human resources to correct the list of a closed one.",
                session=self.session_id.sudo().name,
            )
        )

    def _set_attendance(self, state, source):
        """Write the attendance after the checks, and settle who has passed."""
        passed = self.sudo().filtered("is_passed")
        if state == "absent" and passed:
            raise UserError(
                self.env._(
                    "%(person)s has passed the course already and cannot have been "
                    "absent.",
                    person=passed[0].person_name,
                )
            )
        changed = self.sudo().filtered(lambda a: a.state != state)
        was_there = state == "attended"
        groups = changed.grouped(lambda a: (a._get_attended_day(), a.course_id.hours))
        for (day, hours), attendees in groups.items():
            attendees._write_flow(
                {
                    "state": state,
                    "date_attended": day if was_there else False,
                    "attended_by": source if was_there else False,
                    "hours": hours if was_there else 0,
                }
            )
        changed._settle_pass()

    def _get_attended_day(self):
        """Last day of the session, but not in the future."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        stop = self.date_stop
        return (
            min(today, self.company_id._get_aftersales_today(stop)) if stop else (today)
        )

    # Pass

    def _settle_pass(self):
        """Note who has passed, issue the certificates and tell the others.

        Passed is who attended and, where there is one, passed the exam.
        """
        passed = self.sudo().filtered(
            lambda a: (
                not a.is_passed
                and a.state == "attended"
                and (not a.needs_exam or a.result == "passed")
            )
        )
        groups = passed.grouped(
            lambda a: max(day for day in (a.date_attended, a.date_result) if day)
        )
        for day, attendees in groups.items():
            attendees._write_flow({"is_passed": True, "date_passed": day})
        passed._issue_certificates()
        if passed:
            passed._on_passed()

    def _issue_certificates(self):
        """Issue the course's certificate to those who have passed (sudo)."""
        Certificate = self.env["aftersales.certificate"]
        earning = self.filtered("course_id.certificate_type_id")
        groups = earning.grouped(
            lambda a: (a.course_id.certificate_type_id, a.date_passed)
        )
        for (kind, day), attendees in groups.items():
            issued = Certificate._issue_for(attendees, kind, day, origin=attendees)
            for attendee, certificate in zip(attendees, issued, strict=True):
                attendee._write_flow({"certificate_id": certificate.id})

    def _send(self, xmlid):
        """Send a letter to each person who has an address, in batches."""
        template_sudo = self.env.ref(xmlid).sudo()
        reachable = self.sudo().filtered(lambda a: a.person_id.email)
        if reachable:
            template_sudo.send_mail_batch(reachable.ids)
