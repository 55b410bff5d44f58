from datetime import date, datetime

from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import file_path, mute_logger

from .prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestPriceList(PricesCommon):
    def test_publish_freezes(self):
        prices = self._create_list(publish=False)
        prices.line_ids[0].price_max = 130
        prices.with_user(self.user_head).action_publish()
        self.assertEqual(prices.state, "published")
        self.assertEqual(prices.published_by_id, self.user_head)
        self.assertTrue(prices.is_in_force)
        with self.assertRaisesRegex(UserError, "Make a new version instead"):
            prices.line_ids[0].price_max = 140
        with self.assertRaisesRegex(UserError, "Make a new version instead"):
            prices.date_end = date(2026, 12, 31)
        with self.assertRaisesRegex(UserError, "Make a new version instead"):
            prices.line_ids[0].unlink()
        with self.assertRaisesRegex(UserError, "Make a new version instead"):
            prices.line_ids[0].copy({"product_id": self.product.id})
        with self.assertRaisesRegex(UserError, "Withdraw it before"):
            prices.action_archive()
        with self.assertRaisesRegex(UserError, "Make a new version instead"):
            prices.unlink()

    def test_an_empty_list_is_not_published(self):
        prices = self.env["aftersales.price.list"].create({"name": "Empty"})
        with self.assertRaisesRegex(ValidationError, "has no lines"):
            prices.action_publish()

    def test_a_new_version_replaces_the_old_one_from_its_date(self):
        first = self._create_list()
        action = first.action_new_version()
        second = self.env["aftersales.price.list"].browse(action["res_id"])
        self.assertEqual((second.version, second.state), (2, "draft"))
        self.assertEqual(second.origin_id, first)
        self.assertEqual(second.line_ids.mapped("price_max"), [120, 60])
        with self.assertRaisesRegex(UserError, "is a draft already"):
            first.action_new_version()
        second.date_from = date(2026, 6, 1)
        with self.assertRaisesRegex(ValidationError, "Say why"):
            second.action_publish()
        second.reason = "Copper is dearer"
        second.line_ids[0].price_max = 150
        second.action_publish()
        self.assertEqual(first.state, "replaced")
        self.assertEqual(first.date_end, date(2026, 5, 31))
        before = self._create_charged(date_request=datetime(2026, 5, 31, 8))
        after = self._create_charged(date_request=datetime(2026, 6, 1, 8))
        self.assertEqual(before.line_ids.range_max, 120)
        self.assertEqual(after.line_ids.range_max, 150)

    def test_a_version_cannot_start_before_the_earlier_one(self):
        first = self._create_list()
        second = first.copy({"origin_id": first.id, "version": 2, "reason": "x"})
        second.date_from = date(2026, 1, 1)
        with self.assertRaisesRegex(ValidationError, "must start after"):
            second.action_publish()

    def test_two_lists_for_the_same_customers(self):
        self._create_list()
        with (
            self.assertRaises(ExclusionViolation),
            self.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            self._create_list(date_from=date(2026, 3, 1))
            self.env.flush_all()

    def test_withdraw(self):
        prices = self._create_list().with_user(self.user_head)
        action = prices.action_withdraw()
        self.assertEqual(action["res_model"], "aftersales.reason.wizard")
        prices._withdraw("Printed wrongly")
        self.assertEqual(prices.state, "replaced")
        self.assertIn("Printed wrongly", prices.message_ids[0].body)
        prices.action_archive()
        self.assertFalse(prices.active)

    def test_bad_input(self):
        prices = self._create_list(publish=False)
        Line = self.env["aftersales.price.list.line"]
        base = {"price_list_id": prices.id, "kind": "labour", "unit": "hour"}
        base |= {"fault_id": self.fault.id}
        for values in (
            {"price_min": -1, "price_max": 2},
            {"price_min": 3, "price_max": 2},
        ):
            with (
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
                mute_logger("odoo.sql_db"),
            ):
                Line.create({**base, **values})
        Line.create({**base, "operation": "re fill", "price_max": 1})
        wrong = [
            ({"unit": "km"}, "cannot be priced per Kilometre"),
            ({"product_id": self.part.id}, "Only a price of a part"),
            ({"kind": "part", "unit": "piece"}, "names the part"),
            ({"operation": "Re  fill"}, "two ranges for “Re  fill"),
        ]
        for values, message in wrong:
            with (
                self.subTest(message),
                self.assertRaisesRegex(ValidationError, message),
                self.cr.savepoint(),
            ):
                Line.create({**base, "price_min": 1, "price_max": 2, **values})
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            Line.create(
                {
                    "price_list_id": prices.id,
                    "kind": "part",
                    "product_id": self.product.id,
                    "uom_id": self.uom_hour.id,
                    "price_max": 1,
                }
            )

    def test_the_database_refuses_two_ranges(self):
        prices = self._create_list(publish=False)
        with (
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            self.env.cr.execute(
                "INSERT INTO aftersales_price_list_line (price_list_id, kind, unit,"
                " price_min, price_max) VALUES (%s, 'labour', 'hour', 1, 2)",
                [prices.id],
            )

    def test_copy_is_a_list_of_its_own(self):
        prices = self._create_list()
        copy = prices.copy()
        self.assertEqual(copy.name, "Test Prices (copy)")
        self.assertEqual((copy.state, copy.version), ("draft", 1))
        self.assertFalse(copy.origin_id)
        self.assertEqual(len(copy.line_ids), 2)

    def test_form(self):
        form = Form(self.env["aftersales.price.list"].with_user(self.user_head))
        form.name = "By Hand"
        with form.line_ids.new() as line:
            line.kind = "travel"
            self.assertEqual(line.unit, "km")
            line.price_max = 3
        self.assertEqual(form.save().line_ids.unit, "km")

    def test_the_state_is_no_input(self):
        PriceList = self.env["aftersales.price.list"].with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "only by its buttons"):
            PriceList.create({"name": "Sly", "state": "published"})
        prices = PriceList.with_context(
            default_state="published", aftersales_flow=True
        ).create({"name": "Sly"})
        self.assertEqual(prices.state, "draft")
        with self.assertRaisesRegex(UserError, "only by its buttons"):
            prices.write({"state": "published"})

    def test_rights(self):
        prices = self._create_list(publish=False)
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            prices.with_user(user).read(["name"])
            prices.line_ids.with_user(user).read(["price_max"])
            with self.assertRaises(AccessError):
                prices.with_user(user).write({"name": "Mine"})
            with self.assertRaises(AccessError):
                prices.line_ids.with_user(user).write({"price_max": 1000})
            with self.assertRaises(AccessError):
                prices.with_user(user).action_publish()
        for user in (self.user_warehouse, self.user_portal, self.user_hr):
            for records in (prices, prices.line_ids):
                with self.assertRaises(AccessError):
                    records.with_user(user).read(["display_name"])
        prices.with_user(self.user_admin).write({"name": "Ours"})

    def test_companies(self):
        self._create_list()
        foreign = self._create_list(publish=False, company_id=self.company_b.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_head).read(["name"])
        self.assertNotIn(
            foreign,
            self.env["aftersales.price.list"].with_user(self.user_head).search([]),
        )
        foreign.action_publish()
        order = self._create_charged()
        self.assertEqual(order.line_ids.range_max, 120)

    def test_import_template(self):
        template = self.env["aftersales.price.list"].get_import_templates()[0]
        path = template["template"].lstrip("/").removeprefix("aftersales_warranty/")
        self.assertTrue(file_path(f"aftersales_warranty/{path}"))
        fields_in = ["name", "date_from", "line_ids/kind", "line_ids/operation"]
        fields_in += ["line_ids/price_min", "line_ids/price_max", "line_ids/unit"]
        result = self.env["aftersales.price.list"].load(
            fields_in,
            [
                ["Loaded", "2026-01-01", "Labour", "Refill", "80", "120", "per Job"],
                ["", "", "Travel", "", "1", "2", "per Kilometre"],
            ],
        )
        self.assertFalse(result["messages"])
        loaded = self.env["aftersales.price.list"].browse(result["ids"])
        self.assertEqual(loaded.line_ids.mapped("unit"), ["job", "km"])

    def test_print(self):
        prices = self._create_list(
            {
                "kind": "labour",
                "categ_id": self.categ.id,
                "price_min": 5,
                "price_max": 9,
            },
            {"kind": "travel", "price_min": 2, "price_max": 2},
            note="With tax",
        )
        report = self.env["ir.actions.report"].with_user(self.user_service)
        html = report._render_qweb_html(
            "aftersales_warranty.report_price_list", prices.ids
        )[0].decode()
        self.assertIn("Test Appliances", html)
        self.assertIn("All Products", html)
        self.assertIn("With tax", html)
        self.assertIn("per Hour", html)
        self.assertIn("data:image/svg+xml", html)
