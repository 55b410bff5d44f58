from odoo.tests import tagged

from .common import MARCH, EvaluationCommon


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
