from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class RepairOrder(models.Model):
    """Units come to the bench from a return, a service order or their card."""

    _inherit = "repair.order"

    def action_aftersales_view_unit(self):
        """Open the card of the unit."""
        self.ensure_one()
        return self.aftersales_registration_id._get_records_action()

    @api.model
    def _count_by(self, field, ids):
        """Number of repairs by one field, as far as the user may read them.

        :return: ``{record: count}``
        """
        if not ids or not self.has_access("read"):
            return {}
        return dict(self._read_group([(field, "in", ids)], [field], ["__count"]))

    @api.model
    def _take_in(self, vals_list):
        """Create repairs of units where they lie; the caller checked the rights.

        :param vals_list: values with ``product_id``, and ``lot_id`` or
            ``aftersales_serial``
        """
        # Who may take a unit in need not be one of the warehouse.
        Repair_sudo = self.sudo()
        vals_list = [
            {"user_id": False, **vals} for vals in self._with_aftersales_lots(vals_list)
        ]
        places = self._find_aftersales_places([v.get("lot_id") for v in vals_list])
        for vals in vals_list:
            place = places.get(vals.get("lot_id"))
            if place:
                vals["product_location_src_id"] = place
                vals["product_location_dest_id"] = place
        return Repair_sudo.create(vals_list).with_env(self.env)

    @api.model
    def _with_aftersales_lots(self, vals_list):
        """Values with a lot for each serial; the bench moves units by it."""
        prepared = [dict(vals) for vals in vals_list]
        Product = self.env["product.product"]
        open_vals = [
            vals
            for vals in prepared
            if not vals.get("lot_id")
            and vals.get("aftersales_serial")
            and Product.browse(vals["product_id"]).tracking == "serial"
        ]
        lots = self._find_aftersales_lots(open_vals)
        for vals in open_vals:
            vals["lot_id"] = lots[vals["product_id"], vals["aftersales_serial"]]
        for vals in prepared:
            vals.pop("aftersales_serial", None)
        return prepared

    @api.model
    def _find_aftersales_lots(self, vals_list):
        """Lots of typed serials; units that never were in stock get one.

        :return: ``{(product id, serial): lot id}``
        """
        # As above: only the lot of the unit that is taken in.
        Lot_sudo = self.env["stock.lot"].sudo()
        keys = {(vals["product_id"], vals["aftersales_serial"]) for vals in vals_list}
        lots = Lot_sudo.search(
            Domain("product_id", "in", [key[0] for key in keys])
            & Domain("name", "in", [key[1] for key in keys])
        )
        found = {(lot.product_id.id, lot.name): lot.id for lot in lots}
        missing = sorted(keys - set(found))
        created = Lot_sudo.create(
            [{"product_id": product, "name": serial} for product, serial in missing]
        )
        found.update(zip(missing, created.ids, strict=True))
        units = [vals.get("aftersales_registration_id") for vals in vals_list]
        self._link_aftersales_lots(units, found)
        return found

    @api.model
    def _link_aftersales_lots(self, unit_ids, lots):
        """Give registered units that had no lot the one they came in with."""
        units_sudo = (
            self.env["aftersales.registration"].sudo().browse(filter(None, unit_ids))
        )
        for unit in units_sudo.filtered(lambda u: not u.lot_id):
            unit.lot_id = lots.get((unit.product_id.id, unit.serial))

    @api.model
    def _find_aftersales_places(self, lot_ids):
        """Where serials lie in the company: ``{lot id: location id}``."""
        quants = (
            self.env["stock.quant"]
            .sudo()
            .search(
                [
                    ("lot_id", "in", list(filter(None, lot_ids))),
                    ("quantity", ">", 0),
                    ("location_id.usage", "in", ("internal", "transit")),
                ]
            )
        )
        return {quant.lot_id.id: quant.location_id.id for quant in quants}


class AftersalesReturnLine(models.Model):
    """What comes back for repair goes to the bench in one click."""

    _inherit = "aftersales.return.line"

    repair_ids = fields.One2many(
        "repair.order", "aftersales_return_line_id", "Bench Repairs"
    )
    repair_count = fields.Integer(compute="_compute_repair_count")

    def _compute_repair_count(self):
        counts = self.env["repair.order"]._count_by(
            "aftersales_return_line_id", self.ids
        )
        for line in self:
            line.repair_count = counts.get(line._origin, 0)

    def _create_repair(self):
        """Repairs of the lines, new ones where none is open; constant queries.

        The warehouse calls it when it decides for repair, and so do the buttons.

        :return: the repairs, one for each line
        :raise UserError: naming the line whose goods are not here
        """
        self.check_access("write")
        running = self.sudo().repair_ids.filtered(lambda r: r.state != "cancel")
        known = running.aftersales_return_line_id.sudo(False)
        fresh = self - known
        fresh._check_can_repair()
        created = self.env["repair.order"]._take_in(
            [line._prepare_repair_vals() for line in fresh]
        )
        return running.sudo(False) | created

    def _check_can_repair(self):
        """Only goods that have come in are repaired.

        :raise UserError: naming product and document
        """
        for line in self:
            if line.state not in ("received", "inspected", "disposed"):
                raise UserError(
                    self.env._(
                        "%(document)s: %(product)s has not been received yet. Receive "
                        "it before it goes to the bench.",
                        document=line.return_id.name,
                        product=line.product_id.display_name,
                    )
                )

    def _prepare_repair_vals(self):
        """Values of the repair of one line; extension point."""
        self.ensure_one()
        document = self.return_id
        vals = {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "product_qty": self.quantity_received or self.quantity,
            "product_uom": self.product_uom_id.id,
            "lot_id": (self.received_lot_id or self.lot_id).id,
            "aftersales_serial": self.received_serial or self.serial,
            "aftersales_return_line_id": self.id,
            "aftersales_order_id": document.order_id.id,
            "aftersales_date_request": document.date_request,
        }
        unit = self.registration_id
        if unit.state in ("active", "closed"):
            vals["aftersales_registration_id"] = unit.id
        if document.warehouse_id.repair_type_id:
            vals["picking_type_id"] = document.warehouse_id.repair_type_id.id
        return vals

    def action_create_repair(self):
        """Take the goods to the bench and open the repair."""
        return self._create_repair()._get_records_action(
            name=self.env._("Bench Repair")
        )
