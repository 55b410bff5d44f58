from odoo import models

from odoo.addons.aftersales_network.tools.workbook import make_workbook


class AftersalesSupplierClaim(models.Model):
    """The list of a supplier claim as a spreadsheet."""

    _inherit = "aftersales.supplier.claim"

    def action_download(self):
        """Download the list as a spreadsheet."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/supplier-claim/{self.id}/xlsx",
            "target": "download",
        }

    def _get_workbook(self):
        """Bytes of the spreadsheet, in the language of the supplier."""
        self.ensure_one()
        claim = self.with_context(lang=self.partner_id.lang or self.env.lang)
        env = claim.env
        headings = [
            env._("Claim"),
            env._("Serial Number"),
            env._("Failure Reported"),
            env._("Causal Part"),
            env._("Line"),
            env._("Cause"),
            env._("Approved"),
            env._("Asked For"),
        ]
        rows = [line._get_workbook_row() for line in claim.line_ids]
        return make_workbook([(claim.name, headings, rows)])


class AftersalesSupplierClaimLine(models.Model):
    _inherit = "aftersales.supplier.claim.line"

    def _get_workbook_row(self):
        """Cells of the line."""
        self.ensure_one()
        # The supplier is told what failed, whoever may read the claim.
        claim_sudo = self.claim_id.sudo()
        return [
            claim_sudo.name,
            claim_sudo.serial,
            claim_sudo.date_failure or None,
            self.product_id.display_name,
            self.claim_line_id.sudo().name,
            claim_sudo.cause or "",
            self.amount_base,
            self.amount_asked,
        ]
