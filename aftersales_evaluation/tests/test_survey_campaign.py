from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .survey_common import MARCH, SurveyCommon


@tagged("post_install", "-at_install")
class TestSurveyCampaign(SurveyCommon):
    def test_result_computed_by_hand(self):
        """The table of the kernel's test, through the survey app.

        First 7-4, 5-4, 6-6 with 60/40; second 6-6, 6-7, 7-2 with 50/50.
        """
        campaign = self._start(self._create_campaign())
        first, second, third = campaign.invitation_ids
        self._answer(first, (7, 5, 6), (4, 4, 6), (60, 40))
        self._answer(second, (6, 6, 7), (6, 7, 2), (50, 50))
        campaign.action_refresh()
        self.assertEqual(
            self._figures(campaign, "dimension"),
            {
                "T-A": (2, 6.0, 5.25, -0.75, 55.0),
                "T-B": (2, 6.5, 4.0, -2.5, 45.0),
            },
        )
        self.assertEqual(
            self._figures(campaign, "item")["a1"], (2, 6.5, 5.0, -1.5, 0.0)
        )
        self.assertEqual(
            self._figures(campaign, "total"),
            {"total": (2, 6.25, 4.625, -1.625, 0.0)},
        )
        weighted = self._figures(campaign, "weighted")["weighted"]
        self.assertEqual((weighted[0], weighted[3]), (2, -1.725))
        self.assertEqual(
            (
                campaign.invited_count,
                campaign.done_count,
                campaign.response_rate,
                campaign.counted_count,
                campaign.incomplete_count,
            ),
            (3, 2, 66.67, 2, 0),
        )
        self.assertEqual(third.answer_state, "new")

    def test_half_answered_and_wrong_points_are_counted(self):
        campaign = self._start(self._create_campaign(self._create_people(4)))
        one, two, three, _four = campaign.invitation_ids
        self._answer(one, (6, 6, 6), (5, 5, 5), (60, 50))
        self._answer(two, (6, 6, 0), (4, 4, 5), is_done=False)
        self._answer(three, (6, 6, 6), (1, 0, 0))
        campaign.action_refresh()
        self.assertEqual(
            (
                campaign.counted_count,
                campaign.incomplete_count,
                campaign.weights_refused_count,
            ),
            (2, 1, 1),
        )
        # (-1 + -2) / 2; the third is below one half, the second has 2 of 3 pairs
        self.assertEqual(self._figures(campaign, "dimension")["T-A"][3], -1.5)
        self.assertEqual(self._figures(campaign, "dimension")["T-B"][:2], (1, 6.0))
        self.assertFalse(self._figures(campaign, "weighted"))
        # two of four finished
        self.assertEqual((campaign.done_count, campaign.response_rate), (2, 50.0))
        self.assertEqual(campaign.started_count, 3)

    def test_nobody_answered_is_no_figure(self):
        campaign = self._start(self._create_campaign())
        campaign.action_close()
        self.assertFalse(campaign.result_ids)
        self.assertEqual((campaign.response_rate, campaign.counted_count), (0.0, 0))

    def test_servperf(self):
        campaign = self._start(self._create_campaign(variant="servperf"))
        self._answer(campaign.invitation_ids[0], (), (5, 6, 3), (50, 50))
        campaign.action_close()
        self.assertEqual(
            self._figures(campaign, "total"), {"total": (1, 0.0, 4.25, 0.0, 0.0)}
        )

    def test_customers_are_those_of_finished_jobs_in_the_period(self):
        in_march, in_april, elsewhere = self._create_people(3)
        self._create_done_order(in_march)
        last = self._create_done_order(in_march, day=20)
        self._create_done_order(
            in_april, date_end=fields.Datetime.to_datetime("2026-04-02 08:00:00")
        )
        self._create_done_order(elsewhere, point=self.point_b)
        campaign = self._create_campaign(
            source="orders", service_point_ids=[Command.set(self.point.ids)]
        )
        campaign.action_start()
        invitation = campaign.invitation_ids
        self.assertEqual(invitation.partner_id, in_march)
        self.assertEqual(invitation.order_id, last)
        self.assertEqual(invitation.service_point_id, self.point)

    def test_providers_are_the_firms_of_the_points(self):
        self.point.partner_id.email = "point@example.com"
        campaign = self._create_campaign(group="provider", source="points")
        campaign.action_start()
        found = campaign.invitation_ids
        self.assertIn(self.point.partner_id, found.partner_id)
        mine = found.filtered(lambda i: i.service_point_id == self.point)
        self.assertEqual(
            (mine.email, mine.send_state), ("point@example.com", "waiting")
        )
        # no address: counted, not lost
        other = found.filtered(lambda i: i.service_point_id == self.point_b)
        self.assertEqual(
            (other.send_state, bool(other.user_input_id)),
            (
                "unreachable",
                False,
            ),
        )
        self.assertEqual(campaign.unreachable_count, len(found) - 1)

    def test_departments_with_those_below_and_single_employees(self):
        Department = self.env["hr.department"]
        top = Department.create({"name": "Service"})
        below = Department.create({"name": "Hotline", "parent_id": top.id})
        Employee = self.env["hr.employee"]
        Employee.create(
            [
                {
                    "name": f"Staff {number}",
                    "work_email": f"staff{number}@example.com",
                    "department_id": department.id,
                }
                for number, department in enumerate((top, below))
            ]
        )
        campaign = self._create_campaign(
            group="department",
            source="employees",
            department_ids=[Command.set(top.ids)],
            user_ids=[Command.set(self.user_reviewer.ids)],
        )
        campaign.action_start()
        self.assertEqual(
            set(campaign.invitation_ids.mapped("email")),
            {"staff0@example.com", "staff1@example.com", self.user_reviewer.email},
        )
        self.assertEqual(campaign.invitation_ids.department_id, top | below)

    def test_dealers_by_filter(self):
        people = self._create_people(3)
        people[0].ref = "DEALER"
        people[1].write({"ref": "DEALER", "company_id": self.company_b.id})
        campaign = self._create_campaign(
            group="dealer", source="filter", partner_domain="[('ref', '=', 'DEALER')]"
        )
        campaign.action_start()
        self.assertEqual(campaign.invitation_ids.partner_id, people[0])
        for bad in ("[('nothing', '=', 1)]", "__import__('os')", "[("):
            with (
                self.subTest(bad),
                self.assertRefused(ValidationError, "is no filter of contacts"),
            ):
                self._create_campaign(partner_domain=bad)

    def test_source_follows_the_group(self):
        Campaign = self.env["aftersales.survey.campaign"]
        for group, source in (
            ("customer", "orders"),
            ("dealer", "contacts"),
            ("provider", "points"),
            ("department", "employees"),
        ):
            campaign = Campaign.create({"name": "C", "group": group})
            self.assertEqual(campaign.source, source)

    def test_everybody_is_invited_once(self):
        people = self._create_people(2)
        people[1].email = people[0].email.upper()
        campaign = self._create_campaign(people)
        campaign.action_start()
        self.assertEqual(len(campaign.invitation_ids), 1)
        campaign.action_invite_more()
        self.assertEqual(len(campaign.invitation_ids), 1)

    def test_nobody_to_ask(self):
        campaign = self._create_campaign(self.env["res.partner"])
        with self.assertRefused(UserError, "“Spring Survey” finds nobody to ask"):
            campaign.action_start()

    @freeze_time("2026-04-10")
    def test_the_last_day_has_passed(self):
        campaign = self._create_campaign(date_deadline=date(2026, 4, 9))
        with self.assertRefused(UserError, "until 2026-04-09, which has passed"):
            campaign.action_start()

    def test_chosen_questionnaire_must_ask_every_item(self):
        survey = self.servqual._create_questionnaire("Own")
        survey.question_ids.filtered(
            lambda q: (
                q.servqual_part == "expectation" and q.servqual_item_id.code == "b1"
            )
        ).unlink()
        campaign = self._create_campaign(survey_id=survey.id)
        with self.assertRefused(UserError, "“Own” does not ask for: b1"):
            campaign.action_start()
        campaign.variant = "servperf"
        campaign.action_start()
        self.assertEqual(campaign.survey_id, survey)

    def test_matrix_rows_of_an_own_questionnaire_count(self):
        survey = self.servqual._create_questionnaire("Own", "servperf")
        items = self.servqual.item_ids
        survey.question_ids.filtered(lambda q: q.servqual_part == "perception").unlink()
        matrix = self.env["survey.question"].create(
            {
                "survey_id": survey.id,
                "title": "All of it",
                "question_type": "matrix",
                "servqual_part": "perception",
                "sequence": 90,
                "suggested_answer_ids": [
                    Command.create({"value": str(mark), "servqual_mark": mark})
                    for mark in range(1, 8)
                ],
                "matrix_row_ids": [
                    Command.create({"value": item.code, "servqual_item_id": item.id})
                    for item in items
                ],
            }
        )
        campaign = self._start(
            self._create_campaign(survey_id=survey.id, variant="servperf", min_share=0)
        )
        user_input = campaign.invitation_ids[0].sudo().user_input_id
        row = matrix.matrix_row_ids[2]
        user_input._save_lines(matrix, {row.id: [matrix.suggested_answer_ids[5].id]})
        user_input._mark_done()
        campaign.action_refresh()
        self.assertEqual(self._figures(campaign, "item"), {"b1": (1, 0, 6.0, 0, 0)})

    def test_closed_results_are_frozen(self):
        campaign = self._start(self._create_campaign())
        self._answer(campaign.invitation_ids[0], (6, 6, 6), (5, 5, 5))
        campaign.action_close()
        self.assertEqual(campaign.state, "closed")
        self.assertFalse(campaign.survey_id.active)
        message = "is in state “Closed”"
        for step in ("action_refresh", "action_start", "action_close", "action_cancel"):
            with self.subTest(step), self.assertRefused(UserError, message):
                getattr(campaign, step)()
        for vals in ({"min_share": 0}, {"set_id": 1}, {"date_deadline": MARCH[1]}):
            with self.subTest(vals), self.assertRefused(UserError, message):
                campaign.write(vals)
        with self.assertRefused(UserError, message):
            campaign.unlink()

    def test_customers_answers_reach_the_register_of_satisfaction(self):
        partner = self._create_people(1)
        order = self._create_done_order(partner)
        campaign = self._start(self._create_campaign(source="orders"))
        # mean perception (1.5 + 3) / 2 = 2.25: 1 + 1.25 / 6 * 4 = 1.83, mark 2
        user_input = self._answer(campaign.invitation_ids, (6, 6, 6), (1, 2, 3))
        found = self.env["aftersales.satisfaction"].search(
            [("survey_input_id", "=", user_input.id)]
        )
        self.assertEqual(
            (
                found.source,
                found.score,
                found.is_dissatisfied,
                found.order_id,
                found.service_point_id,
                found.partner_id,
            ),
            ("survey", 2, True, order, self.point, partner),
        )

    def test_other_groups_and_halves_say_nothing_about_satisfaction(self):
        Satisfaction = self.env["aftersales.satisfaction"]
        before = Satisfaction.search_count([])
        dealers = self._start(self._create_campaign(group="dealer"))
        self._answer(dealers.invitation_ids[0], (6, 6, 6), (1, 2, 3))
        customers = self._start(
            self._create_campaign(dealers.invitation_ids[1].partner_id)
        )
        self._answer(customers.invitation_ids, (6, 6, 6), (1, 0, 0))
        self.assertEqual(Satisfaction.search_count([]), before)

    def test_a_later_deadline_reaches_the_invitations(self):
        campaign = self._start(self._create_campaign())
        later = fields.Date.add(campaign.date_deadline, days=10)
        campaign.date_deadline = later
        deadline = campaign.invitation_ids.sudo().user_input_id.mapped("deadline")
        self.assertEqual(set(deadline), {campaign._get_deadline_moment()})
        with self.assertRefused(ValidationError, "until a later day only"):
            campaign.date_deadline = fields.Date.subtract(campaign.date_started, days=1)

    def test_query_count_does_not_grow_with_people(self):
        counts = []
        for number in (5, 25):
            people = self.env["res.partner"].create(
                [
                    {"name": f"Q{number}-{i}", "email": f"q{number}-{i}@example.com"}
                    for i in range(number)
                ]
            )
            campaign = self._create_campaign(people)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            campaign.action_start()
            campaign._refresh_results()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 10, counts)


@tagged("post_install", "-at_install", "security")
class TestSurveyCampaignRights(SurveyCommon):
    def test_who_may_read_and_run_campaigns(self):
        campaign = self._create_campaign()
        for user in (self.user_auditor, self.user_reviewer, self.user_centre):
            with self.subTest(user.login):
                mine = campaign.with_user(user)
                self.assertEqual(mine.name, "Spring Survey")
                with self.assertRaises(AccessError):
                    mine.action_start()
                with self.assertRaises(AccessError):
                    mine.name = "Mine"
        for user in (self.user_service, self.user_hr, self.user_portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                campaign.with_user(user).read(["name"])
        campaign.action_start()
        for user in (self.user_reviewer, self.user_centre, self.user_portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                campaign.with_user(user).invitation_ids.read(["email"])

    def test_nothing_is_forged_by_rpc(self):
        campaign = self._start(self._create_campaign())
        self._answer(campaign.invitation_ids[0], (6, 6, 6), (5, 5, 5))
        campaign.action_refresh()
        head = self.user_head
        with self.assertRaises(AccessError):
            campaign.invitation_ids.with_user(head).write({"send_state": "waiting"})
        with self.assertRaises(AccessError):
            campaign.result_ids.with_user(head).write({"gap": 3})
        with self.assertRaises(AccessError):
            campaign.invitation_ids.with_user(head).user_input_id.read(["access_token"])
        for vals in (
            {"state": "closed"},
            {"counted_count": 99},
            {"result_ids": [Command.clear()]},
            {"invitation_ids": [Command.clear()]},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                campaign.with_user(head).with_context(aftersales_flow=True).write(vals)
        hostile = (
            self.env["aftersales.survey.campaign"]
            .with_user(head)
            .with_context(default_state="closed", default_counted_count=99)
        )
        new = hostile.create({"name": "New", "group": "dealer"})
        self.assertEqual((new.state, new.counted_count), ("draft", 0))
        copied = campaign.copy()
        self.assertEqual(
            (copied.state, copied.survey_id.id, len(copied.invitation_ids)),
            ("draft", False, 0),
        )

    def test_no_other_survey_is_taken_over(self):
        survey = self.env["survey.survey"].create(
            {"title": "Exam", "lang_ids": False, "user_id": False}
        )
        campaign = self._create_campaign()
        message = "“Spring Survey” can only use a questionnaire that asks"
        with self.assertRefused(ValidationError, message):
            campaign.survey_id = survey.id
        with self.assertRefused(ValidationError, message):
            self._create_campaign(survey_id=survey.id)
        self.assertTrue(survey.active)

    def test_answers_are_evidence_for_people_of_the_survey_app(self):
        self.user_head.group_ids += self.env.ref("survey.group_survey_manager")
        campaign = self._start(self._create_campaign())
        user_input = self._answer(
            campaign.invitation_ids[0], (6, 6, 6), (5, 5, 5)
        ).with_user(self.user_head)
        message = "“Spring Survey” are evidence"
        survey = campaign.survey_id.with_user(self.user_head)
        line = user_input.user_input_line_ids[0]
        for change in (
            lambda: user_input.write({"state": "new"}),
            lambda: user_input.unlink(),
            lambda: line.write({"skipped": True}),
            lambda: line.unlink(),
            lambda: line.copy(),
            lambda: survey._create_answer(email="forged@example.com"),
            lambda: survey.question_ids[0].write({"servqual_part": "perception"}),
            lambda: survey.question_ids[0].unlink(),
            lambda: survey.question_ids[0].write({"scale_max": 9}),
            lambda: survey.write({"access_mode": "public"}),
        ):
            with self.subTest(change), self.assertRefused(UserError, message):
                change()

    def test_two_companies(self):
        campaign = self._create_campaign()
        self.user_auditor.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        found = campaign.with_user(self.user_auditor)
        self.assertNotIn(campaign, found.search([]))
        with self.assertRaises(AccessError):
            found.read(["name"])
        with self.assertRaises(UserError):
            self._create_campaign(
                company_id=self.company.id,
                set_id=self._create_servqual(company_id=self.company_b.id).id,
            )
