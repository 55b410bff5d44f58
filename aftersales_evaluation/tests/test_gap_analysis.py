from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .survey_common import MARCH, SurveyCommon


class GapCommon(SurveyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.analysis = cls._create_analysis()

    @classmethod
    def _create_analysis(cls, **vals):
        return (
            cls.env["aftersales.gap.analysis"]
            .with_user(cls.user_head)
            .create(
                {
                    "title": "First quarter",
                    "date_from": MARCH[0],
                    "date_to": MARCH[1],
                    **vals,
                }
            )
        )

    @classmethod
    def _gap(cls, kind, analysis=None):
        lines = (analysis or cls.analysis).line_ids
        return lines.filtered(lambda line: line.kind == kind)

    @classmethod
    def _create_action(cls, line=None, **vals):
        line = line or cls._gap("conduct")
        return line.env["aftersales.gap.action"].create(
            {
                "line_id": line.id,
                "name": "Train the technicians",
                "owner_id": cls.user_centre.id,
                "date_due": date(2026, 5, 1),
                **vals,
            }
        )

    @classmethod
    def _add_metric(cls, kind="conduct", **vals):
        line = cls._gap(kind)
        return line.env["aftersales.gap.measure"].create(
            {"line_id": line.id, "metric_code": "COMPR", "expected": 10, **vals}
        )

    @classmethod
    def _answered_campaign(cls, expected, perceived, **vals):
        campaign = cls._start(cls._create_campaign(cls._create_people(1), **vals))
        cls._answer(campaign.invitation_ids, expected, perceived)
        campaign.action_close()
        return campaign

    @classmethod
    def _rows(cls, line):
        return {
            measure.name: (measure.expected, measure.actual, measure.gap_share)
            for measure in line.measure_ids
        }


@tagged("post_install", "-at_install")
class TestGapAnalysis(GapCommon):
    def test_an_analysis_has_the_five_gaps(self):
        self.assertRegex(self.analysis.name, r"^GAP/\d{4}/\d{4}$")
        self.assertEqual(
            self.analysis.line_ids.mapped("display_name"),
            [
                "Promise Gap",
                "Understanding Gap",
                "Procedure Gap",
                "Conduct Gap",
                "Perception Gap",
            ],
        )
        self.assertEqual(
            self._gap("promise").meaning, "What was promised and what is delivered"
        )
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env["aftersales.gap.line"].create(
                {"analysis_id": self.analysis.id, "kind": "promise"}
            )

    def test_perception_gap_from_the_survey_of_customers(self):
        # A: E 6, P 4.5; B: E 5, P 6
        self.analysis.campaign_id = self._answered_campaign((6, 6, 5), (4, 5, 6))
        self.analysis.action_measure()
        line = self._gap("perception")
        self.assertEqual(
            self._rows(line), {"Dim A": (6.0, 4.5, -25.0), "Dim B": (5.0, 6.0, 20.0)}
        )
        self.assertEqual((line.gap_value, line.measured_count), (-2.5, 2))

    def test_understanding_gap_from_what_our_own_people_believe(self):
        self.analysis.write(
            {
                "campaign_id": self._answered_campaign((6, 6, 5), (4, 5, 6)).id,
                "own_campaign_id": self._answered_campaign(
                    (3, 3, 5), (6, 6, 6), group="department"
                ).id,
            }
        )
        self.analysis.action_measure()
        line = self._gap("understanding")
        self.assertEqual(
            self._rows(line), {"Dim A": (6.0, 3.0, -50.0), "Dim B": (5.0, 5.0, 0.0)}
        )
        self.assertEqual(line.gap_value, -25.0)

    def test_promise_gap_from_published_promises(self):
        Promise = self.env["aftersales.promise"]
        # promises of the data files would be measured as well
        Promise.search([("company_id", "=", self.company.id)]).sudo().write(
            {"state": "draft"}
        )
        promise = Promise.create(
            {
                "name": "Few complaints",
                "text": "We do it well.",
                "metric_code": "COMPR",
                "operator": "<=",
                "target_value": 10,
                "date_from": date(2026, 1, 1),
            }
        )
        promise.sudo().state = "published"
        self._create_jobs(self.point, 8, complaints=1)
        self.analysis.action_measure()
        line = self._gap("promise")
        # 12.5 % complaints where 10 % were promised: a quarter worse
        self.assertEqual(self._rows(line), {"Few complaints": (10.0, 12.5, -25.0)})
        # measuring twice replaces
        self.analysis.action_measure()
        self.assertEqual(len(line.measure_ids), 1)

    def test_metrics_are_read_for_the_units_of_the_analysis(self):
        self._create_jobs(self.point, 8, complaints=1)
        self._create_jobs(self.point_b, 8, complaints=7)
        here = self._create_analysis(service_point_id=self.centre.id)
        measure = here.env["aftersales.gap.measure"].create(
            {
                "line_id": self._gap("conduct", here).id,
                "metric_code": "COMPR",
                "expected": 10,
            }
        )
        everywhere = self._add_metric()
        self.assertEqual(
            (measure.name, measure.unit, measure.is_more_better, measure.actual),
            ("Complaint Rate", "%", False, 12.5),
        )
        self.assertEqual((measure.gap, measure.gap_share), (-2.5, -25.0))
        self.assertEqual((everywhere.actual, everywhere.gap_share), (50.0, -400.0))

    def test_no_activity_and_nothing_due_are_no_gap(self):
        empty = self._add_metric()
        self.assertFalse(empty.has_gap)
        manual = self._add_metric(
            source="manual", metric_code=False, name="Rules", expected=0, entered=5
        )
        self.assertFalse(manual.has_gap)
        line = self._gap("conduct")
        self.assertEqual((line.measured_count, line.gap_value), (0, 0))
        manual.expected = 10
        self.assertEqual((line.measured_count, line.gap_value), (1, -50.0))

    def test_a_metric_nobody_measures(self):
        with self.assertRefused(UserError, "No installed module measures NOPE"):
            self._add_metric(metric_code="NOPE")
        with self.assertRefused(UserError, "Name what the measure is about"):
            self._add_metric(source="manual", metric_code=False)

    def test_findings_and_observations_are_attached(self):
        finding = self.env["aftersales.finding"].create(
            {
                "text": "No price list",
                "service_point_id": self.point.id,
                "owner_id": self.user_centre.id,
            }
        )
        line = self._gap("conduct")
        line.write(
            {
                "finding_ids": [Command.link(finding.id)],
                "rating": "large",
                "observation": "Nobody shows prices.",
            }
        )
        self.assertEqual(line.finding_count, 1)

    @freeze_time("2026-04-10")
    def test_from_draft_to_done(self):
        action = self._create_action()
        line = self._gap("conduct")
        with self.assertRefused(UserError, "is in state “Draft”"):
            action._finish("Done")
        self.analysis.action_start()
        self.assertEqual(action.activity_ids.user_id, self.user_centre)
        self.assertEqual(action.activity_ids.date_deadline, date(2026, 5, 1))
        with self.assertRefused(
            UserError, "say how large these gaps are first: Promise Gap"
        ):
            self.analysis.action_done()
        self.analysis.line_ids.write({"rating": "small"})
        with self.assertRefused(UserError, "still open: Train the technicians"):
            self.analysis.action_done()
        mine = action.with_user(self.user_centre)
        self._give_reason(mine.action_done(), self.user_centre, "Two courses held")
        self.assertEqual(
            (action.state, action.result, action.date_done),
            ("done", "Two courses held", date(2026, 4, 10)),
        )
        self.assertFalse(action.activity_ids)
        self.analysis.action_done()
        self.assertEqual(
            (self.analysis.state, self.analysis.date_done), ("done", date(2026, 4, 10))
        )
        message = "is in state “Done”"
        for change in (
            lambda: self.analysis.write({"title": "Other"}),
            lambda: line.write({"rating": "none"}),
            lambda: self._add_metric(),
            lambda: self._create_action(),
            lambda: self.analysis.action_measure(),
            lambda: self.analysis.unlink(),
        ):
            with self.subTest(change), self.assertRefused(UserError, message):
                change()

    @freeze_time("2026-05-02")
    def test_overdue_actions_are_found(self):
        action = self._create_action()
        later = self._create_action(date_due=date(2026, 5, 2))
        self.assertTrue(action.is_overdue)
        found = self.env["aftersales.gap.action"].search([("is_overdue", "=", True)])
        self.assertIn(action, found)
        self.assertNotIn(later, found)
        rest = self.env["aftersales.gap.action"].search([("is_overdue", "=", False)])
        self.assertIn(later, rest)
        self.assertNotIn(action, rest)
        self.assertEqual(self.analysis.overdue_action_count, 1)

    def test_cancelling_ends_the_actions(self):
        action = self._create_action()
        self.analysis.action_start()
        self.analysis.action_cancel()
        self.assertEqual((self.analysis.state, action.state), ("cancelled",) * 2)
        self.assertFalse(action.activity_ids)

    def test_basis_is_fixed_once_measured(self):
        self.analysis.action_start()
        with self.assertRefused(UserError, "is in state “In Progress”"):
            self.analysis.date_from = date(2026, 1, 1)
        self.analysis.summary = "Better than last year."

    def test_a_new_owner_gets_the_reminder(self):
        self.assertFalse(self.analysis.action_ids, "known before the action is")
        action = self._create_action()
        self.analysis.action_start()
        action.owner_id = self.user_reviewer
        self.assertEqual(action.activity_ids.user_id, self.user_reviewer)


@tagged("post_install", "-at_install", "security")
class TestGapAnalysisRights(GapCommon):
    def test_who_may_read_and_write(self):
        for user in (self.user_auditor, self.user_reviewer):
            with self.subTest(user.login):
                mine = self.analysis.with_user(user)
                self.assertTrue(mine.line_ids.mapped("meaning"))
                for change in (
                    lambda m=mine: m.write({"title": "Mine"}),
                    lambda m=mine: m.line_ids[0].write({"rating": "none"}),
                    lambda m=mine: m.action_start(),
                    lambda m=mine: m.action_measure(),
                    lambda m=mine: self._create_action(m.line_ids[0]),
                ):
                    with self.assertRaises(AccessError):
                        change()
        for user in (self.user_service, self.user_clerk, self.user_portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.analysis.with_user(user).read(["title"])

    def test_centre_managers_see_their_own_units(self):
        mine = self._create_analysis(service_point_id=self.centre.id)
        other = self._create_analysis(service_point_id=self.centre_b.id)
        found = self.env["aftersales.gap.analysis"].with_user(self.user_centre)
        found = found.search([])
        self.assertIn(mine, found)
        self.assertNotIn(other, found)
        self.assertNotIn(self.analysis, found)
        with self.assertRaises(AccessError):
            other.line_ids.with_user(self.user_centre).read(["kind"])

    def test_owners_report_their_own_actions_only(self):
        action = self._create_action(owner_id=self.user_clerk.id)
        other = self._create_action()
        self.analysis.action_start()
        mine = action.with_user(self.user_clerk)
        self.assertEqual(mine.read(["name"])[0]["name"], "Train the technicians")
        with self.assertRaises(AccessError):
            other.with_user(self.user_clerk).read(["name"])
        with self.assertRaises(AccessError):
            other.with_user(self.user_clerk)._finish("Not mine")
        for vals, message in (
            ({"date_due": date(2027, 1, 1)}, "The head of service sets"),
            ({"owner_id": self.user_centre.id}, "The head of service sets"),
            ({"state": "done"}, "changes only by its buttons"),
            ({"result": "Typed"}, "changes only by its buttons"),
            ({"line_id": self._gap("promise").id}, "is calculated"),
        ):
            with self.subTest(vals), self.assertRefused(UserError, message):
                mine.with_context(aftersales_flow=True).write(vals)
        with self.assertRefused(UserError, "The head of service sets"):
            mine.action_cancel()
        mine._finish("Done")
        self.assertEqual(action.state, "done")

    def test_values_that_are_read_cannot_be_typed(self):
        self.analysis.campaign_id = self._answered_campaign((6, 6, 5), (4, 5, 6))
        self.analysis.action_measure()
        measure = self._gap("perception").measure_ids[0]
        read = "read by the system"
        with self.assertRefused(UserError, read):
            measure.expected = 1
        with self.assertRefused(UserError, read):
            measure.source = "manual"
        measure.note = "As last year"
        metric = self._add_metric()
        with self.assertRefused(UserError, read):
            metric.source = "promise"
        with self.assertRefused(UserError, "changes only by its buttons"):
            metric.measured = 99
        with self.assertRefused(UserError, "is calculated"):
            metric.gap_share = 0
        with self.assertRefused(UserError, read):
            metric.with_context(default_source="servqual").create(
                {"line_id": self._gap("conduct").id, "name": "Forged"}
            )
        forged = metric.with_context(
            default_measured=99, default_is_measured=True
        ).create(
            {
                "line_id": self._gap("conduct").id,
                "metric_code": "COMPR",
                "expected": 10,
            }
        )
        self.assertEqual((forged.measured, forged.has_gap), (0, False))
        for vals, message in (
            ({"state": "done"}, "by its buttons"),
            ({"name": "GAP/1"}, "is calculated"),
        ):
            with self.subTest(vals), self.assertRefused(UserError, message):
                self.analysis.write(vals)
        hostile = self.analysis.with_context(default_state="done")
        self.assertEqual(hostile.create({"title": "New"}).state, "draft")
        with self.assertRaises(AccessError):
            self._gap("conduct").unlink()

    def test_two_companies(self):
        self.user_auditor.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        for record in (
            self.analysis,
            self._gap("conduct"),
            self._add_metric(),
            self._create_action(),
        ):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(self.user_auditor).read(["display_name"])
