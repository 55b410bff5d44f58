from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-16 08:00:00")
class TestTicket(HelpdeskCommon):
    def test_mail_finds_the_unit(self):
        ticket = self._receive("Noise", "My unit HELP-0001 is loud.\nPlease come.")
        self.assertEqual(ticket.aftersales_registration_id, self.unit)
        self.assertEqual(ticket.aftersales_serial, "HELP-0001")
        self.assertEqual(ticket.aftersales_product_id, self.product)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertIn("Covered at 100 % until", ticket.aftersales_cover)

    def test_mail_of_a_stranger_takes_the_owner_as_customer(self):
        self.customer.email = "someone.else@example.com"
        ticket = self._receive("HELP-0001", "broken")
        self.assertEqual(ticket.partner_id, self.customer)

    def test_two_serials_are_not_guessed(self):
        ticket = self._receive("HELP-0001", "or HELP-0002, I am not sure")
        self.assertFalse(ticket.aftersales_registration_id)
        self.assertFalse(ticket.aftersales_serial)

    def test_unknown_serial_in_mail_leaves_the_ticket_open(self):
        ticket = self._receive("Broken", "Serial HELP-9999")
        self.assertTrue(ticket)
        self.assertFalse(ticket.aftersales_registration_id)

    def test_same_serial_of_two_products_is_not_guessed(self):
        other = self.env["product.product"].create({"name": "Other Product"})
        self._create_unit("HELP-0001", product_id=other.id)
        ticket = self._create_ticket(aftersales_serial="HELP-0001")
        self.assertFalse(ticket.aftersales_registration_id)
        self.assertTrue(ticket.aftersales_is_unknown)
        ticket.aftersales_registration_id = self.unit
        self.assertFalse(ticket.aftersales_is_unknown)

    def test_form_serial_shows_cover(self):
        form = Form(self.env["helpdesk.ticket"].with_user(self.user_dispatcher))
        form.name = "Call"
        form.description = "<p>x</p>"
        form.aftersales_serial = "HELP-0001"
        self.assertEqual(form.aftersales_registration_id, self.unit)
        self.assertTrue(form.aftersales_in_cover)
        self.assertEqual(form.partner_id, self.customer)
        form.aftersales_serial = "HELP-0002"
        self.assertFalse(form.aftersales_in_cover)
        self.assertIn("The cover ended on", form.aftersales_cover)
        form.aftersales_serial = "TYPO"
        self.assertTrue(form.aftersales_is_unknown)
        self.assertFalse(form.aftersales_cover)

    def test_entitlements_by_fault_class(self):
        fridge = self.env.ref("aftersales_warranty.product_class_fridge")
        self.product.categ_id.aftersales_class_id = fridge
        ticket = self._create_ticket(aftersales_serial="HELP-0001")
        ticket.aftersales_fault_class = "performance"
        # Fifteen days after the sale: exchange and repair, or the money less the
        # depreciation of fifteen days (general three-guarantee rule).
        self.assertIn("exchange", ticket.aftersales_entitlements)
        self.assertIn("= 7.50", ticket.aftersales_entitlement_text)
        # the source and how sure it is
        self.assertIn("regulation of 1995", ticket.aftersales_entitlement_text)
        self.assertIn("secondary sources agree", ticket.aftersales_entitlement_text)
        self.assertIn("Exchange", ticket.aftersales_entitlement_text)
        empty = self._create_ticket()
        self.assertFalse(empty.aftersales_entitlements)
        self.assertIn("No entitlement today", empty.aftersales_entitlement_text)

    def test_order_from_ticket(self):
        ticket = self._create_ticket(
            aftersales_serial="HELP-0001", partner_id=self.customer.id
        )
        action = ticket.with_user(self.user_dispatcher).action_create_service_order()
        order = self.env["aftersales.service.order"].browse(action["res_id"])
        self.assertEqual(order.registration_id, self.unit)
        self.assertEqual(order.product_id, self.product)
        self.assertEqual(order.service_type_id.code, "REP")
        self.assertEqual(order.complaint, "Loud noise")
        self.assertEqual(order.origin, ticket.number)
        self.assertEqual(ticket.aftersales_order_count, 1)
        self.assertEqual(
            ticket.action_view_service_orders()["domain"],
            [("aftersales_ticket_id", "=", ticket.id)],
        )
        self._finish_order(order)
        self.assertIn("is done: Replaced", ticket.message_ids[0].body)

    def test_order_without_unit_is_a_consultation(self):
        ticket = self._create_ticket(partner_id=self.customer.id)
        ticket.action_create_service_order()
        self.assertEqual(ticket.aftersales_order_ids.service_type_id.code, "CON")

    def test_order_needs_a_customer(self):
        ticket = self._create_ticket()
        with self.assertRaisesRegex(UserError, "has no customer. Choose the contact"):
            ticket.action_create_service_order()
        self.assertFalse(ticket.aftersales_order_ids)

    def test_units_of_another_company_are_not_found(self):
        foreign = self.env["aftersales.registration"].create(
            {
                "product_id": self.product.id,
                "serial": "HELP-0003",
                "company_id": self.company_b.id,
            }
        )
        ticket = self._receive("Broken", f"Serial {foreign.serial}")
        self.assertFalse(ticket.aftersales_registration_id)

    def test_batch_costs_constant_queries(self):
        def count(size):
            tickets = self.env["helpdesk.ticket"].browse()
            for _n in range(size):
                tickets |= self._create_ticket(aftersales_serial="HELP-0001")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            tickets.mapped("aftersales_cover")
            tickets.mapped("aftersales_entitlements")
            tickets.mapped("aftersales_order_count")
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(3), count(15))
