import base64

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .escalation_common import EscalationCommon
from .hints_common import picture


@tagged("post_install", "-at_install")
class TestEscalationPortal(HttpCase, EscalationCommon):
    """A technician of the point asks on the portal and reads the answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user_portal, cls.user_portal_b):
            user.password = user.login
        cls.customer_user = cls.env["res.users"].create(
            {
                "name": "Portal Customer",
                "login": "aftersales_portal_customer",
                "password": "aftersales_portal_customer",
                "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
            }
        )

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, url, files=None, **data):
        data["csrf_token"] = Request.csrf_token(self)
        response = self.url_open(url, data=data, files=files)
        self.env.invalidate_all()
        return response

    def _escalate(self, files=None, **data):
        return self._post(
            f"/my/service-orders/{self.order.id}/escalate",
            files=files,
            **{"subject": "Hums", "question": "3 ohm?", "severity": "major", **data},
        )

    def _questions(self):
        return self.order.escalation_ids

    def test_ask_read_and_solve(self):
        self._login(self.user_portal)
        page = self.url_open(f"/my/service-orders/{self.order.id}").text
        self.assertIn("Ask an Expert", page)
        photo = ("board.png", base64.b64decode(picture("red")), "image/png")
        self._escalate(files=[("photos", photo)])
        escalation = self._questions()
        self.assertEqual(
            (escalation.subject, escalation.severity, escalation.asked_by_id),
            ("Hums", "major", self.user_portal),
        )
        self.assertEqual(escalation.photo_ids.name, "board.png")
        self.assertEqual(escalation.expert_id, self.user_dispatcher)
        self._answer(escalation)
        self.assertIn("Hums", self.url_open("/my/escalations").text)
        page = self.url_open(f"/my/escalations/{escalation.id}").text
        self.assertIn("Change the capacitor.", page)
        image = self.url_open(f"/web/image/{escalation.photo_ids.id}")
        self.assertEqual(image.headers["Content-Type"], "image/png")
        self._post(f"/my/escalations/{escalation.id}/again", reason="Still hums")
        self.assertEqual((escalation.state, escalation.reopen_count), ("asked", 1))
        # What is being worked on is not the answer yet.
        page = self.url_open(f"/my/escalations/{escalation.id}").text
        self.assertNotIn("Change the capacitor.", page)
        self._answer(escalation)
        self._post(f"/my/escalations/{escalation.id}/solved")
        self.assertEqual(escalation.state, "solved")

    def test_withdraw(self):
        self._login(self.user_portal)
        self._escalate()
        escalation = self._questions()
        page = self._post(f"/my/escalations/{escalation.id}/withdraw", reason=" ").text
        self.assertIn("Give a reason for this step", page)
        self._post(f"/my/escalations/{escalation.id}/withdraw", reason="Found it")
        self.assertEqual(escalation.state, "withdrawn")

    def test_bad_forms(self):
        self._login(self.user_portal)
        page = self._escalate(subject=" ").text
        self.assertIn("Write in a few words what is wrong", page)
        page = self._escalate(severity="huge").text
        self.assertIn("choose one of the list", page)
        page = self._escalate(files=[("photos", ("x.png", b"no picture"))]).text
        self.assertIn("only pictures", page)
        many = [("photos", (f"{n}.png", b"x")) for n in range(6)]
        self.assertIn("At most 5 entries", self._escalate(files=many).text)
        self.assertFalse(self._questions(), "nothing half-done stays behind")
        self.order.sudo()._write_flow({"state": "closed"})
        self.assertIn("Ask while the job is worked on", self._escalate().text)
        self.assertFalse(self._questions())

    def test_fields_beyond_the_form_are_ignored(self):
        self._login(self.user_portal)
        self._escalate(expert_id=self.user_head.id, state="solved", answer="x")
        escalation = self._questions()
        self.assertEqual((escalation.state, escalation.answer), ("asked", False))
        self.assertEqual(escalation.expert_id, self.user_dispatcher)

    def test_known_answers_and_votes(self):
        known = self._known()
        hidden = self._known(approve=False, name="Hidden", text="Not approved yet")
        self._login(self.user_portal)
        page = self.url_open(f"/my/service-orders/{self.order.id}").text
        self.assertIn("Change the capacitor.", page)
        self.assertNotIn("Not approved yet", page)
        url = f"/my/service-orders/{self.order.id}/vote"
        self._post(url, answer_id=known.id, vote="yes")
        self.assertEqual((known.helpful_count, known.used_count), (1, 1))
        self._post(url, answer_id=known.id, vote="no")
        self.assertEqual((known.helpful_count, known.unhelpful_count), (0, 1))
        for answer, vote in ((hidden.id, "yes"), ("x", "yes"), (known.id, "maybe")):
            page = self._post(url, answer_id=answer, vote=vote).text
            self.assertIn("Choose one of the answers", page)
        self.assertFalse(hidden.used_count)

    def test_others_get_nothing(self):
        escalation = self._ask()
        self._answer(escalation)
        for user in (self.user_portal_b, self.customer_user):
            self._login(user)
            with self.subTest(user=user.login):
                foreign = self.url_open(f"/my/escalations/{escalation.id}")
                unknown = self.url_open("/my/escalations/999999999")
                self.assertEqual(foreign.url, unknown.url)
                self.assertNotIn("capacitor", foreign.text)
                self._post(f"/my/escalations/{escalation.id}/solved")
                self._escalate()
                self.assertEqual(escalation.state, "answered")
                self.assertEqual(self._questions(), escalation)
                self.assertNotIn("Compressor", self.url_open("/my/escalations").text)

    def test_hints_are_not_on_the_portal(self):
        claim = self._create_claim(unit=self._create_unit(serial="PH-1"))
        self._login(self.user_portal)
        page = self.url_open(f"/my/claims/{claim.id}").text
        self.assertIn(claim.name, page)
        self.assertNotIn("Hint", page)
