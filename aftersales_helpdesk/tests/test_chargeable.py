from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestChargeable(HelpdeskCommon):
    """An order from a ticket is chargeable when its unit is out of cover."""

    def _order_of(self, serial):
        ticket = self._create_ticket(aftersales_serial=serial)
        ticket.partner_id = self.customer
        ticket.action_create_service_order()
        return ticket.aftersales_order_ids

    def test_by_the_cover_of_the_unit(self):
        covered = self._order_of("HELP-0001")
        self.assertEqual(covered.registration_id, self.unit)
        self.assertFalse(covered.is_chargeable)
        expired = self._order_of("HELP-0002")
        self.assertEqual(expired.registration_id, self.unit_b)
        self.assertTrue(expired.is_chargeable)
        unknown = self._order_of("HELP-9999")
        self.assertFalse(unknown.registration_id)
        self.assertTrue(unknown.is_chargeable)
