from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 08:00:00")
class TestSystems(AftersalesCommon):
    """Each figure on the page of a centre opens exactly its records."""

    def _open(self, unit, user):
        action = unit.with_user(user).action_view_systems()
        figures = (
            self.env["aftersales.system.figure"]
            .with_user(user)
            .search(action["domain"])
        )
        return {figure.name: figure for figure in figures}

    def _records(self, figure):
        action = figure.action_open()
        return self.env[action["res_model"]].search(action["domain"])

    def test_five_systems_with_their_records(self):
        late = self._create_order(date_request=datetime(2026, 3, 2, 8))
        fresh = self._create_order(date_request=datetime(2026, 3, 10, 7))
        (late | fresh).action_dispatch()
        waiting = self._create_order(date_request=datetime(2026, 3, 10, 7))
        waiting.action_dispatch()
        waiting.action_accept()
        waiting.action_wait_part()
        figures = self._open(self.centre, self.user_centre)
        self.assertEqual(
            {figure.system for figure in figures.values()},
            {"information", "parts", "settlement", "people", "quality"},
        )
        expected = {
            "Open orders": late | fresh | waiting,
            "Late orders": late,
            "Jobs waiting for parts": waiting,
            "People present": self.technician,
        }
        for name, records in expected.items():
            with self.subTest(figure=name):
                self.assertEqual(figures[name].value, str(len(records)))
                self.assertEqual(self._records(figures[name]), records)
        self.assertTrue(figures["Late orders"].is_alert)
        self.assertFalse(figures["Points without a technician"].is_alert)

    def test_figures_count_the_own_points_only(self):
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.service_point_id, self.point)
        other = self._open(self.centre_b, self.user_head)
        self.assertEqual(other["Open orders"].value, "0")
        everything = self._open(self.hq, self.user_head)
        self.assertEqual(everything["Open orders"].value, "1")

    def test_point_without_technician_is_an_alert(self):
        bare = self._create_point(name="Bare", parent_id=self.centre.id)
        figures = self._open(self.centre, self.user_centre)
        figure = figures["Points without a technician"]
        self.assertEqual((figure.value, figure.is_alert), ("1", True))
        self.assertEqual(self._records(figure), bare)

    def test_quality_shows_numerator_and_denominator(self):
        order = self._create_order(date_request=datetime(2026, 3, 2, 8))
        self._finish_order(
            order,
            date_start=datetime(2026, 3, 2, 10),
            date_end=datetime(2026, 3, 2, 12),
        )
        figures = self._open(self.centre, self.user_centre)
        self.assertEqual(figures["Completion on Time"].value, "100.0 % (1 / 1)")
        self.assertEqual(figures["Mean Time to Repair"].value, "2.0 h")
        self.assertEqual(self._records(figures["Completion on Time"]), order)
        nothing = self._open(self.centre_b, self.user_head)
        self.assertEqual(nothing["Completion on Time"].value, "n/a")

    def test_my_page(self):
        action = (
            self.env["aftersales.service.point"]
            .with_user(self.user_centre)
            .action_view_my_systems()
        )
        self.assertEqual(action["name"], "Five Systems of Centre South")

    def test_foreign_centre_is_refused(self):
        with self.assertRaises(AccessError):
            self._open(self.centre_b, self.user_centre)
