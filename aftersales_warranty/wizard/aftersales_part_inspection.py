from odoo import api, fields, models


class AftersalesPartInspection(models.TransientModel):
    """Asks what the inspection found, or what becomes of old parts."""

    _name = "aftersales.part.inspection"
    _description = "Inspection of Old Parts"

    part_ids = fields.Many2many("aftersales.part.return", required=True)
    step = fields.Selection(
        [("inspect", "Inspect"), ("dispose", "Dispose")],
        required=True,
        readonly=True,
        default="inspect",
    )
    finding = fields.Selection(
        selection=lambda self: self._get_choices("finding"),
        help="Everything but a confirmed fault goes to the decision of the claim.",
    )
    note = fields.Text()
    disposition = fields.Selection(
        selection=lambda self: self._get_choices("disposition"),
        string="What Becomes of It",
        help="May be left for later.",
    )

    @api.model
    def _get_choices(self, name):
        """Values of a field of the old part, in the reader's language."""
        field = self.env["aftersales.part.return"]._fields[name]
        return field._description_selection(self.env)

    @api.model
    def _open_for(self, parts, step):
        """Window action that asks about parts."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Inspect Old Parts")
            if step == "inspect"
            else self.env._("Dispose of Old Parts"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_part_ids": parts.ids, "default_step": step},
        }

    def action_confirm(self):
        """Record finding and disposition."""
        self.ensure_one()
        if self.step == "inspect":
            self.part_ids.action_inspect(self.finding, self.note)
        if self.disposition or self.step == "dispose":
            self.part_ids.action_dispose(self.disposition)
        return {"type": "ir.actions.act_window_close"}


class AftersalesPartProof(models.TransientModel):
    """The photo that proves a part was scrapped at the point."""

    _name = "aftersales.part.proof"
    _description = "Proof of a Scrapped Part"

    part_ids = fields.Many2many("aftersales.part.return", required=True)
    image = fields.Image("Photo", required=True)

    def action_confirm(self):
        """End the duty with the photo."""
        self.part_ids.check_access("write")
        self.part_ids._prove_scrapped(self.image)
        return {"type": "ir.actions.act_window_close"}
