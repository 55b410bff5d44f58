import base64

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .desk_common import DeskCommon

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAA"
    "BJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestClaimDeskPortal(DeskCommon, HttpCase):
    """A point answers and appeals on the portal."""

    def setUp(self):
        super().setUp()
        self.claim = self._create_two_lines()

    def _post(self, claim, **data):
        files = data.pop("files", None)
        return self.url_open(
            f"/my/claims/{claim.id}/appeal",
            data={**data, "csrf_token": self._token()},
            files=files,
        )

    def _token(self):
        return http.Request.csrf_token(self)

    def _page(self, claim):
        return self.url_open(f"/my/claims/{claim.id}").text

    def test_deadline_of_the_answer(self):
        self.claim.with_user(self.user_clerk)._send_back("Photo missing", None)
        self.authenticate(self.user_portal.login, self.user_portal.login)
        page = self._page(self.claim)
        self.assertIn("Please complete the claim and submit it again by", page)
        self.assertIn('name="answer_due"', page)

    def test_appeal(self):
        line = self._cut(self.claim)
        self.authenticate(self.user_portal.login, self.user_portal.login)
        page = self._page(self.claim)
        self.assertEqual(page.count('name="appeal_form"'), 1, "the cut line only")
        self._post(
            self.claim,
            line_id=line.id,
            reason="The winding was burnt",
            files=[("files", ("winding.png", PNG, "image/png"))],
        )
        appeal = line.appeal_ids
        self.assertEqual(
            (appeal.state, appeal.reason), ("submitted", "The winding was burnt")
        )
        self.assertEqual(appeal.submitted_by_id, self.user_portal)
        self.assertEqual(appeal.attachment_ids.mapped("name"), ["winding.png"])
        self.assertFalse(appeal.attachment_ids.public)
        page = self._page(self.claim)
        self.assertIn(appeal.name, page)
        self.assertIn("winding.png", page)
        self.assertNotIn('name="appeal_form"', page)
        appeal.with_user(self.user_clerk_b)._decide(100.0, "You are right")
        self.assertIn("You are right", self._page(self.claim))

    def test_bad_appeals(self):
        line = self._cut(self.claim)
        self.authenticate(self.user_portal.login, self.user_portal.login)
        answer = self._post(self.claim, line_id=line.id, reason="  ")
        self.assertIn("Write why the decision on", answer.text)
        answer = self._post(
            self.claim,
            line_id=line.id,
            reason="x",
            files=[("files", ("page.html", b"<script>1</script>", "text/html"))],
        )
        self.assertIn("only pictures (PNG, JPEG, WebP)", answer.text)
        answer = self._post(
            self.claim,
            line_id=line.id,
            reason="x",
            files=[("files", ("big.png", PNG + b"0" * (11 << 20), "image/png"))],
        )
        self.assertIn("a file may have 10 MB at most", answer.text)
        self.assertFalse(line.appeal_ids, "nothing half-done stays behind")
        labour = self.claim.line_ids[1]
        answer = self._post(self.claim, line_id=labour.id, reason="x")
        self.assertIn("was approved in full", answer.text)
        self._post(self.claim, line_id=line.id, reason="x")
        answer = self._post(self.claim, line_id=line.id, reason="y")
        self.assertIn("was appealed already. An appeal is possible once.", answer.text)
        self.assertEqual(line.appeal_ids.reason, "x")

    def test_foreign_and_unknown_claims_answer_alike(self):
        line = self._cut(self.claim)
        other = self._create_two_lines(date_request="2026-03-10 08:00:00")
        other_line = self._cut(other)
        self.authenticate(self.user_portal_b.login, self.user_portal_b.login)
        for claim_id, line_id in (
            (self.claim.id, line.id),
            (999999999, line.id),
        ):
            answer = self.url_open(
                f"/my/claims/{claim_id}/appeal",
                data={
                    "line_id": line_id,
                    "reason": "x",
                    "csrf_token": self._token(),
                },
                allow_redirects=False,
            )
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith("/my/claims"))
        self.authenticate(self.user_portal.login, self.user_portal.login)
        for line_id in (other_line.id, "x", "", "9" * 30):
            answer = self._post(self.claim, line_id=line_id, reason="x")
            self.assertIn("This line does not exist any more.", answer.text)
        self.assertFalse(line.appeal_ids | other_line.appeal_ids)

    def test_people_of_the_company_use_the_backend(self):
        line = self._cut(self.claim)
        self.authenticate(self.user_head.login, self.user_head.login)
        answer = self._post(self.claim, line_id=line.id, reason="x")
        self.assertIn("This claim is not of your point.", answer.text)
        self.assertFalse(line.appeal_ids)

    def test_hidden_amounts(self):
        line = self._cut(self.claim)
        appeal = self._appeal(line)
        self.company.aftersales_claim_amounts_hidden = True
        for record, name in (
            (appeal, "amount_before"),
            (line, "decide_amount"),
            (line, "amount_chargeable"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                record.with_user(self.user_portal).read([name])
        self.authenticate(self.user_portal.login, self.user_portal.login)
        page = self._page(self.claim)
        self.assertIn(appeal.name, page)
        self.assertNotIn("Decision as PDF", page)
        answer = self.url_open(
            f"/my/claims/{self.claim.id}/decision", allow_redirects=False
        )
        self.assertTrue(answer.headers["Location"].endswith(f"/{self.claim.id}"))

    def test_decision_in_writing(self):
        line = self._cut(self.claim)
        waiting = self._create_claim(date_request="2026-03-10 08:00:00")
        report = "aftersales_warranty.report_claim_decision"
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            report, self.claim.ids
        )
        text = html.decode()
        for part in (self.claim.name, "No defect found", "Too much", "You may appeal"):
            self.assertIn(part, text)
        self.assertNotIn(line.decided_by_id.name, text, "the clerk is not named")
        self.authenticate(self.user_portal.login, self.user_portal.login)
        answer = self.url_open(f"/my/claims/{self.claim.id}/decision")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn("Decision", answer.headers["Content-Disposition"])
        answer = self.url_open(
            f"/my/claims/{waiting.id}/decision", allow_redirects=False
        )
        self.assertTrue(answer.headers["Location"].endswith(f"/my/claims/{waiting.id}"))
        self.authenticate(self.user_portal_b.login, self.user_portal_b.login)
        for claim_id in (self.claim.id, 999999999):
            answer = self.url_open(
                f"/my/claims/{claim_id}/decision", allow_redirects=False
            )
            self.assertTrue(answer.headers["Location"].endswith("/my/claims"))
