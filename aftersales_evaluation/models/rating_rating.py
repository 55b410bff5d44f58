from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

ORDER = "aftersales.service.order"


class RatingRating(models.Model):
    """Ratings of service orders come from their evaluation card alone."""

    _inherit = "rating.rating"

    aftersales_order_id = fields.Many2one(
        ORDER,
        "Service Order",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
    )

    is_aftersales_visible = fields.Boolean(
        "Order Readable",
        compute="_compute_is_aftersales_visible",
        search="_search_is_aftersales_visible",
        help="Ratings of service orders are for those who may read the order.",
    )

    _aftersales_order_uniq = models.UniqueIndex(
        "(aftersales_order_id) WHERE aftersales_order_id IS NOT NULL",
        "The service order is rated already.",
    )

    @api.depends("aftersales_order_id")
    @api.depends_context("uid")
    def _compute_is_aftersales_visible(self):
        readable = self.env[ORDER].sudo()
        if self._may_read_orders():
            readable = self.env[ORDER].with_user(self.env.uid)
            readable = readable.search([("id", "in", self.aftersales_order_id.ids)])
        for rating in self:
            order_id = rating.aftersales_order_id.id
            rating.is_aftersales_visible = not order_id or order_id in readable.ids

    def _search_is_aftersales_visible(self, operator, value):
        if operator != "in":
            return NotImplemented
        visible = Domain("aftersales_order_id", "=", False)
        if self._may_read_orders():
            readable = self.env[ORDER].with_user(self.env.uid)._search([])
            visible |= Domain("aftersales_order_id", "in", readable)
        return visible

    @api.model
    def _may_read_orders(self):
        """Whether the user reads orders at all; rules ask as superuser."""
        return self.env[ORDER].with_user(self.env.uid).has_access("read")

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse ratings of orders that the card did not make."""
        order_model_id = self.env["ir.model"]._get_id(ORDER)
        if any(
            vals.get("aftersales_order_id")
            or vals.get("res_model_id", self._get_default_model()) == order_model_id
            for vals in vals_list
        ):
            self._check_card()
        return super().create(vals_list)

    def write(self, vals):
        """Refuse to change ratings of orders."""
        order_model_id = self.env["ir.model"]._get_id(ORDER)
        if (
            "aftersales_order_id" in vals
            or vals.get("res_model_id") == order_model_id
            or any(rating.res_model == ORDER for rating in self.sudo())
        ):
            self._check_card()
        return super().write(vals)

    @api.model
    def _get_default_model(self):
        """Model that a caller's context would fill in."""
        return self.env.context.get("default_res_model_id")

    def _check_card(self):
        """Refuse to make or change a rating of an order by any other way.

        :raise UserError: always, but for the card
        """
        if self.env.context.get("aftersales_flow") is not FLOW:
            raise UserError(
                self.env._(
                    "A service order is rated by its evaluation card, and only once."
                )
            )
