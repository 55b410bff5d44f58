from datetime import date, timedelta
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .settle_common import SettleCommon


@tagged("post_install", "-at_install")
class TestSettlementPortal(SettleCommon, HttpCase):
    """A point sees, prints, confirms and disputes its own statements only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user_portal, cls.user_portal_b):
            user.password = user.login

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _post(self, url, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=data)

    def test_list_and_page(self):
        self._adjust(-20.0, "Rude technician")
        mine = self._sent(100.0)
        other = self._sent(77.7, point=self.point_b)
        page = self.url_open("/my/settlements").text
        self.assertIn(mine.name, page)
        self.assertNotIn(other.name, page)
        page = self.url_open(f"/my/settlements/{mine.id}").text
        for text in (mine.name, "Rude technician", "Confirm the Statement", "80.00"):
            self.assertIn(text, page)
        home = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["aftersales_settlement_count"]}
        )
        self.assertEqual(home["aftersales_settlement_count"], 1)

    def test_drafts_and_cancelled_are_not_shown(self):
        self._claims(100.0)
        settlement = self._march()
        self.assertNotIn(settlement.name, self.url_open("/my/settlements").text)
        page = self.url_open(f"/my/settlements/{settlement.id}")
        self.assertTrue(page.url.endswith("/my/settlements"))
        settlement.action_cancel()
        page = self.url_open(f"/my/settlements/{settlement.id}")
        self.assertTrue(page.url.endswith("/my/settlements"))

    def test_foreign_and_unknown_statements_answer_alike(self):
        foreign = self._sent(100.0, point=self.point_b)
        unknown = foreign.id + 1000
        for number in (foreign.id, unknown):
            for url, data in (
                (f"/my/settlements/{number}", None),
                (f"/my/settlements/{number}?report_type=pdf", None),
                (f"/my/settlements/{number}?access_token=x", None),
                (f"/my/settlements/{number}/confirm", {}),
                (f"/my/settlements/{number}/dispute", {"remark": "Mine"}),
            ):
                with self.subTest(url=url):
                    page = (
                        self.url_open(url) if data is None else self._post(url, **data)
                    )
                    self.assertTrue(page.url.endswith("/my/settlements"), page.url)
        self.assertEqual((foreign.state, len(foreign.dispute_ids)), ("sent", 0))

    def test_confirm(self):
        settlement = self._sent(100.0)
        page = self._post(f"/my/settlements/{settlement.id}/confirm")
        self.assertEqual(page.status_code, 200)
        self.assertEqual(
            (settlement.state, settlement.confirmed_how, settlement.confirmed_by_id),
            ("confirmed", "point", self.user_portal),
        )
        page = self._post(f"/my/settlements/{settlement.id}/confirm")
        self.assertIn("this step is not possible", page.text)

    @mute_logger("odoo.http")
    def test_a_form_without_its_token_does_nothing(self):
        settlement = self._sent(100.0)
        url = f"/my/settlements/{settlement.id}/confirm"
        page = self.url_open(url, data={"csrf_token": "wrong"})
        self.assertEqual(page.status_code, 400)
        self.assertEqual(self.url_open(url).status_code, 405)
        self.assertEqual(settlement.state, "sent")

    def test_dispute(self):
        settlement = self._sent(100.0, 50.0)
        line = settlement.sudo().line_ids[0]
        url = f"/my/settlements/{settlement.id}/dispute"
        page = self._post(url)
        self.assertIn("Say what is wrong with", page.text)
        page = self._post(url, **{f"line_{line.id}": "<b>Too little</b>"})
        self.assertIn("&lt;b&gt;Too little&lt;/b&gt;", page.text)
        self.assertEqual(settlement.dispute_ids.line_id.id, line.id)
        self.assertEqual(settlement.state, "disputed")
        self.assertNotIn('name="confirm"', page.text)

    def test_print(self):
        settlement = self._sent(100.0)
        page = self.url_open(f"/my/settlements/{settlement.id}?report_type=html")
        self.assertIn("Settlement Statement", page.text)
        self.assertIn(settlement.name, page.text)

    def test_a_long_statement_has_pages(self):
        with self._short_pages():
            settlement = self._sent(10.0, 20.0, 30.0)
            first = self.url_open(f"/my/settlements/{settlement.id}").text
            second = self.url_open(f"/my/settlements/{settlement.id}/page/2").text
        lines = settlement.sudo().line_ids
        self.assertIn(f"line_{lines[1].id}", first)
        self.assertNotIn(f"line_{lines[2].id}", first)
        self.assertIn(f"line_{lines[2].id}", second)

    def _short_pages(self):
        return patch("odoo.addons.aftersales_warranty.controllers.settlement.LINES", 2)

    def test_rpc_of_the_portal(self):
        self._adjust(-20.0, "Rude")
        mine = self._sent(100.0)
        foreign = self._sent(77.0, point=self.point_b)
        portal = self.user_portal
        self.assertEqual(mine.with_user(portal).amount_total, 80.0)
        Settlement = self.env["aftersales.settlement"].with_user(portal)
        self.assertEqual(Settlement.search([]), mine.with_user(portal))
        Line = self.env["aftersales.settlement.line"].with_user(portal)
        self.assertEqual(Line.search([]).settlement_id, mine.with_user(portal))
        with self.assertRaises(AccessError):
            foreign.with_user(portal).read(["amount_total"])
        for call in (
            lambda: mine.with_user(portal).write({"state": "confirmed"}),
            lambda: mine.with_user(portal).unlink(),
            lambda: Settlement.create({"service_point_id": self.point.id}),
            lambda: mine.with_user(portal).action_confirm(),
            lambda: mine.with_user(portal).action_send(),
            lambda: (
                self.env["aftersales.settlement.dispute"]
                .with_user(portal)
                .create({"settlement_id": mine.id, "text": "x"})
            ),
            lambda: (
                self.env["aftersales.point.adjustment"].with_user(portal).search([])
            ),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(mine.state, "sent")

    def test_amounts_hidden_from_technicians(self):
        settlement = self._sent(100.0)
        settlement.sudo()._portal_dispute({"remark": "Why?"})
        self.company.aftersales_claim_amounts_hidden = True
        portal = self.user_portal
        self.assertNotIn(settlement.name, self.url_open("/my/settlements").text)
        page = self.url_open(f"/my/settlements/{settlement.id}")
        self.assertTrue(page.url.endswith("/my/settlements"))
        for record, name in (
            (settlement, "amount_total"),
            (settlement.sudo().line_ids, "amount"),
            (settlement.sudo().dispute_ids, "line_amount"),
        ):
            mine = record.with_user(portal).sudo(False)
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    mine.read([name])
                with self.assertRaises(AccessError):
                    mine.search([(name, ">", 0)])
                with self.assertRaises(UserError):
                    mine.export_data([name])
        self.point.sudo().manager_id = portal
        self.assertIn(settlement.name, self.url_open("/my/settlements").text)
        self.assertEqual(settlement.with_user(portal).amount_total, 100.0)

    def test_another_company(self):
        user = self.user_portal
        user.write({"company_ids": [Command.set((self.company | self.company_b).ids)]})
        abroad = self._create_point(
            name="Abroad", company_id=self.company_b.id, kind="own"
        )
        self._adjust(50.0, point=abroad)
        settlement = (
            self.env["aftersales.settlement"]
            .with_company(self.company_b)
            ._settle_points(abroad, date(2026, 3, 1), date(2026, 3, 31))
        )
        settlement.action_send()
        page = self.url_open(f"/my/settlements/{settlement.id}")
        self.assertTrue(page.url.endswith("/my/settlements"))


@tagged("post_install", "-at_install")
class TestSettlementTour(SettleCommon, HttpCase):
    """From the run of the period to the bill, by clerk and point."""

    def test_statement_disputed_answered_confirmed_and_billed(self):
        last = self._get_last_month()
        self._adjust(-20.0, "Rude technician", last)
        claims = self._claims(100.0)
        self._decide_on(claims, last)
        self.start_tour(
            "/odoo/aftersales-settlements",
            "aftersales_statement_send",
            login=self.user_clerk.login,
        )
        settlement = claims.settlement_id
        self.assertEqual((settlement.state, settlement.amount_total), ("sent", 80.0))
        self.start_tour(
            "/my/home", "aftersales_statement_dispute", login=self.user_portal.login
        )
        self.assertEqual(settlement.state, "disputed")
        self.assertEqual(settlement.dispute_ids.text, "It was not our technician")
        url = f"/odoo/aftersales-settlements/{settlement.id}"
        self.start_tour(url, "aftersales_statement_answer", login=self.user_clerk.login)
        self.assertEqual(
            (settlement.state, settlement.version, settlement.amount_total),
            ("sent", 2, 100.0),
        )
        self.start_tour(
            f"/my/settlements/{settlement.id}",
            "aftersales_statement_confirm",
            login=self.user_portal.login,
        )
        self.assertEqual(
            (settlement.state, settlement.confirmed_how), ("confirmed", "point")
        )
        self.start_tour(url, "aftersales_statement_bill", login=self.user_clerk.login)
        bill = settlement.move_id
        self.assertEqual((bill.state, bill.amount_untaxed), ("draft", 100.0))
        self.assertEqual(claims.state, "settled")

    def _get_last_month(self):
        today = self.company._get_aftersales_today()
        return today.replace(day=1) - timedelta(days=1)
