from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

from ..tools.certificates import REMINDER_DAYS, reminder_step

OFFICER_GROUP = "aftersales_network.group_training_officer"
FROZEN_FIELDS = {
    "company_id",
    "date_expiry",
    "date_issue",
    "file",
    "file_data",
    "file_name",
    "holder_employee_id",
    "holder_partner_id",
    "issuer_id",
    "level",
    "number",
    "previous_id",
    "type_id",
}
HOLDER_FIELDS = {"holder_employee_id", "holder_partner_id"}
STATE_FIELDS = {
    "state",
    "verified_by_id",
    "date_verified",
    "revoked_by_id",
    "date_revoked",
    "revoke_reason",
    "reminder_step",
    "origin_model",
    "origin_id",
}
# What a new certificate takes from no context; the skill is set by the mirror.
GUARDED_DEFAULTS = STATE_FIELDS | {"employee_skill_id"}
# An object cannot be sent by RPC, so only this file can open the door with it.
LIFECYCLE_SENTINEL = object()
REMINDER_BATCH = 500


class AftersalesCertificate(models.Model):
    _inherit = "aftersales.certificate"

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        self._check_starts_as_draft(vals_list)
        cleaned = without_guarded_defaults(self, GUARDED_DEFAULTS)
        return super(AftersalesCertificate, cleaned).create(vals_list)

    def write(self, vals):
        self._check_frozen(vals)
        result = super().write(vals)
        if HOLDER_FIELDS & set(vals):
            # Nobody gives the own draft to somebody else: the rules must still
            # hold for the new holder.
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_verified(self):
        for certificate in self:
            if certificate.state != "draft":
                raise UserError(
                    self.env._(
                        "%(certificate)s has been verified. Revoke it instead of "
                        "deleting it.",
                        certificate=certificate.display_name,
                    )
                )

    def action_verify(self):
        """Accept drafts as seen and genuine; the holder cannot do it himself."""
        self._check_officer()
        self.check_access("write")
        for certificate in self:
            if certificate.state != "draft":
                raise UserError(
                    self.env._(
                        "%(certificate)s is not a draft.",
                        certificate=certificate.display_name,
                    )
                )
            if certificate._is_held_by(self.env.user):
                raise UserError(
                    self.env._(
                        "%(certificate)s is your own certificate. Somebody else has "
                        "to verify it.",
                        certificate=certificate.display_name,
                    )
                )
        for company, certificates in self.grouped("company_id").items():
            certificates._write_lifecycle(
                {
                    "state": "verified",
                    "verified_by_id": self.env.uid,
                    "date_verified": company._get_aftersales_today(),
                }
            )
        self._close_renewed_reminders()
        return True

    def action_revoke(self):
        """Ask for the reason of a revocation."""
        self._check_officer()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_revoke")

    def _revoke(self, reason, on_date=None):
        """Take verified certificates back from a day on, with the reason."""
        self._check_officer()
        self.check_access("write")
        for certificate in self:
            if certificate.state != "verified":
                raise UserError(
                    self.env._(
                        "Only a verified certificate can be revoked; %(certificate)s "
                        "is not.",
                        certificate=certificate.display_name,
                    )
                )
        for company, certificates in self.grouped("company_id").items():
            certificates._write_lifecycle(
                {
                    "state": "revoked",
                    "revoked_by_id": self.env.uid,
                    "date_revoked": on_date or company._get_aftersales_today(),
                    "revoke_reason": reason,
                }
            )
        self._unlink_reminders()

    def _check_officer(self):
        """Refuse whoever is not of human resources."""
        if not self.env.su and not self.env.user.has_group(OFFICER_GROUP):
            raise AccessError(
                self.env._("Only an HR training officer decides on certificates.")
            )

    @api.model
    def _check_starts_as_draft(self, vals_list):
        """Nobody records a certificate that is verified from the start."""
        for vals in vals_list:
            given = {name for name in STATE_FIELDS if vals.get(name)}
            if given - {"state"} or vals.get("state", "draft") != "draft":
                raise UserError(
                    self.env._("A certificate starts as a draft; verify it afterwards.")
                )

    def _check_frozen(self, vals):
        """Keep decided certificates as they are and states to their buttons."""
        door = self.env.context.get("aftersales_certificate_lifecycle")
        if door is LIFECYCLE_SENTINEL:
            return
        if STATE_FIELDS & set(vals) and not self.env.su:
            raise UserError(
                self.env._("Use the buttons to verify or revoke a certificate.")
            )
        frozen = self.filtered(lambda c: c.state != "draft")
        if FROZEN_FIELDS & set(vals) and frozen:
            raise UserError(
                self.env._(
                    "%(certificate)s has been verified and cannot be changed. Revoke "
                    "it and record a new one.",
                    certificate=frozen[0].display_name,
                )
            )

    def _write_lifecycle(self, vals):
        return self.with_context(
            aftersales_certificate_lifecycle=LIFECYCLE_SENTINEL
        ).write(vals)

    # Reminders

    @api.model
    def _cron_remind_expiry(self):
        """Remind of certificates 90, 60 and 30 days before they expire."""
        cron = self.env["ir.cron"]
        due = self._get_due_reminders()
        cron._commit_progress(remaining=len(due))
        for start in range(0, len(due), REMINDER_BATCH):
            batch = due[start : start + REMINDER_BATCH]
            batch._remind()
            cron._commit_progress(len(batch))

    @api.model
    def _get_due_reminders(self):
        """Verified certificates with a reminder step that was not made yet."""
        today = fields.Date.context_today(self)
        last = fields.Date.add(today, days=REMINDER_DAYS[0])
        candidates = self.search(
            Domain("state", "=", "verified")
            & Domain("date_expiry", ">=", today)
            & Domain("date_expiry", "<=", last)
            & ~Domain("next_ids.state", "=", "verified")
        )
        return candidates.filtered(lambda c: c._get_due_step())

    def _get_due_step(self):
        """Return the step that is due now and was not made yet, else 0."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        step = reminder_step(today, self.date_expiry)
        done = self.reminder_step
        return step if step and (not done or step < done) else 0

    def _remind(self):
        """Raise one activity per certificate and person; older ones make way."""
        self._unlink_reminders()
        officers = {
            company: company._get_training_officers()
            for company in self.mapped("company_id")
        }
        vals_list = []
        by_step = defaultdict(self.browse)
        for certificate in self:
            by_step[certificate._get_due_step()] |= certificate
            users = officers[certificate.company_id]
            users |= certificate._get_holder_user()
            vals_list += [certificate._prepare_reminder_vals(user) for user in users]
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        activities.create(vals_list)
        for step, certificates in by_step.items():
            certificates._write_lifecycle({"reminder_step": step})

    def _get_holder_user(self):
        """The holder's own internal user, if there is one."""
        self.ensure_one()
        certificate_sudo = self.sudo()
        users = certificate_sudo.holder_employee_id.user_id
        users |= certificate_sudo.person_id.user_ids
        return users.filtered(lambda user: user.active and not user.share)[:1]

    def _prepare_reminder_vals(self, user):
        """Values of the activity that reminds one user."""
        self.ensure_one()
        env = self.with_context(lang=user.lang).env
        return {
            "activity_type_id": self._get_reminder_type_id(),
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": user.id,
            "date_deadline": self.date_expiry,
            "summary": env._(
                "%(certificate)s of %(holder)s expires on %(date)s",
                certificate=self.display_name,
                holder=self.holder_name,
                date=self.date_expiry,
            ),
        }

    @api.model
    def _get_reminder_type_id(self):
        # Cached, unlike env.ref(), which asks the database each time.
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "aftersales_training.mail_activity_type_expiry", raise_if_not_found=True
        )

    def _get_reminder_domain(self):
        return (
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", self._get_reminder_type_id())
        )

    def _unlink_reminders(self):
        # Reminders belong to several users; deciding on the certificate was
        # checked before, so the open ones go whoever they are for.
        activities_sudo = self.env["mail.activity"].sudo()
        activities_sudo.search(self._get_reminder_domain()).unlink()

    def _close_renewed_reminders(self):
        """A verified renewal ends the reminders of the one it renews."""
        previous = self.previous_id
        if previous:
            previous._unlink_reminders()
