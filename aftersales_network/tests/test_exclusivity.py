import importlib.util
from datetime import date

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.modules.module import get_module_path
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestExclusivity(AftersalesCommon):
    """One point per area, above and below it, and per product category."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Area = cls.env["aftersales.area"]
        cls.zip3 = Area.create(
            {"name": "Zip 510", "parent_id": cls.area.id, "zip_prefix": "510"}
        )
        cls.zip4 = Area.create(
            {"name": "Zip 5101", "parent_id": cls.zip3.id, "zip_prefix": "5101"}
        )
        Categ = cls.env["product.category"]
        cls.air = Categ.create({"name": "Air", "parent_id": cls.categ.id})
        cls.water = Categ.create({"name": "Water"})
        cls.line = cls.point.assignment_ids

    def _assign(self, area=None, point=None, **vals):
        return self.env["aftersales.area.assignment"].create(
            {
                "service_point_id": (point or self.point_b).id,
                "area_id": (area or self.zip4).id,
                "date_from": date(2021, 1, 1),
                **vals,
            }
        )

    def test_below_an_exclusive_area(self):
        with self.assertRaisesRegex(
            ValidationError,
            "Test Province / Zip 510 / Zip 5101 overlaps Test Province, which is "
            r"assigned exclusively to \[.*\] Point One for every product from "
            "2020-01-01 to open end",
        ):
            self._assign()

    def test_above_an_exclusive_area(self):
        self.line.area_id = self.zip4
        with self.assertRaisesRegex(ValidationError, "Zip 510 overlaps .*Zip 5101"):
            self._assign(self.zip3)
        self.assertTrue(self._assign(self.area_b, exclusive=False))

    def test_a_sibling_is_free(self):
        self.line.area_id = self.zip4
        sibling = self.env["aftersales.area"].create(
            {"name": "5102", "parent_id": self.zip3.id, "zip_prefix": "5102"}
        )
        self.assertTrue(self._assign(sibling))

    def test_categories_nest_as_well(self):
        self.line.product_categ_id = self.categ
        with self.assertRaisesRegex(ValidationError, "Point One for Test Appliances"):
            self._assign(self.area, product_categ_id=self.air.id)
        with self.assertRaisesRegex(ValidationError, "Point One for Test Appliances"):
            self._assign(self.zip4)
        self.assertTrue(self._assign(self.area, product_categ_id=self.water.id))

    def test_own_nested_lines_are_no_conflict(self):
        self.assertTrue(self._assign(point=self.point))
        with self.assertRaisesRegex(ValidationError, "already assigned exclusively"):
            self._assign(self.area, point=self.point)

    def test_period_decides(self):
        self.line.date_to = date(2024, 12, 31)
        with self.assertRaises(ValidationError):
            self._assign(date_from=date(2024, 12, 31))
        line = self._assign(date_from=date(2025, 1, 1))
        with self.assertRaisesRegex(ValidationError, "overlaps Test Province"):
            line.date_from = date(2024, 6, 1)
        with self.assertRaisesRegex(ValidationError, "Point Two.*2025-01-01"):
            self.line.date_to = False

    def test_two_lines_of_one_batch(self):
        self.line.unlink()
        values = [
            {"service_point_id": point.id, "area_id": area.id}
            for point, area in ((self.point, self.zip3), (self.point_b, self.zip4))
        ]
        with self.assertRaisesRegex(
            ValidationError, "Zip 510 of .*Point One and .*Zip 5101 of .*Point Two over"
        ):
            self.env["aftersales.area.assignment"].create(values)

    def test_no_exclusive_line_no_conflict(self):
        self.assertTrue(self._assign(exclusive=False))
        self.line.exclusive = False
        self.assertTrue(self._assign(self.zip3))

    def test_the_database_refuses_nested_lines(self):
        line = self._assign(exclusive=False)
        self.assertEqual(line.area_path, self.zip4.parent_path)
        self.assertEqual(line.categ_path, "")
        line.flush_recordset()
        with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "UPDATE aftersales_area_assignment SET exclusive = TRUE WHERE id = %s",
                [line.id],
            )

    def test_moving_an_area_updates_the_paths(self):
        line = self._assign(self.zip4, point=self.point)
        self.zip4.parent_id = self.area
        self.assertEqual(line.area_path, f"{self.area.id}/{self.zip4.id}/")
        line.flush_recordset()
        self.env.cr.execute(
            "SELECT area_path FROM aftersales_area_assignment WHERE id = %s", [line.id]
        )
        self.assertEqual(self.env.cr.fetchone()[0], line.area_path)

    def test_moving_an_area_into_a_conflict(self):
        group = self.env["aftersales.area"].create({"name": "Group"})
        loose = self.env["aftersales.area"].create(
            {"name": "Loose", "parent_id": group.id}
        )
        self._assign(loose)
        with self.assertRaisesRegex(
            ValidationError, "Loose overlaps Test Province, .*Point One"
        ):
            group.parent_id = self.zip3
        self.line.exclusive = False
        group.parent_id = self.zip3
        self.assertEqual(loose.complete_name, "Test Province / Zip 510 / Group / Loose")

    def test_moving_a_category_into_a_conflict(self):
        self.line.product_categ_id = self.categ
        line = self._assign(self.area, product_categ_id=self.water.id)
        with self.assertRaisesRegex(ValidationError, "already assigned .*Point One"):
            self.water.parent_id = self.air
        self.line.exclusive = False
        self.water.parent_id = self.air
        self.env.flush_all()
        self.assertEqual(line.categ_path, self.water.parent_path)

    def test_a_used_category_cannot_be_deleted(self):
        self.line.product_categ_id = self.water
        self.line.flush_recordset()
        with self.assertRaises(Exception) as caught, mute_logger("odoo.sql_db"):
            self.water.unlink()
        self.assertIn("foreign key", str(caught.exception).lower())

    def test_points_that_are_gone_receive_nothing(self):
        for vals in ({"state": "closed"}, {"state": "rejected"}, {"active": False}):
            point = self._create_point(name="Gone", **vals)
            with self.assertRaisesRegex(ValidationError, "Gone is archived, rejected"):
                self._assign(self.zip4, point=point, exclusive=False)
        line = self._assign(point=self.point, date_to=date(2030, 1, 1))
        self.point.state = "closed"
        line.date_to = date(2029, 1, 1)
        with self.assertRaisesRegex(ValidationError, "receives no area"):
            line.date_to = False

    def test_area_of_another_company(self):
        self.zip4.company_id = self.company_b
        with self.assertRaisesRegex(Exception, "(?i)compan"):
            self._assign(exclusive=False)

    def test_companies_do_not_compete(self):
        foreign = self._create_point(name="Foreign", company_id=self.company_b.id)
        self.assertTrue(self._assign(point=foreign))

    def test_points_out_of_sight_count(self):
        """A centre manager is refused by a point he does not see."""
        self.line.unlink()
        self._assign(self.zip3)
        lines = self.env["aftersales.area.assignment"].with_user(self.user_centre)
        values = {"service_point_id": self.point.id, "area_id": self.zip4.id}
        with self.assertRaisesRegex(ValidationError, "Point Two"):
            lines.create(values)
        with self.assertRaises(AccessError):
            lines.create(
                {**values, "service_point_id": self.point_b.id, "exclusive": False}
            )

    def test_batch_costs_constant_queries(self):
        places = self.env["aftersales.area"].create(
            [
                {"name": str(n), "parent_id": self.zip4.id, "zip_prefix": f"5101{n}"}
                for n in range(100, 190)
            ]
        )
        self.line.unlink()

        def count(areas):
            values = [
                {"service_point_id": self.point.id, "area_id": area.id}
                for area in areas
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.area.assignment"].create(values)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(places[:2])
        self.assertEqual(count(places[2:7]), count(places[7:87]))

    def test_upgrade_settles_overlaps(self):
        """The later line gives way and says to whom."""
        late = self._assign(exclusive=False)
        middle = self._assign(self.zip3, date_from=date(2020, 6, 1), exclusive=False)
        apart = self._assign(self.area_b, point=self.point, exclusive=False)
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            "ALTER TABLE aftersales_area_assignment"
            " DROP CONSTRAINT aftersales_area_assignment_exclusive_once"
        )
        cr.execute(
            "UPDATE aftersales_area_assignment SET exclusive = TRUE,"
            " area_path = NULL, categ_path = NULL WHERE id = ANY(%s)",
            [(late + middle).ids],
        )
        path = f"{get_module_path('aftersales_network')}/migrations/19.0.1.1.0/"
        spec = importlib.util.spec_from_file_location("pre", f"{path}pre-migration.py")
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        with self.assertLogs("pre", "WARNING") as logs:
            script.migrate(cr, "19.0.1.0.0")
        self.assertEqual(len(logs.output), 2)
        self.assertIn("Point Two – Test Province / Zip 510", logs.output[0])
        self.env.invalidate_all()
        self.assertEqual(
            [line.exclusive for line in (self.line, middle, late, apart)],
            [True, False, False, False],
        )
        self.assertEqual(
            middle.exclusive_note,
            "Overlaps Point One – Test Province since 2020-01-01",
        )
        self.assertEqual(late.area_path, self.zip4.parent_path)
        self.assertEqual(late.categ_path, "")
        constraint = self.env["aftersales.area.assignment"]._exclusive_once
        cr.execute(
            "ALTER TABLE aftersales_area_assignment"
            f" ADD CONSTRAINT exclusive_again {constraint._definition}"
        )
