"""What the people of a point, other units and strangers get to see and do."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged

from .common import CONTEXT, AftersalesCommon

#: Written by reviewers and dispatchers for themselves.
INTERNAL_FIELDS = {
    "aftersales.visit": ("note_internal", "purpose", "others_present"),
    "aftersales.service.order": ("dispatch_note", "note"),
    "aftersales.agreement": ("note",),
    "aftersales.service.point": ("note", "inspection_finding", "missing_html"),
}


@tagged("post_install", "-at_install", "security")
class TestSecurityPortal(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.env["aftersales.visit"].create(
            {
                "service_point_id": cls.point.id,
                "date_planned": date(2026, 3, 10),
                "visitor_ids": [Command.set(cls.user_centre.ids)],
                "report": "<p>Seen</p>",
                "note_internal": "<p>Replace them soon</p>",
            }
        )
        cls.visit.action_report()

    def test_internal_remarks_are_not_read_on_the_portal(self):
        order = self._create_order()
        order.action_dispatch()
        found = {
            "aftersales.visit": self.visit,
            "aftersales.service.order": order,
            "aftersales.agreement": self.agreement,
            "aftersales.service.point": self.point,
        }
        for model, names in INTERNAL_FIELDS.items():
            mine = found[model].with_user(self.user_portal)
            mine.check_access("read")
            listed = mine.fields_get()
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertNotIn(name, listed)
                    with self.assertRaises(AccessError):
                        mine.read([name])
                    with self.assertRaises(AccessError):
                        mine.search([(name, "!=", False)])
                    found[model].with_user(self.user_centre).read([name])

    def test_decisions_without_a_point_are_not_for_everybody(self):
        fund = self.env["aftersales.fund"].create({"name": "Safety"})
        move = self.env["aftersales.fund.move"].create(
            {"fund_id": fund.id, "kind": "deposit", "amount": 5, "reason": "Secret"}
        )
        move.with_user(self.user_clerk).action_request()
        move.with_user(self.user_head).action_approve()
        Approval = self.env["aftersales.approval"]
        domain = [("res_model", "=", move._name), ("res_id", "=", move.id)]
        for role, count in (("service", 0), ("centre", 0), ("head", 1), ("auditor", 1)):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                self.assertEqual(Approval.with_user(user).search_count(domain), count)

    def test_own_people_neither_report_nor_verify(self):
        insider = new_test_user(
            self.env,
            login="aftersales_insider",
            groups="aftersales_network.group_service",
            context=CONTEXT,
        )
        own = self._create_point(name="Self-run", kind="own", parent_id=self.centre.id)
        self._create_staff(service_point_id=own.id, partner_id=insider.partner_id.id)
        visit = self.visit.create(
            {
                "service_point_id": own.id,
                "date_planned": date(2026, 3, 10),
                "visitor_ids": [Command.set(self.user_centre.ids)],
                "report": "<p>Seen</p>",
            }
        )
        task = self.env["aftersales.visit.task"].create(
            {"visit_id": visit.id, "name": "Sign", "result": "Put up"}
        )
        mine = visit.with_user(insider)
        with self.assertRaisesRegex(UserError, r"You work for \[\w+\] Self-run"):
            mine.action_report()
        with self.assertRaisesRegex(UserError, r"You work for \[\w+\] Self-run"):
            mine._cancel("No time")
        visit.with_user(self.user_centre).action_report()
        task.with_user(self.user_head).action_done()
        with self.assertRaisesRegex(UserError, r"You work for \[\w+\] Self-run"):
            task.with_user(insider).action_verify()
        task.with_user(self.user_centre).action_verify()
        self.assertEqual(task.state, "verified")

    def _lend(self, staff, to_point):
        return (
            self.env["aftersales.staff.posting"]
            .with_user(self.user_centre)
            .create(
                {
                    "staff_id": staff.id,
                    "to_point_id": to_point.id,
                    "kind": "lent",
                    "date_from": date(2020, 1, 1),
                    "date_to": date(2099, 1, 1),
                    "reason": "Peak season",
                }
            )
        )

    def test_nobody_opens_other_units_by_lending(self):
        employee = self.env["hr.employee"].create(
            {"name": "Centre Manager", "user_id": self.user_centre.id}
        )
        mine = self._create_staff(
            service_point_id=self.centre.id, employee_id=employee.id
        )
        posting = self._lend(mine, self.point_b)
        with self.assertRaisesRegex(UserError, "posted yourself"):
            posting.action_confirm()
        up = self._lend(self.technician, self.hq)
        with self.assertRaisesRegex(AccessError, "opens everything below it"):
            up.action_confirm()
        self.assertFalse(self.point_b.with_user(self.user_centre).has_access("read"))
        up.with_user(self.user_head).action_confirm()
        self.assertEqual(up.state, "confirmed")

    def test_steps_of_others_are_refused(self):
        """Public methods on foreign ids, by people of the other side."""
        order = self._create_order()
        order.action_dispatch()
        agreement, point = self.agreement, self.point
        stranger = new_test_user(
            self.env,
            login="aftersales_stranger",
            groups="aftersales_network.group_service,"
            "aftersales_network.group_centre_manager",
            context=CONTEXT,
        )
        calls = (
            (order, "action_accept", ()),
            (order, "action_start", ()),
            (order, "action_arrive", ()),
            (order, "action_pause", (1,)),
            (order, "action_resume", ()),
            (order, "action_send_confirm_link", ()),
            (order, "action_dispatch", ()),
            (order, "action_agree_fee", ("Somebody",)),
            (agreement, "action_end", ()),
            (agreement, "action_issue", ()),
            (agreement, "action_renew", ()),
            (agreement, "action_new_version", ()),
            (point, "action_suspend", ("x", "2099-01-01")),
            (point, "action_sync_conditions", ()),
            (point, "action_view_systems", ()),
            (point, "action_withdraw", ()),
            (point, "action_open_blocker", ("x",)),
            (self.visit, "action_report", ()),
            (self.visit, "action_ask_cancel", ()),
        )
        for user in (self.user_portal_b, stranger, self.user_auditor):
            for record, method, args in calls:
                if user == self.user_auditor and method in (
                    "action_view_systems",
                    "action_withdraw",
                    "action_open_blocker",
                    "action_ask_cancel",
                ):
                    continue
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    getattr(record.with_user(user), method)(*args)
                    self.env.flush_all()

    def test_dialogs_and_figures_are_private(self):
        self.hq.with_user(self.user_head).action_view_systems()
        Figure = self.env["aftersales.system.figure"]
        self.assertTrue(Figure.with_user(self.user_head).search_count([]))
        self.assertFalse(Figure.with_user(self.user_service).search_count([]))

    def test_reason_wizard_takes_no_foreign_record(self):
        order = self._create_order()
        order.action_dispatch()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_service)
            .create(
                {
                    "res_model": order._name,
                    "res_ids": order.ids,
                    "method": "_cancel",
                    "reason": "x",
                }
            )
        )
        with self.assertRaises(AccessError):
            wizard.action_confirm()
        with self.assertRaises(AccessError):
            wizard.with_user(self.user_centre).action_confirm()


@tagged("post_install", "-at_install", "security")
class TestSecurityConfirmLink(AftersalesCommon, HttpCase):
    def test_wrong_tokens_open_nothing(self):
        order = self._create_order()
        order.action_dispatch()
        order._get_confirm_url()
        other = self._create_order()
        other._get_confirm_url()
        self.env.flush_all()
        tokens = ("", "x", "%C3%BC", "%00", other.sudo().confirm_token)
        for token in tokens:
            with self.subTest(token=token):
                url = f"/service-confirm/{order.id}?access_token={token}"
                self.assertEqual(self.url_open(url).status_code, 404)
        for token in (None, 1, True, ["x"], {"x": 1}, "ü"):
            with self.subTest(token=token), self.assertRaises(JsonRpcException) as got:
                self.make_jsonrpc_request(
                    f"/service-confirm/{order.id}/sign",
                    {"access_token": token, "name": "X", "signature": "x"},
                )
            self.assertEqual(got.exception.code, 404)
