from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: What the warehouse makes for the points and nobody sets.
PART_FIELDS = frozenset(
    (
        *("aftersales_points_location_id", "aftersales_transit_location_id"),
        *("aftersales_old_part_location_id", "aftersales_recovery_location_id"),
        *("aftersales_used_location_id", "aftersales_recycle_location_id"),
        *("aftersales_supply_type_id", "aftersales_receipt_type_id"),
        *("aftersales_point_return_type_id", "aftersales_use_type_id"),
        "aftersales_supply_route_id",
    )
)


class StockWarehouse(models.Model):
    """Places and operation types through which a warehouse supplies the points.

    All places lie beside the warehouse, not below its stock: what is with the
    points, on its way or an old part is never promised to a customer.
    """

    _inherit = "stock.warehouse"

    aftersales_points_location_id = fields.Many2one(
        "stock.location", "Service Points Location", check_company=True, copy=False
    )
    aftersales_transit_location_id = fields.Many2one(
        "stock.location", "Parts in Transit Location", check_company=True, copy=False
    )
    aftersales_old_part_location_id = fields.Many2one(
        "stock.location", "Old Parts Location", check_company=True, copy=False
    )
    aftersales_recovery_location_id = fields.Many2one(
        "stock.location", "Supplier Recovery Location", check_company=True, copy=False
    )
    aftersales_used_location_id = fields.Many2one(
        "stock.location", "Used Parts Location", check_company=True, copy=False
    )
    aftersales_recycle_location_id = fields.Many2one(
        "stock.location", "Recycled Parts Location", check_company=True, copy=False
    )
    aftersales_supply_type_id = fields.Many2one(
        "stock.picking.type", "Supply Points", check_company=True, copy=False
    )
    aftersales_receipt_type_id = fields.Many2one(
        "stock.picking.type", "Receipts of Points", check_company=True, copy=False
    )
    aftersales_point_return_type_id = fields.Many2one(
        "stock.picking.type", "Returns from Points", check_company=True, copy=False
    )
    aftersales_use_type_id = fields.Many2one(
        "stock.picking.type", "Parts Used", check_company=True, copy=False
    )
    aftersales_supply_route_id = fields.Many2one(
        "stock.route", "Supply Route of Points", check_company=True, copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._aftersales_may_set_places():
            vals_list = [
                {name: vals[name] for name in vals if name not in PART_FIELDS}
                for vals in vals_list
            ]
        warehouses = super().create(vals_list)
        warehouses._aftersales_setup_parts()
        # The steps above read routes with all rights: warehouses of other companies
        # must not stay in the cache of the user.
        self.env["stock.route"].invalidate_model(["warehouse_ids"])
        return warehouses

    def write(self, vals):
        if PART_FIELDS & set(vals) and not self._aftersales_may_set_places():
            raise UserError(
                self.env._(
                    "The places and operations for parts of %(warehouse)s are made by "
                    "the warehouse itself and cannot be set.",
                    warehouse=self[:1].display_name,
                )
            )
        return super().write(vals)

    @api.model
    def _aftersales_setup_all(self):
        """Complete every warehouse; called on installation and on each update."""
        # pylint: disable=no-search-all
        everywhere = self.sudo().with_context(active_test=False).search([])
        everywhere._aftersales_setup_parts()

    def _aftersales_setup_parts(self):
        """Make what is missing of places, operation types, route and rules."""
        for warehouse in self.sudo():
            warehouse = warehouse.with_company(warehouse.company_id)
            for name, vals in warehouse._aftersales_get_places().items():
                if not warehouse[name]:
                    parent = vals.pop("parent", None)
                    vals["location_id"] = warehouse[parent].id if parent else False
                    warehouse[name] = self.env["stock.location"].sudo().create(vals)
            for name, vals in warehouse._aftersales_get_types().items():
                if not warehouse[name]:
                    warehouse[name] = self.env["stock.picking.type"].sudo().create(vals)
            if not warehouse.aftersales_used_location_id.is_aftersales_used:
                warehouse.aftersales_used_location_id.is_aftersales_used = True
            if not warehouse.aftersales_supply_route_id:
                warehouse._aftersales_create_route()

    def _aftersales_get_places(self):
        """Values of the places by field; ``parent`` names the field above."""
        self.ensure_one()

        def place(label, usage, **extra):
            name = label if "parent" in extra else f"{self.code} {label}"
            vals = {"name": name, "usage": usage, "company_id": self.company_id.id}
            return {**vals, **extra}

        old = {"is_aftersales_old_part": True}
        return {
            "aftersales_points_location_id": place(
                self.env._("Service Points"), "view"
            ),
            "aftersales_transit_location_id": place(
                self.env._("Parts in Transit"), "transit"
            ),
            "aftersales_old_part_location_id": place(
                self.env._("Old Parts"), "internal", **old
            ),
            "aftersales_recovery_location_id": place(
                self.env._("Supplier Recovery"),
                "internal",
                parent="aftersales_old_part_location_id",
                **old,
            ),
            "aftersales_used_location_id": place(
                self.env._("Parts Used"), "production", is_aftersales_used=True
            ),
            "aftersales_recycle_location_id": place(
                self.env._("Recycled Parts"), "inventory"
            ),
        }

    def _aftersales_get_types(self):
        """Values of the operation types by field."""
        self.ensure_one()
        points, stock = self.aftersales_points_location_id, self.lot_stock_id
        transit = self.aftersales_transit_location_id
        used = self.aftersales_used_location_id
        rows = {
            "aftersales_supply_type_id": (
                *(self.env._("Supply Points"), "SP", "supply", stock, transit),
            ),
            "aftersales_receipt_type_id": (
                *(self.env._("Receipts of Points"), "PR", "receipt", transit, points),
            ),
            "aftersales_point_return_type_id": (
                *(self.env._("Returns from Points"), "RP", "return", points, stock),
            ),
            "aftersales_use_type_id": (
                *(self.env._("Parts Used"), "PU", "use", points, used),
            ),
        }
        return {
            name: {
                "name": label,
                "code": "internal",
                "sequence_code": code,
                "aftersales_kind": kind,
                "warehouse_id": self.id,
                "company_id": self.company_id.id,
                "default_location_src_id": source.id,
                "default_location_dest_id": target.id,
                "sequence": 90,
            }
            for name, (label, code, kind, source, target) in rows.items()
        }

    def _aftersales_create_route(self):
        """Route of two steps: the warehouse sends, the point confirms."""
        self.ensure_one()
        common = {"company_id": self.company_id.id, "warehouse_id": self.id}
        receive = {
            **common,
            "name": self.aftersales_receipt_type_id.name,
            "action": "pull",
            "procure_method": "make_to_order",
            "picking_type_id": self.aftersales_receipt_type_id.id,
            "location_src_id": self.aftersales_transit_location_id.id,
            "location_dest_id": self.aftersales_points_location_id.id,
        }
        send = {
            **common,
            "name": self.aftersales_supply_type_id.name,
            "action": "pull",
            "procure_method": "make_to_stock",
            "picking_type_id": self.aftersales_supply_type_id.id,
            "location_src_id": self.lot_stock_id.id,
            "location_dest_id": self.aftersales_transit_location_id.id,
        }
        self.aftersales_supply_route_id = (
            self.env["stock.route"]
            .sudo()
            .create(
                {
                    "name": self.env._("%(name)s: supply points", name=self.name),
                    "company_id": self.company_id.id,
                    "product_selectable": False,
                    "warehouse_selectable": True,
                    "warehouse_ids": [Command.link(self.id)],
                    "rule_ids": [Command.create(receive), Command.create(send)],
                }
            )
        )


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    aftersales_kind = fields.Selection(
        [
            ("supply", "Supply of Points"),
            ("receipt", "Receipt of a Point"),
            ("return", "Return from a Point"),
            ("use", "Use on an Order"),
        ],
        "Spare Parts Step",
        copy=False,
    )
