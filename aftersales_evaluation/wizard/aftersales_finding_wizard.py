from odoo import fields, models
from odoo.fields import Command


class AftersalesFindingWizard(models.TransientModel):
    """Asks the owner of a finding for cause, correction and proof."""

    _name = "aftersales.finding.wizard"
    _description = "Correction"

    finding_id = fields.Many2one("aftersales.finding", required=True, readonly=True)
    text = fields.Text(related="finding_id.text")
    cause = fields.Text(help="Why it happened.")
    correction = fields.Text(
        required=True, help="What was done, and what keeps it from coming back."
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_finding_wizard_photo_rel",
        "wizard_id",
        "attachment_id",
        "Proof",
    )

    def action_confirm(self):
        """Hand the correction in.

        :raise AccessError: anybody but owner and head of service
        """
        self.ensure_one()
        finding = self.finding_id
        finding._check_answerable()
        finding._correct({"cause": self.cause, "correction": self.correction})
        # Files of the dialog belong to the person who uploaded them; what proves
        # something elsewhere stays there.
        photos_sudo = self.photo_ids.filtered(
            lambda photo: (
                photo.create_uid == self.env.user
                and (not photo.res_id or photo.res_model == self._name)
            )
        ).sudo()
        photos_sudo.write({"res_model": finding._name, "res_id": finding.id})
        finding.sudo()._write_flow(
            {"photo_ids": [Command.link(photo.id) for photo in photos_sudo]}
        )
        return {"type": "ir.actions.act_window_close"}
