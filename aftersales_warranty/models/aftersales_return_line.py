from odoo import api, fields, models


class AftersalesReturnLine(models.Model):
    """One unit or quantity that comes back, and what becomes of it."""

    _name = "aftersales.return.line"
    _description = "Return Line"
    _inherit = ["aftersales.flow.mixin"]
    _order = "return_id, sequence, id"
    _check_company_auto = True

    return_id = fields.Many2one(
        "aftersales.return", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="return_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="return_id.currency_id")
    partner_id = fields.Many2one(
        related="return_id.partner_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="return_id.service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", required=True, index=True, check_company=True
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        index="btree_not_null",
        check_company=True,
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Expected Serial",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    serial = fields.Char(
        "Serial Number", help="For goods that never were in our stock."
    )
    origin_move_id = fields.Many2one(
        "stock.move",
        "Delivered with",
        index="btree_not_null",
        check_company=True,
        help="The delivery that brought the goods to the customer.",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    fault_class = fields.Selection(
        [
            ("appearance", "Appearance"),
            ("performance", "Performance"),
            ("main_part", "Main Part"),
            ("safety", "Safety"),
        ],
        "Fault",
        help="Empty: no fault is stated.",
    )
    resolution = fields.Selection(
        [
            ("refund", "Refund"),
            ("exchange", "Exchange"),
            ("repair", "Repair"),
        ],
        required=True,
        default="refund",
    )
    state = fields.Selection(
        [
            ("expected", "Expected"),
            ("received", "Received"),
            ("inspected", "Inspected"),
            ("disposed", "Disposed"),
            ("missing", "Not Sent"),
            ("cancelled", "Cancelled"),
        ],
        default="expected",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a return line must be above zero."
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_uom_id or line.product_id.uom_id

    # -- hooks of the warehouse ------------------------------------------------

    def _on_received(self):
        """What follows when goods have arrived; called for the batch.

        Extension point.
        """

    def _on_inspected(self):
        """What follows when goods have been inspected; called for the batch.

        Extension point.
        """

    def _on_disposed(self):
        """What follows when goods got their place; called for the batch.

        Extension point.
        """

    def _is_settled(self):
        """Whether the customer got what the line promises; extension point."""
        self.ensure_one()
        return True
