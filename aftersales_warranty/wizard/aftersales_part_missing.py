from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Days for which a new date is proposed at first.
DEFAULT_DAYS = 3


class AftersalesPartMissingWizard(models.TransientModel):
    """Which parts a job lacks, and the new date for the customer."""

    _name = "aftersales.part.missing.wizard"
    _description = "Report Missing Parts"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, readonly=True, ondelete="cascade"
    )
    date_promised = fields.Datetime(related="order_id.date_promised")
    date_proposed = fields.Datetime(
        "New Date",
        required=True,
        default=lambda self: fields.Datetime.now() + timedelta(days=DEFAULT_DAYS),
    )
    is_agreed = fields.Boolean(
        "Agreed by Telephone",
        help="Otherwise the customer gets a link by e-mail, or is called later.",
    )
    customer_name = fields.Char("Agreed by")
    line_ids = fields.One2many("aftersales.part.missing.wizard.line", "wizard_id")

    @api.model
    def _open(self, order):
        """New dialog for an order, filled with what its point lacks."""
        lines = order.line_ids.filtered(lambda x: x.kind == "part" and x.product_id)
        shortages = lines._get_shortages()
        Command = fields.Command
        return self.create(
            {
                "order_id": order.id,
                "customer_name": order.partner_id.name,
                "line_ids": [
                    Command.create(
                        {
                            "order_line_id": line.id,
                            "quantity": shortages.get(line, 0.0),
                        }
                    )
                    for line in lines
                ],
            }
        )

    def action_confirm(self):
        """Order the parts and propose, or note, the new date."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._("Enter the part on a line of the order first, then report.")
            )
        rows = [(line.order_line_id, line.quantity) for line in self.line_ids]
        self.order_id._report_missing(rows, self.date_proposed)
        if self.is_agreed:
            self.order_id.action_agree_part_date(self.customer_name)
        return {"type": "ir.actions.act_window_close"}


class AftersalesPartMissingWizardLine(models.TransientModel):
    """One part line of the job."""

    _name = "aftersales.part.missing.wizard.line"
    _description = "Missing Part Line"

    wizard_id = fields.Many2one(
        "aftersales.part.missing.wizard", required=True, index=True, ondelete="cascade"
    )
    order_line_id = fields.Many2one("aftersales.service.order.line", required=True)
    product_id = fields.Many2one(related="order_line_id.product_id")
    quantity_needed = fields.Float(related="order_line_id.quantity", string="Needed")
    quantity = fields.Float("Missing", digits="Product Unit")
