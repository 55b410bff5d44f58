from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install", "security")
class TestRights(HelpdeskCommon):
    def test_dispatcher_works_on_tickets(self):
        ticket = self._create_ticket().with_user(self.user_dispatcher)
        for operation in ("read", "write"):
            self.assertTrue(ticket.has_access(operation), operation)

    def test_other_roles_do_not_see_foreign_tickets(self):
        ticket = self._create_ticket()
        for role in ("service", "centre", "clerk", "hr", "auditor", "warehouse"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(ticket.with_user(user).has_access("read"), role)

    def test_order_takes_no_ticket_that_its_user_cannot_read(self):
        ticket = self._create_ticket()
        vals = {
            "partner_id": self.customer.id,
            "product_id": self.product.id,
            "service_type_id": self.type_repair.id,
            "complaint": "Does not cool",
        }
        Order = self.env["aftersales.service.order"]
        linked = {**vals, "aftersales_ticket_id": ticket.id}
        self.assertTrue(Order.with_user(self.user_dispatcher).create(linked))
        mine = Order.with_user(self.user_centre)
        with self.assertRaisesRegex(AccessError, "Helpdesk Ticket"):
            mine.create(linked)
        with self.assertRaisesRegex(AccessError, "Helpdesk Ticket"):
            mine.with_context(default_aftersales_ticket_id=ticket.id).create(vals)
        order = mine.create(vals)
        with self.assertRaisesRegex(AccessError, "Helpdesk Ticket"):
            order.aftersales_ticket_id = ticket

    def test_portal_people_of_a_point_see_no_ticket(self):
        ticket = self._create_ticket(aftersales_serial="HELP-0001")
        with self.assertRaises(AccessError):
            ticket.with_user(self.user_portal).read(["aftersales_cover"])

    def test_helpdesk_user_without_service_role_sees_no_units(self):
        self.user_service.group_ids = [
            (6, 0, self.env.ref("helpdesk_mgmt.group_helpdesk_user").ids)
        ]
        ticket = self._create_ticket(aftersales_serial="HELP-0001")
        self.assertTrue(ticket.with_user(self.user_service).has_access("read"))
        with self.assertRaises(AccessError):
            ticket.with_user(self.user_service).action_create_service_order()
