import threading
from datetime import date
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase

LOGGER = "odoo.addons.aftersales_evaluation.models.aftersales_scorecard_period"
APRIL = date(2026, 4, 1), date(2026, 4, 30)


@tagged("post_install", "-at_install")
class TestScorecardRace(CommittedCase):
    """Two connections score the same period at once: no double, no gap."""

    def _prepare(self, env):
        points = env["aftersales.service.point"].create(
            [{"name": f"Race {number}", "state": "active"} for number in range(6)]
        )
        indicator_set = env["aftersales.indicator.set"].create(
            {
                "name": "Race",
                "code": "RACE",
                "scale_id": env.ref("aftersales_evaluation.scale_standard").id,
                "indicator_ids": [
                    Command.create({"code": "1", "name": "All", "points": 100})
                ],
            }
        )
        indicator_set.action_use()
        self.point_ids, self.set_id = points.ids, indicator_set.id

    def _remove(self):
        with self.registry.cursor() as cr:
            Scorecard, points, indicator_set = self._work(cr)
            Scorecard.search([("set_id", "=", self.set_id)]).unlink()
            indicator_set._write_flow({"state": "draft"})
            indicator_set.unlink()
            partners = points.partner_id
            points._write_flow({"state": "prospect"})
            points.unlink()
            partners.unlink()

    def _work(self, cr):
        """Model, points and set as one of the two people sees them."""
        env = self._env(cr)
        return (
            env["aftersales.scorecard"],
            env["aftersales.service.point"].browse(self.point_ids),
            env["aftersales.indicator.set"].browse(self.set_id),
        )

    def _run_job(self, cr, batch_size=2):
        """The scheduled job, for the points of this test."""
        Scorecard, points, indicator_set = self._work(cr)
        todo = Domain("id", "in", points.ids) & Domain(
            "scorecard_ids",
            "not any",
            Scorecard._get_period_domain(indicator_set, *APRIL),
        )
        return Scorecard._run_period(indicator_set, todo, *APRIL, batch_size)

    def _count(self):
        with self.registry.cursor() as cr:
            Scorecard, points, indicator_set = self._work(cr)
            cards = Scorecard.search([("set_id", "=", indicator_set.id)])
            self.assertLessEqual(cards.service_point_id, points)
            self.assertEqual(len(cards), len(cards.service_point_id))
            return len(cards)

    def _run_in_thread(self, work):
        """Start what has to wait for the first; returns (thread, errors)."""
        errors = []

        def run():
            try:
                with self.registry.cursor() as cr:
                    work(*self._work(cr))
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        return thread, errors

    def test_the_index_lets_one_of_two_pass(self):
        one = self._cursor()
        Scorecard, points, indicator_set = self._work(one)
        Scorecard._create_period_scorecards(points, indicator_set, *APRIL)
        Scorecard.env.flush_all()
        with mute_logger("odoo.sql_db"):
            thread, errors = self._run_in_thread(
                lambda Card, mine, set_: Card._create_period_scorecards(
                    mine, set_, *APRIL
                )
            )
            self.assertTrue(thread.is_alive(), "the second waits for the first")
            one.commit()
            thread.join(20)
        self.assertIsInstance(errors[0], UniqueViolation)
        self.assertEqual(self._count(), 6)

    def test_a_job_that_collides_goes_on_with_the_rest(self):
        """Somebody scores two points by hand while the job scores all six."""
        one = self._cursor()
        Scorecard, points, indicator_set = self._work(one)
        Scorecard._create_period_scorecards(points[2:4], indicator_set, *APRIL)
        Scorecard.env.flush_all()
        with mute_logger("odoo.sql_db"):
            thread, errors = self._run_in_thread(
                lambda Card, _points, _set: self._run_job(Card.env.cr)
            )
            self.assertTrue(thread.is_alive(), "the job waits for the hand")
            one.commit()
            thread.join(20)
        self.assertEqual(errors, [])
        with self.registry.cursor() as cr:
            self._run_job(cr)
        self.assertEqual(self._count(), 6)

    def test_a_second_job_leaves_the_set_to_the_first(self):
        one, two = self._cursor(), self._cursor()
        self.assertTrue(self._work(one)[2].try_lock_for_update(allow_referencing=True))
        self.assertTrue(self._run_job(two))
        self.assertEqual(self._count(), 0)
        one.commit()
        self._run_job(two)
        self.assertEqual(self._count(), 6)

    def test_interrupted_after_a_batch_the_next_run_goes_on(self):
        Cron = self.registry["ir.cron"]
        genuine = Cron._commit_progress

        def out_of_time(cron, done=0, **kwargs):
            genuine(cron, done, **kwargs)
            return 0 if done else 60

        with self.registry.cursor() as cr:
            with patch.object(Cron, "_commit_progress", out_of_time):
                self.assertFalse(self._run_job(cr))
            cr.rollback()  # whatever was not committed is lost
        self.assertEqual(self._count(), 2)
        for _turn in range(2):
            with self.registry.cursor() as cr:
                self._run_job(cr)
            self.assertEqual(self._count(), 6)

    def test_one_bad_point_keeps_nobody_waiting(self):
        Scorecard = self.registry["aftersales.scorecard"]
        genuine = Scorecard._prepare_period_vals
        bad_id = self.point_ids[3]

        def fail(model, point, *period):
            if point.id == bad_id:
                raise ValueError("Broken point")
            return genuine(model, point, *period)

        with (
            patch.object(Scorecard, "_prepare_period_vals", fail),
            self.registry.cursor() as cr,
            self.assertLogs(LOGGER, "ERROR") as logs,
        ):
            self.assertTrue(self._run_job(cr))
        self.assertEqual(self._count(), 5)
        self.assertEqual(len(logs.records), 1)
        self.assertIn("Race 3 could not be scored", logs.output[0])
        with self.registry.cursor() as cr:
            self._run_job(cr)
        self.assertEqual(self._count(), 6)
