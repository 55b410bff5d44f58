from odoo.exceptions import UserError
from odoo.tests import tagged

from .parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestPointLocation(PartsCommon):
    """Each point has a place for its parts, made when it goes into service."""

    def test_activation_makes_the_place(self):
        point = self._create_point(
            name="New/Point", parent_id=self.centre.id, state="probation", kind="own"
        )
        self._pass_probation(point)
        point.with_user(self.user_head).action_activate()
        location = point.location_id
        self.assertEqual(location.name, point.display_name.replace("/", "-"))
        self.assertEqual(location.usage, "internal")
        self.assertEqual(location.company_id, point.company_id)
        self.assertEqual(
            location.location_id, self.warehouse.aftersales_points_location_id
        )
        self.assertEqual(location.aftersales_point_id, point)
        self.assertFalse(location.warehouse_id, "sales do not count it")

    def test_place_is_made_once(self):
        self.point.action_create_location()
        self.assertEqual(self.point.location_id, self.location)
        self.assertEqual(self.location.aftersales_point_ids, self.point)

    def test_cron_makes_what_is_missing(self):
        self.assertFalse(self.point_b.location_id)
        self.env["aftersales.service.point"]._cron_create_locations()
        self.assertTrue(self.point_b.location_id)
        self.assertFalse(self.hq.location_id, "a head office needs none")

    def test_no_warehouse_names_the_way_out(self):
        point = self._create_point(
            name="Abroad", company_id=self.company_b.id, kind="own"
        )
        point.warehouse_id = False
        with self.assertRaisesRegex(UserError, "has no warehouse that could supply"):
            point.action_create_location()
        point._on_activated()
        self.assertFalse(point.location_id)

    def test_only_the_steps_set_the_place(self):
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.point.with_user(self.user_head).write(
                {"location_id": self.warehouse.lot_stock_id.id}
            )

    def test_a_shelf_belongs_to_the_point(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.location.id}
        )
        self.assertEqual(shelf.aftersales_point_id, self.point)

    def test_closing_archives_an_empty_place(self):
        self._stock(self.location, self.part, 1)
        self.point._archive_parts_locations()
        self.assertTrue(self.location.active)
        self.point_b.action_create_location()
        self.point_b._on_closed()
        self.assertFalse(self.point_b.location_id.active)

    def test_a_new_warehouse_can_supply_points(self):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "Branch", "code": "SEC", "company_id": self.company_b.id}
        )
        self.assertEqual(
            warehouse.aftersales_points_location_id.complete_name, "SEC Service Points"
        )
        self.assertEqual(
            warehouse.aftersales_supply_route_id.rule_ids.mapped("procure_method"),
            ["make_to_order", "make_to_stock"],
        )
        self.assertEqual(
            warehouse.aftersales_supply_type_id.sequence_id.prefix, "SEC/SP/"
        )
        before = warehouse.aftersales_supply_type_id
        self.env["stock.warehouse"]._aftersales_setup_all()
        self.assertEqual(warehouse.aftersales_supply_type_id, before)

    def test_old_parts_are_worth_nothing(self):
        place = self.warehouse.aftersales_old_part_location_id
        self.assertFalse(place._should_be_valued())
        self.assertFalse(place.is_valued_internal)
        valued = self.env["stock.location"].search([("is_valued_internal", "=", True)])
        self.assertNotIn(place, valued)
        self.assertIn(self.location, valued)
        others = self.env["stock.location"].search([("is_valued_internal", "=", False)])
        self.assertIn(place, others)


@tagged("post_install", "-at_install")
class TestDuties(PartsCommon):
    """What ``_create_duties`` makes of replaced parts."""

    def _create(self, **vals):
        return self.env["aftersales.part.return"]._create_duties(
            [
                {
                    "service_point_id": self.point.id,
                    "product_id": self.part.id,
                    "quantity": 2,
                    **vals,
                }
            ]
        )

    def test_no_duty_no_record(self):
        self.assertFalse(self._create())

    def test_return_is_due_by_company_or_product(self):
        today = self.company._get_aftersales_today()
        self.part.aftersales_old_part = "return"
        self.company.aftersales_return_days = 20
        part = self._create()
        self.assertEqual((part.duty, part.state), ("return", "owed"))
        self.assertEqual((part.date_due - today).days, 20)
        self.assertRegex(part.name, r"^OLD\d{6}$")
        self.part.aftersales_old_part_days = 7
        self.assertEqual((self._create().date_due - today).days, 7)

    def test_hold_has_its_own_days(self):
        self.part.aftersales_old_part = "hold"
        self.company.aftersales_hold_days = 45
        today = self.company._get_aftersales_today()
        part = self._create()
        self.assertEqual((part.duty, (part.date_due - today).days), ("hold", 45))

    def test_one_duty_per_order_line(self):
        self.part.aftersales_old_part = "return"
        line = self._create_running_order().line_ids
        first = self._create(order_line_id=line.id)
        self.assertTrue(first)
        self.assertFalse(self._create(order_line_id=line.id))
        first._write_flow({"state": "cancelled"})
        self.assertTrue(self._create(order_line_id=line.id))

    def test_a_duty_is_nobodys_to_write(self):
        self.part.aftersales_old_part = "return"
        part = self._create()
        for vals in ({"state": "done"}, {"quantity": 1}, {"date_due": "2099-01-01"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                part.with_user(self.user_warehouse).write(vals)
