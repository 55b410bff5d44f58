from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.aftersales_network.models.flow import FLOW
from odoo.addons.aftersales_network.tests.common import CONTEXT

from .checks_common import ChecksCommon

GATE_TECHNICAL = "aftersales_network.group_technical_reviewer"
GROUP_CLERK = "aftersales_network.group_settlement_clerk"


@freeze_time("2026-03-20 02:00:00")
@tagged("post_install", "-at_install")
class TestClaimOpinion(ChecksCommon):
    """W16: checked by centre, technical reviewer and settlement clerk."""

    def _ask(self, who="both"):
        self.company.aftersales_claim_checked_by = who

    def _as(self, claim, role):
        return claim.with_user(getattr(self, f"user_{role}"))

    def _object(self, claim, role, reason="The part was not worn"):
        action = self._as(claim, role).action_ask_object()
        wizard = (
            self.env[action["res_model"]]
            .with_user(getattr(self, f"user_{role}"))
            .with_context(**action["context"])
            .create({"reason": reason})
        )
        return wizard.action_confirm()

    def _log(self, claim):
        lines = self.env["aftersales.approval"].search(
            [("res_model", "=", claim._name), ("res_id", "=", claim.id)], order="id"
        )
        return [(x.gate, x.decision, x.user_id, x.comment) for x in lines]

    def test_without_the_setting_nobody_is_asked(self):
        claim = self._create_claim()
        self.assertEqual(self.company.aftersales_claim_checked_by, "none")
        self.assertFalse(claim.missing_opinions)
        with self.assertRaisesRegex(UserError, "waits for no check of yours"):
            self._as(claim, "centre").action_agree()
        self._approve(claim)
        self.assertEqual(claim.state, "approved")

    def test_both_are_asked_before_the_clerk_approves(self):
        self._ask()
        claim = self._create_claim()
        self.assertEqual(
            claim.missing_opinions, "manager of the centre, technical reviewer"
        )
        with self.assertRaisesRegex(
            UserError,
            f"{claim.name} cannot be approved yet, still to be checked by: manager of "
            "the centre, technical reviewer",
        ):
            self._approve(claim)
        self._as(claim, "centre").action_agree()
        self.assertEqual(claim.missing_opinions, "technical reviewer")
        with self.assertRaisesRegex(UserError, "checked by: technical reviewer"):
            self._approve(claim)
        self.assertEqual((claim.state, claim.amount_approved), ("submitted", 0.0))
        self._as(claim, "reviewer").action_agree()
        self.assertFalse(claim.missing_opinions)
        self.assertEqual(
            self._log(claim),
            [
                ("centre", "approved", self.user_centre, False),
                ("technical", "approved", self.user_reviewer, False),
            ],
        )
        self._approve(claim)
        self.assertEqual((claim.state, claim.amount_approved), ("approved", 100.0))

    def test_one_of_them(self):
        for day, (who, role) in enumerate(
            (("centre", "centre"), ("technical", "reviewer")), 2
        ):
            with self.subTest(who=who):
                self._ask(who)
                claim = self._create_claim(date_request=f"2026-03-0{day} 01:00:00")
                other = "reviewer" if role == "centre" else "centre"
                with self.assertRaisesRegex(UserError, "waits for no check of yours"):
                    self._as(claim, other).action_agree()
                self._as(claim, role).action_agree()
                self.assertFalse(claim.missing_opinions)
                with self.assertRaises(UserError):
                    self._as(claim, role).action_agree()

    def test_an_objection_is_shown_and_does_not_block(self):
        self._ask("technical")
        claim = self._create_claim()
        revision = claim.revision
        self._object(claim, "reviewer")
        self.assertEqual(
            (claim.technical_opinion, claim.technical_opinion_note),
            ("objected", "The part was not worn"),
        )
        self.assertEqual(claim.technical_opinion_user_id, self.user_reviewer)
        self.assertEqual(
            self._log(claim),
            [("technical", "rejected", self.user_reviewer, "The part was not worn")],
        )
        message = claim.message_ids[0]
        self.assertIn("Objection: The part was not worn", message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertGreater(claim.revision, revision, "older pages are outdated")
        found = self.env["aftersales.claim"].search(
            [("technical_opinion", "=", "objected"), ("id", "=", claim.id)]
        )
        self.assertEqual(found, claim)
        self._approve(claim)
        self.assertEqual(claim.state, "approved")

    def test_an_objection_needs_its_reason(self):
        self._ask("technical")
        claim = self._create_claim()
        with self.assertRaisesRegex(UserError, "Write down why you object"):
            self._as(claim, "reviewer")._object("  ")
        self.assertFalse(claim.technical_opinion)

    def test_a_refusal_and_sending_back_need_no_opinion(self):
        self._ask()
        claim = self._create_claim()
        self._as(claim, "clerk")._reject(self._reason("ndf"))
        self.assertEqual(claim.state, "rejected")
        other = self._create_claim(date_request="2026-03-09 01:00:00")
        self._as(other, "clerk")._send_back("Add a photo")
        self.assertEqual(other.state, "sent_back")

    def test_what_is_handed_in_anew_is_checked_anew(self):
        self._ask("centre")
        claim = self._create_claim()
        self._object(claim, "centre")
        self._as(claim, "clerk")._send_back("Add a photo")
        self.assertEqual(claim.centre_opinion, "objected")
        claim.with_user(self.user_service).sudo().action_submit()
        self.assertFalse(claim.centre_opinion)
        self.assertFalse(claim.centre_opinion_note)
        self.assertEqual(claim.missing_opinions, "manager of the centre")

    # Who may

    def test_only_these_roles(self):
        self._ask()
        claim = self._create_claim()
        for role in ("clerk", "head", "auditor", "portal"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(claim, role).action_agree()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(claim, role)._object("No")
        self.assertEqual(self._log(claim), [])

    def test_a_manager_speaks_for_his_own_points(self):
        self._ask("centre")
        claim = self._create_claim()
        other = new_test_user(
            self.env,
            login="aftersales_centre_other",
            groups="aftersales_network.group_centre_manager",
            context=CONTEXT,
        )
        self.centre_b.manager_id = other
        with self.assertRaises(AccessError):
            claim.with_user(other).action_agree()
        # Whoever reads all points as reviewer still manages his own only.
        other.group_ids += self.env.ref("aftersales_network.group_technical_reviewer")
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "waits for no check of yours"):
            claim.with_user(other).action_agree()
        self._as(claim, "centre").action_agree()
        self.assertEqual(claim.centre_opinion_user_id, self.user_centre)

    def test_nobody_speaks_on_what_he_wrote_and_nobody_twice(self):
        self._ask()
        claim = self._create_claim(user=self.user_centre)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            self._as(claim, "centre").action_agree()
        self.assertFalse(self._as(claim, "centre").is_my_check)
        both = new_test_user(
            self.env,
            login="aftersales_both",
            groups="aftersales_network.group_centre_manager,"
            "aftersales_network.group_technical_reviewer,"
            "aftersales_network.group_settlement_clerk",
            context=CONTEXT,
        )
        self.centre.manager_id = both
        self.env.invalidate_all()
        mine = claim.with_user(both)
        mine.action_agree()
        self.assertEqual(claim.centre_opinion_user_id, both)
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            mine.action_agree()
        self._as(claim, "reviewer").action_agree()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            mine.action_approve()
        self._approve(claim)
        self.assertEqual(claim.state, "approved")

    def test_nobody_writes_an_opinion_past_the_buttons(self):
        self._ask()
        claim = self._create_claim()
        for role in ("service", "clerk", "centre", "admin"):
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(claim, role).write({"centre_opinion": "agreed"})
        draft = self.env["aftersales.claim"].with_user(self.user_admin)
        made = draft.with_context(default_centre_opinion="agreed").create(
            {"service_point_id": self.point.id, "technical_opinion": "agreed"}
        )
        self.assertFalse(made.centre_opinion or made.technical_opinion)
        self.assertFalse(claim.centre_opinion)

    def test_the_portal_sees_nothing(self):
        self._ask("technical")
        claim = self._create_claim()
        self._object(claim, "reviewer")
        portal = self._as(claim, "portal")
        for name in (
            *("centre_opinion", "technical_opinion", "technical_opinion_note"),
            *("missing_opinions", "is_my_check", "is_opinion_missing"),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                portal.read([name])
        for name in ("technical_opinion", "is_opinion_missing"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                portal.search([(name, "!=", False)])
        self.assertFalse(portal.search([("is_my_check", "=", True)]))
        with self.assertRaises(AccessError):
            self.env["aftersales.approval"].with_user(self.user_portal).search([])
        seen = self.env["mail.message"].with_user(self.user_portal)
        found = seen.search([("model", "=", claim._name), ("res_id", "=", claim.id)])
        self.assertNotIn("Objection", str(found.mapped("body")))

    def test_each_company_asks_for_itself(self):
        self._ask()
        claim = self._create_claim()
        self.assertEqual(self.company_b.aftersales_claim_checked_by, "none")
        self.user_reviewer.write(
            {
                "company_id": self.company_b.id,
                "company_ids": [(6, 0, self.company_b.ids)],
            }
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self._as(claim, "reviewer").action_agree()
        Claim = self.env["aftersales.claim"].with_user(self.user_reviewer)
        self.assertFalse(Claim.search([("is_my_check", "=", True)]))

    # Lists

    def test_what_waits_for_me(self):
        self._ask()
        claim = self._create_claim()
        written = self._create_claim(
            user=self.user_centre, date_request="2026-03-09 01:00:00"
        )
        draft = self._create_claim(submit=False, date_request="2026-03-10 01:00:00")
        claims = claim | written | draft

        def find(role, name="is_my_check"):
            Claim = self.env["aftersales.claim"].with_user(
                getattr(self, f"user_{role}")
            )
            domain = [(name, "=", True), ("id", "in", claims.ids)]
            return Claim.search(domain).ids

        self.assertEqual(find("centre"), claim.ids)
        self.assertEqual(set(find("reviewer")), {claim.id, written.id})
        self.assertEqual(find("clerk"), [])
        for role in ("centre", "reviewer", "clerk"):
            own = self._as(claims, role)
            with self.subTest(role=role):
                shown = own.filtered("is_my_check").ids
                self.assertEqual(set(shown), set(find(role)))
        self.assertEqual(
            set(find("clerk", "is_opinion_missing")), {claim.id, written.id}
        )
        self._as(claim, "reviewer").action_agree()
        self.assertEqual(find("reviewer"), written.ids)

    def test_many_at_once(self):
        self._ask("technical")
        claims = self._create_claim() | self._create_claim(
            date_request="2026-03-09 01:00:00"
        )
        self._as(claims, "reviewer").action_agree()
        self.assertEqual(set(claims.mapped("technical_opinion")), {"agreed"})

    def test_a_decider_gives_no_opinion(self):
        self._ask("technical")
        claim = self._create_claim()
        self.user_clerk.group_ids += self.env.ref(GATE_TECHNICAL)
        self.env.invalidate_all()
        mine = self._as(claim, "clerk")
        self.assertTrue(mine.is_my_check)
        mine.line_ids.action_decide_line(40.0, self._reason("ndf"), "Too much")
        self.env.invalidate_all()
        self.assertFalse(mine.is_my_check)
        self.assertFalse(mine.search([("is_my_check", "=", True)]))
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            mine.action_agree()
        claim.with_context(aftersales_claim_flow=FLOW).clerk_id = False
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            mine.action_agree()
        self._as(claim, "reviewer").action_agree()
        self.assertEqual(claim.technical_opinion_user_id, self.user_reviewer)

    def test_the_point_does_not_speak_for_its_centre(self):
        self._ask("centre")
        claim = self._create_claim()
        at_point = new_test_user(
            self.env,
            login="aftersales_at_point",
            groups="aftersales_network.group_centre_manager",
            context=CONTEXT,
        )
        self.point.manager_id = at_point
        self.env.invalidate_all()
        mine = claim.with_user(at_point)
        self.assertTrue(mine.service_point_id.in_user_scope)
        self.assertFalse(mine.is_my_check)
        self.assertFalse(mine.search([("is_my_check", "=", True)]))
        with self.assertRaisesRegex(UserError, "waits for no check of yours"):
            mine.action_agree()
        self.hq.manager_id = at_point
        self.env.invalidate_all()
        self.assertEqual(mine.search([("is_my_check", "=", True)]), claim)
        mine.action_agree()
        self.assertEqual(claim.centre_opinion_user_id, at_point)

    def test_the_head_stands_in_for_a_silent_centre(self):
        self._ask("centre")
        claim = self._create_claim()
        written = self._create_claim(
            user=self.user_centre, date_request="2026-03-09 01:00:00"
        )
        head = self._as(claim | written, "head")
        self.assertEqual(head.filtered("is_my_check"), written)
        self.assertEqual(
            head.search([("is_my_check", "=", True), ("id", "in", head.ids)]), written
        )
        with self.assertRaises(AccessError):
            self._as(claim, "head").action_agree()
        self._object(written, "head")
        self.assertEqual(written.centre_opinion_user_id, self.user_head)
        self.centre.manager_id = False
        self.env.invalidate_all()
        self._as(claim, "head").action_agree()
        self.assertEqual(
            self._log(claim), [("centre", "approved", self.user_head, False)]
        )

    # Appeals

    def _appeal(self, claim):
        appeal = self.env["aftersales.claim.appeal"].create(
            {"claim_line_id": claim.line_ids.id, "reason": "It was faulty"}
        )
        appeal.action_submit()
        return appeal

    def test_who_gave_an_opinion_decides_no_appeal(self):
        self._ask("technical")
        claim = self._create_claim()
        self._object(claim, "reviewer")
        self._as(claim, "clerk")._reject(self._reason("ndf"))
        appeal = self._appeal(claim)
        self.user_reviewer.group_ids += self.env.ref(GROUP_CLERK)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Somebody else must decide the appeal"):
            self._as(appeal, "reviewer")._decide(100.0, "Looked again")
        self._as(appeal, "head")._decide(100.0, "Looked again")
        self.assertEqual((appeal.state, claim.state), ("upheld", "approved"))

    def test_an_appeal_grants_nothing_unasked(self):
        self._ask("technical")
        claim = self._create_claim()
        self._as(claim, "clerk")._reject(self._reason("ndf"))
        self.assertFalse(claim.missing_opinions)
        appeal = self._appeal(claim)
        self.assertEqual(claim.missing_opinions, "technical reviewer")
        with self.assertRaisesRegex(
            UserError, f"{claim.name} cannot be approved yet, .*: technical reviewer"
        ):
            self._as(appeal, "head")._decide(100.0, "Looked again")
        self.assertEqual((appeal.state, claim.state), ("submitted", "rejected"))
        mine = self._as(claim, "reviewer")
        self.assertTrue(mine.is_my_check)
        self.assertEqual(mine.search([("is_my_check", "=", True)]), claim)
        mine.action_agree()
        self.assertEqual(claim.state, "rejected", "the appeal decides")
        self._as(appeal, "head")._decide(100.0, "Looked again")
        self.assertEqual((appeal.state, claim.state), ("upheld", "approved"))

    def test_an_appeal_is_refused_without_an_opinion(self):
        self._ask("technical")
        claim = self._create_claim()
        self._as(claim, "clerk")._reject(self._reason("ndf"))
        appeal = self._appeal(claim)
        self._as(appeal, "head")._decide(0.0, "Looked again")
        self.assertEqual((appeal.state, claim.state), ("refused", "rejected"))
        self.assertFalse(claim.missing_opinions)

    # Approval by rule and by silence

    def test_the_rules_leave_to_the_clerk_what_he_began(self):
        self._ask("technical")
        self._create_rule()
        claim = self._create_claim()
        line = self._as(claim, "clerk").line_ids
        line.action_decide_line(40.0, self._reason("ndf"), "Too much")
        self._as(claim, "reviewer").action_agree()
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))
        self.assertEqual((line.amount_approved, line.is_decided), (40.0, True))
        self.assertEqual(claim.clerk_id, self.user_clerk)

    def test_agreeing_is_possible_in_review(self):
        self._ask("technical")
        self._create_rule(audit_share=100.0)
        claim = self._create_claim()
        self._as(claim, "clerk").action_review()
        self._as(claim, "reviewer").action_agree()
        self.assertEqual((claim.state, claim.auto_outcome), ("review", False))
        self.assertEqual(claim.technical_opinion, "agreed")

    def test_the_rules_wait_for_the_opinions(self):
        self._ask()
        self._create_rule()
        claim = self._create_claim()
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))
        self._as(claim, "centre").action_agree()
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))
        self._as(claim, "reviewer").action_agree()
        self.assertEqual((claim.state, claim.auto_outcome), ("approved", "approved"))
        self.assertEqual(claim.decided_by_id, self.env.ref("base.user_root"))

    def test_the_rules_leave_an_objection_to_a_person(self):
        self._ask()
        self._create_rule()
        claim = self._create_claim()
        self._as(claim, "centre").action_agree()
        self._object(claim, "reviewer")
        self.assertEqual((claim.state, claim.auto_outcome), ("submitted", False))

    def test_no_system_step_passes_the_opinions(self):
        self._ask()
        self._create_rule()
        claim = self._create_claim()
        with self.assertRaisesRegex(UserError, "cannot be approved yet"):
            claim._approve_by_rule()

    @freeze_time("2026-04-30 02:00:00")
    def test_silence_is_no_opinion(self):
        self._ask("technical")
        self.company.aftersales_silence_approves = True
        claim = self._create_claim()
        rates = claim.check_ids.filtered(lambda check: check.code == "RATES")
        self.env.cr.execute(
            "UPDATE aftersales_claim_check SET result = 'pass' WHERE id = %s",
            (rates.id,),
        )
        rates.invalidate_recordset()
        self.assertFalse(claim._is_approved_by_silence())
        self._as(claim, "reviewer").action_agree()
        self.assertTrue(claim._is_approved_by_silence())
