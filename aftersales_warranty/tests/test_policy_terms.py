import csv
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from .race_common import RaceCommon

PERIOD = [{"component": "whole_unit", "months": 24}]


@tagged("post_install", "-at_install")
class TestPolicyTerms(RaceCommon):
    """Publishing, comparing and copying versions; exclusions and wear parts."""

    def _draft(self, terms=PERIOD, **vals):
        return self.env["aftersales.policy.version"].create(
            {
                "policy_id": self.policy.id,
                "date_effective": date(2026, 2, 1),
                "reason": "Two years are enough",
                "term_ids": [Command.create(term) for term in terms],
                **vals,
            }
        )

    def _rows(self, version):
        return {
            row.label: (row.old, row.new, row.change)
            for row in version._get_difference()
        }

    # -- dates -----------------------------------------------------------------

    def test_two_versions_cannot_start_on_the_same_day(self):
        draft = self._draft(date_effective=self.version.date_effective)
        with self.assertRaisesRegex(
            ValidationError,
            "Test Promise v1 starts on 01/01/2020 already. Give Test Promise v2",
        ):
            draft.action_publish()
        self.version.action_retire()
        with self.assertRaisesRegex(ValidationError, "starts on 01/01/2020 already"):
            draft.action_publish()
        draft.date_effective = date(2020, 1, 2)
        draft.action_publish()
        self.assertEqual(draft.state, "published")

    def test_units_keep_the_terms_of_their_day(self):
        newer = self._draft()
        newer.action_publish()
        self.assertEqual(self.unit.policy_version_id, self.version)

        def version(serial, day):
            return self._create_unit(serial=serial, date_sale=day).policy_version_id

        # registered today, sold before: the old terms hold
        self.assertEqual(version("BACK", date(2026, 1, 31)), self.version)
        self.assertEqual(version("DAY", date(2026, 2, 1)), newer)
        self.assertEqual(version("LATER", date(2026, 2, 2)), newer)

    def test_a_backdated_version_names_the_units_that_keep_theirs(self):
        self._create_unit(serial="SOLD", date_sale=date(2026, 2, 15))
        draft = self._draft()
        self.assertEqual(draft.late_unit_count, 1)
        draft.action_publish()
        sold = self.env["aftersales.registration"].search([("serial", "=", "SOLD")])
        self.assertEqual(sold.policy_version_id, self.version)

    @freeze_time("2026-06-01 02:00:00")
    def test_a_retired_version_stays_with_its_units(self):
        self.version.action_retire()
        self.assertEqual(self.version.date_retired, date(2026, 6, 1))
        self.assertEqual(self.unit.policy_version_id, self.version)
        self.assertEqual(self.unit._get_cover(date(2026, 7, 1))["share"], 100)
        new = self._create_unit(serial="NEW", date_sale=date(2026, 6, 1))
        self.assertFalse(new.policy_version_id)
        old = self._create_unit(serial="OLD", date_sale=date(2026, 5, 31))
        self.assertEqual(old.policy_version_id, self.version)

    # -- what changes ------------------------------------------------------------

    def test_publishing_shows_what_changes(self):
        draft = self._draft(
            [
                {"component": "whole_unit", "months": 24},
                {"component": "labour", "months": 6, "share": 50},
                {"component": "travel", "months": 3, "basis": "installation"},
            ],
            accepts_foreign=True,
        )
        self.assertEqual(draft.previous_id, self.version)
        rows = self._rows(draft)
        self.assertEqual(
            rows["Whole Unit"],
            (
                "12 months, 100 %, from: Date of Sale",
                "24 months, 100 %, from: Date of Sale",
                "changed",
            ),
        )
        self.assertEqual(rows["Labour"][2], "same")
        self.assertEqual(
            rows["Travel"], ("", "3 months, 100 %, from: Installation", "added")
        )
        part = f"Part: {self.part.display_name}"
        self.assertEqual(rows[part][1:], ("", "removed"))
        self.assertEqual(
            rows["Accepts Goods Bought Elsewhere"], ("No", "Yes", "changed")
        )
        action = draft.action_review()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_head)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn("24 months", wizard.difference)
        self.assertEqual(wizard.reason, "Two years are enough")
        wizard.reason = "Shorter, as the parts last longer"
        wizard.action_publish()
        self.assertEqual(draft.state, "published")
        self.assertEqual(draft.reason, "Shorter, as the parts last longer")
        with self.assertRaisesRegex(UserError, "is published"):
            draft.action_review()

    def test_the_wizard_belongs_to_its_user_and_to_the_head(self):
        draft = self._draft()
        Wizard = self.env["aftersales.policy.publish"]
        mine = Wizard.with_user(self.user_head).create({"version_id": draft.id})
        with self.assertRaises(AccessError):
            mine.with_user(self.user_admin).action_publish()
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Wizard.with_user(user).create({"version_id": draft.id})

    def test_a_change_needs_its_reason(self):
        draft = self._draft(reason="  ")
        with self.assertRaisesRegex(ValidationError, "Say why version Test Promise v2"):
            draft.action_publish()
        self.assertEqual(draft.state, "draft")

    # -- terms -------------------------------------------------------------------

    def test_overlapping_terms_are_refused_on_every_way(self):
        draft = self._draft(
            [
                {"component": "labour", "months": 3},
                {"component": "travel", "months": 3},
            ]
        )
        message = "Version Test Promise v2 has two terms for the same thing"
        Term = self.env["aftersales.policy.term"]
        with self.assertRaisesRegex(ValidationError, message):
            Term.create({"version_id": draft.id, "component": "labour", "months": 9})
        with self.assertRaisesRegex(ValidationError, message):
            draft.term_ids[1].component = "labour"
        with self.assertRaisesRegex(ValidationError, message):
            Term.create(
                [{"version_id": draft.id, "component": "whole_unit"} for _x in "ab"]
            )
        other = self._draft(
            [{"component": "labour", "months": 1}], date_effective=date(2026, 3, 1)
        )
        with self.assertRaisesRegex(ValidationError, message):
            other.term_ids.version_id = draft
        draft.term_ids[0].months = 4
        self.assertEqual(draft.term_ids[0].months, 4)

    def test_two_users_cannot_add_the_same_term(self):
        row = {
            "id": 1,
            "version_id": 1,
            "component": "part",
            "product_id": 5,
            "months": 3,
            "basis": "invoice",
        }
        twin = {**row, "id": 2, "months": 6}
        table = "aftersales_policy_term"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "product_id": 6}))
        plain = {name: row[name] for name in row if name != "product_id"}
        self.assertIsInstance(
            self._race(table, plain, {**plain, "id": 2}), UniqueViolation
        )

    def test_two_users_cannot_publish_for_the_same_day(self):
        row = {
            "id": 1,
            "policy_id": 1,
            "number": 1,
            "date_effective": "2026-01-01",
            "state": "published",
        }
        twin = {**row, "id": 2, "number": 2}
        table = "aftersales_policy_version"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "draft"}))

    def test_a_wear_part_needs_its_name(self):
        for bad, message in (
            ({"component": "part", "is_wear": True}, "needs its part"),
            ({"component": "labour", "is_wear": True}, "Only a term for parts"),
        ):
            with (
                self.subTest(bad=bad),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self._draft([bad])

    def test_a_wear_part_has_its_own_period(self):
        filters = self.env["product.category"].create({"name": "Filters"})
        part = self._create_product(tracking="none", categ_id=filters.id)
        draft = self._draft(
            [
                *PERIOD,
                {
                    "component": "part",
                    "categ_id": filters.id,
                    "is_wear": True,
                    "months": 3,
                    "usage_limit": 5000,
                    "usage_uom": "km",
                },
            ]
        )
        draft.action_publish()
        term = draft.term_ids[1]
        self.assertEqual(term._get_label(), "Wear Part: Filters")
        self.assertEqual(
            term._get_text(),
            "3 months, at most 5,000 Kilometres, 100 %, from: Date of Sale",
        )
        unit = self._create_unit(serial="WEAR", date_sale=date(2026, 2, 1))

        def cover(day, usage=None):
            values = unit._get_cover(day, "part", part, usage)
            return values["share"], values["date_end"], values["code"]

        end = date(2026, 5, 1)
        self.assertEqual(cover(end), (100.0, end, "covered"))
        # neither the whole unit nor the law prolongs it
        self.assertEqual(cover(date(2026, 5, 2)), (0.0, end, "expired"))
        self.assertEqual(cover(date(2026, 3, 1), 5001), (0.0, end, "usage"))

    # -- exclusions --------------------------------------------------------------

    def test_the_law_s_exclusions_are_proposed(self):
        draft = self._draft()
        codes = draft.exclusion_ids.mapped("code")
        self.assertEqual(codes, ["MISUSE", "OPENED", "NOPROOF", "MISMATCH", "FORCE"])
        self.assertTrue(all(draft.exclusion_ids.mapped("is_legal")))

    def test_an_exclusion_in_published_terms_is_frozen(self):
        exclusion = self.version.exclusion_ids[0].with_user(self.user_head)
        for change in ({"name": "Other"}, {"is_legal": False}):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(UserError, "published terms of Test Promise v1"),
            ):
                exclusion.write(change)
        exclusion.description = "Look at the seals"
        exclusion.action_archive()
        self.assertFalse(exclusion.active)

    def test_an_exclusion_at_intake_charges_the_job(self):
        order = self._create_order(lot_id=self.lot.id)
        line = self._add_lines(order, ("part", 1, 100.0, self.part))
        self.assertEqual((line.amount_warranty, line.amount_customer), (100.0, 0.0))
        misuse = self.env.ref("aftersales_warranty.exclusion_misuse")
        with self.assertRaisesRegex(ValidationError, "write down what shows “Misuse"):
            order.exclusion_id = misuse
        order.write({"exclusion_id": misuse.id, "exclusion_note": "Water inside"})
        self.assertEqual((line.amount_warranty, line.amount_customer), (0.0, 100.0))
        self.assertEqual(order.cover_note, "Not covered: Misuse or wrong care.")
        order.write({"exclusion_id": False, "exclusion_note": False})
        self.assertEqual(line.amount_warranty, 100.0)

    def test_a_brand_s_own_exclusion_leaves_the_law(self):
        business = self.env.ref("aftersales_warranty.exclusion_business")
        draft = self._draft([*PERIOD], exclusion_ids=[Command.set(business.ids)])
        draft.action_publish()
        unit = self._create_unit(serial="BIZ", date_sale=date(2026, 2, 1))

        def share(month, year):
            order = self._create_order(
                serial="BIZ",
                registration_id=unit.id,
                date_request=f"{year}-{month:02}-02 08:00:00",
                exclusion_id=business.id,
                exclusion_note="Stands in a hotel",
            )
            return self._add_lines(order, ("labour", 1, 10.0, None)).cover_share

        self.assertEqual(share(3, 2026), 100.0)  # the legal year
        self.assertEqual(share(3, 2027), 0.0)  # the second year is only promised
        order = self._create_order(lot_id=self.lot.id)
        with self.assertRaisesRegex(ValidationError, "do not exclude “Commercial use"):
            order.write({"exclusion_id": business.id, "exclusion_note": "x"})

    def test_excluded_parts(self):
        with self.assertRaisesRegex(ValidationError, "covers and excludes"):
            self._draft(
                [{"component": "part", "product_id": self.part.id}],
                excluded_product_ids=[Command.set(self.part.ids)],
            )
        draft = self._draft(
            [{"component": "whole_unit", "months": 60}],
            excluded_product_ids=[Command.set(self.part.ids)],
        )
        draft.action_publish()
        unit = self._create_unit(serial="EX", date_sale=date(2026, 2, 1))
        late = unit._get_cover(date(2028, 1, 1), "part", self.part)
        self.assertEqual((late["share"], late["basis"]), (0.0, "law"))
        early = unit._get_cover(date(2026, 3, 1), "part", self.part)
        self.assertEqual((early["share"], early["basis"]), (100.0, "law"))
        self._silence_law()
        silent = unit._get_cover(date(2026, 3, 1), "part", self.part)
        self.assertEqual(silent["reason"], "The policy excludes this part.")

    # -- copies, imports and print -------------------------------------------------

    def test_a_new_version_takes_everything_over(self):
        self.version.with_context(aftersales_policy_flow=None)
        draft = self._draft(
            accepts_foreign=True,
            foreign_note="With an invoice",
            extends_by_repair=False,
        )
        action = self.policy.action_new_version()
        new = self.env["aftersales.policy.version"].browse(action["res_id"])
        self.assertEqual(new.number, 3)
        self.assertTrue(new.accepts_foreign)
        self.assertEqual(new.foreign_note, "With an invoice")
        self.assertFalse(new.extends_by_repair)
        self.assertFalse(new.reason)
        self.assertEqual(new.exclusion_ids, draft.exclusion_ids)
        self.assertEqual(new.term_ids.mapped("months"), [24])

    def test_a_copied_policy_starts_with_a_draft(self):
        twin = self.policy.copy()
        self.assertEqual(twin.name, "Test Promise (copy)")
        self.assertEqual(twin.version_ids.mapped("state"), ["draft"])
        self.assertEqual(
            twin.version_ids.term_ids.mapped("months"),
            self.version.term_ids.mapped("months"),
        )

    def test_smart_buttons(self):
        self.assertEqual((self.policy.version_count, self.policy.unit_count), (1, 1))
        action = self.policy.action_view_units()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.unit)
        action = self.policy.action_view_versions()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.version)

    def test_the_import_template_can_be_imported(self):
        (template,) = self.env["aftersales.policy"].get_import_templates()
        path = file_path(template["template"].lstrip("/"))
        with open(path, encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        columns = [name for name in header if name != "categ_ids"]
        keep = [header.index(name) for name in columns]
        result = (
            self.env["aftersales.policy"]
            .with_user(self.user_head)
            .load(columns, [[row[index] for index in keep] for row in rows])
        )
        self.assertFalse(result["messages"])
        policy = self.env["aftersales.policy"].browse(result["ids"])
        self.assertEqual(policy.version_ids.state, "draft")
        self.assertEqual(
            policy.version_ids.term_ids.mapped("component"),
            ["whole_unit", "labour", "travel"],
        )

    def test_the_print_shows_promise_and_law(self):
        draft = self._draft(
            [
                {"component": "whole_unit", "months": 6, "name": "The whole machine"},
                {"component": "part", "product_id": self.part.id, "months": 48},
            ],
            accepts_foreign=True,
            foreign_note="With an invoice of this country",
        )
        self.part.product_tmpl_id.aftersales_is_main_part = True
        rows = draft._get_legal_comparison()
        self.assertEqual(
            [(row["label"], row["legal"]) for row in rows],
            [
                ("The whole machine", "12 months"),
                (f"Part: {self.part.display_name}", "36 months"),
            ],
        )
        self.assertIn("1995", rows[0]["source"])
        html = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_policy_version", draft.ids
        )[0]
        text = html.decode()
        for expected in (
            "The whole machine",
            "6 months, 100 %, from: Date of Sale",
            "12 months",
            "With an invoice of this country",
            "Misuse or wrong care",
            "draft, not in force",
        ):
            with self.subTest(expected=expected):
                self.assertIn(expected, text)

    def test_print_certificate_and_cover_agree_on_main_parts(self):
        draft = self._draft(
            [
                {"component": "part", "months": 6},
                {"component": "part", "product_id": self.part.id, "months": 6},
            ]
        )
        self.policy.active = False  # the law alone
        unit = self._create_unit(serial="AGREE")
        paper = unit._get_certificate()["product_class"]
        self.assertEqual((paper.whole_months, paper.part_months), (12, 36))

        def legal():
            return [row["legal"] for row in draft._get_legal_comparison()]

        def law(day):
            found = unit._get_cover(day, "part", self.part)
            return found["share"], found["date_end"]

        self.assertEqual(legal(), ["12 months; main parts: 36 months", "12 months"])
        self.assertEqual(law(date(2027, 6, 1)), (0.0, date(2027, 1, 1)))
        self.part.aftersales_is_main_part = True
        self.assertEqual(legal(), ["12 months; main parts: 36 months", "36 months"])
        self.assertEqual(law(date(2027, 6, 1)), (100.0, date(2029, 1, 1)))

    def test_no_legal_period_is_printed_that_no_unit_has(self):
        draft = self._draft([{"component": "part", "months": 6}])
        unit = self._create_unit(serial="UNSURE")
        self.categ.aftersales_class_id.active = False
        self.assertEqual(draft._get_legal_comparison()[0]["legal"], "")
        self.assertFalse(unit._get_certificate()["product_class"])
        self.categ.aftersales_class_id.active = True
        abroad = self._create_unit(serial="FR", country_id=self.env.ref("base.fr").id)
        self.assertFalse(abroad._get_certificate()["product_class"])
        self.assertTrue(unit._get_certificate()["product_class"])
        self.categ.aftersales_class_id = False
        self.assertEqual(draft._get_legal_comparison()[0]["legal"], "")

    def test_form(self):
        with Form(self._draft()) as form:
            form.accepts_foreign = True
            form.foreign_note = "Invoice"
            with form.term_ids.new() as line:
                line.component = "part"
                line.product_id = self.part
                line.is_wear = True
                line.months = 3
        version = form.record
        self.assertTrue(version.term_ids[1].is_wear)

    @mute_logger("odoo.sql_db")
    def test_roles_of_exclusions(self):
        Exclusion = self.env["aftersales.policy.exclusion"]
        for role in ("service", "clerk", "warehouse", "auditor", "head", "admin"):
            user = getattr(self, f"user_{role}")
            allowed = role in ("head", "admin")
            with self.subTest(role=role):
                self.assertTrue(Exclusion.with_user(user).has_access("read"))
                for operation in ("write", "create", "unlink"):
                    self.assertEqual(
                        Exclusion.with_user(user).has_access(operation), allowed
                    )
        portal = Exclusion.with_user(self.user_portal)
        self.assertTrue(portal.has_access("read"))
        self.assertFalse(portal.has_access("write"))
