"""The life of a service point, from the application to the exit, role by role."""

import base64
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.aftersales_network.tests.common import CONTEXT, AftersalesCommon

from tests.common import SuiteCase

TODAY = "2026-03-02"


@tagged("standard", "post_install", "-at_install")
class TestNetworkStory(AftersalesCommon, SuiteCase):
    """One firm applies, works, is suspended and leaves again.

    Steps are taken by the users whose role they belong to; money and work of
    the other modules stand in the way of the exit until they are settled.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.applicant = new_test_user(
            cls.env,
            login="story_applicant",
            groups="base.group_portal",
            context=CONTEXT,
        )
        cls.template = cls.env["aftersales.agreement.template"].search([], limit=1)
        cls.state_new = cls.env["res.country.state"].create(
            {"name": "New Province", "code": "NP1", "country_id": cls.country.id}
        )
        cls.area_new = cls.env["aftersales.area"].create(
            {
                "name": "New Province",
                "country_id": cls.country.id,
                "state_id": cls.state_new.id,
            }
        )

    def _as(self, role):
        return self.newcomer.with_user(getattr(self, f"user_{role}"))

    def _apply(self):
        """The centre opens the file, the applicant's form is complete."""
        self.newcomer = (
            self.env["aftersales.service.point"]
            .with_user(self.user_centre)
            .create(
                {
                    "name": "Newcomer",
                    "parent_id": self.centre.id,
                    "partner_id": self.env["res.partner"]
                    .create({"name": "Newcomer Ltd.", "is_company": True})
                    .id,
                    "legal_form": "company",
                    "registration_number": "91440000TEST",
                    "office_area": 40,
                    "workshop_area": 80,
                }
            )
            .with_user(self.env.user)
        )
        self.newcomer.with_user(self.user_admin).action_submit()

    def _pass_gates(self):
        self._as("centre").action_start_review()
        with self.assertRaises(AccessError):
            self._as("reviewer").action_approve()
        with self.assertRaisesRegex(UserError, "site inspection"):
            self._as("centre").action_approve()
        self._as("centre").action_approve("Seen on site: in order")
        self.assertEqual(self.newcomer.state, "technical_review")
        self._as("reviewer").action_approve("Tools suffice")
        self._as("head").action_approve("Welcome")
        self.assertEqual(self.newcomer.state, "probation")
        gates = self.newcomer.approval_ids.sorted("id").mapped("gate")
        self.assertEqual(gates[-3:], ["centre", "technical", "head"])

    def _sign(self):
        """The agreement starts the probation; its paper stays as it was signed."""
        agreement = (
            self.env["aftersales.agreement"]
            .with_user(self.user_head)
            .create(
                {
                    "service_point_id": self.newcomer.id,
                    "date_start": date(2026, 3, 2),
                    "date_end": date(2027, 3, 1),
                    "labour_rate": 50,
                }
            )
        )
        agreement.action_issue()
        agreement._sign(
            "The Owner",
            date(2026, 3, 2),
            {"signed_file": base64.b64encode(b"signed"), "signed_filename": "a.txt"},
        )
        self.assertEqual(agreement.state, "provisional")
        self.assertEqual(
            self.newcomer.date_probation_end,
            date(2026, 3, 2) + relativedelta(months=3),
        )
        return agreement

    def _equip(self):
        self.env["aftersales.area.assignment"].with_user(self.user_centre).create(
            {
                "service_point_id": self.newcomer.id,
                "area_id": self.area_new.id,
                "date_from": date(2026, 3, 2),
            }
        )
        self._create_staff(
            service_point_id=self.newcomer.id,
            partner_id=self.applicant.partner_id.id,
            date_from=date(2026, 3, 1),
        )
        self.customer.write({"state_id": self.state_new.id})

    def _work(self):
        """An order of the new area goes to the newcomer, also on probation."""
        order = self._create_order()
        order.with_user(self.user_dispatcher).action_dispatch()
        self.assertEqual(order.service_point_id, self.newcomer)
        return order

    def test_from_application_to_exit(self):
        with freeze_time(f"{TODAY} 02:00:00"):
            self._apply()
            self._pass_gates()
            with self.assertRaisesRegex(UserError, "still has open"):
                self._as("head").action_activate()
            agreement = self._sign()
            self._equip()
            order = self._work()
        with freeze_time("2026-06-03 02:00:00"):
            self._assess_and_activate(agreement)
            self._suspend(order)
        with freeze_time("2026-06-20 02:00:00"):
            self._lift()
            self._leave(order, agreement)

    def _assess_and_activate(self, agreement):
        with self.assertRaisesRegex(UserError, "passed probation assessment"):
            self._as("head").action_activate()
        assessment = (
            self.env["aftersales.probation.assessment"]
            .with_user(self.user_reviewer)
            .create(
                {
                    "service_point_id": self.newcomer.id,
                    "outcome": "passed",
                    "score": 88,
                    "findings": "Works well",
                }
            )
        )
        assessment.action_confirm()
        self._as("head").action_activate()
        self.assertEqual(self.newcomer.state, "active")
        self.assertEqual(agreement.state, "active")

    def _suspend(self, order):
        """No new work, but the open order may be finished."""
        self._as("head").action_suspend("Complaints", date(2026, 6, 15))
        rival = self._create_order()
        rival.with_user(self.user_dispatcher).action_dispatch()
        self.assertFalse(rival.service_point_id)
        self.assertIn("no new work", rival.dispatch_note)
        order.action_accept()
        order.action_start()
        order.step_ids.write({"is_done": True})
        order.write({"correction": "Mended"})

    def _lift(self):
        self.env.flush_all()
        Point = self.env["aftersales.service.point"]
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Point.with_env(self.env(cr=cr))._cron_lift_suspensions()
        self.env.invalidate_all()
        self.assertEqual(self.newcomer.state, "active")

    def _leave(self, order, agreement):
        withdrawal = (
            self.env["aftersales.withdrawal"]
            .with_user(self.user_admin)
            .create(
                {
                    "service_point_id": self.newcomer.id,
                    "cause": "own_wish",
                    "reason": "Retires",
                }
            )
        )
        withdrawal.action_submit()
        for role in ("centre", "reviewer", "head"):
            withdrawal.with_user(getattr(self, f"user_{role}")).action_approve()
        self.assertEqual(self.newcomer.state, "withdrawal")
        head = withdrawal.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "open orders"):
            head.action_close()
        order.action_done()
        order.action_close()
        claim = self.env["aftersales.claim"].create(
            {"order_id": order.id, "service_point_id": self.newcomer.id}
        )
        with self.assertRaisesRegex(UserError, "open claims"):
            head.action_close()
        claim.unlink()
        own = self.env["aftersales.service.point"].with_user(self.applicant)
        self.assertEqual(own.search([]), self.newcomer.with_user(self.applicant))
        head.action_close()
        self.assertEqual((withdrawal.state, self.newcomer.state), ("closed", "closed"))
        self.assertEqual(agreement.state, "ended")
        self.assertEqual(self.newcomer.assignment_ids.date_to, date(2026, 6, 20))
        self.assertTrue(withdrawal.notice_file)
        self.env.invalidate_all()
        self.assertFalse(own.search([]), "the former point's people see nothing more")
