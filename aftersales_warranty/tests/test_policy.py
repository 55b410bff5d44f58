from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.models.flow import FLOW

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestPolicy(WarrantyCommon):
    def _pick(self, day, product=None):
        product = product or self.product
        Version = self.env["aftersales.policy.version"]
        return Version._get_version_for(product, day)[product.id]

    def test_published_version_is_frozen(self):
        message = "Version Test Promise v1 is published and cannot be changed"
        with self.assertRaisesRegex(UserError, message):
            self.version.date_effective = date(2021, 1, 1)
        with self.assertRaisesRegex(UserError, message):
            self.version.term_ids[0].months = 99
        with self.assertRaisesRegex(UserError, message):
            self.version.term_ids[0].unlink()
        with self.assertRaisesRegex(UserError, message):
            self.env["aftersales.policy.term"].create(
                {"version_id": self.version.id, "component": "travel", "months": 1}
            )
        with self.assertRaisesRegex(UserError, message):
            self.version.unlink()
        with self.assertRaisesRegex(UserError, "with its buttons"):
            self.version.with_context(aftersales_policy_flow=True).state = "draft"

    def test_units_keep_the_version_of_their_sale(self):
        newer = self._create_version(
            [{"component": "whole_unit", "months": 24}], date_effective=date(2026, 2, 1)
        )
        self.assertEqual(newer.number, 2)
        self.assertEqual(self._pick(date(2026, 1, 31)), self.version)
        self.assertEqual(self._pick(date(2026, 2, 1)), newer)
        self.assertFalse(self._pick(date(2019, 12, 31)))
        self.assertEqual(self.unit.policy_version_id, self.version)
        late = self._create_unit(serial="SN-NEW", date_sale=date(2026, 2, 1))
        self.assertEqual(late.policy_version_id, newer)
        self.assertEqual(late.date_cover_end, date(2028, 2, 1))
        self.assertEqual(self.version.registration_count, 1)

    def test_retired_version_is_not_for_new_sales(self):
        self.version.action_retire()
        self.assertEqual(self.version.state, "retired")
        self.assertFalse(self._pick(self.version.date_retired))
        self.assertEqual(self._pick(date(2026, 1, 1)), self.version)
        self.assertEqual(self.unit.policy_version_id, self.version)

    def test_the_more_exact_policy_wins(self):
        Policy = self.env["aftersales.policy"]
        terms = [{"component": "whole_unit", "months": 1}]
        everything = self._create_version(terms, Policy.create({"name": "All"}))
        named = self._create_version(
            terms,
            Policy.create(
                {"name": "P", "product_ids": [Command.set(self.product.ids)]}
            ),
        )
        self.assertEqual(self._pick(date(2026, 1, 1)), named)
        self.assertEqual(self._pick(date(2026, 1, 1), self.part), everything)
        child = self.env["product.category"].create(
            {"name": "Sub", "parent_id": self.categ.id}
        )
        other = self._create_product(categ_id=child.id)
        self.assertEqual(self._pick(date(2026, 1, 1), other), self.version)

    def test_a_policy_of_the_country_beats_one_for_all(self):
        policy = self.policy.copy({"name": "CN", "country_id": self.country.id})
        cn = self._create_version([{"component": "whole_unit", "months": 3}], policy)
        unit = self._create_unit(serial="CN-1")
        self.assertEqual(unit.policy_version_id, cn)
        foreign = self.customer.copy({"country_id": self.env.ref("base.de").id})
        self.assertEqual(
            self._create_unit(serial="DE-1", partner_id=foreign.id).policy_version_id,
            self.version,
        )

    def test_publishing_needs_terms_and_a_reason(self):
        Version = self.env["aftersales.policy.version"]
        draft = Version.create({"policy_id": self.policy.id})
        with self.assertRaisesRegex(ValidationError, "has no terms"):
            draft.action_publish()
        draft.term_ids = [Command.create({"component": "labour", "months": 3})]
        with self.assertRaisesRegex(ValidationError, "Say why version"):
            draft.action_publish()
        draft.reason = "Shorter, because of the yearly figures"
        draft.date_effective = date(2026, 5, 1)
        draft.action_publish()
        self.assertEqual(draft.state, "published")

    def test_overlapping_terms_are_refused(self):
        Version = self.env["aftersales.policy.version"]
        twice = [{"component": "labour", "months": 3}] * 2
        named = [{"component": "labour", "product_id": self.part.id}]
        for terms, message in (
            (twice, "two terms for the same thing"),
            (named, "Only a term for parts"),
        ):
            with self.subTest(message=message):
                draft = Version.create({"policy_id": self.policy.id})
                with self.assertRaisesRegex(ValidationError, message):
                    draft.term_ids = [Command.create(term) for term in terms]

    @mute_logger("odoo.sql_db")
    def test_database_constraints(self):
        terms = [{"component": "labour", "months": 1}]
        twin = self.env["aftersales.policy.version"].create(
            {
                "policy_id": self.policy.id,
                "date_effective": date(2020, 1, 1),
                "term_ids": [Command.create(term) for term in terms],
            }
        )
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            # Past every check in Python: only the index is left.
            twin.with_context(aftersales_policy_flow=FLOW).state = "published"
            self.env.flush_all()
        draft = self.env["aftersales.policy.version"].create(
            {"policy_id": self.policy.id}
        )
        for bad in ({"share": 101}, {"months": -1}, {"usage_limit": -1}):
            with (
                self.subTest(bad=bad),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                draft.term_ids = [Command.create({"component": "travel", **bad})]
                self.env.flush_all()

    def test_new_version_copies_the_terms(self):
        action = self.policy.action_new_version()
        draft = self.env["aftersales.policy.version"].browse(action["res_id"])
        self.assertEqual((draft.state, draft.number), ("draft", 2))
        self.assertEqual(
            draft.term_ids.mapped("component"), ["whole_unit", "labour", "part"]
        )
        self.assertEqual(self.policy.current_version_id, self.version)

    def test_roles(self):
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            with self.subTest(user=user.login):
                version = self.version.with_user(user)
                self.assertEqual(version.number, 1)
                with self.assertRaises(AccessError):
                    version.action_retire()
        draft = self.policy.with_user(self.user_head).action_new_version()
        self.assertTrue(draft["res_id"])

    def test_another_company_does_not_see_it(self):
        user = self.user_head
        user.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        Policy = self.env["aftersales.policy"].with_user(user)
        self.assertFalse(Policy.search([("id", "=", self.policy.id)]))
        Version = self.env["aftersales.policy.version"]
        found = Version._get_version_for(self.product, date(2026, 1, 1), self.company_b)
        self.assertFalse(found[self.product.id])

    @mute_logger("odoo.sql_db")
    def test_uncertain_rules_cannot_be_active(self):
        uncertain = self.env.ref("aftersales_warranty.rule_cn_ph_60_exchange")
        self.assertFalse(uncertain.active)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            uncertain.active = True
            self.env.flush_all()
        shipped = self.env["aftersales.entitlement.rule"].with_context(
            active_test=False
        )
        for rule in shipped.search([("confidence", "in", ("c", "d"))]):
            self.assertFalse(rule.active, rule.code)
