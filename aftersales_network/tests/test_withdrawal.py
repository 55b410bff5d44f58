import base64
from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import CONTEXT, AftersalesCommon


class WithdrawalCommon(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_head_b = new_test_user(
            cls.env,
            login="aftersales_head_b",
            name="Test Head B",
            groups="aftersales_network.group_head",
            context=CONTEXT,
        )
        cls.point.partner_id.email = "point@example.com"

    def _file(self, user=None, point=None, **vals):
        user = user or self.user_head_b
        point = point or self.point
        action = point.with_user(user).action_withdraw()
        withdrawal = (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"cause": "quality", "reason": "Repeated faults", **vals})
        )
        withdrawal.action_submit()
        return withdrawal.with_env(self.env)

    def _pass_gates(self, withdrawal):
        for user in (self.user_centre, self.user_reviewer, self.user_head):
            withdrawal.with_user(user).action_approve()
        return withdrawal


@tagged("post_install", "-at_install")
class TestWithdrawal(WithdrawalCommon):
    def test_gates_one_at_a_time_with_the_role(self):
        withdrawal = self._file()
        self.assertRegex(withdrawal.name, r"^WDR/\d{4}/\d{4,}$")
        self.assertEqual(withdrawal.filed_by_id, self.user_head_b)
        steps = (
            ("submitted", self.user_centre, self.user_reviewer),
            ("technical_review", self.user_reviewer, self.user_centre),
            ("head_approval", self.user_head, self.user_reviewer),
        )
        for state, right, wrong in steps:
            self.assertEqual(withdrawal.state, state)
            self.assertEqual(self.point.state, "active")
            self.assertFalse(withdrawal.with_user(wrong).can_decide)
            with self.assertRaises(AccessError):
                withdrawal.with_user(wrong).action_approve()
            self.assertTrue(withdrawal.with_user(right).can_decide)
            withdrawal.with_user(right).action_approve()
        self.assertEqual(
            (withdrawal.state, self.point.state), ("clearing", "withdrawal")
        )
        self.assertFalse(self.point._is_dispatchable())
        self.assertEqual(
            withdrawal.approval_ids.sorted("id").mapped("gate"),
            ["submit", "centre", "technical", "head"],
        )

    def test_nobody_decides_the_own_filing_or_twice(self):
        withdrawal = self._file(self.user_centre)
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            withdrawal.with_user(self.user_centre).action_approve()
        withdrawal.with_user(self.user_admin).action_approve()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            withdrawal.with_user(self.user_admin).action_approve()

    def test_refusal_needs_a_reason(self):
        withdrawal = self._file()
        with self.assertRaisesRegex(UserError, "Give a reason"):
            withdrawal.with_user(self.user_centre).action_refuse(" ")
        action = withdrawal.with_user(self.user_centre).action_ask_refuse()
        self.env[action["res_model"]].with_user(self.user_centre).with_context(
            **action["context"]
        ).create({"reason": "Improved since"}).action_confirm()
        self.assertEqual(withdrawal.state, "refused")
        self.assertEqual(withdrawal.refusal_reason, "Improved since")
        decision = withdrawal.approval_ids.sorted("id")[-1]
        self.assertEqual(
            (decision.gate, decision.decision, decision.user_id),
            ("centre", "rejected", self.user_centre),
        )
        self.assertEqual(self.point.state, "active")
        self.assertTrue(self._file())

    def test_mail_and_activity_at_every_hand_over(self):
        withdrawal = self._file()
        self.assertEqual(withdrawal.activity_ids.user_id, self.user_centre)
        self.assertIn(
            self.user_centre.partner_id, withdrawal.message_ids.notified_partner_ids
        )
        withdrawal.with_user(self.user_centre).action_approve()
        self.assertIn(self.user_reviewer, withdrawal.activity_ids.user_id)
        self.assertNotIn(self.user_centre, withdrawal.activity_ids.user_id)
        message = withdrawal.message_ids[0]
        self.assertIn("Technical Review", message.body)
        self.assertIn(self.user_reviewer.partner_id, message.notified_partner_ids)
        self.assertIn(self.user_head_b.partner_id, message.notified_partner_ids)
        withdrawal.with_user(self.user_reviewer).action_approve()
        self.assertIn(self.user_head, withdrawal.activity_ids.user_id)

    def test_what_was_filed_is_fixed(self):
        withdrawal = self._file()
        for vals in ({"reason": "x"}, {"cause": "other"}, {"date_requested": False}):
            with self.assertRaisesRegex(UserError, "has been filed"):
                withdrawal.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "has been filed"):
            withdrawal.with_user(self.user_head).unlink()
        for vals in ({"state": "closed"}, {"filed_by_id": self.user_head.id}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                withdrawal.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.env["aftersales.withdrawal"].with_user(self.user_head).create(
                {
                    "service_point_id": self.point_b.id,
                    "cause": "other",
                    "reason": "x",
                    "state": "clearing",
                }
            )

    @freeze_time("2026-05-10")
    def test_bad_filing(self):
        with self.assertRaisesRegex(UserError, "Give the reason"):
            self._file(reason=" ")
        with self.assertRaisesRegex(UserError, "is in the past"):
            self._file(point=self.point_b, date_requested="2026-05-09")
        with self.assertRaisesRegex(ValidationError, "is a head office"):
            self._file(point=self.hq)
        prospect = self._create_point(state="prospect", parent_id=self.centre.id)
        with self.assertRaisesRegex(UserError, "in state “Prospect”"):
            prospect.with_user(self.user_head).action_withdraw()

    def test_one_at_a_time(self):
        withdrawal = self._file()
        action = self.point.with_user(self.user_head).action_withdraw()
        self.assertEqual(action["res_id"], withdrawal.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.env["aftersales.withdrawal"].create(
                {"service_point_id": self.point.id, "cause": "other", "reason": "x"}
            )

    def test_start_termination_is_filed_at_once(self):
        self.point.state = "probation"
        withdrawal = self.point.with_user(self.user_head)._start_termination(
            "Failed twice", "failed_probation"
        )
        self.assertEqual(
            (withdrawal.state, withdrawal.cause, withdrawal.filed_by_id),
            ("submitted", "failed_probation", self.user_head),
        )
        again = self.point.with_user(self.user_head)._start_termination("x", "other")
        self.assertEqual(again, withdrawal)

    def test_cancel(self):
        withdrawal = self._file()
        with self.assertRaises(AccessError):
            withdrawal.with_user(self.user_reviewer).action_cancel("no")
        withdrawal.with_user(self.user_head_b).action_cancel("Agreed otherwise")
        self.assertEqual(withdrawal.state, "cancelled")
        self.point.state = "probation"
        withdrawal = self._pass_gates(self._file())
        self.assertEqual(self.point.state, "withdrawal")
        with self.assertRaises(AccessError):
            withdrawal.with_user(self.user_centre).action_cancel("no")
        withdrawal.with_user(self.user_head).action_cancel("Stays")
        self.assertEqual(
            (withdrawal.state, self.point.state), ("cancelled", "probation")
        )

    def test_rights(self):
        withdrawal = self._file()
        foreign = self._file(point=self.point_b)
        Withdrawal = self.env["aftersales.withdrawal"]
        letters = {
            "service": "r",
            "dispatcher": "r",
            "centre": "rwcd",
            "reviewer": "rw",
            "head": "rwcd",
            "clerk": "r",
            "warehouse": "r",
            "hr": "r",
            "auditor": "r",
            "admin": "rwcd",
            "portal": "r",
        }
        operations = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
        for role, may in letters.items():
            user = getattr(self, f"user_{role}")
            for letter, operation in operations.items():
                self.assertEqual(
                    Withdrawal.with_user(user).has_access(operation),
                    letter in may,
                    (role, operation),
                )
        self.assertFalse(foreign.with_user(self.user_centre).has_access("read"))
        self.assertTrue(withdrawal.with_user(self.user_centre).has_access("read"))
        self.assertFalse(withdrawal.with_user(self.user_portal).has_access("read"))
        self.assertTrue(withdrawal.with_user(self.user_auditor).has_access("read"))

    def test_companies_are_separate(self):
        partner = self.env["res.partner"].create({"name": "Foreign Ltd"})
        foreign = self._create_point(
            name="Foreign", company_id=self.company_b.id, partner_id=partner.id
        )
        withdrawal = self.env["aftersales.withdrawal"].create(
            {"service_point_id": foreign.id, "cause": "other", "reason": "x"}
        )
        self.assertEqual(withdrawal.company_id, self.company_b)
        self.assertFalse(withdrawal.with_user(self.user_head).has_access("read"))


@tagged("post_install", "-at_install")
class TestClosing(WithdrawalCommon):
    def _clearing(self, **vals):
        return self._pass_gates(self._file(**vals))

    def test_blockers_are_listed_with_their_records(self):
        order = self._create_order()
        order.action_dispatch()
        self.env["aftersales.point.adjustment"].create(
            {"service_point_id": self.point.id, "amount": -5, "reason": "late"}
        )
        self.point.location_id = self.env["stock.location"].create(
            {"name": "Point Stock", "usage": "internal"}
        )
        self.env["stock.quant"]._update_available_quantity(
            self.part, self.point.location_id, 3
        )
        self.env["aftersales.visit"].create(
            {
                "service_point_id": self.point.id,
                "kind": "check",
                "date_planned": date(2026, 5, 10),
                "visitor_ids": self.user_centre.ids,
            }
        )
        withdrawal = self._clearing()
        rows = {row["label"]: row["count"] for row in withdrawal.clearance}
        expected = {
            "open orders": 1,
            "open awards or penalties": 1,
            "visits not reported": 1,
            "advance stock": 1,
        }
        self.assertEqual({k: rows.get(k) for k in expected}, expected)
        self.assertEqual(self.point.clearance, withdrawal.clearance)
        for label, record in (
            ("open orders", order),
            ("advance stock", self.point.location_id.quant_ids),
        ):
            action = withdrawal.with_user(self.user_head).action_open_blocker(label)
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, record)
            self.assertTrue(action["views"])
        self.assertFalse(withdrawal.action_open_blocker("nonsense"))
        for role in ("centre", "reviewer", "auditor"):
            user = getattr(self, f"user_{role}")
            seen = withdrawal.with_user(user).read(["clearance"])[0]["clearance"]
            self.assertEqual(len(seen), len(rows), role)
        for caller in (withdrawal, self.point):
            with self.assertRaisesRegex(
                UserError, r"open orders \(1\), open awards .*advance stock \(1\)"
            ):
                caller.with_user(self.user_head).action_close()
        self.assertEqual(
            (withdrawal.state, self.point.state), ("clearing", "withdrawal")
        )

    def test_each_blocker_alone_holds_the_closing(self):
        withdrawal = self._clearing()
        head = withdrawal.with_user(self.user_head)
        below = self._create_point(parent_id=self.centre.id)
        below_of_point = self.env["aftersales.point.adjustment"].create(
            {"service_point_id": self.point.id, "amount": 5, "reason": "award"}
        )
        with self.assertRaisesRegex(UserError, r"open awards or penalties \(1\)\."):
            head.action_close()
        below_of_point.unlink()
        self.assertFalse(withdrawal.clearance)
        head.action_close()
        self.assertEqual(self.point.state, "closed")
        centre = self._file(point=self.centre)
        centre.with_user(self.user_admin).action_approve()
        centre.with_user(self.user_reviewer).action_approve()
        centre.with_user(self.user_head).action_approve()
        with self.assertRaisesRegex(UserError, r"units below \(1\)"):
            centre.with_user(self.user_head).action_close()
        self.assertEqual(below.state, "active")

    @freeze_time("2026-05-10")
    def test_closing_ends_everything_at_once(self):
        withdrawal = self._clearing()
        draft = self.env["aftersales.agreement"].create(
            {"service_point_id": self.point.id, "date_start": "2027-01-01"}
        )
        self.assertTrue(self.point.with_user(self.user_portal).is_user_point)
        withdrawal.with_user(self.user_head).action_close()
        self.assertEqual((withdrawal.state, self.point.state), ("closed", "closed"))
        self.assertEqual(
            (withdrawal.date_closed, withdrawal.closed_by_id),
            (date(2026, 5, 10), self.user_head),
        )
        self.assertEqual(
            (self.agreement.state, self.agreement.date_end),
            ("ended", date(2026, 5, 10)),
        )
        self.assertEqual(draft.state, "cancelled")
        self.assertEqual(self.point.assignment_ids.date_to, date(2026, 5, 10))
        self.assertEqual(self.point.staff_ids.date_to, date(2026, 5, 10))
        self.env.invalidate_all()
        self.assertFalse(self.point.with_user(self.user_portal).is_user_point)
        self.assertEqual(self.user_portal._get_aftersales_point_ids(), [])
        order = self._create_order()
        order.action_dispatch()
        self.assertNotEqual(order.service_point_id, self.point)
        self.assertEqual(self.point.approval_ids.sorted("id")[-1].gate, "close")

    @freeze_time("2026-05-10")
    def test_notice_is_filed_and_mailed(self):
        withdrawal = self._clearing(cause="breach")
        withdrawal.with_user(self.user_head).action_close()
        text = base64.b64decode(withdrawal.notice_file).decode()
        for part in (
            withdrawal.name,
            self.point.name,
            "05/10/2026",
            "Breach of Agreement",
            self.agreement.name,
        ):
            self.assertIn(part, text)
        message = withdrawal.message_ids[0]
        self.assertIn("has ended. The notice is attached.", message.body)
        self.assertIn(self.point.partner_id, message.notified_partner_ids)
        self.assertEqual(message.attachment_ids.name, withdrawal.notice_filename)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertIn(self.point.partner_id, mail.recipient_ids)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            withdrawal.with_user(self.user_head).notice_file = False

    def test_filer_does_not_close(self):
        withdrawal = self._clearing()
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            withdrawal.with_user(self.user_head_b).action_close()
        with self.assertRaises(AccessError):
            withdrawal.with_user(self.user_centre).action_close()

    def test_point_without_approved_withdrawal(self):
        self._file()
        self.point.state = "withdrawal"
        with self.assertRaisesRegex(UserError, "no approved withdrawal"):
            self.point.with_user(self.user_head).action_close()

    def test_suspended_point_leaves(self):
        self.point.with_user(self.user_head).action_suspend("x", date(2099, 1, 1))
        withdrawal = self._clearing()
        withdrawal.with_user(self.user_head).action_close()
        self.assertEqual(self.point.state, "closed")

    def test_own_manager_still_reads_the_closed_file(self):
        self.point.manager_id = self.user_service
        self._clearing().with_user(self.user_head).action_close()
        self.env.invalidate_all()
        self.assertIn(self.point.id, self.user_service._get_aftersales_point_ids())
        self.point.sudo().write({"manager_id": self.user_portal.id})
        self.assertEqual(self.user_portal._get_aftersales_point_ids(), [])
