from odoo import api, models
from odoo.exceptions import UserError


class StockWarehouse(models.Model):
    """New warehouses repair with Odoo's own places, not with those of the points.

    Odoo takes the first location of a kind by name, and the places for used and
    recycled parts of after-sales are of the same kinds.
    """

    _inherit = "stock.warehouse"

    @api.model
    def _get_production_location(self):
        """Where added parts go: never where the parts of service orders go.

        :raise UserError: the company has no such location
        """
        location = super()._get_production_location()
        if not location.is_aftersales_used:
            return location
        location = location.search(
            [
                ("usage", "=", "production"),
                ("company_id", "=", self.company_id.id),
                ("is_aftersales_used", "=", False),
            ],
            limit=1,
        )
        if not location:
            raise UserError(
                self.env._(
                    "%(company)s has no production location. Create one below the "
                    "virtual locations before adding a warehouse.",
                    company=self.company_id.name,
                )
            )
        return location

    def _get_picking_type_create_values(self, max_sequence):
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        oldest = self.env["stock.location"].search(
            [
                ("usage", "=", "inventory"),
                ("company_id", "in", [self.company_id.id, False]),
            ],
            order="id",
            limit=1,
        )
        data["repair_type_id"]["default_remove_location_dest_id"] = oldest.id
        return data, next_sequence
