from odoo import fields, models

from .aftersales_campaign import MONEY_GROUPS


class AftersalesClaim(models.Model):
    """A claim shows what its suppliers were asked for."""

    _inherit = "aftersales.claim"

    recovery_count = fields.Integer(
        "Lines of the Recovery",
        compute="_compute_recovery_count",
        groups=MONEY_GROUPS,
    )

    def _compute_recovery_count(self):
        counts = dict(
            self.env["aftersales.supplier.claim.line"]._read_group(
                [("claim_id", "in", self.ids), ("is_live", "=", True)],
                ["claim_id"],
                ["__count"],
            )
        )
        for claim in self:
            claim.recovery_count = counts.get(claim._origin, 0)

    def action_view_recovery(self):
        """Open what the suppliers of the claim were asked for, or why nothing."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recovery of %(claim)s", claim=self.name),
            "res_model": "aftersales.supplier.claim.line",
            "view_mode": "list,form",
            "domain": [("claim_id", "=", self.id)],
            "context": {"search_default_live": 1},
        }


class ResPartner(models.Model):
    """A supplier shows the claims on him."""

    _inherit = "res.partner"

    aftersales_supplier_claim_count = fields.Integer(
        "Claims on the Supplier",
        compute="_compute_aftersales_supplier_claim_count",
        groups=MONEY_GROUPS,
    )

    def _compute_aftersales_supplier_claim_count(self):
        counts = dict(
            self.env["aftersales.supplier.claim"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.aftersales_supplier_claim_count = counts.get(partner._origin, 0)

    def action_view_aftersales_supplier_claims(self):
        """Open the claims on the supplier."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Supplier Claims"),
            "res_model": "aftersales.supplier.claim",
            "view_mode": "list,form",
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }
