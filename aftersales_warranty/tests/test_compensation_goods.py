from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_common import CompensationCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 04:00:00")
class TestCompensationGoods(CompensationCommon):
    """Goods as compensation: delivered by the warehouse, and with that given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.point.warehouse_id or cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.gift = cls._create_product(name="Purifier", tracking="none")
        cls.gift.is_storable = True
        cls.env["stock.quant"]._update_available_quantity(
            cls.gift, cls.warehouse.lot_stock_id, 5
        )

    def _promise(self, quantity=2, **vals):
        """Approved goods whose delivery the clerk asked for."""
        compensation = self._approve(
            300,
            kind="goods",
            gift_product_id=self.gift.id,
            gift_quantity=quantity,
            gift_note="In spring",
            **vals,
        )
        compensation.with_user(self.user_clerk).action_give()
        return compensation

    def _deliver(self, compensation, quantity=2):
        picking = compensation.gift_picking_ids.filtered(lambda p: p.state != "done")
        picking.move_ids.write({"quantity": quantity, "picked": True})
        # Without a dialog, what is missing becomes a transfer of its own.
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def test_the_delivery_gives_the_goods(self):
        compensation = self._promise()
        picking = compensation.gift_picking_ids
        self.assertEqual(
            (compensation.state, compensation.delivery_state, picking.state),
            ("approved", "open", "assigned"),
        )
        move = picking.move_ids
        self.assertEqual(
            (move.product_id, move.product_uom_qty, picking.partner_id, picking.origin),
            (self.gift, 2, self.customer, compensation.name),
        )
        with self.assertRaisesRegex(UserError, "are to be delivered with"):
            compensation.with_user(self.user_clerk).action_give()
        self._deliver(compensation)
        self.assertEqual(
            (compensation.state, compensation.delivery_state, picking.state),
            ("given", "done", "done"),
        )
        self.assertEqual(str(compensation.date_given), "2026-03-10")
        self.assertEqual(self.gift.qty_available, 3)
        self.assertFalse(compensation.move_id)

    def test_half_of_it_is_not_all(self):
        compensation = self._promise()
        self._deliver(compensation, 1)
        self.assertEqual(compensation.state, "approved")
        self.assertEqual(len(compensation.gift_picking_ids), 2)
        self._deliver(compensation, 1)
        self.assertEqual(compensation.state, "given")

    def test_goods_without_a_product_are_noted(self):
        compensation = self._approve(300, kind="goods", gift_note="A basket of fruit")
        compensation.with_user(self.user_clerk).action_give()
        self.assertEqual(compensation.state, "given")
        self.assertFalse(compensation.gift_picking_ids)

    def test_what_is_given_up_stays_in_the_warehouse(self):
        compensation = self._promise(by=self.user_centre)
        compensation.with_user(self.user_clerk)._cancel("Agreed otherwise")
        self.assertEqual(
            (compensation.state, compensation.gift_picking_ids.state),
            ("cancelled", "cancel"),
        )
        half = self._promise(by=self.user_centre)
        self._deliver(half, 1)
        with self.assertRaisesRegex(UserError, "has goods of"):
            half.with_user(self.user_clerk)._cancel("Too late")

    def test_what_was_approved_is_what_is_given(self):
        compensation = self._promise().with_user(self.user_clerk)
        for vals in ({"gift_quantity": 5}, {"gift_note": "A car"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                compensation.write(vals)

    def test_rpc_cannot_make_a_transfer_a_compensation(self):
        compensation = self._approve(
            300, kind="goods", gift_product_id=self.gift.id, gift_note="x"
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        mine = picking.with_user(self.user_warehouse)
        for context in ({}, {"aftersales_flow": True}):
            with self.assertRaisesRegex(UserError, "given with its own button"):
                mine.with_context(**context).write(
                    {"aftersales_compensation_id": compensation.id}
                )
        with self.assertRaises(AccessError):
            mine.read(["aftersales_compensation_id"])
