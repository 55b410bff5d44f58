from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .common import HelpdeskCommon

RESULT = "Fan replaced.\n<b>Nothing to pay.</b>"


@tagged("post_install", "-at_install")
class TestCase(HelpdeskCommon):
    """Cases are followed to their result, and the customer learns of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        cls.cancelled = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_cancelled")
        cls.customer.email = "customer@example.com"
        cls.ticket = cls._create_ticket(partner_id=cls.customer.id).with_user(
            cls.user_dispatcher
        )

    # -- result and notice -----------------------------------------------------

    def test_every_channel_can_be_logged(self):
        names = {
            self.env.ref(f"aftersales_helpdesk.channel_{name}").name
            for name in ("letter", "visit", "hotline")
        }
        self.assertEqual(names, {"Letter", "Visit", "24-Hour Hotline"})
        channel = self.env.ref("aftersales_helpdesk.channel_letter")
        self.ticket.write({"channel_id": channel.id, "aftersales_kind": "complaint"})
        self.assertEqual(self.ticket.channel_id, channel)

    def test_no_end_without_a_result(self):
        for stage in (self.done, self.cancelled):
            with self.assertRaisesRegex(
                ValidationError, f"{self.ticket.number}.*without a result"
            ):
                self.ticket.stage_id = stage
        with self.assertRaisesRegex(ValidationError, "without a result"):
            self.ticket.write({"stage_id": self.done.id, "aftersales_result": "  "})
        with self.assertRaisesRegex(ValidationError, "without a result"):
            self._create_ticket(stage_id=self.done.id)

    def test_no_end_before_the_customer_knows(self):
        self.ticket.aftersales_result = RESULT
        with self.assertRaisesRegex(ValidationError, "before the customer knows"):
            self.ticket.stage_id = self.done
        with freeze_time("2026-03-20 09:00:00"):
            self.ticket.write({"aftersales_notice": "phone", "stage_id": self.done.id})
        self.assertTrue(self.ticket.closed)
        self.assertEqual(self.ticket.aftersales_date_notice, datetime(2026, 3, 20, 9))

    def test_a_closed_case_keeps_its_result(self):
        end = {
            "aftersales_result": RESULT,
            "aftersales_notice": "phone",
            "stage_id": self.done.id,
        }
        other = self._create_ticket(**end)
        self.ticket.write(end)
        with self.assertRaisesRegex(ValidationError, "without a result"):
            self.ticket.aftersales_result = False
        with self.assertRaisesRegex(ValidationError, "before the customer knows"):
            other.aftersales_notice = False

    def test_the_time_of_the_notice_goes_with_it(self):
        self.ticket.aftersales_notice = "visit"
        self.assertTrue(self.ticket.aftersales_date_notice)
        self.ticket.aftersales_notice = False
        self.assertFalse(self.ticket.aftersales_date_notice)
        logged = self._create_ticket(aftersales_notice="phone")
        self.assertTrue(logged.aftersales_date_notice)

    def test_a_duplicate_is_answered_by_its_original(self):
        other = self._create_ticket()
        other.write({"duplicate_id": self.ticket.id, "stage_id": self.cancelled.id})
        self.assertTrue(other.closed)

    def test_send_the_result(self):
        with self.assertRaisesRegex(UserError, "has no result yet"):
            self.ticket.action_send_result()
        self.ticket.aftersales_result = RESULT
        self.ticket.action_send_result()
        self.assertEqual(self.ticket.stage_id, self.done)
        self.assertEqual(self.ticket.aftersales_notice, "email")
        message = self.ticket.message_ids.filtered(
            lambda m: m.partner_ids == self.customer
        )
        self.assertIn("Fan replaced.<br", message.body)
        self.assertIn("&lt;b&gt;Nothing to pay.", message.body)
        self.assertEqual(message.subject, f"Result of your case {self.ticket.number}")

    def test_without_an_address_nothing_is_sent(self):
        self.customer.email = False
        self.ticket.aftersales_result = RESULT
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            self.ticket.action_send_result()
        self.assertFalse(self.ticket.closed)
        self.assertFalse(self.ticket.aftersales_notice)

    def test_an_address_without_a_contact(self):
        ticket = self._create_ticket(
            partner_email="unknown@example.com", aftersales_result=RESULT
        )
        ticket.action_send_result()
        message = ticket.message_ids.filtered("outgoing_email_to")
        self.assertEqual(message.outgoing_email_to, "unknown@example.com")

    def test_a_team_that_cannot_close(self):
        self.env["helpdesk.ticket.stage"].search([("closed", "=", True)]).write(
            {"closed": False}
        )
        self.ticket.aftersales_result = RESULT
        with self.assertRaisesRegex(UserError, "Team Test Desk has no stage"):
            self.ticket.action_send_result()

    def test_the_customer_closes_own_cases_only(self):
        portal = new_test_user(
            self.env, "case-customer", groups="base.group_portal", context=CONTEXT
        )
        portal.partner_id.parent_id = self.customer
        foreign = self._create_ticket(partner_id=self.env.company.partner_id.id)
        # The portal writes as superuser in the name of the customer.
        with self.assertRaisesRegex(AccessError, foreign.number):
            foreign.with_user(portal).sudo().stage_id = self.done
        self.ticket.with_user(portal).sudo().stage_id = self.done
        self.assertEqual(self.ticket.aftersales_result, "Closed by the customer.")
        self.assertEqual(self.ticket.aftersales_notice, "portal")

    # -- in time ---------------------------------------------------------------

    def test_the_deadline_comes_from_the_company(self):
        self.company.aftersales_case_hours = 8
        ticket = self._create_ticket()
        hours = (ticket.aftersales_date_due - ticket.create_date) / timedelta(hours=1)
        self.assertAlmostEqual(hours, 8, 1)
        ticket.aftersales_date_due = datetime(2026, 3, 16, 16)
        with freeze_time("2026-03-16 15:59:00"):
            self.assertFalse(ticket.aftersales_is_overdue)
        ticket.invalidate_recordset(["aftersales_is_overdue"])
        with freeze_time("2026-03-16 16:01:00"):
            self.assertTrue(ticket.aftersales_is_overdue)
            found = self.env["helpdesk.ticket"].search(
                [("aftersales_is_overdue", "=", True)]
            )
            self.assertIn(ticket, found)
            ticket.write({"aftersales_result": RESULT, "aftersales_notice": "phone"})
            ticket.stage_id = self.done
            self.assertFalse(ticket.aftersales_is_overdue)
            self.assertNotIn(
                ticket,
                self.env["helpdesk.ticket"].search(
                    [("aftersales_is_overdue", "=", True)]
                ),
            )

    def _make_overdue(self, count=1, **vals):
        tickets = self.env["helpdesk.ticket"]
        for _number in range(count):
            tickets += self._create_ticket(**vals)
        tickets.aftersales_date_due = datetime.now() - timedelta(hours=1)
        return tickets

    def _run_job(self):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env["helpdesk.ticket"].with_env(
                self.env(cr=cr, user=1)
            )._cron_escalate()
        self.env.invalidate_all()

    def test_overdue_cases_go_higher_once(self):
        late = self._make_overdue(2, priority="1")
        urgent = self._make_overdue(priority="3")
        self.team.user_id = self.user_head
        in_time = self.ticket
        self._run_job()
        for ticket in late | urgent:
            self.assertEqual(ticket.activity_ids.user_id, self.user_head)
            self.assertEqual(ticket.activity_ids.summary, "Overdue case")
            self.assertTrue(ticket.aftersales_date_escalated)
        self.assertEqual(set(late.mapped("priority")), {"2"})
        self.assertEqual(urgent.priority, "3")
        self.assertFalse(in_time.activity_ids)
        self._run_job()
        self.assertEqual(len(late[0].activity_ids), 1)
        # The end of the case ends the reminder.
        late[0].write(
            {
                "aftersales_result": RESULT,
                "aftersales_notice": "letter",
                "stage_id": self.done.id,
            }
        )
        self.assertFalse(late[0].activity_ids)
        self.assertTrue(late[1].activity_ids)

    def test_the_leader_s_own_case_goes_to_the_head(self):
        self.team.user_id = self.user_dispatcher
        late = self._make_overdue(user_id=self.user_dispatcher.id)
        late._escalate()
        heads = self.company._get_aftersales_people("aftersales_network.group_head")
        self.assertEqual(late.activity_ids.user_id, heads[:1])

    def test_without_anybody_the_case_is_still_marked(self):
        late = self._make_overdue()
        heads = self.env.ref("aftersales_network.group_head").all_user_ids
        heads.active = False
        late._escalate()
        self.assertTrue(late.aftersales_date_escalated)
        self.assertFalse(late.activity_ids)

    def test_queries_do_not_grow_with_the_cases(self):
        self.team.user_id = self.user_head
        few, many = self._make_overdue(2), self._make_overdue(12)
        counts = []
        for tickets in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            tickets._escalate()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 12)
