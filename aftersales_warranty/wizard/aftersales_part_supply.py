from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesPartSupplyWizard(models.TransientModel):
    """Sends parts to a point by hand, beside its reorder rules."""

    _name = "aftersales.part.supply.wizard"
    _description = "Supply Parts"

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        domain="[('location_id', '!=', False)]",
        ondelete="cascade",
    )
    line_ids = fields.One2many("aftersales.part.supply.wizard.line", "wizard_id")

    def action_confirm(self):
        """Make the transfers and open them.

        :raise UserError: no place for parts, or nothing to send
        """
        self.ensure_one()
        point = self.service_point_id
        point.check_access("read")
        if not point._get_stocked():
            raise UserError(
                self.env._(
                    "%(point)s keeps no parts of the company. Create its parts "
                    "location first.",
                    point=point.display_name,
                )
            )
        lines = self.line_ids.filtered(lambda x: x.product_id and x.quantity > 0)
        if not lines:
            raise UserError(self.env._("Enter the parts to send, and how many."))
        origin = self.env._(
            "Supply %(point)s %(number)s",
            point=point.code or point.name,
            number=self.id,
        )
        self.env["stock.rule"].run(
            [
                point._prepare_procurement(x.product_id, x.quantity, origin)
                for x in lines
            ]
        )
        pickings = self.env["stock.picking"].search([("origin", "=", origin)])
        pickings.filtered(lambda p: p.aftersales_kind == "supply").action_assign()
        return pickings._get_records_action(name=origin)


class AftersalesPartSupplyWizardLine(models.TransientModel):
    """One part to send."""

    _name = "aftersales.part.supply.wizard.line"
    _description = "Supply Parts Line"

    wizard_id = fields.Many2one(
        "aftersales.part.supply.wizard", required=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", "Part", required=True, domain="[('is_storable', '=', True)]"
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
