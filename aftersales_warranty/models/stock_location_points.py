from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

#: What the warehouse says of its places when it makes them.
FLAGS = ("is_aftersales_old_part", "is_aftersales_used")


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

    @api.model_create_multi
    def create(self, vals_list):
        if self._may_set_place():
            return super().create(vals_list)
        cleaned = without_guarded_defaults(self, FLAGS)
        kept = [
            {name: vals[name] for name in vals if name not in FLAGS}
            for vals in vals_list
        ]
        return super(StockLocation, cleaned).create(kept)

    def write(self, vals):
        if not self._may_set_place():
            self._check_parts_place_kept(vals)
        return super().write(vals)

    def _check_parts_place_kept(self, vals):
        """Refuse to turn a place of parts into another one, or back.

        Whoever moves the place moves the parts: out of the point's hands, or past
        the duty to send old parts back, without any transfer.

        :raise UserError: naming the place
        """
        parent = self.browse(vals.get("location_id"))
        for place in self:
            flags = any(
                name in vals and bool(vals[name]) != place[name] for name in FLAGS
            )
            usage = vals.get("usage", place.usage) != place.usage
            moved = "location_id" in vals and parent != place.location_id
            same = place.aftersales_point_id == parent.aftersales_point_id
            guarded = place._aftersales_filter_guarded()
            joins = parent._aftersales_filter_guarded()
            if (
                flags
                or (usage and guarded)
                or (moved and (guarded or joins) and not (same and guarded and joins))
            ):
                raise UserError(
                    self.env._(
                        "“%(place)s” holds parts of a service point, or used or old "
                        "parts; it cannot be moved or changed. Create a new location "
                        "instead.",
                        place=place.display_name,
                    )
                )

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
