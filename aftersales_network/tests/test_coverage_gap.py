from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .planning_common import PlanningCommon


@tagged("post_install", "-at_install")
class TestCoverageGap(PlanningCommon):
    """Areas with deliveries in 12 months and no active point responsible (N11)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_aftersales_today()
        cls.state_c = cls.env["res.country.state"].create(
            {"name": "Empty Province", "code": "TP3", "country_id": cls.country.id}
        )
        cls.land = cls.env["aftersales.area"].search(
            [
                ("country_id", "=", cls.country.id),
                ("state_id", "=", False),
                ("zip_prefix", "=", False),
            ],
            limit=1,
        ) or cls.env["aftersales.area"].create(
            {"name": "Land", "country_id": cls.country.id}
        )
        cls.area_c = cls.env["aftersales.area"].create(
            {
                "name": "Empty Province",
                "parent_id": cls.land.id,
                "country_id": cls.country.id,
                "state_id": cls.state_c.id,
                "own_grade": "b",
            }
        )
        cls.buyer = cls._create_customer(state_id=cls.state_c.id)

    def _days_ago(self, days):
        day = self.today - timedelta(days=days)
        return self._noon(day.year, day.month, day.day)

    def _get_gaps(self, *areas):
        areas = areas or (self.area, self.area_b, self.area_c)
        rows = self.env["aftersales.coverage.gap"].search(
            [("area_id", "in", [a.id for a in areas])]
        )
        return [
            (r.area_id.name, r.categ_id.name, r.units_sold, r.units_in_use)
            for r in rows
        ]

    def test_sold_without_a_point(self):
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        self._move(self.bulk, 3, self._days_ago(700), self.buyer)
        self._move(self.bulk, 9, self._days_ago(10), self.customer)
        # 4 in the last 12 months, 7 in use; the test province has Point One
        self.assertEqual(
            self._get_gaps(), [("Empty Province", "Test Appliances", 4.0, 7.0)]
        )

    def test_last_delivery_before_twelve_months(self):
        self._move(self.bulk, 4, self._days_ago(400), self.buyer)
        self.assertEqual(self._get_gaps(), [])

    def test_returned_units_were_sold_but_are_not_in_use(self):
        self._move(self.bulk, 4, self._days_ago(20), self.buyer)
        self._move(self.bulk, 1, self._days_ago(10), self.buyer, back=True)
        row = self._get_gaps()[0]
        self.assertEqual(row[3], 3.0)

    def test_only_working_points_cover(self):
        self._move(self.bulk, 9, self._days_ago(10), self.customer)
        for state, covered in (
            ("active", True),
            ("probation", True),
            ("suspended", False),
            ("withdrawal", False),
            ("closed", False),
            ("head_approval", False),
        ):
            self.point.write({"state": state})
            self.assertEqual(not self._get_gaps(self.area), covered, state)

    def test_assignment_must_run_today(self):
        self._move(self.bulk, 9, self._days_ago(10), self.customer)
        line = self.point.assignment_ids
        line.date_to = self.today
        self.assertFalse(self._get_gaps(self.area))
        line.date_to = self.today - timedelta(days=1)
        self.assertTrue(self._get_gaps(self.area))
        line.write({"date_from": self.today + timedelta(days=1), "date_to": False})
        self.assertTrue(self._get_gaps(self.area))

    def test_point_of_an_area_above_covers(self):
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        self.assertTrue(self._get_gaps(self.area_c))
        self.point_b.assignment_ids.write({"area_id": self.land.id})
        self.assertFalse(self._get_gaps(self.area_c))

    def test_by_product_line(self):
        sub, other = self.env["product.category"].create(
            [
                {"name": "Split", "parent_id": self.categ.id},
                {"name": "Other Line"},
            ]
        )
        lamp = self.env["product.product"].create(
            {"name": "Other Lamp", "is_storable": True, "categ_id": other.id}
        )
        self.bulk.categ_id = sub
        for product in (self.bulk, lamp):
            self._move(product, 2, self._days_ago(10), self.customer)
        self.assertFalse(self._get_gaps(self.area))
        # The point takes appliances with everything below, nothing else
        self.point.assignment_ids.product_categ_id = self.categ
        self.assertEqual(
            self._get_gaps(self.area), [("Test Province", "Other Line", 2.0, 2.0)]
        )

    def test_outside_every_area(self):
        stranger = self._create_customer(
            country_id=self.env.ref("base.fj").id, state_id=False
        )
        self._move(self.bulk, 2, self._days_ago(10), stranger)
        row = self.env["aftersales.coverage.gap"].search(
            [("area_id", "=", False), ("categ_id", "=", self.categ.id)]
        )
        self.assertEqual((row.units_sold, row.customer_count), (2.0, 1))
        self.assertEqual(row.display_name, "Outside every area – Test Appliances")

    def test_figure_opens_the_deliveries_behind_it(self):
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        self._move(self.bulk, 2, self._days_ago(300), self.buyer)
        self._move(self.bulk, 3, self._days_ago(700), self.buyer)
        gap = self.env["aftersales.coverage.gap"].search(
            [("area_id", "=", self.area_c.id)]
        )
        action = gap.with_user(self.user_dispatcher).action_view_deliveries()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(rows.mapped("quantity")), gap.units_sold)
        self.assertEqual(gap.units_sold, 6.0)

    def test_nearest_point_by_position(self):
        self.buyer.write({"partner_latitude": 23.0, "partner_longitude": 113.0})
        for point, latitude in ((self.point, 24.0), (self.point_b, 30.0)):
            point.partner_id.write(
                {"partner_latitude": latitude, "partner_longitude": 113.0}
            )
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        gap = self.env["aftersales.coverage.gap"].search(
            [("area_id", "=", self.area_c.id)]
        )
        # one degree of latitude is 6371 km × π / 180 = 111.2 km
        self.assertEqual(gap.nearest_point, f"{self.point.display_name} (111 km)")

    def test_nearest_point_by_the_tree(self):
        self.area_b.parent_id = self.land
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        gap = self.env["aftersales.coverage.gap"].search(
            [("area_id", "=", self.area_c.id)]
        )
        self.assertEqual(gap.nearest_point, self.point_b.display_name)

    def test_roles(self):
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        Gap = self.env["aftersales.coverage.gap"]
        domain = [("area_id", "=", self.area_c.id)]
        for role in ("dispatcher", "centre", "head", "auditor", "admin"):
            rows = Gap.with_user(getattr(self, f"user_{role}")).search(domain)
            self.assertEqual(rows.read(["units_sold"])[0]["units_sold"], 4.0)
            self.assertTrue(rows.action_view_deliveries())
        for role in ("service", "clerk", "hr", "portal"):
            with self.assertRaises(AccessError):
                Gap.with_user(getattr(self, f"user_{role}")).search(domain)

    def test_other_company_sees_nothing(self):
        self._move(self.bulk, 4, self._days_ago(10), self.buyer)
        self.user_head.write({"company_ids": [(4, self.company_b.id)]})
        Gap = self.env["aftersales.coverage.gap"].with_user(self.user_head)
        domain = [("area_id", "=", self.area_c.id)]
        self.assertTrue(Gap.search_count(domain))
        only_b = Gap.with_context(allowed_company_ids=self.company_b.ids)
        self.assertFalse(only_b.search_count(domain))
