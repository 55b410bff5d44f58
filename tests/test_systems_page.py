"""The page of the five systems with every module installed."""

from datetime import datetime

from odoo.tests import freeze_time, tagged

from odoo.addons.aftersales_network.tests.common import AftersalesCommon

from tests.common import SuiteCase


@tagged("standard", "post_install", "-at_install")
@freeze_time("2026-03-10 08:00:00")
class TestSystemsPage(AftersalesCommon, SuiteCase):
    def _open(self, user):
        action = self.centre.with_user(user).action_view_systems()
        figures = self.env["aftersales.system.figure"].with_user(user)
        return {f.name: f for f in figures.search(action["domain"])}

    def test_modules_add_their_figures(self):
        figures = self._open(self.user_centre)
        systems = {name: figure.system for name, figure in figures.items()}
        for name, system in (
            ("Claims to decide", "settlement"),
            ("Claims with the points", "settlement"),
            ("Settlements without a bill", "settlement"),
            ("Claim Rejection Rate", "settlement"),
            ("Certification Coverage", "people"),
            ("Scorecards not approved", "quality"),
        ):
            with self.subTest(figure=name):
                self.assertEqual(systems.get(name), system)

    def test_claim_moves_from_the_points_to_us(self):
        order = self._create_order(date_request=datetime(2026, 3, 2, 8))
        self._finish_order(order)
        self._add_lines(order, ("labour", 1, 60, None))
        order.action_close()
        claim = self.env["aftersales.claim"].create(
            {"order_id": order.id, "service_point_id": order.service_point_id.id}
        )
        figures = self._open(self.user_centre)
        self.assertEqual(figures["Claims with the points"].value, "1")
        opened = figures["Claims with the points"].action_open()
        self.assertEqual(self.env[opened["res_model"]].search(opened["domain"]), claim)
