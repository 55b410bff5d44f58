from odoo import api, fields, models

from odoo.addons.aftersales_network.models.flow import FLOW

from .repair_order import MONEY_GROUPS

#: What a charge takes over from the part.
SYNC_FIELDS = frozenset(
    (
        "product_id",
        "product_uom",
        "product_uom_qty",
        "quantity",
        "repair_id",
        "repair_line_type",
        "state",
    )
)
#: A change of these is other work than the one that was inspected.
WORK_FIELDS = frozenset(
    ("product_id", "product_uom", "product_uom_qty", "repair_id", "repair_line_type")
)


class StockMove(models.Model):
    """Parts of a bound repair are charged line by line."""

    _inherit = "stock.move"

    aftersales_charge_ids = fields.One2many("aftersales.repair.line", "move_id")
    aftersales_cover_share = fields.Float(
        "Cover %",
        compute="_compute_aftersales_cover",
        digits=(5, 2),
        groups="aftersales_network.group_user",
    )
    aftersales_currency_id = fields.Many2one(
        related="repair_id.aftersales_currency_id",
        string="Currency of Charges",
        groups="aftersales_network.group_user",
    )
    aftersales_amount_warranty = fields.Monetary(
        "Warranty",
        compute="_compute_aftersales_cover",
        currency_field="aftersales_currency_id",
        groups=MONEY_GROUPS,
    )
    aftersales_amount_customer = fields.Monetary(
        "Customer",
        compute="_compute_aftersales_cover",
        currency_field="aftersales_currency_id",
        groups=MONEY_GROUPS,
    )

    @api.depends(
        "aftersales_charge_ids.cover_share",
        "aftersales_charge_ids.amount_warranty",
        "aftersales_charge_ids.amount_customer",
    )
    def _compute_aftersales_cover(self):
        for move in self:
            charge_sudo = move.sudo().aftersales_charge_ids
            move.aftersales_cover_share = charge_sudo.cover_share
            move.aftersales_amount_warranty = charge_sudo.amount_warranty
            move.aftersales_amount_customer = charge_sudo.amount_customer

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        bound = moves._aftersales_filter_bound()
        bound._aftersales_sync_charges()
        bound.repair_id._reset_aftersales_inspection()
        return moves

    def write(self, vals):
        if WORK_FIELDS & set(vals):
            # Parts that leave a repair are a change of its work as well.
            self._aftersales_filter_bound().repair_id._reset_aftersales_inspection()
        res = super().write(vals)
        if SYNC_FIELDS & set(vals):
            self._aftersales_filter_bound()._aftersales_sync_charges()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_aftersales_charge(self):
        bound = self._aftersales_filter_bound()
        bound.repair_id._reset_aftersales_inspection()
        bound.sudo().aftersales_charge_ids.unlink()

    def _aftersales_filter_bound(self):
        """Parts of bound repairs; one comparison for all other moves."""
        return self.filtered(
            lambda move: move.repair_line_type and move.repair_id.aftersales_is_bound
        )

    def _aftersales_sync_charges(self):
        """Give each added part its charge and bring it up to date."""
        bound = self._aftersales_filter_bound()
        if not bound:
            return
        # Whoever may change the parts brings the charges along.
        Line_sudo = self.env["aftersales.repair.line"].sudo()
        Line_sudo = Line_sudo.with_context(aftersales_flow=FLOW)
        known = Line_sudo.search([("move_id", "in", bound.ids)])
        by_move = {line.move_id.id: line for line in known}
        fresh = []
        for move in bound.sudo():
            vals = move._aftersales_prepare_charge_vals()
            line = by_move.get(move.id)
            if line:
                line.write({k: v for k, v in vals.items() if line._differs(k, v)})
            elif move.repair_line_type == "add":
                fresh.append(
                    {**vals, "repair_id": move.repair_id.id, "move_id": move.id}
                )
        Line_sudo.create(fresh)

    def _aftersales_prepare_charge_vals(self):
        """Values of the charge of an added part; extension point."""
        self.ensure_one()
        quantity = self.quantity if self.state == "done" else self.product_uom_qty
        if self.state == "cancel" or self.repair_line_type != "add":
            quantity = 0.0
        return {
            "kind": "part",
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom.id,
            "quantity": quantity,
        }

    def _create_repair_sale_order_line(self):
        """Parts of bound repairs come on the quotation with their own cover."""
        bound = self._aftersales_filter_bound()
        bound._aftersales_sync_charges()
        bound.sudo().aftersales_charge_ids._create_sale_lines()
        return super(StockMove, self - bound)._create_repair_sale_order_line()

    def _update_repair_sale_order_line(self):
        """As above, for changed quantities."""
        bound = self._aftersales_filter_bound()
        bound.sudo().aftersales_charge_ids._update_sale_lines()
        return super(StockMove, self - bound)._update_repair_sale_order_line()
