from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import MARCH
from .test_finding import FindingCommon

TODAY = "2026-05-20"


class AuditCommon(FindingCommon):
    """Audits of March over the points of the network, led by the auditor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule_all = cls.env.ref("aftersales_evaluation.sampling_rule_all")

    @classmethod
    def _create_audit(cls, user=None, **vals):
        Audit = cls.env["aftersales.audit"].with_user(user or cls.user_auditor)
        defaults = {
            "subject": "Spring audit",
            "set_id": cls.set.id,
            "date_from": MARCH[0],
            "date_to": MARCH[1],
            "date_start": date(2026, 5, 20),
            "date_end": date(2026, 5, 30),
            "rule_id": cls.rule_all.id,
            "centre_ids": [Command.set((cls.centre | cls.centre_b).ids)],
        }
        return Audit.create({**defaults, **vals})

    @classmethod
    def _start(cls, **vals):
        audit = cls._create_audit(**vals)
        audit.action_draw()
        audit.action_start()
        return audit

    def _line_of(self, audit, point):
        return audit.point_ids.filtered(lambda line: line.service_point_id == point)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAudit(AuditCommon):
    def test_plan(self):
        audit = self._create_audit()
        self.assertRegex(audit.name, r"^AUD/\d+")
        self.assertEqual(audit.lead_id, self.user_auditor)
        self.assertEqual(audit.member_ids, self.user_auditor)
        self.assertEqual(audit.state, "draft")
        self.assertFalse(audit.seed)

    def test_lead_belongs_to_the_team(self):
        audit = self._create_audit(self.user_head, lead_id=self.user_auditor.id)
        self.assertEqual(audit.member_ids, self.user_head | self.user_auditor)
        audit.member_ids = self.user_head
        self.assertIn(self.user_auditor, audit.member_ids)

    def test_no_outsiders(self):
        with self.assertRefused(ValidationError, "only internal users audit"):
            self._create_audit(member_ids=[Command.link(self.user_portal.id)])

    def test_whole_population(self):
        audit = self._create_audit()
        audit.action_draw()
        self.assertEqual(audit.point_ids.service_point_id, self.point | self.point_b)
        self.assertEqual(set(audit.point_ids.mapped("reason")), {"all"})
        self.assertEqual(audit.population_count, 2)
        self.assertTrue(audit.seed)

    def test_scope_and_states(self):
        closed = self._create_point(parent_id=self.centre.id, state="closed")
        suspended = self._create_point(parent_id=self.centre.id, state="suspended")
        audit = self._create_audit(centre_ids=[Command.set(self.centre.ids)])
        audit.action_draw()
        points = audit.point_ids.service_point_id
        self.assertEqual(points, self.point | suspended)
        self.assertNotIn(closed, points)

    def test_draw_is_repeatable_and_kept(self):
        for number in range(14):
            self._create_point(name=f"P{number}", parent_id=self.centre.id)
        rule = self.env.ref("aftersales_evaluation.sampling_rule_root")
        audit = self._create_audit(rule_id=rule.id)
        audit.action_draw()
        drawn, seed = audit.point_ids.service_point_id, audit.seed
        self.assertEqual(len(drawn), 4, "the square root of 16")
        audit.action_draw()
        self.assertEqual(audit.point_ids.service_point_id, drawn)
        self.assertEqual(audit.seed, seed)
        with self.assertRefused(UserError, "“Seed” .* changes only by its buttons"):
            audit.seed = "lucky"
        with self.assertRefused(UserError, "was chosen by the rule"):
            audit.point_ids[0].unlink()
        with self.assertRaises(UserError):
            audit.point_ids[0].reason = "added"

    def test_failed_last_time_come_on_top(self):
        self._create_point(name="Third", parent_id=self.centre.id)
        self._fail(self.point_b, date(2026, 1, 1), date(2026, 1, 31))
        rule = self.env["aftersales.audit.rule"].create(
            {"name": "None but failed", "method": "fixed", "number": 0, "minimum": 0}
        )
        audit = self._create_audit(rule_id=rule.id)
        audit.action_draw()
        self.assertEqual(audit.point_ids.service_point_id, self.point_b)
        self.assertEqual(audit.point_ids.reason, "failed")
        self._pass(self.point_b)
        audit.action_draw()
        self.assertFalse(audit.point_ids, "the last one counts")

    def _fail(self, point, start, end):
        card = self._create_card(
            service_point_id=point.id, date_from=start, date_to=end
        )
        self._line(card, "1.1").conformity = "no"
        self._line(card, "1.2").write({"sample_count": 8, "nonconforming_count": 8})
        self._approve(card)

    def _pass(self, point):
        card = self._create_card(service_point_id=point.id)
        self._approve(self._judge(card))

    def _approve(self, card):
        self.assertEqual(self._pass_card(card).state, "approved")

    def test_overdue_findings_come_on_top(self):
        rule = self.env.ref("aftersales_evaluation.sampling_rule_failed")
        self._create_finding(date_due=date(2026, 5, 19))
        audit = self._create_audit(rule_id=rule.id)
        audit.action_draw()
        self.assertEqual(audit.point_ids.service_point_id, self.point)
        self.assertEqual(audit.point_ids.reason, "overdue")

    def test_points_added_by_hand_stay(self):
        audit = self._create_audit()
        self.env["aftersales.audit.point"].with_user(self.user_auditor).create(
            {"audit_id": audit.id, "service_point_id": self.point.id}
        )
        audit.action_draw()
        line = self._line_of(audit, self.point)
        self.assertEqual((len(line), line.reason), (1, "added"))

    def test_nothing_to_draw(self):
        empty = self._create_point(
            name="Empty", tier="centre", kind="own", parent_id=self.hq.id
        )
        audit = self._create_audit(centre_ids=[Command.set(empty.ids)])
        with self.assertRefused(UserError, "no point in service within its scope"):
            audit.action_draw()
        with self.assertRefused(UserError, "has no points yet"):
            audit.action_start()

    def test_start_creates_scorecards(self):
        audit = self._start()
        self.assertEqual(audit.state, "running")
        cards = audit.point_ids.scorecard_id
        self.assertEqual(cards.service_point_id, self.point | self.point_b)
        self.assertEqual(cards.auditor_id, self.user_auditor)
        self.assertEqual(set(cards.mapped("assessment")), {"internal"})
        self.assertEqual(set(cards.mapped("date_from")), {MARCH[0]})
        self.assertEqual(cards[0]._get_audit(), audit)
        self.assertEqual(audit.activity_ids.user_id, self.user_auditor)
        with self.assertRefused(UserError, "in state “Running”"):
            audit.action_start()

    def test_kind_decides_who_judged(self):
        for kind, assessment in (("self", "self"), ("outside", "outside")):
            audit = self._start(kind=kind)
            found = set(audit.point_ids.scorecard_id.mapped("assessment"))
            self.assertEqual(found, {assessment})

    def test_own_draft_is_taken_over_foreign_is_refused(self):
        own = self._create_card()
        audit = self._start(centre_ids=[Command.set(self.centre.ids)])
        self.assertEqual(audit.point_ids.scorecard_id, own)
        self._create_card(
            service_point_id=self.point_b.id, auditor_id=self.user_head.id
        )
        with self.assertRefused(UserError, "exists for the same period"):
            self._start(centre_ids=[Command.set(self.centre_b.ids)])

    def test_nobody_audits_his_own_point(self):
        self.point.manager_id = self.user_auditor
        audit = self._create_audit()
        audit.action_draw()
        with self.assertRefused(UserError, "works for .*Point One.* cannot audit it"):
            audit.action_start()
        self.assertFalse(audit.point_ids.scorecard_id)

    def test_only_the_team_audits(self):
        audit = self._create_audit()
        audit.action_draw()
        audit.point_ids[0].user_id = self.user_head
        with self.assertRefused(UserError, "is not on the team"):
            audit.action_start()

    def test_plan_is_fixed_once_begun(self):
        audit = self._start()
        for vals in ({"kind": "unannounced"}, {"date_to": date(2026, 4, 30)}):
            with self.assertRefused(UserError, "was begun: kind, set, period"):
                audit.write(vals)
        with self.assertRefused(UserError, "was begun"):
            audit.point_ids[0].unlink()
        with self.assertRefused(UserError, "was begun"):
            self.env["aftersales.audit.point"].with_user(self.user_auditor).create(
                {"audit_id": audit.id, "service_point_id": self.hq.id}
            )
        with self.assertRefused(UserError, "was begun and cannot be deleted"):
            audit.unlink()

    def test_points_and_audit_are_closed(self):
        audit = self._start()
        line = self._line_of(audit, self.point)
        with self.assertRefused(UserError, "has not been submitted yet"):
            line.action_done()
        self._judge(line.scorecard_id).action_submit()
        line.action_done()
        self.assertEqual((line.state, line.date_done), ("done", date(2026, 5, 20)))
        self.assertEqual((audit.point_count, audit.progress), (2, 50))
        with self.assertRefused(UserError, "Point Two.* is not audited yet"):
            audit.action_done()
        other = self._line_of(audit, self.point_b)
        self._give_reason(other.action_ask_skip(), self.user_auditor, "Flooded")
        self.assertEqual((other.state, other.skip_reason), ("skipped", "Flooded"))
        self.assertEqual(other.scorecard_id.state, "cancelled")
        audit.action_done()
        self.assertEqual((audit.state, audit.date_done), ("done", date(2026, 5, 20)))
        self.assertFalse(audit.activity_ids)

    def test_cancelled_audit_takes_its_drafts_back(self):
        audit = self._start()
        self._give_reason(audit.action_ask_cancel(), self.user_auditor, "Postponed")
        self.assertEqual((audit.state, audit.cancel_reason), ("cancelled", "Postponed"))
        self.assertEqual(
            set(audit.point_ids.scorecard_id.mapped("state")), {"cancelled"}
        )

    def test_finding_of_the_audit(self):
        audit = self._start()
        action = audit.action_new_finding()
        finding = (
            self.env["aftersales.finding"]
            .with_user(self.user_auditor)
            .with_context(**action["context"])
            .create({"text": "x", "service_point_id": self.point.id})
        )
        self.assertEqual(finding.audit_id, audit)
        self.assertEqual((finding.res_model, finding.res_id), (audit._name, audit.id))
        self.assertEqual(audit.finding_count, 1)

    def test_drawing_many_points_costs_few_queries(self):
        self._fail(self.point_b, date(2026, 1, 1), date(2026, 1, 31))
        self._create_point(name="First", parent_id=self.centre.id)
        audit = self._create_audit()
        audit.action_draw()
        self.env.flush_all()
        self.env["aftersales.service.point"].create(
            [
                {
                    "name": f"P{number}",
                    "partner_id": self.customer.id,
                    "parent_id": self.centre.id,
                    "state": "active",
                }
                for number in range(60)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(50):
            audit.action_draw()
            self.env.flush_all()
        self.assertEqual(len(audit.point_ids), 63)


@tagged("post_install", "-at_install", "security")
@freeze_time(TODAY)
class TestAuditSecurity(AuditCommon):
    def test_team_and_head_write_others_read(self):
        audit = self._create_audit()
        other = self.env["res.users"].create(
            {
                "name": "Other Auditor",
                "login": "other_auditor",
                "group_ids": self.user_auditor.group_ids.ids,
            }
        )
        self.assertEqual(audit.with_user(other).subject, "Spring audit")
        for user in (other, self.user_reviewer):
            with self.assertRaises(AccessError):
                audit.with_user(user).write({"purpose": "x"})
            with self.assertRaises(AccessError):
                audit.with_user(user).action_draw()
        audit.with_user(self.user_head).write({"purpose": "x"})
        with self.assertRaises(AccessError):
            self._create_audit(
                other,
                lead_id=self.user_auditor.id,
                member_ids=[Command.set(self.user_auditor.ids)],
            )

    def test_steps_are_no_writes(self):
        audit = self._create_audit()
        for vals in (
            {"state": "done"},
            {"seed": "x"},
            {"population_count": 1},
            {"company_id": self.company_b.id},
            {"name": "X"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                audit.with_context(aftersales_flow=True).write(vals)
        hostile = self.env["aftersales.audit"].with_user(self.user_auditor)
        hostile = hostile.with_context(default_state="done", default_seed="x")
        vals = audit.copy_data()[0]
        created = hostile.create(vals)
        self.assertEqual((created.state, created.seed), ("draft", False))

    def test_scope(self):
        audit = self._start(kind="announced")
        Line = self.env["aftersales.audit.point"]
        mine = Line.with_user(self.user_centre).search([("audit_id", "=", audit.id)])
        self.assertEqual(mine.service_point_id, self.point)
        self.assertTrue(audit.with_user(self.user_centre).has_access("read"))
        self.assertFalse(audit.with_user(self.user_service).has_access("read"))
        self.assertFalse(Line.with_user(self.user_portal).has_access("read"))

    def test_unannounced_audits_are_hidden_until_done(self):
        audit = self._start(kind="unannounced")
        line = self._line_of(audit, self.point)
        card = line.scorecard_id
        finding = self._create_finding(audit_id=audit.id, scorecard_id=card.id)
        self.point.manager_id = self.user_service
        hidden = (audit, line, card, card.line_ids[0])
        for user in (self.user_centre, self.user_service):
            for record in hidden:
                with self.subTest(user=user.login, record=record._name):
                    self.assertFalse(record.with_user(user).has_access("read"))
                    Model = self.env[record._name].with_user(user)
                    self.assertFalse(Model.search([("id", "=", record.id)]))
        self.assertFalse(finding.is_released)
        for user in (self.user_service, self.user_portal):
            self.assertFalse(finding.with_user(user).has_access("read"))
        for user in (self.user_auditor, self.user_reviewer, self.user_head):
            for record in (*hidden, finding):
                self.assertTrue(record.with_user(user).has_access("read"))
        self._judge(card).action_submit()
        line.action_done()
        self.assertTrue(finding.is_released)
        for user in (self.user_centre, self.user_service):
            for record in (line, card, card.line_ids[0], finding):
                with self.subTest(user=user.login, record=record._name):
                    self.assertTrue(record.with_user(user).has_access("read"))
        self.assertTrue(finding.with_user(self.user_portal).has_access("read"))

    def test_announced_findings_are_shown_at_once(self):
        audit = self._start()
        finding = self._create_finding(audit_id=audit.id)
        self.assertTrue(finding.is_released)
        self.assertTrue(finding.with_user(self.user_portal).has_access("read"))
        self.assertFalse(finding.with_user(self.user_portal_b).has_access("read"))

    def test_findings_are_written_by_those_who_raised_them(self):
        finding = self._create_finding()
        other = self._create_finding(self.user_head)
        self.assertTrue(finding.with_user(self.user_auditor).has_access("write"))
        self.assertFalse(other.with_user(self.user_auditor).has_access("write"))
        for role in ("service", "dispatcher", "centre", "reviewer", "clerk", "hr"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                finding.with_user(user).write({"text": "Nothing"})
        own = self._create_finding(self.user_centre)
        self.assertTrue(own.with_user(self.user_centre).has_access("write"))
        with self.assertRaises(AccessError):
            self._create_finding(self.user_centre, service_point_id=self.point_b.id)
        with self.assertRaises(AccessError):
            own.with_user(self.user_centre).write({"service_point_id": self.point_b.id})

    def test_finding_scope(self):
        finding = self._create_finding(service_point_id=self.point_b.id)
        self.assertFalse(finding.with_user(self.user_centre).has_access("read"))
        self.assertFalse(finding.with_user(self.user_clerk).has_access("read"))
        for role in ("auditor", "reviewer", "head"):
            user = getattr(self, f"user_{role}")
            self.assertTrue(finding.with_user(user).has_access("read"))
        finding.with_user(self.user_auditor).owner_id = self.user_clerk
        self.assertTrue(finding.with_user(self.user_clerk).has_access("read"))

    def test_two_companies(self):
        audit = self._start()
        finding = self._create_finding(audit_id=audit.id)
        for record in (audit, audit.point_ids[0], finding):
            there = record.with_user(self.user_auditor).with_context(
                allowed_company_ids=self.company_b.ids
            )
            self.user_auditor.company_ids |= self.company_b
            self.assertFalse(there.search([("id", "=", record.id)]))
        foreign = self.env["aftersales.audit.rule"].create(
            {"name": "Foreign", "company_id": self.company_b.id}
        )
        with self.assertRaises(UserError):
            self._create_audit(rule_id=foreign.id)
