from odoo import fields, models
from odoo.fields import Command


class AftersalesClaimBulk(models.TransientModel):
    """Makes the claims of many finished orders and tells what became of each."""

    _name = "aftersales.claim.bulk"
    _description = "Claims of Many Orders"

    order_ids = fields.Many2many(
        "aftersales.service.order",
        "aftersales_claim_bulk_order_rel",
        "bulk_id",
        "order_id",
        "Orders",
    )
    submit = fields.Boolean("Hand Them In", help="Claims that cannot be stay drafts.")
    lower = fields.Boolean(
        "Lower to the Rates",
        default=True,
        help="Lines above the rate table are claimed at what it allows.",
    )
    is_done = fields.Boolean(readonly=True)
    taken_count = fields.Integer("Claims Made", readonly=True)
    refused_count = fields.Integer("Orders Refused", readonly=True)
    line_ids = fields.One2many("aftersales.claim.bulk.line", "bulk_id", readonly=True)

    def action_make(self):
        """Make the claims under the user's own rights, and show the report."""
        self.ensure_one()
        report = self.order_ids._make_claims(self.submit, self.lower)
        self.write(
            {
                "is_done": True,
                "taken_count": sum(bool(claim) for _order, claim, _text in report),
                "refused_count": sum(not claim for _order, claim, _text in report),
                "line_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "order_id": order.id,
                            "claim_id": claim.id,
                            "result": "taken" if claim else "refused",
                            "text": text,
                        }
                    )
                    for order, claim, text in report
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Claims"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_view_claims(self):
        """Open the claims that were made."""
        self.ensure_one()
        return self.line_ids.claim_id._get_records_action(name=self.env._("Claims"))


class AftersalesClaimBulkLine(models.TransientModel):
    """What became of one order."""

    _name = "aftersales.claim.bulk.line"
    _description = "Claim of One Order"
    _order = "result, id"

    bulk_id = fields.Many2one(
        "aftersales.claim.bulk", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one("aftersales.service.order", readonly=True)
    claim_id = fields.Many2one("aftersales.claim", readonly=True)
    state = fields.Selection(related="claim_id.state", string="State of the Claim")
    result = fields.Selection(
        [("taken", "Claimed"), ("refused", "Refused")], readonly=True
    )
    text = fields.Char("Remark", readonly=True)
