from datetime import date, datetime, timedelta

from odoo.tests import tagged

from .hints_common import HintsCommon, picture


@tagged("post_install", "-at_install")
class TestClaimHints(HintsCommon):
    """Each hint of X06 on claims whose figures are known by hand."""

    # Duplicates

    def test_same_part_of_a_unit_within_the_days(self):
        first = self._ordered_claim("H-1")
        self.assertFalse(first.hint_ids)
        second = self._ordered_claim("H-1", day=datetime(2026, 3, 12, 8))
        hint = self._hints(second)["DUPLICATE"]
        # 10 of 30 days: 1 - 10 ÷ 62.
        self.assertEqual((hint.score, hint.strength), (0.839, "strong"))
        self.assertEqual(
            hint.message,
            f"The same part of this unit is claimed in {first.name} (days between: "
            "10).",
        )
        self.assertEqual(second.hint_score, round(0.839 * 0.9, 3))
        self.assertEqual(second.hint_count, 1)
        self.assertTrue(second.needs_hint_review)
        # What came first is looked at again at night and then knows of it too.
        self._look(first)
        self.assertIn(second.name, self._hints(first)["DUPLICATE"].message)

    def test_other_work_on_the_same_unit_is_weaker(self):
        first = self._ordered_claim("H-2")
        second = self._ordered_claim(
            "H-2", ("labour", 1, 60.0, None), day=datetime(2026, 3, 12, 8)
        )
        hint = self._hints(second)["DUPLICATE"]
        self.assertEqual((hint.score, hint.reason), (0.419, "duplicate_serial"))
        self.assertEqual(
            hint.message,
            f"This unit is also claimed in {first.name} (days between: 10).",
        )
        self.assertFalse(second.needs_hint_review)

    def test_beyond_the_days_nothing_is_found(self):
        self._ordered_claim("H-3")
        second = self._ordered_claim("H-3", day=datetime(2026, 4, 2, 8))
        self.assertFalse(second.hint_ids)
        self.assertEqual(second.hint_score, 0)

    def test_order_claimed_again_after_a_cancellation(self):
        first = self._ordered_claim("H-4")
        first.with_user(self.user_clerk).action_cancel()
        second = self.env["aftersales.claim"].create(
            first.order_id._prepare_claim_vals()
        )
        second.sudo().action_submit()
        hint = self._hints(second)["DUPLICATE"]
        self.assertEqual((hint.score, hint.reason), (0.3, "duplicate_order"))
        self.assertEqual(
            hint.message, f"The same order was claimed before in {first.name}."
        )

    # Photos

    def _add_photo(self, order, colour):
        return self.env["aftersales.service.order.photo"].create(
            {"order_id": order.id, "image": picture(colour)}
        )

    def _photo_order(self, serial, colour, point=None):
        unit = self._create_unit(serial=serial)
        order = self._create_done_order(unit=unit, point=point)
        self._add_photo(order, colour)
        return order

    def _claim(self, order):
        claim = self.env["aftersales.claim"].create(order._prepare_claim_vals())
        claim.sudo().action_submit()
        return claim

    def test_photo_of_another_unit(self):
        first = self._photo_order("P-1", "red")
        other = self._photo_order("P-2", "red")
        lone = self._photo_order("P-3", "blue")
        hint = self._hints(self._claim(other))["PHOTO"]
        self.assertEqual((hint.score, hint.reason), (1.0, "photo_unit"))
        self.assertEqual(
            hint.message,
            f"A photo is also used for another unit in {first.name}.",
        )
        self.assertNotIn("PHOTO", self._hints(self._claim(lone)))

    def test_photo_of_another_point(self):
        first = self._photo_order("P-4", "red", point=self.point_b)
        other = self._photo_order("P-5", "red")
        hint = self._hints(self._claim(other))["PHOTO"]
        self.assertEqual(
            hint.message,
            f"A photo is also used by another point in {first.name}.",
        )

    def test_photo_on_the_claim_itself(self):
        order = self._photo_order("P-6", "green")
        claim = self._plain_claim(serial="P-7")
        self.env["ir.attachment"].create(
            {
                "name": "again.png",
                "datas": picture("green"),
                "res_model": "aftersales.claim",
                "res_id": claim.id,
            }
        )
        attached = order.photo_ids.sudo()
        self.assertTrue(attached)
        self._look(claim)
        # The photo of an order is scaled as it is stored: content decides.
        checksums = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "aftersales.service.order.photo"),
                    ("res_field", "=", "image"),
                    ("res_id", "=", attached.id),
                ]
            )
            .mapped("checksum")
        )
        mine = (
            self.env["ir.attachment"]
            .search([("res_model", "=", "aftersales.claim"), ("res_id", "=", claim.id)])
            .mapped("checksum")
        )
        self.assertEqual(checksums, mine)
        self.assertIn(order.name, self._hints(claim)["PHOTO"].message)

    def test_two_photos_of_one_job_are_no_hint(self):
        order = self._photo_order("P-8", "red")
        self._add_photo(order, "red")
        self.assertNotIn("PHOTO", self._hints(self._claim(order)))

    def test_photos_stay_in_their_company(self):
        first = self._photo_order("P-9", "red")
        other = self._photo_order("P-10", "red")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_service_order SET company_id = %s WHERE id = %s",
            (self.company_b.id, first.id),
        )
        self.env.invalidate_all()
        self.assertNotIn("PHOTO", self._hints(self._claim(other)))

    # Usage

    def test_usage_runs_backwards(self):
        early = self._ordered_claim("U-1", usage_reading=1000, usage_uom="hour")
        name = min(early.name, early.order_id.name)
        late = self._plain_claim(
            day=date(2026, 5, 1), serial="U-1", usage_reading=400, usage_uom="hour"
        )
        hint = self._hints(late)["USAGE"]
        self.assertEqual((hint.score, hint.strength), (0.8, "strong"))
        self.assertEqual(
            hint.message,
            f"The meter shows 400, but 1,000 on 03/02/2026 in {name}.",
        )
        # The same figure in another unit tells nothing.
        other = self._plain_claim(
            day=date(2026, 5, 1), serial="U-1", usage_reading=400, usage_uom="km"
        )
        self.assertNotIn("USAGE", self._hints(other))
        more = self._plain_claim(
            day=date(2026, 5, 1), serial="U-1", usage_reading=1000, usage_uom="hour"
        )
        self.assertNotIn("USAGE", self._hints(more))

    # Distance

    def _place(self, partner, latitude, longitude):
        partner.write({"partner_latitude": latitude, "partner_longitude": longitude})

    def _travel(self, kilometres):
        return {"kind": "travel", "quantity": kilometres, "amount_claimed": 10}

    def test_kilometres_beyond_the_place(self):
        self._place(self.point.partner_id, 31.0, 121.0)
        self._place(self.customer, 31.0, 121.1)
        order = self._create_done_order(("travel", 100, 2.0, None))
        claim = self._claim(order)
        hint = self._hints(claim)["DISTANCE"]
        # 9.53 km straight, 24.8 km there and back by road: 100 ÷ 24.8 = 4.03.
        self.assertAlmostEqual(hint.score, 0.752, delta=0.001)
        self.assertEqual(
            hint.message,
            "100 km claimed; there and back to the customer is about 24.8 km.",
        )

    def test_kilometres_beyond_what_is_usual(self):
        for index in range(5):
            order = self._create_done_order(
                ("travel", 20 + index, 2.0, None),
                unit=self._create_unit(serial=f"K{index}"),
            )
            self._claim(order)
        order = self._create_done_order(
            ("travel", 88, 2.0, None), unit=self._create_unit(serial="K9")
        )
        hint = self._hints(self._claim(order))["DISTANCE"]
        # Median of 20…24 and 88 itself: 22.5.
        self.assertEqual(
            hint.message,
            "88.0 km claimed; the point usually claims 22.5 km for this area (claims: "
            "6).",
        )
        self.assertEqual(hint.strength, "strong")

    def test_job_outside_of_the_areas_of_the_point(self):
        self.customer.state_id = self.state_b
        order = self._create_done_order()
        self.assertEqual(order.area_id, self.area_b)
        hint = self._hints(self._claim(order))["DISTANCE"]
        self.assertEqual((hint.score, hint.strength), (0.3, "notable"))
        self.assertEqual(
            hint.message,
            f"The job lies in {self.area_b.complete_name}, outside of the areas of the "
            "point.",
        )

    # Limits

    def test_just_below_the_limit(self):
        self.rules["SPLIT"].limit_amount = 1000
        self.assertNotIn("SPLIT", self._hints(self._plain_claim(amount=949.99)))
        hint = self._hints(self._plain_claim(amount=950))["SPLIT"]
        self.assertEqual((hint.score, hint.strength), (0.3, "notable"))
        self.assertEqual(
            hint.message,
            f"{self._money(950)} is just below the limit of {self._money(1000)} (limit "
            "of the hint).",
        )
        self.assertNotIn("SPLIT", self._hints(self._plain_claim(amount=1000.01)))

    def test_one_repair_in_two_claims(self):
        self.rules["SPLIT"].limit_amount = 1000
        first = self._plain_claim(amount=600, serial="S-1")
        second = self._plain_claim(day=date(2026, 3, 20), amount=500, serial="S-1")
        hint = self._hints(second)["SPLIT"]
        self.assertEqual((hint.score, hint.strength), (0.7, "strong"))
        self.assertEqual(
            hint.message,
            f"Together with {first.name} it comes to {self._money(1100)}, above the "
            f"limit of {self._money(1000)} (limit of the hint).",
        )

    def test_just_below_what_needs_a_consent(self):
        self.env["aftersales.authorization.rule"].search([]).action_archive()
        rule = self.env["aftersales.authorization.rule"].create(
            {"name": "Large repairs", "amount": 2000}
        )
        hint = self._hints(self._plain_claim(amount=1950))["SPLIT"]
        self.assertEqual(
            hint.message,
            f"{self._money(1950)} is just below the limit of {self._money(2000)} "
            "(Large repairs).",
        )
        rule.product_id = self.part
        self.assertNotIn("SPLIT", self._hints(self._plain_claim(amount=1950)))

    def test_just_below_what_is_approved_without_a_person(self):
        self.env["aftersales.claim.rule"].search([]).action_archive()
        rule = self.env["aftersales.claim.rule"].create(
            {"name": "Small ones", "amount_limit": 300}
        )
        hint = self._hints(self._plain_claim(amount=290))["SPLIT"]
        self.assertEqual(
            hint.message,
            f"{self._money(290)} is just below the limit of {self._money(300)} (Small "
            "ones).",
        )
        rule.point_ids = self.point_b
        self.assertNotIn("SPLIT", self._hints(self._plain_claim(amount=290)))

    def test_hints_stop_the_approval_by_rule(self):
        self.env["aftersales.claim.rule"].search([]).action_archive()
        self.env["aftersales.claim.rule"].create(
            {"name": "All", "amount_limit": 100000, "audit_share": 0}
        )
        self._ordered_claim("AR-1")
        claim = self._ordered_claim("AR-1", day=datetime(2026, 3, 4, 8))
        self.assertTrue(claim.needs_hint_review)
        self.assertNotIn(claim.state, ("approved", "partially"))
        self.assertEqual(claim._get_hint_score(), 1.0)

    def _money(self, amount):
        return self.company.currency_id.format(amount)

    # Against what is usual

    def test_spike_of_the_point(self):
        today = date(2026, 6, 30)
        for period in range(8):
            day = today - timedelta(days=30 * period + 15)
            self._plain_claim(day=day)
        claims = self.env["aftersales.claim"].union(
            *(self._plain_claim(day=today, amount=100 + n) for n in range(9))
        )
        hint = self._hints(claims[-1])["SPIKE"]
        self.assertEqual(
            hint.message,
            "Claims of the point in 30 days: 10; usual are 1.0 (earlier periods: 6).",
        )
        # 9 above the median, spread at least 1: 9 ÷ (9 + 3.5).
        self.assertEqual(hint.score, 0.72)
        other = self._plain_claim(day=today, point=self.point_b)
        self.assertNotIn("SPIKE", self._hints(other))

    def test_labour_above_the_own_mean(self):
        def labour(amount, point=None):
            line = {"kind": "labour", "quantity": 1, "amount_claimed": amount}
            return self._plain_claim(point=point, lines=[line])

        for amount in (95, 98, 100, 100, 100, 102, 105):
            labour(amount)
        hint = self._hints(labour(400))["LABOUR"]
        self.assertEqual(hint.strength, "strong")
        self.assertIn(f"Labour of {self._money(400)}", hint.message)
        self.assertIn(
            f"usual at this point are {self._money(100)} (claims: 8", hint.message
        )
        # Another point has no mean of its own yet.
        self.assertNotIn("LABOUR", self._hints(labour(400, self.point_b)))

    def test_value_above_the_peers_of_all_points(self):
        for amount in (95, 98, 100, 100, 100, 102, 105):
            self._plain_claim(amount=amount, point=self.point_b)
        hint = self._hints(self._plain_claim(amount=400))["VALUE"]
        self.assertEqual((hint.reason, hint.strength), ("value_high", "strong"))
        other = self._create_product(
            categ_id=self.env["product.category"].create({"name": "Phones"}).id
        )
        alone = self._plain_claim(amount=400, product_id=other.id)
        self.assertNotIn("VALUE", self._hints(alone))

    def test_old_claims_are_compared_with_their_own_time(self):
        claims = self.env["aftersales.claim"].union(
            *(self._plain_claim(amount=amount) for amount in (*range(96, 105), 400))
        )
        last = claims[-1]
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_claim SET date_submission = '2023-05-01' WHERE id IN %s",
            (tuple(claims.ids),),
        )
        self.env.invalidate_all()
        self._look(last)
        self.assertEqual(self._hints(last)["VALUE"].strength, "strong")
        self.assertNotIn("VALUE", self._hints(self._plain_claim(amount=400)))

    def test_value_compares_products_of_one_age(self):
        young = self._create_unit(serial="A-1", date_sale=date(2026, 1, 1))
        old = self._create_unit(serial="A-2", date_sale=date(2022, 1, 1))
        for amount in (95, 98, 100, 100, 100, 102, 105):
            self._plain_claim(amount=amount, registration_id=young.id, serial=False)
        claim = self._plain_claim(amount=400, registration_id=old.id, serial=False)
        self.assertNotIn("VALUE", self._hints(claim))
