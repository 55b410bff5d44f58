from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WarrantyCommon

ROLES = (
    "service",
    "dispatcher",
    "centre",
    "reviewer",
    "head",
    "clerk",
    "warehouse",
    "hr",
    "auditor",
    "admin",
)


@tagged("post_install", "-at_install", "security")
class TestSecurity(WarrantyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._create_claim()
        cls.claim_b = cls._create_claim(
            point=cls.point_b, date_request="2026-03-10 08:00:00"
        )

    def _user(self, role):
        return getattr(self, f"user_{role}")

    def _visible(self, user, model="aftersales.claim"):
        records = self.env[model].with_user(user).search([])
        points = records.service_point_id
        return {
            point.sudo()
            for point in points.sudo()
            if point in self.point | self.point_b
        }

    def test_who_sees_which_claims(self):
        everything = {self.point, self.point_b}
        sees = {
            "reviewer": everything,
            "head": everything,
            "clerk": everything,
            "auditor": everything,
            "admin": everything,
            "centre": {self.point},
        }
        models = ("aftersales.claim", "aftersales.claim.line", "aftersales.claim.check")
        for role in ROLES:
            for model in models:
                with self.subTest(role=role, model=model):
                    expected = sees.get(role, set())
                    self.assertEqual(self._visible(self._user(role), model), expected)

    def test_portal_sees_its_own_point(self):
        for user, point in (
            (self.user_portal, self.point),
            (self.user_portal_b, self.point_b),
        ):
            for model in (
                "aftersales.claim",
                "aftersales.claim.line",
                "aftersales.claim.check",
            ):
                self.assertEqual(self._visible(user, model), {point})

    def test_portal_writes_only_its_drafts(self):
        Claim = self.env["aftersales.claim"].with_user(self.user_portal)
        draft = Claim.create(
            {
                "service_point_id": self.point.id,
                "serial": "P-1",
                "line_ids": [
                    Command.create({"kind": "other", "amount_claimed": 5, "name": "x"})
                ],
            }
        )
        draft.cause = "Found it"
        draft.line_ids.amount_claimed = 6
        draft.action_submit()
        self.assertEqual((draft.state, draft.amount_claimed), ("submitted", 6.0))
        with self.assertRaises(UserError):
            draft.cause = "Changed"
        with self.assertRaises(UserError):
            draft.line_ids.amount_claimed = 100
        with self.assertRaises(AccessError):
            draft.action_cancel()
        with self.assertRaises(AccessError):
            Claim.create({"service_point_id": self.point_b.id})
        with self.assertRaises(AccessError):
            self.claim_b.with_user(self.user_portal).read(["name"])
        with self.assertRaises(AccessError):
            draft.unlink()

    def test_portal_cannot_reach_the_rest(self):
        for model in (
            "aftersales.settlement.period",
            "aftersales.deduction.rule",
            "aftersales.settlement.answer",
            "aftersales.entitlement.rule",
            "aftersales.policy.term",
            "aftersales.claim.decision",
            "aftersales.settlement.run",
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_portal).search([])

    def test_own_subtree_cannot_write_elsewhere(self):
        with self.assertRaises(AccessError):
            self.claim_b.with_user(self.user_centre).message_post(body="x")
        draft = self._create_claim(
            submit=False, point=self.point_b, date_request="2026-03-11 08:00:00"
        )
        with self.assertRaises(AccessError):
            draft.with_user(self.user_centre).cause = "x"
        with self.assertRaises(AccessError):
            draft.with_user(self.user_auditor).cause = "x"
        with self.assertRaises(AccessError):
            draft.with_user(self.user_reviewer).cause = "x"
        draft.with_user(self.user_clerk).cause = "x"
        self.assertEqual(draft.cause, "x")

    def test_configuration_is_for_head_and_admin(self):
        models = (
            "aftersales.policy",
            "aftersales.entitlement.rule",
            "aftersales.product.class",
            "aftersales.claim.reason",
        )
        for role in ROLES:
            for model in models:
                with self.subTest(role=role, model=model):
                    allowed = role in ("head", "admin")
                    Model = self.env[model].with_user(self._user(role))
                    self.assertTrue(Model.has_access("read"))
                    for operation in ("write", "create", "unlink"):
                        self.assertEqual(Model.has_access(operation), allowed)

    def test_wizards_are_for_clerks(self):
        for role in ROLES:
            for model in ("aftersales.claim.decision", "aftersales.settlement.run"):
                with self.subTest(role=role, model=model):
                    Model = self.env[model].with_user(self._user(role))
                    allowed = role in ("clerk", "admin")
                    self.assertEqual(Model.has_access("create"), allowed)

    def test_the_other_company_is_closed(self):
        clerk = self.user_clerk
        clerk.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertEqual(self._visible(clerk), set())
        with self.assertRaises(AccessError):
            self.claim.with_user(clerk).action_approve()

    def test_relations_stay_in_the_company(self):
        foreign = self._create_unit(serial="FOREIGN", company_id=self.company_b.id)
        draft = self._create_claim(submit=False, date_request="2026-03-12 08:00:00")
        with self.assertRaisesRegex(UserError, "belongs to company|Incompatible"):
            draft.registration_id = foreign

    def test_every_model_has_access_lines_and_no_public_ones(self):
        public = self.env.ref("base.group_public")
        models = self.env["ir.model"].search([("model", "=like", "aftersales.%")])
        mine = models.filtered(
            lambda m: "aftersales_warranty" in m.modules.split(", ") and not m.abstract
        )
        self.assertGreater(len(mine), 14)
        for model in mine:
            self.assertTrue(model.access_ids, model.model)
        for access in mine.access_ids:
            self.assertTrue(access.group_id, access.name)
            self.assertNotEqual(access.group_id, public, access.name)

    def test_menus_show_a_role_what_it_uses(self):
        def menus(role):
            Menu = self.env["ir.ui.menu"].with_user(self._user(role))
            visible = Menu._visible_menu_ids()
            names = (
                "menu_registration",
                "menu_claim",
                "menu_claim_queue",
                "menu_settlement",
                "menu_warranty_configuration",
            )
            return {
                name
                for name in names
                if self.env.ref(f"aftersales_warranty.{name}").id in visible
            }

        base = {"menu_registration", "menu_claim"}
        self.assertEqual(menus("service"), base)
        self.assertEqual(menus("warehouse"), {"menu_registration"})
        self.assertEqual(menus("hr"), set())
        self.assertEqual(menus("clerk"), base | {"menu_claim_queue", "menu_settlement"})
        self.assertEqual(menus("centre"), base | {"menu_settlement"})
        self.assertEqual(
            menus("head"), base | {"menu_settlement", "menu_warranty_configuration"}
        )
