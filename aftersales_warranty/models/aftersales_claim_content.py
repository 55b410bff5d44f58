from odoo import api, fields, models


class AftersalesClaim(models.Model):
    """What a claim says besides its amounts: type, fault, causal part, photos."""

    _inherit = "aftersales.claim"

    claim_type = fields.Selection(
        [
            ("warranty", "Warranty"),
            ("campaign", "Campaign"),
            ("goodwill", "Goodwill"),
            ("contract", "Service Contract"),
            ("parts", "Part Warranty"),
            ("transport", "Transport Damage"),
            ("pre_authorised", "Authorised in Advance"),
        ],
        "Type",
        required=True,
        default="warranty",
        index=True,
        tracking=True,
    )
    fault_id = fields.Many2one(
        "aftersales.fault",
        "Fault Code",
        compute="_compute_fault_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    causal_part_id = fields.Many2one(
        "product.product",
        compute="_compute_causal_part_id",
        store=True,
        index="btree_not_null",
        help="The part of the line that is marked as the cause of the failure.",
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_claim_photo_rel",
        "claim_id",
        "attachment_id",
        "Photos",
        copy=False,
    )

    @api.depends("order_id")
    def _compute_fault_id(self):
        for claim in self:
            claim.fault_id = claim.order_id.fault_id or claim.fault_id

    @api.depends("line_ids.is_causal", "line_ids.product_id")
    def _compute_causal_part_id(self):
        for claim in self:
            causal = claim.line_ids.filtered("is_causal")[:1]
            claim.causal_part_id = causal.product_id
