from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context, format_date

from odoo.addons.aftersales_network.models.flow import FLOW, HEAD_GROUP


class AftersalesDocument(models.Model):
    """Review, approval by somebody else, new versions and the end of a document."""

    _inherit = "aftersales.document"

    def _get_application_start(self):
        """Moment from which decisions belong to the running review."""
        self.ensure_one()
        return self.submitted_on or self.create_date

    def action_submit(self):
        """Hand drafts in for review; their content is fixed from now on.

        :raise UserError: an empty document, or one without its first day
        """
        self.check_access("write")
        self._check_flow_state("draft")
        self._check_content()
        undated = self.filtered(lambda d: not d.date_effective)[:1]
        if undated:
            raise UserError(
                self.env._(
                    "Enter from which day %(document)s is to be in force.",
                    document=undated.display_name,
                )
            )
        self._write_flow(
            {
                "state": "review",
                "submitted_by_id": self.env.uid,
                "submitted_on": fields.Datetime.now(),
            }
        )
        for document in self:
            self.env["aftersales.approval"]._log(document, "submit", "approved")
        self._ask_head(self.env._("Review and approve the document"))

    def _check_reviewer(self):
        """A head of service who neither wrote nor submitted it decides.

        :raise AccessError: another role
        :raise UserError: the own document
        """
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("Controlled documents are approved by the head of service.")
            )
        for document in self:
            self.env["aftersales.approval"]._check_four_eyes(document, ["submit"])
            self.env["aftersales.approval"]._check_other_person(
                document, document.editor_ids | document.owner_id
            )

    def action_approve(self):
        """Approve; it is in force from its day on, never from before today."""
        self.check_access("write")
        self._check_flow_state("review")
        self._check_reviewer()
        for document in self:
            today = document.company_id._get_aftersales_today()
            self.env["aftersales.approval"]._log(document, "document", "approved")
            document._write_flow(
                {
                    "state": "approved",
                    "approved_by_id": self.env.uid,
                    "approved_on": fields.Datetime.now(),
                    # Nobody can be held to a rule that he could not know.
                    "date_effective": max(document.date_effective, today),
                }
            )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_ask_send_back(self):
        """Ask what has to be changed, then send back to the author."""
        self._check_flow_state("review")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_send_back")

    def _send_back(self, reason):
        """Make drafts of documents in review again.

        :param reason: what has to be changed
        """
        self.check_access("write")
        self._check_flow_state("review")
        self._log_reason("document", "rejected", reason)
        self._write_flow(
            {"state": "draft", "submitted_by_id": False, "submitted_on": False}
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_ask_retire(self):
        """Ask why nothing takes the document's place."""
        self._check_flow_state("approved")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_retire")

    def _retire(self, reason):
        """End documents without a new version.

        :param reason: kept with the document
        :raise AccessError: another role than the head of service
        """
        self.check_access("write")
        self._check_flow_state("approved")
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("Controlled documents are retired by the head of service.")
            )
        self._log_reason("document_end", "approved", reason)
        for document in self:
            today = document.company_id._get_aftersales_today()
            vals = {
                "state": "retired",
                "date_retired": today,
                "retire_reason": reason,
            }
            if document.date_effective > today:
                # It never was in force and replaces nothing.
                vals["date_effective"] = False
            document._write_flow(vals)

    def _log_reason(self, gate, decision, reason):
        """Record a decision with its reason.

        :raise UserError: no reason
        """
        reason = self._check_reason_given(reason)
        for document in self:
            self.env["aftersales.approval"]._log(document, gate, decision, reason)
            document.message_post(body=reason)

    def action_new_version(self):
        """Draft the next version; this one holds until the new one is in force.

        :raise UserError: a document that has a next version already
        """
        self.ensure_one()
        self.check_access("write")
        self._check_flow_state("approved", "retired")
        if self.next_ids:
            raise UserError(
                self.env._(
                    "%(document)s has the version %(version)s already. Go on with that "
                    "one.",
                    document=self.display_name,
                    version=self.next_ids.version,
                )
            )
        # The number stays the same, so that the version must be given at once.
        # Defaults in the context of the caller must not reach the new version.
        source = self.with_context(clean_context(self.env.context))
        draft = source.with_context(aftersales_flow=FLOW).copy(
            {
                "code": self.code,
                "name": self.name,
                "owner_id": self.env.uid,
                "change_note": False,
                "version": self.version + 1,
                "previous_id": self.id,
            }
        )
        return draft.with_env(self.env)._get_records_action()

    def copy_data(self, default=None):
        """A copy is another document and needs a number of its own."""
        vals_list = super().copy_data(default)
        if "code" not in (default or {}):
            for vals in vals_list:
                vals["code"] = self.env._("%(code)s (copy)", code=vals["code"])
        return vals_list

    def _get_status_text(self):
        """Status in words, with its day, for papers and pages."""
        self.ensure_one()
        labels = dict(self._fields["status"]._description_selection(self.env))
        if self.state == "approved" and self.date_effective:
            return self.env._(
                "%(status)s, from %(date)s",
                status=labels[self.status],
                date=format_date(self.env, self.date_effective),
            )
        return labels[self.status]
