from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MARCH, EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardPeriod(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Scorecard = cls.env["aftersales.scorecard"]
        cls.both = cls.point | cls.point_b

    def _create(self, points, user=None):
        Scorecard = self.Scorecard.with_user(user) if user else self.Scorecard
        return Scorecard._create_period_scorecards(points, self.set, *MARCH)

    def _count(self):
        return self.Scorecard.search_count(
            self.Scorecard._get_period_domain(self.set, *MARCH)
        )

    def test_second_run_creates_nothing(self):
        first = self._create(self.both)
        self.assertEqual(first.service_point_id, self.both)
        self.assertFalse(self._create(self.both))
        self.assertEqual(self._count(), 2)

    def test_run_continues_where_one_stopped(self):
        self._create(self.point)
        rest = self._create(self.both)
        self.assertEqual(rest.service_point_id, self.point_b)

    def test_cancelled_scorecard_is_made_again(self):
        self._create(self.point).action_cancel()
        self.assertEqual(len(self._create(self.point)), 1)

    def test_two_runs_at_once_never_double(self):
        """The index stops the run that did not see the other one's scorecard."""
        self._create(self.point)
        vals = self.Scorecard._prepare_period_vals(self.point, self.set, *MARCH)
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.Scorecard.create(vals)

    def test_auditor_runs_a_period_head_sees_it(self):
        cards = self._create(self.both, self.user_auditor)
        self.assertEqual(cards.auditor_id, self.user_auditor)
        self.assertFalse(self._create(self.both, self.user_head))
        with self.assertRaises(AccessError):
            self._create(self.both, self.user_service)

    def test_queries_do_not_grow_with_the_points(self):
        """The same number of queries for 3 and 30 points, metrics included."""
        points = self.env["aftersales.service.point"].create(
            [
                {"name": f"Point {n}", "state": "active", "parent_id": self.centre.id}
                for n in range(36)
            ]
        )
        for point in points:
            self._create_jobs(point, 2, complaints=1)
        self._create(points[:3])  # warm caches
        small = self._count_queries(points[3:6])
        large = self._count_queries(points[6:36])
        self.assertEqual(large, small)
        self.assertLessEqual(small, 25)
        self.assertEqual(self._count(), 36)

    def _count_queries(self, points):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._create(points)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _run_cron(self, **kwargs):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Scorecard = self.Scorecard.with_env(self.env(cr=cr, user=1))
            Scorecard._cron_create_period_scorecards(**kwargs)
        self.env.invalidate_all()

    @freeze_time("2026-04-01 06:00:00")
    def test_cron_scores_last_month_in_batches(self):
        self.env["aftersales.indicator.set"].search([]).write({"is_monthly": False})
        self.set.is_monthly = True
        closed = self._create_point(name="Closed", state="closed")
        self.env.flush_all()
        self._run_cron(batch_size=1)
        cards = self.Scorecard.search([("set_id", "=", self.set.id)])
        self.assertGreaterEqual(cards.service_point_id, self.both)
        self.assertNotIn(closed, cards.service_point_id)
        self.assertNotIn(self.centre, cards.service_point_id)
        self.assertEqual(set(cards.mapped("period")), {"2026-03"})
        self.assertFalse(cards.auditor_id, "nobody judged them")
        self._run_cron()
        self.assertEqual(
            self.Scorecard.search_count([("set_id", "=", self.set.id)]), len(cards)
        )

    def test_cron_is_scheduled_and_runs(self):
        self.env["aftersales.indicator.set"].search([]).write({"is_monthly": False})
        cron = self.env.ref("aftersales_evaluation.ir_cron_period_scorecards")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "months"))

    def test_wizard_creates_and_opens(self):
        self._create(self.point)
        Wizard = self.env["aftersales.scorecard.wizard"].with_user(self.user_auditor)
        with Form(Wizard) as form:
            form.set_id = self.set
            form.date_from, form.date_to = MARCH
        wizard = form.save()
        self.assertLessEqual(self.both, wizard.service_point_ids)
        self.assertNotIn(self.centre, wizard.service_point_ids)
        self.assertEqual(wizard.existing_count, 1)
        action = wizard.action_create()
        cards = self.Scorecard.search(action["domain"])
        self.assertEqual(cards.service_point_id, wizard.service_point_ids)

    def test_wizard_refuses_bad_input(self):
        wizard = self.env["aftersales.scorecard.wizard"].create(
            {"set_id": self.set.id, "date_from": MARCH[1], "date_to": MARCH[0]}
        )
        with self.assertRefused(UserError, "ends on 2026-03-01 before it starts"):
            wizard.action_create()
        wizard.write({"date_from": MARCH[0], "service_point_ids": False})
        with self.assertRefused(UserError, "Choose at least one service point"):
            wizard.action_create()
