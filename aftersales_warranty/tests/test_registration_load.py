import base64
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from odoo.addons.aftersales_network.tools.table_reader import Limits

from .units_common import UnitsCommon

HEAD = "Serial Number,Product,Customer,E-Mail,Sold on,Dealer,Price\n"


@tagged("post_install", "-at_install")
class TestRegistrationLoad(UnitsCommon):
    """A list of sold units: every row taken, changed, kept or refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.default_code = "AC-900"
        cls.dealer = cls.env["res.partner"].create(
            {"name": "Test Dealer", "is_company": True, "aftersales_is_dealer": True}
        )

    def _load(self, text, user=None, filename="list.csv", **vals):
        wizard = (
            self.env["aftersales.registration.load"]
            .with_user(user or self.user_service)
            .create(
                {
                    "file": base64.b64encode(
                        text if isinstance(text, bytes) else text.encode()
                    ),
                    "filename": filename,
                    **vals,
                }
            )
        )
        wizard.action_load()
        return wizard

    def _results(self, wizard):
        return [(line.row, line.result, line.text or "") for line in wizard.line_ids]

    def test_rows(self):
        dealer_unit = self._create_unit(
            serial="L-3",
            partner_id=self.dealer.id,
            dealer_id=self.dealer.id,
            date_dealer=date(2026, 1, 1),
            date_sale=False,
            date_delivery=False,
        )
        gap = self._create_unit(serial="L-4", partner_id=False, date_sale=False)
        text = HEAD + (
            "L-1,AC-900,Test Customer,,2026-01-31,Test Dealer,2800\n"
            "L-2,Test Air Conditioner,,customer@example.com,2026/02/01,,\n"
            "l 3,AC-900,Test Customer,,2026-02-02,,2700\n"
            "L-4,AC-900,Test Customer,,2026-02-03,,\n"
            "TEST-SN-1,AC-900,Other Customer,,2026-02-03,,\n"
            "L-1,AC-900,Test Customer,,2026-01-31,,\n"
            "L-6,NOTHING,Test Customer,,2026-01-31,,\n"
            "L-7,AC-900,Nobody Known,,2026-01-31,,\n"
            "L-8,AC-900,Test Customer,,31.31.2026,,\n"
            "L-9,AC-900,Test Customer,,2099-01-01,,\n"
            "---,AC-900,Test Customer,,2026-01-31,,\n"
            ",AC-900,Test Customer,,2026-01-31,,\n"
            "L-10,AC-900,Test Customer,,2026-01-31,,-5\n"
        )
        wizard = self._load(text)
        self.assertEqual(
            self._results(wizard),
            [
                (2, "taken", ""),
                (3, "taken", ""),
                (4, "changed", "The sale by the dealer is reported."),
                (5, "changed", "What was missing is filled in."),
                (6, "refused", "The unit is registered to somebody else."),
                (7, "refused", "The serial stands in the list already."),
                (8, "refused", "No product, or several, are named “NOTHING”."),
                (9, "refused", "No customer, or several, are named “Nobody Known”."),
                (10, "refused", "“31.31.2026” is no day; write it like 2026-01-31."),
                (11, "refused", "The day of the sale lies in the future."),
                (12, "refused", "“---” is no serial number."),
                (13, "refused", "“serial” is empty."),
                (14, "refused", "“-5” is no price."),
            ],
        )
        counts = wizard.read(["taken_count", "changed_count", "refused_count"])[0]
        self.assertEqual(
            (counts["taken_count"], counts["changed_count"], counts["refused_count"]),
            (2, 2, 9),
        )
        first = self.Unit._find_by_serial("L-1")
        self.assertEqual(
            (first.partner_id, first.dealer_id, first.channel, first.price),
            (self.customer, self.dealer, "dealer", 2800.0),
        )
        self.assertEqual(first.date_sale, date(2026, 1, 31))
        self.assertEqual(first.policy_version_id, self.version)
        second = self.Unit._find_by_serial("L-2")
        self.assertEqual((second.partner_id, second.channel), (self.customer, "shop"))
        self.assertEqual(
            (dealer_unit.partner_id, dealer_unit.date_sale, dealer_unit.price),
            (self.customer, date(2026, 2, 2), 2700.0),
        )
        self.assertEqual(
            (gap.partner_id, gap.date_sale), (self.customer, date(2026, 2, 3))
        )

    def _refused(self, wizard):
        """Lines of the file of refused rows."""
        return base64.b64decode(wizard.refused_file).decode("utf-8-sig").splitlines()

    def test_refused_rows_are_corrected_and_loaded_again(self):
        head = "Serial Number,Product,Phone,Sold on,@Note\n"
        wizard = self._load(
            head + "L-1,AC-900,,2026-01-31,\n"
            "L-2,NOTHING,+86 20 5550,2026-01-31,-1\n"
            "L-3,AC-900,,soon,\n"
        )
        self.assertEqual(
            self._refused(wizard),
            [
                "Serial Number,Product,Phone,Sold on,'@Note,Reason",
                "L-2,NOTHING,'+86 20 5550,2026-01-31,'-1,"
                '"No product, or several, are named “NOTHING”."',
                "L-3,AC-900,,soon,,“soon” is no day; write it like 2026-01-31.",
            ],
        )
        self.assertEqual(wizard.refused_filename, "sold-units-refused.csv")
        fixed = "\n".join(self._refused(wizard)).replace("NOTHING", "AC-900", 1)
        again = self._load(fixed)
        self.assertEqual((again.taken_count, again.refused_count), (1, 1))
        self.assertEqual(
            self._refused(again),
            [
                "Serial Number,Product,Phone,Sold on,'@Note,Reason",
                "L-3,AC-900,,soon,,“soon” is no day; write it like 2026-01-31.",
            ],
            "the new reasons take the place of the old ones",
        )
        last = self._load(
            "\n".join(self._refused(again)).replace("soon", "2026-02-01", 1)
        )
        self.assertEqual((last.taken_count, last.refused_count), (1, 0))
        self.assertFalse(last.refused_file)

    def test_a_guarded_phone_number_is_taken_as_it_was(self):
        self.user_service.group_ids += self.env.ref("base.group_partner_manager")
        self._load(
            "Serial Number,Product,Customer,Phone,Sold on\n"
            "L-1,AC-900,New Buyer,'+86 20 5550,2026-01-31\n",
            with_customers=True,
        )
        buyer = self.env["res.partner"].search([("name", "=", "New Buyer")])
        self.assertEqual(buyer.phone, "+86 20 5550")

    def test_names_with_full_width_letters_are_found(self):
        self.product.name = "空调（1.5匹）"
        wizard = self._load("序列号,型号,销售日期\nL-1,空调（1.5匹）,2026-01-31\n")
        self.assertEqual(self._results(wizard), [(2, "taken", "")])

    def test_rows_that_do_not_fit_the_heading(self):
        wizard = self._load(
            "Serial Number,Product,Sold on,Note\n"
            "=A1,AC-900,2026-01-31,\n"
            "L-2,AC-900,2026-01-31,,more\n"
            "L-3,AC-900,2026-01-31,=A1\n"
        )
        self.assertEqual(
            self._results(wizard),
            [
                (2, "refused", "The row has a formula; copy the values instead."),
                (3, "refused", "The row has other columns than the heading."),
                (4, "taken", ""),
            ],
        )

    def test_the_same_list_again_changes_nothing(self):
        text = HEAD + "L-1,AC-900,Test Customer,,2026-01-31,,2800\n"
        self._load(text)
        before = self.Unit.search_count([])
        self.assertEqual(self._results(self._load(text)), [(2, "kept", "")])
        self.assertEqual(self.Unit.search_count([]), before)

    def test_customers_are_created_when_asked(self):
        text = HEAD + (
            "L-1,AC-900,New Buyer,buyer@example.com,2026-01-31,,\n"
            "L-2,AC-900,New Buyer,buyer@example.com,2026-01-31,,\n"
        )
        with self.assertRaisesRegex(UserError, "You may not create contacts"):
            self._load(text, with_customers=True)
        self.user_service.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self._load(text, with_customers=True, dealer_id=self.dealer.id)
        self.assertEqual(wizard.taken_count, 2)
        buyer = self.env["res.partner"].search([("email", "=", "buyer@example.com")])
        self.assertEqual(len(buyer), 1)
        unit = self.Unit._find_by_serial("L-2")
        self.assertEqual((unit.partner_id, unit.dealer_id), (buyer, self.dealer))

    def test_files_that_are_no_list(self):
        for text, message in (
            (" \n", "empty"),
            ("Serial Number,Customer\nX,Y\n", "lacks the columns product, sold on"),
            (b"PK\x03\x04broken", "no readable XLSX or CSV"),
            (b"a," * 501, "more than 500 columns"),
            (HEAD + "\n".join(["L,X"] * 5001), "may have 5000 rows at most"),
        ):
            short = text[:20]
            with self.subTest(text=short), self.assertRaisesRegex(UserError, message):
                self._load(text)

    def test_files_above_the_limit_are_not_decoded(self):
        limits = Limits(max_bytes=1024 * 1024)
        self.patch(
            type(self.env["aftersales.registration.load"]), "_LOAD_LIMITS", limits
        )
        with self.assertRaisesRegex(UserError, "larger than 1 MB"):
            self._load("x" * (1024 * 1024 + 9))

    def test_chinese_headings(self):
        text = "序列号,型号,客户,销售日期\nL-1,AC-900,Test Customer,2026年1月31日\n"
        wizard = self._load(text.encode("gb18030"))
        self.assertEqual(self._results(wizard), [(2, "taken", "")])

    def test_rights(self):
        text = HEAD + "L-1,AC-900,Test Customer,,2026-01-31,,\n"
        for user in (self.user_auditor, self.user_warehouse, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._load(text, user=user)

    def test_a_long_list_costs_few_queries(self):
        def count(number, name):
            day = date(2026, 1, 1)
            text = HEAD + "".join(
                f"{name}-{i},AC-900,Test Customer,,{day + timedelta(i)},,\n"
                for i in range(number)
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._load(text)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1, "WARM")
        few, many = count(5, "FEW"), count(100, "MANY")
        self.assertLessEqual(many - few, 6, f"{few} / {many}")

    def test_templates(self):
        template = self.Unit.get_import_templates()[0]["template"]
        with file_open(template.lstrip("/")) as stream:
            header = stream.readline().strip().split(",")
        self.assertLessEqual(set(header), set(self.Unit._fields))
        with file_open("aftersales_warranty/static/csv/sold_units.csv", "rb") as stream:
            content = stream.read()
        self.user_service.group_ids += self.env.ref("base.group_partner_manager")
        wizard = self._load(content, with_customers=True)
        self.assertEqual(wizard.line_ids.mapped("result"), ["taken"])
