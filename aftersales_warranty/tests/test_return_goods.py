from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .returns_common import ReturnsCommon


@tagged("post_install", "-at_install")
class TestReturnGoods(ReturnsCommon):
    """What may come back, and what is refused with the reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_units()

    # -- refusals ----------------------------------------------------------------

    def test_nothing_to_return(self):
        with self.assertRaisesRegex(UserError, "has no lines"):
            self._create_return().action_confirm()

    def test_a_reason_may_ask_for_the_fault(self):
        document = self._return_unit(
            self.fresh,
            fault_class=False,
            reason_id=self.env.ref("aftersales_warranty.return_reason_defect").id,
        )
        with self.assertRaisesRegex(UserError, "state the fault"):
            document.action_confirm()

    def test_an_exchanged_unit_does_not_come_back(self):
        self.fresh._exchange({"serial": "RT-NEW"})
        document = self._return_unit(self.fresh)
        with self.assertRaisesRegex(UserError, "is “Exchanged” since"):
            document.action_confirm()

    def test_a_serial_is_one_piece(self):
        with self.assertRaisesRegex(UserError, "is one piece"):
            self._return_unit(self.fresh, quantity=2).action_confirm()
        dozen = self.env.ref("uom.product_uom_dozen")
        with self.assertRaisesRegex(UserError, "is one piece"):
            self._return_unit(self.fresh, product_uom_id=dozen.id).action_confirm()

    def test_units_of_measure(self):
        hour = self.env.ref("uom.product_uom_hour")
        self._stock(self.filters, 24)
        move = self._deliver(self.filters, 24)
        vals = {"product_id": self.filters.id, "origin_move_id": move.id}
        wrong = self._create_return({**vals, "product_uom_id": hour.id})
        with self.assertRaisesRegex(UserError, "is counted in Units, not in Hours"):
            wrong.action_confirm()
        dozen = self.env.ref("uom.product_uom_dozen")
        document = self._create_return(
            {**vals, "quantity": 2, "product_uom_id": dozen.id}
        )
        document.action_confirm()
        self.assertEqual(document.line_ids._get_base_quantity(), 24)

    def test_lots_need_their_number(self):
        paint = self._create_product(name="Test Paint", tracking="lot")
        lot = self._stock(paint, 5, "LOT-1")
        move = self._deliver_lot(paint, lot, 3)
        vals = {"product_id": paint.id, "origin_move_id": move.id, "quantity": 2}
        with self.assertRaisesRegex(UserError, "is tracked"):
            self._create_return(vals).action_confirm()
        document = self._create_return({**vals, "lot_id": lot.id})
        document.action_confirm()
        self.assertEqual(document.state, "confirmed")
        # The same lot may be in two returns: it is no serial.
        other = self._create_return({**vals, "lot_id": lot.id, "quantity": 1})
        other.action_confirm()
        self.assertEqual(other.state, "confirmed")

    def _deliver_lot(self, product, lot, quantity):
        place = self.warehouse.lot_stock_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": place.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": place.id,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "lot_id": lot.id,
                            "quantity": quantity,
                            "location_id": place.id,
                            "location_dest_id": self.customers.id,
                            "picking_id": picking.id,
                        }
                    )
                ],
                "picked": True,
            }
        )
        picking.button_validate()
        return picking.move_ids

    def test_one_return_at_a_time(self):
        first = self._return_unit(self.fresh)
        first.action_confirm()
        second = self._return_unit(self.fresh)
        with self.assertRaisesRegex(UserError, f"is expected on {first.name}"):
            second.action_confirm()
        twice = self._create_return(
            self._prepare_unit_line(self.old, resolution="repair"),
            self._prepare_unit_line(self.old, resolution="repair"),
        )
        with self.assertRaisesRegex(UserError, "is entered twice"):
            twice.action_confirm()
        first._cancel("Kept it")
        second.action_confirm()
        self.assertEqual(second.state, "confirmed")

    def test_an_open_case_of_counterfeit_blocks(self):
        case = self.env["aftersales.counterfeit.case"].create(
            {"registration_id": self.fresh.id, "serial": "RT-1", "findings": "Copy"}
        )
        self.assertTrue(case)
        with self.assertRaisesRegex(UserError, "RT-1"):
            self._return_unit(self.fresh).action_confirm()

    def test_goods_of_another_company(self):
        with self.assertRaisesRegex(UserError, "belongs to company|Incompatible"):
            self._create_return(
                self._prepare_unit_line(self.fresh), company_id=self.company_b.id
            )

    def test_goods_bought_elsewhere(self):
        dealer = self._create_unit(
            serial="DEALER-1", date_sale=self.today, date_delivery=self.today
        )
        vals = {
            "product_id": self.product.id,
            "registration_id": dealer.id,
            "is_foreign": True,
            "fault_class": "performance",
        }
        with self.assertRaisesRegex(UserError, "was bought elsewhere"):
            self._create_return(vals).action_confirm()
        repair = self._create_return({**vals, "resolution": "repair"})
        repair.action_confirm()
        self.assertEqual(repair.state, "confirmed")
        again = self._create_return({**vals, "resolution": "repair"})
        with self.assertRaisesRegex(UserError, f"underway in return {repair.name}"):
            again.action_confirm()

    def test_a_policy_accepts_goods_bought_elsewhere(self):
        version = self._create_version(
            terms=[{"component": "whole_unit", "months": 12}],
            date_effective=self.today,
            accepts_foreign=True,
        )
        dealer = self._create_unit(
            serial="DEALER-2", date_sale=self.today, date_delivery=self.today
        )
        self.assertEqual(dealer.policy_version_id, version)
        vals = {
            "product_id": self.product.id,
            "serial": " dealer-2",
            "fault_class": "performance",
        }
        document = self._create_return(vals)
        document.action_confirm()
        line = document.line_ids
        # Known by its serial, and told apart from what we delivered ourselves.
        self.assertEqual(line.registration_id, dealer)
        self.assertTrue(line.is_foreign)
        self.assertEqual(line.price_paid, 3000.0)
        dealer.partner_id = self.env["res.partner"].create({"name": "Next Owner"})
        document._cancel("Sold on")
        with self.assertRaisesRegex(UserError, "registered for another customer"):
            document.copy().action_confirm()

    def test_serial_of_another_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._deliver_serial("RT-THEIRS", partner=stranger)
        line = self._prepare_unit_line(foreign)
        with self.assertRaisesRegex(UserError, "did not bring these goods"):
            self._create_return(line).action_confirm()
        line["origin_move_id"] = False
        with self.assertRaisesRegex(UserError, "never delivered to Test Customer"):
            self._create_return(line).action_confirm()
        line["is_foreign"] = True
        line["resolution"] = "repair"
        with self.assertRaisesRegex(UserError, "registered for another customer"):
            self._create_return(line).action_confirm()
        stocked = self._stock(self.product, 1, "RT-STOCK")
        vals = {
            "product_id": self.product.id,
            "lot_id": stocked.id,
            "is_foreign": True,
            "fault_class": "performance",
        }
        with self.assertRaisesRegex(UserError, "was bought elsewhere"):
            self._create_return(vals).action_confirm()
        self._create_version(
            terms=[{"component": "whole_unit", "months": 12}],
            date_effective=self.today,
            accepts_foreign=True,
        )
        with self.assertRaisesRegex(UserError, "is in our own stock"):
            self._create_return(vals).action_confirm()

    def test_more_than_was_delivered(self):
        self._stock(self.filters, 10)
        self._deliver(self.filters, 6)
        document = self._create_return({"product_id": self.filters.id, "quantity": 7})
        with self.assertRaisesRegex(UserError, "6.0 delivered"):
            document.action_confirm()
        document.line_ids.quantity = 6
        document.action_confirm()
        self.assertEqual(document.line_ids.origin_move_id.product_id, self.filters)

    # -- picking goods -------------------------------------------------------------

    def test_add_delivered_goods(self):
        self._stock(self.filters, 10)
        self._deliver(self.filters, 6)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._deliver_serial("RT-FOREIGN", partner=stranger)
        document = self._create_return(
            user=self.user_service_point, service_point_id=self.point.id
        )
        action = document.action_add_goods()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.user_service_point)
        offered = wizard.line_ids.mapped("lot_name")
        self.assertIn("RT-1", offered)
        self.assertNotIn("RT-FOREIGN", offered)
        filters = wizard.line_ids.filtered(lambda x: x.product_id == self.filters)
        self.assertEqual(filters.quantity_open, 6)
        filters.write({"is_selected": True, "quantity": 7})
        with self.assertRaisesRegex(UserError, "between 0 and 6"):
            wizard.action_add()
        filters.quantity = 2
        with Form(wizard) as form:
            form.scan = " rt-1 "
        wizard.action_add()
        self.assertEqual(document.line_ids.lot_id, self.fresh.lot_id)
        line = document.line_ids.filtered("lot_id")
        self.assertEqual(line.registration_id, self.fresh)
        self.assertEqual(line.origin_move_id.picking_id, self.fresh.picking_id)
        other = document.line_ids - line
        self.assertEqual((other.product_id, other.quantity), (self.filters, 2))
        self.assertTrue(foreign)

    def test_goods_in_another_return_are_not_offered(self):
        self._stock(self.filters, 10)
        move = self._deliver(self.filters, 6)
        self._create_return(
            {"product_id": self.filters.id, "origin_move_id": move.id, "quantity": 4}
        ).action_confirm()
        self._return_unit(self.fresh).action_confirm()
        goods = self.env["aftersales.return"]._get_open_goods(self.customer)
        by_lot = {item["lot"]: item for item in goods}
        self.assertNotIn(self.fresh.lot_id, by_lot)
        self.assertIn(self.old.lot_id, by_lot)
        self.assertEqual(by_lot[self.env["stock.lot"]]["open"], 2)

    def test_goods_query_count(self):
        for number in range(3):
            self._deliver_serial(f"Q-{number}")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            goods = self.env["aftersales.return"]._get_open_goods(self.customer)
        before = self.cr.sql_log_count
        self.env.invalidate_all()
        self.env["aftersales.return"]._get_open_goods(self.customer)
        few = self.cr.sql_log_count - before
        for number in range(12):
            self._deliver_serial(f"QQ-{number}")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        more = self.env["aftersales.return"]._get_open_goods(self.customer)
        self.assertLessEqual(self.cr.sql_log_count - before, few + 3)
        self.assertEqual(len(more), len(goods) + 12)

    def test_start_from_sale_delivery_unit_and_order(self):
        order = self._create_order(
            registration_id=self.fresh.id, service_point_id=self.point.id
        )
        action = order.action_create_return()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        picked = wizard.line_ids.filtered("is_selected")
        self.assertEqual(picked.lot_id, self.fresh.lot_id)
        wizard.action_add()
        document = order.return_ids
        self.assertEqual(document.service_point_id, self.point)
        self.assertEqual(order.return_count, 1)
        self.assertEqual(self.fresh.return_count, 1)
        self.assertEqual(self.fresh.picking_id.aftersales_return_count, 1)
        action = self.old.picking_id.action_create_aftersales_return()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.lot_id, self.old.lot_id)
