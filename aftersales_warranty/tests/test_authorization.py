from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import aftersales_authorization_use
from .claims_common import ClaimsCommon


@tagged("post_install", "-at_install")
class TestAuthorization(ClaimsCommon):
    def _rule(self, **vals):
        return self.Rule.create({"name": "Above 500", **vals})

    def _order(self, *lines, **vals):
        order = self._create_order(
            lot_id=self.unit.lot_id.id, serial=self.unit.serial, **vals
        )
        order._write_flow({"service_point_id": self.point.id, "state": "accepted"})
        self._add_lines(order, *(lines or [("part", 1, 600.0, self.part)]))
        return order

    # -- needed, known before the work ---------------------------------------------

    def test_the_threshold_needs_an_authorisation_before_the_work(self):
        rule = self._rule(amount=600)
        order = self._order()
        self.assertFalse(order.date_start)
        self.assertEqual(
            (order.authorization_state, order.authorization_rule_id), ("needed", rule)
        )
        cheap = self._order(("part", 1, 599.99, self.part))
        self.assertEqual(cheap.authorization_state, "none")
        permit = self._create_permit(600.0, approve=False, order_id=order.id)
        self.assertEqual(order.authorization_state, "requested")
        permit.with_user(self.user_reviewer).action_approve()
        self.assertEqual(order.authorization_state, "approved")
        permit.with_user(self.user_head)._withdraw("Too dear")
        self.assertEqual(order.authorization_state, "needed")

    def test_a_request_keeps_the_point_from_leaving(self):
        permit = self._create_permit(100.0, approve=False)
        blockers = {row[0]: row[1] for row in self.point._get_clearance_blockers()}
        self.assertEqual(blockers["authorisations not decided"], 1)
        permit.with_user(self.user_reviewer).action_approve()
        labels = [row[0] for row in self.point._get_clearance_blockers()]
        self.assertNotIn("authorisations not decided", labels)

    def test_a_category_and_an_assembly_need_one(self):
        categ = self.env["product.category"].create({"name": "Assemblies"})
        self._rule(name="Assembly", product_categ_id=categ.id)
        order = self._order(("part", 1, 1.0, self.part))
        self.assertEqual(order.authorization_state, "none")
        self.part.categ_id = categ
        order.invalidate_recordset()
        self.assertEqual(order.authorization_state, "needed")
        other = self._create_product(name="Board", tracking="none")
        self._rule(name="Board", product_id=other.id)
        self.assertEqual(
            self._order(("part", 1, 1.0, other)).authorization_rule_id.name, "Board"
        )

    def test_rules_of_many_orders_need_few_queries(self):
        self._rule(amount=600)
        orders = self.env["aftersales.service.order"].browse()
        for _index in range(20):
            orders |= self._order()

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records.mapped("authorization_state")
            return self.cr.sql_log_count - before

        count(orders[:1])
        few, many = count(orders[:2]), count(orders)
        self.assertLessEqual(many - few, 2, f"{few} → {many}")

    @mute_logger("odoo.sql_db")
    def test_a_rule_names_something(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._rule()
            self.env.flush_all()

    def test_rules_of_another_company_do_not_bind(self):
        self._rule(amount=1, company_id=self.company_b.id)
        self.assertEqual(self._order().authorization_state, "none")

    def test_asking_from_the_order_takes_its_figures_over(self):
        rule = self._rule(amount=600)
        order = self._order()
        context = order.action_ask_authorization()["context"]
        permit = self.Permit.with_context(**context).create({})
        self.assertEqual(
            (permit.order_id, permit.amount_requested, permit.rule_id, permit.reason),
            (order, 600.0, rule, "Does not cool"),
        )
        self.assertEqual(permit.service_point_id, self.point)
        self.assertFalse(permit.is_goodwill)

    # -- the claim -------------------------------------------------------------------

    def test_a_claim_needs_it(self):
        self._rule(amount=100)
        claim = self._create_claim(submit=False)
        with self.assertRaisesRegex(
            UserError, f"{claim.name} needs an authorisation \\(Above 500\\)"
        ):
            claim.action_submit()
        self.assertEqual(claim.state, "draft")
        claim.authorization_id = self._create_permit(100.0)
        claim.action_submit()
        self.assertEqual(claim.state, "submitted")

    def test_the_type_in_advance_needs_it(self):
        claim = self._create_claim(submit=False)
        claim.claim_type = "pre_authorised"
        with self.assertRaisesRegex(UserError, "needs an authorisation"):
            claim.action_submit()

    def test_the_claim_copies_the_authorisation_of_its_order(self):
        order = self._create_done_order()
        permit = self._create_permit(order_id=order.id)
        claim = self.env["aftersales.claim"].create(order._prepare_claim_vals())
        self.assertEqual(claim.authorization_id, permit)
        claim.action_submit()
        self.assertEqual((claim.amount_authorised, permit.amount_used), (100.0, 100.0))
        self.assertEqual(permit.amount_left, 0.0)

    def test_the_claim_cannot_exceed_it(self):
        claim = self._create_claim(submit=False)
        claim.authorization_id = permit = self._create_permit(99.99)
        with self.assertRaisesRegex(
            UserError,
            f"{claim.name} claims .*100.00.*; authorisation {permit.name} leaves "
            ".*99.99.* of .*99.99",
        ):
            claim.action_submit()

    def test_two_claims_share_one_amount(self):
        permit = self._create_permit(150.0)
        first = self._create_claim(submit=False)
        second = self._create_claim(submit=False, date_request="2026-03-03 08:00:00")
        (first | second).authorization_id = permit
        first.action_submit()
        self.assertEqual(permit.amount_used, 100.0)
        with self.assertRaisesRegex(UserError, "leaves .*50.00.* of .*150.00"):
            second.action_submit()
        # What is rejected is free again.
        first.with_user(self.user_clerk)._reject(
            self.env.ref("aftersales_warranty.claim_reason_ew")
        )
        self.assertEqual(permit.amount_used, 0.0)
        second.action_submit()
        self.assertEqual(permit.amount_used, 100.0)

    def test_a_cut_frees_the_difference(self):
        permit = self._create_permit(150.0)
        claim = self._create_claim(submit=False)
        claim.authorization_id = permit
        claim.action_submit()
        line = claim.line_ids.with_user(self.user_clerk)
        line.action_decide_line(
            40.0, self.env.ref("aftersales_warranty.claim_reason_pwa")
        )
        claim.with_user(self.user_clerk).action_approve()
        self.assertEqual((permit.amount_used, permit.amount_left), (40.0, 110.0))

    @mute_logger("odoo.sql_db")
    def test_the_database_holds_the_amount(self):
        permit = self._create_permit(10.0)
        permit.flush_recordset()
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.cr.execute(
                "UPDATE aftersales_authorization SET amount_used = 10.01 WHERE id = %s",
                (permit.id,),
            )

    def test_only_a_valid_one_of_this_work_counts(self):
        claim = self._create_claim(submit=False)
        cases = [
            (
                self._create_permit(approve=False),
                "is “Requested”. Only an approved one counts",
            ),
            (
                self._create_permit(
                    date_from=date(2026, 2, 1), date_to=date(2026, 3, 2)
                ),
                "the work began on 03/03/2026, .* was valid until 03/02/2026",
            ),
            (
                self._create_permit(date_from=date(2026, 3, 5)),
                "the work ended on 03/04/2026, before .* was valid \\(03/05/2026\\)",
            ),
            (
                self._create_permit(order_id=self._order().id),
                "was given for another point, order, unit or currency",
            ),
        ]
        for permit, message in cases:
            with self.subTest(message=message):
                claim.authorization_id = permit
                with self.assertRaisesRegex(UserError, message):
                    claim.action_submit()

    # -- goodwill ------------------------------------------------------------------

    def test_work_outside_cover_is_claimed_with_consent_only(self):
        self._rule(name="Outside cover", is_out_of_cover=True)
        order = self._create_done_order(
            ("labour", 1, 80.0, None),
            ("travel", 10, 3.0, None),
            date_request=datetime(2028, 3, 2, 8),
        )
        order.write(
            {"date_start": datetime(2028, 3, 3, 8), "date_end": datetime(2028, 3, 4, 8)}
        )
        self.assertEqual(order.amount_warranty, 0.0)
        with self.assertRaisesRegex(UserError, "has nothing that the warranty bears"):
            order.action_create_claim()
        permit = self._create_permit(
            100.0,
            order_id=order.id,
            is_goodwill=True,
            date_from=date(2028, 3, 1),
            date_to=date(2028, 3, 31),
        )
        self.assertEqual(order.amount_payable, 10.0)
        claim = self.env["aftersales.claim"].create(order._prepare_claim_vals())
        self.assertEqual(claim.claim_type, "goodwill")
        self.assertEqual(claim.line_ids.mapped("amount_claimed"), [80.0, 20.0])
        claim.authorization_id = False
        with self.assertRaisesRegex(UserError, "\\(Outside cover\\)"):
            claim.action_submit()
        claim.authorization_id = permit
        claim.action_submit()
        self.assertEqual(permit.amount_left, 0.0)

    # -- life ----------------------------------------------------------------------

    def test_a_request_is_on_the_list_of_a_reviewer(self):
        permit = self._create_permit(approve=False)
        todo = permit.activity_ids
        reviewers = self.company._get_aftersales_people(
            "aftersales_network.group_technical_reviewer"
        )
        self.assertEqual(todo.summary, "Decide on the authorisation")
        self.assertIn(todo.user_id, reviewers)
        permit.with_user(self.user_head).action_approve()
        self.assertFalse(permit.activity_ids)

    def test_refusal_needs_a_reason(self):
        permit = self._create_permit(approve=False)
        action = permit.with_user(self.user_reviewer).action_reject()
        wizard = self.env["aftersales.reason.wizard"].with_user(self.user_reviewer)
        wizard = wizard.with_context(**action["context"])
        wizard.create({"reason": "Not a defect"}).action_confirm()
        self.assertEqual(
            (permit.state, permit.decision_note, permit.decided_by_id),
            ("rejected", "Not a defect", self.user_reviewer),
        )
        other = self._create_permit(approve=False)
        with self.assertRaisesRegex(UserError, "Give the reason"):
            other.with_user(self.user_reviewer)._reject("  ")

    @freeze_time("2026-04-01 02:00:00")
    def test_an_open_end_is_set_by_the_company(self):
        self.company.aftersales_authorization_days = 14
        permit = self._create_permit(date_from=date(2026, 4, 1), date_to=False)
        self.assertEqual(permit.date_to, date(2026, 4, 15))

    def test_withdrawal(self):
        permit = self._create_permit(approve=False)
        action = permit.with_user(self.user_service).sudo().action_withdraw()
        self.assertEqual(action["res_model"], "aftersales.reason.wizard")
        permit._withdraw("Not needed")
        self.assertEqual(
            (permit.state, permit.decision_note), ("withdrawn", "Not needed")
        )
        with self.assertRaisesRegex(UserError, "is not at this step any more"):
            permit._withdraw("Again")

    def test_a_used_one_is_not_withdrawn(self):
        permit = self._create_permit()
        claim = self._create_claim(submit=False)
        claim.authorization_id = permit
        claim.action_submit()
        with self.assertRaisesRegex(UserError, "is used by a claim"):
            permit.with_user(self.user_head).action_withdraw()

    def test_an_approved_one_is_withdrawn_by_deciders(self):
        self.centre.manager_id = self.user_centre
        permit = self._create_permit()
        with self.assertRaisesRegex(UserError, "Ask the company to withdraw it"):
            permit.with_user(self.user_centre).action_withdraw()
        permit.with_user(self.user_clerk)._withdraw("Unit was exchanged")
        self.assertEqual(permit.state, "withdrawn")
        for user in (self.user_auditor, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._create_permit().with_user(user).action_withdraw()

    def _expire(self, size=aftersales_authorization_use.EXPIRY_BATCH, stop=False):
        """Run the job on the first of April."""
        self.env.flush_all()
        Cron = type(self.env["ir.cron"])
        with (
            freeze_time("2026-04-01 02:00:00"),
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
            patch.object(aftersales_authorization_use, "EXPIRY_BATCH", size),
            patch.object(Cron, "_commit_progress", lambda *a, **k: 0 if stop else 60),
        ):
            self.Permit.with_env(self.env(cr=cr, user=1))._cron_expire()
        self.env.invalidate_all()

    def test_the_job_ends_what_was_not_used(self):
        idle = self._create_permit()
        begun = self._create_permit(order_id=self._create_done_order().id)
        later = self._create_permit(date_to=date(2026, 4, 30))
        used = self._create_permit()
        claim = self._create_claim(submit=False, date_request="2026-03-03 08:00:00")
        claim.authorization_id = used
        claim.action_submit()
        permits = idle | begun | later | used
        for _again in range(2):
            self._expire()
            self.assertEqual(
                permits.mapped("state"), ["expired", "approved", "approved", "approved"]
            )

    def test_the_job_goes_on_where_it_stopped(self):
        permits = self.Permit.union(*(self._create_permit() for _index in range(5)))
        self._expire(size=2, stop=True)
        self.assertEqual(permits.mapped("state").count("expired"), 2)
        self._expire(size=2)
        self.assertEqual(permits.mapped("state").count("expired"), 5)

    def test_evidence_cannot_be_typed(self):
        permit = self._create_permit()
        clerk = permit.with_user(self.user_clerk)
        for name, value in (
            ("amount_used", 0.01),
            ("decision_note", "x"),
            ("state", "draft"),
        ):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(UserError, "changes by its buttons"),
            ):
                clerk.with_context(aftersales_claim_flow=True).write({name: value})
        made = (
            self.Permit.with_user(self.user_clerk)
            .with_context(default_amount_used=5, default_state="approved")
            .create(
                {
                    "service_point_id": self.point.id,
                    "amount_requested": 5,
                    "reason": "x",
                    "amount_used": 5,
                }
            )
        )
        self.assertEqual((made.state, made.amount_used), ("draft", 0.0))

    def test_documents_of_a_decided_one_are_frozen(self):
        permit = self._create_permit(approve=False)
        document = self._attach(permit)
        permit.document_ids = [Command.set(document.ids)]
        permit.with_user(self.user_reviewer).action_approve()
        with self.assertRaisesRegex(UserError, "is evidence"):
            document.with_user(self.user_clerk).unlink()
