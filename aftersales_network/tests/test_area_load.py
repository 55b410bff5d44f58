from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestAreaLoad(AftersalesCommon):
    """Areas of a country from Odoo's own states and cities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.land = cls.env["res.country"].create({"name": "Testland", "code": "QX"})
        State = cls.env["res.country.state"]
        cls.north, cls.south = State.create(
            [
                {"name": name, "code": name[0], "country_id": cls.land.id}
                for name in ("North", "South")
            ]
        )
        cls.cities = cls.env["res.city"].create(
            [
                {"name": n, "country_id": cls.land.id, "state_id": cls.north.id}
                for n in ("Alpha", "Beta")
            ]
        )

    def _load(self, user=None, **vals):
        Wizard = self.env["aftersales.area.load"].with_user(user or self.user_head)
        wizard = Wizard.create({"country_id": self.land.id, **vals})
        wizard.action_load()
        return wizard

    def _areas(self):
        return self.env["aftersales.area"].search([("country_id", "=", self.land.id)])

    def _counts(self, wizard):
        return wizard.created_count, wizard.kept_count, wizard.linked_count

    def test_states_then_cities_and_again(self):
        self.assertEqual(self._counts(self._load()), (3, 0, 0))
        self.assertEqual(
            self._areas().mapped("complete_name"),
            ["Testland", "Testland / North", "Testland / South"],
        )
        self.assertEqual(self._counts(self._load(with_cities=True)), (2, 3, 0))
        alpha = self._areas().filtered("city_id")[0]
        self.assertEqual(alpha.complete_name, "Testland / North / Alpha")
        self.assertEqual((alpha.state_id, alpha.country_id), (self.north, self.land))
        self.assertEqual(self._counts(self._load(with_cities=True)), (0, 5, 0))
        self.assertEqual(len(self._areas()), 5)

    def test_areas_made_by_hand_are_kept_and_linked(self):
        hand = self.env["aftersales.area"].create(
            {"name": "Our South", "state_id": self.south.id, "own_grade": "b"}
        )
        self.assertEqual(self._counts(self._load()), (2, 1, 1))
        self.assertEqual(hand.complete_name, "Testland / Our South")
        self.assertEqual(hand.grade, "b")

    def test_chosen_states_only(self):
        wizard = self._load(state_ids=[(6, 0, self.north.ids)], with_cities=True)
        self.assertEqual(self._counts(wizard), (4, 0, 0))
        self.assertNotIn(self.south, self._areas().state_id)
        action = wizard.action_view_areas()
        self.assertEqual(
            self.env["aftersales.area"].search(action["domain"]), self._areas()
        )

    def test_an_own_map_of_one_company(self):
        self._load()
        wizard = self._load(company_id=self.company.id)
        self.assertEqual(self._counts(wizard), (3, 0, 0))

    def test_a_country_without_states(self):
        empty = self.env["res.country"].create({"name": "Nostate", "code": "QZ"})
        with self.assertRaisesRegex(UserError, "Odoo knows no states of Nostate"):
            self._load(country_id=empty.id)

    def test_only_the_head_loads(self):
        for user in (self.user_centre, self.user_dispatcher, self.user_auditor):
            with self.assertRaises(AccessError):
                self._load(user)

    def test_queries_do_not_grow_with_the_cities(self):
        def count(name, size):
            state = self.north.copy({"name": name, "code": name})
            self.env["res.city"].create(
                [
                    {
                        "name": f"{name}{n}",
                        "country_id": self.land.id,
                        "state_id": state.id,
                    }
                    for n in range(size)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._load(with_cities=True, state_ids=[(6, 0, state.ids)])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count("P", 2)
        self.assertLessEqual(count("R", 50) - count("Q", 5), 2)
