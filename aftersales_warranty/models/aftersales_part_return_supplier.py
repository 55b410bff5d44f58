from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_part_return_flow import WAREHOUSE


class AftersalesPartReturn(models.Model):
    """The way of a failed part back to its supplier."""

    _inherit = "aftersales.part.return"

    recovery_line_ids = fields.One2many(
        "aftersales.supplier.claim.line", "part_return_id", readonly=True
    )
    is_wanted_by_supplier = fields.Boolean(
        "Wanted by the Supplier",
        compute="_compute_is_wanted_by_supplier",
        search="_search_is_wanted_by_supplier",
        compute_sudo=True,
        help="A term of the supplier asks for the part, and it was not shipped yet.",
    )
    date_to_supplier = fields.Date("Shipped to the Supplier on", readonly=True)
    supplier_tracking = fields.Char(
        "Waybill to the Supplier", help="Number of the carrier, as evidence for him."
    )

    _FLOW_FIELDS = frozenset(("date_to_supplier",))

    @api.depends(
        "recovery_line_ids.is_live",
        "recovery_line_ids.term_id.is_ship_back",
        "date_to_supplier",
    )
    def _compute_is_wanted_by_supplier(self):
        for part in self:
            lines = part.recovery_line_ids.filtered(
                lambda x: x.is_live and x.term_id.is_ship_back
            )
            part.is_wanted_by_supplier = bool(lines) and not part.date_to_supplier

    def _search_is_wanted_by_supplier(self, operator, value):
        if operator != "in":
            return NotImplemented
        lines = (
            self.env["aftersales.supplier.claim.line"]
            .sudo()
            ._search([("is_live", "=", True), ("term_id.is_ship_back", "=", True)])
        )
        return Domain("date_to_supplier", "=", False) & Domain(
            "id", "in", lines.subselect("part_return_id")
        )

    def action_ship_supplier(self):
        """Note that parts held for the supplier left for him.

        :raise AccessError: not the warehouse
        :raise UserError: naming a part that is not held for the supplier
        """
        self._check_role(WAREHOUSE)
        self._lock()
        wrong = self.filtered(
            lambda p: p.disposition != "supplier" or p.date_to_supplier
        )[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(part)s is not held for the supplier, or left already. Inspect "
                    "it and choose “Hold for the Supplier” first.",
                    part=wrong.display_name,
                )
            )
        rows = []
        for part in self:
            warehouse = part._get_warehouse()
            source = warehouse.aftersales_recovery_location_id
            target = self.env.ref("stock.stock_location_suppliers")
            rows.append(part._prepare_old_part_move(source, target))
        self._validate_moves(rows)
        self._write_flow({"date_to_supplier": self.env.company._get_aftersales_today()})
