from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


class VisitCommon(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.Visit = cls.env["aftersales.visit"]
        cls.Task = cls.env["aftersales.visit.task"]

    @classmethod
    def _create_visit(cls, **vals):
        defaults = {
            "service_point_id": cls.point.id,
            "date_planned": date(2026, 3, 10),
            "visitor_ids": [Command.set(cls.user_centre.ids)],
        }
        return cls.Visit.create({**defaults, **vals})

    @classmethod
    def _create_task(cls, visit, **vals):
        return cls.Task.create({"visit_id": visit.id, "name": "No safety sign", **vals})

    @classmethod
    def _report(cls, visit):
        visit.report = "<p>Seen and agreed</p>"
        visit.action_report()
        return visit


@tagged("post_install", "-at_install")
class TestVisit(VisitCommon):
    @freeze_time("2026-03-12 08:00")
    def test_from_plan_to_report(self):
        visit = self._create_visit().with_user(self.user_centre)
        self.assertRegex(visit.name, r"^VIS/2026/\d{4}$")
        self.assertEqual((visit.state, visit.centre_id), ("planned", self.centre))
        with self.assertRaisesRegex(UserError, "write the report before"):
            visit.action_report()
        visit.action_done()
        self.assertEqual((visit.state, visit.date_done), ("done", date(2026, 3, 10)))
        with self.assertRaisesRegex(UserError, "in state “Made”"):
            visit.action_done()
        self._report(visit)
        self.assertEqual(visit.state, "reported")
        self.assertEqual(visit.reported_by_id, self.user_centre)
        for vals in ({"report": "Nothing"}, {"date_planned": "2026-03-01"}):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                visit.write(vals)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            visit.write({"state": "planned"})
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            visit.unlink()

    @freeze_time("2026-03-08 08:00")
    def test_visit_made_before_its_planned_day(self):
        visit = self._create_visit()
        visit.action_done()
        self.assertEqual(visit.date_done, date(2026, 3, 8))

    def test_cancelling_needs_a_reason(self):
        visit = self._create_visit()
        action = visit.with_user(self.user_centre).action_ask_cancel()
        Wizard = self.env["aftersales.reason.wizard"].with_user(self.user_centre)
        Wizard.with_context(**action["context"]).create(
            {"reason": "Flood"}
        ).action_confirm()
        self.assertEqual((visit.state, visit.cancel_reason), ("cancelled", "Flood"))
        with self.assertRaisesRegex(UserError, "in state “Cancelled”"):
            visit.action_done()

    def test_visitors_are_our_own(self):
        with self.assertRaisesRegex(ValidationError, "only internal users visit"):
            self._create_visit(visitor_ids=[Command.set(self.user_portal.ids)])
        with self.assertRaisesRegex(ValidationError, "at least one visitor"):
            self._create_visit(visitor_ids=[Command.clear()])

    def test_planned_visit_gets_overdue(self):
        visit = self._create_visit()
        late = [("is_late", "=", True), ("id", "=", visit.id)]
        with freeze_time("2026-03-10 15:00"):
            self.assertFalse(self.Visit.search(late))
            self.assertFalse(visit.is_late)
        self.env.invalidate_all()
        with freeze_time("2026-03-10 16:00"):  # the 11th in Shanghai
            self.assertEqual(self.Visit.search(late), visit)
            self.assertTrue(visit.is_late)

    def test_points_not_visited_for_months(self):
        self.company.aftersales_visit_months = 6
        Point = self.env["aftersales.service.point"]
        mine = self.point | self.point_b | self.centre

        def overdue(when):
            with freeze_time(when):
                self.env.invalidate_all()
                found = Point.search(
                    [("is_visit_overdue", "=", True), ("id", "in", mine.ids)]
                )
                self.assertEqual(found, mine.filtered("is_visit_overdue"))
                return found

        visit = self._create_visit()
        self.point_b.sudo().date_activated = "2026-03-01"
        self.assertEqual(overdue("2026-04-01 08:00"), self.point)
        with freeze_time("2026-03-10 08:00"):
            visit.action_done()
        self.assertEqual(self.point.date_last_visit, date(2026, 3, 10))
        self.assertFalse(overdue("2026-04-01 08:00"))
        self.assertEqual(overdue("2026-09-05 08:00"), self.point_b)
        self.assertFalse(overdue("2026-09-01 08:00"))
        self.assertEqual(overdue("2026-09-11 08:00"), self.point | self.point_b)
        self.company.aftersales_visit_months = 12
        self.assertFalse(overdue("2026-09-11 08:00"))
        self.point._write_flow({"state": "closed"})
        self.assertEqual(overdue("2028-01-01 08:00"), self.point_b)

    def test_next_visit_and_counts(self):
        self._create_visit(date_planned="2026-05-01")
        visit = self._create_visit(date_planned="2026-04-01")
        self._create_task(visit)
        self.assertEqual(self.point.date_next_visit, date(2026, 4, 1))
        self.assertFalse(self.point.date_last_visit)
        self.assertEqual((self.point.visit_count, self.point.open_task_count), (2, 1))
        self.assertEqual((visit.task_count, visit.open_task_count), (1, 1))

    def test_closing_the_point_cancels_planned_visits(self):
        planned = self._create_visit()
        made = self._create_visit()
        self._create_task(made)
        made.action_done()
        self.point.with_user(self.user_head)._on_closed()
        self.assertEqual(planned.state, "cancelled")
        self.assertIn("has ended", planned.cancel_reason)
        self.assertEqual(made.state, "done")

    def test_metric(self):
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b | self.centre
        self._create_visit(kind="check").action_done()
        self._create_visit(kind="unannounced")
        self._create_visit(kind="support", service_point_id=self.centre.id)
        self._create_visit(service_point_id=self.point_b.id)
        self._create_visit(date_planned="2026-04-01", service_point_id=self.centre.id)
        march = (date(2026, 3, 1), date(2026, 3, 31))
        values = Metric._compute_metrics(["VIS"], points, *march)["VIS"]
        self.assertEqual(
            values,
            {self.point.id: (1, 1), self.point_b.id: (0, 1), self.centre.id: (0, 0)},
        )
        action = Metric._get_metric_action("VIS", points, *march)
        self.assertEqual(self.Visit.search_count(action["domain"]), 3)
        self._create_visit(service_point_id=self.centre.id)._cancel("No")
        values = Metric._compute_metrics(["VIS"], points, *march)["VIS"]
        self.assertEqual(values[self.centre.id], (0, 0))

    def test_plan_for_many_points(self):
        Wizard = self.env["aftersales.visit.plan.wizard"].with_user(self.user_centre)
        third = self._create_point(parent_id=self.centre.id)
        wizard = Wizard.with_context(
            active_model="aftersales.service.point",
            active_ids=(self.point | self.centre | third).ids,
        ).create(
            {"date_start": "2026-03-06", "per_day": 2, "times": 2, "interval_months": 3}
        )
        self.assertEqual(len(wizard.service_point_ids), 3)
        visits = self.Visit.search(wizard.action_plan()["domain"])
        self.assertEqual(
            sorted(visits.mapped("date_planned")),
            [
                date(2026, 3, 6),
                date(2026, 3, 6),
                date(2026, 3, 9),  # after the weekend
                date(2026, 6, 8),  # the 6th is a Saturday
                date(2026, 6, 8),
                date(2026, 6, 9),
            ],
        )
        self.assertEqual(visits.visitor_ids, self.user_centre)
        wizard.times = 0
        with self.assertRaisesRegex(UserError, "must be at least 1"):
            wizard.action_plan()
        wizard.times = 900
        with self.assertRaisesRegex(UserError, "at most 2000 visits"):
            wizard.action_plan()
        with self.assertRaises(AccessError):
            wizard.service_point_ids = self.point_b

    def test_planning_costs_the_same_for_many(self):
        counts = []
        for number in (2, 40):
            points = self.env["aftersales.service.point"].create(
                [
                    {"name": f"V{number}-{n}", "parent_id": self.centre.id}
                    for n in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            visits = self.Visit.create(
                [{"service_point_id": point.id} for point in points]
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            points.mapped("date_last_visit")
            points.mapped("is_visit_overdue")
            visits.mapped("open_task_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[0])
        self.assertLessEqual(counts[3], counts[1])


@tagged("post_install", "-at_install")
class TestVisitTask(VisitCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_visit()

    def _get_activities(self, task):
        kind = self.env.ref("aftersales_network.activity_visit_task")
        return task.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    @freeze_time("2026-03-10 08:00")
    def test_due_date_follows_the_severity(self):
        with Form(self.Task.with_context(default_visit_id=self.visit.id)) as form:
            form.name = "Fire door blocked"
            self.assertEqual(form.date_due, date(2026, 4, 9))
            form.severity = "critical"
            self.assertEqual(form.date_due, date(2026, 3, 13))
        task = form.save()
        task.severity = "major"
        self.assertEqual(task.date_due, date(2026, 3, 13), "A promise is kept")

    def test_responsible_gets_an_activity(self):
        task = self._create_task(
            self.visit, user_id=self.user_centre.id, date_due="2026-04-01"
        )
        activity = self._get_activities(task)
        self.assertEqual(activity.user_id, self.user_centre)
        self.assertEqual(activity.date_deadline, date(2026, 4, 1))
        task.user_id = self.user_head
        self.assertEqual(self._get_activities(task).user_id, self.user_head)
        task.date_due = "2026-04-15"
        activity = self._get_activities(task)
        self.assertEqual(activity.date_deadline, date(2026, 4, 15))
        task.result = "Sign is up"
        task.with_user(self.user_head).action_done()
        activity = self._get_activities(task)
        self.assertEqual(activity.user_id, self.user_centre, "The visitor verifies")
        task.with_user(self.user_centre).action_verify()
        self.assertFalse(self._get_activities(task))

    def test_one_responsible(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self._create_task(
                self.visit, user_id=self.user_centre.id, staff_id=self.technician.id
            )
        with self.assertRaisesRegex(ValidationError, "does not work at"):
            self._create_task(self.visit, staff_id=self.technician_b.id)
        with self.assertRaisesRegex(ValidationError, "is no internal user"):
            self._create_task(self.visit, user_id=self.user_portal.id)

    def test_done_then_verified_by_another(self):
        task = self._create_task(self.visit).with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "write down what was done"):
            task.action_done()
        with self.assertRaisesRegex(UserError, "in state “Open”"):
            task.action_verify()
        task.result = "Sign is up"
        task.action_done()
        self.assertEqual((task.state, task.done_by_id), ("done", self.user_centre))
        with self.assertRaisesRegex(UserError, "Another person must verify it"):
            task.action_verify()
        with self.assertRaisesRegex(UserError, "is done and stays as it is"):
            task.result = "Something else"
        task.with_user(self.user_head).action_verify()
        self.assertEqual(task.verified_by_id, self.user_head)
        for vals in ({"state": "open"}, {"verified_by_id": self.user_centre.id}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                task.write(vals)

    def test_reopened_with_a_reason(self):
        task = self._create_task(self.visit, user_id=self.user_centre.id, result="Done")
        task.with_user(self.user_centre).action_done()
        action = task.with_user(self.user_head).action_ask_reopen()
        Wizard = self.env["aftersales.reason.wizard"].with_user(self.user_head)
        Wizard.with_context(**action["context"]).create(
            {"reason": "Sign fell down"}
        ).action_confirm()
        self.assertEqual((task.state, task.done_by_id.id), ("open", False))
        self.assertIn("Sign fell down", task.message_ids[0].body)
        self.assertEqual(self._get_activities(task).user_id, self.user_centre)

    def test_overdue_follows_the_clock(self):
        task = self._create_task(self.visit, date_due="2026-03-10", result="x")
        overdue = [("is_overdue", "=", True), ("id", "=", task.id)]
        with freeze_time("2026-03-10 15:59"):
            self.assertFalse(self.Task.search(overdue))
        with freeze_time("2026-03-10 16:01"):
            self.env.invalidate_all()
            self.assertEqual(self.Task.search(overdue), task)
            self.assertTrue(task.is_overdue)
            task.action_done()
            self.assertFalse(self.Task.search(overdue))

    def test_reported_finding_is_not_deleted(self):
        task = self._create_task(self.visit)
        other = self._create_task(self.visit)
        other.unlink()
        self._report(self.visit)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            task.unlink()


@tagged("post_install", "-at_install")
class TestVisitRights(VisitCommon):
    def test_scope(self):
        mine = self._create_visit()
        foreign = self._create_visit(service_point_id=self.point_b.id)
        found = self.Visit.with_user(self.user_centre).search([])
        self.assertIn(mine, found)
        self.assertNotIn(foreign, found)
        for call in (
            lambda: foreign.with_user(self.user_centre).action_done(),
            lambda: (
                self._create_task(foreign).with_user(self.user_centre).read(["name"])
            ),
            lambda: mine.with_user(self.user_auditor).write({"purpose": "x"}),
            lambda: mine.with_user(self.user_hr).action_done(),
            lambda: self.Visit.with_user(self.user_clerk).create(
                {"service_point_id": self.point.id}
            ),
            lambda: self.Task.with_user(self.user_centre).create(
                {"visit_id": foreign.id, "name": "x"}
            ),
            lambda: mine.with_user(self.user_centre).write(
                {"service_point_id": self.point_b.id}
            ),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_posted_person_reports_on_his_point(self):
        with self.assertRaises(AccessError):
            self.Visit.with_user(self.user_service).create(
                {"service_point_id": self.point.id}
            )
        employee = self.env["hr.employee"].create(
            {"name": "Posted", "user_id": self.user_service.id}
        )
        self._create_staff(service_point_id=self.centre.id, employee_id=employee.id)
        visit = self.Visit.with_user(self.user_service).create(
            {"service_point_id": self.point.id, "report": "<p>Fine</p>"}
        )
        visit.action_report()
        self.assertEqual(visit.reported_by_id, self.user_service)

    def test_unannounced_check_stays_hidden_from_the_point(self):
        employee = self.env["hr.employee"].create(
            {"name": "At the point", "user_id": self.user_service.id}
        )
        self._create_staff(service_point_id=self.point.id, employee_id=employee.id)
        visit = self._create_visit(kind="unannounced")
        task = self._create_task(visit)
        self.assertFalse(visit.with_user(self.user_service).has_access("read"))
        self.assertFalse(task.with_user(self.user_service).has_access("read"))
        self.assertTrue(visit.with_user(self.user_centre).has_access("read"))
        self._report(visit)
        self.assertTrue(visit.with_user(self.user_service).has_access("read"))
        self.assertTrue(task.with_user(self.user_service).has_access("read"))

    def test_portal_reads_reported_visits_only(self):
        visit = self._create_visit()
        task = self._create_task(visit)
        for record in (visit, task):
            self.assertFalse(record.with_user(self.user_portal).has_access("read"))
        self._report(visit)
        for record in (visit, task):
            self.assertTrue(record.with_user(self.user_portal).has_access("read"))
            self.assertFalse(record.with_user(self.user_portal_b).has_access("read"))
            self.assertFalse(record.with_user(self.user_portal).has_access("write"))
        task.result = "Sign is up"
        with self.assertRaises(AccessError):
            task.with_user(self.user_portal).action_done()

    def test_companies_are_separate(self):
        point = self._create_point(name="Foreign", company_id=self.company_b.id)
        visit = self._create_visit(service_point_id=point.id)
        with self.assertRaises(AccessError):
            visit.with_user(self.user_head).read(["name"])
