from odoo import api, models
from odoo.fields import Domain


class RepairOrder(models.Model):
    """Units come to the bench from a return, a service order or their card."""

    _inherit = "repair.order"

    @api.model
    def action_aftersales_open(self):
        """Open the repairs of after-sales."""
        action = self._get_aftersales_action(
            self.env._("Bench Repairs"), [("aftersales_is_bound", "=", True)]
        )
        help_text = self.env._(
            "No unit is at the bench. Take units in from a return, a service order or "
            "the card of the unit."
        )
        return {**action, "help": f"<p>{help_text}</p>"}

    @api.model
    def _get_aftersales_action(self, name, domain):
        """Window action with the views that the user's rights allow."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "views": self._get_aftersales_views(),
            "domain": domain,
            "context": {"create": False},
        }

    @api.model
    def _get_aftersales_views(self):
        """Odoo's own views show the stock; others read cover and charges."""
        names = {"list": "repair_order_view_list_service"}
        names["form"] = "repair_order_view_form_service"
        if self.env.user.has_group("stock.group_stock_user"):
            names = {}
        names["pivot"] = "repair_order_view_pivot_aftersales"
        kinds = ("list", "kanban", "form", "pivot", "graph")
        return [
            (
                self.env.ref(f"aftersales_warranty.{names[kind]}").id
                if kind in names
                else False,
                kind,
            )
            for kind in kinds
        ]

    def _open_aftersales(self):
        """Window action with the repairs."""
        action = self._get_aftersales_action(
            self.env._("Bench Repair"), [("id", "in", self.ids)]
        )
        if len(self) == 1:
            forms = [view for view in action["views"] if view[1] == "form"]
            action.update(res_id=self.id, views=forms)
        return action

    @api.model
    def get_formview_id(self, access_uid=None):
        """Links to a repair open what the user may read."""
        user = self.env["res.users"].browse(access_uid) if access_uid else self.env.user
        if user.has_group("stock.group_stock_user"):
            return super().get_formview_id(access_uid=access_uid)
        return self.env.ref("aftersales_warranty.repair_order_view_form_service").id

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user.has_group("stock.group_stock_user"))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Offer no empty repair to people without rights in the warehouse.

        They take units in from an order, a return or the card of a unit; an empty
        repair names none of these, and nobody but the warehouse may save it.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        if not self.env.user.has_group("stock.group_stock_user"):
            arch.set("create", "0")
        return arch, view

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
