from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTours(HelpdeskCommon, HttpCase):
    def test_ticket_to_order(self):
        self.unit.date_sale = fields.Date.today()
        ticket = self._receive("Noise", "My unit HELP-0001 is loud.")
        action = self.env.ref("helpdesk_mgmt.helpdesk_ticket_action")
        self.start_tour(
            f"/odoo/action-{action.id}",
            "aftersales_ticket_to_order",
            login=self.user_dispatcher.login,
        )
        order = ticket.aftersales_order_ids
        self.assertEqual(order.state, "dispatched")
        self.assertEqual(order.service_point_id, self.point)
