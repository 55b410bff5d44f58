from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install", "security")
class TestSecurityWrites(WarrantyCommon):
    """What a caller by RPC could try beyond the forms."""

    def _portal_claim(self, user=None, point=None, context=None, **line):
        Claim = self.env["aftersales.claim"].with_user(user or self.user_portal)
        vals = {"kind": "other", "name": "x", "amount_claimed": 50, **line}
        return Claim.with_context(**(context or {})).create(
            {
                "service_point_id": (point or self.point).id,
                "line_ids": [Command.create(vals)],
            }
        )

    def _adjust(self, amount):
        return self.env["aftersales.point.adjustment"].create(
            {
                "service_point_id": self.point.id,
                "date": date(2026, 3, 1),
                "amount": amount,
                "reason": "Award",
            }
        )

    # -- defaults in the context ---------------------------------------------

    def test_defaults_decide_no_claim_line(self):
        claim = self._portal_claim()
        line = claim.line_ids.with_context(
            default_is_decided=True,
            default_amount_allowed=50,
            default_amount_approved=50,
        ).create({"claim_id": claim.id, "kind": "other", "amount_claimed": 50})
        self.assertEqual(
            (line.is_decided, line.amount_allowed, line.amount_approved),
            (False, 0.0, 0.0),
        )

    def test_submission_forgets_decisions(self):
        claim = self._portal_claim()
        claim.line_ids.flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_claim_line SET is_decided = TRUE, amount_allowed = 50,"
            " amount_approved = 50 WHERE id = %s",
            (claim.line_ids.id,),
        )
        claim.line_ids.invalidate_recordset()
        claim.action_submit()
        line = claim.line_ids
        self.assertEqual((line.is_decided, line.amount_approved), (False, 0.0))

    def test_defaults_set_no_state(self):
        claim = self._portal_claim(
            context={
                "default_state": "approved",
                "default_date_decision": "2026-03-01",
                "default_decided_by_id": self.user_clerk.id,
                "default_amount_approved": 999,
            }
        )
        self.assertEqual((claim.state, claim.amount_approved), ("draft", 0.0))
        self.assertFalse(claim.date_decision)
        self.assertFalse(claim.decided_by_id)

    def test_defaults_set_no_state_of_a_claim_from_an_order(self):
        order = self._create_done_order()
        order = order.with_user(self.user_portal).with_context(default_state="approved")
        order.action_create_claim()
        claim = order.claim_ids
        self.assertEqual((claim.state, claim.submitted_by_id.id), ("draft", False))
        line = claim.line_ids
        self.assertEqual((line.amount_reference, line.cover_share), (100.0, 100.0))

    def test_defaults_grant_no_authorisation(self):
        Permit = self.env["aftersales.authorization"].with_user(self.user_service)
        self.point.parent_id.manager_id = self.user_service
        permit = Permit.with_context(
            default_state="approved",
            default_amount_approved=500,
            default_decided_by_id=self.user_head.id,
        ).sudo(False)
        permit = permit.create(
            {
                "service_point_id": self.point.id,
                "reason": "x",
                "amount_requested": 10,
            }
        )
        self.assertEqual((permit.state, permit.amount_approved), ("draft", 0.0))
        self.assertFalse(permit.decided_by_id)

    def test_defaults_confirm_no_settlement(self):
        Settlement = self.env["aftersales.settlement"].with_user(self.user_clerk)
        settlement = Settlement.with_context(default_state="confirmed").create(
            {
                "service_point_id": self.point.id,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
            }
        )
        self.assertEqual(settlement.state, "draft")

    def test_defaults_hide_no_settlement_line(self):
        self._approve(self._create_claim())
        settlement = self._settle()
        settlement.with_context(default_is_live=False).action_compute()
        self.assertEqual(settlement.line_ids.mapped("is_live"), [True])

    def test_defaults_close_no_unit(self):
        Unit = self.env["aftersales.registration"].with_user(self.user_service)
        unit = Unit.with_context(
            default_state="closed", default_date_restart="2030-01-01"
        ).create({"product_id": self.product.id, "serial": "D-1"})
        self.assertEqual((unit.state, unit.date_restart), ("active", False))

    # -- records that change hands ---------------------------------------------

    def test_line_cannot_move_into_another_claim(self):
        mine = self._portal_claim().line_ids
        submitted = self._create_claim()
        with self.assertRaises(UserError):
            mine.claim_id = submitted.with_user(self.user_portal)
        foreign = self._portal_claim(self.user_portal_b, self.point_b)
        with self.assertRaises(AccessError):
            mine.write({"claim_id": foreign.id})
        clerk_line = mine.with_user(self.user_clerk)
        message = f"{submitted.name} is submitted and cannot be changed"
        with self.assertRaisesRegex(UserError, message):
            clerk_line.write({"claim_id": submitted.id})

    def test_line_cannot_pretend_another_claim(self):
        foreign = self._portal_claim(self.user_portal_b, self.point_b)
        with self.assertRaises(AccessError):
            self.env["aftersales.claim.line"].with_user(self.user_portal).create(
                {
                    "claim_id": foreign.id,
                    "service_point_id": self.point.id,
                    "claim_state": "draft",
                    "kind": "other",
                }
            )

    def test_line_cannot_hide_its_unit_and_day(self):
        claim = self._portal_claim()
        claim.write({"serial": "P-1", "date_failure": "2026-03-02"})
        line = claim.line_ids.create(
            {
                "claim_id": claim.id,
                "kind": "other",
                "serial": "FAKE",
                "date_failure": "1999-01-01",
                "claim_state": "cancelled",
            }
        )
        self.assertEqual(
            (line.serial, line.date_failure, line.claim_state),
            ("P-1", date(2026, 3, 2), "draft"),
        )

    def test_authorisation_cannot_leave_the_subtree(self):
        permit = (
            self.env["aftersales.authorization"]
            .with_user(self.user_centre)
            .create(
                {
                    "service_point_id": self.point.id,
                    "reason": "x",
                    "amount_requested": 10,
                }
            )
        )
        with self.assertRaises(AccessError):
            permit.write({"service_point_id": self.point_b.id})

    # -- settlements ---------------------------------------------

    def test_settlement_lines_change_by_steps_only(self):
        self._approve(self._create_claim())
        settlement = self._settle()
        line = settlement.line_ids
        message = "come from approved claims"
        for vals in ({"amount": 9999}, {"is_live": False}):
            with self.assertRaisesRegex(UserError, message):
                line.write(vals)
            with self.assertRaisesRegex(UserError, message):
                line.with_context(aftersales_settlement_flow=True).write(vals)
        with self.assertRaisesRegex(UserError, message):
            line.unlink()
        award = self._adjust(1000)
        with self.assertRaisesRegex(UserError, message):
            line.create(
                {
                    "settlement_id": settlement.id,
                    "adjustment_id": award.id,
                    "amount": 5000,
                }
            )
        settlement.action_confirm()
        settlement.action_cancel()
        self.assertFalse(line.is_live)

    def test_settlement_with_lines_keeps_point_and_currency(self):
        self._approve(self._create_claim())
        settlement = self._settle()
        other = self.env["res.currency"].search(
            [("id", "!=", settlement.currency_id.id)], limit=1
        )
        for vals in (
            {"service_point_id": self.point_b.id},
            {"currency_id": other.id},
        ):
            with self.assertRaisesRegex(UserError, "with lines are fixed"):
                settlement.write(vals)
        with self.assertRaisesRegex(UserError, "changes by its buttons"):
            settlement.write({"amount_total": 5})

    def test_awards_follow_the_settlement(self):
        award = self._adjust(70)
        settlement = self._settle()
        settlement.action_confirm()
        self.assertEqual(award.state, "settled")
        settlement.action_draft()
        self.assertEqual(award.state, "open")

    # -- what a claim is checked against ---------------------------------------------

    def test_point_cannot_enter_what_it_is_checked_against(self):
        claim = self._portal_claim(
            kind="part",
            product_id=self.part.id,
            amount_claimed=120,
            amount_reference=9999,
            cover_share=100,
        )
        line = claim.line_ids
        self.assertEqual((line.amount_reference, line.cover_share), (0.0, 0.0))
        for vals in (
            {"amount_reference": 9999},
            {"cover_share": 100},
            {"old_part_due": False},
            {"order_line_id": False},
            {"claim_state": "draft"},
        ):
            with self.assertRaisesRegex(UserError, "The company sets the list value"):
                line.write(vals)
        self.part.aftersales_old_part = "return"
        claim.write({"date_end": "2026-03-04"})
        claim.action_submit()
        self.assertEqual((line.amount_reference, line.old_part_due), (100.0, True))
        self.assertEqual(line.amount_allowed, 110.0)

    def test_currency_of_a_claim_is_fixed(self):
        claim = self._portal_claim()
        other = self.env["res.currency"].search(
            [("id", "!=", claim.currency_id.id)], limit=1
        )
        with self.assertRaisesRegex(UserError, "are fixed"):
            claim.currency_id = other
        chosen = claim.create(
            {"service_point_id": self.point.id, "currency_id": other.id}
        )
        self.assertEqual(chosen.currency_id, claim.currency_id)

    def test_sums_of_a_claim_cannot_be_written(self):
        claim = self._portal_claim()
        for name in ("amount_claimed", "amount_allowed", "amount_approved"):
            with self.assertRaisesRegex(UserError, "sums of its lines"):
                claim.write({name: 5000})
        made = claim.create(
            {"service_point_id": self.point.id, "amount_approved": 5000}
        )
        self.assertEqual(made.amount_approved, 0.0)

    def test_claim_names_only_what_its_author_may_read(self):
        unit = self._create_unit(serial="B-1")
        order = self._create_done_order(unit=unit, point=self.point_b)
        claim = self._portal_claim()
        Claim = claim.browse()
        with self.assertRaises(AccessError):
            claim.write({"registration_id": unit.id})
        for vals in ({"registration_id": unit.id}, {"order_id": order.id}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                Claim.create({"service_point_id": self.point.id, **vals})

    def test_claim_names_no_authorisation_of_another_point(self):
        permit = self.env["aftersales.authorization"].create(
            {
                "service_point_id": self.point_b.id,
                "reason": "x",
                "amount_requested": 10,
            }
        )
        with self.assertRaises(AccessError):
            self._portal_claim().write({"authorization_id": permit.id})

    # -- who decides ---------------------------------------------

    def test_author_of_a_line_does_not_decide(self):
        added = self._create_claim(submit=False)
        added.with_user(self.user_clerk).write(
            {"line_ids": [Command.create({"kind": "other", "amount_claimed": 5})]}
        )
        edited = self._create_claim(submit=False, date_request="2026-03-12 08:00:00")
        edited.line_ids.with_user(self.user_clerk).amount_claimed = 90
        for claim in added | edited:
            claim.with_user(self.user_service).sudo().action_submit()
            with self.assertRaisesRegex(UserError, "Somebody else must decide it"):
                claim.with_user(self.user_clerk).action_approve()

    def test_old_parts_are_received_by_the_warehouse_or_a_clerk(self):
        line = self._create_claim().line_ids
        self.assertFalse(
            self._portal_claim(old_part_received=True).line_ids.mapped(
                "old_part_received"
            )[0]
        )
        for user in (self.user_centre, self.user_head):
            with self.assertRaises(AccessError):
                line.with_user(user).old_part_received = True
        line.with_user(self.user_clerk).old_part_received = True
        self.assertTrue(line.old_part_received)

    # -- registered units ---------------------------------------------

    def test_unit_changes_its_cover_by_steps_only(self):
        unit = self.unit.with_user(self.user_service)
        for vals in (
            {"state": "closed"},
            {"date_closed": "2026-01-01"},
            {"date_cover_end": "2040-01-01"},
        ):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                unit.write(vals)
        for vals in (
            {"date_restart": "2030-01-01"},
            {"policy_version_id": self.version.id},
        ):
            with self.assertRaisesRegex(AccessError, "Only the head of service"):
                unit.write(vals)
        unit.action_close()
        self.assertEqual(unit.state, "closed")
        unit.action_reopen()
        self.assertEqual((unit.state, unit.date_closed), ("active", False))
        self.unit.with_user(self.user_head).date_restart = "2026-02-01"
        self.assertEqual(unit.date_restart, date(2026, 2, 1))
