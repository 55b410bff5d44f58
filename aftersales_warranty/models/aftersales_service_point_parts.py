from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: States in which a point keeps parts of the company.
STOCKED_STATES = ("probation", "active", "suspended", "withdrawal")


class AftersalesServicePoint(models.Model):
    """Each point keeps its parts in a place of its own."""

    _inherit = "aftersales.service.point"

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        "Supplied by",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        help="Warehouse that sends the parts and takes them back.",
    )
    has_own_parts = fields.Boolean(
        "Buys Its Own Parts",
        tracking=True,
        help="Orders of the point do not move stock of the company.",
    )

    # Where the parts are decides which moves are checked.
    _FLOW_FIELDS = frozenset(("location_id",))

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        # Whoever founds a point need not read warehouses.
        Warehouse_sudo = self.env["stock.warehouse"].sudo()
        found = {}
        for warehouse in Warehouse_sudo.search(
            Domain("company_id", "in", self.company_id.ids)
        ):
            found.setdefault(warehouse.company_id.id, warehouse.id)
        for point in self:
            kept = point.sudo().warehouse_id
            if kept.company_id != point.company_id:
                kept = found.get(point.company_id.id, False)
            point.warehouse_id = kept

    def _on_activated(self):
        """A point in service gets the place for its parts."""
        res = super()._on_activated()
        self._create_parts_locations()
        return res

    def _on_closed(self):
        """The place of a closed point is archived once it is empty."""
        res = super()._on_closed()
        self._archive_parts_locations()
        return res

    def action_create_location(self):
        """Give points that are in service already the place for their parts.

        :raise UserError: the company has no warehouse
        """
        self.check_access("write")
        for point in self:
            if not point.sudo().warehouse_id:
                raise UserError(
                    self.env._(
                        "%(point)s: %(company)s has no warehouse that could supply "
                        "it. Set one up first.",
                        point=point.display_name,
                        company=point.company_id.name,
                    )
                )
        self._create_parts_locations()

    @api.model
    def _cron_create_locations(self):
        """Places for points that went into service before they were kept."""
        self.search(
            Domain("state", "in", ("active", "suspended"))
            & Domain("location_id", "=", False)
            & Domain("tier", "!=", "hq")
        )._create_parts_locations()

    def _create_parts_locations(self):
        """Make the missing places of points; a head office needs none."""
        # Admitting a point is no right to set up the warehouse.
        points_sudo = self.sudo().filtered(
            lambda p: p.tier != "hq" and not p.location_id and p.warehouse_id
        )
        points_sudo.warehouse_id.filtered(
            lambda w: not w.aftersales_points_location_id
        )._aftersales_setup_parts()
        locations = (
            self.env["stock.location"]
            .sudo()
            .create([point._prepare_location_vals() for point in points_sudo])
        )
        for point_sudo, location in zip(points_sudo, locations, strict=True):
            point_sudo.location_id = location

    def _prepare_location_vals(self):
        """Values of the place of the point's parts; extension point."""
        self.ensure_one()
        return {
            "name": self.display_name.replace("/", "-"),
            "usage": "internal",
            "company_id": self.company_id.id,
            "location_id": self.warehouse_id.aftersales_points_location_id.id,
        }

    def _archive_parts_locations(self):
        """Archive the empty places of points, and their reorder rules."""
        # The end of a cooperation is decided by people without stock rights.
        locations_sudo = self.sudo().location_id
        filled = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                Domain("location_id", "child_of", locations_sudo.ids)
                & Domain("quantity", "!=", 0),
                ["location_id"],
            )
        )
        kept = {location.aftersales_point_id for (location,) in filled}
        empty = locations_sudo.filtered(lambda x: x.aftersales_point_id not in kept)
        self.env["stock.warehouse.orderpoint"].sudo().search(
            Domain("location_id", "child_of", empty.ids)
        ).action_archive()
        empty.action_archive()

    def _get_stocked(self):
        """Points whose orders move parts of the company."""
        return self.filtered(lambda p: p.location_id and not p.has_own_parts)
