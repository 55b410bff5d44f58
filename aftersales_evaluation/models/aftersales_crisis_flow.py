from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP


class AftersalesCrisis(models.Model):
    """Close-out of a crisis: a report by one person, accepted by another."""

    _inherit = "aftersales.crisis"

    def _get_application_start(self):
        """Moment from which decisions belong to the running close-out."""
        self.ensure_one()
        return self.submitted_on or self.create_date

    def action_submit(self):
        """Hand the close-out report in.

        :raise UserError: naming what is missing
        """
        self.check_access("write")
        self._check_flow_state("open")
        for crisis in self:
            missing = crisis._get_missing()
            if missing:
                raise UserError(
                    self.env._(
                        "%(crisis)s cannot be closed out yet:\n%(missing)s",
                        crisis=crisis.display_name,
                        missing="\n".join(missing),
                    )
                )
        self._write_flow(
            {
                "state": "closing",
                "submitted_by_id": self.env.uid,
                "submitted_on": fields.Datetime.now(),
            }
        )
        for crisis in self:
            self.env["aftersales.approval"]._log(crisis, "submit", "approved")
        self._note(self.env._("Close-out report handed in"))
        self._ask_head(self.env._("Accept the close-out of the crisis"))

    def _get_missing(self):
        """What the close-out report still lacks, in sentences."""
        self.ensure_one()
        missing = []
        for name in ("cause", "effect", "lessons"):
            if not (self[name] or "").strip():
                label = self._fields[name]._description_string(self.env)
                missing.append(self.env._("“%(field)s” is empty.", field=label))
        if not self.date_first_statement:
            missing.append(self.env._("No statement was published."))
        todo = self.action_ids.filtered(lambda a: a.state == "open")
        return missing + [
            self.env._("The action “%(action)s” is still open.", action=action.name)
            for action in todo
        ]

    def action_close(self):
        """Accept the close-out: a head who neither led nor reported the event.

        :raise AccessError: another role
        :raise UserError: the own report or the own event
        """
        self.check_access("write")
        self._check_flow_state("closing")
        self._check_closer()
        for crisis in self:
            self.env["aftersales.approval"]._log(crisis, "crisis", "approved")
        self._write_flow(
            {
                "state": "closed",
                "closed_by_id": self.env.uid,
                "date_closed": fields.Datetime.now(),
            }
        )
        self._note(self.env._("Close-out accepted"))
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _check_closer(self):
        """Four eyes on the close-out."""
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("The close-out is accepted by the head of service.")
            )
        for crisis in self:
            self.env["aftersales.approval"]._check_four_eyes(crisis, ["submit"])
            self.env["aftersales.approval"]._check_other_person(
                crisis, crisis.owner_id | crisis.former_owner_ids
            )

    def action_ask_reopen(self):
        """Ask why the close-out is not accepted, or the event goes on."""
        self._check_flow_state("closing", "closed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reopen")

    def _reopen(self, reason):
        """Send the close-out back, or take up an event again.

        :param reason: kept with the decisions and on the timeline
        """
        self.check_access("write")
        self._check_flow_state("closing", "closed")
        reason = self._check_reason_given(reason)
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("The close-out is sent back by the head of service.")
            )
        for crisis in self:
            self.env["aftersales.approval"]._log(crisis, "crisis", "rejected", reason)
        self._write_flow(
            {
                "state": "open",
                "submitted_by_id": False,
                "submitted_on": False,
                "closed_by_id": False,
                "date_closed": False,
            }
        )
        self._note(self.env._("Taken up again: %(reason)s", reason=reason))
        self.activity_unlink(["mail.mail_activity_data_todo"])
