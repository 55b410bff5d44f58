from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .competition_common import CompetitionCommon


@tagged("post_install", "-at_install", "e2e")
class TestGrowthTour(CompetitionCommon, HttpCase):
    def test_officer_runs_a_competition(self):
        winner = self._create_employee("Tour Winner", self.company)
        second = self._create_employee("Tour Second", self.company)
        for person in (winner, second):
            self._create_post(person, self.point, self.role_technician)
        competition = self._create_competition(
            name="Tour Contest",
            judge_ids=[Command.set(self.judge_one.ids)],
            discipline_ids=[Command.create({"name": "Practice", "maximum": 100})],
            award_rule_ids=[Command.create({"rank": 1, "name": "Tour Gold"})],
        )
        self.start_tour(
            "/odoo/aftersales-competitions",
            "aftersales_competition",
            login=self.user_hr.login,
        )
        self.assertEqual(competition.state, "closed")
        ranks = {e.person_name: e.rank for e in competition.entrant_ids}
        self.assertEqual(ranks, {"Tour Winner": 1, "Tour Second": 2})
        self.assertEqual(competition.award_ids.entrant_id.person_name, "Tour Winner")

    def test_dispatcher_asks_an_expert(self):
        expert = self.env["aftersales.expert"].create(
            {
                "employee_id": self._create_employee("Tour Expert", self.company).id,
                "company_id": self.company.id,
                "product_ids": [Command.set(self.product.ids)],
            }
        )
        order = self._create_order()
        self.start_tour(
            f"/odoo/aftersales.service.order/{order.id}",
            "aftersales_ask_expert",
            login=self.user_dispatcher.login,
        )
        use = expert.use_ids
        self.assertEqual((use.state, use.rating, use.order_id), ("closed", 4, order))
        self.assertEqual(use.answer, "The relay is worn")
