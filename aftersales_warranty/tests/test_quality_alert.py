from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .quality_common import NOW, TODAY, QualityCommon


@tagged("post_install", "-at_install")
class TestQualityAlert(RaceMixin, QualityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = [cls._sell(f"A-{n}", batch="B-1") for n in range(8)]

    def _fail_units(self, count, **vals):
        return self.env["aftersales.service.order"].concat(
            *(self._fail(unit, **vals) for unit in self.units[:count])
        )

    def _check(self, threshold):
        threshold.with_user(self.user_reviewer).action_check()
        return threshold.alert_ids

    def test_the_third_failure_raises_one_alert(self):
        threshold = self._threshold()
        self._fail_units(2)
        self.assertFalse(self._check(threshold))
        third = self._fail(self.units[2])
        alert = self._check(threshold)
        self.assertEqual(len(alert), 1)
        self.assertEqual(alert.product_tmpl_id, self.template)
        self.assertEqual(alert.fault_id, self.fault)
        self.assertEqual(alert.failure_count, 3)
        self.assertIn(third, alert.order_ids)
        self.assertEqual(len(alert.order_ids), 3)
        self.assertEqual(alert.date, TODAY)
        self.assertEqual(alert.date_from, date(2026, 4, 2))
        self.assertEqual(alert.date_quiet, date(2026, 9, 27))
        self.assertTrue(
            alert.owner_id.has_group("aftersales_network.group_technical_reviewer")
        )
        self.assertEqual(alert.activity_ids.user_id, alert.owner_id)
        self.assertRegex(alert.name, r"^QA\d{6}$")
        self.assertEqual(self._check(threshold), alert)

    def test_the_job_finds_it_too_and_only_once(self):
        threshold = self._threshold(user_id=self.user_reviewer.id)
        self._fail_units(3)
        self._run_job("aftersales.quality.threshold", "_cron_check")
        self._run_job("aftersales.quality.threshold", "_cron_check")
        self.assertEqual(len(threshold.alert_ids), 1)
        self.assertEqual(threshold.alert_ids.owner_id, self.user_reviewer)

    def test_one_broken_company_does_not_stop_the_others(self):
        threshold = self._threshold()
        self._fail_units(3)
        Threshold = type(self.env["aftersales.quality.threshold"])
        self._threshold(company_id=self.company_b.id)
        real = Threshold._raise_alerts

        def fail(thresholds, company, *args):
            if company == self.company_b:
                raise ValueError("broken")
            return real(thresholds, company, *args)

        self.patch(Threshold, "_raise_alerts", fail)
        logger = "odoo.addons.aftersales_warranty.models.aftersales_quality_threshold"
        with self.assertLogs(logger, "ERROR") as log:
            self._run_job("aftersales.quality.threshold", "_cron_check")
        self.assertEqual(len(log.output), 1)
        self.assertEqual(len(threshold.alert_ids), 1)

    def test_a_report_raises_the_alert_at_once(self):
        threshold = self._threshold()
        orders = self._fail_units(2)
        self._report(user=self.user_head)
        alert = threshold.alert_ids
        self.assertEqual(alert.failure_count, 3)
        self.assertEqual(alert.order_ids, orders)
        self.assertEqual(len(alert.report_ids), 1)
        self.assertEqual(alert.report_ids.alert_ids, alert)

    def test_an_order_and_its_report_count_once(self):
        threshold = self._threshold()
        orders = self._fail_units(2)
        self._report(order_id=orders[0].id, product_id=None)
        self.assertFalse(self._check(threshold))

    def test_the_fault_of_the_report_wins(self):
        threshold = self._threshold(limit_count=1)
        orders = self._fail_units(1)
        self._report(order_id=orders.id, product_id=None, fault_id=self.fault_b.id)
        self.assertEqual(self._check(threshold).fault_id, self.fault_b)

    def test_rejected_reports_and_rework_do_not_count(self):
        threshold = self._threshold()
        self._fail_units(2)
        threshold.active = False
        report = self._report()
        report.with_user(self.user_reviewer)._reject("No fault")
        again = self._fail(self.units[0], datetime(2026, 6, 20))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_service_order SET is_rework = TRUE WHERE id = %s",
            [again.id],
        )
        threshold.active = True
        self.assertFalse(self._check(threshold))

    def test_months_in_service(self):
        # Sold on 1 February, failed on 15 June: the fifth month.
        early = self._threshold(month_to=4)
        fifth = self._threshold(month_from=5, month_to=5)
        self._fail_units(3)
        self.assertFalse(self._check(early))
        self.assertEqual(self._check(fifth).failure_count, 3)

    def test_only_the_days_of_the_threshold(self):
        threshold = self._threshold(days=10)
        self._fail_units(2)
        self._fail(self.units[2], NOW - timedelta(days=10))
        self.assertFalse(self._check(threshold))
        for unit in self.units[3:6]:
            self._fail(unit, NOW - timedelta(days=9))
        self.assertEqual(self._check(threshold).failure_count, 3)

    def test_only_the_model_fault_or_category_of_the_threshold(self):
        other = self._create_product()
        elsewhere = self.env["product.category"].create({"name": "Elsewhere"})
        self._fail_units(3)
        silent = [
            self._threshold(product_tmpl_id=other.product_tmpl_id.id),
            self._threshold(fault_id=self.fault_b.id),
            self._threshold(product_categ_id=elsewhere.id),
        ]
        for threshold in silent:
            self.assertFalse(self._check(threshold))
        loud = self._threshold(
            product_tmpl_id=self.template.id,
            fault_id=self.fault.id,
            product_categ_id=self.categ.id,
        )
        self.assertTrue(self._check(loud))

    def test_batches_by_themselves(self):
        self.units[2].batch = "B-2"
        threshold = self._threshold(per_batch=True)
        self._fail_units(3)
        self.assertFalse(self._check(threshold))
        self.units[2].batch = "B-1"
        self.assertEqual(self._check(threshold).batch, "B-1")

    def test_a_share_of_the_units_in_use(self):
        other = self._create_product(name="Share Model")
        units = [
            self._sell(f"S-{n}", product_id=other.id, day=date(2026, 5, 1))
            for n in range(20)
        ]
        threshold = self._threshold(
            kind="share",
            limit_count=1,
            limit_share=10.0,
            product_tmpl_id=other.product_tmpl_id.id,
        )
        self._fail(units[0])
        self.assertFalse(self._check(threshold))
        self._fail(units[1])
        alert = self._check(threshold)
        self.assertEqual((alert.unit_count, alert.share), (20, 10.0))
        # In their seventh month no unit of this model was.
        late = self._threshold(
            kind="share",
            limit_count=1,
            limit_share=0.1,
            month_from=1,
            month_to=1,
            product_tmpl_id=other.product_tmpl_id.id,
            days=10,
        )
        self.assertFalse(self._check(late))

    def test_after_the_silence_it_is_raised_again(self):
        threshold = self._threshold(days=10)
        for unit in self.units[:3]:
            self._fail(unit, NOW - timedelta(days=1))
        first = self._check(threshold)
        self.assertEqual(first.date_quiet, date(2026, 7, 9))
        with freeze_time(NOW + timedelta(days=9)):
            for unit in self.units[3:6]:
                self._fail(unit, NOW + timedelta(days=8))
            self.assertEqual(self._check(threshold), first)
        with freeze_time(NOW + timedelta(days=10)):
            self.assertEqual(len(self._check(threshold)), 2)

    def test_two_counts_at_once_raise_one_alert(self):
        row = {
            "id": 1,
            "name": "QA1",
            "threshold_id": 1,
            "product_tmpl_id": 2,
            "fault_id": 3,
            "company_id": 1,
            "state": "open",
            "date": "2026-06-30",
            "date_from": "2026-04-02",
            "date_quiet": "2026-09-27",
            "date_due": "2026-07-07",
        }
        twin = {**row, "id": 2, "name": "QA2", "date": "2026-07-01"}
        table = "aftersales_quality_alert"
        self.assertIsInstance(self._race(table, row, twin), ExclusionViolation)
        self.assertIsNone(self._race(table, row, {**twin, "fault_id": 4}))
        self.assertIsNone(self._race(table, row, {**twin, "batch": "B"}))
        later = {**twin, "date": "2026-09-28", "date_quiet": "2026-12-01"}
        self.assertIsNone(self._race(table, row, later))

    def test_two_people_report_one_fault_of_an_order_once(self):
        row = {
            "id": 1,
            "name": "QR1",
            "order_id": 1,
            "fault_id": 2,
            "company_id": 1,
            "product_id": 3,
            "state": "new",
            "severity": "minor",
            "date": "2026-06-30",
            "date_due": "2026-07-30",
        }
        twin = {**row, "id": 2, "name": "QR2", "state": "sent"}
        table = "aftersales_quality_report"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "rejected"}))
        self.assertIsNone(self._race(table, row, {**twin, "fault_id": 4}))
        without = {**row, "order_id": None}
        self.assertIsNone(self._race(table, without, {**twin, "order_id": None}))

    def test_who_comes_second_raises_nothing(self):
        threshold = self._threshold()
        self._fail_units(3)
        self._check(threshold)
        hit_vals = threshold.alert_ids.copy_data()[0]
        self.patch(
            type(self.Alert),
            "_prepare_hit_vals",
            lambda *args: {**hit_vals, "name": "/"},
        )
        found = self.Alert._raise_hit(threshold, None, TODAY)
        self.assertFalse(found)
        self.assertEqual(len(threshold.alert_ids), 1)

    # -- settling --------------------------------------------------------------------

    def test_settled_with_what_was_done(self):
        threshold = self._threshold()
        self._fail_units(3)
        alert = self._check(threshold).with_user(self.user_reviewer)
        with self.assertRaisesRegex(UserError, "Write down what was done"):
            alert._settle_alert(" ")
        action = alert.action_settle()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_reviewer)
            .with_context(**action["context"])
            .create({"reason": "Report sent to production"})
        )
        wizard.action_confirm()
        self.assertEqual(alert.state, "done")
        self.assertEqual(alert.result, "Report sent to production")
        self.assertEqual(alert.date_done, TODAY)
        self.assertFalse(alert.activity_ids)

    def test_a_report_on_the_whole_matter_is_no_failure(self):
        threshold = self._threshold(days=10)
        for unit in self.units[:3]:
            self._fail(unit, NOW - timedelta(days=1))
        alert = self._check(threshold).with_user(self.user_reviewer)
        action = alert.action_report()
        report = (
            self.Report.with_user(self.user_reviewer)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(report.alert_id, alert)
        self.assertEqual(report.product_id, self.product)
        self.assertEqual(report.fault_id, self.fault)
        self.assertIn("3 failures since", report.description)
        events = threshold._fetch_events(self.company, TODAY - timedelta(30), TODAY)
        mine = [event for event in events if event.fault == self.fault.id]
        self.assertEqual(len(mine), 3)

    def test_alerts_are_evidence(self):
        threshold = self._threshold()
        self._fail_units(3)
        alert = self._check(threshold)
        for user in (self.user_reviewer, self.user_head):
            for vals in (
                {"failure_count": 0},
                {"state": "done"},
                {"date_quiet": TODAY},
            ):
                with self.subTest(vals=vals), self.assertRaises(UserError):
                    alert.with_user(user).write(vals)
        with self.assertRaises(UserError):
            self.Alert.with_user(self.user_reviewer).create({"date": TODAY})
        with self.assertRaises(AccessError):
            alert.with_user(self.user_service)._settle_alert("Done")
        with self.assertRaisesRegex(UserError, "evidence"):
            alert.unlink()

    def test_another_company_counts_for_itself(self):
        threshold_b = self._threshold(company_id=self.company_b.id)
        self._fail_units(3)
        threshold_b.action_check()
        self.assertFalse(threshold_b.alert_ids)

    # -- thresholds --------------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_senseless_thresholds_are_refused(self):
        for vals in (
            {"days": 0},
            {"limit_count": 0},
            {"kind": "share", "limit_share": 0},
            {"kind": "share", "limit_share": 101},
            {"month_from": 5, "month_to": 3},
            {"month_from": -1},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._threshold(**vals).flush_recordset()

    def test_the_responsible_must_be_able_to_settle(self):
        with self.assertRaisesRegex(ValidationError, "neither technical reviewer"):
            self._threshold(user_id=self.user_service.id)

    def test_who_sets_thresholds(self):
        for user in (self.user_service, self.user_centre, self.user_warehouse):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._threshold().with_user(user).write({"days": 5})
        self._threshold().with_user(self.user_reviewer).write({"days": 5})

    def test_counting_takes_few_queries(self):
        threshold = self._threshold()
        self._fail_units(3)
        threshold._raise_alerts(self.company)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(10):
            threshold._raise_alerts(self.company)

    def test_a_new_company_has_its_threshold(self):
        company = self.env["res.company"].create({"name": "Fresh Company"})
        Threshold = self.env["aftersales.quality.threshold"]
        mine = [("company_id", "=", company.id)]
        threshold = Threshold.search(mine)
        self.assertEqual(
            (threshold.kind, threshold.limit_count, threshold.days), ("count", 3, 90)
        )
        threshold.active = False
        Threshold._ensure_for(company)
        self.assertEqual(
            Threshold.with_context(active_test=False).search_count(mine), 1
        )
