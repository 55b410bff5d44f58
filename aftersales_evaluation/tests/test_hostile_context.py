from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .kpi_common import KpiCommon
from .test_document import DocumentCommon
from .voice_common import VoiceCommon

LONG_AGO = "2001-01-01 00:00:00"


@tagged("post_install", "-at_install", "security")
class TestHostileContextOfBoards(DocumentCommon):
    """A step creates for its caller; what he puts into the context counts nothing."""

    def test_a_ballot_opens_open_and_without_votes(self):
        self._create_board()
        hostile = self.promise.with_user(self.user_head).with_context(
            default_state="accepted",
            default_choice="for",
            default_date_closed=LONG_AGO,
        )
        hostile.action_ask_board()
        ballot = self.promise.ballot_id
        self.assertEqual(ballot.state, "open")
        self.assertFalse(ballot.date_closed)
        self.assertEqual(len(ballot.vote_ids), 3)
        self.assertFalse(any(ballot.vote_ids.mapped("choice")))
        with self.assertRaisesRegex(UserError, "still open"):
            hostile.action_publish()

    def test_a_new_version_is_a_draft(self):
        document = self._approve(self._create_document())
        hostile = document.with_user(self.user_reviewer).with_context(
            default_state="approved",
            default_approved_by_id=self.user_head.id,
            default_date_effective=self.today,
        )
        draft = self.Document.browse(hostile.action_new_version()["res_id"])
        self.assertEqual((draft.state, draft.version), ("draft", 2))
        self.assertFalse(draft.approved_by_id)
        self.assertFalse(draft.date_effective)

    def test_decisions_and_readings_are_of_today(self):
        document = self._create_document()
        author = document.with_user(self.user_reviewer)
        author.with_context(default_date=LONG_AGO).action_submit()
        head = document.with_user(self.user_head)
        head.with_context(default_date=LONG_AGO).action_approve()
        reader = document.with_user(self.user_service)
        reader.with_context(
            default_date=LONG_AGO, default_role_id=1
        ).action_confirm_reading()
        approvals = self.env["aftersales.approval"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )
        self.assertEqual(len(approvals), 2)
        since = fields.Datetime.now() - timedelta(hours=1)
        self.assertGreater(min(approvals.mapped("date")), since)
        self.assertGreater(document.reading_ids.date, since)

    def test_what_holds_is_not_put_away(self):
        document = self._approve(self._create_document())
        author = document.with_user(self.user_reviewer)
        with self.assertRaisesRegex(UserError, "QW-01.* is in review or holds"):
            author.active = False
        with self.assertRaisesRegex(UserError, "is in review or holds"):
            author.action_archive()
        document.with_user(self.user_head)._retire("No longer needed")
        document.with_user(self.user_head).action_archive()
        self.assertFalse(document.active)

    def test_a_document_stays_in_reach(self):
        document = self._create_document()
        author = document.with_user(self.user_reviewer)
        with self.assertRaises(UserError):
            author.company_id = self.company_b


@tagged("post_install", "-at_install", "security")
class TestHostileContextOfMoney(KpiCommon):
    def test_the_context_names_no_proposer(self):
        self._create_jobs(self.point, 10, complaints=3)
        self._create_jobs(self.point_b, 20, complaints=1)
        other = new_test_user(
            self.env, login="other_head", groups="aftersales_network.group_head"
        )
        Incentive = self.env["aftersales.kpi.incentive"]
        vals = {"kpi_id": self.kpi.id, "date_from": date(2026, 1, 1)}
        Incentive.create({**vals, "amount": 500})
        Incentive.create({**vals, "amount": -50, "condition": "missed"})
        self._measure()
        self._close()
        self.period.with_user(self.user_head).with_context(
            default_proposed_by_id=other.id,
            default_state="released",
            default_released_by_id=other.id,
        ).action_propose_incentives()
        award = self.env["aftersales.award"].search([("kpi_value_id", "!=", False)])
        self.assertEqual(award.state, "proposed")
        self.assertEqual(award.proposed_by_id, self.user_head)
        self.assertFalse(award.released_by_id)
        deduction = self.env["aftersales.point.adjustment"].search(
            [("kpi_value_id", "!=", False)]
        )
        self.assertEqual((deduction.state, deduction.amount), ("open", -50))
        with self.assertRaisesRegex(UserError, "closed key figure"):
            deduction.with_user(self.user_clerk).amount = -1
        with self.assertRaisesRegex(UserError, "closed key figure"):
            deduction.with_user(self.user_head).unlink()

    def test_a_praise_names_nobody_out_of_reach(self):
        order = self._create_jobs(self.point_b, 1)
        Award = self.env["aftersales.award"].with_user(self.user_service)
        vals = {"kind": "praise", "recipient_type": "point", "reason": "Well done"}
        vals["service_point_id"] = self.point.id
        with self.assertRaises(AccessError):
            Award.create({**vals, "order_id": order.id})
        praise = Award.create(vals)
        with self.assertRaises(AccessError):
            praise.order_id = order

    def test_a_correction_does_not_wash_a_proposal(self):
        award = self.env["aftersales.award"]
        award = award.with_user(self.user_head).create(
            {
                "kind": "money",
                "service_point_id": self.point.id,
                "amount": 500,
                "reason": "Repaired through the flood",
            }
        )
        award.with_user(self.user_hr).reason = "Repaired all through the flood"
        self.assertEqual(award.proposed_by_id, self.user_hr)
        self.assertFalse(award.can_release)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            award.action_release()

    def test_a_closed_company_is_measured_no_more(self):
        self._create_point(name="Theirs", company_id=self.company_b.id)
        self.company_b.active = False
        Period = self.env["aftersales.kpi.period"]
        Period._create_missing(date(2026, 4, 10))
        months = Period.search([("month", "=", date(2026, 4, 1))])
        self.assertIn(self.company, months.company_id)
        self.assertNotIn(self.company_b, months.company_id)
        companies = self.env["aftersales.ranking"]._get_ranked_companies()
        self.assertNotIn(self.company_b, companies)


@tagged("post_install", "-at_install", "security")
class TestHostileContextOfVoice(VoiceCommon):
    def test_the_key_of_a_card_is_nobodys_choice(self):
        order = self._create_work()
        order.step_ids.is_done = True
        worker = order.with_user(self.user_dispatcher).with_context(
            default_token="chosen", default_date_answered=LONG_AGO
        )
        worker.action_done()
        card = self.env["aftersales.evaluation.card"].search(
            [("order_id", "=", order.id)]
        )
        self.assertEqual(card.state, "open")
        self.assertGreater(len(card.token), 20)

    def test_an_answer_says_what_was_said(self):
        Complaint = self.env["aftersales.complaint"].with_user(self.user_dispatcher)
        complaint = Complaint.with_context(
            default_recommend="10", default_score=5
        ).create(
            {
                "subject": "Late",
                "description": "Came two days late",
                "partner_id": self.customer.id,
                "service_point_id": self.point.id,
            }
        )
        answer = self.env["aftersales.satisfaction"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual((answer.score, answer.recommend), (0, False))

    def test_a_closed_complaint_moves_to_no_other_point(self):
        complaint = self.env["aftersales.complaint"].create(
            {
                "subject": "Late",
                "description": "Came two days late",
                "partner_id": self.customer.id,
                "service_point_id": self.point.id,
            }
        )
        complaint._write_flow({"state": "closed"})
        user = complaint.with_user(self.user_centre)
        for vals in (
            {"service_point_id": False},
            {"description": "Nothing"},
            {"partner_id": self.company.partner_id.id},
        ):
            with self.assertRaisesRegex(UserError, "Closed"):
                user.write(vals)

    def test_two_roles_write_no_more_than_each(self):
        user = new_test_user(
            self.env,
            login="two_roles",
            groups="aftersales_network.group_service,aftersales_network.group_auditor",
        )
        complaint = self.env["aftersales.complaint"].create(
            {
                "subject": "Late",
                "description": "Came two days late",
                "partner_id": self.customer.id,
                "service_point_id": self.point_b.id,
            }
        )
        order = self._create_closed(
            service_point_id=self.point_b.id, technician_id=False
        )
        answer = complaint.env["aftersales.satisfaction"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        for record in (complaint, order.callback_ids, answer):
            with self.subTest(record._name):
                self.assertTrue(record.with_user(user).has_access("read"))
                self.assertFalse(record.with_user(user).has_access("write"))
        dispatcher = complaint.with_user(self.user_dispatcher)
        self.assertTrue(dispatcher.has_access("write"))


@tagged("post_install", "-at_install")
class TestOneBadRecord(DocumentCommon):
    """One record that fails keeps no job from the others."""

    def _run_job(self, model, job):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            getattr(self.env(cr=cr, user=1)[model], job)()
        self.env.invalidate_all()

    def test_reminders_of_documents(self):
        bad, good = self._create_document(), self._create_document(code="QW-02")
        reminded = []

        def remind(document):
            if document.id == bad.id:
                raise ValueError("A bad template")
            reminded.append(document.id)

        Document = type(self.Document)
        logger = "odoo.addons.aftersales_evaluation.models.aftersales_document_reminder"
        with (
            patch.object(
                Document,
                "_get_documents_to_remind",
                lambda docs: docs.browse((bad | good).ids),
            ),
            patch.object(Document, "_remind_readers", remind),
            self.assertLogs(logger, "WARNING"),
        ):
            self._run_job("aftersales.document", "_cron_remind_readers")
        self.assertEqual(reminded, good.ids)

    def test_rankings(self):
        Rule = self.env["aftersales.ranking.rule"]
        Rule.search([]).is_automatic = False
        vals = {"set_id": self.set.id, "is_automatic": True, "sequence": 1}
        bad = Rule.create({**vals, "name": "Bad", "company_id": self.company.id})
        good = Rule.create({**vals, "name": "Good", "company_id": self.company.id})
        ranked = []

        def rank(_ranking, rule, _company):
            if rule.id == bad.id:
                raise UserError(rule.name)
            ranked.append(rule.id)

        Ranking = type(self.env["aftersales.ranking"])
        logger = "odoo.addons.aftersales_evaluation.models.aftersales_ranking"
        with (
            patch.object(Ranking, "_rank_last_period", rank),
            self.assertLogs(logger, "WARNING"),
        ):
            self._run_job("aftersales.ranking", "_cron_compute_rankings")
        self.assertEqual(ranked, good.ids)


@tagged("post_install", "-at_install", "security")
class TestHostileTimeline(DocumentCommon):
    def test_the_system_writes_its_lines_now(self):
        crisis = self.env["aftersales.crisis"].with_user(self.user_centre)
        crisis = crisis.with_context(default_date=LONG_AGO).create(
            {
                "title": "Smoke from compressors",
                "level_id": self.env.ref("aftersales_evaluation.crisis_level_3").id,
            }
        )
        self.assertEqual(crisis.event_ids.date.year, fields.Datetime.now().year)

    def test_whoever_led_accepts_no_close_out(self):
        crisis = self.env["aftersales.crisis"].create(
            {
                "title": "Smoke from compressors",
                "level_id": self.env.ref("aftersales_evaluation.crisis_level_3").id,
                "owner_id": self.user_head.id,
            }
        )
        crisis.with_user(self.user_head).owner_id = self.user_centre
        self.assertEqual(crisis.former_owner_ids, self.user_head)
        crisis._write_flow({"state": "closing", "submitted_by_id": self.user_centre.id})
        with self.assertRaisesRegex(UserError, "or answer for it"):
            crisis.with_user(self.user_head).action_close()
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            crisis.with_user(self.user_head).former_owner_ids = [Command.clear()]
