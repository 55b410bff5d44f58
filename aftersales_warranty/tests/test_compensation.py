from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_common import CompensationCommon
from .recall_common import RecallCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 04:00:00")
class TestCompensation(CompensationCommon):
    """Compensations: proposed, approved by amount, charged, given, closed."""

    # -- proposal and approval -------------------------------------------------

    def test_the_amount_decides_who_approves(self):
        for amount, approver in (
            (500, "centre"),
            (500.01, "clerk"),
            (1000, "clerk"),
            (1000.01, "head"),
        ):
            with self.subTest(amount=amount):
                compensation = self._propose(amount)
                self.assertRegex(compensation.name, r"^COM\d{6}$")
                self.assertEqual(compensation.state, "proposed")
                self.assertEqual(compensation.approver, approver)
                self.assertEqual(compensation.proposed_by_id, self.user_service)

    def test_one_under_way_keeps_the_point_from_leaving(self):
        compensation = self._propose(800)
        blockers = {row[0]: row[1] for row in self.point._get_clearance_blockers()}
        self.assertEqual(blockers["compensations under way"], 1)
        compensation.with_user(self.user_clerk)._refuse("No fault of ours")
        labels = [row[0] for row in self.point._get_clearance_blockers()]
        self.assertNotIn("compensations under way", labels)

    def test_a_role_that_does_not_reach_so_far_is_refused(self):
        compensation = self._propose(800)
        with self.assertRaises(AccessError) as caught:
            compensation.with_user(self.user_centre).action_approve()
        self.assertEqual(
            str(caught.exception),
            f"{compensation.name} is {self.currency.format(800)}; it is approved by: "
            "Settlement Clerk.",
        )
        compensation.with_user(self.user_clerk).action_approve()
        self.assertEqual(compensation.state, "approved")

    def test_nobody_approves_his_own(self):
        compensation = self._propose(300, user=self.user_centre)
        with self.assertRaisesRegex(UserError, "another person must decide"):
            compensation.action_approve()
        written = self._create_compensation(user=self.user_clerk, amount=800)
        written.with_user(self.user_head).action_propose()
        with self.assertRaisesRegex(UserError, "another person must decide"):
            written.with_user(self.user_clerk).action_approve()

    def test_two_people_approve_where_the_rule_says_so(self):
        self.rule_head.person_count = 2
        compensation = self._propose(3000)
        compensation.with_user(self.user_head).action_approve()
        self.assertEqual(
            (compensation.state, compensation.approved_count), ("proposed", 1)
        )
        with self.assertRaisesRegex(UserError, "another person must decide"):
            compensation.with_user(self.user_head).action_approve()
        compensation.with_user(self.head_b).action_approve()
        self.assertEqual(compensation.state, "approved")
        self.assertEqual(len(compensation.sudo().approval_ids), 2)

    def test_without_rules_the_head_decides(self):
        (self.rule_centre | self.rule_clerk | self.rule_head).active = False
        compensation = self._propose(10)
        self.assertEqual(
            (compensation.approver, compensation.person_count), ("head", 1)
        )

    def test_no_rule_reaches_so_far(self):
        self.rule_head.active = False
        with self.assertRaises(UserError) as caught:
            self._propose(2000)
        self.assertEqual(
            str(caught.exception),
            f"Nobody may approve {self.currency.format(2000)} at {self.company.name}. "
            "Add an approval limit for such amounts.",
        )

    def test_a_refusal_has_its_reason(self):
        compensation = self._propose(300).with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "Give a reason"):
            compensation._refuse("")
        compensation._refuse("Not our fault")
        self.assertEqual(
            (compensation.state, compensation.decision_note),
            ("refused", "Not our fault"),
        )
        self.assertEqual(compensation.sudo().fund_state, "none")
        compensation.with_user(self.user_service).action_back_to_draft()
        self.assertEqual(compensation.state, "draft")

    def test_goods_are_named(self):
        compensation = self._create_compensation(kind="goods")
        with self.assertRaisesRegex(UserError, "say what the customer is given"):
            compensation.action_propose()

    def test_what_was_proposed_does_not_change(self):
        compensation = self._propose(300)
        with self.assertRaisesRegex(UserError, "is in state “In Approval”"):
            compensation.amount = 30000
        for vals in (
            {"state": "approved"},
            {"approver": "centre"},
            {"approved_count": 5},
            {"proposed_by_id": self.user_hr.id},
            {"amount_company": 1},
            {"case_model": "res.partner"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                compensation.with_context(aftersales_flow=True).write(vals)

    # -- reserve ---------------------------------------------------------------

    def test_the_head_charges_the_reserve_in_one_step(self):
        compensation = self._approve(300)
        move = compensation.fund_move_id
        self.assertEqual(compensation.fund_id, self.fund)
        self.assertEqual(
            (move.state, move.amount, move.kind), ("approved", 300, "draw")
        )
        self.assertEqual(move.requested_by_id, self.user_service)
        self.assertEqual(move.decided_by_id, self.user_head)
        self.assertEqual(
            (move.res_model, move.res_id),
            (
                "aftersales.compensation",
                compensation.id,
            ),
        )
        self.assertEqual(compensation.fund_state, "approved")
        self.assertEqual(self.fund.balance, 4700)

    def test_a_centre_leaves_the_charge_to_the_head(self):
        compensation = self._approve(300, by=self.user_centre)
        self.assertEqual(
            (compensation.state, compensation.fund_state), ("approved", "requested")
        )
        self.assertEqual(self.fund.balance, 5000)
        compensation.fund_move_id.with_user(self.user_head).action_approve()
        self.assertEqual(compensation.fund_state, "approved")
        self.assertEqual(self.fund.balance, 4700)

    def test_the_fund_never_falls_below_zero(self):
        compensation = self._propose(6000)
        with self.assertRaisesRegex(UserError, "cannot be drawn"):
            compensation.with_user(self.user_head).action_approve()
        self.env.invalidate_all()
        self.assertEqual(self.fund.balance, 5000)

    def test_without_a_fund_nothing_is_approved(self):
        self.fund.active = False
        compensation = self._propose(300)
        with self.assertRaisesRegex(
            UserError, "no fund of the kind “Reserve for Claims and Complaints”"
        ):
            compensation.with_user(self.user_head).action_approve()

    def test_safety_cases_have_their_own_fund(self):
        safety = self._create_fund("safety")
        cause = self.env.ref("aftersales_warranty.compensation_cause_injury")
        compensation = self._approve(300, cause_id=cause.id)
        self.assertEqual(compensation.fund_id, safety)
        self.assertEqual((safety.balance, self.fund.balance), (4700, 5000))

    def test_a_refused_charge_is_asked_for_again(self):
        compensation = self._approve(300, by=self.user_centre)
        compensation.fund_move_id.with_user(self.user_head)._refuse("Wrong fund")
        self.assertEqual(compensation.fund_state, "refused")
        with self.assertRaisesRegex(UserError, "was refused. Ask for it again"):
            compensation.with_user(self.user_clerk).action_give()
        other = self._create_fund("other")
        compensation.fund_id = other
        compensation.with_user(self.user_clerk).action_charge()
        self.assertEqual(
            (compensation.fund_state, compensation.fund_move_id.fund_id),
            ("requested", other),
        )
        with self.assertRaisesRegex(UserError, "is charged, or its charge is asked"):
            compensation.with_user(self.user_clerk).action_charge()

    def test_cancelling_withdraws_the_open_charge(self):
        compensation = self._approve(300, by=self.user_centre)
        with self.assertRaisesRegex(AccessError, "are paid out and closed"):
            compensation.with_user(self.user_service)._cancel("Withdrawn")
        compensation.with_user(self.user_clerk)._cancel("Withdrawn")
        self.assertEqual(
            (compensation.state, compensation.fund_move_id.state),
            ("cancelled", "refused"),
        )
        charged = self._approve(200)
        with self.assertRaisesRegex(UserError, "is charged or credited already"):
            charged.with_user(self.user_clerk)._cancel("Too late")

    # -- giving ----------------------------------------------------------------

    def test_money_is_given_by_a_credit_note(self):
        compensation = self._approve(300)
        compensation.with_user(self.user_clerk).action_give()
        note = compensation.move_id
        self.assertEqual((note.move_type, note.state), ("out_refund", "draft"))
        self.assertEqual(note.invoice_line_ids.account_id, self.account_compensation)
        self.assertEqual((note.amount_total, note.partner_id), (300, self.customer))
        self.assertEqual(compensation.state, "approved")
        with self.assertRaisesRegex(UserError, "has its credit note already"):
            compensation.with_user(self.user_clerk).action_give()
        note.action_post()
        self.assertEqual(
            (compensation.state, compensation.date_given), ("given", date(2026, 3, 10))
        )
        note.button_draft()
        self.assertEqual(compensation.state, "approved")
        note.action_post()
        compensation.with_user(self.user_clerk).action_close()
        self.assertEqual(compensation.state, "closed")
        for step in ("button_draft", "button_cancel"):
            with (
                self.subTest(step=step),
                self.assertRaisesRegex(UserError, "gives the closed compensation"),
            ):
                getattr(note, step)()

    def test_a_cancelled_credit_note_leaves_it_to_be_given(self):
        compensation = self._approve(300)
        compensation.with_user(self.user_clerk).action_give()
        compensation.move_id.action_post()
        compensation.move_id.button_cancel()
        self.assertEqual(
            (compensation.state, bool(compensation.move_id)), ("approved", False)
        )
        compensation.with_user(self.user_clerk).action_give()
        compensation.move_id.unlink()
        self.assertFalse(compensation.move_id)

    def test_a_cancelled_credit_note_pays_no_second_time(self):
        compensation = self._approve(300)
        compensation.with_user(self.user_clerk).action_give()
        first = compensation.move_id
        first.button_cancel()
        compensation.with_user(self.user_clerk).action_give()
        compensation.move_id.action_post()
        message = f"{compensation.display_name} given free for another document"
        for step in (first.button_draft, lambda: first.write({"state": "posted"})):
            with self.assertRaisesRegex(UserError, message):
                step()
        self.assertEqual(first.state, "cancel")

    def test_a_credit_note_gives_what_was_approved(self):
        compensation = self._approve(300)
        compensation.with_user(self.user_clerk).action_give()
        compensation.move_id.invoice_line_ids.price_unit = 3000
        with self.assertRaisesRegex(UserError, "must give Test Customer"):
            compensation.move_id.action_post()

    def test_goods_and_service_are_noted(self):
        compensation = self._approve(
            300, kind="service", gift_note="Two free maintenances"
        )
        compensation.with_user(self.user_clerk).action_give()
        self.assertEqual(
            (compensation.state, bool(compensation.move_id)), ("given", False)
        )

    def test_only_clerk_and_head_give(self):
        compensation = self._approve(300)
        for user in (self.user_service, self.user_centre):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                compensation.with_user(user).action_give()
        with self.assertRaises(AccessError):
            compensation.with_user(self.user_auditor).action_give()

    def test_what_is_not_charged_is_not_closed(self):
        compensation = self._approve(
            300, by=self.user_centre, kind="service", gift_note="A cleaning"
        )
        compensation.with_user(self.user_clerk).action_give()
        with self.assertRaisesRegex(UserError, "is not charged to a fund yet"):
            compensation.with_user(self.user_clerk).action_close()

    def test_without_an_account_nothing_is_given(self):
        self.company.aftersales_compensation_account_id = False
        compensation = self._approve(300)
        with self.assertRaisesRegex(UserError, "no account for compensations"):
            compensation.with_user(self.user_clerk).action_give()

    # -- case ------------------------------------------------------------------

    def test_a_compensation_belongs_to_its_case(self):
        order = self._create_charged(100)
        self.assertTrue(order.with_user(self.user_service).can_compensate)
        action = order.with_user(self.user_service).action_propose_compensation()
        Compensation = self.env["aftersales.compensation"].with_user(self.user_service)
        compensation = Compensation.with_context(**action["context"]).create(
            {"cause_id": self.cause.id, "cause": "Late", "amount": 50}
        )
        self.assertEqual(compensation.order_id, order)
        self.assertEqual(compensation.partner_id, self.customer)
        self.assertEqual(compensation.service_point_id, self.point)
        order.invalidate_recordset(["compensation_count"])
        self.assertEqual(order.compensation_count, 1)
        found = Compensation.search(order.action_view_compensations()["domain"])
        self.assertEqual(found, compensation)

    def test_units_and_returns_are_cases(self):
        action = self.unit.with_user(self.user_service).action_propose_compensation()
        self.assertEqual(action["context"]["default_registration_id"], self.unit.id)
        self.assertEqual(self.unit.compensation_count, 0)
        self._create_compensation(registration_id=self.unit.id)
        self.unit.invalidate_recordset(["compensation_count"])
        self.assertEqual(self.unit.compensation_count, 1)

    def test_no_case_of_somebody_else(self):
        for model, record_id in (("res.partner", self.customer.id), ("no.model", 1)):
            with (
                self.subTest(model=model),
                self.assertRaisesRegex(
                    UserError, "The case of this compensation does not exist"
                ),
            ):
                self._create_compensation(case_model=model, case_id=record_id)
        foreign = self._create_charged(10, point=self.point_b)
        with self.assertRaises(AccessError):
            self._create_compensation(
                user=self.user_service,
                case_model=foreign._name,
                case_id=foreign.id,
            )

    def test_points_do_not_see_each_other(self):
        compensation = self._propose(300)
        other = self._create_compensation(
            user=self.user_head, service_point_id=self.point_b.id
        )
        Compensation = self.env["aftersales.compensation"]
        self.assertFalse(Compensation.with_user(self.user_service).search([]) & other)
        with self.assertRaises(AccessError):
            self._create_compensation(
                user=self.user_service, service_point_id=self.point_b.id
            )
        self.assertIn(
            compensation, Compensation.with_user(self.user_auditor).search([])
        )
        for user in (
            self.user_warehouse,
            self.user_hr,
            self.user_reviewer,
            self.user_portal,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Compensation.with_user(user).search([])
        with self.assertRaises(AccessError):
            compensation.with_user(self.user_auditor).write({"gift_note": "x"})

    def test_the_fund_is_hidden_from_the_point(self):
        compensation = self._approve(300)
        with self.assertRaises(AccessError):
            compensation.with_user(self.user_service).read(["fund_id"])
        read = compensation.with_user(self.user_service).read(["fund_state"])
        self.assertEqual(read[0]["fund_state"], "approved")

    def test_another_currency_is_charged_in_our_own(self):
        foreign = self.env.ref(
            "base.EUR" if self.currency.name != "EUR" else "base.USD"
        )
        foreign.active = True
        foreign.rate_ids.unlink()
        foreign.rate_ids = [(0, 0, {"name": "2026-03-01", "rate": 0.5})]
        compensation = self._approve(100, currency_id=foreign.id)
        self.assertEqual(compensation.amount_company, 200)
        self.assertEqual(self.fund.balance, 4800)

    def test_the_letter_prints(self):
        compensation = self._approve(300)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "aftersales_warranty.report_compensation", compensation.ids
            )[0]
            .decode()
        )
        for text in (compensation.name, "Test Customer", "300.00", "Late Repair"):
            self.assertIn(text, html)


@tagged("post_install", "-at_install")
class TestCompensationOfRecall(RecallCommon):
    """The owner of a recalled unit is compensated; the campaign shows it."""

    def test_a_compensation_is_linked_to_the_campaign(self):
        self._start()
        row = self._row("AC-0003")
        cause = self.env.ref("aftersales_warranty.compensation_cause_recall")
        cases = [(row._name, row.id), (self.campaign._name, self.campaign.id)]
        for model, case_id in (*cases, (False, False)):
            compensation = self.env["aftersales.compensation"].create(
                {
                    "case_model": model,
                    "case_id": case_id,
                    "partner_id": self.customer.id,
                    "cause_id": cause.id,
                    "cause": "Could not use it for a month",
                    "amount": 100,
                }
            )
            found = compensation.campaign_id
            self.assertEqual(found, self.campaign.sudo() if model else found.browse())
