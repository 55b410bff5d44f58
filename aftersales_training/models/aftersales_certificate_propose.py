from odoo import api, models
from odoo.fields import Domain

from .aftersales_certificate_lifecycle import OFFICER_GROUP


class AftersalesCertificate(models.Model):
    """People propose their own certificates; human resources verify them."""

    _inherit = "aftersales.certificate"

    @api.model
    def default_get(self, fields):
        """On the page of the own certificates the holder is the user."""
        vals = super().default_get(fields)
        if self.env.context.get("aftersales_own_certificate"):
            employee = self.env.user.employee_id
            vals["holder_employee_id"] = employee.id
            vals["holder_partner_id"] = (
                False if employee else self.env.user.partner_id.id
            )
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        """Tell human resources of what somebody else proposes."""
        certificates = super().create(vals_list)
        if not self.env.su and not self.env.user.has_group(OFFICER_GROUP):
            certificates._ask_to_verify()
        return certificates

    def action_verify(self):
        """Verifying answers the proposal."""
        result = super().action_verify()
        self._unlink_proposals()
        return result

    def _ask_to_verify(self):
        """Give drafts to an officer of their company other than the holder."""
        vals_list = []
        type_id = self._get_proposal_type_id()
        model_id = self.env["ir.model"]._get_id(self._name)
        for company, certificates in self.sudo().grouped("company_id").items():
            officers = company._get_training_officers()
            for certificate in certificates:
                others = officers.filtered(
                    lambda u, c=certificate: not c._is_held_by(u)
                )
                user = (others or officers)[:1]
                env = self.with_context(lang=user.lang).env
                vals_list.append(
                    {
                        "activity_type_id": type_id,
                        "res_model_id": model_id,
                        "res_id": certificate.id,
                        "user_id": user.id,
                        "summary": env._(
                            "%(holder)s proposes a certificate to verify",
                            holder=certificate.holder_name,
                        ),
                    }
                )
        # Whoever proposes may not assign work to others; this one thing he may.
        self.env["mail.activity"].sudo().create(
            [vals for vals in vals_list if vals["user_id"]]
        )

    @api.model
    def _get_proposal_type_id(self):
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "aftersales_training.mail_activity_type_proposal", raise_if_not_found=True
        )

    def _unlink_proposals(self):
        self.env["mail.activity"].sudo().search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", self._get_proposal_type_id())
        ).unlink()
