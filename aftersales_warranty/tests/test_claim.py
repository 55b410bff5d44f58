from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.claim_checks import CODES
from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestClaim(WarrantyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()

    def _checks(self, claim):
        return {check.code: check.result for check in claim.check_ids}

    def _reason(self, code):
        return self.env.ref(f"aftersales_warranty.claim_reason_{code}")

    def test_claim_takes_the_order_over(self):
        claim = self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None), submit=False
        )
        self.assertRegex(claim.name, r"^CLM\d{6}$")
        self.assertEqual(claim.registration_id, self.unit)
        self.assertEqual((claim.serial, claim.product_id), ("TEST-SN-1", self.product))
        self.assertEqual(
            (claim.date_failure, claim.date_start, claim.date_end),
            (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)),
        )
        self.assertEqual(claim.complaint, "Does not cool")
        self.assertEqual(claim.line_ids.mapped("amount_claimed"), [100.0, 30.0])
        self.assertEqual((claim.amount_claimed, claim.amount_approved), (130.0, 0.0))

    @freeze_time("2026-03-20 02:00:00")
    def test_submitting_checks_the_claim(self):
        claim = self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        self.assertEqual(claim.state, "submitted")
        self.assertEqual(claim.date_submission, date(2026, 3, 20))
        self.assertEqual(claim.submitted_by_id, self.user_service)
        expected = dict.fromkeys(
            (
                *("SERIAL", "COVER", "DATES", "SUM", "DUPLICATE", "DEADLINE"),
                *("AGREEMENT", "LABOUR_RATE", "PART_MARKUP"),
            ),
            "pass",
        )
        expected |= {"OLD_PART": "na", "AUTHORISATION": "na"}
        self.assertLessEqual(expected.items(), self._checks(claim).items())
        self.assertEqual(claim.fail_count, 0)
        self.assertEqual(claim.amount_allowed, 130.0)
        messages = dict(claim.check_ids.mapped(lambda c: (c.code, c.message)))
        self.assertEqual(messages["SERIAL"], "Serial TEST-SN-1 is registered.")
        self.assertEqual(
            messages["DEADLINE"], "Submitted 03/20/2026, last day 05/03/2026."
        )
        self.assertIn("30.00", messages["LABOUR_RATE"])

    @freeze_time("2026-05-04 02:00:00")
    def test_late_and_expensive(self):
        # 60 days after 4 March is 3 May; contract: 60.00 an hour, half of it covered
        claim = self._create_claim(
            ("part", 1, 120.0, self.part), ("labour", 1, 70.0, None)
        )
        checks = self._checks(claim)
        self.assertEqual(checks["DEADLINE"], "fail")
        self.assertEqual(checks["LABOUR_RATE"], "fail")
        self.assertEqual(checks["PART_MARKUP"], "fail")
        self.assertEqual(claim.fail_count, 3)
        # list 100.00 + 10 %; 60.00 x 50 %
        self.assertEqual(claim.line_ids.mapped("amount_allowed"), [110.0, 30.0])

    def test_point_without_agreement(self):
        self.agreement.action_end()
        self.agreement.flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_agreement SET date_end = '2026-01-31' WHERE id = %s",
            (self.agreement.id,),
        )
        self.agreement.invalidate_recordset()
        claim = self._create_claim()
        self.assertEqual(self._checks(claim)["AGREEMENT"], "fail")
        self.assertEqual(claim.amount_allowed, 100.0)

    def test_agreement_signed_on_probation_counts(self):
        self.agreement._write_flow({"state": "provisional"})
        self.assertEqual(self._checks(self._create_claim())["AGREEMENT"], "pass")

    def test_old_part_not_returned_blocks_the_exit(self):
        """A point does not leave with parts that belong to us."""
        self.part.aftersales_old_part = "return"
        line = self._create_claim().line_ids
        label = "old parts not returned"

        def count():
            found = {b[0]: b for b in self.point._get_clearance_blockers()}
            if label not in found:
                return 0
            action = found[label][2]
            behind = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(behind, line)
            return found[label][1]

        self.assertEqual(count(), 1)
        line.old_part_received = True
        self.assertEqual(count(), 0)

    def test_old_part_is_due(self):
        self.part.aftersales_old_part = "return"
        claim = self._create_claim()
        self.assertTrue(claim.line_ids.old_part_due)
        self.assertEqual(self._checks(claim)["OLD_PART"], "fail")
        claim.line_ids.old_part_received = True
        claim.with_user(self.user_clerk).action_run_checks()
        self.assertEqual(self._checks(claim)["OLD_PART"], "na")

    def test_stated_total_is_compared(self):
        claim = self._create_claim(submit=False)
        claim.amount_stated = 100.01
        claim.action_submit()
        check = claim.check_ids.filtered(lambda c: c.code == "SUM")
        self.assertEqual((check.result, check.reason), ("fail", "sum_differs"))

    def test_submitted_claim_is_locked(self):
        claim = self._create_claim()
        message = f"{claim.name} is submitted and cannot be changed"
        with self.assertRaisesRegex(UserError, message):
            claim.cause = "Other"
        with self.assertRaisesRegex(UserError, message):
            claim.line_ids.amount_claimed = 1
        with self.assertRaisesRegex(UserError, message):
            claim.line_ids.unlink()
        with self.assertRaisesRegex(UserError, message):
            claim.line_ids = [Command.create({"kind": "other", "amount_claimed": 5})]
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            claim.unlink()

    def test_state_and_amounts_cannot_be_written(self):
        claim = self._create_claim(submit=False)
        faked = claim.with_context(aftersales_claim_flow=True)
        with self.assertRaisesRegex(UserError, "changes by its buttons"):
            faked.state = "approved"
        with self.assertRaisesRegex(UserError, "Decide a line with its button"):
            faked.line_ids.amount_approved = 1000
        with self.assertRaisesRegex(UserError, "are fixed"):
            claim.service_point_id = self.point_b
        claim.service_point_id = self.point
        made = (
            self.env["aftersales.claim"]
            .with_user(self.user_clerk)
            .create(
                {
                    "service_point_id": self.point.id,
                    "state": "approved",
                    "line_ids": [
                        Command.create(
                            {
                                "kind": "other",
                                "amount_claimed": 10,
                                "amount_allowed": 10,
                                "amount_approved": 10,
                            }
                        )
                    ],
                }
            )
        )
        self.assertEqual((made.state, made.amount_approved), ("draft", 0.0))

    @mute_logger("odoo.sql_db")
    def test_an_order_is_claimed_once(self):
        claim = self._create_claim()
        vals = claim.order_id._prepare_claim_vals()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env["aftersales.claim"].create(vals)
        claim.with_user(self.user_clerk).action_cancel()
        again = self.env["aftersales.claim"].create(vals)
        self.assertEqual(again.order_id, claim.order_id)

    @mute_logger("odoo.sql_db")
    def test_a_part_of_a_unit_is_claimed_once_a_day(self):
        self._create_claim()
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self._create_claim()
            self.env.flush_all()
        other_day = self._create_claim(date_request="2026-03-03 08:00:00")
        self.assertEqual(self._checks(other_day)["DUPLICATE"], "pass")
        twice = self._create_claim(
            ("part", 1, 100.0, self.part),
            ("part", 1, 100.0, self.part),
            date_request="2026-03-04 01:00:00",
        )
        self.assertEqual(len(twice.line_ids), 2, "twice in one job is allowed")

    def test_duplicates_are_named(self):
        first = self._create_claim()
        first.with_user(self.user_clerk)._reject(self._reason("ndf"))
        second = self._create_claim()
        check = second.check_ids.filtered(lambda c: c.code == "DUPLICATE")
        self.assertEqual(check.result, "fail")
        self.assertEqual(check.message, f"Also claimed in {first.name}.")

    @mute_logger("odoo.sql_db")
    def test_amounts_are_bounded_by_the_database(self):
        claim = self._create_claim(submit=False)
        line = claim.line_ids
        for column, value in (
            ("amount_claimed", -1),
            ("amount_approved", 1),
            ("amount_allowed", 101),
        ):
            with (
                self.subTest(column=column),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self.cr.execute(
                    f"UPDATE aftersales_claim_line SET {column} = %s WHERE id = %s",
                    (value, line.id),
                )

    def test_approve(self):
        claim = self._create_claim()
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 100.0))
        self.assertEqual(claim.decided_by_id, self.user_clerk)
        self.assertTrue(claim.date_decision)

    def test_approve_cuts_to_the_contract_with_the_reason(self):
        claim = self._create_claim(
            ("part", 1, 120.0, self.part), ("labour", 1, 70.0, None)
        )
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 140.0))
        self.assertEqual(
            [line.reason_id.code for line in claim.line_ids], ["EPC", "ELR"]
        )

    def test_a_cut_needs_its_reason(self):
        claim = self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        part = claim.line_ids[0].with_user(self.user_clerk)
        with self.assertRaisesRegex(UserError, "gets less than claimed"):
            part.action_decide_line(40.0)
        for amount in (-0.01, 100.01):
            with self.assertRaisesRegex(UserError, "Approve between 0 and the allowed"):
                part.action_decide_line(amount, self._reason("pwa"))
        wizard = (
            self.env["aftersales.claim.decision"]
            .with_user(self.user_clerk)
            .create({"line_id": part.id})
        )
        self.assertEqual(wizard.amount, 100.0)
        wizard.write({"amount": 40.0, "reason_id": self._reason("ndf").id, "note": "x"})
        wizard.action_apply()
        self.assertEqual(part.amount_approved, 40.0)
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 70.0))
        self.assertEqual(part.reason_id, self._reason("ndf"))

    def test_reject(self):
        claim = self._create_claim()
        action = claim.with_user(self.user_clerk).action_reject()
        wizard = (
            self.env["aftersales.claim.decision"]
            .with_user(self.user_clerk)
            .with_context(**action["context"])
            .create({"reason_id": False})
        )
        with self.assertRaisesRegex(UserError, "Give the reason"):
            wizard.action_apply()
        wizard.reason_id = self._reason("ew")
        wizard.action_apply()
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))

    def test_send_back_and_submit_again(self):
        claim = self._create_claim()
        clerk = claim.with_user(self.user_clerk)
        clerk.action_review()
        clerk._send_back("Photo missing")
        self.assertEqual((claim.state, claim.send_back_count), ("sent_back", 1))
        self.assertEqual(claim.decision_note, "Photo missing")
        self.assertEqual(claim.amount_allowed, 0.0)
        claim.line_ids.amount_claimed = 90.0
        claim.action_submit()
        self.assertEqual((claim.state, claim.amount_allowed), ("submitted", 90.0))

    def test_transitions_outside_the_table(self):
        claim = self._create_claim(submit=False)
        with self.assertRaisesRegex(UserError, "is not waiting for a decision"):
            claim.with_user(self.user_clerk).action_approve()
        with self.assertRaisesRegex(UserError, "“Draft” and cannot become “In Review”"):
            claim.with_user(self.user_clerk).action_review()
        empty = self.env["aftersales.claim"].create({"service_point_id": self.point.id})
        with self.assertRaisesRegex(UserError, "has no lines to claim"):
            empty.action_submit()
        labels = dict(claim._fields["state"].selection)
        self.assertEqual(set(claim._TRANSITIONS), set(labels))
        for targets in claim._TRANSITIONS.values():
            self.assertLessEqual(set(targets), set(labels))

    def test_nobody_decides_his_own_claim(self):
        claim = self._create_claim(user=self.user_clerk)
        message = f"You wrote {claim.name}"
        with self.assertRaisesRegex(UserError, message):
            claim.with_user(self.user_clerk).action_approve()
        with self.assertRaisesRegex(UserError, message):
            claim.line_ids.with_user(self.user_clerk).action_decide_line(
                1.0, self._reason("pwa")
            )
        claim.with_user(self.user_admin).action_approve()
        self.assertEqual(claim.state, "approved")

    def test_only_clerks_decide(self):
        claim = self._create_claim()
        for user in (self.user_head, self.user_centre, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                claim.with_user(user).action_approve()
        with self.assertRaises(AccessError):
            claim.with_user(self.user_portal).action_approve()

    def test_reopen(self):
        claim = self._create_claim()
        clerk = claim.with_user(self.user_clerk)
        clerk.action_approve()
        clerk.action_reopen()
        self.assertEqual((claim.state, claim.amount_approved), ("review", 0.0))
        self.assertFalse(claim.date_decision)
        self.assertEqual(claim.amount_allowed, 100.0)

    def test_order_of_another_point(self):
        order = self._create_done_order()
        with self.assertRaisesRegex(ValidationError, "was not done by"):
            self.env["aftersales.claim"].create(
                {"service_point_id": self.point_b.id, "order_id": order.id}
            )
        running = self._create_order(service_point_id=self.point.id)
        with self.assertRaisesRegex(ValidationError, "is not finished"):
            self.env["aftersales.claim"].create(
                {"service_point_id": self.point.id, "order_id": running.id}
            )

    def test_authorisation_is_the_ceiling(self):
        permit = (
            self.env["aftersales.authorization"]
            .with_user(self.user_service)
            .sudo()
            .create(
                {
                    "service_point_id": self.point.id,
                    "amount_requested": 90.0,
                    "reason": "Goodwill",
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 31),
                }
            )
        )
        permit.action_request()
        permit.with_user(self.user_reviewer).action_approve()
        self.assertEqual((permit.state, permit.amount_approved), ("approved", 90.0))
        claim = self._create_claim(submit=False)
        claim.authorization_id = permit
        with self.assertRaisesRegex(UserError, "leaves .*90.00.* of .*90.00"):
            claim.action_submit()
        claim.line_ids.amount_claimed = 90
        claim.action_submit()
        check = claim.check_ids.filtered(lambda c: c.code == "AUTHORISATION")
        self.assertEqual(check.reason, "authorisation_kept")
        with self.assertRaisesRegex(UserError, "decided authorisation cannot change"):
            permit.amount_requested = 500.0

    def test_authorisation_needs_another_person(self):
        Permit = self.env["aftersales.authorization"].with_user(self.user_clerk)
        permit = Permit.create(
            {
                "service_point_id": self.point.id,
                "amount_requested": 10.0,
                "reason": "x",
                "amount_approved": 1000.0,
                "state": "approved",
            }
        )
        self.assertEqual((permit.state, permit.amount_approved), ("draft", 0.0))
        permit.action_request()
        with self.assertRaisesRegex(UserError, "You wrote"):
            permit.action_approve()
        with self.assertRaises(AccessError):
            permit.with_user(self.user_auditor).sudo(False).action_approve()
        permit.with_user(self.user_head)._reject("No defect")
        self.assertEqual(permit.state, "rejected")

    def test_checks_of_many_claims_need_few_queries(self):
        claims = self.env["aftersales.claim"].create(
            [
                {
                    "service_point_id": self.point.id,
                    "serial": f"M-{index}",
                    "date_failure": date(2026, 3, 2),
                    "line_ids": [
                        Command.create(
                            {
                                "kind": "part",
                                "product_id": self.part.id,
                                "amount_claimed": 10,
                            }
                        )
                    ],
                }
                for index in range(100)
            ]
        )

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records._run_checks()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(claims)
        self.assertLessEqual(count(claims[:50]), 22)
        self.assertLessEqual(count(claims) - count(claims[:50]), 4)
        self.assertEqual(len(claims.check_ids), 100 * len(CODES))

    def test_creating_many_claims_needs_few_queries(self):
        def count(number, month):
            orders = self.env["aftersales.service.order"]
            for index in range(number):
                orders |= self._create_done_order(
                    date_request=f"2026-{month:02}-{index + 1:02} 08:00:00"
                )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            orders.action_create_claim()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1, 3)
        few, many = count(2, 4), count(22, 5)
        self.assertLessEqual(many - few, 2, f"{few} → {many}")
