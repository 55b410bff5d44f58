from odoo.exceptions import AccessError
from odoo.tests import tagged

from .claims_common import ClaimsCommon

AMOUNTS = ("amount_claimed", "amount_allowed", "amount_approved")


@tagged("post_install", "-at_install", "security")
class TestClaimHidden(ClaimsCommon):
    """Amounts are hidden from technicians where the company says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._create_claim(submit=False)
        cls.claim.authorization_id = cls.permit = cls._create_permit(100.0)
        cls.claim.action_submit()
        cls.company.aftersales_claim_amounts_hidden = True
        # Somebody let the technician export.
        cls.user_portal.group_ids += cls.env.ref("base.group_allow_export")

    def setUp(self):
        super().setUp()
        self.env.invalidate_all()

    def test_who_sees_amounts(self):
        self.assertFalse(self.user_portal._sees_claim_amounts())
        for user in (self.user_service, self.user_clerk, self.user_auditor):
            self.assertTrue(user._sees_claim_amounts(), user.login)
        self._make_manager()
        self.assertTrue(self.user_portal._sees_claim_amounts())
        # Somebody who only repairs for another point sees none at all.
        self._create_staff(
            service_point_id=self.point_b.id,
            partner_id=self.user_portal.partner_id.id,
        )
        self.assertFalse(self.user_portal._sees_claim_amounts())

    def test_the_named_manager_of_the_point_sees_them(self):
        self.point.manager_id = self.user_portal
        self.assertTrue(self.user_portal._sees_claim_amounts())

    def test_without_the_setting_everybody_sees_them(self):
        self.company.aftersales_claim_amounts_hidden = False
        self.assertTrue(self.user_portal._sees_claim_amounts())
        self.assertEqual(
            self.claim.with_user(self.user_portal).read(["amount_claimed"])[0][
                "amount_claimed"
            ],
            100.0,
        )

    def test_read_search_group_and_export_by_rpc(self):
        line, check = self.claim.line_ids, self.claim.check_ids[:1]
        cases = [
            (self.claim, AMOUNTS),
            (line, (*AMOUNTS, "amount_limit", "amount_reference", "unit_price")),
            (check, ("figures",)),
            (self.permit, ("amount_requested", "amount_approved", "amount_left")),
        ]
        for record, names in cases:
            mine = record.with_user(self.user_portal)
            self.assertTrue(mine.read(["id"]))
            self.assertFalse(set(mine.fields_get()) & set(names))
            for name in names:
                with self.subTest(model=record._name, name=name):
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.export_data([name])
                    with self.assertRaises(AccessError):
                        mine.mapped(name)
        for model, field in (
            ("aftersales.claim", "amount_claimed"),
            ("aftersales.claim.line", "amount_limit"),
            ("aftersales.authorization", "amount_approved"),
        ):
            Model = self.env[model].with_user(self.user_portal)
            with self.subTest(model=model), self.assertRaises(AccessError):
                if Model._fields[field].store:
                    Model.search([(field, ">", 0)])
            with self.subTest(model=model), self.assertRaises(AccessError):
                Model.search([], order=f"{field} desc")
            with self.subTest(model=model), self.assertRaises(AccessError):
                Model.formatted_read_group([], [], [f"{field}:sum"])
        Line = self.env["aftersales.claim.line"].with_user(self.user_portal)
        with self.assertRaises(AccessError):
            Line.search([("claim_id.amount_claimed", ">", 0)])
        with self.assertRaises(AccessError):
            line.with_user(self.user_portal).export_data(["claim_id/amount_claimed"])

    def test_a_manager_reads_them(self):
        self._make_manager()
        mine = self.claim.with_user(self.user_portal)
        self.assertEqual(mine.read(["amount_claimed"])[0]["amount_claimed"], 100.0)
        self.assertEqual(mine.search([("amount_claimed", "=", 100)]), mine)

    def test_sentences_of_the_checks_are_veiled(self):
        check = self.claim.check_ids.filtered(lambda c: c.code == "AUTHORISATION")
        mine = check.with_user(self.user_portal)
        self.assertEqual(mine.message, "Claimed •••, authorised •••.")
        self.assertIn("100.00", check.with_user(self.user_clerk).message)

    def test_a_technician_writes_no_amounts(self):
        Claim = self.env["aftersales.claim"].with_user(self.user_portal)
        claim = Claim.create({"service_point_id": self.point.id})
        with self.assertRaises(AccessError):
            self.env["aftersales.claim.line"].with_user(self.user_portal).create(
                {"claim_id": claim.id, "kind": "other", "amount_claimed": 99}
            )

    def test_a_refused_submission_names_no_amount(self):
        self._create_rate()
        claim = self._create_claim(
            ("labour", 1, 99.0, None),
            submit=False,
            date_request="2026-03-09 08:00:00",
        )
        with self.assertRaisesRegex(
            Exception, "is above the rate table “Standard”"
        ) as refusal:
            claim.with_user(self.user_portal)._portal_submit()
        self.assertNotRegex(str(refusal.exception), "[0-9]+\\.[0-9]{2}")
        claim.line_ids.amount_claimed = 50
        claim.authorization_id = self._create_permit(10.0)
        with self.assertRaisesRegex(
            Exception, "claims more than authorisation"
        ) as refusal:
            claim.with_user(self.user_portal)._portal_submit()
        self.assertNotRegex(str(refusal.exception), "[0-9]+\\.[0-9]{2}")
