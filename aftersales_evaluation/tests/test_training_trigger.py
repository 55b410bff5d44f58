from datetime import date

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.tests import tagged

from .common import MARCH, EvaluationCommon
from .kpi_common import APRIL, KpiCommon
from .test_audit import TODAY, AuditCommon


@tagged("post_install", "-at_install")
class TestTrainingTrigger(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Half of the jobs complained about, one in ten allowed: a fifth is attained.
        cls._create_jobs(cls.point, 10, complaints=5)
        cls._create_jobs(cls.point_b, 10)
        cls.bad = cls._judge(cls._create_card(), lost_samples=8)
        cls.good = cls._judge(cls._create_card(service_point_id=cls.point_b.id))

    def _get(self):
        return (self.point | self.point_b)._get_training_triggers(*MARCH)

    def _approve(self):
        cards = self.bad | self.good
        cards.with_user(self.user_auditor).action_submit()
        cards.with_user(self.user_head).action_approve()

    def test_only_approved_and_failed(self):
        self.assertEqual(self._get(), [])
        self._approve()
        self.assertTrue(self.bad.level_id.is_fail)
        self.assertFalse(self.good.level_id.is_fail)
        found = self._get()
        line = self._line(self.bad, "2.1")
        self.assertEqual(
            [(f["kind"], f["point"], f["record"]) for f in found],
            [("assessment", self.point, self.bad), ("metric", self.point, line)],
        )
        self.assertIn(self.bad.name, found[0]["text"])
        self.assertIn("32.00 of 40.00 points lost", found[1]["text"])
        self.assertEqual(found[1]["metric_code"], "COMPR")
        self.assertEqual({f["date"] for f in found}, {MARCH[1]})

    def test_a_figure_that_lost_less_than_half_is_no_trigger(self):
        line = self._line(self.bad, "2.1")
        self.assertTrue(line._is_low_metric())
        self.assertFalse(self._line(self.good, "2.1")._is_low_metric())
        self.assertFalse(self._line(self.bad, "1.2")._is_low_metric())

    def test_a_score_of_a_person_names_him(self):
        card = self._create_card(
            subject_type="person", staff_id=self.technician.id, service_point_id=False
        )
        trigger = card._prepare_training_trigger()
        self.assertEqual(trigger["staff"], self.technician)
        self.assertEqual(trigger["point"], self.point)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTrainingFinding(AuditCommon):
    """Findings of audits call for training of the point."""

    def _get(self, points=None):
        points = points or self.point | self.point_b
        return [
            trigger
            for trigger in points._get_training_triggers(
                date(2026, 2, 20), date(2026, 5, 20)
            )
            if trigger["record"]._name == "aftersales.finding"
        ]

    def test_major_and_critical_ones_that_stand(self):
        self._create_finding(severity="minor")
        wrong = self._create_finding(severity="critical", clause="9.9")
        wrong.with_user(self.user_auditor)._withdraw("Wrong point")
        major = self._create_finding(severity="major", clause="7.1")
        critical = self._create_finding(severity="critical", clause="7.2")
        found = self._get()
        self.assertEqual([t["record"] for t in found], [critical, major])
        self.assertEqual({t["kind"] for t in found}, {"finding"})
        self.assertEqual({t["point"] for t in found}, {self.point})
        self.assertEqual(found[1]["text"], f"{major.name}: No safety sign")
        self.assertEqual(found[1]["date"], date(2026, 5, 10))
        self.assertEqual(self._get(self.point_b), [])

    def test_old_ones_are_past(self):
        self._create_finding(severity="major", date=date(2026, 2, 19))
        self.assertEqual(self._get(), [])
        first_day = self._create_finding(severity="major", date=date(2026, 2, 20))
        self.assertEqual([t["record"] for t in self._get()], [first_day])

    def test_one_clause_at_one_point_speaks_once(self):
        first = self._create_finding(
            severity="major", clause="7.1", date=date(2026, 3, 1)
        )
        other = self._create_finding(
            severity="major", clause="7.1", service_point_id=self.point_b.id
        )
        again = self._create_finding(severity="critical", clause="7.1")
        found = {t["point"]: t for t in self._get()}
        self.assertEqual(found[self.point]["record"], again)
        self.assertEqual(found[self.point]["earlier"], first)
        self.assertEqual(found[self.point_b]["record"], other)
        self.assertFalse(found[self.point_b]["earlier"])
        self.assertEqual(len(self._get()), 2)

    def test_what_an_unannounced_audit_hides_stays_hidden(self):
        audit = self._start(kind="unannounced")
        line = self._line_of(audit, self.point)
        self._judge(line.scorecard_id)
        finding = self._create_finding(
            severity="critical", audit_id=audit.id, scorecard_id=line.scorecard_id.id
        )
        self.env.flush_all()
        for user in (self.env.user, self.user_auditor, self.user_centre):
            self.assertEqual(self._get(self.point.with_user(user)), [])
        line.scorecard_id.with_user(self.user_auditor).action_submit()
        line.with_user(self.user_auditor).action_done()
        self.assertEqual([t["record"] for t in self._get()], [finding])

    def test_a_finding_made_known_late_is_not_lost(self):
        audit = self._start()
        finding = self._create_finding(
            severity="major", audit_id=audit.id, date=date(2026, 5, 10)
        )
        later = (date(2026, 5, 25), date(2026, 6, 30))
        found = self.point._get_training_triggers(*later)
        self.assertEqual([t["record"] for t in found], [finding])

    def test_a_finding_is_known_with_the_audit_of_its_scorecard(self):
        audit = self._start()
        line = self._line_of(audit, self.point)
        finding = self._create_finding(
            severity="major", scorecard_id=line.scorecard_id.id, date=date(2026, 5, 10)
        )
        self.assertFalse(finding.audit_id)
        self.assertEqual(finding._get_training_date(), audit.date_end)

    def test_what_the_scorecard_says_is_not_said_twice(self):
        self._create_jobs(self.point, 10, complaints=5)
        card = self._pass_card(self._judge(self._create_card()))
        line = self._line(card, "2.1")
        self.assertTrue(line._is_low_metric())
        self._create_finding(
            severity="major",
            scorecard_id=card.id,
            indicator_id=line.indicator_id.id,
        )
        other = self._create_finding(
            severity="major",
            scorecard_id=card.id,
            indicator_id=self._line(card, "1.1").indicator_id.id,
        )
        self.assertEqual([t["record"] for t in self._get()], [other])

    def test_any_number_of_findings_takes_the_same_queries(self):
        def count(number, start):
            for index in range(number):
                self._create_finding(severity="major", clause=f"{start}{index}")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(self._get()), start + number)
            return self.cr.sql_log_count - before

        few = count(2, 0)
        self.assertLessEqual(count(20, 2), few)


@tagged("post_install", "-at_install")
class TestTrainingKpi(KpiCommon):
    """Targets missed in closed months call for training of the point."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_jobs(cls.point, 10, complaints=5)
        cls._create_jobs(cls.point_b, 10)
        cls._measure()

    def _get(self, date_from=MARCH[0], date_to=MARCH[1], points=None):
        points = points or self.hq | self.centre | self.point | self.point_b
        found = points._get_training_triggers(date_from, date_to)
        return [t for t in found if t["record"]._name == "aftersales.kpi.value"]

    def test_a_closed_month_that_missed_its_target(self):
        self.assertEqual(self._value(self.point).status, "missed")
        self.assertEqual(self._get(), [], "the month is open")
        self._close()
        (trigger,) = self._get()
        self.assertEqual(
            (trigger["kind"], trigger["point"], trigger["record"], trigger["date"]),
            ("metric", self.point, self._value(self.point), MARCH[1]),
        )
        self.assertEqual(trigger["text"], "Few complaints: 50.00, target 10.00")
        self.assertEqual(trigger["metric_code"], "COMPR")
        self.assertFalse(trigger["earlier"])

    def test_the_month_must_end_within_the_period(self):
        self._close()
        self.assertEqual(self._get(MARCH[0], date(2026, 3, 30)), [])
        self.assertEqual(self._get(date(2026, 4, 1), date(2026, 4, 30)), [])
        self.assertEqual(len(self._get(MARCH[1], date(2026, 4, 1))), 1)

    def test_a_warning_is_no_miss(self):
        self.target.warning = 60
        self._measure()
        self.assertEqual(self._value(self.point).status, "warning")
        self._close()
        self.assertEqual(self._get(), [])

    def test_a_key_figure_that_training_does_not_mend(self):
        self.kpi.calls_for_training = False
        self._close()
        self.assertEqual(self._get(), [])
        self.assertFalse(self._create_kpi("PAVAIL").calls_for_training, "stock")
        self.assertTrue(self._create_kpi("FTFR").calls_for_training)

    def test_a_run_of_months_speaks_once(self):
        self._close()
        march = self._value(self.point)
        april = self.Period.create({"month": date(2026, 4, 1)})
        jobs = self._create_jobs(self.point, 10, complaints=5)
        jobs.date_request = "2026-04-08 08:00:00"
        self._measure(april, "2026-05-02 04:00:00")
        with freeze_time("2026-05-02 04:00:00"):
            april.with_user(self.user_head).action_close()
        (trigger,) = self._get(date_to=date(2026, 4, 30))
        self.assertEqual(trigger["record"], self._value(self.point, period=april))
        self.assertEqual(trigger["earlier"], march)

    def test_a_scorecard_on_the_same_metric_speaks_for_it(self):
        self._close()
        self._pass_card(self._judge(self._create_card()))
        found = self.point._get_training_triggers(*MARCH)
        self.assertEqual(
            [t["record"]._name for t in found if t["kind"] == "metric"],
            ["aftersales.scorecard.line"],
        )

    def test_a_reopened_month_says_nothing(self):
        period = self._close()
        with freeze_time(APRIL):
            period._reopen("Orders were missing")
        self.assertEqual(self._get(), [])
        self.assertEqual(self._get(MARCH[0] - relativedelta(months=1)), [])
