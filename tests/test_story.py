"""The main job of the suite, end to end, each step by the role that does it."""

from datetime import date

from story import goods, live_case, network, people

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from tests.common import SuiteCase


@tagged("standard", "post_install", "-at_install")
@freeze_time("2026-11-16 03:00:00")
class TestStory(SuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, no_reset_password=True)
        )
        cls.company = network.setup_company(cls.env)
        cls.users = people.create_users(cls.env)
        cls.places = network.create_areas(cls.env)
        cls.points = network.create_points(cls.env, cls.users, cls.places)
        people.create_staff(cls.env, cls.points, cls.users)
        people.create_certificates(cls.env, cls.users)
        cls.stock = goods.create_goods(cls.env)
        cls.customer = goods.create_customers(cls.env)[0]
        cls.case = live_case.LiveCase(
            cls.env, cls.company, cls.users, cls.points, cls.stock
        )
        cls.case.run()
        cls.point = cls.points["Guangzhou East Service"]

    def test_delivery_registers_the_unit_with_its_policy(self):
        unit = self.case.unit
        self.assertEqual(len(unit), 1)
        self.assertEqual(unit.serial, "LH-AC-2000")
        self.assertEqual(unit.partner_id, self.customer)
        self.assertEqual(
            unit.policy_version_id.policy_id.name, "Air Conditioner Promise"
        )
        self.assertEqual(unit.date_cover_end, date(2028, 11, 16))

    def test_mail_becomes_a_ticket_with_cover_and_entitlements(self):
        ticket = self.case.ticket
        self.assertEqual(ticket.aftersales_registration_id, self.case.unit)
        self.assertEqual(ticket.partner_id, self.customer)
        self.assertTrue(ticket.aftersales_in_cover)
        self.assertIn("Covered at 100 %", ticket.aftersales_cover)
        ticket.aftersales_fault_class = "performance"
        # Day 0 of the general three-guarantee rule: return, exchange or repair.
        self.assertTrue(
            {"return", "exchange", "free_repair"} <= set(ticket.aftersales_entitlements)
        )

    def test_order_is_dispatched_to_the_point_of_the_area_with_reasons(self):
        order = self.case.order
        self.assertEqual(order.origin, self.case.ticket.number)
        self.assertEqual(order.area_id, self.places["510"])
        self.assertEqual(order.service_point_id, self.point)
        self.assertEqual(order.technician_id.name, "Huang Bo")
        taken = order.candidate_ids.filtered("is_taken")
        self.assertEqual(taken.service_point_id, self.point)
        self.assertIn("rank 1", taken.reason)

    def test_claim_is_cut_with_a_reason(self):
        claim = self.case.claim_record
        amounts = {
            line.kind: (line.amount_claimed, line.amount_approved)
            for line in claim.line_ids
        }
        self.assertEqual(
            amounts,
            {"part": (680.0, 680.0), "labour": (180.0, 180.0), "travel": (60.0, 40.0)},
        )
        travel = claim.line_ids.filtered(lambda line: line.kind == "travel")
        self.assertEqual(travel.reason_id.code, "EF")
        self.assertEqual(claim.state, "settled")
        self.assertTrue(claim.check_ids)

    def test_bill_is_a_draft_with_exactly_the_approved_amount(self):
        bill = self.case.bill
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))
        self.assertEqual(bill.partner_id, self.point.partner_id)
        self.assertEqual(bill.amount_untaxed, 900.0)
        self.assertEqual(bill.amount_total, self.case.settlement.amount_total)
        self.assertEqual(
            self.case.settlement.claim_line_ids, self.case.claim_record.line_ids
        )

    def test_scorecard_shows_the_work_and_opens_its_records(self):
        card = self.case.scorecard
        volume = card.line_ids.filtered(
            lambda line: line.indicator_id.metric_code == "VOLUME"
        )
        self.assertEqual(volume.metric_numerator, 1)
        action = volume.action_open_records()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.case.order)

    def test_hr_sees_ratio_people_and_shortfall(self):
        Ratio = self.env["aftersales.manager.ratio"].with_user(self.users["hr"])
        figures = Ratio._get_ratio(date(2026, 11, 16))
        # Managers of 18 points, head, centre manager and three employees.
        self.assertEqual(figures["managers"], 23)
        self.assertEqual(figures["required"], 3)
        self.assertEqual(figures["holders"], 1)
        self.assertEqual(figures["shortfall"], 2)
        self.assertEqual(len(figures["manager_ids"]), 23)
        # The second certificate was issued on 12 November 2023 for three years: it
        # counted until 11 November 2026.
        earlier = Ratio._get_ratio(date(2026, 11, 10))
        self.assertEqual((earlier["holders"], earlier["shortfall"]), (2, 1))

    def test_roles_do_not_cross(self):
        claim = self.case.claim_record
        with self.assertRaises(AccessError):
            claim.with_user(self.users["dispatcher"]).action_reopen()
        with self.assertRaises(AccessError):
            self.case.settlement.with_user(self.users["head"]).action_draft()
        centre = self.points["East Centre"]
        self.assertFalse(
            centre.with_user(self.users["centre"]).has_access("read"),
            "the south centre's manager sees the east centre",
        )

    def test_the_period_cannot_be_paid_twice(self):
        clerk = self.users["clerk"]
        today = self.company._get_aftersales_today()
        again = (
            self.env["aftersales.settlement"]
            .with_user(clerk)
            ._settle_points(self.point.with_user(clerk), today.replace(day=1), today)
        )
        self.assertFalse(again)

    def test_deleting_the_bill_reopens_exactly_its_settlement(self):
        self.case.bill.unlink()
        self.assertEqual(self.case.settlement.state, "confirmed")
        self.assertEqual(self.case.claim_record.state, "partially")
