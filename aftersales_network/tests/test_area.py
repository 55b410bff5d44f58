from datetime import date

from psycopg2.errors import ExclusionViolation, UniqueViolation

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
        child = self._below("Child")
        with self.assertRaisesRegex(UserError, "Recursion"):
            self.area.parent_id = child
        with self.assertRaisesRegex(UserError, "Recursion"):
            self.area.parent_id = self.area

    def _below(self, name, **vals):
        return self.env["aftersales.area"].create(
            {"name": name, "parent_id": self.area.id, **vals}
        )

    def test_city_in_state_in_country(self):
        city = self.env["res.city"].create(
            {
                "name": "Test City",
                "country_id": self.country.id,
                "state_id": self.state.id,
            }
        )
        Area = self.env["aftersales.area"]
        with self.assertRaisesRegex(ValidationError, "Test City lies in Test Province"):
            Area.create({"name": "x", "state_id": self.state_b.id, "city_id": city.id})
        with self.assertRaisesRegex(ValidationError, "Test Province lies in China"):
            Area.create(
                {
                    "name": "x",
                    "country_id": self.env.ref("base.us").id,
                    "state_id": self.state.id,
                }
            )
        area = Area.create({"name": "City alone", "city_id": city.id})
        self.assertEqual(area.state_id, self.state)
        self.assertEqual(area.country_id, self.country)

    def test_place_agrees_with_the_parent(self):
        with self.assertRaisesRegex(
            ValidationError, "Elsewhere does not lie inside Test Province"
        ):
            self._below("Elsewhere", state_id=self.state_b.id, zip_prefix="9")
        with self.assertRaisesRegex(ValidationError, "Wide does not lie inside"):
            self._below("Wide", country_id=self.country.id)
        zip3 = self._below("510", zip_prefix="510")
        self.assertEqual(zip3.state_id, self.state, "taken from the parent")
        with self.assertRaisesRegex(ValidationError, "52 does not lie inside"):
            self._below("52", zip_prefix="52", parent_id=zip3.id)
        self.area_b.company_id = self.company_b
        with self.assertRaisesRegex(ValidationError, "does not lie inside"):
            self._below("Shared", parent_id=self.area_b.id)
        self.assertTrue(self._below("A group without a place"))

    def test_zip_prefix_without_blanks(self):
        self.assertEqual(self._below("510", zip_prefix=" 510 ").zip_prefix, "510")
        with self.assertRaisesRegex(ValidationError, "5 2.*contains blanks"):
            self._below("bad", zip_prefix="5 2")

    def test_zip_prefixes_nest_whatever_the_order(self):
        zip5 = self._below("51012", zip_prefix="51012")
        other = self._below("53", zip_prefix="53")
        group = self._below("By hand")
        kept = self._below("51099", zip_prefix="51099", parent_id=group.id)
        zip3 = self._below("510", zip_prefix="510")
        zip4 = self._below("5101", zip_prefix="5101")
        self.assertEqual(zip5.parent_id, zip4)
        self.assertEqual(zip4.parent_id, zip3)
        self.assertEqual(zip3.parent_id, self.area)
        self.assertEqual(other.parent_id, self.area)
        self.assertEqual(kept.parent_id, group, "an own structure is left alone")

    def test_zip_areas_of_a_batch_cost_constant_queries(self):
        def count(first, size):
            vals_list = [
                {
                    "name": str(n),
                    "parent_id": self.area.id,
                    "country_id": self.country.id,
                    "state_id": self.state.id,
                    "zip_prefix": str(n),
                }
                for n in range(first, first + size)
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.area"].create(vals_list)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(100, 2)
        self.assertLessEqual(count(3000, 80) - count(2000, 5), 3)

    def test_zip_prefixes_by_normal_import(self):
        result = self.env["aftersales.area"].load(
            ["name", "parent_id", "zip_prefix"],
            [["Zip 310", "Test Province", "310"], ["Zip 311", "Test Province", "311"]],
        )
        self.assertFalse(result["messages"])
        areas = self.env["aftersales.area"].browse(result["ids"])
        self.assertEqual(areas.mapped("zip_prefix"), ["310", "311"])
        self.assertEqual(areas.state_id, self.state)
        customer = self.customer.copy({"zip": "311000"})
        found = self.env["aftersales.area"]._match_partners(customer)
        self.assertEqual(found[customer.id].name, "Zip 311")

    def test_same_place_twice(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.area.copy(
                {"name": "Again", "state_id": self.state.id}
            ).flush_recordset()

    def test_exclusive_overlap_names_the_other_point(self):
        with self.assertRaisesRegex(ValidationError, "Point One.*2020-01-01.*open end"):
            self._assign()

    def test_not_exclusive_or_other_products_may_overlap(self):
        self.assertTrue(self._assign(exclusive=False))
        other = self.env["product.category"].create({"name": "Other"})
        self.point.assignment_ids.product_categ_id = other
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
