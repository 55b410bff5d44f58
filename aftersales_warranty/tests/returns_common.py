from datetime import timedelta

from odoo.fields import Command

from .common import WarrantyCommon


class ReturnsCommon(WarrantyCommon):
    """Delivered goods, so that something can come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.filters = cls._create_product(name="Test Filter", tracking="none")
        cls.today = cls.company._get_aftersales_today()
        # A service user sees the goods of the point for which he works.
        cls.user_service_point = cls.user_service
        employee = cls.env["hr.employee"].create(
            {"name": "Point Desk", "user_id": cls.user_service.id}
        )
        cls._create_staff(service_point_id=cls.point.id, employee_id=employee.id)

    @classmethod
    def _setup_units(cls):
        """A unit delivered today and one outside the first periods."""
        cls.fresh = cls._deliver_serial("RT-1")
        cls.fresh.price = 2000.0
        cls.old = cls._deliver_serial("RT-OLD")
        cls.old.write(
            {
                "date_sale": cls.today - timedelta(days=100),
                "date_delivery": cls.today - timedelta(days=100),
            }
        )

    @classmethod
    def _stock(cls, product, quantity=1, *names):
        """Put goods on stock; returns the lots of the names."""
        lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in names]
        )
        Quant = cls.env["stock.quant"]
        place = cls.warehouse.lot_stock_id
        for lot in lots or [cls.env["stock.lot"]]:
            Quant._update_available_quantity(product, place, quantity, lot_id=lot)
        return lots

    @classmethod
    def _deliver(cls, product=None, quantity=1, lots=None, partner=None):
        """A done delivery of serials, or of a quantity; returns its moves."""
        product = product or cls.product
        place = cls.warehouse.lot_stock_id
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": cls.warehouse.out_type_id.id,
                "partner_id": (partner or cls.customer).id,
                "location_id": place.id,
                "location_dest_id": cls.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": len(lots) if lots else quantity,
                            "location_id": place.id,
                            "location_dest_id": cls.customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        cls._fill(picking, lots, quantity)
        picking.button_validate()
        return picking.move_ids

    @classmethod
    def _fill(cls, picking, lots=None, quantity=1):
        """Give the only move of a transfer its serials or its quantity."""
        move = picking.move_ids
        move.move_line_ids.unlink()
        move.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": move.product_id.id,
                            "lot_id": lot.id,
                            "quantity": 1 if lots else quantity,
                            "location_id": move.location_id.id,
                            "location_dest_id": move.location_dest_id.id,
                            "picking_id": picking.id,
                        }
                    )
                    for lot in lots or [cls.env["stock.lot"]]
                ],
                "picked": True,
            }
        )

    @classmethod
    def _deliver_serial(cls, name, partner=None, product=None):
        """Stock and deliver one serial; returns its registration."""
        product = product or cls.product
        lots = cls._stock(product, 1, name)
        cls._deliver(product, lots=lots, partner=partner)
        return cls._get_unit(lots)

    @classmethod
    def _get_unit(cls, lot):
        return cls.env["aftersales.registration"].search(
            [("lot_id", "=", lot.id)], order="id desc", limit=1
        )

    @classmethod
    def _prepare_unit_line(cls, unit, **vals):
        move = cls.env["stock.move.line"].search(
            [
                ("lot_id", "=", unit.lot_id.id),
                ("location_dest_id.usage", "=", "customer"),
                ("state", "=", "done"),
            ],
            order="id desc",
            limit=1,
        )
        return {
            "product_id": unit.product_id.id,
            "registration_id": unit.id,
            "lot_id": unit.lot_id.id,
            "origin_move_id": move.move_id.id,
            "fault_class": "performance",
            **vals,
        }

    @classmethod
    def _create_return(cls, *lines, user=None, **vals):
        """A draft return with lines given as values."""
        Return = cls.env["aftersales.return"]
        if user:
            Return = Return.with_user(user)
            # What the superuser read must not help the user.
            cls.env.flush_all()
            cls.env.invalidate_all()
        return Return.create(
            {
                "partner_id": cls.customer.id,
                "line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    @classmethod
    def _return_unit(cls, unit, user=None, **vals):
        """A draft return of one unit; ``vals`` are of its line."""
        document = {}
        if user:
            document["service_point_id"] = cls.point.id
        line = cls._prepare_unit_line(unit, **vals)
        return cls._create_return(line, user=user, **document)
