import threading
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import LockError
from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.race import CommittedCase

APRIL = "2026-04-02 04:00:00"


@tagged("post_install", "-at_install")
class TestKpiAtOnce(CommittedCase):
    """A month is measured and closed on two real connections at once."""

    def _prepare(self, env):
        self.point_ids = [
            env["aftersales.service.point"]
            .create(
                {
                    "name": f"KPI point {number}",
                    "state": "active",
                    "partner_id": env["res.partner"]
                    .create({"name": f"KPI point {number}", "is_company": True})
                    .id,
                }
            )
            .id
            for number in range(6)
        ]
        kpi = env["aftersales.kpi"].create(
            {
                "name": "At once",
                "metric_code": "COMPR",
                "company_id": env.company.id,
                "owner_id": env.ref("base.user_admin").id,
            }
        )
        # a month of long ago, which no other test measures
        period = env["aftersales.kpi.period"].create({"month": date(1999, 3, 1)})
        self.period_id, self.kpi_id = period.id, kpi.id

    def _remove(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM aftersales_kpi_value WHERE period_id = %s",
                [self.period_id],
            )
            env = self._env(cr)
            env["aftersales.kpi.period"].browse(self.period_id).unlink()
            env["aftersales.kpi"].browse(self.kpi_id).unlink()
            points = env["aftersales.service.point"].browse(self.point_ids)
            partners = points.partner_id
            points._write_flow({"state": "prospect"})
            points.unlink()
            partners.unlink()

    def _period(self, cr):
        return self._env(cr)["aftersales.kpi.period"].browse(self.period_id)

    def _check_figures(self):
        with self.registry.cursor() as cr:
            values = self._period(cr).value_ids
            mine = values.filtered(lambda v: v.kpi_id.id == self.kpi_id)
            units = mine.service_point_id
            self.assertFalse(set(self.point_ids) - set(units.ids))
            self.assertEqual(len(mine), len(units) + 1)

    def test_the_second_job_leaves_the_month_to_the_first(self):
        with freeze_time(APRIL), self.registry.cursor() as one:
            first = self._period(one)
            self.assertTrue(first._run_batch(2))
            with self.registry.cursor() as two:
                # the first has not committed: its month is taken
                self.assertEqual(self._period(two)._run_batch(2), 0)
                self.assertFalse(self._period(two).date_run)
            one.commit()
            while first._run_batch(2):
                one.commit()
            one.commit()
        self._check_figures()

    def test_two_jobs_in_two_threads_make_no_double_and_no_gap(self):
        errors = []

        def work():
            try:
                with self.registry.cursor() as one:
                    for _time in range(20):
                        self._period(one)._run_batch(1)
                        one.commit()
                        if self._period(one).date_computed:
                            break
            except Exception as error:
                errors.append(error)

        with freeze_time(APRIL):
            threads = [threading.Thread(target=work) for _number in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            # whoever lost every race left no trace; one more run ends the month
            with self.registry.cursor() as cr:
                while self._period(cr)._run_batch(2):
                    continue
        self.assertFalse(any(thread.is_alive() for thread in threads))
        for error in errors:
            self.assertEqual(getattr(error, "pgcode", ""), "40001")
        self._check_figures()

    def test_the_statement_itself_knows_the_row(self):
        """Even without the lock no second row comes into being."""
        with freeze_time(APRIL), self.registry.cursor() as one:
            first = self._period(one)
            first._write_flow({"date_run": APRIL})
            kpi = first.env["aftersales.kpi"].browse(self.kpi_id)
            rows = first._measure_points(kpi, first._get_units())
            one.rollback()
            first._run_batch(10)
            one.commit()
            with self.registry.cursor() as two:
                second = self._period(two)
                second._store(rows)
                while second._run_batch(10):
                    continue
        self._check_figures()

    def test_nobody_closes_a_month_that_is_measured(self):
        with freeze_time(APRIL), self.registry.cursor() as one:
            first = self._period(one)
            while first._run_batch(10):
                continue
            one.commit()
            first._run_batch(10)
            with self.registry.cursor() as two:
                with self.assertRaises(LockError):
                    self._period(two).action_close()
                two.rollback()
            one.rollback()
