import json
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .survey_common import SurveyCommon


@tagged("post_install", "-at_install")
class TestSurveySending(SurveyCommon, RaceMixin):
    def _run_cron(self, **kwargs):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=1)
            env["aftersales.survey.campaign"]._cron_run_campaigns(**kwargs)
        self.env.invalidate_all()

    def _get_mails(self, people):
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("email_to", "in", people.mapped("email"))])
        )

    def test_invitations_carry_their_own_link_and_leave_no_trace(self):
        people = self._create_people(3)
        campaign = self._create_campaign(people)
        campaign.action_start()
        self.assertEqual(set(campaign.invitation_ids.mapped("send_state")), {"waiting"})
        self._run_cron(batch_size=2)
        invitations = campaign.invitation_ids
        self.assertEqual(set(invitations.mapped("send_state")), {"sent"})
        mails = self._get_mails(people)
        self.assertEqual(len(mails), 3)
        for invitation in invitations:
            mail = mails.filtered(lambda m, i=invitation: m.email_to == i.email)
            token = invitation.sudo().user_input_id.access_token
            self.assertIn(f"answer_token={token}", mail.body_html)
            self.assertEqual((mail.model, mail.res_id), (False, 0))
        # a second run sends nothing
        self._run_cron()
        self.assertEqual(len(self._get_mails(people)), 3)

    def test_one_bad_address_does_not_block_the_others(self):
        people = self._create_people(3)
        campaign = self._create_campaign(people)
        campaign.action_start()
        bad = campaign.invitation_ids[1]
        Invitation = self.registry["aftersales.survey.invitation"]
        send = Invitation._send

        def fail(records, kind):
            if bad.id in records.ids:
                raise UserError(records.env._("Failed"))
            return send(records, kind)

        with patch.object(Invitation, "_send", fail):
            self._run_cron()
        self.assertEqual(
            campaign.invitation_ids.mapped("send_state"), ["sent", "failed", "sent"]
        )
        self.assertEqual(campaign.unreachable_count, 1)

    def test_reminders_go_to_the_silent_and_end(self):
        people = self._create_people(2)
        with freeze_time("2026-04-01 06:00:00"):
            campaign = self._create_campaign(
                people,
                date_deadline=date(2026, 4, 30),
                reminder_days=5,
                reminder_count=1,
            )
            campaign.action_start()
            self._run_cron()
        silent, done = campaign.invitation_ids
        self._answer(done, (6, 6, 6), (5, 5, 5))
        for day, count in ((5, 0), (6, 1), (7, 1), (20, 1)):
            with self.subTest(day), freeze_time(f"2026-04-{day:02d} 06:00:00"):
                self._run_cron()
                self.assertEqual(
                    (silent.reminder_count, done.reminder_count), (count, 0)
                )
        self.assertEqual(len(self._get_mails(people)), 3)

    def test_campaigns_close_after_their_last_day(self):
        with freeze_time("2026-04-01 06:00:00"):
            campaign = self._create_campaign(date_deadline=date(2026, 4, 10))
            self._start(campaign)
            self._answer(campaign.invitation_ids[0], (6, 6, 6), (5, 5, 5))
        with freeze_time("2026-04-10 10:00:00"):
            self._run_cron()
            self.assertEqual(campaign.state, "running")
        with freeze_time("2026-04-11 10:00:00"):
            self._run_cron()
        self.assertEqual(
            (campaign.state, campaign.date_closed, campaign.counted_count),
            ("closed", date(2026, 4, 11), 1),
        )
        self.assertEqual(campaign.total_gap, -1)

    def test_interrupted_sending_goes_on_without_a_double(self):
        people = self._create_people(4)
        campaign = self._create_campaign(people)
        campaign.action_start()
        # time is over after the first batch
        with patch.object(
            self.registry["ir.cron"], "_commit_progress", lambda *a, **k: 0
        ):
            self._run_cron(batch_size=2)
        sent = campaign.invitation_ids.filtered(lambda i: i.send_state == "sent")
        self.assertEqual(len(sent), 2)
        self._run_cron(batch_size=2)
        self.assertEqual(set(campaign.invitation_ids.mapped("send_state")), {"sent"})
        self.assertEqual(len(self._get_mails(people)), 4)

    def test_cron_is_scheduled_and_runs(self):
        cron = self.env.ref("aftersales_evaluation.ir_cron_survey_campaigns")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "days"))

    def test_two_at_once_invite_a_person_once(self):
        error = self._race(
            "aftersales_survey_invitation",
            {"campaign_id": 1, "email": "one@example.com"},
            {"campaign_id": 1, "email": "one@example.com"},
        )
        self.assertIsInstance(error, UniqueViolation)
        other = self._race(
            "aftersales_survey_invitation",
            {"campaign_id": 1, "email": "one@example.com"},
            {"campaign_id": 2, "email": "one@example.com"},
        )
        self.assertIsNone(other)

    def test_two_at_once_count_a_result_once(self):
        error = self._race(
            "aftersales_servqual_result",
            {"campaign_id": 1, "kind": "total"},
            {"campaign_id": 1, "kind": "total"},
        )
        self.assertIsInstance(error, UniqueViolation)

    def test_a_questionnaire_belongs_to_one_campaign(self):
        campaign = self._create_campaign()
        campaign.action_start()
        other = self._create_campaign()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            other.survey_id = campaign.survey_id
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestSurveyPage(SurveyCommon, HttpCase):
    """Customers answer without a login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls._start(cls._create_campaign())
        cls.user_input = cls.campaign.invitation_ids[0].sudo().user_input_id
        cls.survey = cls.user_input.survey_id

    def _open(self, token):
        url = f"/survey/start/{self.survey.access_token}?answer_token={token}"
        return self.url_open(url)

    def _submit(self, user_input, page, answers, token=None):
        token = token or user_input.access_token
        response = self.url_open(
            f"/survey/submit/{self.survey.access_token}/{token}",
            data=json.dumps({"params": {"page_id": page.id, **answers}}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()["result"][1]

    def _get_answers(self, page, marks, points=()):
        answers = {}
        for question in page.question_ids:
            if question.servqual_part == "weight":
                place = (self.dim_a, self.dim_b).index(question.servqual_dimension_id)
                answers[str(question.id)] = str(points[place])
            elif question.servqual_part:
                answers[str(question.id)] = self._get_scale_answer(question, marks)
        return answers

    def test_a_customer_answers_once(self):
        page = self._open(self.user_input.access_token)
        self.assertIn("Spring Survey", page.text)
        self.user_input._mark_in_progress()
        first, points, last = self.survey.page_ids
        self._submit(self.user_input, first, self._get_answers(first, (6, 6, 6)))
        wrong = self._submit(
            self.user_input, points, self._get_answers(points, (), (60, 50))
        )
        self.assertEqual(wrong["error"], "validation")
        self.assertIn("add up to 110. Share out 100", str(wrong["fields"]))
        self._submit(self.user_input, points, self._get_answers(points, (), (60, 40)))
        self._submit(self.user_input, last, self._get_answers(last, (5, 5, 3)))
        self.env.invalidate_all()
        self.assertEqual(self.user_input.state, "done")
        self.assertEqual(self.campaign.done_count, 1)
        # a token used twice changes nothing
        again = self._submit(self.user_input, last, self._get_answers(last, (7, 7, 7)))
        self.assertEqual(again, {"error": "unauthorized"})
        self.campaign.action_refresh()
        self.assertEqual(self.campaign.weighted_gap, -1.8)
        self.url_open(
            f"/survey/retry/{self.survey.access_token}/{self.user_input.access_token}"
        )
        self.env.invalidate_all()
        self.assertEqual(len(self.survey.user_input_ids), 3, "no second attempt")

    def test_wrong_and_missing_tokens_open_nothing(self):
        answers = self._get_answers(self.survey.page_ids[0], (6, 6, 6))
        page = self.survey.page_ids[0]
        for token in ("wrong", "00000000-0000-0000-0000-000000000000"):
            with self.subTest(token):
                self.assertNotIn("Expect a1", self._open(token).text)
                found = self._submit(self.user_input, page, answers, token)
                self.assertEqual(found, {"error": "token_wrong"})
        bare = self.url_open(f"/survey/start/{self.survey.access_token}")
        self.assertNotIn("Expect a1", bare.text)
        self.assertEqual(len(self.survey.user_input_ids), 3)

    def test_after_the_end_nobody_answers(self):
        self.campaign.action_close()
        page = self.survey.page_ids[0]
        found = self._submit(self.user_input, page, self._get_answers(page, (6, 6, 6)))
        self.assertEqual(found, {"error": "survey_closed"})

    def test_after_the_deadline_nobody_answers(self):
        page = self.survey.page_ids[0]
        self.user_input.deadline = "2020-01-01 00:00:00"
        found = self._submit(self.user_input, page, self._get_answers(page, (6, 6, 6)))
        self.assertEqual(found, {"error": "answer_deadline"})

    def test_trying_the_questionnaire_counts_nothing(self):
        action = self.campaign.action_test_questionnaire()
        self.assertIn("/survey/start/", action["url"])
        test = self.survey.user_input_ids.filtered("test_entry")
        self.assertEqual(len(test), 1)
        test._mark_in_progress()
        self.campaign.action_refresh()
        self.assertEqual(
            (self.campaign.started_count, self.campaign.incomplete_count), (0, 0)
        )


@tagged("post_install", "-at_install")
class TestSurveyReports(SurveyCommon):
    def _render(self, name, records, user):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_qweb_html(f"aftersales_evaluation.{name}", records.ids)
        )
        return html.fromstring(content)

    def _closed(self, perceived, **vals):
        campaign = self._start(self._create_campaign(self._create_people(1), **vals))
        self._answer(campaign.invitation_ids, (6, 6, 6), perceived, (50, 50))
        campaign.action_close()
        return campaign

    def test_print_of_one_campaign(self):
        campaign = self._closed((4, 5, 7))
        for user in (self.user_head, self.user_auditor, self.user_centre):
            tree = self._render("report_survey_campaign", campaign, user)
            text = " ".join(tree.text_content().split())
            for part in (
                "Spring Survey",
                "End Customers",
                "Finished: 1 (100.00 %)",
                "Dim A 1 6.00 4.50 -1.50 50.00",
                "Dim B 1 6.00 7.00 +1.00 50.00",
                "Total 1 6.00 5.75 -0.25",
            ):
                self.assertIn(part, text)
            self.assertEqual(len(tree.xpath("//img[contains(@src, 'svg')]")), 2)
            self.assertNotIn("Surveys Compared", text)

    def test_groups_are_compared_with_each_other(self):
        customers = self._closed((4, 5, 7))
        dealers = self._closed((6, 6, 3), group="dealer", name="Dealers Spring")
        empty = self._create_campaign(group="provider", name="Nobody")
        campaigns = customers | dealers | empty
        tree = self._render("report_survey_campaign", campaigns, self.user_head)
        table = tree.xpath("//table")[0]
        rows = [
            " ".join(row.text_content().split()) for row in table.xpath(".//tbody/tr")
        ]
        self.assertEqual(
            rows,
            [
                "Dim A -1.50 4.50 – 6.00 +0.00 6.00 – 6.00 –",
                "Dim B +1.00 7.00 – 6.00 -3.00 3.00 – 6.00 –",
                "Total -0.25 5.75 – 6.00 -1.50 4.50 – 6.00 –",
                "Weighted Total -0.25 5.75 – 6.00 -1.50 4.50 – 6.00 –",
                "Response rate 100.00 %100.00 %0.00 %",
            ],
        )

    def test_gaps_compare_by_group_and_period(self):
        self._closed((4, 5, 7))
        self._closed(
            (6, 6, 3),
            group="dealer",
            date_from=date(2026, 4, 1),
            date_to=date(2026, 6, 30),
        )
        Result = self.env["aftersales.servqual.result"].with_user(self.user_centre)
        found = Result._read_group(
            [("kind", "=", "dimension"), ("dimension_id", "in", (self.dim_a.id,))],
            ["group", "period:quarter"],
            ["gap:avg"],
        )
        self.assertEqual(
            found,
            [
                ("customer", date(2026, 1, 1), -1.5),
                ("dealer", date(2026, 4, 1), 0.0),
            ],
        )

    def test_print_of_a_gap_analysis(self):
        analysis = (
            self.env["aftersales.gap.analysis"]
            .with_user(self.user_head)
            .create(
                {
                    "title": "First quarter",
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 3, 31),
                    "campaign_id": self._closed((4, 5, 7)).id,
                }
            )
        )
        analysis.action_measure()
        line = analysis.line_ids[4]
        line.write({"rating": "medium", "observation": "Slow answers."})
        self.env["aftersales.gap.action"].create(
            {
                "line_id": line.id,
                "name": "Second shift",
                "owner_id": self.user_centre.id,
                "date_due": date(2026, 5, 1),
            }
        )
        tree = self._render("report_gap_analysis", analysis, self.user_auditor)
        text = " ".join(tree.text_content().split())
        for part in (
            analysis.name,
            "Perception Gap: -4.17 %",
            "What customers expect and what they perceive",
            "Dim A 6.00 4.50 -25.00",
            "Dim B 6.00 7.00 +16.67",
            "Slow answers.",
            "Second shift Test Centre",
        ):
            self.assertIn(part, text)
        self.assertEqual(len(tree.xpath("//img[contains(@src, 'svg')]")), 1)
