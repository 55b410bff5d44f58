from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_network.models.aftersales_point_condition import (
    adopt_attachments,
)


class AftersalesScorecardLine(models.Model):
    """What a finding rests on: files, and the record that shows it."""

    _inherit = "aftersales.scorecard.line"

    proof_ref = fields.Reference(
        selection="_selection_proof_models",
        string="Proof Record",
        help="The order, visit or other record that shows what was found.",
    )
    proof_count = fields.Integer("Proofs", compute="_compute_proof_count")

    @api.model
    def _selection_proof_models(self):
        """Documents of the suite that may prove a finding."""
        models_sudo = (
            self.env["ir.model"]
            .sudo()
            .search(
                [
                    ("model", "=like", "aftersales.%"),
                    ("is_mail_thread", "=", True),
                    ("transient", "=", False),
                    ("abstract", "=", False),
                    ("model", "!=", "aftersales.scorecard"),
                ],
                order="model",
            )
        )
        return [(model.model, model.name) for model in models_sudo]

    @api.depends("attachment_ids", "proof_ref")
    def _compute_proof_count(self):
        for line in self:
            line.proof_count = len(line.attachment_ids) + bool(line.proof_ref)

    @api.constrains("proof_ref")
    def _check_proof_ref(self):
        no_company = self.env["res.company"]
        for line in self.filtered("proof_ref"):
            proof = line.proof_ref
            has_company = "company_id" in proof._fields
            if has_company and proof.company_id not in (line.company_id, no_company):
                raise ValidationError(
                    self.env._(
                        "%(proof)s belongs to another company than scorecard "
                        "%(card)s. Choose a record of %(company)s.",
                        proof=proof.display_name,
                        card=line.scorecard_id.name,
                        company=line.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_proof_readable(vals)
        lines = super().create(vals_list)
        if any("attachment_ids" in vals for vals in vals_list):
            adopt_attachments(lines, "attachment_ids")
        return lines

    def write(self, vals):
        self._check_proof_readable(vals)
        result = super().write(vals)
        if "attachment_ids" in vals:
            adopt_attachments(self, "attachment_ids")
        return result

    @api.model
    def _check_proof_readable(self, vals):
        """Refuse a proof that the user may not see himself.

        Constraints see everything, so this comes before them.

        :raise AccessError: a record out of the user's reach
        """
        field = self._fields["proof_ref"]
        value = field.convert_to_cache(vals.get("proof_ref"), self.browse())
        proof = field.convert_to_record(value, self.browse())
        if proof:
            proof.check_access("read")

    def _get_frozen_attachments(self):
        """Proofs of scorecards that were handed over."""
        return self.filtered(lambda line: line.state != "draft").attachment_ids

    def action_conform(self):
        """Judge qualitative indicators as conforming; one tap on a phone."""
        self.filtered(lambda line: line.kind == "qualitative").write(
            {"conformity": "yes", "is_excluded": False}
        )
        return True

    def action_not_conform(self):
        """Judge qualitative indicators as non-conforming; one tap on a phone."""
        self.filtered(lambda line: line.kind == "qualitative").write(
            {"conformity": "no", "is_excluded": False}
        )
        return True
