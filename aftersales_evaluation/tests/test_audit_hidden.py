from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_audit import TODAY, AuditCommon

SUSPENSION = "aftersales_network.mail_activity_suspension"


@tagged("post_install", "-at_install", "security")
@freeze_time(TODAY)
class TestAuditHidden(AuditCommon):
    """No way round tells the audited of an unannounced audit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(TODAY):
            cls.audit = cls._start(kind="unannounced")
            cls.line = cls.audit.point_ids.filtered(
                lambda line: line.service_point_id == cls.point
            )
            cls.card = cls.line.scorecard_id
            cls._judge(cls.card)
        cls.env.flush_all()

    def _sees(self, model, domain, user):
        return self.env[model].with_user(user).search(domain)

    def _submit(self):
        self.card.with_user(self.user_auditor).action_submit()

    def test_views_of_scorecards(self):
        twin = self._judge(self._create_card(assessment="self", auditor_id=False))
        self.env.flush_all()
        domain = [("scorecard_id", "=", self.card.id)]
        for model in (
            "aftersales.scorecard.ranking",
            "aftersales.scorecard.comparison",
        ):
            for role in ("centre", "service", "dispatcher", "clerk"):
                user = getattr(self, f"user_{role}")
                with self.subTest(model=model, role=role):
                    self.assertFalse(self._sees(model, domain, user))
            for role in ("auditor", "reviewer", "head"):
                user = getattr(self, f"user_{role}")
                with self.subTest(model=model, role=role):
                    self.assertTrue(self._sees(model, domain, user))
        self.assertFalse(twin.with_user(self.user_centre).counterpart_id)
        self._submit()
        self.line.with_user(self.user_auditor).action_done()
        self.env.flush_all()
        self.env.invalidate_all()
        seen = self._sees("aftersales.scorecard.ranking", domain, self.user_centre)
        self.assertTrue(seen)
        self.assertTrue(twin.with_user(self.user_centre).counterpart_id)

    def test_decisions_on_scorecards(self):
        self._submit()
        domain = [("res_model", "=", self.card._name), ("res_id", "=", self.card.id)]
        for role in ("centre", "dispatcher", "clerk"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(self._sees("aftersales.approval", domain, user), role)
        for role in ("auditor", "head"):
            user = getattr(self, f"user_{role}")
            self.assertTrue(self._sees("aftersales.approval", domain, user), role)
        self.line.with_user(self.user_auditor).action_done()
        found = self._sees("aftersales.approval", domain, self.user_centre)
        self.assertEqual(found.gate, "submit")

    def test_nothing_follows_before_the_point_is_closed(self):
        self._submit()
        head = self.card.with_user(self.user_head)
        with self.assertRaisesRegex(
            UserError, "unannounced and still runs at .*Point One"
        ):
            head.action_approve()
        self.line.with_user(self.user_auditor).action_done()
        head.action_approve()
        self.assertEqual(self.card.state, "approved")

    def test_owners_learn_of_findings_with_the_point(self):
        finding = self._create_finding(
            audit_id=self.audit.id, scorecard_id=self.card.id, clause="7.3"
        )
        self.assertEqual(finding.owner_id, self.user_centre)
        mine = finding.with_user(self.user_centre)
        self.assertFalse(mine.has_access("read"))
        self.assertFalse(finding.activity_ids)
        with freeze_time("2026-08-01"):
            Finding = self.env["aftersales.finding"]
            self.assertNotIn(finding, Finding._get_to_remind(100))
            self.assertNotIn(finding, Finding._get_to_escalate(100))
        self._submit()
        self.line.with_user(self.user_auditor).action_done()
        self.assertTrue(mine.has_access("read"))
        self.assertEqual(finding.activity_ids.user_id, self.user_centre)
        with freeze_time("2026-08-01"):
            self.assertIn(finding, Finding._get_to_remind(100))

    def test_a_finding_without_its_audit_tells_no_sooner(self):
        finding = self._create_finding(scorecard_id=self.card.id)
        self.assertFalse(finding.is_released)
        self.assertFalse(finding.with_user(self.user_portal).has_access("read"))
        self.audit.with_user(self.user_auditor)._cancel("Snow")
        self.assertTrue(finding.is_released)
        self.assertEqual(finding.activity_ids.user_id, self.user_centre)

    def test_a_suspension_is_proposed_with_the_point(self):
        self.company.aftersales_finding_suspend_count = 2
        before = date(2026, 4, 1)
        self._create_finding(clause="7.3", date=before)
        messages = self.point.message_ids
        self._create_finding(audit_id=self.audit.id, clause="7.3")
        self.assertEqual(self.point.message_ids, messages)
        kind = self.env.ref(SUSPENSION)
        self.assertNotIn(kind, self.point.activity_ids.activity_type_id)
        self._submit()
        self.line.with_user(self.user_auditor).action_done()
        self.assertIn(kind, self.point.activity_ids.activity_type_id)

    def test_a_finding_names_no_audit_out_of_reach(self):
        for vals in ({"audit_id": self.audit.id}, {"scorecard_id": self.card.id}):
            with self.assertRaises(AccessError):
                self._create_finding(self.user_centre, **vals)
        own = self._create_finding(self.user_centre)
        with self.assertRaises(AccessError):
            own.with_user(self.user_centre).audit_id = self.audit

    def test_whoever_hands_a_finding_over_does_not_settle_it(self):
        finding = self._create_finding(self.user_head, owner_id=self.user_head.id)
        head = finding.with_user(self.user_head)
        head.owner_id = self.user_centre
        self.assertEqual(finding.former_owner_ids, self.user_head)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            head._withdraw("It was nothing")
        self._correct(finding, self.user_centre)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            head.action_ask_verify()
        other = self._create_finding(self.user_auditor)
        other.with_user(self.user_auditor).owner_id = self.user_head
        self.assertFalse(other.former_owner_ids, "only who hands it over himself")

    def test_proof_of_something_else_stays_there(self):
        finding = self._create_finding()
        Attachment = self.env["ir.attachment"].with_user(self.user_centre)
        other = self._create_finding(self.user_centre)
        vals = {"name": "sign.txt", "raw": b"sign"}
        taken = Attachment.create(
            {**vals, "res_model": other._name, "res_id": other.id}
        )
        loose = Attachment.create(vals)
        photos = [Command.set((taken | loose).ids)]
        self._correct(finding, self.user_centre, photo_ids=photos)
        self.assertEqual(finding.photo_ids, loose)
        self.assertEqual((taken.res_model, taken.res_id), (other._name, other.id))
