from odoo import models


class AftersalesPartReturn(models.Model):
    """Dialogs of the old part, for one or for many at once."""

    _inherit = "aftersales.part.return"

    def action_open_inspection(self):
        """Ask what the inspection found."""
        self._check_flow_state("received")
        return self.env["aftersales.part.inspection"]._open_for(self, "inspect")

    def action_open_disposition(self):
        """Ask what becomes of inspected parts."""
        self._check_flow_state("inspected")
        return self.env["aftersales.part.inspection"]._open_for(self, "dispose")

    def action_open_proof(self):
        """Ask for the photo of a part scrapped at the point."""
        self._check_flow_state("owed")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scrapped at the Point"),
            "res_model": "aftersales.part.proof",
            "view_mode": "form",
            "target": "new",
            "context": {"default_part_ids": self.ids},
        }
