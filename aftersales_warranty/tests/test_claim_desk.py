from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .desk_common import DeskCommon

PROGRESS = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
EACH = "odoo.addons.aftersales_network.models.ir_cron"


@tagged("post_install", "-at_install")
class TestClaimQueue(DeskCommon):
    """What the queue sorts and groups by."""

    def _submit_on(self, day, **vals):
        with freeze_time(f"{day} 02:00:00"):
            return self._create_claim(date_request=f"{day} 01:00:00", **vals)

    def test_age_is_always_of_today(self):
        days = ("2026-03-31", "2026-03-24", "2026-03-23", "2026-03-15", "2026-02-28")
        claims = [self._submit_on(day) for day in days]
        with freeze_time("2026-03-31 02:00:00"):
            bands = [claim.age_band for claim in claims]
            self.assertEqual(bands, ["00", "00", "08", "16", "31"])
            Claim = self.env["aftersales.claim"]
            mine = [("id", "in", [claim.id for claim in claims])]
            for band in ("00", "08", "16", "31"):
                found = Claim.search([*mine, ("age_band", "=", band)])
                wanted = [c.id for c, b in zip(claims, bands, strict=True) if b == band]
                self.assertEqual(set(found.ids), set(wanted))
            groups = Claim._read_group(mine, ["age_band"], ["__count"])
            self.assertEqual(dict(groups), {"00": 2, "08": 1, "16": 1, "31": 1})
        with freeze_time("2026-04-30 02:00:00"):
            self.env.invalidate_all()
            groups = Claim._read_group(mine, ["age_band"], ["__count"])
            self.assertEqual(dict(groups), {"16": 1, "31": 4})
            self._approve(claims[4])
            self.assertFalse(claims[4].age_band)
            groups = Claim._read_group(mine, ["age_band"], ["__count"])
            self.assertEqual(dict(groups), {"16": 1, "31": 3, False: 1})
            none = Claim.search([*mine, ("age_band", "=", False)])
            self.assertEqual(none, claims[4])
            self.assertEqual(Claim.search_count([*mine, ("age_band", "!=", False)]), 4)

    def test_the_web_client_groups_by_age(self):
        claim = self._create_claim()
        Claim = self.env["aftersales.claim"].with_user(self.user_clerk)
        self.assertTrue(Claim.fields_get(["age_band"])["age_band"]["groupable"])
        found = Claim.formatted_read_group(
            [("id", "=", claim.id)], ["age_band"], ["__count"]
        )
        self.assertEqual([(g["age_band"], g["__count"]) for g in found], [("00", 1)])

    def test_amount_bands_follow_the_settings(self):
        claim = self._create_two_lines()
        self.assertEqual(claim.amount_band, "small")
        self.company.aftersales_claim_small = 100
        self.assertEqual(claim.amount_band, "medium")
        self.company.aftersales_claim_large = 130
        self.assertEqual(claim.amount_band, "large")

    def test_decision_is_due_by_the_company(self):
        claim = self._submit_on("2026-03-10")
        self.assertEqual(claim.date_decide_due, date(2026, 4, 9))
        Claim = self.env["aftersales.claim"].with_user(self.user_clerk)
        late = [("id", "=", claim.id), ("is_decide_overdue", "=", True)]
        with freeze_time("2026-04-09 02:00:00"):
            self.assertFalse(claim.is_decide_overdue)
            self.assertFalse(Claim.search(late))
        # Ten at night in UTC is the next day in Shanghai.
        with freeze_time("2026-04-09 22:00:00"):
            claim.invalidate_recordset(["is_decide_overdue"])
            self.assertTrue(claim.is_decide_overdue)
            self.assertEqual(Claim.search(late), claim)

    def test_waiting_for_an_old_part(self):
        self.part.aftersales_old_part = "return"
        claim, other = self._create_claim(), self._submit_on("2026-03-11")
        other.line_ids.old_part_received = True
        self.assertTrue(claim.is_part_waiting)
        self.assertFalse(other.is_part_waiting)
        found = self.env["aftersales.claim"].search(
            [("id", "in", (claim | other).ids), ("is_part_waiting", "=", True)]
        )
        self.assertEqual(found, claim)

    def test_next_claim_is_the_most_urgent(self):
        waiting = self.env["aftersales.claim"].search(
            [("state", "in", ("submitted", "review"))]
        )
        waiting.with_user(self.user_clerk_b).action_take_over()
        first = self._submit_on("2026-03-10")
        second = self._submit_on("2026-03-11")
        third = self._submit_on("2026-03-12")
        clerk = first.with_user(self.user_clerk)
        third.with_user(self.user_clerk_b).action_review()
        self.assertEqual(clerk.action_decide_next()["res_id"], second.id)
        self.assertEqual(clerk.browse().action_decide_next()["res_id"], first.id)
        action = clerk.action_approve_next()
        self.assertEqual(first.state, "approved")
        self.assertEqual(action["res_id"], second.id)
        form = self.env.ref("aftersales_warranty.aftersales_claim_view_form_desk")
        self.assertEqual(action["views"], [(form.id, "form")])

    def test_evidence_on_one_page(self):
        earlier = self._submit_on("2026-03-01")
        claim = self._create_two_lines()
        page = claim.with_user(self.user_clerk)
        self.assertEqual(page.earlier_claim_ids, earlier)
        self.assertEqual(page.unit_partner_id, self.customer)
        self.assertEqual(page.technician_id, claim.order_id.technician_id)
        self.assertEqual(page.decision_line_ids, page.line_ids)
        self.assertEqual(
            page.failed_check_ids, page.check_ids.filtered(lambda c: c.result == "fail")
        )

    def test_guarded_fields(self):
        claim = self._create_claim(submit=False)
        for name, value in (
            ("clerk_id", self.user_clerk.id),
            ("revision", 7),
            ("date_decide_due", "2030-01-01"),
            ("date_answer_due", "2030-01-01"),
            ("date_reminded", "2030-01-01"),
            ("amount_band", "small"),
            ("state", "approved"),
        ):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(UserError, "changes by its buttons"),
            ):
                claim.with_user(self.user_clerk).with_context(
                    aftersales_claim_flow=True
                ).write({name: value})
        made = (
            self.env["aftersales.claim"]
            .with_user(self.user_clerk)
            .with_context(default_clerk_id=self.user_clerk.id, default_revision=9)
            .create(
                {"service_point_id": self.point.id, "date_answer_due": "2030-01-01"}
            )
        )
        self.assertFalse(made.clerk_id)
        self.assertEqual(made.revision, 0)
        self.assertFalse(made.date_answer_due)


@tagged("post_install", "-at_install")
class TestClaimDecision(DeskCommon):
    """Line by line, many at once, two clerks."""

    def _save(self, claim, line, user=None, **vals):
        """Save the page with changed columns of one line."""
        commands = [Command.update(line.id, vals)]
        claim.with_user(user or self.user_clerk).write({"decision_line_ids": commands})

    def test_lines_are_decided_in_the_list(self):
        claim = self._create_two_lines()
        part, labour = claim.line_ids
        self.assertEqual((part.decide_amount, labour.decide_amount), (100.0, 30.0))
        self._save(
            claim,
            part,
            decide_amount=40.0,
            decide_reason_id=self._reason("ndf").id,
            decide_note="Not faulty",
        )
        self.assertEqual((part.amount_approved, part.is_decided), (40.0, True))
        self.assertEqual(part.reason_id, self._reason("ndf"))
        self.assertEqual(part.decision_note, "Not faulty")
        self.assertEqual(part.decided_by_id, self.user_clerk)
        self.assertEqual(part.author_id, self.env.user, "the clerk wrote nothing")
        self.assertEqual(claim.clerk_id, self.user_clerk)
        self._save(claim, part, decide_amount=60.0)
        self.assertEqual(part.reason_id, self._reason("ndf"))
        self._save(claim, part, decide_amount=100.0)
        self.assertFalse(part.reason_id, "in full needs no reason")
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 130.0))

    def test_the_page_saves_what_was_typed(self):
        claim = self._create_two_lines()
        view = "aftersales_warranty.aftersales_claim_view_form_desk"
        form = Form(claim.with_user(self.user_clerk), view=view)
        with form.decision_line_ids.edit(0) as line:
            line.decide_amount = 25.0
            line.decide_reason_id = self._reason("pwa")
        form.save()
        self.assertEqual(claim.line_ids[0].amount_approved, 25.0)
        self.assertFalse(claim.line_ids[1].is_decided, "only what was typed")
        self.assertEqual(claim.state, "submitted")

    def test_approving_many_needs_few_queries(self):
        def count(number, month):
            claims = self.env["aftersales.claim"]
            for index in range(number):
                claims |= self._create_claim(
                    date_request=f"2026-{month:02}-{index + 1:02} 08:00:00"
                )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            claims.with_user(self.user_clerk).action_approve()
            self.env.flush_all()
            self.assertEqual(set(claims.mapped("state")), {"approved"})
            return self.cr.sql_log_count - before

        count(1, 3)
        few, many = count(2, 4), count(22, 5)
        self.assertLessEqual(many - few, 2, f"{few} → {many}")

    def test_a_cut_in_the_list_needs_its_reason(self):
        claim = self._create_two_lines()
        part = claim.line_ids[0]
        with self.assertRaisesRegex(UserError, "gets less than claimed: give the reas"):
            self._save(claim, part, decide_amount=40.0)
        with self.assertRaisesRegex(UserError, "Approve between 0 and the allowed"):
            self._save(claim, part, decide_amount=100.01)
        self.assertFalse(part.is_decided)

    def test_a_cut_to_the_contract_takes_the_reason_of_the_limit(self):
        claim = self._create_claim(("part", 1, 120.0, self.part))
        self._save(claim, claim.line_ids, decide_amount=110.0)
        self.assertEqual(claim.line_ids.reason_id.code, "EPC")

    def test_nothing_else_comes_in_by_the_list(self):
        claim = self._create_two_lines()
        part = claim.line_ids[0]
        locked = f"{claim.name} is submitted and cannot be changed"
        for vals in (
            {"amount_claimed": 1.0},
            {"amount_claimed": 1.0, "decide_amount": 100.0},
            {"quantity": 5.0},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, locked):
                self._save(claim, part, **vals)
        for commands in (
            [Command.create({"kind": "other", "amount_claimed": 5})],
            [Command.delete(part.id)],
            [Command.clear()],
        ):
            with (
                self.subTest(commands=commands),
                self.assertRaisesRegex(UserError, locked),
            ):
                claim.with_user(self.user_clerk).write({"decision_line_ids": commands})
        with self.assertRaisesRegex(UserError, "Decide a line with its button"):
            part.with_user(self.user_clerk).write({"decided_by_id": self.user_head.id})

    def test_only_clerks_type_a_decision(self):
        claim = self._create_two_lines()
        for user in (self.user_head, self.user_auditor, self.user_centre):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                claim.line_ids[0].with_user(user).write({"decide_amount": 1.0})
        with self.assertRaises(AccessError):
            claim.line_ids[0].with_user(self.user_portal).write({"decide_amount": 1.0})

    def test_nobody_types_a_decision_on_his_own_claim(self):
        claim = self._create_claim(user=self.user_clerk)
        with self.assertRaisesRegex(UserError, f"You wrote {claim.name}"):
            self._save(claim, claim.line_ids, decide_amount=100.0)

    def test_many_lines_at_once(self):
        claims = self._create_two_lines() | self._create_two_lines(
            date_request="2026-03-10 08:00:00"
        )
        lines = claims.line_ids.filtered(lambda line: line.kind == "part")
        action = lines.with_user(self.user_clerk).action_decide_lines()
        wizard = self._wizard(action, mode="share", share=33.33)
        self.assertEqual(wizard.line_count, 2)
        with self.assertRaisesRegex(UserError, "Give the reason for this decision"):
            wizard.action_apply()
        wizard.reason_id = self._reason("pwa")
        wizard.action_apply()
        self.assertEqual(lines.mapped("amount_approved"), [33.33, 33.33])
        wizard.mode = "refuse"
        wizard.action_apply()
        self.assertEqual(lines.mapped("amount_approved"), [0.0, 0.0])
        wizard.write({"mode": "allowed", "reason_id": False})
        wizard.action_apply()
        self.assertEqual(lines.mapped("amount_approved"), [100.0, 100.0])
        self.assertEqual(claims.mapped("state"), ["submitted"] * 2)

    def test_partial_approval_and_refusal_of_lines(self):
        claim = self._create_two_lines()
        labour = claim.line_ids[1]
        self._save(
            claim, labour, decide_amount=0.0, decide_reason_id=self._reason("lo").id
        )
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 100.0))
        self.assertEqual(labour.reason_id.code, "LO")

    # -- two clerks --------------------------------------------------------------

    def test_one_clerk_has_the_claim(self):
        claim = self._create_two_lines()
        claim.with_user(self.user_clerk).action_review()
        self.assertEqual(claim.clerk_id, self.user_clerk)
        other = claim.with_user(self.user_clerk_b)
        message = (
            f"{claim.name} was taken up by Test Clerk. Take it over before you decide "
            "it."
        )
        for step in (other.action_approve, other.action_reject, other.action_send_back):
            with self.assertRaisesRegex(UserError, message):
                step()
        with self.assertRaisesRegex(UserError, message):
            self._save(claim, claim.line_ids[0], self.user_clerk_b, decide_amount=100.0)
        other.action_take_over()
        with self.assertRaisesRegex(UserError, "was taken up by Test Clerk B"):
            claim.with_user(self.user_clerk).action_approve()
        other.action_approve()
        self.assertEqual(claim.decided_by_id, self.user_clerk_b)
        with self.assertRaisesRegex(UserError, "is not waiting for a decision"):
            other.action_take_over()

    def test_an_outdated_page_is_refused(self):
        claim = self._create_two_lines()
        clerk = claim.with_user(self.user_clerk)
        seen = clerk.revision
        line = clerk.line_ids[0]
        action = line.action_decide()
        self.assertEqual(action["context"]["default_revision"], seen)
        late = self._wizard(action, amount=90.0, reason_id=self._reason("pwa").id)
        line.action_decide_line(40.0, self._reason("ndf"))
        self.assertEqual(clerk.revision, seen + 1)
        message = f"{claim.name} was decided on by somebody else while your page was"
        with self.assertRaisesRegex(UserError, message):
            late.action_apply()
        page = clerk.with_context(aftersales_claim_seen=[claim.id, seen])
        with self.assertRaisesRegex(UserError, message):
            page.action_approve()
        self.assertEqual(line.amount_approved, 40.0)
        fresh = clerk.with_context(aftersales_claim_seen=[claim.id, seen + 1])
        fresh.action_approve()
        self.assertEqual(claim.state, "partially")

    # -- bad input -----------------------------------------------------------------

    @freeze_time("2026-05-04 02:00:00")
    def test_a_claim_after_the_deadline_is_refused_with_its_text(self):
        claim = self._create_claim()
        action = claim.with_user(self.user_clerk).action_reject()
        wizard = self._wizard(action)
        self.assertEqual(wizard.reason_id, self._reason("sub"))
        self.assertEqual(wizard.note, "Submitted 05/04/2026, last day 05/03/2026.")
        wizard.action_apply()
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))
        self.assertEqual(claim.line_ids.reason_id.code, "SUB")
        self.assertEqual(
            claim.decision_note, "Submitted 05/04/2026, last day 05/03/2026."
        )

    def test_a_serial_out_of_cover_is_refused_with_its_text(self):
        unit = self._create_unit(
            serial="SN-EXPIRED", date_sale="2020-01-01", date_delivery="2020-01-05"
        )
        order = self._create_done_order(unit=unit)
        claim = self.env["aftersales.claim"].create(
            {
                "service_point_id": self.point.id,
                "order_id": order.id,
                "registration_id": unit.id,
                "line_ids": [Command.create({"kind": "other", "amount_claimed": 50})],
            }
        )
        claim.with_user(self.user_service).sudo().action_submit()
        failed = claim.failed_check_ids.filtered(lambda c: c.code == "COVER")
        self.assertEqual(failed.result, "fail")
        wizard = self._wizard(claim.with_user(self.user_clerk).action_reject())
        self.assertEqual(wizard.reason_id, self._reason("ew"))
        self.assertIn("lines are not covered on 03/02/2026", wizard.note)

    def test_reject_and_send_back_many(self):
        claims = self._create_two_lines() | self._create_two_lines(
            date_request="2026-03-10 08:00:00"
        )
        wizard = self._wizard(claims.with_user(self.user_clerk).action_reject())
        self.assertFalse(wizard.reason_id, "many claims have no common reason")
        wizard.reason_id = self._reason("cdr")
        wizard.action_apply()
        self.assertEqual(claims.mapped("state"), ["rejected", "rejected"])


@tagged("post_install", "-at_install")
class TestClaimDeadline(DeskCommon):
    """Sending back, silence of the point, silence of the company."""

    def _send_back(self, claim, day, **vals):
        with freeze_time(f"{day} 02:00:00"):
            action = claim.with_user(self.user_clerk).action_send_back()
            wizard = self._wizard(action, note="Photo missing", **vals)
            wizard.action_apply()
        return wizard

    def _follow_up(self, day, **kwargs):
        with freeze_time(f"{day} 02:00:00"), patch(PROGRESS, return_value=60.0) as done:
            self.env["aftersales.claim"]._cron_follow_up_claims(**kwargs)
        return done

    def test_the_point_has_a_deadline(self):
        claim = self._create_claim()
        wizard = self._send_back(claim, "2026-04-01")
        self.assertEqual(wizard.date_answer_due, date(2026, 5, 1))
        self.assertEqual((claim.state, claim.send_back_count), ("sent_back", 1))
        self.assertEqual(claim.date_answer_due, date(2026, 5, 1))
        with freeze_time("2026-05-01 02:00:00"):
            self.assertFalse(claim.is_answer_overdue)
        with freeze_time("2026-05-02 02:00:00"):
            claim.invalidate_recordset(["is_answer_overdue"])
            self.assertTrue(claim.is_answer_overdue)
        claim.action_submit()
        self.assertFalse(claim.date_answer_due)
        self.assertFalse(claim.is_answer_overdue)

    def test_another_day_and_a_day_that_is_over(self):
        claim = self._create_claim()
        with self.assertRaisesRegex(UserError, "give the point at least one day"):
            self._send_back(claim, "2026-04-01", date_answer_due="2026-04-01")
        self.assertEqual(claim.state, "submitted", "nothing half-done stays behind")
        self._send_back(claim, "2026-04-01", date_answer_due="2026-04-08")
        self.assertEqual(claim.date_answer_due, date(2026, 4, 8))

    def test_a_claim_is_sent_back_so_often(self):
        self.company.aftersales_send_back_limit = 2
        claim = self._create_claim()
        for _time in range(2):
            self._send_back(claim, "2026-04-01")
            claim.action_submit()
        message = f"{claim.name} was sent back 2 times already. Decide it as it is."
        with self.assertRaisesRegex(UserError, message):
            self._send_back(claim, "2026-04-01")
        self.company.aftersales_send_back_limit = 0
        self._send_back(claim, "2026-04-01")
        self.assertEqual(claim.send_back_count, 3)

    def test_whoever_handed_it_in_is_told(self):
        claim = self._create_claim()
        self._send_back(claim, "2026-04-01")
        found = self.env["mail.message"].search(
            [("model", "=", claim._name), ("res_id", "=", claim.id)]
        )
        told = found.filtered(
            lambda m: self.user_service.partner_id in m.sudo().notified_partner_ids
        )
        self.assertEqual(
            told.subject,
            f"{claim.name} was sent back, please complete it by 05/01/2026",
        )

    def test_silence_of_the_point_reminds_once(self):
        claim = self._create_claim()
        self._send_back(claim, "2026-04-01")
        self._follow_up("2026-05-01")
        self.assertFalse(claim.activity_ids)
        self._follow_up("2026-05-02")
        self.assertEqual(claim.state, "sent_back")
        self.assertEqual(claim.activity_ids.user_id, self.user_clerk)
        self.assertEqual(
            claim.activity_ids.summary, "The point did not complete the claim in time"
        )
        self._follow_up("2026-05-03")
        self.assertEqual(len(claim.activity_ids), 1)

    def test_silence_of_the_point_rejects_by_setting(self):
        self.company.aftersales_answer_overdue = "reject"
        claim = self._create_two_lines()
        self._send_back(claim, "2026-04-01")
        self._follow_up("2026-05-02")
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))
        note = "Not completed until 05/01/2026, after it was sent back."
        self.assertEqual(claim.decision_note, note)
        self.assertEqual(set(claim.line_ids.mapped("reason_id.code")), {"IIS"})
        self.assertEqual(claim.date_decision, date(2026, 5, 2))
        revision = claim.revision
        self._follow_up("2026-05-03")
        self.assertEqual(claim.revision, revision, "a second run changes nothing")

    def test_silence_of_the_point_cancels_by_setting(self):
        self.company.aftersales_answer_overdue = "cancel"
        claim = self._create_claim()
        self._send_back(claim, "2026-04-01")
        self._follow_up("2026-05-02")
        self.assertEqual(claim.state, "cancelled")
        again = self.env["aftersales.claim"].create(
            claim.order_id._prepare_claim_vals()
        )
        self.assertEqual(again.order_id, claim.order_id, "its order is free again")

    @freeze_time("2026-04-01 02:00:00")
    def test_silence_of_the_company_reminds(self):
        claim = self._create_claim()
        self._follow_up("2026-05-01")
        self.assertFalse(claim.activity_ids)
        self._follow_up("2026-05-02")
        self.assertEqual(claim.state, "submitted", "silence approves by setting only")
        self.assertEqual(claim.activity_ids.summary, "The claim is not decided in time")
        self._follow_up("2026-06-02")
        self.assertEqual(len(claim.activity_ids), 1)

    @freeze_time("2026-04-01 02:00:00")
    def test_silence_of_the_company_approves_by_setting(self):
        self.company.aftersales_silence_approves = True
        claim = self._create_claim(("part", 1, 120.0, self.part))
        self._follow_up("2026-05-02")
        # list 100.00 + 10 % of the contract
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 110.0))
        self.assertEqual(
            claim.decision_note, "Approved by silence: not decided until 05/01/2026."
        )

    @freeze_time("2026-04-01 02:00:00")
    def test_what_was_decided_meanwhile_stays(self):
        self.company.aftersales_silence_approves = True
        claim = self._create_claim(("part", 1, 120.0, self.part))
        with freeze_time("2026-05-02 02:00:00"):
            wizard = self._wizard(claim.with_user(self.user_clerk).action_reject())
            wizard.reason_id = self._reason("cdr")
            wizard.action_apply()
            # Found as late before, and decided before its batch came.
            claim._follow_up()
        self.assertEqual((claim.state, claim.amount_approved), ("rejected", 0.0))
        self.assertFalse(claim.date_reminded)

    @freeze_time("2026-04-01 02:00:00")
    def test_one_bad_claim_holds_up_nobody(self):
        bad = self._create_claim()
        good = self._create_claim(date_request="2026-03-10 08:00:00")
        original = type(bad)._remind_clerk

        def fail(record):
            if record == bad:
                raise ValueError("Broken")
            return original(record)

        with (
            patch.object(type(bad), "_remind_clerk", fail),
            mute_logger(EACH),
            self.assertLogs(EACH, "ERROR") as logs,
        ):
            self._follow_up("2026-05-02", batch_size=1)
        self.assertEqual(len(logs.records), 1)
        self.assertFalse(bad.activity_ids)
        self.assertTrue(good.activity_ids)
        self._follow_up("2026-05-03")
        self.assertTrue(bad.activity_ids)

    @freeze_time("2026-04-01 02:00:00")
    def test_an_interrupted_run_goes_on(self):
        claims = self._create_claim() | self._create_claim(
            date_request="2026-03-10 08:00:00"
        )
        with freeze_time("2026-05-02 02:00:00"), patch(PROGRESS, return_value=0.0):
            claims._cron_follow_up_claims(batch_size=1)
        self.assertEqual(
            [bool(c.date_reminded) for c in claims.sorted("id")], [True, False]
        )
        self._follow_up("2026-05-02")
        self.assertEqual([bool(c.date_reminded) for c in claims], [True, True])

    def test_limits_of_the_settings(self):
        for vals in (
            {"aftersales_answer_days": 0},
            {"aftersales_decide_days": 0},
            {"aftersales_send_back_limit": -1},
            {"aftersales_appeal_days": -1},
            {"aftersales_claim_small": 2000},
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self.company.write(vals)
                self.company.flush_recordset()
