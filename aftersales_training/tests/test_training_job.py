from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .plans_common import NOW, TODAY, PlansCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrainingJob(PlansCommon):
    """The nightly search for needs and the reminders."""

    def _run(self):
        with self.without_commit() as progress:
            self.Need._cron_make_needs()
        return progress

    def _found(self, **domain):
        return self.Need.search(
            [("company_id", "=", self.firm.id)]
            + [(name, "=", value) for name, value in domain.items()]
        )

    def _create_finding(self, point=None):
        visit = self.env["aftersales.visit"].create(
            {
                "service_point_id": (point or self.firm_point).id,
                "date_planned": date(2026, 3, 2),
                "visitor_ids": [Command.set(self.officer.ids)],
                "report": "<p>Seen</p>",
            }
        )
        task = self.env["aftersales.visit.task"].create(
            {"visit_id": visit.id, "name": "Refrigerant let out", "severity": "major"}
        )
        visit.action_report()
        return task

    def _open_points(self):
        (self.firm_point | self.firm_point_south).write({"state": "active"})

    # Sources

    def test_a_finding_becomes_one_need_of_the_unit(self):
        self._open_points()
        task = self._create_finding()
        self._run()
        need = self._found(origin="finding")
        self.assertEqual(need.service_point_id, self.firm_point)
        self.assertEqual((need.origin_model, need.origin_res_id), (task._name, task.id))
        self.assertEqual(need.text, "Refrigerant let out")
        self.assertEqual((need.date_open, need.date_due), (TODAY, date(2026, 4, 24)))
        self.assertFalse(need.employee_id)
        self.assertFalse(need.course_id)
        self._run()
        self.assertEqual(self._found(origin="finding"), need)
        need._cancel("Mended on the spot")
        self._run()
        self.assertEqual(self._found(origin="finding"), need, "asked once only")

    def test_a_cause_that_shows_again_is_one_need(self):
        self._open_points()
        first, again = self._create_finding(), self._create_finding()
        trigger = {
            "kind": "metric",
            "point": self.firm_point,
            "text": "Too many complaints",
            "date": date(2026, 2, 28),
        }

        def find(record, earlier, day=TODAY):
            shown = {**trigger, "record": record, "earlier": earlier, "date": day}

            def get(points, *_period):
                return [shown] if self.firm_point in points else []

            with patch.object(type(self.firm_point), "_get_training_triggers", get):
                self._run()
            return self._found(origin="metric")

        nothing = first.browse()
        need = find(first, nothing)
        self.assertEqual((need.origin_res_id, need.state), (first.id, "open"))
        self.assertEqual(find(again, first), need, "open already")
        self._pass(self.employee, "2026-03-15")
        self.assertEqual(need.state, "done")
        self.assertEqual(find(again, first, date(2026, 3, 15)), need, "before the pass")
        after = find(again, first, date(2026, 3, 16)) - need
        self.assertEqual(after.origin_res_id, again.id, "training did not help")

    def test_a_failed_assessment_is_closed_by_attendance_and_pass_only(self):
        self.firm_point.write({"state": "probation"})
        assessment = self._pass_probation(
            self.firm_point,
            outcome="failed",
            findings="Cannot measure",
            date="2026-03-09",
        )
        self._run()
        need = self._found(origin="assessment")
        self.assertEqual(need.origin_res_id, assessment.id)
        self.assertEqual(need.date_due, date(2026, 4, 9))
        self._pass(self.employee, "2026-03-15", passed=False)
        self.assertEqual(need.state, "open")
        self._pass(self.employee, "2026-03-20")
        self.assertEqual(need.state, "done")

    def test_a_certificate_that_runs_out(self):
        course = self._create_course(
            "Refresher", certificate_type_id=self.type_technician.id
        )
        soon = self._create_certificate(
            self.employee,
            type_id=self.type_technician.id,
            date_issue="2024-05-01",
            date_expiry="2026-05-01",
        )
        self._create_certificate(
            self.contact,
            type_id=self.type_technician.id,
            date_issue="2024-09-01",
            date_expiry="2026-09-01",
        )
        # Re-registration asks for no training.
        self._create_certificate(
            self.contact, date_issue="2023-04-01", date_expiry="2026-04-01"
        )
        self._run()
        need = self._found(origin="certificate")
        self.assertEqual((need.employee_id, need.course_id), (self.employee, course))
        self.assertEqual(
            (need.date_due, need.origin_res_id), (soon.date_expiry, soon.id)
        )

    def test_nobody_is_sent_who_has_left(self):
        self._create_course("Refresher", certificate_type_id=self.type_technician.id)
        self.staff.date_to = "2026-03-01"
        self._create_certificate(
            self.employee,
            type_id=self.type_technician.id,
            date_issue="2024-05-01",
            date_expiry="2026-05-01",
        )
        self._run()
        self.assertFalse(self._found())

    def test_a_missing_qualification(self):
        self.Requirement.create(
            {
                "role_id": self.role_technician.id,
                "certificate_type_id": self.type_technician.id,
                "company_id": self.firm.id,
            }
        )
        self._run()
        self.assertFalse(self._found(), "no course leads to it")
        course = self._create_course("Preparation")
        self.type_technician.with_company(self.firm).training_course_id = course
        self._create_certificate(self.contact, type_id=self.type_technician.id)
        self._run()
        need = self._found()
        self.assertEqual((need.employee_id, need.course_id), (self.employee, course))
        self.assertEqual(need.text, "no valid “Service Technician”")
        self._run()
        self.assertEqual(self._found(), need)

    def test_one_need_where_two_things_ask_for_the_same(self):
        self.Requirement.create(
            {
                "role_id": self.role_technician.id,
                "certificate_type_id": self.type_technician.id,
                "company_id": self.firm.id,
            }
        )
        course = self._create_course(
            "Refresher", certificate_type_id=self.type_technician.id
        )
        for person in (self.employee, self.contact):
            self._create_certificate(
                person,
                type_id=self.type_technician.id,
                date_issue="2024-05-01",
                date_expiry="2026-05-01",
            )
        self._run()
        self.assertEqual(len(self._found()), 2)
        with freeze_time("2026-05-02 02:00:00"):
            self._run()
            self.assertEqual(len(self._found()), 2)
            self.assertEqual(self._found().course_id, course)

    def test_a_course_that_must_be_repeated(self):
        self._open_points()
        self.env["aftersales.training.requirement"].create(
            {
                "course_id": self.course.id,
                "role_id": self.role_technician.id,
                "validity_months": 12,
                "company_id": self.firm.id,
            }
        )
        self._pass(self.employee, "2025-03-11")
        self._pass(self.contact, "2025-03-10")
        self._run()
        need = self._found(origin="qualification")
        self.assertEqual(need.partner_id, self.contact)
        with freeze_time("2026-03-11 02:00:00"):
            self._run()
        self.assertEqual(len(self._found(origin="qualification")), 2)

    # The job

    def test_progress_and_queries_do_not_grow_with_the_people(self):
        self._open_points()
        self.env["aftersales.training.requirement"].create(
            {
                "course_id": self.course.id,
                "role_id": self.role_technician.id,
                "company_id": self.firm.id,
            }
        )
        progress = self._run()
        self.assertEqual(progress[0][0], 0)
        self.assertEqual(len(self._found()), 2)
        few = self._count_queries()
        people = self.env["hr.employee"].create(
            [
                {"name": f"Technician {number}", "company_id": self.firm.id}
                for number in range(40)
            ]
        )
        self.Staff.create(
            [
                {
                    "employee_id": person.id,
                    "service_point_id": self.firm_point.id,
                    "role_id": self.role_technician.id,
                    "date_from": "2020-01-01",
                }
                for person in people
            ]
        )
        many = self._count_queries()
        self.assertEqual(len(self._found()), 42)
        # 40 needs more: a few batches of insertions, not a query each.
        self.assertLess(many - few, 20)
        self.assertLessEqual(self._count_queries() - few, 2)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        self._run()
        self.env.flush_all()
        return self.cr.sql_log_count - start

    def test_overdue_needs_are_reminded_once(self):
        late = self._create_need(self.employee, date_due="2026-03-09")
        self._create_need(self.contact, date_due="2026-03-10")
        with self.without_commit():
            self.Need._cron_remind_overdue()
            self.Need._cron_remind_overdue()
        self.assertEqual(
            late.activity_ids.user_id, self.manager | self.officer, "unit and HR"
        )
        self.assertEqual(len(late.activity_ids), 2)
        self.assertIn("Diagnosis: Li Na", late.activity_ids[0].summary)
        self.assertEqual(late.date_reminded, TODAY)
        self._pass(self.employee, "2026-03-20")
        self.assertFalse(late.activity_ids, "a pass ends the reminder")

    # Buttons

    def test_a_unit_is_looked_through_on_demand(self):
        self._open_points()
        self._create_finding()
        self._create_finding(self.firm_point_south)
        point = self.firm_point.with_user(self.manager)
        action = point.action_find_training_needs()
        self.assertEqual(action["res_model"], "aftersales.training.need")
        self.assertEqual(self._found().service_point_id, self.firm_point)
        self.assertEqual(point.training_need_count, 1)
        point.action_find_training_needs()
        self.assertEqual(len(self._found()), 1)

    def test_a_need_from_a_finding_by_hand(self):
        task = self._create_finding()
        action = task.with_user(self.manager).action_new_training_need()
        need = (
            self.Need.with_user(self.manager)
            .with_context(**action["context"])
            .create({"course_id": self.course.id})
        )
        self.assertEqual((need.origin, need.origin_res_id), ("finding", task.id))
        self.assertEqual(need.service_point_id, self.firm_point)
        self.assertEqual(need.text, "Refrigerant let out")
