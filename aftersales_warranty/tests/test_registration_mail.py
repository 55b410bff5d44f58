from odoo.tests import tagged

from .test_registration_request import RequestCommon


@tagged("post_install", "-at_install")
class TestRegistrationMail(RequestCommon):
    """The customer learns by mail what became of his request."""

    def _mails(self, record):
        """Mails about a request but those that ask colleagues to look at it."""
        mails = self.env["mail.mail"].search(
            [("model", "=", record._name), ("res_id", "=", record.id)]
        )
        return mails.filtered(
            lambda mail: all(user.share for user in mail.recipient_ids.user_ids)
        )

    def _refuse(self, record, reason="The invoice is cut off"):
        action = record.with_user(self.user_service).action_refuse()
        Wizard = self.env["aftersales.reason.wizard"].with_user(self.user_service)
        Wizard = Wizard.with_context(**action["context"])
        Wizard.create({"reason": reason}).action_confirm()

    def test_approved_by_a_person(self):
        record = self._submit("ML-1")
        self.assertFalse(self._mails(record))
        mine = record.with_user(self.user_service)
        mine.product_id = self.product
        mine.action_approve()
        mail = self._mails(record)
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        self.assertEqual(mail.subject, f"Your unit is registered ({record.name})")
        self.assertIn("ML-1", mail.body_html)
        self.assertIn(f"/my/units/{record.registration_id.id}", mail.body_html)

    def test_approved_by_rule(self):
        self._stock_lots("ML-2")
        self.company.email = "service@maker.example"
        record = self._submit("ML-2")
        mail = self._mails(record)
        self.assertEqual(len(mail), 1)
        self.assertIn("service@maker.example", mail.email_from)
        self.assertIn("is registered", mail.body_html)

    def test_refused_with_the_reason(self):
        record = self._submit("ML-3")
        self._refuse(record)
        mail = self._mails(record)
        self.assertEqual(mail.subject, f"Your request {record.name} was not accepted")
        self.assertIn("The invoice is cut off", mail.body_html)
        self.assertIn('/my/units"', mail.body_html)

    def test_the_former_owner_hears_of_the_change(self):
        self.unit.partner_id = self.owner.partner_id
        post = {"new_owner_name": "New", "new_owner_email": "new@example.com"}
        Request = self.Request.with_user(self.owner)
        record = Request._portal_request_transfer(self.unit, post).with_env(self.env)
        record.new_owner_id = self.rival.partner_id
        record.with_user(self.user_service).action_approve()
        mail = self._mails(record)
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        self.assertIn("Portal Rival", mail.body_html)
        # Not his unit any more: its page would not open.
        self.assertIn('/my/units"', mail.body_html)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref(
            "aftersales_warranty.mail_template_registration_refused"
        )
        template.with_context(lang="fr_FR").subject = "Refus de {{ object.name }}"
        self.owner.partner_id.lang = "fr_FR"
        record = self._submit("ML-4")
        self._refuse(record)
        self.assertEqual(self._mails(record).subject, f"Refus de {record.name}")

    def test_without_an_address_nothing_is_sent(self):
        self.owner.partner_id.email = False
        record = self._submit("ML-5")
        self._refuse(record)
        self.assertEqual(record.state, "refused")
        self.assertFalse(self._mails(record))

    def test_without_the_template_the_decision_stands(self):
        self.env.ref("aftersales_warranty.mail_template_registration_refused").unlink()
        record = self._submit("ML-6")
        self._refuse(record)
        self.assertEqual(record.state, "refused")
        self.assertFalse(self._mails(record))
