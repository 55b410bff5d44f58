from odoo.fields import Command

from .common import WarrantyCommon


class PartsCommon(WarrantyCommon):
    """A point with a place for its parts, and a warehouse that has some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.point.action_create_location()
        cls.location = cls.point.location_id
        cls._stock(cls.warehouse.lot_stock_id, cls.part, 100)

    @classmethod
    def _stock(cls, location, product, quantity, lot=None):
        """Put goods somewhere by a move, as a receipt from a supplier would."""
        vendor = cls.env.ref("stock.stock_location_suppliers")
        move = cls.env["stock.move"].create(
            cls._prepare_move(vendor, location, product, quantity, lot)
        )
        move._action_done()
        return move

    @classmethod
    def _prepare_move(cls, source, target, product, quantity, lot=None, **vals):
        places = {"location_id": source.id, "location_dest_id": target.id}
        line = {
            **places,
            "product_id": product.id,
            "quantity": quantity,
            "lot_id": lot.id if lot else False,
        }
        return {
            **places,
            "product_id": product.id,
            "product_uom_qty": quantity,
            "picked": True,
            "move_line_ids": [Command.create(line)],
            **vals,
        }

    @classmethod
    def _get_quantity(cls, location, product=None):
        """What the stock says is in a place."""
        quants = cls.env["stock.quant"].search(
            [
                ("location_id", "=", location.id),
                ("product_id", "=", (product or cls.part).id),
            ]
        )
        return sum(quants.mapped("quantity"))

    @classmethod
    def _create_running_order(cls, *lines, point=None, **vals):
        """A repair in work at the point with lines ``(kind, qty, price, product)``."""
        order = cls._create_order(
            service_point_id=(point or cls.point).id,
            lot_id=cls.lot.id,
            state="in_progress",
            correction="Replaced",
            cause="Worn",
            **vals,
        )
        cls._add_lines(order, *(lines or [("part", 2, 100.0, cls.part)]))
        order.step_ids.is_done = True
        return order
