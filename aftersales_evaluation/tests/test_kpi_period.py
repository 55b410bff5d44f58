from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .kpi_common import APRIL, MARCH, KpiCommon

RUN = "odoo.addons.aftersales_evaluation.models.aftersales_kpi_run"


@tagged("post_install", "-at_install")
class TestKpiPeriod(KpiCommon):
    # -- freezing --------------------------------------------------------------------

    def test_a_closed_month_never_changes(self):
        self._create_jobs(self.point, 10, complaints=3)
        self._measure()
        self._close()
        self.assertEqual(self.period.state, "closed")
        self.assertEqual(self.period.closed_by_id, self.user_head)
        self.assertTrue(all(self.period.value_ids.mapped("is_frozen")))
        self._create_jobs(self.point, 90)
        self.target.target = 1
        # neither by the job, nor by its statement, nor by a plain write
        self.assertEqual(self.period._run_batch(200), 0)
        with freeze_time(APRIL):
            self.period._write_flow({"date_run": datetime(2026, 4, 2)})
            self.period._store(self.period._measure_groups(self.kpi))
            self.period._write_flow({"date_run": False})
        value = self._value(self.point)
        self.assertEqual((value.value, value.target, value.status), (30, 10, "missed"))
        company = self._value()
        self.assertEqual((company.value, company.denominator), (30, 10))
        for step in (
            lambda: value.write({"value": 0}),
            lambda: value.sudo().unlink(),
            lambda: (
                value.with_user(self.user_head)
                .with_context(aftersales_flow="x")
                .write({"value": 0})
            ),
            lambda: self.kpi.unlink(),
            lambda: self.period.unlink(),
        ):
            with self.assertRaisesRegex(
                UserError, "frozen with its month|stay. Archive|stays as evidence"
            ):
                step()

    def test_only_the_head_closes(self):
        self._measure()
        for role in ("centre", "auditor", "dispatcher", "clerk", "service"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.period.with_user(getattr(self, f"user_{role}")).action_close()
        for vals in ({"state": "closed"}, {"date_computed": APRIL}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                self.period.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.Period.with_user(self.user_head).create(
                {"month": "2026-01-01", "state": "closed"}
            )
        fresh = (
            self.Period.with_user(self.user_head)
            .with_context(default_state="closed", aftersales_flow="x")
            .create({"month": "2026-01-01"})
        )
        self.assertEqual(fresh.state, "open")

    def test_a_month_is_closed_after_its_end_and_measured(self):
        head = self.period.with_user(self.user_head)
        with (
            freeze_time("2026-03-20"),
            self.assertRaisesRegex(UserError, "is not over yet. Close it after"),
        ):
            head.action_close()
        with (
            freeze_time(APRIL),
            self.assertRaisesRegex(UserError, "was not measured completely"),
        ):
            head.action_close()
        self._measure(now="2026-03-20 04:00:00")
        with (
            freeze_time(APRIL),
            self.assertRaisesRegex(UserError, "was not measured completely"),
        ):
            head.action_close()
        self._measure()
        self._close()
        with self.assertRaisesRegex(UserError, "in state “Closed”"):
            head.action_close()
        with self.assertRaisesRegex(UserError, "in state “Closed”"):
            head.action_measure()

    def test_a_half_measured_month_is_not_closed(self):
        self._measure()
        with freeze_time(APRIL):
            self.assertTrue(self.period._run_batch(1))
            with self.assertRaisesRegex(UserError, "was not measured completely"):
                self.period.with_user(self.user_head).action_close()

    def test_reopening_needs_a_reason_and_leaves_its_trace(self):
        self._create_jobs(self.point, 10, complaints=3)
        self._measure()
        head = self._close()
        action = head.action_reopen()
        with self.assertRaisesRegex(UserError, "Write down why"):
            head._reopen(" ")
        self._give_reason(action, self.user_head, "Two orders were entered late")
        self.assertEqual((self.period.state, self.period.reopen_count), ("open", 1))
        self.assertFalse(self.period.closed_by_id)
        self._create_jobs(self.point, 10)
        self._measure(now="2026-04-03 04:00:00")
        value = self._value(self.point)
        self.assertEqual((value.value, value.status), (15, "warning"))
        self.assertEqual((value.value_before, value.status_before), (30, "missed"))
        trace = self.env["aftersales.approval"].search(
            [("res_model", "=", self.period._name), ("res_id", "=", self.period.id)]
        )
        self.assertEqual(set(trace.mapped("decision")), {"approved", "rejected"})
        self.assertIn("Two orders were entered late", trace.mapped("comment"))
        with self.assertRaisesRegex(UserError, "stays as evidence"):
            self.period.unlink()

    def test_who_answers_is_reminded(self):
        self.kpi.owner_id = self.user_auditor
        self._create_jobs(self.point, 10, complaints=3)
        self._measure()
        self._close()
        activity = self.period.activity_ids
        self.assertEqual(activity.user_id, self.user_auditor)
        self.assertIn("Few complaints", activity.note)

    # -- the job ---------------------------------------------------------------------

    def _add_points(self, count):
        points = self.env["aftersales.service.point"]
        for number in range(count):
            points |= self._create_point(
                name=f"More {number}", parent_id=self.centre.id
            )
        return points

    def test_batches_and_an_interruption_leave_no_double_and_no_gap(self):
        points = self._add_points(5) | self.point | self.point_b
        for point in points:
            self._create_jobs(point, 4, complaints=1)
        with freeze_time(APRIL):
            self.assertEqual(self.period._run_batch(3), 3)
            self.assertEqual(len(self.period.value_ids), 3)
            self.assertFalse(self.period.date_computed)
            # interrupted here; another process goes on
            self.env.invalidate_all()
            self.assertEqual(self.period._run_batch(3), 2)
            self.assertEqual(self.period._run_batch(3), 1)
            self.assertEqual(self.period._run_batch(3), 0)
        values = self.period.value_ids
        self.assertEqual(len(values), len(points) + 3)
        self.assertEqual(len(values), len(set(values.mapped("service_point_id"))) + 1)
        self.assertEqual(self._value().denominator, 28)
        self.assertEqual(self._value(self.centre).denominator, 24)
        self.assertFalse(self.period.date_run)
        # repeated, it replaces what is open and adds nothing
        ids = set(values.ids)
        self._measure(batch_size=2)
        self.assertEqual(set(self.period.value_ids.ids), ids)

    def test_what_is_gone_leaves_the_open_month(self):
        other = self._create_kpi("CLOSE")
        self._measure()
        self.assertIn(other, self.period.value_ids.kpi_id)
        other.active = False
        self._measure(now="2026-04-03 04:00:00")
        self.assertEqual(self.period.value_ids.kpi_id, self.kpi)

    def _run_job(self, **kwargs):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Period = self.Period.with_env(self.env(cr=cr, user=1))
            Period._cron_measure(**kwargs)
        self.env.invalidate_all()

    @freeze_time(APRIL)
    def test_the_job_measures_the_running_and_the_last_month(self):
        self._create_jobs(self.point, 4, complaints=1)
        self.env.flush_all()
        self._run_job(batch_size=1)
        april = self.Period.search(
            [("month", "=", "2026-04-01"), ("company_id", "=", self.company.id)]
        )
        self.assertTrue(april.date_computed)
        self.assertTrue(self.period.date_computed)
        self.assertEqual(self._value(self.point).value, 25)
        before = self.period.value_ids.mapped("write_date")
        # the same day there is nothing left to do
        self.assertFalse(self.Period._get_due_periods() & (april | self.period))
        self._run_job()
        self.assertEqual(self.period.value_ids.mapped("write_date"), before)

    @freeze_time(APRIL)
    def test_one_company_that_fails_does_not_stop_the_others(self):
        self._create_point(name="Foreign", company_id=self.company_b.id)
        self.env.flush_all()
        Period = type(self.Period)
        original = Period._measure_points

        def fail(period, kpis, points):
            if period.company_id == self.company:
                raise ValueError("broken metric")
            return original(period, kpis, points)

        with patch.object(Period, "_measure_points", fail), mute_logger(RUN):
            self._run_job()
        self.assertFalse(self.period.date_computed)
        self.assertFalse(self.period.value_ids)
        other = self.Period.search([("company_id", "=", self.company_b.id)])
        self.assertTrue(all(other.mapped("date_computed")))
        self._run_job()
        self.assertTrue(self.period.date_computed)

    @freeze_time(APRIL)
    def test_measure_now(self):
        self._create_jobs(self.point, 4, complaints=1)
        self.period.with_user(self.user_head).action_measure()
        self.assertEqual(self._value(self.point).value, 25)
        self.assertFalse(self.period.date_run)
        with self.assertRaises(AccessError):
            self.period.with_user(self.user_auditor).action_measure()
        # a large network is left to the job
        with patch(f"{RUN}.BATCH_SIZE", 1):
            self.period.with_user(self.user_head).action_measure()
        self.assertTrue(self.period.date_run)
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [("cron_id", "=", self.env.ref("aftersales_evaluation.ir_cron_kpi").id)]
            )
        )

    def test_the_number_of_queries_does_not_grow_with_points(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._measure()
            return self.cr.sql_log_count - before

        count()
        few = count()
        for point in self._add_points(12):
            self._create_jobs(point, 1)
        self.assertLessEqual(count(), few + 2)

    def test_months_start_on_their_first_day(self):
        period = self.Period.create({"month": "2026-01-17"})
        self.assertEqual(str(period.month), "2026-01-01")
        self.assertIn("January 2026", period.display_name)
        with self.assertRaisesRegex(UserError, "is calculated and cannot be written"):
            period.with_user(self.user_head).month = MARCH[0]
