from odoo.tests import HttpCase, tagged

from .common_pages import APRIL, PagesCommon


@tagged("post_install", "-at_install", "e2e")
class TestPagesTour(PagesCommon, HttpCase):
    def test_head_looks_behind_the_figures(self):
        page = self._open(self.user_head, date_from=APRIL[0], date_to=APRIL[1])
        self.start_tour(
            f"/odoo/aftersales.evaluation.dashboard/{page.id}",
            "aftersales_management_page",
            login=self.user_head.login,
        )

    def test_owner_reports_an_improvement_done(self):
        action = self.env["aftersales.improvement"].create(
            {
                "name": "One job sheet",
                "isation": "forms",
                "service_point_id": self.point.id,
                "owner_id": self.user_centre.id,
                "date_due": "2030-01-01",
            }
        )
        self.start_tour(
            "/odoo/aftersales-improvements",
            "aftersales_improvement_plan",
            login=self.user_centre.login,
        )
        self.assertEqual(action.state, "done")
        self.assertEqual(action.result, "One sheet printed for all points")
