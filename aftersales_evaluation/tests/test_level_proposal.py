from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .award_common import AwardCommon

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
MAY = (date(2026, 5, 1), date(2026, 5, 31))


@tagged("post_install", "-at_install")
class TestLevelProposal(AwardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls.env.ref("aftersales_network.level_gold")
        cls.silver = cls.env.ref("aftersales_network.level_silver")
        cls.bronze = cls.env.ref("aftersales_network.level_bronze")
        cls.level_fail = cls.env.ref("aftersales_evaluation.level_fail")
        cls.level_four = cls.env.ref("aftersales_evaluation.level_four")

    def _score(self, point, lost, period=APRIL, **vals):
        return self._approve_card(
            point, lost, date_from=period[0], date_to=period[1], **vals
        )

    def _proposals(self, point=None, state="proposed"):
        return self.env["aftersales.level.proposal"].search(
            [
                ("service_point_id", "=", (point or self.point).id),
                ("state", "=", state),
            ]
        )

    def test_the_approval_proposes_by_rule(self):
        # The approvals of setUpClass: 100, 75, 75 and 33.33.
        proposal = self._proposals()
        self.assertEqual(
            (proposal.kind, proposal.level_id, proposal.scorecard_id, proposal.score),
            ("level", self.gold, self.cards[0], 100),
        )
        self.assertEqual(proposal.coefficient, 1.0)
        self.assertIn("Four stars or better: gold", proposal.basis)
        self.assertIn("2026-03: 100.00 (Five Stars)", proposal.basis)
        self.assertIn("approved by Test Head", proposal.basis)
        self.assertEqual(self._proposals(self.point_b).level_id, self.bronze)
        self.assertFalse(self._proposals(self.point_d))
        self.assertFalse(self.point.level_id, "a proposal changes nothing yet")

    def test_an_approved_proposal_writes_level_and_coefficient(self):
        proposal = self._proposals(self.point_b)
        proposal.with_user(self.head_b).action_approve()
        self.assertEqual(self.point_b.level_id, self.bronze)
        self.assertEqual(self.point_b.level_id.coefficient, 0.9)
        change = self.point_b.level_change_ids
        self.assertEqual(
            (change.level_id, change.user_id, change.source_name),
            (self.bronze, self.head_b, self.cards[1].display_name),
        )
        self.assertEqual(
            (change.old_coefficient, change.coefficient), (0.0, 0.9), "kept as evidence"
        )
        self.assertEqual(change.action_open_source()["res_id"], self.cards[1].id)
        self.assertEqual(
            (proposal.state, proposal.decided_by_id), ("approved", self.head_b)
        )
        approval = self.env["aftersales.approval"].search(
            [("res_model", "=", proposal._name), ("res_id", "=", proposal.id)]
        )
        self.assertEqual((approval.gate, approval.user_id), ("level", self.head_b))
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            proposal.with_user(self.user_head).action_approve()
        self._score(self.point_b, 3)
        self.assertFalse(self._proposals(self.point_b), "the level is right already")

    def test_a_rule_may_write_with_the_approval(self):
        self.env.ref("aftersales_evaluation.level_rule_gold").is_automatic = True
        self._score(self.point_b, 0)
        change = self.point_b.level_change_ids
        self.assertEqual((change.level_id, change.user_id), (self.gold, self.user_head))
        self.assertEqual(
            self._proposals(self.point_b, "approved").decided_by_id, self.user_head
        )

    def test_who_decides(self):
        proposal = self._proposals()
        for role in ("centre", "auditor", "clerk", "reviewer"):
            user = getattr(self, f"user_{role}")
            with self.assertRaises(AccessError):
                proposal.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                proposal.with_user(user)._refuse("x")
        judge = self.env["res.users"].browse(self.user_auditor.id)
        judge.group_ids += self.env.ref("aftersales_network.group_head")
        with self.assertRaisesRegex(UserError, "You judged"):
            proposal.with_user(judge).action_approve()
        self.assertFalse(self.point.level_id)

    def test_a_refusal_needs_a_reason_and_changes_nothing(self):
        proposal = self._proposals()
        action = proposal.with_user(self.user_head).action_refuse()
        self._give_reason(action, self.user_head, "One good month is not enough")
        self.assertEqual(
            (proposal.state, proposal.refuse_reason, proposal.decided_by_id),
            ("refused", "One good month is not enough", self.user_head),
        )
        self.assertFalse(self.point.level_id)

    def test_two_failures_in_a_row_propose_a_suspension(self):
        self.assertFalse(self._proposals(self.point_d), "failed once")
        self._score(self.point_d, 8)
        proposal = self._proposals(self.point_d)
        self.assertEqual((proposal.kind, proposal.suspension_days), ("suspension", 30))
        self.assertIn("2026-04: 33.33 (Not Qualified), 2026-03", proposal.basis)
        activity = self.point_d.activity_ids
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("aftersales_network.mail_activity_suspension"),
        )
        self.assertEqual(self.point_d.state, "active")
        with freeze_time("2026-05-10"):
            proposal.with_user(self.user_head).action_approve()
        self.assertEqual(
            (self.point_d.state, self.point_d.date_suspended_until),
            ("suspended", date(2026, 6, 9)),
        )
        self.assertIn("Failed twice in a row", self.point_d.suspension_reason)
        self.assertFalse(self.point_d.activity_ids)

    def test_a_refusal_settles_no_suspension_that_findings_ask_for(self):
        self.company.aftersales_finding_suspend_count = 2
        kind = self.env.ref("aftersales_network.mail_activity_suspension")
        self._score(self.point_d, 8)
        Finding = self.env["aftersales.finding"].with_user(self.user_auditor)
        vals = {"service_point_id": self.point_d.id, "clause": "7.3", "text": "No sign"}
        findings = Finding.create(vals) | Finding.create(vals)
        proposal = self._proposals(self.point_d).with_user(self.user_head)
        proposal._refuse("A bad month")
        self.assertIn(kind, self.point_d.activity_ids.activity_type_id)
        findings.sudo()._write_flow({"state": "verified"})
        self._score(self.point_d, 8, MAY)
        proposal = self._proposals(self.point_d).with_user(self.user_head)
        proposal._refuse("A bad month again")
        self.assertNotIn(kind, self.point_d.activity_ids.activity_type_id)

    def test_a_good_result_between_breaks_the_row(self):
        self._score(self.point_d, 0)
        self._score(self.point_d, 8, MAY)
        self.assertNotIn("suspension", self._proposals(self.point_d).mapped("kind"))

    def test_newer_results_overtake(self):
        old = self._proposals()
        self._score(self.point, 3)
        self.assertEqual(old.state, "obsolete")
        self.assertEqual(self._proposals().level_id, self.bronze)
        self._score(self.point, 8, MAY)
        self.assertFalse(self._proposals(), "the newest result proposes nothing")

    def test_a_late_approval_of_an_old_period_proposes_nothing(self):
        self._score(self.point_c, 0, (date(2026, 1, 1), date(2026, 1, 31)))
        self.assertEqual(self._proposals(self.point_c).level_id, self.bronze)

    def test_self_assessments_and_people_propose_nothing(self):
        before = self.env["aftersales.level.proposal"].search_count([("id", ">", 0)])
        self._score(self.point_d, 0, assessment="self")
        self._approve_card(
            self.point.browse(),
            0,
            subject_type="person",
            staff_id=self.technician.id,
        )
        after = self.env["aftersales.level.proposal"].search_count([("id", ">", 0)])
        self.assertEqual(before, after)

    def test_a_cancelled_scorecard_takes_its_proposal_along(self):
        proposal = self._proposals()
        self.cards[0].with_user(self.user_head).action_cancel()
        self.assertEqual(proposal.state, "obsolete")

    def test_rules_of_other_sets_and_companies_do_not_speak(self):
        self.env["aftersales.level.rule"].search([]).active = False
        other = self._create_set("OTHER")
        rules = self.env["aftersales.level.rule"].create(
            [
                {
                    "name": "Other",
                    "score_level_id": self.level_four.id,
                    "match": "min",
                    "point_level_id": self.silver.id,
                    **vals,
                }
                for vals in ({"set_id": other.id}, {"company_id": self.company_b.id})
            ]
        )
        self._score(self.point_b, 0)
        self.assertFalse(self._proposals(self.point_b, "proposed") - self._old())
        rules.write({"set_id": self.set.id, "company_id": False})
        self._score(self.point_b, 0, MAY)
        self.assertEqual(self._proposals(self.point_b).level_id, self.silver)

    def _old(self):
        return self.env["aftersales.level.proposal"].search(
            [("scorecard_id", "in", self.cards.ids)]
        )

    def test_or_better_never_takes_a_failure(self):
        rule = self.env["aftersales.level.rule"].create(
            {
                "name": "At least nothing",
                "sequence": 1,
                "score_level_id": self.level_fail.id,
                "match": "min",
                "point_level_id": self.silver.id,
            }
        )
        self.assertFalse(rule._holds(self.cards[3]))
        self.assertTrue(rule._holds(self.cards[0]))

    def test_bad_rules(self):
        with self.assertRaisesRegex(ValidationError, "proposes a level. Choose it"):
            self.env["aftersales.level.rule"].create(
                {"name": "Bad", "score_level_id": self.level_four.id}
            )
        with (
            self.assertRaisesRegex(Exception, "counts_positive"),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.env["aftersales.level.rule"].create(
                {
                    "name": "Bad",
                    "score_level_id": self.level_four.id,
                    "action": "suspension",
                    "result_count": 0,
                }
            )

    def test_defaults_of_the_caller_reach_no_proposal(self):
        card = self._judge(
            self._create_card(
                service_point_id=self.point_d.id,
                date_from=APRIL[0],
                date_to=APRIL[1],
            )
        )
        card.with_user(self.user_auditor).action_submit()
        card.with_user(self.user_head).with_context(
            default_state="approved", default_decided_by_id=self.head_b.id
        ).action_approve()
        proposal = self._proposals(self.point_d)
        self.assertEqual((proposal.state, proposal.level_id), ("proposed", self.gold))
        self.assertFalse(proposal.decided_by_id)

    def test_nobody_writes_proposals(self):
        proposal = self._proposals()
        head = proposal.with_user(self.user_head)
        for name, value in (
            ("level_id", self.silver.id),
            ("coefficient", 2.0),
            ("service_point_id", self.point_d.id),
            ("state", "approved"),
            ("decided_by_id", self.head_b.id),
        ):
            with self.assertRaises(UserError):
                head.write({name: value})
            with self.assertRaises(UserError):
                head.with_context(aftersales_flow=True).write({name: value})
        with self.assertRaises(AccessError):
            head.copy()
        with self.assertRaises(AccessError):
            head.unlink()
        self.assertEqual(proposal.level_id, self.gold)

    def _count_queries(self, points, period):
        """Queries of the proposals for approved scorecards of some points."""
        cards = self.env["aftersales.scorecard"].concat(
            *[self._score(point, 3, period) for point in points]
        )
        self.env["aftersales.level.proposal"].search(
            [("scorecard_id", "in", cards.ids)]
        ).unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        cards.with_user(self.user_head)._propose_levels()
        self.env.flush_all()
        queries = self.cr.sql_log_count - before
        found = self.env["aftersales.level.proposal"].search_count(
            [("scorecard_id", "in", cards.ids), ("state", "=", "proposed")]
        )
        self.assertEqual(found, len(points))
        return queries

    def test_a_batch_takes_the_queries_of_one(self):
        points = self.env["aftersales.service.point"].concat(
            *[
                self._create_point(name=f"More {n}", parent_id=self.centre.id)
                for n in range(11)
            ]
        )
        few = self._count_queries(points[0], APRIL)
        many = self._count_queries(points[1:], APRIL)
        self.assertLessEqual(many, few + 5)
