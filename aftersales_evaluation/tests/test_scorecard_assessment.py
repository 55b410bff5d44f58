from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MARCH, EvaluationCommon


class AssessmentCommon(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.audit = cls._create_card()
        cls.own = cls._create_card(assessment="self", auditor_id=False)
        cls.Comparison = cls.env["aftersales.scorecard.comparison"]

    def _rows(self, card=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        Comparison = self.Comparison.with_user(user) if user else self.Comparison
        return Comparison.search([("scorecard_id", "=", (card or self.audit).id)])


@tagged("post_install", "-at_install")
class TestScorecardAssessment(AssessmentCommon):
    def test_both_may_exist_for_a_period_and_neither_twice(self):
        outside = self._create_card(assessment="outside")
        self.assertEqual(
            (self.audit | self.own | outside).mapped("assessment"),
            ["internal", "self", "outside"],
        )
        for kind in ("internal", "self", "outside"):
            with (
                self.subTest(kind=kind),
                self.assertRaises(UniqueViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self._create_card(assessment=kind)

    def test_line_by_line(self):
        self._judge(self.own)
        self._judge(self.audit, lost_samples=2)
        rows = self._rows()
        self.assertEqual(rows.mapped("indicator_id.code"), ["1.1", "1.2", "2.1"])
        same, samples, metric = rows
        self.assertEqual((same.is_different, same.difference), (False, 0))
        self.assertEqual((samples.self_kept, samples.audit_kept), (40, 30))
        self.assertEqual((samples.is_different, samples.difference), (True, 10))
        self.assertFalse(metric.is_different)
        self._line(self.own, "1.1").write(
            {"conformity": False, "is_excluded": True, "exclusion_reason": "Not ours"}
        )
        row = self._rows()[0]
        self.assertEqual(
            (row.self_outcome, row.audit_outcome), ("excluded", "qualitative_kept")
        )
        self.assertEqual((row.is_different, row.difference), (True, -20))

    def test_counterparts_find_each_other(self):
        self._judge(self.own)
        self._judge(self.audit, lost_samples=2)
        self.env.flush_all()
        self.assertEqual(self.audit.counterpart_id, self.own)
        self.assertEqual(self.own.counterpart_id, self.audit)
        self.assertEqual(
            (self.audit.difference_count, self.own.difference_count), (1, 1)
        )
        action = self.own.with_user(self.user_head).action_compare()
        self.assertEqual(action["domain"], [("self_scorecard_id", "=", self.own.id)])
        self.assertEqual(action["context"], {"search_default_filter_different": 1})
        self.own.action_cancel()
        self.env.invalidate_all()
        self.assertFalse(self.audit.counterpart_id)
        with self.assertRefused(UserError, "There is no counterpart of scorecard TEST"):
            self.audit.action_compare()

    def test_the_same_period_comes_before_an_overlapping_one(self):
        longer = self._create_card(
            assessment="self",
            auditor_id=False,
            date_from=date(2026, 1, 1),
            date_to=date(2026, 6, 30),
        )
        self.assertEqual(self._rows().self_scorecard_id, self.own)
        self.own.action_cancel()
        self.assertEqual(self._rows().self_scorecard_id, longer)
        longer.date_from = longer.date_to = date(2026, 6, 30)
        self.assertFalse(self._rows(), "another time")

    def test_other_points_and_persons_are_not_mixed(self):
        self._create_card(
            assessment="self", auditor_id=False, service_point_id=self.point_b.id
        )
        person = {"subject_type": "person", "staff_id": self.technician.id}
        alone = self._create_card(**person)
        self.assertFalse(self._rows(alone))
        mirror = self._create_card(**person, assessment="self", auditor_id=False)
        self.assertEqual(self._rows(alone).self_scorecard_id, mirror)

    def test_who_compares(self):
        foreign = self._create_card(service_point_id=self.point_b.id)
        self._create_card(
            assessment="self", auditor_id=False, service_point_id=self.point_b.id
        )
        for user in (self.user_head, self.user_auditor, self.user_reviewer):
            self.assertEqual(len(self._rows(foreign, user)), 3, user.name)
        self.assertEqual(len(self._rows(user=self.user_centre)), 3)
        self.assertFalse(self._rows(foreign, self.user_centre))
        with self.assertRaises(AccessError):
            self._rows(user=self.user_portal)

    def test_nobody_is_ranked_or_trained_by_his_own_word(self):
        for card in (self.own, self.audit):
            self._judge(card, lost_samples=8)
            card.action_submit()
            card.with_user(self.user_head).action_approve()
        self.env.flush_all()
        ranked = self.env["aftersales.scorecard.ranking"].search(
            [("service_point_id", "=", self.point.id), ("set_id", "=", self.set.id)]
        )
        self.assertEqual(ranked.scorecard_id, self.audit)
        self.assertEqual(self.point._get_triggering_cards(*MARCH), self.audit)
        self.audit.with_user(self.user_head).action_cancel()
        self.assertFalse(self.point.last_score)

    def test_counterparts_of_a_list_cost_no_more(self):
        cards = self.audit | self.own
        for point in (self.point_b, self.centre):
            cards |= self._create_card(
                service_point_id=point.id,
                subject_type="centre" if point == self.centre else "point",
            )

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("difference_count")
            return self.env.cr.sql_log_count - before

        count(cards)
        self.assertLessEqual(count(cards), count(self.audit | self.own) + 1)


@tagged("post_install", "-at_install")
class TestSelfAssessmentRights(AssessmentCommon):
    def test_centre_manager_fills_in_and_hands_over(self):
        own = self.own.with_user(self.user_centre)
        self.assertTrue(own.can_judge)
        self._line(own, "1.1").action_conform()
        self._line(own, "1.2").write({"sample_count": 4, "nonconforming_count": 1})
        own.action_submit()
        self.assertEqual((own.state, own.submitter_id), ("submitted", self.user_centre))
        with self.assertRaises(AccessError):
            own.action_approve()
        own.with_user(self.user_head).action_approve()
        self.assertEqual(own.approver_id, self.user_head)

    def test_centre_manager_touches_no_audit(self):
        audit = self.audit.with_user(self.user_centre)
        self.assertFalse(audit.can_judge)
        with self.assertRaises(AccessError):
            self._line(audit, "1.1").action_conform()
        with self.assertRaises(AccessError):
            audit.action_cancel()
        with self.assertRaises(AccessError):
            self.env["aftersales.scorecard"].with_user(self.user_centre).create(
                {
                    "set_id": self.set.id,
                    "service_point_id": self.point.id,
                    "date_from": date(2026, 5, 1),
                    "date_to": date(2026, 5, 31),
                }
            )

    def test_a_self_assessment_never_turns_into_an_audit(self):
        own = self.own.with_user(self.user_centre)
        for vals in (
            {"assessment": "outside"},
            {"service_point_id": self.point_b.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                own.write(vals)
        with self.assertRaises(AccessError):
            own.copy({"assessment": "internal"})

    def test_centre_manager_asks_only_below_himself(self):
        Scorecard = self.env["aftersales.scorecard"].with_user(self.user_centre)
        april = (date(2026, 4, 1), date(2026, 4, 30))
        made = Scorecard._create_period_scorecards(
            self.point.with_user(self.user_centre), self.set, *april, "self"
        )
        self.assertEqual((made.assessment, made.auditor_id.id), ("self", False))
        again = Scorecard._create_period_scorecards(
            self.point.with_user(self.user_centre), self.set, *april, "self"
        )
        self.assertFalse(again)
        with self.assertRaises(AccessError):
            Scorecard._create_period_scorecards(self.point_b, self.set, *april, "self")

    def test_wizard_asks_for_self_assessments(self):
        Wizard = self.env["aftersales.scorecard.wizard"]
        self.assertEqual(
            Wizard.with_user(self.user_centre).default_get(["assessment"]),
            {"assessment": "self"},
        )
        vals = {
            "set_id": self.set.id,
            "assessment": "self",
            "date_from": date(2026, 4, 1),
            "date_to": date(2026, 4, 30),
        }
        wizard = Wizard.with_user(self.user_centre).create(vals)
        self.assertIn(self.point, wizard.service_point_ids)
        self.assertNotIn(self.point_b, wizard.service_point_ids)
        action = wizard.action_create()
        cards = self.env["aftersales.scorecard"].search(action["domain"])
        self.assertEqual(set(cards.mapped("assessment")), {"self"})
        wizard = Wizard.with_user(self.user_auditor).create(vals)
        with self.assertRefused(UserError, "asked for by the head of service"):
            wizard.action_create()
        for user in (self.user_service, self.user_portal):
            with self.assertRaises(AccessError):
                Wizard.with_user(user).create(vals)
