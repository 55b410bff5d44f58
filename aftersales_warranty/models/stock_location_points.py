from odoo import api, fields, models
from odoo.fields import Domain


class StockLocation(models.Model):
    """Places of the points and of the old parts."""

    _inherit = "stock.location"

    aftersales_point_ids = fields.One2many("aftersales.service.point", "location_id")
    aftersales_point_id = fields.Many2one(
        "aftersales.service.point",
        "Service Point",
        compute="_compute_aftersales_point_id",
        store=True,
        recursive=True,
        index="btree_not_null",
        help="The point that keeps the parts in this place, or in one above it.",
    )
    is_aftersales_old_part = fields.Boolean(
        "Old Parts",
        readonly=True,
        copy=False,
        help="Replaced parts that came back; worth nothing and never sold.",
    )

    is_aftersales_used = fields.Boolean(
        "Used Parts",
        readonly=True,
        copy=False,
        help="Where parts go that an order used up.",
    )

    @api.depends("aftersales_point_ids", "location_id.aftersales_point_id")
    def _compute_aftersales_point_id(self):
        for location in self.with_context(active_test=False):
            # Whoever moves goods need not read the points.
            own = location.sudo().aftersales_point_ids[:1]
            above = location.location_id.aftersales_point_id
            location.aftersales_point_id = own or above

    def _should_be_valued(self):
        """Old parts are worth nothing: the new part took their value along."""
        return super()._should_be_valued() and not self.is_aftersales_old_part

    def _search_is_valued(self, operator, value):
        domain = Domain(super()._search_is_valued(operator, value))
        old = Domain("is_aftersales_old_part", "=", True)
        positive = (operator == "=") == bool(value)
        return domain & ~old if positive else domain | old

    def _aftersales_filter_guarded(self):
        """Places whose goods move only by the steps of after-sales."""
        return self.filtered(
            lambda place: (
                place.aftersales_point_id
                or place.is_aftersales_old_part
                or place.is_aftersales_used
            )
        )
