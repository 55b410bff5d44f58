from odoo.fields import Command

from .common import WarrantyCommon


class DepotCommon(WarrantyCommon):
    """A warehouse with delivered serials, lots and loose parts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.quarantine = cls.warehouse.aftersales_quarantine_loc_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.other_customer = cls.env["res.partner"].create({"name": "Other Customer"})
        cls.grade_new = cls.env.ref("aftersales_warranty.return_grade_new")
        cls.grade_opened = cls.env.ref("aftersales_warranty.return_grade_opened")
        cls.grade_faulty = cls.env.ref("aftersales_warranty.return_grade_faulty")
        cls.grade_waste = cls.env.ref("aftersales_warranty.return_grade_waste")
        cls.lot_product = cls.env["product.product"].create(
            {"name": "Test Filter", "is_storable": True, "tracking": "lot"}
        )
        cls.pack = cls.env["uom.uom"].create(
            {
                "name": "Test Pack of 6",
                "relative_factor": 6.0,
                "relative_uom_id": cls.env.ref("uom.product_uom_unit").id,
            }
        )

    @classmethod
    def _create_lot(cls, name, product=None):
        product = product or cls.product
        return cls.env["stock.lot"].create({"name": name, "product_id": product.id})

    @classmethod
    def _put(cls, product, quantity, lot=None, location=None):
        """Goods in stock, from nowhere."""
        cls.env["stock.quant"]._update_available_quantity(
            product, location or cls.stock, quantity, lot_id=lot
        )

    @classmethod
    def _get_on_hand(cls, product, location, lot=None):
        quants = cls.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "child_of", location.id),
                ("lot_id", "in", lot.ids if lot else [False]),
            ]
        )
        return sum(quants.mapped("quantity"))

    @classmethod
    def _prepare_transfer(
        cls, source, target, lines, kind=None, partner=None, **move_vals
    ):
        """A transfer of ``(product, quantity, lot or name)``, ready to validate."""
        places = {"location_id": source.id, "location_dest_id": target.id}
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": (kind or cls.warehouse.int_type_id).id,
                "partner_id": partner.id if partner else False,
                **places,
            }
        )
        for product, quantity, lot in lines:
            is_name = isinstance(lot, str)
            cls.env["stock.move"].create(
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "picking_id": picking.id,
                    "picked": True,
                    **places,
                    "move_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": quantity,
                                "lot_id": lot.id if lot and not is_name else False,
                                "lot_name": lot if is_name else False,
                                "picking_id": picking.id,
                                "picked": True,
                                **places,
                            }
                        )
                    ],
                    **move_vals,
                }
            )
        picking.move_ids._action_confirm(merge=False)
        return picking

    @classmethod
    def _deliver(cls, *lines, partner=None, validate=True):
        """Deliver ``(product, quantity, lot)`` to the test customer."""
        for product, quantity, lot in lines:
            cls._put(product, quantity, lot)
        picking = cls._prepare_transfer(
            cls.stock,
            cls.customers,
            lines,
            cls.warehouse.out_type_id,
            partner or cls.customer,
        )
        if validate:
            picking.button_validate()
        return picking

    @classmethod
    def _deliver_serial(cls, name, partner=None):
        """A serial in the hands of the customer."""
        lot = cls._create_lot(name)
        cls._deliver((cls.product, 1, lot), partner=partner)
        return lot

    @classmethod
    def _prepare_receipt(cls, *lines, partner=None, target=None, **move_vals):
        """A hand-made receipt from the customer, ready to validate."""
        return cls._prepare_transfer(
            cls.customers,
            target or cls.quarantine,
            lines,
            cls.warehouse.in_type_id,
            partner,
            **move_vals,
        )

    @classmethod
    def _create_return(cls, *lots, confirm=True, partner=None, **line_vals):
        """A return of serials, confirmed unless told otherwise."""
        document = cls.env["aftersales.return"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": lot.product_id.id,
                            "lot_id": lot.id,
                            "fault_class": "performance",
                            **line_vals,
                        }
                    )
                    for lot in lots
                ],
            }
        )
        if confirm:
            document.action_confirm()
        return document

    @classmethod
    def _create_goods_return(cls, product, quantity, confirm=True, **line_vals):
        """A return of goods without a serial."""
        document = cls.env["aftersales.return"].create(
            {
                "partner_id": cls.customer.id,
                "line_ids": [
                    Command.create(
                        {"product_id": product.id, "quantity": quantity, **line_vals}
                    )
                ],
            }
        )
        if confirm:
            document.action_confirm()
        return document

    @classmethod
    def _create_photo(cls, user):
        """A photo that the user has just uploaded."""
        return (
            cls.env["ir.attachment"]
            .with_user(user)
            .create({"name": "photo.png", "raw": b"x"})
        )

    @classmethod
    def _bring_in(cls, name, grade=None, **line_vals):
        """The line of a received serial, inspected when a grade is given."""
        line = cls._create_return(cls._deliver_serial(name), **line_vals).line_ids
        line = line.with_user(cls.user_warehouse)
        line._receive()
        if grade:
            line._inspect(grade, "ok")
        return line
