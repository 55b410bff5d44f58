from datetime import date

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestArea(AftersalesCommon):
    def _assign(self, **vals):
        return self.env["aftersales.area.assignment"].create(
            {
                "service_point_id": self.point_b.id,
                "area_id": self.area.id,
                "date_from": date(2021, 1, 1),
                **vals,
            }
        )

    def test_match_most_specific(self):
        Area = self.env["aftersales.area"]
        base = {
            "country_id": self.country.id,
            "state_id": self.state.id,
            "parent_id": self.area.id,
        }
        zip3 = Area.create({"name": "510", "zip_prefix": "510", **base})
        zip4 = Area.create({"name": "5101", "zip_prefix": "5101", **base})
        city = self.env["res.city"].create(
            {
                "name": "Test City",
                "country_id": self.country.id,
                "state_id": self.state.id,
            }
        )
        in_city = Area.create({"name": "City", "city_id": city.id, **base})
        country = Area.create({"name": "China", "country_id": self.country.id})
        addresses = [
            ({"zip": "510123"}, zip4),
            ({"zip": "510923"}, zip3),
            ({"zip": "999999"}, self.area),
            ({"city_id": city.id}, in_city),
            ({"city_id": city.id, "zip": "510900"}, zip3),
            ({"state_id": False}, country),
            ({"state_id": False, "country_id": False}, Area),
        ]
        partners = self.env["res.partner"].create(
            [
                {
                    "name": "x",
                    "country_id": self.country.id,
                    "state_id": self.state.id,
                    **vals,
                }
                for vals, _area in addresses
            ]
        )
        with self.assertQueryCount(4):
            found = Area._match_partners(partners)
        for partner, (_vals, area) in zip(partners, addresses, strict=True):
            self.assertEqual(found[partner.id], area, partner.zip)

    def test_grade_and_response_are_inherited(self):
        child = self.env["aftersales.area"].create(
            {"name": "Child", "parent_id": self.area.id}
        )
        self.assertEqual(child.grade, "a")
        self.assertEqual(child.response_hours, 24)
        child.grade = "c"
        self.area.response_hours = 12
        self.assertEqual((child.grade, child.response_hours), ("c", 12))
        self.assertEqual(child.display_name, "Test Province / Child")

    def test_cycle(self):
        child = self.env["aftersales.area"].create(
            {"name": "Child", "parent_id": self.area.id}
        )
        with self.assertRaisesRegex(UserError, "Recursion"):
            self.area.parent_id = child

    def test_exclusive_overlap_names_the_other_point(self):
        with self.assertRaisesRegex(ValidationError, "Point One.*2020-01-01.*open end"):
            self._assign()

    def test_not_exclusive_or_other_products_may_overlap(self):
        self.assertTrue(self._assign(exclusive=False))
        self.assertTrue(self._assign(product_categ_id=self.categ.id))

    def test_successor_starts_the_day_after(self):
        self.point.assignment_ids.date_to = date(2025, 6, 30)
        with self.assertRaises(ValidationError):
            self._assign(date_from=date(2025, 6, 30))
        self.assertTrue(self._assign(date_from=date(2025, 7, 1)))

    def test_database_refuses_what_python_missed(self):
        line = self._assign(exclusive=False)
        line.flush_recordset()
        with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE aftersales_area_assignment SET exclusive = TRUE WHERE id = %s",
                [line.id],
            )

    def test_companies_do_not_collide(self):
        point = self._create_point(
            name="Foreign", company_id=self.company_b.id, parent_id=False
        )
        self.assertTrue(self._assign(service_point_id=point.id))
