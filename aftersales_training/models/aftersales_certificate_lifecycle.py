from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

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
SCOPE_FIELDS = {"holder_employee_id", "holder_partner_id", "company_id"}
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
    "check_token",
}
# What a new certificate takes from no context; the skill is set by the mirror.
GUARDED_DEFAULTS = STATE_FIELDS | {"employee_skill_id"}
# An object cannot be sent by RPC, so only this file can open the door with it.
LIFECYCLE_SENTINEL = object()


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
        if SCOPE_FIELDS & set(vals):
            # Nobody gives the own draft to somebody else, or to a company out of
            # reach: the rules must still hold afterwards.
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
        # Two officers at once: the second one is told instead of overwriting.
        self.lock_for_update()
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
        self._check_may_hold()
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
