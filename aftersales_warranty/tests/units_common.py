import base64

from odoo.fields import Command

from .common import WarrantyCommon, make_picture


class UnitsCommon(WarrantyCommon):
    """Goods on stock that can be delivered, and cases of counterfeits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.other_customer = cls.env["res.partner"].create(
            {"name": "Other Customer", "country_id": cls.country.id}
        )
        cls.Unit = cls.env["aftersales.registration"]

    @classmethod
    def _stock_lots(cls, *names, product=None, quantity=1):
        product = product or cls.product
        lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in names]
        )
        for lot in lots:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        return lots

    def _fill_lines(self, picking, lots, quantity=1):
        """Put the lots on the transfer, each with the quantity, ready to go."""
        picking.move_ids.move_line_ids.unlink()
        lines = [
            Command.create(
                {
                    "product_id": lot.product_id.id,
                    "lot_id": lot.id,
                    "quantity": quantity,
                    "location_id": picking.location_id.id,
                    "location_dest_id": picking.location_dest_id.id,
                    "picking_id": picking.id,
                }
            )
            for lot in lots
        ]
        picking.move_ids.write({"move_line_ids": lines, "picked": True})
        return picking

    def _prepare_transfer(self, lots, quantity=1, **vals):
        """A confirmed delivery of the lots to the test customer."""
        source = vals.pop("location_id", self.warehouse.lot_stock_id.id)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": source,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": lots.product_id.id,
                            "product_uom_qty": len(lots) * quantity,
                            "location_id": source,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
                **vals,
            }
        )
        picking.action_confirm()
        return self._fill_lines(picking, lots, quantity)

    def _deliver(self, lots, quantity=1, **vals):
        picking = self._prepare_transfer(lots, quantity, **vals)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _take_back(self, picking, lots):
        """Return the lots of a done delivery by Odoo's own return."""
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = len(lots)
        back = wizard._create_return()
        self._fill_lines(back, lots).button_validate()
        return back

    def _restock(self, lots):
        """Inspect returned serials and put them back on the shelf."""
        lines = self.env["aftersales.return.line"].search(
            [("lot_id", "in", lots.ids), ("state", "=", "received")]
        )
        grade = self.env.ref("aftersales_warranty.return_grade_new")
        lines._inspect(grade, "no_fault")
        lines._dispose("restock")

    def _units_of(self, lots):
        return self.Unit.search([("lot_id", "in", lots.ids)])

    @classmethod
    def _create_case(cls, user=None, photos=1, **vals):
        """A suspected counterfeit, as the service user writes it."""
        values = {
            "serial": "FAKE-1",
            "findings": "The label is printed badly.",
            "photo_ids": [
                Command.create({"image": base64.b64encode(make_picture())})
                for _index in range(photos)
            ],
            **vals,
        }
        Case = cls.env["aftersales.counterfeit.case"]
        return Case.with_user(user or cls.user_service).create(values).sudo(False)
