from odoo.tests import Form, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestOrderLine(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fan = cls.env["product.product"].create(
            {"name": "Test Fan", "default_code": "TEST-FAN", "list_price": 40.0}
        )

    def _line(self, order=None, **vals):
        order = order or self._create_order()
        return self.env["aftersales.service.order.line"].create(
            {"order_id": order.id, "kind": "part", "product_id": self.part.id, **vals}
        )

    def test_price_follows_the_product_until_it_is_typed(self):
        line = self._line()
        self.assertEqual((line.price_unit, line.price_list), (100, 100))
        line.product_id = self.fan
        self.assertEqual((line.price_unit, line.price_list), (40, 40))
        line.price_unit = 35
        line.product_id = self.part
        self.assertEqual((line.price_unit, line.price_list), (35, 100))

    def test_a_typed_zero_stays(self):
        line = self._line(price_unit=0)
        line.product_id = self.fan
        self.assertEqual((line.price_unit, line.price_list), (0, 40))

    def test_price_follows_the_point_until_it_is_typed(self):
        order = self._create_order()
        labour = self._line(order, kind="labour", product_id=False)
        typed = self._line(order, kind="labour", product_id=False, price_unit=75)
        self.assertEqual(labour.price_unit, 0)
        order.action_dispatch()
        self.assertEqual((labour.price_unit, typed.price_unit), (60, 75))
        action = self.point_b.agreement_ids.action_new_version()
        draft = self.env["aftersales.agreement"].browse(action["res_id"])
        draft.labour_rate = 80
        draft.action_activate()
        order._refuse("No car today")
        order._dispatch_to(self.point_b, "test")
        self.assertEqual((labour.price_unit, typed.price_unit), (80, 75))

    def test_price_follows_in_the_form(self):
        form = Form(self._create_order())
        with form.line_ids.new() as line:
            line.product_id = self.part
            self.assertEqual(line.price_unit, 100)
            line.product_id = self.fan
            self.assertEqual(line.price_unit, 40)
        order = form.save()
        form = Form(order)
        with form.line_ids.edit(0) as line:
            line.product_id = self.part
            self.assertEqual(line.price_unit, 100)
            line.price_unit = 90
            line.product_id = self.fan
            self.assertEqual(line.price_unit, 90)
        form.save()
        self.assertEqual(order.line_ids.mapped("price_unit"), [90])
        self.assertEqual(order.line_ids.price_list, 40)

    def test_list_price_is_never_typed(self):
        line = self._line()
        line.with_user(self.user_dispatcher).write({"price_list": 7})
        self.assertEqual(line.price_list, 100)

    def test_units(self):
        order = self._create_order()
        lines = self._line(order) | self._line(order, kind="labour", product_id=False)
        lines |= self._line(order, kind="travel", product_id=False)
        self.assertEqual(
            lines.mapped("uom_id.id"),
            [
                self.part.uom_id.id,
                self.env.ref("uom.product_uom_hour").id,
                self.env.ref("uom.product_uom_km").id,
            ],
        )
