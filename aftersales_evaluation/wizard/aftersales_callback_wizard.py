from odoo import fields, models

from ..models.aftersales_callback_call import RESULTS


class AftersalesCallbackWizard(models.TransientModel):
    """Asks the caller what the customer said."""

    _name = "aftersales.callback.wizard"
    _description = "What the Customer Said"

    callback_id = fields.Many2one("aftersales.callback", required=True, readonly=True)
    # Not as superuser: who may not read the call-back sees no customer.
    partner_id = fields.Many2one(related="callback_id.partner_id", related_sudo=False)
    partner_phone = fields.Char(related="partner_id.phone", related_sudo=False)
    order_id = fields.Many2one(related="callback_id.order_id", related_sudo=False)
    result = fields.Selection(RESULTS, "Result of the Call", required=True)
    solved = fields.Selection([("yes", "Yes"), ("no", "No")], "Fault Solved")
    score = fields.Selection(
        [(str(number), str(number)) for number in range(1, 6)], "Stars"
    )
    recommend = fields.Selection(
        [(str(number), str(number)) for number in range(11)],
        "Would Recommend",
        help="0 (never) to 10 (certainly).",
    )
    cause_id = fields.Many2one(
        "aftersales.dissatisfaction.cause", "Cause of Dissatisfaction"
    )
    comment = fields.Text("What Was Said")
    date_next = fields.Date("Next Attempt on")

    def action_confirm(self):
        """Note the call."""
        self.ensure_one()
        self.callback_id._record_call(
            self.result,
            solved=self.solved,
            score=int(self.score or 0),
            recommend=self.recommend,
            cause_id=self.cause_id.id,
            comment=self.comment,
            date_next=self.date_next,
        )
        return {"type": "ir.actions.act_window_close"}
