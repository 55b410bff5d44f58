from psycopg2.errors import UniqueViolation

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .race_common import RaceCommon
from .recall_common import RecallCommon


@tagged("post_install", "-at_install", "security")
class TestRecallRights(RecallCommon):
    """Who may do what with campaigns; what nobody may by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._start()

    def test_roles(self):
        for user in (
            self.user_service,
            self.user_centre,
            self.user_dispatcher,
            self.user_clerk,
            self.user_warehouse,
            self.user_hr,
            self.user_auditor,
        ):
            with self.subTest(user=user.login):
                campaign = self.campaign.with_user(user)
                campaign.read(["title", "completion"])
                with self.assertRaises(AccessError):
                    campaign.write({"title": "x"})
                with self.assertRaises(AccessError):
                    campaign._request_close("x")
        for user in (self.user_portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.campaign.with_user(user).read(["title"])
        self.campaign.with_user(self.user_head).title = "Fan"

    def test_money_is_hidden(self):
        for user in (self.user_reviewer, self.user_service, self.user_warehouse):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.campaign.with_user(user).read(["amount_cost"])
        for user in (self.user_head, self.user_clerk, self.user_auditor):
            self.campaign.with_user(user).read(["amount_cost", "fund_id"])
        with self.assertRaises(AccessError):
            self.env["aftersales.campaign.cost"].with_user(self.user_reviewer).search(
                []
            )

    def test_units_belong_to_the_subtree(self):
        row, other = self._row("AC-0001"), self._row("AC-0002")
        other._write_flow({"order_id": False})
        self.env.cr.execute(
            "UPDATE aftersales_campaign_unit SET service_point_id = %s WHERE id = %s",
            (self.point_b.id, other.id),
        )
        other.invalidate_recordset()
        row.with_user(self.user_centre).read(["state"])
        with self.assertRaises(AccessError):
            other.with_user(self.user_centre).read(["state"])
        with self.assertRaises(AccessError):
            other.with_user(self.user_centre)._refuse("x")
        # Intake tells of it all the same.
        unit = other.registration_id.with_user(self.user_centre)
        self.assertIn(self.campaign.name, unit.notice_text)
        row.with_user(self.user_centre)._refuse("The owner does not want it")

    def test_rpc_cannot_move_a_campaign(self):
        campaign, row = self.campaign, self._row("AC-0001")
        hostile = {"default_state": "closed", "aftersales_flow": True}
        for record, vals in (
            (campaign, {"state": "closed"}),
            (campaign, {"closed_by_id": self.user_head.id}),
            (campaign, {"name": "X"}),
            (row, {"state": "done"}),
            (row, {"date_done": "2026-01-01"}),
            (row, {"partner_id": self.user_head.partner_id.id}),
            (row, {"serial": "AC-0011"}),
            (row, {"order_id": 1}),
            (campaign.range_ids, {"date_resolved": False}),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                record.with_user(self.user_reviewer).with_context(**hostile).write(vals)
        new = campaign.with_context(**hostile, default_date_closed="2026-01-01").create(
            {"title": "x"}
        )
        self.assertEqual((new.state, new.date_closed), ("draft", False))
        copy = campaign.copy()
        self.assertEqual(
            (copy.state, copy.unit_count, copy.date_start), ("draft", 0, False)
        )
        with self.assertRaises(AccessError):
            self.env["aftersales.campaign.notice"].with_user(self.user_head).create(
                {"unit_id": row.id, "partner_id": self.customer.id}
            )
        with self.assertRaises(AccessError):
            self.env["aftersales.campaign.progress"].with_user(self.user_head).create(
                {"campaign_id": campaign.id, "date": "2026-01-01"}
            )

    def test_an_order_cannot_be_tied_to_a_recall_by_rpc(self):
        row = self._row("AC-0001")
        order = self._create_order(serial="AC-0011")
        with self.assertRaises(UserError):
            order.with_user(self.user_dispatcher).write({"campaign_unit_id": row.id})
        Order = self.env["aftersales.service.order"].with_user(self.user_dispatcher)
        made = Order.with_context(default_campaign_unit_id=row.id).create(
            {
                "partner_id": self.customer.id,
                "service_type_id": self.type_repair.id,
            }
        )
        self.assertFalse(made.campaign_unit_id)

    @mute_logger("odoo.sql_db")
    def test_a_unit_is_affected_once(self):
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["aftersales.campaign.unit"].create(
                {"campaign_id": self.campaign.id, "registration_id": self.units[0].id}
            )


@tagged("post_install", "-at_install")
class TestRecallPortal(RecallCommon, HttpCase):
    """Owners and points see open recalls on their pages and ask for the work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = new_test_user(
            cls.env, "recall_owner", "base.group_portal", email="owner@example.com"
        )
        cls.owner.partner_id.write(
            {"country_id": cls.country.id, "state_id": cls.state.id}
        )
        cls.units[0].partner_id = cls.owner.partner_id
        cls._start()

    def _post(self, url):
        return self.url_open(url, data={"csrf_token": http.Request.csrf_token(self)})

    def test_the_owner_asks_for_the_work(self):
        unit, row = self.units[0], self._row("AC-0001")
        self.authenticate("recall_owner", "recall_owner")
        page = self.url_open(f"/my/units/{unit.id}")
        for text in ("Fan may overheat", "The fan overheats.", "Ask for the Work"):
            self.assertIn(text, page.text)
        page = self._post(f"/my/units/{unit.id}/recall/{row.id}")
        self.assertIn("A service point will get in touch", page.text)
        self.assertEqual(row.state, "booked")
        self.assertIn(row.order_id.name, page.text)
        page = self._post(f"/my/units/{unit.id}/recall/{row.id}")
        self.assertIn("No recall of this unit waits for an order", page.text)
        self.assertEqual(len(row.order_ids), 1)

    def test_foreign_units_and_recalls_lead_nowhere(self):
        mine, foreign = self._row("AC-0001"), self._row("AC-0002")
        self.authenticate("recall_owner", "recall_owner")
        for unit_id in (foreign.registration_id.id, 99999999):
            page = self._post(f"/my/units/{unit_id}/recall/{foreign.id}")
            self.assertTrue(page.url.endswith("/my/units"), page.url)
        self._post(f"/my/units/{mine.registration_id.id}/recall/{foreign.id}")
        self.assertEqual((mine.state, foreign.state), ("open", "open"))

    def test_anybody_with_the_certificate_is_warned(self):
        url = self.units[0]._get_check_url()
        page = self.url_open(url[url.index("/unit/") :])
        self.assertIn("Fan may overheat", page.text)
        self.assertNotIn(self.owner.name, page.text)

    def test_the_point_orders_the_work(self):
        order = self._create_order(serial="AC-0003")
        order._write_flow({"state": "accepted", "service_point_id": self.point.id})
        self.authenticate(self.user_portal.login, self.user_portal.login)
        page = self.url_open(f"/my/service-orders/{order.id}")
        self.assertIn("Order the Recall Work", page.text)
        self._post(f"/my/service-orders/{order.id}/recall")
        row = self._row("AC-0003")
        self.assertEqual(
            (row.state, row.order_id.service_point_id), ("booked", self.point)
        )

    def test_the_spreadsheet_is_for_readers(self):
        self.authenticate(self.user_service.login, self.user_service.login)
        page = self.url_open("/aftersales/supplier-claim/99999999/xlsx")
        self.assertEqual(page.status_code, 404)
        claim = self.env["aftersales.supplier.claim"].create(
            {"partner_id": self.customer.id}
        )
        url = f"/aftersales/supplier-claim/{claim.id}/xlsx"
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(self.user_clerk.login, self.user_clerk.login)
        page = self.url_open(url)
        self.assertEqual((page.status_code, page.content[:2]), (200, b"PK"))


@tagged("post_install", "-at_install")
class TestRecallConcurrency(RaceCommon):
    """Two connections at once: the database lets one of them pass."""

    def test_a_claim_line_is_recovered_once(self):
        row = {
            "id": 1,
            "claim_line_id": 5,
            "is_live": True,
            "reason": "kind",
            "answer": "open",
            "amount_asked": 0,
            "amount_accepted": 0,
        }
        twin = {**row, "id": 2}
        table = "aftersales_supplier_claim_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "is_live": False}))

    def test_a_unit_is_affected_once(self):
        row = {
            "id": 1,
            "campaign_id": 1,
            "product_id": 2,
            "serial": "A-1",
            "serial_key": "A1",
            "state": "open",
            "source": "range",
        }
        twin = {**row, "id": 2, "serial": "a1", "source": "list"}
        table = "aftersales_campaign_unit"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "campaign_id": 2}))

    def test_a_cost_is_charged_once(self):
        row = {
            "id": 1,
            "campaign_id": 1,
            "kind": "claim",
            "claim_id": 7,
            "name": "A",
            "amount": 1,
            "date": "2026-01-01",
        }
        twin = {**row, "id": 2}
        table = "aftersales_campaign_cost"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "fund_move_id": 3}))

    def test_a_unit_has_one_recall_order(self):
        row = {
            "id": 1,
            "name": "A",
            "campaign_unit_id": 7,
            "state": "draft",
            "company_id": 1,
            "currency_id": 1,
            "partner_id": 1,
            "service_type_id": 1,
            "date_request": "2026-01-01",
        }
        twin = {**row, "id": 2, "name": "B"}
        table = "aftersales_service_order"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "cancelled"}))
