from datetime import date

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .claims_common import ClaimsCommon


@tagged("post_install", "-at_install")
class TestClaimRate(ClaimsCommon):
    def _line(self, **vals):
        return self._create_bare_claim(vals).line_ids

    # -- dates -------------------------------------------------------------------

    def test_overlap_is_refused(self):
        self._create_rate(date_to=date(2026, 6, 30))
        late = self._create_rate(
            activate=False, name="Summer", date_from=date(2026, 6, 30)
        )
        with self.assertRaisesRegex(
            UserError,
            "Rate table “Summer” \\(06/30/2026 – …\\) overlaps “Standard” "
            "\\(01/01/2026 – 06/30/2026\\)",
        ):
            late.action_activate()
        self.assertEqual(late.state, "draft")
        late.date_from = date(2026, 7, 1)
        late.action_activate()
        self.assertEqual(late.state, "active")

    @mute_logger("odoo.sql_db")
    def test_overlap_is_impossible_in_the_database(self):
        self._create_rate()
        other = self._create_rate(activate=False)
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            other._write_flow({"state": "active"})
            self.env.flush_all()

    def test_gap_is_refused_and_names_the_days(self):
        self._create_rate(date_to=date(2026, 2, 28))
        late = self._create_rate(
            activate=False, name="Spring", date_from=date(2026, 3, 11)
        )
        with (
            self.assertRaisesRegex(
                UserError,
                "No rate table would apply from 03/01/2026 to 03/10/2026. .*“Spring”",
            ),
            self.cr.savepoint(),
        ):
            late.action_activate()
        late.invalidate_recordset()
        self.assertEqual(late.state, "draft")
        bridge = self._create_rate(
            activate=False, date_from=date(2026, 3, 1), date_to=date(2026, 3, 10)
        )
        (late | bridge).action_activate()
        self.assertEqual((late | bridge).mapped("state"), ["active", "active"])

    def test_shortening_a_table_leaves_no_gap(self):
        early = self._create_rate(date_to=date(2026, 2, 28))
        self._create_rate(date_from=date(2026, 3, 1))
        with self.assertRaisesRegex(UserError, "from 02/27/2026 to 02/28/2026"):
            early.date_to = date(2026, 2, 26)

    def test_other_scopes_have_their_own_calendar(self):
        self._create_rate(date_to=date(2026, 2, 28))
        level = self.env["aftersales.point.level"].create({"name": "Gold"})
        self._create_rate(level_id=level.id, date_from=date(2026, 5, 1))
        self._create_rate(area_id=self.area.id, date_from=date(2026, 5, 1))
        self._create_rate(product_categ_id=self.categ.id)
        self.assertEqual(self.Rate.search_count([("state", "=", "active")]), 4)

    def test_a_table_in_force_is_frozen(self):
        rate = self._create_rate(
            travel_mode="zone",
            zone_ids=[Command.create({"name": "Near", "amount": 10})],
        )
        message = "Rate table “Standard” is in force and cannot be changed"
        for act in (
            lambda: rate.write({"labour_rate": 99}),
            lambda: rate.zone_ids.write({"amount": 99}),
            lambda: rate.write(
                {
                    "markup_ids": [
                        Command.create(
                            {"product_categ_id": self.categ.id, "markup": 50}
                        )
                    ]
                }
            ),
            rate.unlink,
        ):
            with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
                act()
        rate.action_draft()
        rate.labour_rate = 55

    def test_a_used_table_stays_in_force(self):
        rate = self._create_rate()
        self._line(kind="labour", quantity=1, amount_claimed=10)
        with self.assertRaisesRegex(UserError, "was applied to 1 claim lines"):
            rate.action_draft()

    def test_zones_are_needed_for_travel_by_zone(self):
        with self.assertRaisesRegex(UserError, "pays travel by zone, but has no zone"):
            self._create_rate(travel_mode="zone")

    def test_only_the_head_puts_in_force(self):
        rate = self._create_rate(activate=False)
        rate.with_user(self.user_head).action_activate()
        self.assertEqual(rate.state, "active")
        for user in (self.user_clerk, self.user_reviewer, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                rate.with_user(user).action_draft()
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self._create_rate(activate=False, date_from=date(2030, 1, 1)).with_user(
                self.user_head
            ).write({"state": "active"})

    def test_tables_of_another_company_are_not_seen(self):
        other = self._create_rate(activate=False, company_id=self.company_b.id)
        found = self.Rate.with_user(self.user_head).search([])
        self.assertNotIn(other, found)
        with self.assertRaises(AccessError):
            other.with_user(self.user_head).read(["name"])

    # -- what applies --------------------------------------------------------------

    def test_the_narrowest_table_applies(self):
        self._create_rate()
        line = {"kind": "labour", "quantity": 1, "amount_claimed": 10}
        self.assertEqual(self._line(**line).unit_price, 50.0)
        self._create_rate(product_categ_id=self.categ.id, labour_rate=51.0)
        self.assertEqual(self._line(**line).unit_price, 51.0)
        level = self.env["aftersales.point.level"].create({"name": "Gold"})
        gold = self._create_rate(level_id=level.id, labour_rate=53.0)
        self.assertEqual(self._line(**line).unit_price, 51.0)
        self.point.level_id = level
        found = self._line(**line)
        self.assertEqual((found.unit_price, found.rate_id), (53.0, gold))

    def test_the_area_comes_from_the_order(self):
        self._create_rate()
        self._create_rate(area_id=self.area.id, labour_rate=52.0)
        claim = self._create_claim(("labour", 1, 10.0, None), submit=False)
        self.assertEqual(claim.order_id.area_id, self.area)
        self.assertEqual(claim.line_ids.unit_price, 52.0)

    def test_the_agreement_wins_where_it_names_a_rate(self):
        self._create_rate()
        agreement = self.point.agreement_ids
        self.cr.execute(
            "UPDATE aftersales_agreement SET labour_rate = 66 WHERE id = %s",
            (agreement.id,),
        )
        agreement.invalidate_recordset()
        claim = self._create_bare_claim(
            {"kind": "labour", "quantity": 2, "amount_claimed": 10},
            {"kind": "travel", "quantity": 20, "amount_claimed": 10},
        )
        labour, travel = claim.line_ids
        self.assertEqual(
            (labour.rate_source, labour.unit_price, labour.amount_limit),
            ("agreement", 66.0, 132.0),
        )
        self.assertEqual(
            (travel.rate_source, travel.unit_price, travel.amount_limit),
            ("table", 1.5, 30.0),
        )
        self.assertEqual(travel.distance_km, 20.0)

    def test_flat_rate_hours_are_the_limit(self):
        self._create_rate()
        operation = self._create_operation()
        line = self._line(
            kind="labour",
            quantity=4,
            amount_claimed=10,
            labour_operation_id=operation.id,
        )
        self.assertEqual((line.hours_flat, line.amount_limit), (2.5, 125.0))
        operation.is_diagnostic = True
        line.quantity = 2
        self.assertEqual((line.unit_price, line.amount_limit), (40.0, 80.0))

    def test_mark_up_by_part_category(self):
        categ = self.env["product.category"].create({"name": "Compressors"})
        self.part.categ_id = categ
        self._create_rate(
            markup_ids=[Command.create({"product_categ_id": categ.id, "markup": 35.0})]
        )
        line = self._line(kind="part", product_id=self.part.id, quantity=2)
        self.assertEqual(
            (line.markup_percent, line.unit_price, line.amount_limit),
            (35.0, 135.0, 270.0),
        )

    def test_zone_follows_from_the_distance(self):
        rate = self._create_rate(
            travel_mode="zone",
            zone_ids=[
                Command.create({"name": "Near", "amount": 10}),
                Command.create({"name": "Far", "km_from": 20, "amount": 30}),
            ],
        )
        line = self._line(kind="travel", quantity=25, amount_claimed=5)
        near, far = rate.zone_ids
        self.assertEqual((line.zone_id, line.amount_limit), (far, 30.0))
        line.zone_id = near
        self.assertEqual(line.amount_limit, 10.0)

    def test_a_claim_without_days_is_measured_as_of_today(self):
        self._create_rate()
        claim = self._create_bare_claim(
            {"kind": "labour", "quantity": 1, "amount_claimed": 999},
            date_failure=False,
            date_start=False,
            date_end=False,
        )
        self.assertEqual(claim.line_ids.amount_limit, 50.0)

    def test_without_a_table_nothing_is_limited(self):
        line = self._line(kind="labour", quantity=1, amount_claimed=999)
        self.assertEqual((line.is_limited, line.rate_id.id), (False, False))

    def test_another_currency_has_its_own_tables(self):
        self._create_rate()
        euro = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("id", "!=", self.company.currency_id.id)], limit=1)
        )
        euro.active = True
        claim = self._create_bare_claim(
            {"kind": "labour", "quantity": 1, "amount_claimed": 999},
            currency_id=euro.id,
        )
        self.assertFalse(claim.line_ids.is_limited)

    # -- database ------------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_hours_below_zero_are_refused(self):
        line = self._line(kind="labour", quantity=1, amount_claimed=10)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            line.quantity = -1
            line.flush_recordset()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_operation(hours=-1)
            self.env.flush_all()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_rate(activate=False, labour_rate=-1)
            self.env.flush_all()

    def test_rates_cannot_be_typed(self):
        self._create_rate()
        claim = self._create_bare_claim({"kind": "labour", "amount_claimed": 500})
        line = claim.line_ids.with_user(self.user_clerk)
        with self.assertRaisesRegex(UserError, "come from the contract"):
            line.write({"amount_limit": 9999})
        made = line.with_context(
            default_amount_limit=9999, default_is_limited=False
        ).create(
            {
                "claim_id": claim.id,
                "kind": "labour",
                "amount_claimed": 500,
                "amount_limit": 9999,
            }
        )
        self.assertEqual((made.amount_limit, made.is_limited), (50.0, True))

    def test_measuring_many_lines_needs_few_queries(self):
        self._create_rate()

        def count(number):
            lines = [
                {"kind": "labour", "quantity": 1, "amount_claimed": 10}
                for _index in range(number)
            ]
            claims = self.env["aftersales.claim"].browse()
            for _index in range(2):
                claims |= self._create_bare_claim(*lines)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            claims.line_ids._set_rates()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1)
        few, many = count(2), count(40)
        self.assertLessEqual(many - few, 2, f"{few} → {many}")


@tagged("post_install", "-at_install")
class TestLabourOperation(ClaimsCommon):
    def test_fits_model_and_fault(self):
        fault, other = self.env["aftersales.fault"].create(
            [{"name": "Leak", "code": "TL1"}, {"name": "Noise", "code": "TN1"}]
        )
        operation = self._create_operation(
            categ_ids=[Command.set(self.categ.ids)], fault_ids=[Command.set(fault.ids)]
        )
        self.assertTrue(operation._fits(self.product, fault))
        self.assertTrue(operation._fits(self.product))
        self.assertFalse(operation._fits(self.product, other))
        self.assertFalse(operation._fits(self.part, fault))
        operation.product_ids = self.part
        self.assertTrue(operation._fits(self.part, fault))

    def test_is_found_by_code_and_name(self):
        operation = self._create_operation("ZZ-77")
        Operation = self.env["aftersales.labour.operation"]
        self.assertEqual(operation.display_name, "[ZZ-77] Work ZZ-77")
        self.assertIn(operation.id, dict(Operation.name_search("ZZ-7")))

    def test_import_template_can_be_imported(self):
        template = self.env["aftersales.labour.operation"].get_import_templates()[0]
        self.assertEqual(template["label"], "Import Template for Labour Operations")
        fields = ["code", "name", "hours_flat", "is_diagnostic"]
        result = self.env["aftersales.labour.operation"].load(
            fields, [["AC-1", "Look", "0.50", "True"], ["AC-2", "Mend", "1.25", ""]]
        )
        self.assertFalse(result["messages"])
        made = self.env["aftersales.labour.operation"].browse(result["ids"])
        self.assertEqual(made.mapped("hours_flat"), [0.5, 1.25])

    def test_rights(self):
        operation = self._create_operation()
        operation.with_user(self.user_service).read(["code"])
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                operation.with_user(user).hours_flat = 9
        with self.assertRaises(AccessError):
            operation.with_user(self.user_portal).read(["code"])
        operation.with_user(self.user_head).hours_flat = 3
