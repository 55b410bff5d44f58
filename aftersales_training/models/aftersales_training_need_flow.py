from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .aftersales_training_need import OPEN_STATES


class AftersalesTrainingNeed(models.Model):
    """How needs are closed: by a pass, or cancelled with a reason."""

    _inherit = "aftersales.training.need"

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_open()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel open needs; the reason stays with them.

        :param reason: text, required
        :raise UserError: closed need, or no reason
        """
        self._check_open()
        if not (reason or "").strip():
            raise UserError(self.env._("Give a reason for cancelling the need."))
        self._write_flow(
            {"state": "cancelled", "cancel_reason": reason, "plan_line_id": False}
        )
        self._settle_closed()
        for need in self:
            need.message_post(body=reason)

    def action_reopen(self):
        """Open cancelled needs again."""
        self._check_flow_state("cancelled")
        self._write_flow({"state": "open", "cancel_reason": False})

    def action_view_origin(self):
        """Open the record that the need came from."""
        self.ensure_one()
        if not self.origin_model or not self.origin_res_id:
            raise UserError(
                self.env._(
                    "The training need “%(need)s” was entered by hand; there is no "
                    "record behind it.",
                    need=self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.origin_model,
            "res_id": self.origin_res_id,
            "view_mode": "form",
        }

    @api.model
    def _get_new_action(self, record, origin, text):
        """Window action on a new need of the unit that follows from a record."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Training Need"),
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_origin": origin,
                "default_origin_model": record._name,
                "default_origin_res_id": record.id,
                "default_service_point_id": record.service_point_id.id,
                "default_text": text,
            },
        }

    # The own page

    @api.model
    def _get_own_open_domain(self, user):
        """Open needs of the person who is logged in, whatever his role sees."""
        # People of the portal may not look into employees.
        employees = user.sudo().employee_ids
        return Domain("state", "in", OPEN_STATES) & (
            Domain("person_id", "=", user.partner_id.id)
            | Domain("employee_id", "in", employees.ids)
        )

    def _prepare_page_vals(self):
        """What the person sees on the portal: plain values, no findings."""
        self.ensure_one()
        need_sudo = self.sudo()
        types = dict(self._fields["content_type"]._description_selection(self.env))
        origins = dict(self._fields["origin"]._description_selection(self.env))
        return {
            "course": need_sudo.course_id.name or types[need_sudo.content_type],
            "origin": origins[need_sudo.origin],
            "due": format_date(self.env, need_sudo.date_due),
            "is_overdue": need_sudo.is_overdue,
            "is_planned": need_sudo.state == "planned",
        }

    # Closing by a pass

    @api.model
    def _close_passed(self, attendees):
        """Close what these passes answer.

        Needs of a person close with a pass of the course (or of a course with the
        content) on or after the day they were found; needs of a unit when everybody
        present there in the role has passed.

        :param attendees: passed attendees, with the rights of the system
        """
        attendees = attendees.filtered(lambda a: a.is_passed and a.date_passed)
        if not attendees:
            return
        needs_sudo = self.sudo()
        personal = needs_sudo.search(
            self._get_answered_domain(attendees)
            & (
                Domain("person_id", "in", attendees.person_id.ids)
                | Domain("employee_id", "in", attendees.employee_id.ids)
            )
        )
        for need in personal:
            need._close_by(attendees.filtered(need._is_answered_by)[:1])
        units = needs_sudo._close_units(attendees)
        (personal | units).filtered(lambda n: n.state == "done")._settle_closed()

    @api.model
    def _get_answered_domain(self, attendees):
        """Open needs for which the courses of these attendees are taught."""
        return Domain("state", "in", OPEN_STATES) & (
            Domain("course_id", "in", attendees.course_id.ids)
            | (
                Domain("course_id", "=", False)
                & Domain("content_type", "in", attendees.mapped("content_type"))
            )
        )

    def _is_answered_by(self, attendee):
        """Whether a pass closes this need of a person."""
        self.ensure_one()
        return (
            attendee._get_person_key() == self._get_person_key()
            and self._is_taught_by(attendee)
        )

    def _is_taught_by(self, attendee):
        """Whether a pass is of the right course and not older than the need."""
        self.ensure_one()
        is_course = (
            attendee.course_id == self.course_id
            if self.course_id
            else attendee.content_type == self.content_type
        )
        return is_course and attendee.date_passed >= self.date_open

    def _close_by(self, attendee):
        """Close the need with the pass that answers it."""
        if attendee:
            self._write_flow(
                {
                    "state": "done",
                    "attendee_id": attendee.id,
                    "date_done": attendee.date_passed,
                }
            )

    def _settle_closed(self):
        """End the reminders of closed needs, once for the batch."""
        # The unique index looks at the state: it must reach the database before
        # another need takes the place of a closed one.
        self.flush_recordset(["state"])
        self.activity_unlink(["aftersales_training.mail_activity_type_need"])

    @api.model
    def _close_units(self, attendees):
        """Close needs of units whose people have all passed by now.

        :return: the needs that were looked at
        """
        Staff = self.env["aftersales.staff"]
        needs = self.search(
            self._get_answered_domain(attendees)
            & Domain("employee_id", "=", False)
            & Domain("partner_id", "=", False)
        )
        if not needs:
            return needs
        today = self.env.company._get_aftersales_today()
        staff = Staff.search(
            Staff._get_present_domain(today)
            & Domain("service_point_id", "in", needs.service_point_id.ids)
        )
        passed = needs._get_passes_since(staff)
        newest = attendees.sorted("date_passed")
        for need in needs:
            people = staff.filtered(need._is_about)
            keys = {person._get_person_key() for person in people}
            if keys and keys <= {
                attendee._get_person_key()
                for attendee in passed
                if need._is_taught_by(attendee)
            }:
                own = newest.filtered(
                    lambda a, n=need, k=keys: (
                        n._is_taught_by(a) and a._get_person_key() in k
                    )
                )
                need._close_by(own[-1:])
        return needs

    def _is_about(self, staff):
        """Whether a staff line belongs to this need of a unit."""
        self.ensure_one()
        return staff.service_point_id == self.service_point_id and (
            not self.role_id or staff.role_id == self.role_id
        )

    def _get_passes_since(self, staff):
        """Passes of these people that may answer these needs."""
        contacts = staff.partner_id | staff.employee_id.work_contact_id
        return self.env["aftersales.training.attendee"].search(
            Domain("is_passed", "=", True)
            & Domain("date_passed", ">=", min(self.mapped("date_open")))
            & (
                Domain("person_id", "in", contacts.ids)
                | Domain("employee_id", "in", staff.employee_id.ids)
            )
        )


class AftersalesTrainingAttendee(models.Model):
    _inherit = "aftersales.training.attendee"

    def _on_passed(self):
        """A pass closes the needs it answers."""
        result = super()._on_passed()
        self.env["aftersales.training.need"]._close_passed(self)
        return result
