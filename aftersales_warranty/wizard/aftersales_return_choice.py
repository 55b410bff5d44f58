from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AftersalesReturnChoice(models.TransientModel):
    """Shows what the customer may ask for and takes one of it."""

    _name = "aftersales.return.choice"
    _description = "Choose an Entitlement"

    line_id = fields.Many2one("aftersales.return.line", required=True, readonly=True)
    product_id = fields.Many2one(related="line_id.product_id")
    serial = fields.Char(related="line_id.serial")
    date_request = fields.Date(related="line_id.date_request")
    fault_class = fields.Selection(related="line_id.fault_class")
    currency_id = fields.Many2one(related="line_id.currency_id")
    option_ids = fields.One2many("aftersales.return.choice.line", "wizard_id")
    resolution = fields.Selection(
        [("refund", "Refund"), ("exchange", "Exchange"), ("repair", "Repair")],
        default=lambda self: self._default_resolution(),
    )
    fee = fields.Monetary("Fee Kept")
    override_reason = fields.Text("Reason of the Override")

    @api.model
    def _default_resolution(self):
        return "refund"

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            options = wizard.line_id._get_options()
            wizard.option_ids = [
                Command.create(wizard._prepare_option_vals(number, option))
                for number, option in enumerate(options)
            ]
        return wizards

    def _prepare_option_vals(self, number, option):
        rule = option["rule"]
        return {
            "number": number,
            "type": option["type"],
            "name": (rule.sudo().display_name if rule else "") or "",
            "is_allowed": option["allowed"],
            "fee": option["fee"] or 0.0,
            "deadline": option["deadline"],
            "source": option["source"],
            "reason": option["reason"],
        }

    def action_override(self):
        """Accept the wish outside the rules, as a manager.

        :raise UserError: no reason
        """
        self.ensure_one()
        if not (self.override_reason or "").strip():
            raise UserError(self.env._("Say why the return is accepted all the same."))
        self.line_id._override(self.override_reason, self.resolution, self.fee)
        return {"type": "ir.actions.act_window_close"}


class AftersalesReturnChoiceLine(models.TransientModel):
    """One entitlement with its answer."""

    _name = "aftersales.return.choice.line"
    _description = "Possible Entitlement"
    _order = "number"

    wizard_id = fields.Many2one(
        "aftersales.return.choice", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    number = fields.Integer(readonly=True)
    type = fields.Selection(
        lambda self: self.env["aftersales.entitlement.rule"]._selection_type(),
        "Entitlement",
        readonly=True,
    )
    name = fields.Char("Rule", readonly=True)
    is_allowed = fields.Boolean("Granted", readonly=True)
    fee = fields.Monetary(readonly=True)
    deadline = fields.Date("Right Ends on", readonly=True)
    source = fields.Char(readonly=True)
    reason = fields.Text(readonly=True)

    def action_choose(self):
        """Take the entitlement, asked anew so that nobody can change the answer."""
        self.ensure_one()
        line = self.wizard_id.line_id
        options = line._get_options()
        if self.number >= len(options) or options[self.number]["type"] != self.type:
            raise UserError(
                self.env._(
                    "The entitlements of %(line)s have changed. Open the dialog again.",
                    line=line.display_name,
                )
            )
        line._choose(options[self.number])
        return {"type": "ir.actions.act_window_close"}
