from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

PLACES = [
    ("returns", "Returns Area"),
    ("quarantine", "Quarantine"),
    ("repair", "To Repair"),
    ("refurbish", "Refurbishing"),
    ("supplier", "To Supplier"),
    ("waste", "Waste"),
]


class StockLocation(models.Model):
    _inherit = "stock.location"

    aftersales_place = fields.Selection(
        PLACES,
        "Place of Returned Goods",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Goods in these places are not for sale. They leave only by the "
        "disposition of their return.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._may_set_place():
            self = without_guarded_defaults(self, {"aftersales_place"})
            for vals in vals_list:
                vals.pop("aftersales_place", None)
        locations = super().create(vals_list)
        # A shelf below a place of returned goods is one itself.
        shelves = locations.filtered(
            lambda x: not x.aftersales_place and x.location_id.aftersales_place
        )
        for shelf in shelves:
            shelf.with_context(
                aftersales_flow=FLOW
            ).aftersales_place = shelf.location_id.aftersales_place
        return locations

    def write(self, vals):
        if not self._may_set_place():
            self._check_place_kept(vals)
        return super().write(vals)

    def _may_set_place(self):
        """Whether the caller makes the returns area of a warehouse."""
        return self.env.su or self.env.context.get("aftersales_flow") is FLOW

    def _check_place_kept(self, vals):
        """Refuse to turn a place of returned goods into another one.

        Moving the quarantine below the stock, or a stock shelf into the returns
        area, would change what is for sale without any transfer.

        :raise UserError: naming the place
        """
        parent = self.browse(vals.get("location_id"))
        for location in self:
            place = location.aftersales_place
            target = vals.get("aftersales_place", place) or False
            if "location_id" in vals and (place or parent.aftersales_place):
                target = parent.aftersales_place
            usage = vals.get("usage", location.usage)
            if target != place or (place and usage != location.usage):
                raise UserError(
                    self.env._(
                        "“%(place)s” is or would become a place of returned goods; it "
                        "cannot be moved or changed. Create a new location instead.",
                        place=location.display_name,
                    )
                )

    def _is_returns_area(self):
        """Whether the goods here came back and are not for sale."""
        self.ensure_one()
        return bool(self.aftersales_place)
