from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import NotNullViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EvaluationCommon

TODAY = "2026-05-20"


class FindingCommon(EvaluationCommon):
    """Findings of the auditor at ``cls.point``; the centre manager owns them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.node = cls.set.indicator_ids.filtered(lambda n: n.code == "1.1")

    @classmethod
    def _create_finding(cls, user=None, **vals):
        Finding = cls.env["aftersales.finding"].with_user(user or cls.user_auditor)
        defaults = {
            "text": "No safety sign",
            "service_point_id": cls.point.id,
            "date": date(2026, 5, 10),
        }
        return Finding.create({**defaults, **vals}).with_env(cls.env)

    def _correct(self, finding, user=None, **vals):
        user = user or finding.owner_id
        action = finding.with_user(user).action_ask_correct()
        Wizard = self.env[action["res_model"]].with_user(user)
        wizard = Wizard.with_context(**action["context"]).create(
            {"cause": "Forgotten", "correction": "Sign is up", **vals}
        )
        wizard.action_confirm()
        return finding

    def _verify(self, finding, user=None):
        user = user or self.user_auditor
        self._give_reason(finding.with_user(user).action_ask_verify(), user)
        return finding


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestFinding(FindingCommon):
    def test_defaults(self):
        finding = self._create_finding(indicator_id=self.node.id)
        self.assertRegex(finding.name, r"^FND/\d+")
        self.assertEqual(finding.owner_id, self.user_centre)
        self.assertEqual(finding.auditor_id, self.user_auditor)
        self.assertEqual(finding.date_due, date(2026, 6, 9))
        self.assertEqual(finding.clause, "TEST 1.1")
        self.assertEqual(finding.state, "open")
        self.assertEqual(finding.activity_ids.user_id, self.user_centre)
        self.assertEqual(finding.activity_ids.date_deadline, date(2026, 6, 9))

    def test_due_date_follows_severity(self):
        self.assertEqual(
            self._create_finding(severity="critical").date_due, date(2026, 5, 13)
        )
        self.assertEqual(
            self._create_finding(severity="major").date_due, date(2026, 5, 24)
        )

    def test_owner_and_due_date_are_needed(self):
        finding = self._create_finding()
        for name in ("owner_id", "date_due", "text"):
            with (
                self.subTest(name=name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(NotNullViolation),
                self.cr.savepoint(),
            ):
                finding.write({name: False})
                finding.flush_recordset()

    def test_owner_is_one_of_ours(self):
        with self.assertRefused(ValidationError, "has no access to after-sales"):
            self._create_finding(owner_id=self.user_portal.id)
        self.user_service.company_ids = self.company
        with self.assertRefused(ValidationError, "does not work for"):
            self.env["aftersales.finding"].create(
                {
                    "text": "x",
                    "company_id": self.company_b.id,
                    "owner_id": self.user_service.id,
                }
            )

    def test_correction_and_verification(self):
        finding = self._correct(self._create_finding())
        self.assertEqual(
            (finding.state, finding.cause, finding.correction),
            ("corrected", "Forgotten", "Sign is up"),
        )
        self.assertEqual(finding.corrected_by_id, self.user_centre)
        self.assertEqual(finding.activity_ids.user_id, self.user_auditor)
        self._verify(finding)
        self.assertEqual(finding.state, "verified")
        self.assertEqual(finding.verified_by_id, self.user_auditor)
        self.assertEqual(finding.verification, "Seen on site")
        self.assertFalse(finding.activity_ids)

    def test_empty_correction_is_refused(self):
        finding = self._create_finding()
        with self.assertRefused(UserError, "write down what was done about it"):
            self._correct(finding, correction="  ")
        self.assertEqual(finding.state, "open")

    def test_only_owner_and_head_correct(self):
        finding = self._create_finding()
        with self.assertRefused(AccessError, "answered by its owner Test Centre"):
            self._correct(finding, user=self.user_auditor)
        wizard = self.env["aftersales.finding.wizard"].with_user(self.user_reviewer)
        own = wizard.create({"finding_id": finding.id, "correction": "x"})
        with self.assertRefused(AccessError, "answered by its owner"):
            own.action_confirm()
        self.assertEqual(finding.state, "open")
        self.assertEqual(self._correct(finding, self.user_head).state, "corrected")

    def test_owner_of_any_role_corrects(self):
        finding = self._create_finding(owner_id=self.user_warehouse.id)
        self.assertEqual(self._correct(finding).state, "corrected")

    def test_another_person_verifies(self):
        finding = self._create_finding(self.user_head, owner_id=self.user_head.id)
        self._correct(finding)
        with self.assertRefused(UserError, "another person must decide"):
            finding.with_user(self.user_head).action_ask_verify()
        with self.assertRefused(UserError, "another person must decide"):
            finding.with_user(self.user_head)._verify("x")
        self.assertEqual(finding.state, "corrected")

    def test_who_works_at_the_point_does_not_verify(self):
        finding = self._correct(self._create_finding())
        self.point.manager_id = self.user_auditor
        with self.assertRefused(UserError, "or answer for it"):
            self._verify(finding)

    def test_foreign_roles_do_not_verify(self):
        finding = self._correct(self._create_finding())
        for role in ("reviewer", "dispatcher", "service", "clerk"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._verify(finding, user)
        self.assertEqual(finding.state, "corrected")

    def test_only_corrected_findings_are_verified(self):
        finding = self._create_finding()
        with self.assertRefused(UserError, "in state “Open”"):
            finding.with_user(self.user_auditor).action_ask_verify()

    def test_sent_back(self):
        finding = self._correct(self._create_finding())
        auditor = self.user_auditor
        action = finding.with_user(auditor).action_ask_send_back()
        self._give_reason(action, auditor, "Sign is too small")
        self.assertEqual((finding.state, finding.sent_back_count), ("open", 1))
        self.assertFalse(finding.corrected_by_id)
        self.assertEqual(finding.verification, "Sign is too small")
        self.assertEqual(finding.activity_ids.user_id, self.user_centre)

    def test_withdrawn(self):
        first = self._create_finding(clause="7.3")
        second = self._create_finding(clause="7.3")
        self.assertEqual(second.repeat_count, 1)
        auditor = self.user_auditor
        self._give_reason(
            first.with_user(auditor).action_ask_withdraw(), auditor, "Wrong"
        )
        self.assertEqual(first.state, "cancelled")
        self.assertEqual(second.repeat_count, 0)
        self.assertFalse(first.activity_ids)

    def test_answered_findings_stay_as_they_are(self):
        finding = self._correct(self._create_finding())
        with self.assertRefused(UserError, "was answered and stays as it is"):
            finding.with_user(self.user_auditor).write({"text": "Nothing"})
        with self.assertRefused(UserError, "is evidence and cannot be deleted"):
            finding.unlink()

    def test_calls_cannot_take_steps(self):
        finding = self._create_finding()
        hostile = finding.with_user(self.user_head).with_context(
            aftersales_flow=True, default_state="verified"
        )
        for vals in (
            {"state": "verified"},
            {"verified_by_id": self.user_head.id},
            {"correction": "x"},
            {"auditor_id": self.user_head.id},
            {"repeat_count": 9},
            {"is_released": True},
            {"res_model": "res.users"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                hostile.write(vals)
        created = hostile.create(
            {"text": "x", "service_point_id": self.point.id, "date": "2026-05-10"}
        )
        self.assertEqual(created.state, "open")
        self.assertEqual(hostile.copy().state, "open")
        with self.assertRaises(UserError):
            hostile.create({"text": "x", "auditor_id": self.user_auditor.id})

    def test_due_before_found_is_refused(self):
        with self.assertRefused(ValidationError, "before it was found"):
            self._create_finding(date_due=date(2026, 5, 9))

    def test_overdue_is_listed(self):
        late = self._create_finding(date_due=date(2026, 5, 19))
        due = self._create_finding(date_due=date(2026, 5, 20))
        done = self._verify(self._correct(self._create_finding()))
        ours = late | due | done
        found = ours.search([("id", "in", ours.ids), ("is_overdue", "=", True)])
        self.assertEqual(found, late)
        others = ours.search([("id", "in", ours.ids), ("is_overdue", "=", False)])
        self.assertEqual(others, due | done)
        self.assertEqual(ours.mapped("is_overdue"), [True, False, False])
        self._correct(late)
        self.assertTrue(late.is_overdue, "not verified in time is overdue, too")
        self.assertEqual(self.point.open_finding_count, 2)
        self.assertEqual(self.point.overdue_finding_count, 1)

    def test_repeats_are_counted_per_clause_and_point(self):
        first = self._create_finding(indicator_id=self.node.id)
        other = self._create_finding(
            indicator_id=self.node.id, service_point_id=self.point_b.id
        )
        free = self._create_finding(clause="TEST 1.1")
        without = self._create_finding()
        later = self._create_finding(indicator_id=self.node.id)
        found = (first | other | free | without | later).mapped("repeat_count")
        self.assertEqual(found, [0, 0, 1, 0, 2])

    def test_old_cases_do_not_count(self):
        self.company.aftersales_finding_repeat_months = 6
        self._create_finding(clause="7", date=date(2025, 11, 9))
        self._create_finding(clause="7", date=date(2025, 11, 10))
        self.assertEqual(self._create_finding(clause="7").repeat_count, 1)

    def test_repeated_failure_proposes_suspension(self):
        self.company.aftersales_finding_suspend_count = 3
        self._create_finding(clause="7.3")
        self._create_finding(clause="7.3")
        self._create_finding(clause="8.1")
        proposal = self.env.ref("aftersales_network.mail_activity_suspension")
        activities = self.point.activity_ids
        self.assertNotIn(proposal, activities.activity_type_id)
        third = self._create_finding(clause="7.3")
        activity = self.point.activity_ids.filtered(
            lambda a: a.activity_type_id == proposal
        )
        self.assertTrue(activity.user_id.has_group("aftersales_network.group_head"))
        self.assertIn(
            f"7.3 failed repeatedly, cases: 3, last {third.name}.", str(activity.note)
        )
        self.assertEqual(self.point.state, "active", "the head decides")

    def test_zero_never_proposes(self):
        self.company.aftersales_finding_suspend_count = 0
        for _number in range(4):
            self._create_finding(clause="7.3")
        self.assertFalse(self.point.activity_ids)

    def test_from_a_scorecard_line(self):
        card = self._create_card()
        line = self._line(card, "1.1").with_user(self.user_auditor)
        line.finding = "No certificates"
        action = line.action_new_finding()
        Finding = self.env["aftersales.finding"].with_user(self.user_auditor)
        finding = Finding.with_context(**action["context"]).create({})
        self.assertEqual(finding.text, "No certificates")
        self.assertEqual(finding.service_point_id, self.point)
        self.assertEqual(finding.indicator_id, line.indicator_id)
        self.assertEqual(finding.scorecard_id, card)
        self.assertEqual((finding.res_model, finding.res_id), (line._name, line.id))
        self.assertEqual((line.finding_count, card.finding_count), (1, 1))
        self.assertEqual(finding.action_open_origin()["res_id"], card.id)

    def test_scorecard_of_another_point_is_refused(self):
        card = self._create_card(service_point_id=self.point_b.id)
        with self.assertRefused(ValidationError, "is about another point"):
            self._create_finding(scorecard_id=card.id)

    def test_proof_is_kept_with_the_finding(self):
        finding = self._create_finding()
        Attachment = self.env["ir.attachment"].with_user(self.user_centre)
        photo = Attachment.create({"name": "sign.png", "raw": b"x"})
        foreign = self.env["ir.attachment"].create({"name": "x.png", "raw": b"x"})
        with self.assertRaises(AccessError):
            self._correct(finding, photo_ids=[Command.set((photo | foreign).ids)])
        self._correct(finding, photo_ids=[Command.set(photo.ids)])
        self.assertEqual(finding.photo_ids, photo)
        self.assertEqual((photo.res_model, photo.res_id), (finding._name, finding.id))
        with self.assertRefused(UserError, "is evidence"):
            photo.with_user(self.user_head).write({"name": "other.png"})

    def test_many_findings_cost_few_queries(self):
        def vals(count):
            return [
                {
                    "text": "x",
                    "service_point_id": self.point.id,
                    "clause": f"9.{number}",
                    "date": date(2026, 5, 10),
                }
                for number in range(count)
            ]

        Finding = self.env["aftersales.finding"].with_user(self.user_auditor)
        Finding.create(vals(2))
        self.env.flush_all()
        with self.assertQueryCount(45):
            Finding.create(vals(60))
            self.env.flush_all()


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestFindingReminders(FindingCommon):
    def _run(self, **knobs):
        Cron = self.registry["ir.cron"]
        with patch.object(Cron, "_commit_progress", lambda *args, **kwargs: 1000):
            self.env["aftersales.finding"]._cron_remind(**knobs)

    def test_owner_is_reminded_once(self):
        soon = self._create_finding(date_due=date(2026, 5, 23))
        later = self._create_finding(date_due=date(2026, 5, 24))
        self._run()
        self.assertEqual(soon.date_reminded, date(2026, 5, 20))
        self.assertFalse(later.date_reminded)
        Message = self.env["mail.message"]
        told = [("model", "=", soon._name), ("res_id", "=", soon.id)]
        told += [("subject", "=", f"Finding {soon.name} is due")]
        told += [("notified_partner_ids", "in", self.user_centre.partner_id.ids)]
        self.assertEqual(Message.search_count(told), 1)
        self._run()
        self.assertEqual(Message.search_count(told), 1, "a second run says nothing")

    def test_superior_is_told_once(self):
        late = self._create_finding(date_due=date(2026, 5, 19))
        self._run()
        self.assertEqual(late.date_escalated, date(2026, 5, 20))
        heads = late.activity_ids.filtered(lambda a: a.user_id != late.owner_id)
        self.assertEqual(heads.summary, "Overdue finding of Test Centre")
        self.assertTrue(heads.user_id.has_group("aftersales_network.group_head"))
        count = len(late.activity_ids)
        self._run()
        self.assertEqual(len(late.activity_ids), count)

    def test_the_rest_follows_with_the_next_run(self):
        findings = self.env["aftersales.finding"].browse()
        for _number in range(3):
            findings |= self._create_finding(date_due=date(2026, 5, 21))
        self._run(limit=2)
        self.assertEqual(len(findings.filtered("date_reminded")), 2)
        self._run(limit=2)
        self.assertEqual(len(findings.filtered("date_reminded")), 3)
