import random

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CONTEXT
from .planning_common import PlanningCommon


@tagged("post_install", "-at_install")
class TestInstalledBase(PlanningCommon):
    """Units in use come from deliveries less returns, by area and age."""

    def test_serial_delivered_returned_and_sold_again(self):
        lot = self._create_lot("SN-A")
        other = self._create_customer("Second Owner", state_id=self.state_b.id)
        self._move(self.product, 1, self._noon(2024, 1, 10), self.customer, lot)
        self.assertEqual(self._read_base(lot_id=lot.id), [("2024-01-10", "", 1.0, 1.0)])
        self._move(
            self.product, 1, self._noon(2024, 3, 1), self.customer, lot, back=True
        )
        self.assertEqual(
            self._read_base(lot_id=lot.id), [("2024-01-10", "2024-03-01", 1.0, 0.0)]
        )
        self._move(self.product, 1, self._noon(2024, 5, 1), other, lot)
        self.assertEqual(
            self._read_base(lot_id=lot.id),
            [("2024-01-10", "2024-03-01", 1.0, 0.0), ("2024-05-01", "", 1.0, 1.0)],
        )
        rows = self.env["aftersales.installed.base"].search([("lot_id", "=", lot.id)])
        self.assertEqual(rows.mapped("area_id"), self.area | self.area_b)
        self.assertEqual(set(rows.mapped("serial")), {"SN-A"})
        self.assertEqual(rows.categ_id, self.categ)

    def test_quantity_returned_with_its_delivery(self):
        move = self._move(self.bulk, 10, self._noon(2024, 1, 10), self.customer)
        self._move(
            self.bulk,
            4,
            self._noon(2024, 2, 10),
            self.customer,
            back=True,
            origin_returned_move_id=move.id,
        )
        # 6 stay in use; the 4 were in use for a month
        self.assertEqual(
            self._read_base(product_id=self.bulk.id),
            [("2024-01-10", "", 6.0, 6.0), ("2024-01-10", "2024-02-10", 4.0, 0.0)],
        )

    def test_quantity_returned_without_its_delivery_is_the_oldest(self):
        self._move(self.bulk, 5, self._noon(2024, 1, 10), self.customer)
        self._move(self.bulk, 5, self._noon(2024, 6, 10), self.customer)
        self._move(self.bulk, 7, self._noon(2024, 7, 10), self.customer, back=True)
        # 10 delivered, 7 back: 3 of the second delivery are left
        self.assertEqual(
            self._read_base(product_id=self.bulk.id), [("2024-06-10", "", 3.0, 3.0)]
        )

    def test_dozens_count_in_the_unit_of_the_product(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._move(
            self.bulk, 2, self._noon(2024, 1, 10), self.customer, product_uom=dozen.id
        ).move_line_ids.product_uom_id = dozen
        self.assertEqual(
            self._read_base(product_id=self.bulk.id), [("2024-01-10", "", 24.0, 24.0)]
        )

    def test_open_transfers_and_spare_parts_do_not_count(self):
        self.part.aftersales_is_unit = False
        self._move(self.part, 3, self._noon(2024, 1, 10), self.customer)
        self.assertEqual(self._read_base(product_id=self.part.id), [])
        self.part.aftersales_is_unit = True
        self.assertEqual(len(self._read_base(product_id=self.part.id)), 1)

    def test_day_is_that_of_the_company(self):
        """20:00 UTC on 9 January is 10 January in Shanghai."""
        self.company.partner_id.tz = "Asia/Shanghai"
        self._move(
            self.bulk,
            1,
            self._noon(2024, 1, 9).replace(hour=20),
            self.customer,
        )
        self.assertEqual(
            self._read_base(product_id=self.bulk.id), [("2024-01-10", "", 1.0, 1.0)]
        )

    def test_age_in_completed_years(self):
        today = self.company._get_aftersales_today()
        for years, expected in ((0, 0), (1, 0), (366, 1), (1461, 4)):
            partner = self._create_customer(f"Age {years}")
            self.env.cr.execute("SELECT %s::date - %s", (today, years))
            day = self.env.cr.fetchone()[0]
            self._move(self.bulk, 1, self._noon(*day.timetuple()[:3]), partner)
            row = self.env["aftersales.installed.base"].search(
                [("partner_id", "=", partner.id)]
            )
            self.assertEqual(row.age_year, expected, years)

    def test_area_of_random_addresses_is_that_of_the_orders(self):
        """The SQL finds the same area as the matching in Python."""
        rng = random.Random(27922)
        partners = self._create_random_places(rng)
        for partner in partners:
            self._move(self.bulk, 1, self._noon(2024, 1, 10), partner)
        self.env.flush_all()
        expected = self.env["aftersales.area"]._match_partners(partners)
        rows = self.env["aftersales.installed.base"].search(
            [("partner_id", "in", partners.ids)]
        )
        self.assertEqual(len(rows), len(partners))
        found = {row.partner_id.id: row.area_id for row in rows}
        wrong = [
            (p.zip, p.state_id.name, p.city_id.name, found[p.id], expected[p.id])
            for p in partners
            if found[p.id] != expected[p.id]
        ]
        self.assertEqual(wrong, [])
        self.assertGreater(len({area.id for area in found.values()}), 12)

    def _create_random_places(self, rng):
        other = self.env.ref("base.de")
        cities = self.env["res.city"].create(
            [
                {"name": f"City {n}", "state_id": s.id, "country_id": self.country.id}
                for n, s in enumerate((self.state, self.state, self.state_b))
            ]
        )
        countries = [self.country.id, other.id, False]
        states = [self.state.id, self.state_b.id, False]
        zips = ["5", "51", "510", "5101", "6", "61", False]
        self._create_random_areas(rng, other, cities, zips)
        full = ["510100", " 51012 ", "519999", "61", "612000\t", "999", "", False]
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Place {n}",
                    "country_id": rng.choice(countries),
                    "state_id": rng.choice(states),
                    "city_id": rng.choice([*cities.ids, False]),
                    "zip": rng.choice(full),
                }
                for n in range(90)
            ]
        )

    def _create_random_areas(self, rng, other, cities, zips):
        """Areas of every kind that the checks allow, some archived."""
        one, two, three = cities.ids
        country, first, second = self.country.id, self.state.id, self.state_b.id
        places = [
            (False, False, False),
            (other.id, False, False),
            (country, False, False),
            (country, first, False),
            (country, second, False),
            (country, first, one),
            (country, first, two),
            (country, second, three),
        ]
        taken = {
            (a.country_id.id, a.state_id.id, a.city_id.id, a.zip_prefix or False)
            for a in self.env["aftersales.area"].search([])
        }
        keys = [
            (*place, prefix)
            for place in places
            for prefix in zips
            if (place[0] or prefix) and (*place, prefix) not in taken
        ]
        self.env["aftersales.area"].create(
            [
                {
                    "name": f"Random {n}",
                    "country_id": key[0],
                    "state_id": key[1],
                    "city_id": key[2],
                    "zip_prefix": key[3],
                    "active": rng.random() > 0.1,
                }
                for n, key in enumerate(rng.sample(keys, 40))
            ]
        )

    def test_companies_do_not_mix(self):
        self._move(self.bulk, 1, self._noon(2024, 1, 10), self.customer)
        user_b = new_test_user(
            self.env,
            login="aftersales_head_b",
            groups="aftersales_network.group_head",
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
            context=CONTEXT,
        )
        Base = self.env["aftersales.installed.base"]
        domain = [("product_id", "=", self.bulk.id)]
        self.assertFalse(Base.with_user(user_b).search_count(domain))
        self.assertTrue(Base.with_user(self.user_head).search_count(domain))

    def test_roles(self):
        Base = self.env["aftersales.installed.base"]
        self._move(self.bulk, 1, self._noon(2024, 1, 10), self.customer)
        for role in ("dispatcher", "centre", "head", "auditor", "admin"):
            user = getattr(self, f"user_{role}")
            rows = Base.with_user(user).search([("product_id", "=", self.bulk.id)])
            spec = {"product_id": {"fields": {"display_name": {}}}, "reference": {}}
            spec["area_id"] = {"fields": {"display_name": {}}}
            self.assertEqual(rows.web_read(spec)[0]["area_id"]["id"], self.area.id)
            with self.assertRaises(AccessError):
                rows.write({"quantity": 5})
        for role in ("service", "reviewer", "clerk", "warehouse", "hr", "portal"):
            with self.assertRaises(AccessError):
                Base.with_user(getattr(self, f"user_{role}")).search([])

    def test_one_query_whatever_the_number(self):
        self._move(self.bulk, 1, self._noon(2024, 1, 10), self.customer)
        Base = self.env["aftersales.installed.base"]
        Base._read_group([], ["area_id"], ["units_in_use:sum"])
        with self.assertQueryCount(1):
            Base._read_group([], ["area_id", "age_year"], ["units_in_use:sum"])
