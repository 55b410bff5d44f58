from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .prices_common import REASON, PricesCommon


@tagged("post_install", "-at_install")
class TestPriceRange(PricesCommon):
    """Which range an order line is held against."""

    def test_within_below_and_above(self):
        self._create_list()
        order = self._create_charged(
            ("part", 2, 120.0, self.part),
            ("labour", 1.5, 40.0, None),
            ("travel", 10, 2.0, None),
            ("labour", 2, 61.0, None),
        )
        self.assertEqual(
            order.line_ids.mapped("price_check"),
            ["within", "below", "unlisted", "above"],
        )
        self.assertEqual(order.line_ids.mapped("amount_excess"), [0, 0, 0, 2.0])
        self.assertEqual(order.amount_excess, 2.0)
        self.assertEqual(order.overcharge_state, "open")
        self.assertIn("50.00", order.line_ids[3].range_text)
        self.assertIn("per Hour", order.line_ids[3].range_text)
        # printed in the customer's language, whoever has read it before
        line_field = order.line_ids._fields["range_text"]
        self.assertIn("lang", self.registry.field_depends_context[line_field])

    def test_covered_charges_are_free(self):
        self._create_list()
        order = self._create_done_order(
            ("part", 1, 500.0, self.part),
            ("labour", 1, 100.0, None),
            unit=self._create_half_covered(),
        )
        part, labour = order.line_ids
        self.assertEqual((part.amount_customer, part.price_check), (0, "free"))
        # The warranty bears half of the labour: half of 60.00 may be charged.
        self.assertEqual(labour.amount_customer, 50)
        self.assertEqual(labour.amount_excess, 20)

    def test_a_job_has_one_limit(self):
        self._create_list(
            {"kind": "labour", "price_min": 50, "price_max": 100, "unit": "job"}
        )
        order = self._create_charged(
            ("labour", 3, 25.0, None), ("labour", 1, 40.0, None)
        )
        self.assertEqual(order.line_ids.mapped("amount_excess"), [0, 15.0])
        order.line_ids[1].price_unit = 25
        self.assertEqual(order.overcharge_state, "none")
        order.line_ids[0].price_unit = 30
        self.assertEqual(order.amount_excess, 15.0)

    def test_currency_at_the_day_of_the_request(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": dollar.id, "name": "2026-01-01", "rate": 0.2},
                {"currency_id": dollar.id, "name": "2026-03-01", "rate": 0.1},
            ]
        )
        self._create_list(
            {"kind": "labour", "price_min": 5, "price_max": 8, "unit": "hour"},
            currency_id=dollar.id,
        )
        february = self._create_charged(
            ("labour", 1, 40.01, None), date_request=datetime(2026, 2, 2, 8)
        )
        self.assertEqual(february.line_ids.range_max, 40)
        self.assertEqual(february.line_ids.amount_excess, 0.01)
        march = self._create_charged(("labour", 1, 80.0, None))
        self.assertEqual(march.line_ids.range_max, 80)
        self.assertEqual(march.line_ids.price_check, "within")

    def test_units_of_measure(self):
        gram, kilo = (
            self.env.ref(f"uom.product_uom_{name}") for name in ("gram", "kgm")
        )
        gas = self.env["product.product"].create({"name": "Gas", "uom_id": gram.id})
        self._create_list(
            {
                "kind": "part",
                "product_id": gas.id,
                "price_min": 60,
                "price_max": 80,
                "uom_id": kilo.id,
            }
        )
        order = self._create_charged(("part", 500, 0.09, gas))
        self.assertEqual(order.line_ids.range_quantity, 0.5)
        # half a kilogram may cost 40.00, 45.00 are charged
        self.assertEqual(order.line_ids.amount_excess, 5.0)
        self.assertIn("per kg", order.line_ids.range_text)

    def test_the_nearer_area_counts(self):
        self._create_list(
            {"kind": "labour", "price_min": 1, "price_max": 10},
            {"kind": "travel", "price_min": 1, "price_max": 1},
        )
        self._create_list(
            {"kind": "labour", "price_min": 1, "price_max": 30},
            name="Province",
            area_id=self.area.id,
        )
        self._create_list(
            {"kind": "labour", "price_min": 1, "price_max": 20},
            name="Grade",
            grade="a",
        )
        self._create_list(
            {"kind": "labour", "price_min": 1, "price_max": 99},
            name="Elsewhere",
            country_id=self.env.ref("base.de").id,
        )
        order = self._create_charged(("labour", 1, 1, None), ("travel", 1, 1, None))
        self.assertEqual(order.line_ids.mapped("range_max"), [30, 1])

    def test_named_operations_and_categories(self):
        child = self.env["product.category"].create(
            {"name": "Split Units", "parent_id": self.categ.id}
        )
        self.env["res.lang"]._activate_lang("zh_CN")
        prices = self._create_list(
            {"kind": "labour", "categ_id": self.categ.id, "price_max": 10},
            {"kind": "labour", "categ_id": child.id, "price_max": 20},
            {"kind": "labour", "operation": "Refill", "price_max": 30},
            {"kind": "labour", "fault_id": self.fault.id, "price_max": 40},
            publish=False,
        )
        prices.line_ids[2].with_context(lang="zh_CN").operation = "加氟"
        prices.action_publish()
        order = self._create_charged(("labour", 1, 1, None))
        line = order.line_ids
        self.assertEqual(line.range_max, 10)
        line.name = " refill "
        self.assertEqual(line.range_max, 30)
        line.name = "加氟"
        self.assertEqual(line.range_max, 30)
        line.name = "Something"
        order.fault_id = self.fault
        self.assertEqual(line.range_max, 40)
        order.fault_id = False
        self.product.categ_id = child
        order.product_id = self._create_product(categ_id=child.id)
        self.assertEqual(line.range_max, 20)

    def test_publishing_reaches_open_orders_only(self):
        order = self._create_charged(("labour", 1, 100.0, None))
        closed = self._create_charged(("labour", 1, 100.0, None))
        self._finish(closed).action_close()
        self.assertEqual(order.line_ids.price_check, "unlisted")
        self._create_list()
        self.assertEqual(order.line_ids.price_check, "above")
        self.assertEqual(closed.line_ids.price_check, "unlisted")

    def test_the_confirmed_range_is_evidence(self):
        self.env.company.aftersales_quotation_rule = "off"
        prices = self._create_list()
        order = self._finish(self._create_charged())
        order._confirm("Customer", self.SIGNATURE, "link")
        prices._withdraw("Mistake")
        self.assertEqual(order.line_ids.range_max, 120)
        self.assertEqual(order.line_ids.price_line_id.price_list_id, prices)
        # The price itself is still held against that range.
        order.line_ids.price_unit = 121
        with self.assertRaisesRegex(UserError, "1.00 more than the listed range"):
            order.action_close()

    def test_the_range_is_no_input(self):
        self._create_list()
        order = self._create_charged(("part", 1, 200.0, self.part))
        line = order.line_ids.with_user(self.user_head)
        for vals in (
            {"range_max": 1000},
            {"amount_excess": 0},
            {"price_check": "within"},
        ):
            with self.assertRaises(UserError):
                line.write(vals)
        line.write({"excess_approved": 1000})
        self.assertEqual(line.excess_approved, 0)
        order.with_user(self.user_head).with_context(
            default_excess_approved=1000, aftersales_flow=True
        ).write(
            {
                "line_ids": [
                    Command.create(
                        {"kind": "labour", "price_unit": 100, "excess_approved": 99}
                    )
                ]
            }
        )
        self.assertEqual(order.line_ids.mapped("excess_approved"), [0, 0])
        with self.assertRaisesRegex(UserError, "only by its buttons"):
            order.with_user(self.user_head).write({"overcharge_request": False})

    def test_queries_do_not_grow_with_the_lines(self):
        self._create_list()
        order = self._create_charged(("labour", 1, 50.0, None))

        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._add_lines(order, *[("labour", 1, 50.0, None)] * lines)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(2), count(40)
        self.assertLessEqual(many, few + 2)


@tagged("post_install", "-at_install")
class TestOvercharge(PricesCommon):
    """Who may charge more than the list says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.aftersales_quotation_rule = "off"
        cls.prices = cls._create_list()

    def _create_done(self):
        return self._finish(self._create_charged(("part", 1, 150.0, self.part)))

    def test_off(self):
        self.company.aftersales_price_guard = "off"
        order = self._create_done()
        order.action_close()
        self.assertEqual(order.overcharge_state, "open")

    def test_blocked(self):
        self.company.aftersales_price_guard = "block"
        order = self._create_charged()
        with self.assertRaisesRegex(
            ValidationError, "charges the customer .*30.00 more than the listed range"
        ):
            order.line_ids.price_unit = 150
        with self.assertRaisesRegex(ValidationError, "Lower the price"):
            self._add_lines(order, ("labour", 1, 61.0, None))
        portal = order.with_user(self.user_portal).sudo()
        self.part.list_price = 130
        with self.assertRaisesRegex(ValidationError, "Lower the price"):
            portal._portal_add_line(
                {"kind": "part", "quantity": "1", "reference": "TEST-CMP"}
            )

    def test_blocked_where_the_cover_is_lost(self):
        order = self._create_charged(("part", 1, 150.0, self.part))
        self.company.aftersales_price_guard = "block"
        order.action_start()
        order.step_ids.is_done = True
        order.correction = "Done"
        with self.assertRaisesRegex(UserError, "Lower the price"):
            order.action_done()
        with self.assertRaisesRegex(UserError, "Lower the price"):
            order._request_overcharge(REASON)

    def test_not_confirmed_nor_closed_while_unapproved(self):
        order = self._create_done()
        for step in (
            lambda: order._confirm("Customer", self.SIGNATURE, "link"),
            order.action_hand_over,
            order.action_close,
        ):
            with self.assertRaisesRegex(UserError, "may approve it instead"):
                step()
        self.assertEqual(order.state, "done")
        self.assertFalse(order.date_handover)

    def test_approved_by_the_centre(self):
        order = self._create_done()
        order.with_user(self.user_service).sudo()._request_overcharge(REASON)
        self.assertEqual(order.overcharge_state, "requested")
        self.assertEqual(order.activity_ids.user_id, self.user_centre)
        manager = order.with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "give the reason"):
            manager._approve_overcharge(" ")
        wizard = self.env["aftersales.reason.wizard"].with_user(self.user_centre)
        action = manager.action_approve_overcharge()
        wizard.with_context(**action["context"]).create(
            {"reason": "Crane needed"}
        ).action_confirm()
        self.assertEqual(order.overcharge_state, "approved")
        self.assertEqual(order.line_ids.excess_approved, 30)
        self.assertFalse(order.activity_ids)
        approval = self.env["aftersales.approval"].search(
            [("res_id", "=", order.id), ("gate", "=", "overcharge")]
        )
        self.assertEqual(approval.decision, "approved")
        self.assertEqual(approval.user_id, self.user_centre)
        self.assertEqual(approval.comment, "Crane needed")
        order.action_close()

    def test_what_was_approved_is_no_more(self):
        order = self._create_done()
        order.with_user(self.user_head)._approve_overcharge("Roof")
        order.line_ids.price_unit = 151
        self.assertEqual(order.overcharge_state, "open")
        with self.assertRaisesRegex(UserError, "1.00 more than"):
            order.action_close()
        order.line_ids.price_unit = 150
        order.action_close()

    def test_rejected(self):
        order = self._create_done()
        order.with_user(self.user_head)._reject_overcharge("Too dear")
        self.assertEqual(order.overcharge_state, "rejected")
        with self.assertRaises(UserError):
            order.action_close()
        order.line_ids.price_unit = 120
        self.assertEqual(order.overcharge_state, "none")
        order.action_close()
        self.assertTrue(order.was_overcharged)

    def test_roles_and_four_eyes(self):
        order = self._create_done()
        for user in (self.user_service, self.user_dispatcher):
            with self.assertRaisesRegex(AccessError, "Only a centre manager"):
                order.with_user(user)._approve_overcharge(REASON)
        with self.assertRaises(AccessError):
            order.with_user(self.user_auditor)._approve_overcharge(REASON)
        with self.assertRaises(AccessError):
            order.with_user(self.user_portal)._approve_overcharge(REASON)
        order.with_user(self.user_head)._request_overcharge(REASON)
        with self.assertRaisesRegex(UserError, "Another person has to decide"):
            order.with_user(self.user_head)._approve_overcharge(REASON)
        order.event_ids.filtered(lambda e: e.kind == "done").user_id = self.user_centre
        with self.assertRaisesRegex(UserError, "Another person has to decide"):
            order.with_user(self.user_centre)._approve_overcharge(REASON)
        other = self._create_done()
        other.write(
            {"service_point_id": self.point_b.id, "technician_id": self.technician_b.id}
        )
        with self.assertRaises(AccessError):
            other.with_user(self.user_centre)._approve_overcharge(REASON)

    def test_nothing_to_decide(self):
        order = self._finish(self._create_charged())
        with self.assertRaisesRegex(UserError, "nothing above the list"):
            order.with_user(self.user_head).action_approve_overcharge()

    def test_unlisted_charges(self):
        self.company.aftersales_price_unlisted = True
        order = self._finish(self._create_charged(("other", 1, 15.0, None)))
        self.assertEqual(order.overcharge_state, "open")
        with self.assertRaisesRegex(UserError, "is not in the price list"):
            order.action_close()
        order.with_user(self.user_head)._approve_overcharge("Rare part")
        order.action_close()

    def test_unlisted_charges_without_any_list(self):
        self.company.aftersales_price_unlisted = True
        self.prices._withdraw("End")
        order = self._finish(
            self._create_charged(
                ("other", 1, 15.0, None), date_request=datetime(2025, 1, 2, 8)
            )
        )
        order.action_close()

    def test_metric(self):
        Metric = self.env["aftersales.metric"]
        kept = self._finish(self._create_charged())
        approved = self._create_done()
        approved.with_user(self.user_head)._approve_overcharge("Roof")
        self._create_done()
        free = self._create_charged()
        free.line_ids.unlink()
        orders = kept | approved
        orders.write(
            {"date_start": datetime(2026, 4, 1), "date_end": datetime(2026, 4, 2)}
        )
        self.assertEqual(
            Metric._metric_overch(self.point, date(2026, 4, 1), date(2026, 4, 30)),
            {self.point.id: (1, 2)},
        )
        model, domain = Metric._metric_domain_overch(
            self.point, date(2026, 4, 1), date(2026, 4, 30)
        )
        self.assertEqual(self.env[model].search(domain), orders)
        self.assertIn("OVERCH", Metric._get_metric_catalog())

    def test_warehouse_sees_no_prices(self):
        order = self._create_done()
        line = order.line_ids.with_user(self.user_warehouse)
        for name in ("range_max", "amount_excess", "range_text"):
            with self.assertRaises(AccessError):
                line.read([name])
        order.with_user(self.user_warehouse).read(["name", "quotation_state"])
