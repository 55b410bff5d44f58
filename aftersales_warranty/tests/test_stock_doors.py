from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .depot_common import DepotCommon
from .parts_common import PartsCommon

#: All that Odoo itself gives to whoever runs a warehouse.
MANAGER = "stock.group_stock_manager"


@tagged("post_install", "-at_install", "security")
class TestReturnDoors(DepotCommon):
    """What belongs to a return cannot be claimed, dropped or handed over by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, login="door_manager", groups=MANAGER)
        cls.document = cls._create_return(cls._deliver_serial("DOOR-1"))
        cls.line = cls.document.line_ids

    def test_transfer_keeps_its_return(self):
        move = self.line.move_ids.with_user(self.manager)
        message = "What a transfer was made for cannot be changed"
        for name in ("aftersales_return_line_id", "aftersales_delivery_line_id"):
            value = False if move.sudo()[name] else self.line.id
            for forged in ({}, {"aftersales_flow": True, "aftersales_split": True}):
                forger = move.with_context(**forged)
                with (
                    self.subTest(name=name, context=forged),
                    self.assertRaisesRegex(UserError, message),
                ):
                    forger.write({name: value})
        # What the client sends back unchanged is no change.
        move.write({"aftersales_return_line_id": self.line.id})

    def test_nobody_claims_a_return(self):
        Move = self.env["stock.move"].with_user(self.manager)
        names = ("aftersales_return_line_id", "aftersales_delivery_line_id")
        vals = {
            "product_id": self.product.id,
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
        }
        links = dict.fromkeys(names, self.line.id)
        context = {f"default_{name}": self.line.id for name in names}
        made = Move.create({**vals, **links}) | Move.with_context(**context).create(
            vals
        )
        made |= made[0].copy(links)
        for name in names:
            self.assertFalse(made.sudo()[name])

    def test_backorder_keeps_the_return(self):
        self._deliver((self.part, 5, None))
        document = self._create_goods_return(self.part, 5)
        picking = document.line_ids.move_ids.picking_id.with_user(self.manager)
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking.with_context(cancel_backorder=False)._action_done()
        moves = document.line_ids.move_ids
        self.assertEqual(len(moves), 2)
        self.assertEqual(moves.aftersales_return_line_id.return_id, document)

    def test_repair_is_delivered_back_by_its_button(self):
        repair = self.env["repair.order"].create({"product_id": self.product.id})
        picking = self._deliver((self.part, 1, None), validate=False)
        with self.assertRaisesRegex(UserError, "delivered back with its own button"):
            picking.with_user(self.manager).aftersales_repair_id = repair

    def test_credit_note_keeps_its_return(self):
        clerk = new_test_user(
            self.env, login="door_account", groups="account.group_account_invoice"
        )
        vals = {
            "move_type": "out_refund",
            "partner_id": self.customer.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Refund",
                        "price_unit": 1.0,
                        "aftersales_return_line_id": self.line.id,
                    }
                )
            ],
        }
        Move = self.env["account.move"]
        forged = Move.with_user(clerk).create(vals)
        self.assertFalse(forged.sudo().line_ids.aftersales_return_line_id)
        real = Move.create(vals).with_user(clerk).invoice_line_ids
        with self.assertRaisesRegex(UserError, "cannot be changed on it"):
            real.aftersales_return_line_id = False
        self.assertEqual(real.sudo().aftersales_return_line_id, self.line)

    def test_line_does_not_slip_into_a_confirmed_return(self):
        draft = self._create_return(self._deliver_serial("DOOR-2"), confirm=False)
        with self.assertRaisesRegex(UserError, "is confirmed"):
            draft.line_ids.with_user(self.user_dispatcher).return_id = self.document

    def test_override_holds_for_the_customer_it_was_given_for(self):
        draft = self._create_return(self._deliver_serial("DOOR-3"), confirm=False)
        for vals in (
            {"partner_id": self.other_customer.id},
            {"date_request": fields.Date.subtract(draft.date_request, days=1)},
        ):
            line = draft.line_ids.with_user(self.user_head)
            line._override("Goodwill", "refund")
            draft.with_user(self.user_head).write(
                {
                    name: draft._fields[name].convert_to_write(draft[name], draft)
                    for name in vals
                }
            )
            self.assertTrue(line.is_override)
            draft.with_user(self.user_head).write(vals)
            with self.subTest(vals=vals):
                self.assertFalse(line.is_override)
                self.assertFalse(line.override_user_id)

    def test_repair_is_not_dated_back(self):
        Repair = self.env["repair.order"].with_user(self.user_dispatcher)
        past = fields.Date.subtract(fields.Date.today(), years=1)
        vals = {
            "product_id": self.product.id,
            "lot_id": self.lot.id,
            "aftersales_registration_id": self.unit.id,
            "aftersales_service_point_id": self.point.id,
        }
        repair = Repair.create(vals)
        message = "requested on another day"
        with self.assertRaisesRegex(AccessError, message):
            repair.aftersales_date_request = past
        with self.assertRaisesRegex(AccessError, message):
            Repair.create({**vals, "aftersales_date_request": past})
        with self.assertRaisesRegex(AccessError, message):
            Repair.with_context(default_aftersales_date_request=past).create(vals)
        repair.with_user(self.user_head).aftersales_date_request = past
        self.assertEqual(repair.aftersales_date_request, past)


@tagged("post_install", "-at_install", "security")
class TestPartDoors(PartsCommon):
    """Places of parts stay what they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, login="door_parts", groups=MANAGER)
        cls.stock = cls.warehouse.lot_stock_id
        cls.old = cls.warehouse.aftersales_old_part_location_id
        cls.used = cls.warehouse.aftersales_used_location_id

    def test_places_of_parts_cannot_be_turned(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.location.id}
        )
        plain = self.env["stock.location"].create(
            {"name": "Plain", "location_id": self.stock.id}
        )
        for place, vals in (
            (self.old, {"is_aftersales_old_part": False}),
            (self.used, {"is_aftersales_used": False}),
            (self.stock, {"is_aftersales_used": True}),
            (self.location, {"location_id": self.stock.id}),
            (shelf, {"location_id": self.stock.id}),
            (plain, {"location_id": self.location.id}),
            (plain, {"location_id": self.old.id}),
            (self.old, {"usage": "transit"}),
        ):
            with (
                self.subTest(place=place.name, vals=vals),
                self.assertRaisesRegex(UserError, "cannot be moved or changed"),
            ):
                place.with_user(self.manager).write(vals)
        # Within the point, its shelves are its own affair.
        second = self.env["stock.location"].create(
            {"name": "Second", "location_id": self.location.id}
        )
        second.with_user(self.manager).location_id = shelf
        self.assertEqual(second.aftersales_point_id, self.point)

    def test_nobody_makes_a_place_of_used_parts(self):
        flags = {"is_aftersales_used": True, "is_aftersales_old_part": True}
        Location = self.env["stock.location"].with_user(self.manager)
        made = Location.create({"name": "Drain", "usage": "production", **flags})
        made |= Location.with_context(
            **{f"default_{name}": True for name in flags}
        ).create({"name": "Drain 2", "usage": "production"})
        for name in flags:
            self.assertFalse(any(made.mapped(name)))

    def test_warehouse_keeps_its_places_of_parts(self):
        message = "are made by the warehouse itself"
        with self.assertRaisesRegex(UserError, message):
            self.warehouse.with_user(
                self.manager
            ).aftersales_used_location_id = self.stock

    def test_use_of_a_part_is_not_forgotten(self):
        self._stock(self.location, self.part, 5)
        order = self._create_running_order()
        order.action_use_parts()
        line = order.line_ids.filtered(lambda x: x.kind == "part")
        move = self.env["stock.move"].search(
            [("aftersales_order_line_id", "=", line.id)]
        )
        with self.assertRaisesRegex(UserError, "What a transfer was made for"):
            move.with_user(self.manager).aftersales_order_line_id = False
        self.assertEqual(line.quantity_used, 2)
