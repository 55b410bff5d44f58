import random

from odoo.tests import tagged

from .parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestPartBalance(PartsCommon):
    """Received − used − returned ± counted is what is there, always."""

    def _balance(self, product=None):
        self.env.flush_all()
        balance = self.env["aftersales.part.balance"].search(
            [
                ("service_point_id", "=", self.point.id),
                ("product_id", "=", (product or self.part).id),
            ]
        )
        balance.invalidate_recordset()
        return balance

    def _figures(self, balance):
        names = ("received", "used", "returned", "adjusted", "on_hand")
        return tuple(balance[f"quantity_{name}"] for name in names)

    def _take_back(self, quantity):
        move = self.env["stock.move"].create(
            self._prepare_move(
                self.location, self.warehouse.lot_stock_id, self.part, quantity
            )
        )
        move._action_done()

    def _count_to(self, counted):
        draft = self.env["aftersales.point.count"].new()
        self.assertEqual(draft.display_name, "New")
        count = self.env["aftersales.point.count"].create(
            {"service_point_id": self.point.id}
        )
        if not count.line_ids:
            count.action_cancel()
            return
        count.line_ids.write({"quantity_counted": counted, "reason": "Count"})
        count.action_submit()
        count.with_user(self.user_centre).action_approve()

    def test_every_column(self):
        self._stock(self.location, self.part, 10)
        order = self._create_running_order(("part", 3, 1.0, self.part))
        order.action_done()
        order.line_ids.quantity = 2
        self._take_back(4)
        self._count_to(5)
        balance = self._balance()
        self.assertEqual(self._figures(balance), (10, 2, 4, 1, 5))
        self.assertEqual(balance.difference, 0)
        self.assertEqual(self.point.part_balance_count, 1)

    def test_zero_sum_over_random_histories(self):
        self.env["res.company"].browse(
            self.company.id
        ).aftersales_part_shortage = "allow"
        for seed in range(6):
            chance = random.Random(seed)
            orders = self.env["aftersales.service.order"]
            for _step in range(12):
                orders |= self._random_step(chance, orders)
                balance = self._balance()
                with self.subTest(seed=seed):
                    self.assertEqual(balance.difference, 0)
                    self.assertEqual(
                        balance.quantity_on_hand, self._get_quantity(self.location)
                    )

    def _random_step(self, chance, orders):
        """One random event at the point; returns a new order, if it made one."""
        step = chance.choice(["supply", "use", "less", "back", "count", "drop"])
        quantity = chance.randint(1, 6)
        if step == "use":
            order = self._create_running_order(("part", quantity, 1.0, self.part))
            order.action_done()
            return order
        line = orders.line_ids[:1]
        if step == "less" and line:
            line.quantity = chance.randint(0, 6)
        elif step == "drop" and line:
            line.unlink()
        elif step == "back":
            self._take_back(quantity)
        elif step == "count":
            self._count_to(quantity)
        else:
            self._stock(self.location, self.part, quantity)
        return orders.browse()

    def test_between_points(self):
        self.point_b.action_create_location()
        self._stock(self.location, self.part, 5)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.location.id,
                "location_dest_id": self.point_b.location_id.id,
                "move_ids": [
                    (
                        0,
                        0,
                        self._prepare_move(
                            self.location, self.point_b.location_id, self.part, 2
                        ),
                    )
                ],
            }
        )
        picking.with_user(self.user_warehouse).action_aftersales_approve()
        picking._action_done()
        self.assertEqual(self._figures(self._balance()), (5, 0, 2, 0, 3))
        self.env.flush_all()
        other = self.env["aftersales.part.balance"].search(
            [("service_point_id", "=", self.point_b.id)]
        )
        self.assertEqual(self._figures(other), (2, 0, 0, 0, 2))

    def test_a_shelf_inside_the_point_is_no_movement(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.location.id}
        )
        self._stock(self.location, self.part, 5)
        self.env["stock.move"].create(
            self._prepare_move(self.location, shelf, self.part, 2)
        )._action_done()
        self.assertEqual(self._figures(self._balance()), (5, 0, 0, 0, 5))

    def test_one_query_for_all_points(self):
        self._stock(self.location, self.part, 5)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            rows = self.env["aftersales.part.balance"].search_fetch(
                [], ["product_id", "quantity_on_hand", "difference"]
            )
            rows.mapped("difference")

    def test_who_sees_it(self):
        self._stock(self.location, self.part, 5)
        Balance = self.env["aftersales.part.balance"]
        mine = [("service_point_id", "=", self.point.id)]
        self.env.flush_all()
        for user, expected in (
            (self.user_warehouse, 1),
            (self.user_centre, 1),
            (self.user_portal, 1),
            (self.user_portal_b, 0),
            (self.user_service, 0),
            (self.user_auditor, 1),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(Balance.with_user(user).search_count(mine), expected)
