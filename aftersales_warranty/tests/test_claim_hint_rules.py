from datetime import date, datetime

import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .hints_common import HintsCommon


@tagged("post_install", "-at_install")
class TestClaimHintRules(RaceMixin, HintsCommon):
    """Settings of the hints: dated, of the company before the general ones."""

    def _create(self, **vals):
        return self.env["aftersales.claim.hint.rule"].create(
            {"code": "VALUE", "date_from": date(2020, 1, 1), **vals}
        )

    def _in_force(self, on_date, company=None):
        Rule = self.env["aftersales.claim.hint.rule"]
        return Rule._get_in_force(company or self.company, on_date)

    def test_every_hint_has_a_rule(self):
        labels = self.env["aftersales.claim.hint.rule"]._get_hint_labels()
        self.assertEqual(set(self._in_force(date(2026, 1, 1))), set(labels))
        self.assertEqual(set(self.rules), set(labels))
        for rule in self.rules.values():
            self.assertTrue(rule.meaning)

    def test_the_rule_of_the_company_comes_first(self):
        own = self._create(
            company_id=self.company.id, date_to=date(2025, 12, 31), weight=0.1
        )
        self.assertEqual(self._in_force(date(2025, 12, 31))["VALUE"], own)
        self.assertEqual(self._in_force(date(2026, 1, 1))["VALUE"], self.rules["VALUE"])
        other = self._in_force(date(2025, 12, 31), self.company_b)
        self.assertEqual(other["VALUE"], self.rules["VALUE"])

    def test_the_company_switches_a_hint_off(self):
        self._create(company_id=self.company.id, code="DUPLICATE", is_used=False)
        self.assertNotIn("DUPLICATE", self._in_force(date(2026, 1, 1)))
        self._ordered_claim("R-1")
        claim = self._ordered_claim("R-1", day=datetime(2026, 3, 4, 8))
        self.assertNotIn("DUPLICATE", self._hints(claim))

    def test_without_any_rule_there_is_no_hint(self):
        for rule in self.rules.values():
            rule.is_used = False
        self._ordered_claim("R-2")
        claim = self._ordered_claim("R-2", day=datetime(2026, 3, 4, 8))
        self.assertFalse(claim.hint_ids)

    def test_weight_and_limit_of_the_review(self):
        self.rules["DUPLICATE"].weight = 0.2
        self._ordered_claim("R-3")
        claim = self._ordered_claim("R-3", day=datetime(2026, 3, 4, 8))
        self.assertEqual(claim.hint_score, round((1 - 2 / 62) * 0.2, 3))
        self.assertFalse(claim.needs_hint_review)
        self.company.aftersales_hint_limit = 0.1
        self._look(claim)
        self.assertTrue(claim.needs_hint_review)

    def test_settings_that_make_no_sense(self):
        for vals in (
            {"weight": 1.01},
            {"weight": -0.01},
            {"threshold": 0},
            {"window_days": 0},
            {"min_sample": 0},
            {"band_days": 0},
            {"limit_amount": -1},
            {"date_to": date(2019, 12, 31)},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._create(company_id=self.company.id, **vals)
        with self.assertRaisesRegex(ValidationError, "claimed ÷ expected kilometres"):
            self._create(company_id=self.company.id, code="DISTANCE", threshold=1)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.company.aftersales_hint_limit = 1.5
            self.env.flush_all()

    def test_overlapping_rules_are_refused(self):
        self._create(company_id=self.company.id, date_to=date(2025, 12, 31))
        self._create(company_id=self.company.id, date_from=date(2026, 1, 1))
        self._create(company_id=self.company_b.id)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self._create(company_id=self.company.id, date_from=date(2025, 12, 31))

    def test_two_people_cannot_make_the_same_rule(self):
        row = {
            "code": "VALUE",
            "company_id": self.company.id,
            "date_from": date(2030, 1, 1),
            "weight": 0.5,
            "threshold": 3.5,
            "window_days": 1,
            "min_sample": 1,
            "band_days": 1,
            "limit_amount": 0,
        }
        first, second = {"id": 1, **row}, {"id": 2, **row}
        error = self._race("aftersales_claim_hint_rule", first, second)
        self.assertIsInstance(error, psycopg2.errors.ExclusionViolation)

    def test_who_sets_the_rules(self):
        rule = self.rules["VALUE"]
        for role in ("head", "admin"):
            rule.with_user(getattr(self, f"user_{role}")).weight = 0.4
        for role in ("clerk", "auditor"):
            mine = rule.with_user(getattr(self, f"user_{role}"))
            self.assertEqual(mine.weight, 0.4)
            with self.assertRaises(AccessError):
                mine.weight = 1
        for user in (self.user_service, self.user_centre, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                rule.with_user(user).read(["weight"])
