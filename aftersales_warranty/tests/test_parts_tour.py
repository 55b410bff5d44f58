from odoo.tests import HttpCase, tagged

from .test_part_return import OldPartCommon


@tagged("post_install", "-at_install")
class TestPartsTour(OldPartCommon, HttpCase):
    """The people of a point work with parts on the portal."""

    def test_a_technician_uses_a_part_and_sends_the_old_one_back(self):
        order = self._create_order(
            service_point_id=self.point.id,
            lot_id=self.lot.id,
            # Within the promise for the part, which so belongs to the company.
            date_request="2026-03-02 08:00:00",
        )
        order.step_ids.is_done = True
        order.state = "in_progress"
        self.start_tour(
            f"/my/service-orders/{order.id}",
            "aftersales_point_parts",
            login=self.user_portal.login,
        )
        self.assertEqual(order.state, "done")
        self.assertEqual(order.line_ids.quantity_used, 2)
        self.assertEqual(self._get_quantity(self.location), 48)
        self.env.flush_all()
        balance = self.env["aftersales.part.balance"].search(
            [
                ("service_point_id", "=", self.point.id),
                ("product_id", "=", self.part.id),
            ]
        )
        self.assertEqual(
            (balance.quantity_used, balance.quantity_on_hand, balance.difference),
            (2, 48, 0),
        )
        back = self.env["stock.picking"].search(
            [
                ("aftersales_point_id", "=", self.point.id),
                ("picking_type_id.aftersales_kind", "=", "return"),
            ]
        )
        self.assertEqual(back.state, "assigned")
        self.assertEqual(back.move_ids.product_uom_qty, 5)
        old = order.old_part_ids
        self.assertEqual(
            (sum(old.mapped("quantity")), old.mapped("state")[0]), (2, "shipped")
        )
        box = old.shipment_id
        self.assertEqual((box.carrier, box.tracking_number), ("SF Express", "SF-1"))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.action_report_part_shipment", box.ids
        )
        self.assertIn(box.name, html.decode())
        self.assertIn(old[0].name, html.decode())
