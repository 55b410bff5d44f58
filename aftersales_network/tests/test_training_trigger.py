from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AftersalesCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestTrainingTrigger(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.points = cls.point | cls.point_b
        cls.visit = cls.env["aftersales.visit"].create(
            {
                "service_point_id": cls.point.id,
                "date_planned": date(2026, 3, 10),
                "visitor_ids": [Command.set(cls.user_centre.ids)],
            }
        )
        cls.finding = cls._create_finding("Gauge read wrongly", "major")
        cls._create_finding("Dust on the sign", "minor")

    @classmethod
    def _create_finding(cls, name, severity, **vals):
        return cls.env["aftersales.visit.task"].create(
            {"visit_id": cls.visit.id, "name": name, "severity": severity, **vals}
        )

    def _get(self, points=None):
        points = self.points if points is None else points
        return points._get_training_triggers(*MARCH)

    @freeze_time("2026-03-12 08:00")
    def test_findings_count_once_the_visit_is_reported(self):
        self._create_finding("Wants a ladder", "critical", kind="support")
        self.assertEqual(self._get(), [])
        self.visit.report = "<p>Seen</p>"
        self.visit.action_report()
        self.assertEqual(
            self._get(),
            [
                {
                    "kind": "finding",
                    "point": self.point,
                    "record": self.finding,
                    "text": "Gauge read wrongly",
                    "date": date(2026, 3, 10),
                }
            ],
        )
        self.assertEqual(
            self.points._get_training_triggers(date(2026, 3, 11), MARCH[1]), []
        )
        self.assertEqual(self._get(self.point_b), [])

    @freeze_time("2026-03-20 08:00")
    def test_assessments_that_were_not_passed(self):
        for outcome, expected in (("failed", 1), ("passed", 0), ("extended", 1)):
            with self.subTest(outcome=outcome):
                point = self._create_point(
                    name=f"New {outcome}", state="probation", parent_id=self.centre.id
                )
                assessment = self._pass_probation(
                    point,
                    outcome=outcome,
                    findings="Weak at diagnosis",
                    date_end_new="2026-12-31" if outcome == "extended" else False,
                )
                found = self._get(point)
                self.assertEqual(len(found), expected)
                if found:
                    self.assertEqual(found[0]["record"], assessment)
                    self.assertEqual(found[0]["kind"], "assessment")
                    self.assertEqual(found[0]["text"], "Weak at diagnosis")
                    self.assertEqual(found[0]["date"], date(2026, 3, 20))

    def test_open_conditions_about_people(self):
        Condition = self.env["aftersales.condition"]
        people, premises = Condition.create(
            [
                {"name": "Technicians", "category": "people", "check_kind": "yes_no"},
                {"name": "Office", "category": "premises", "check_kind": "yes_no"},
            ]
        )
        self.point._sync_conditions()
        lines = self.env["aftersales.point.condition"].search(
            [("service_point_id", "=", self.point.id)]
        )
        self.assertLessEqual(people | premises, lines.condition_id)
        found = self._get(self.point)
        self.assertEqual([f["record"].condition_id for f in found], [people])
        self.assertEqual(found[0]["text"], "Technicians is not fulfilled")
        found[0]["record"].is_yes = True
        self.assertEqual(self._get(self.point), [])

    def test_a_constant_number_of_queries(self):
        self._get()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self._get()
        many = self.points
        for number in range(5):
            many |= self._create_point(name=f"P{number}", parent_id=self.centre.id)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self._get(many)

    def test_only_points_the_user_may_see(self):
        with self.assertRaises(AccessError):
            self._get(self.points.with_user(self.user_portal))
