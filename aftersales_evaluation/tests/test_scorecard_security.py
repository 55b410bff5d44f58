from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import EvaluationCommon

READERS = ("auditor", "head", "dispatcher", "reviewer", "clerk", "admin", "centre")
STRANGERS = ("service", "warehouse", "hr")
MODELS = (
    "aftersales.scorecard",
    "aftersales.scorecard.line",
    "aftersales.scorecard.deduction",
)


@tagged("post_install", "-at_install", "security")
class TestScorecardSecurity(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._judge(cls._create_card())
        cls._deduct(cls.card, 1)
        cls.card_b = cls._judge(cls._create_card(service_point_id=cls.point_b.id))
        cls.other_auditor = new_test_user(
            cls.env,
            login="aftersales_auditor_2",
            groups="aftersales_network.group_auditor",
        )

    def _visible(self, user):
        cards = self.card | self.card_b
        return cards.with_user(user)._filtered_access("read").with_user(self.env.user)

    def _records(self, card, user):
        records = (card, card.line_ids, card.deduction_ids)
        return [record.with_user(user) for record in records]

    def test_who_reads_what(self):
        everything = self.card | self.card_b
        expected = {role: everything for role in READERS}
        expected["centre"] = self.card
        expected |= {role: everything.browse() for role in STRANGERS}
        for role, cards in expected.items():
            with self.subTest(role):
                user = getattr(self, f"user_{role}")
                self.assertEqual(self._visible(user), cards)
                for records in self._records(self.card_b, user):
                    if records:
                        self.assertEqual(
                            records.has_access("read"), self.card_b in cards
                        )

    def test_only_auditor_and_head_write(self):
        for role in (*READERS, *STRANGERS):
            user = getattr(self, f"user_{role}")
            may = role in ("auditor", "head", "admin")
            with self.subTest(role):
                for records in self._records(self.card, user):
                    self.assertEqual(records.has_access("write"), may)
                    self.assertEqual(records.has_access("unlink"), may)

    def test_auditor_writes_only_own(self):
        for records in self._records(self.card, self.other_auditor):
            self.assertTrue(records.has_access("read"))
            self.assertFalse(records.has_access("write"))
        with self.assertRaises(AccessError):
            self.card.with_user(self.other_auditor).action_submit()
        with self.assertRaises(AccessError):
            self.card.with_user(self.other_auditor).action_reload()
        with self.assertRaises(AccessError):
            self.env["aftersales.scorecard"].with_user(self.other_auditor).create(
                {
                    "set_id": self.set.id,
                    "service_point_id": self.point.id,
                    "date_from": "2026-01-01",
                    "date_to": "2026-01-31",
                    "auditor_id": self.user_auditor.id,
                }
            )

    def test_centre_manager_reads_the_subtree_only(self):
        with self.assertRaises(AccessError):
            self.card_b.with_user(self.user_centre).read(["score"])
        with self.assertRaises(AccessError):
            self.card.with_user(self.user_centre).action_submit()
        with self.assertRaises(AccessError):
            self.card_b.line_ids.with_user(self.user_centre).read(["points_lost"])

    def test_person_scorecards_are_for_those_in_charge(self):
        person = self._create_card(
            subject_type="person", staff_id=self.technician.id, service_point_id=False
        )
        colleague = new_test_user(
            self.env, login="colleague", groups="aftersales_network.group_user"
        )
        self._create_staff(partner_id=colleague.partner_id.id)
        self.assertTrue(self.card.with_user(colleague).has_access("read"))
        self.assertFalse(person.with_user(colleague).has_access("read"))
        self.assertTrue(person.with_user(self.user_centre).has_access("read"))

    def test_portal_reads_approved_of_the_own_point(self):
        for user in (self.user_portal, self.user_portal_b):
            self.assertFalse(self._visible(user))
        for card in self.card | self.card_b:
            card.with_user(self.user_auditor).action_submit()
            card.with_user(self.user_head).action_approve()
        self.assertEqual(self._visible(self.user_portal), self.card)
        self.assertEqual(self._visible(self.user_portal_b), self.card_b)
        for records in self._records(self.card, self.user_portal):
            self.assertTrue(records.has_access("read"))
            self.assertFalse(records.has_access("write"))
        for records in self._records(self.card, self.user_portal_b):
            self.assertFalse(records.has_access("read"))
        for model in ("aftersales.indicator.set", "aftersales.scorecard.ranking"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.user_portal).search([])

    def test_configuration_is_for_the_head(self):
        for model, vals in (
            ("aftersales.indicator.set", {"name": "X", "code": "X"}),
            ("aftersales.scorecard.scale", {"name": "X"}),
        ):
            for role in ("auditor", "centre", "clerk", "service"):
                with self.subTest(model=model, role=role):
                    user = getattr(self, f"user_{role}")
                    self.assertTrue(self.env[model].with_user(user).search([]))
                    with self.assertRaises(AccessError):
                        self.env[model].with_user(user).create(vals)
            self.assertTrue(self.env[model].with_user(self.user_head).create(vals))

    def test_wizard_is_for_those_who_score(self):
        Wizard = self.env["aftersales.scorecard.wizard"]
        for role in ("auditor", "head", "centre"):
            self.assertTrue(
                Wizard.with_user(getattr(self, f"user_{role}")).has_access("create")
            )
        for role in ("service", "clerk", "portal"):
            self.assertFalse(
                Wizard.with_user(getattr(self, f"user_{role}")).has_access("create")
            )

    def test_public_has_nothing(self):
        public = self.env.ref("base.public_user")
        for model in (*MODELS, "aftersales.indicator", "aftersales.scorecard.ranking"):
            self.assertFalse(self.env[model].with_user(public).has_access("read"))


@tagged("post_install", "-at_install", "security", "multi_company")
class TestScorecardMultiCompany(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_point = cls._create_point(
            name="Foreign",
            company_id=cls.company_b.id,
            partner_id=False,
            resource_calendar_id=False,
        )
        cls.foreign = cls._judge(
            cls._create_card(
                service_point_id=cls.foreign_point.id, company_id=cls.company_b.id
            )
        )

    def test_company_follows_the_point(self):
        self.assertEqual(self.foreign.company_id, self.company_b)
        self.assertEqual(self.foreign.line_ids.company_id, self.company_b)

    def test_other_company_is_invisible(self):
        for role in ("auditor", "head", "admin"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role):
                self.assertEqual(user.company_ids, self.company)
                self.assertFalse(self.foreign.with_user(user).has_access("read"))
                lines = self.foreign.line_ids.with_user(user)
                self.assertFalse(lines.has_access("read"))
                Ranking = self.env["aftersales.scorecard.ranking"].with_user(user)
                self.assertFalse(
                    Ranking.search([("scorecard_id", "=", self.foreign.id)])
                )

    def test_companies_are_ranked_apart(self):
        own = self._judge(self._create_card(), lost_samples=8)
        Ranking = self.env["aftersales.scorecard.ranking"]
        self.assertEqual(Ranking.browse(own.id).position, 1)
        self.assertEqual(Ranking.browse(own.id).competitor_count, 1)

    def test_set_of_one_company_is_not_for_another(self):
        own = self._create_set("OWN", company_id=self.company.id)
        self._create_nodes(own, ("1", 100, "qualitative"))
        own.action_use()
        with self.assertRefused(UserError, "company inconsistencies"):
            self._create_card(
                set_id=own.id,
                service_point_id=self.foreign_point.id,
                company_id=self.company_b.id,
            )
        self.user_head.write(
            {
                "company_ids": [(6, 0, self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(own.with_user(self.user_head).has_access("read"))
