from datetime import datetime

from odoo.fields import Command

from .common import AftersalesCommon


class PlanningCommon(AftersalesCommon):
    """Deliveries to customers and repairs of what was delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        if "aftersales_return_inspection" in cls.company._fields:
            # Planning counts moves; the way through quarantine is another's test.
            cls.company.aftersales_return_inspection = "none"
        cls.stock = cls.warehouse.lot_stock_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.bulk = cls.env["product.product"].create(
            {"name": "Test Lamp", "is_storable": True, "categ_id": cls.categ.id}
        )
        cls.setting = cls.env["aftersales.planning.setting"].create({})

    @classmethod
    def _create_customer(cls, name="Buyer", **vals):
        defaults = {
            "name": name,
            "country_id": cls.country.id,
            "state_id": cls.state.id,
        }
        return cls.env["res.partner"].create({**defaults, **vals})

    @classmethod
    def _move(cls, product, quantity, moment, partner, lot=None, **vals):
        """A done transfer of one line, dated in the past; out unless ``back``."""
        back = vals.pop("back", False)
        source, target = cls.stock, cls.customers
        kind = cls.warehouse.out_type_id
        if back:
            source, target = target, source
            kind = cls.warehouse.in_type_id
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "partner_id": partner.id if partner else False,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                            **vals,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        move = picking.move_ids
        move.move_line_ids.unlink()
        move.move_line_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "lot_id": lot.id if lot else False,
                    "quantity": quantity,
                    "picked": True,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "picking_id": picking.id,
                }
            )
        ]
        picking._action_done()
        picking.move_line_ids.date = moment
        return move

    @classmethod
    def _create_lot(cls, name, product=None):
        return cls.env["stock.lot"].create(
            {"name": name, "product_id": (product or cls.product).id}
        )

    @classmethod
    def _deliver_serials(cls, count, moment, partner=None, prefix="U"):
        """Deliver new serials of the test product, one transfer each."""
        lots = cls.env["stock.lot"]
        for number in range(count):
            lot = cls._create_lot(f"{prefix}-{number}")
            cls._move(cls.product, 1, moment, partner or cls.customer, lot)
            lots |= lot
        return lots

    @classmethod
    def _repair(cls, moment, **vals):
        """A finished repair that was asked for at ``moment``."""
        order = cls._create_order(date_request=moment, **vals)
        order.write({"state": "done", "date_start": moment, "date_end": moment})
        return order

    def _read_base(self, **domain):
        """Rows of the installed base as (start, end, units, in use)."""
        rows = self.env["aftersales.installed.base"].search(
            [(name, "=", value) for name, value in domain.items()],
            order="date_start, date_end desc, id",
        )
        return [
            (str(r.date_start), str(r.date_end or ""), r.quantity, r.units_in_use)
            for r in rows
        ]

    @staticmethod
    def _noon(year, month, day):
        return datetime(year, month, day, 4, 0)
