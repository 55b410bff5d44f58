from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import make_picture
from .units_common import UnitsCommon


class RequestCommon(UnitsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_aftersales_today()
        cls.owner = cls._create_portal("units_owner", "Portal Owner")
        cls.rival = cls._create_portal("units_rival", "Portal Rival")
        cls.Request = cls.env["aftersales.registration.request"]

    @classmethod
    def _create_portal(cls, login, name):
        return new_test_user(
            cls.env, login=login, password=login, name=name, groups="base.group_portal"
        )

    def _submit(self, serial, user=None, files=(), **post):
        values = {
            "serial": serial,
            "date_sale": str(self.today - timedelta(days=3)),
            "channel": "dealer",
            **post,
        }
        Request = self.Request.with_user(user or self.owner)
        return Request._portal_submit(values, list(files)).with_env(self.env)


@tagged("post_install", "-at_install")
class TestRegistrationRequest(RequestCommon):
    """By rule where there is no doubt, by a person where there is."""

    # -- by rule -------------------------------------------------------------------

    def test_ways_of_purchase_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        field = self.env["ir.model.fields"]._get("aftersales.registration", "channel")
        label = field.selection_ids.filtered(lambda item: item.value == "dealer")
        label.with_context(lang="zh_CN").name = "经销商"
        Request = self.env["aftersales.registration.request"]
        found = Request.with_context(lang="zh_CN").fields_get(["channel"])
        self.assertIn(("dealer", "经销商"), found["channel"]["selection"])

    def test_a_serial_on_our_books_is_approved(self):
        lot = self._stock_lots("RQ-1")
        record = self._submit("rq-1")
        self.assertEqual((record.state, record.doubts), ("approved", False))
        self.assertEqual(record.product_id, self.product)
        unit = record.registration_id
        self.assertEqual((unit.lot_id, unit.serial), (lot, "RQ-1"))
        self.assertEqual(unit.partner_id, self.owner.partner_id)
        self.assertEqual(unit.date_sale, self.today - timedelta(days=3))
        self.assertEqual(unit.policy_version_id, self.version)
        self.assertTrue(unit.is_in_cover)
        self.assertFalse(record.decided_by_id)
        self.assertEqual(record.date_decision, self.today)

    def test_a_unit_of_a_dealer_is_sold(self):
        dealer = self.env["res.partner"].create(
            {"name": "Dealer", "is_company": True, "aftersales_is_dealer": True}
        )
        lots = self._stock_lots("RQ-2")
        self._deliver(lots, partner_id=dealer.id)
        unit = self._units_of(lots)
        record = self._submit("RQ-2", date_sale=str(self.today))
        self.assertEqual(record.state, "approved")
        self.assertEqual(record.registration_id, unit)
        self.assertEqual(unit.partner_id, self.owner.partner_id)
        self.assertEqual((unit.date_sale, unit.dealer_id), (self.today, dealer))
        log = unit.owner_ids.sorted("id")
        self.assertEqual(log.mapped("kind"), ["dealer", "sale"])

    def test_a_purchase_before_the_unit_left_us_needs_a_person(self):
        dealer = self.env["res.partner"].create(
            {"name": "Dealer", "is_company": True, "aftersales_is_dealer": True}
        )
        lots = self._stock_lots("RQ-3")
        self._deliver(lots, partner_id=dealer.id)
        record = self._submit("RQ-3")
        self.assertEqual(
            (record.state, record.doubts),
            ("new", "The purchase lies before the unit left our house."),
        )

    def test_the_pattern_of_the_maker_needs_a_proof(self):
        self.product.aftersales_serial_pattern = "AC-####"
        product = str(self.product.id)
        record = self._submit("AC-1234", product=product)
        self.assertEqual(
            (record.state, record.doubts), ("new", "Nobody knows the serial.")
        )
        files = [("invoice.png", make_picture())]
        record = self._submit("AC-1235", product=product, files=files)
        self.assertEqual(record.state, "approved")
        unit = record.registration_id
        self.assertEqual((unit.serial, unit.lot_id.id), ("AC-1235", False))
        proof = unit.owner_ids.proof_ids
        self.assertEqual((proof.name, proof.raw), ("invoice.png", make_picture()))
        record = self._submit("XX-1235", product=product, files=files)
        self.assertEqual(record.doubts, "Nobody knows the serial.")

    def test_doubts(self):
        self._stock_lots("RQ-4", "RQ-5")
        record = self._submit("RQ-4", date_sale="2020-01-01")
        self.assertEqual(record.doubts, "The purchase lies more than 730 days back.")
        case = self._create_case(serial="RQ-5")
        record = self._submit("RQ-5")
        self.assertEqual(
            record.doubts,
            f"Case {case.name}: suspected counterfeit with this serial.",
        )
        record = self._submit("UNHEARD-1")
        self.assertEqual(
            record.doubts, "The product is not known.\nNobody knows the serial."
        )
        self.assertTrue(record.activity_ids)

    def test_the_model_as_printed_names_the_product(self):
        self.product.default_code = "AC-900"
        record = self._submit("UNHEARD-2", model_text=" ac-900")
        self.assertEqual(record.product_id, self.product)

    # -- bad input -----------------------------------------------------------------

    def test_bad_input(self):
        tomorrow = str(self.today + timedelta(days=1))
        cases = (
            ({"serial": "  "}, "Enter the serial number"),
            ({"serial": "---"}, "needs letters or digits"),
            ({"date_sale": ""}, "Enter the day"),
            ({"date_sale": "31.31.2026"}, "Enter the day"),
            ({"date_sale": tomorrow}, "cannot lie in the future"),
            ({"date_sale": "1990-01-01"}, "more than 15 years back"),
            ({"channel": "nonsense"}, "choose one of the list"),
            ({"dealer_name": "x" * 500}, "at most 200 characters"),
        )
        for index, (post, text) in enumerate(cases):
            with self.subTest(post=post), self.assertRaisesRegex(ValidationError, text):
                self._submit(**{"serial": f"BAD-{index}", **post})
        before = self.Request.search_count([])
        with (
            self.assertRaisesRegex(ValidationError, "only pictures"),
            self.cr.savepoint(),
        ):
            self._submit("BAD-20", files=[("evil.svg", b"<svg/>")])
        with (
            self.assertRaisesRegex(ValidationError, "10 MB at most"),
            self.cr.savepoint(),
        ):
            self._submit("BAD-21", files=[("big.png", b"0" * (10 * 1024 * 1024 + 1))])
        self.assertEqual(self.Request.search_count([]), before)

    def test_a_product_that_is_none(self):
        for index, product in enumerate(("abc", "99999999", "-1", "１")):
            with self.subTest(product=product):
                record = self._submit(f"PR-{index}", product=product)
                self.assertFalse(record.product_id)

    def test_the_serial_of_another_customer(self):
        record = self._submit("TEST-SN-1")
        self.assertEqual(record.state, "duplicate")
        self.assertEqual(record.doubts, "The unit is registered to somebody else.")
        self.assertEqual(self.unit.partner_id, self.customer)
        self.assertFalse(record.registration_id)
        # A person may find that the unit was sold on.
        record.with_user(self.user_service).action_approve()
        self.assertEqual(self.unit.partner_id, self.owner.partner_id)
        self.assertEqual(record.decided_by_id, self.user_service)
        self.assertEqual(self.unit.owner_ids.sorted("id")[-1].kind, "transfer")

    def test_twice(self):
        self._stock_lots("RQ-6")
        self._submit("RQ-6")
        with self.assertRaisesRegex(
            ValidationError, "You have registered rq 6 already"
        ):
            self._submit("rq 6")
        self._submit("UNHEARD-3")
        with self.assertRaisesRegex(ValidationError, "You have asked for this already"):
            self._submit("unheard 3")
        other = self._submit("RQ-6", user=self.rival)
        self.assertEqual(other.state, "duplicate")

    def test_nobody_floods_us(self):
        for index in range(20):
            self._submit(f"FLOOD-{index}")
        with self.assertRaisesRegex(ValidationError, "20 of your requests are waiting"):
            self._submit("FLOOD-20")

    # -- by a person ---------------------------------------------------------------

    def test_a_person_completes_and_approves(self):
        record = self._submit("UNHEARD-4")
        mine = record.with_user(self.user_service)
        with self.assertRaisesRegex(UserError, "has no product. Choose it first"):
            mine.action_approve()
        mine.product_id = self.product
        mine.action_approve()
        self.assertEqual(record.state, "approved")
        self.assertEqual(record.registration_id.serial, "UNHEARD-4")
        self.assertFalse(record.activity_ids)
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            mine.action_approve()
        with self.assertRaisesRegex(UserError, "is decided"):
            mine.serial = "OTHER"

    def test_a_person_does_not_approve_a_suspected_serial(self):
        record = self._submit("UNHEARD-5", product=str(self.product.id))
        case = self._create_case(serial="UNHEARD-5")
        with self.assertRaisesRegex(UserError, case.name):
            record.with_user(self.user_service).action_approve()
        self.assertEqual(record.state, "new")

    def test_a_refusal_has_its_reason(self):
        record = self._submit("UNHEARD-6")
        action = record.with_user(self.user_service).action_refuse()
        self.env["aftersales.reason.wizard"].with_user(self.user_service).with_context(
            **action["context"]
        ).create({"reason": "No such model"}).action_confirm()
        self.assertEqual((record.state, record.reason), ("refused", "No such model"))
        self.assertEqual(record.decided_by_id, self.user_service)
        # The same serial may be asked for again, with better facts.
        self.assertEqual(self._submit("UNHEARD-6").state, "new")

    def test_change_of_owner(self):
        self.unit.partner_id = self.owner.partner_id
        with self.assertRaisesRegex(ValidationError, "Enter name and e-mail"):
            self.Request.with_user(self.owner)._portal_request_transfer(
                self.unit, {"new_owner_name": "New"}
            )
        post = {"new_owner_name": "New", "new_owner_email": "new@example.com"}
        record = self.Request.with_user(self.owner)._portal_request_transfer(
            self.unit, post
        )
        record = record.with_env(self.env)
        self.assertEqual((record.kind, record.state), ("transfer", "new"))
        self.assertEqual(record.doubts, "A change of owner needs a person.")
        with self.assertRaisesRegex(ValidationError, "You have asked for this already"):
            self.Request.with_user(self.owner)._portal_request_transfer(self.unit, post)
        mine = record.with_user(self.user_service)
        with self.assertRaisesRegex(UserError, "no contact of the new owner"):
            mine.action_approve()
        mine.new_owner_id = self.rival.partner_id
        mine.action_approve()
        self.assertEqual(self.unit.partner_id, self.rival.partner_id)
        self.assertEqual(self.unit.owner_ids.sorted("id")[-1].kind, "transfer")

    # -- rights --------------------------------------------------------------------

    def test_rights(self):
        record = self._submit("UNHEARD-7")
        self.assertEqual(self.Request.with_user(self.owner).search([]), record)
        self.assertFalse(self.Request.with_user(self.rival).search([]))
        for user in (self.owner, self.user_auditor, self.user_warehouse):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"note": "x"})
                with self.assertRaises(AccessError):
                    self.Request.with_user(user).create(
                        {
                            "serial": "X-1",
                            "date_sale": self.today,
                            "partner_id": self.customer.id,
                        }
                    )
        with self.assertRaises(UserError):
            record.with_user(self.user_service).write({"state": "approved"})
        self.user_service.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        with self.assertRaises(AccessError):
            record.with_user(self.user_service).read(["serial"])

    def test_by_telephone(self):
        record = self.Request.with_user(self.user_service).create(
            {
                "serial": "S/N: TEL-1",
                "product_id": self.product.id,
                "partner_id": self.customer.id,
                "date_sale": date(2026, 1, 5),
            }
        )
        self.assertEqual((record.serial, record.state), ("TEL-1", "new"))
        record.action_approve()
        self.assertEqual(record.registration_id.partner_id, self.customer)
