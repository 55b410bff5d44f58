import base64
from datetime import date

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged

from .common import CONTEXT, AftersalesCommon
from .test_agreement_signing import PIXEL

LETTER = ("letter.png", base64.b64decode(PIXEL))


@tagged("post_install", "-at_install")
class TestPortalExit(AftersalesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._portal_user("aftersales_boss")
        cls.applicant = cls._portal_user("aftersales_applicant")
        cls._create_staff(
            partner_id=cls.boss.partner_id.id,
            service_point_id=cls.point.id,
            role_id=cls.role_manager.id,
        )
        for user in cls.user_portal | cls.user_portal_b:
            user.password = user.login
        cls.today = cls.company._get_aftersales_today()

    @classmethod
    def _portal_user(cls, login):
        user = new_test_user(
            cls.env,
            login=login,
            name=login,
            groups="base.group_portal",
            context=CONTEXT,
        )
        user.password = login
        return user

    def _login(self, login):
        self.authenticate(login, login)

    def _issue(self, point=None):
        point = point or self.point
        draft = self.env["aftersales.agreement"].create(
            {
                "service_point_id": point.id,
                "date_start": self.today,
                "labour_rate": 87.65,
                "body_source": "<p>Secret terms of {{ point }}</p>",
                "previous_id": point.agreement_ids[:1].id,
            }
        )
        draft.action_issue()
        return draft

    def _sign(self, agreement, name="Wang Fang", signature=PIXEL):
        return self.make_jsonrpc_request(
            f"/my/agreements/{agreement.id}/sign",
            {"name": name, "signature": signature},
        )

    def _post(self, url, files=None, **data):
        self.url_open("/my/agreements")
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=data, files=files)

    # Agreements

    def test_manager_reads_and_signs(self):
        agreement = self._issue()
        self._login("aftersales_boss")
        self.assertIn(agreement.name, self.url_open("/my/agreements").text)
        page = self.url_open(f"/my/agreements/{agreement.id}").text
        for part in ("Secret terms of Point One", "87.65", "Annex A", 'name="sign"'):
            self.assertIn(part, page)
        paper = self.url_open(f"/my/agreements/{agreement.id}/pdf")
        self.assertEqual(paper.status_code, 200)
        self.assertIn("Secret terms of Point One", paper.text)
        for bad, message in (
            ({"signature": None}, "Draw or type your signature"),
            ({"signature": "no picture"}, "not encoded|could not be"),
            ({"name": "  "}, "Enter who signed"),
        ):
            self.assertRegex(self._sign(agreement, **bad)["error"], message)
            self.assertEqual(agreement.state, "issued")
        result = self._sign(agreement)
        self.assertTrue(result["force_refresh"])
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "active")
        self.assertEqual(
            (agreement.signed_by, agreement.signed_date, agreement.signed_user_id),
            ("Wang Fang", self.today, self.boss),
        )
        self.assertTrue(agreement.signature and agreement.signed_on)
        text = base64.b64decode(agreement.evidence_file).decode()
        self.assertIn("Wang Fang", text)
        self.assertIn("data:image/png;base64", text)
        self.assertEqual(self.agreement.state, "ended")
        self.assertIn("only once", self._sign(agreement)["error"])
        page = self.url_open(result["redirect_url"]).text
        self.assertIn("Your signature has been recorded", page)
        self.assertNotIn('name="sign"', page)
        paper = self.url_open(f"/my/agreements/{agreement.id}/pdf")
        self.assertIn("Wang Fang", paper.text)

    def test_technician_reads_but_does_not_sign(self):
        agreement = self._issue()
        self._login("aftersales_portal")
        page = self.url_open(f"/my/agreements/{agreement.id}").text
        self.assertIn("Secret terms", page)
        self.assertNotIn('name="sign"', page)
        self.assertIn("Only the applicant", self._sign(agreement)["error"])
        self.assertEqual(agreement.state, "issued")

    def test_foreign_point_sees_nothing(self):
        agreement = self._issue()
        self._login("aftersales_portal_b")
        self.assertNotIn(agreement.name, self.url_open("/my/agreements").text)
        for suffix in ("", "/pdf"):
            response = self.url_open(f"/my/agreements/{agreement.id}{suffix}")
            self.assertNotIn("Secret terms", response.text)
            self.assertTrue(response.url.endswith("/my"))
        self.assertIn("does not exist", self._sign(agreement)["error"])
        self.assertIn("does not exist", self._sign(agreement.browse(10**8))["error"])
        self.assertEqual(agreement.state, "issued")

    def test_draft_is_not_shown(self):
        draft = self.env["aftersales.agreement"].create(
            {"service_point_id": self.point.id, "date_start": "2030-01-01"}
        )
        self._login("aftersales_boss")
        response = self.url_open(f"/my/agreements/{draft.id}")
        self.assertTrue(response.url.endswith("/my"))

    def test_applicant_signs_and_probation_begins(self):
        newcomer = self._create_point(
            name="Newcomer",
            state="probation",
            parent_id=self.centre.id,
            applicant_id=self.applicant.id,
        )
        agreement = self._issue(newcomer)
        self._login("aftersales_applicant")
        self.assertIn(
            'name="sign"', self.url_open(f"/my/agreements/{agreement.id}").text
        )
        self.assertTrue(self._sign(agreement).get("force_refresh"))
        agreement.invalidate_recordset()
        self.assertEqual(agreement.state, "provisional")
        self.assertEqual(newcomer.date_probation_start, self.today)
        newcomer.date_activated = self.today
        self.assertFalse(newcomer._is_authorised(self.applicant))
        response = self.url_open(f"/my/agreements/{agreement.id}")
        self.assertTrue(response.url.endswith("/my"))

    def test_home_and_counters(self):
        self._issue()
        self._login("aftersales_boss")
        home = self.url_open("/my/home").text
        self.assertIn("/my/agreements", home)
        self.assertIn("/my/service-withdrawal", home)
        found = self.make_jsonrpc_request(
            "/my/counters",
            {"counters": ["service_agreement_count", "service_withdrawal_count"]},
        )
        self.assertEqual(found["service_agreement_count"], 2)
        self.assertEqual(found["service_withdrawal_count"], 0)

    # Withdrawal

    def _file(self, paper=LETTER, **data):
        vals = {"point_id": self.point.id, "reason": "We close our shop", **data}
        files = {"attachments": paper}
        return self._post("/my/service-withdrawal/file", files=files, **vals)

    def test_manager_files_and_follows(self):
        self._login("aftersales_boss")
        page = self._file(date_requested="2099-12-31")
        withdrawal = self.point.withdrawal_ids
        self.assertEqual(
            (withdrawal.state, withdrawal.filed_by, withdrawal.filed_by_id),
            ("submitted", "point", self.boss),
        )
        self.assertEqual(
            (withdrawal.cause, withdrawal.date_requested),
            ("own_wish", date(2099, 12, 31)),
        )
        self.assertEqual(withdrawal.attachment_ids.name, "letter.png")
        self.assertEqual(withdrawal.attachment_ids.res_id, withdrawal.id)
        for part in (
            withdrawal.name,
            "We close our shop",
            "Centre Review",
            "letter.png",
        ):
            self.assertIn(part, page.text)
        self.assertNotIn('name="file"', page.text)
        self.assertEqual(withdrawal.activity_ids.user_id, self.user_centre)
        page = self._file()
        self.assertIn("is already under way", page.text)
        withdrawal.with_user(self.user_centre).action_approve()
        self.assertIn(
            self.boss.partner_id, withdrawal.message_ids[0].notified_partner_ids
        )
        page = self.url_open("/my/service-withdrawal").text
        self.assertIn("Technical Review", page)
        self._post(f"/my/service-withdrawal/{withdrawal.id}/cancel")
        self.assertEqual(withdrawal.state, "cancelled")

    def test_bad_input(self):
        self._login("aftersales_boss")
        for data, message in (
            ({"reason": " "}, "Give the reason"),
            ({"date_requested": "never"}, "“never” is no date"),
            ({"date_requested": "2001-01-01"}, "is in the past"),
            ({"reason": "x" * 4001}, "The reason is too long"),
            ({"paper": ("run.png", b"MZ not a picture")}, "run.png: "),
        ):
            page = self._file(**data)
            self.assertIn(message, page.text)
            self.assertFalse(self.point.withdrawal_ids)
        self.assertIn("We close our shop", page.text)

    def test_others_cannot_file_or_cancel(self):
        self._login("aftersales_portal")
        self._file()
        self.assertFalse(self.point.withdrawal_ids)
        self._login("aftersales_portal_b")
        self._file()
        self.assertFalse(self.point.withdrawal_ids)
        withdrawal = (
            self.env["aftersales.withdrawal"]
            .with_user(self.boss)
            .sudo()
            ._portal_file(self.point, {"reason": "Mine"})
        )
        for login in ("aftersales_portal", "aftersales_portal_b"):
            self._login(login)
            self._post(f"/my/service-withdrawal/{withdrawal.id}/cancel")
            self.assertEqual(withdrawal.state, "submitted")
            page = self.url_open("/my/service-withdrawal").text
            self.assertNotIn(withdrawal.name, page)

    def test_company_filing_is_seen_from_the_clearing_on(self):
        withdrawal = self.point.with_user(self.user_head)._start_termination(
            "Repeated complaints", "complaints"
        )
        self._login("aftersales_boss")
        self.assertNotIn(withdrawal.name, self.url_open("/my/service-withdrawal").text)
        self._post(f"/my/service-withdrawal/{withdrawal.id}/cancel")
        withdrawal.with_user(self.user_centre).action_approve()
        withdrawal.with_user(self.user_reviewer).action_approve()
        withdrawal.with_user(self.user_admin).action_approve()
        page = self.url_open("/my/service-withdrawal").text
        self.assertIn(withdrawal.name, page)
        self._post(f"/my/service-withdrawal/{withdrawal.id}/cancel")
        self.assertEqual(withdrawal.state, "clearing")

    # End of access

    def _close(self):
        withdrawal = self.point.with_user(self.user_head)._start_termination(
            "Done", "end_of_agreement"
        )
        withdrawal.with_user(self.user_centre).action_approve()
        withdrawal.with_user(self.user_reviewer).action_approve()
        withdrawal.with_user(self.user_admin).action_approve()
        withdrawal.with_user(self.user_admin).action_close()
        return withdrawal

    def test_closed_point_loses_every_page_at_once(self):
        order = self._create_order(complaint="Secret of the order")
        order.action_dispatch()
        agreement = self._issue()
        agreement._sign("Wang Fang", self.today, {})
        self.point.applicant_id = self.boss
        pages = {
            "/my/service-orders": order.name,
            f"/my/service-orders/{order.id}": "Secret of the order",
            "/my/agreements": agreement.name,
            f"/my/agreements/{agreement.id}": "Secret terms",
            f"/my/agreements/{agreement.id}/pdf": "Secret terms",
            "/my/service-withdrawal": self.point.name,
        }
        for login in ("aftersales_boss", "aftersales_portal"):
            self._login(login)
            for url, text in pages.items():
                if login == "aftersales_boss" or url != "/my/service-withdrawal":
                    url = f"{url}?filterby=all"
                    self.assertIn(text, self.url_open(url).text, (login, url))
        order._cancel("moved")
        withdrawal = self._close()
        self.assertEqual(withdrawal.state, "closed")
        for login in ("aftersales_boss", "aftersales_portal"):
            self._login(login)
            for url, text in pages.items():
                page = self.url_open(f"{url}?filterby=all").text
                self.assertNotIn(text, page, (login, url))
            for record in (self.point, order, agreement, withdrawal):
                user = self.env["res.users"].search([("login", "=", login)])
                self.env.invalidate_all()
                self.assertFalse(record.with_user(user).has_access("read"))
            page = self._post(f"/my/service-orders/{order.id}/accept")
            self.assertNotIn("Secret", page.text)
            self._file()
            self.assertEqual(len(self.point.withdrawal_ids), 1)
