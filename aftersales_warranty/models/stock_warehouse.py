from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW

#: Field of the warehouse -> place, in the order of the work.
PLACE_FIELDS = {
    "aftersales_quarantine_loc_id": "quarantine",
    "aftersales_repair_loc_id": "repair",
    "aftersales_refurbish_loc_id": "refurbish",
    "aftersales_supplier_loc_id": "supplier",
    "aftersales_waste_loc_id": "waste",
}
#: What only the warehouse itself sets.
OWN_FIELDS = frozenset(
    (
        *PLACE_FIELDS,
        "aftersales_returns_loc_id",
        "aftersales_in_type_id",
        "aftersales_out_type_id",
    )
)


class StockWarehouse(models.Model):
    """Places and operation types for goods that come back.

    The returns area stands beside the warehouse, not below its view location:
    Odoo counts what is below it as available for sale, whatever the shelf.
    """

    _inherit = "stock.warehouse"

    aftersales_returns_loc_id = fields.Many2one(
        "stock.location", "Returns Area", check_company=True, copy=False
    )
    aftersales_quarantine_loc_id = fields.Many2one(
        "stock.location", "Quarantine", check_company=True, copy=False
    )
    aftersales_repair_loc_id = fields.Many2one(
        "stock.location", "To Repair", check_company=True, copy=False
    )
    aftersales_refurbish_loc_id = fields.Many2one(
        "stock.location", "Refurbishing", check_company=True, copy=False
    )
    aftersales_supplier_loc_id = fields.Many2one(
        "stock.location", "To Supplier", check_company=True, copy=False
    )
    aftersales_waste_loc_id = fields.Many2one(
        "stock.location", "Waste", check_company=True, copy=False
    )
    aftersales_in_type_id = fields.Many2one(
        "stock.picking.type", "Returns Receipt", check_company=True, copy=False
    )
    aftersales_out_type_id = fields.Many2one(
        "stock.picking.type", "Returns Disposition", check_company=True, copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self._aftersales_may_set_places():
            for vals in vals_list:
                for name in OWN_FIELDS & set(vals):
                    del vals[name]
        return super().create(vals_list)

    def write(self, vals):
        if OWN_FIELDS & set(vals) and not self._aftersales_may_set_places():
            raise UserError(
                self.env._(
                    "The returns area of %(warehouse)s is made by the warehouse itself "
                    "and cannot be set.",
                    warehouse=self[:1].display_name,
                )
            )
        result = super().write(vals)
        if "code" in vals:
            for warehouse in self:
                warehouse.aftersales_returns_loc_id.name = (
                    warehouse._aftersales_get_area_name()
                )
        if "active" in vals:
            self.aftersales_returns_loc_id.active = vals["active"]
        return result

    def _aftersales_may_set_places(self):
        """Whether the warehouse itself makes its returns area."""
        return self.env.su or self.env.context.get("aftersales_flow") is FLOW

    # -- places ----------------------------------------------------------------

    def _aftersales_get_area_name(self):
        self.ensure_one()
        return self.env._("%(warehouse)s Returns", warehouse=self.code)

    @api.model
    def _aftersales_get_place_names(self):
        """Names of the locations of the returns area, by field."""
        return {
            "aftersales_quarantine_loc_id": self.env._("Quarantine"),
            "aftersales_repair_loc_id": self.env._("To Repair"),
            "aftersales_refurbish_loc_id": self.env._("Refurbishing"),
            "aftersales_supplier_loc_id": self.env._("To Supplier"),
            "aftersales_waste_loc_id": self.env._("Waste"),
        }

    def _aftersales_create_places(self):
        """Make the missing locations of the returns area."""
        Location = self.env["stock.location"].with_context(aftersales_flow=FLOW)
        names = self._aftersales_get_place_names()
        for warehouse in self:
            common = {"company_id": warehouse.company_id.id}
            area = warehouse.aftersales_returns_loc_id or Location.create(
                {
                    **common,
                    "name": warehouse._aftersales_get_area_name(),
                    "usage": "view",
                    "aftersales_place": "returns",
                }
            )
            missing = [name for name in PLACE_FIELDS if not warehouse[name]]
            places = Location.create(
                [
                    {
                        **common,
                        "name": names[name],
                        "usage": "internal",
                        "location_id": area.id,
                        "aftersales_place": PLACE_FIELDS[name],
                    }
                    for name in missing
                ]
            )
            found = {
                name: place.id for name, place in zip(missing, places, strict=True)
            }
            if warehouse.aftersales_returns_loc_id != area:
                found["aftersales_returns_loc_id"] = area.id
            if found:
                warehouse.with_context(aftersales_flow=FLOW).write(found)

    @api.model
    def _aftersales_create_missing(self):
        """Give every warehouse its returns area; called on install and update."""
        lacking = self.with_context(active_test=False).search(
            [("aftersales_in_type_id", "=", False)]
        )
        for warehouse in lacking:
            values = warehouse._create_or_update_sequences_and_picking_types()
            if values:
                warehouse.write(values)

    # -- operation types -------------------------------------------------------

    def _create_or_update_sequences_and_picking_types(self):
        self._aftersales_create_places()
        values = super()._create_or_update_sequences_and_picking_types()
        own = {name: values.pop(name) for name in OWN_FIELDS & set(values)}
        if own:
            # The caller writes the rest with the rights of the user.
            self.with_context(aftersales_flow=FLOW).write(own)
        return values

    def _get_sequence_values(self, name=False, code=False):
        values = super()._get_sequence_values(name=name, code=code)
        name, code = name or self.name, code or self.code
        for field, label, short in (
            ("aftersales_in_type_id", self.env._("Returns Receipt"), "RET"),
            ("aftersales_out_type_id", self.env._("Returns Disposition"), "RDI"),
        ):
            values[field] = {
                "name": f"{name} {label}",
                "prefix": f"{code}/{self[field].sequence_code or short}/",
                "padding": 5,
                "company_id": self.company_id.id,
            }
        return values

    def _get_picking_type_create_values(self, max_sequence):
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        customers = self.env.ref("stock.stock_location_customers")
        suppliers = self.env.ref("stock.stock_location_suppliers")
        data["aftersales_in_type_id"] = {
            "name": self.env._("Returns Receipt"),
            "code": "incoming",
            "default_location_src_id": customers.id,
            "default_location_dest_id": self.aftersales_quarantine_loc_id.id,
            "use_create_lots": True,
            "use_existing_lots": True,
            "create_backorder": "always",
            "sequence": next_sequence + 1,
            "sequence_code": "RET",
            "company_id": self.company_id.id,
        }
        data["aftersales_out_type_id"] = {
            "name": self.env._("Returns Disposition"),
            # Not one more type of deliveries: it is no way to ship a sale.
            "code": "internal",
            "default_location_src_id": self.aftersales_supplier_loc_id.id,
            "default_location_dest_id": suppliers.id,
            "use_create_lots": False,
            "use_existing_lots": True,
            "sequence": next_sequence + 2,
            "sequence_code": "RDI",
            "company_id": self.company_id.id,
        }
        return data, next_sequence + 2

    def _get_picking_type_update_values(self):
        data = super()._get_picking_type_update_values()
        code = self.code.replace(" ", "").upper()
        data["aftersales_in_type_id"] = {
            "active": self.active,
            "barcode": f"{code}RET",
            "default_location_dest_id": self.aftersales_quarantine_loc_id.id,
        }
        data["aftersales_out_type_id"] = {
            "active": self.active,
            "barcode": f"{code}RDI",
        }
        return data

    def _update_name_and_code(self, new_name=False, new_code=False):
        result = super()._update_name_and_code(new_name, new_code)
        for warehouse in self:
            values = warehouse._get_sequence_values(name=new_name, code=new_code)
            # As core does for its own types: sequences belong to the system user.
            sudo = warehouse.sudo()
            for field in ("aftersales_in_type_id", "aftersales_out_type_id"):
                sudo[field].sequence_id.write(values[field])
        return result
