from datetime import date

from odoo.tests import HttpCase, tagged

from .test_registration_request import RequestCommon


@tagged("post_install", "-at_install")
class TestUnitsTour(RequestCommon, HttpCase):
    def test_customer_registers_a_unit(self):
        self._stock_lots("TOUR-1")
        self.start_tour(
            f"/register-unit?product={self.product.id}&serial=TOUR-1",
            "aftersales_register_unit",
            login=self.owner.login,
        )
        unit = self.Unit.search([("serial", "=", "TOUR-1")])
        self.assertEqual(unit.partner_id, self.owner.partner_id)
        self.assertTrue(unit.is_in_cover)

    def test_dispatcher_checks_cover_at_intake(self):
        self.unit.write({"date_sale": date(2020, 1, 1), "date_delivery": False})
        self.start_tour(
            "/odoo/aftersales-check-serial",
            "aftersales_check_serial",
            login=self.user_dispatcher.login,
        )
        order = self.env["aftersales.service.order"].search(
            [("registration_id", "=", self.unit.id)]
        )
        self.assertEqual(len(order), 1)
        self.assertTrue(order.is_chargeable)
        self.assertEqual(order.partner_id, self.customer)
