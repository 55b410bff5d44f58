import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .escalation_common import EscalationCommon


@tagged("post_install", "-at_install")
class TestAnswers(RaceMixin, EscalationCommon):
    """W25: answers are reusable by model and fault, once they are approved."""

    def test_keep_an_answer_and_find_it_for_the_next_job(self):
        escalation = self._answer(self._ask())
        action = escalation.with_user(self.user_dispatcher).action_keep_answer()
        answer = self.env["aftersales.answer"].browse(action["res_id"])
        self.assertEqual(escalation.new_answer_id, answer)
        self.assertEqual(
            (answer.product_id, answer.fault_id, answer.text, answer.state),
            (self.product, self.fault, "Change the capacitor.", "draft"),
        )
        again = self._create_order(fault_id=self.fault.id)
        self.assertFalse(again.suggested_answer_ids)
        answer.with_user(self.user_dispatcher).action_submit()
        self.assertEqual(answer.sudo().activity_ids.summary, "Review this answer")
        self.assertFalse(again.suggested_answer_ids)
        answer.with_user(self.user_reviewer).action_approve()
        self.assertFalse(answer.sudo().activity_ids)
        again.invalidate_recordset()
        self.assertEqual(again.suggested_answer_ids, answer)
        self.assertEqual(again.suggested_answer_count, 1)
        self.assertEqual(again.action_view_answers()["res_id"], answer.id)
        with self.assertRaisesRegex(UserError, "stands in the pool as “Compressor"):
            escalation.with_user(self.user_dispatcher).action_keep_answer()

    def test_files_of_the_answer_go_with_it(self):
        escalation = self._ask()
        expert = escalation.with_user(self.user_dispatcher)
        file = (
            self.env["ir.attachment"]
            .with_user(self.user_dispatcher)
            .create(
                {
                    "name": "plan.txt",
                    "raw": b"plan",
                    "res_model": "aftersales.escalation",
                }
            )
        )
        expert.write({"answer_file_ids": [(4, file.id)]})
        self.assertEqual(file.res_id, escalation.id)
        self._answer(escalation)
        expert.action_keep_answer()
        copy = escalation.new_answer_id.file_ids
        self.assertEqual((copy.name, copy.raw), ("plan.txt", b"plan"))
        self.assertNotEqual(copy, file)
        self.assertEqual(copy.res_model, "aftersales.answer")

    def test_best_first(self):
        phone = self._create_product(
            name="Phone", categ_id=self.env["product.category"].create({"name": "P"}).id
        )
        both = self._known(name="both")
        categ = self._known(
            name="categ", product_id=False, product_categ_id=self.categ.id
        )
        model = self._known(name="model", fault_id=False)
        fault = self._known(name="fault", product_id=False, product_categ_id=False)
        self._known(name="foreign", product_id=phone.id)
        self._known(name="draft", approve=False)
        self.assertEqual(
            self.order.suggested_answer_ids.ids, (both + categ + model + fault).ids
        )
        better = self._known(name="better")
        better._record_use(self.order, "yes")
        self.order.invalidate_recordset()
        self.assertEqual(self.order.suggested_answer_ids[:2], better + both)

    def test_one_query_for_many_orders(self):
        self._known()
        orders = self.env["aftersales.service.order"].union(
            *(self._create_order(fault_id=self.fault.id) for _number in range(9))
        )

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("suggested_answer_ids")
            return self.env.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders[:2]), count(orders))

    def test_take_over_a_known_answer(self):
        known = self._known()
        escalation = self._ask()
        self.assertEqual(escalation.suggested_answer_ids, known)
        mine = known.with_context(aftersales_escalation_id=escalation.id)
        with self.assertRaisesRegex(UserError, "Only the expert"):
            mine.with_user(self.user_centre).action_take_over()
        mine.with_user(self.user_dispatcher).action_take_over()
        self.assertEqual(escalation.answer, known.text)
        self.assertEqual(escalation.known_answer_id, known)
        self._answer(escalation, text="Change the capacitor, both of them.", hours=0.2)
        self.assertEqual((known.used_count, known.helpful_count), (1, 0))
        escalation.with_user(self.user_centre).action_solved()
        self.assertEqual((known.used_count, known.helpful_count), (1, 1))
        with self.assertRaisesRegex(UserError, "stands in the pool"):
            escalation.with_user(self.user_dispatcher).action_keep_answer()

    def test_vote_from_the_escalation(self):
        known = self._known()
        escalation = self._ask()
        mine = known.with_user(self.user_centre)
        with self.assertRaisesRegex(UserError, "Open the escalation"):
            mine.action_helped()
        mine = mine.with_context(aftersales_escalation_id=escalation.id)
        mine.action_not_helped()
        self.assertEqual((known.helpful_count, known.unhelpful_count), (0, 1))
        mine.action_helped()
        self.assertEqual((known.helpful_count, known.unhelpful_count), (1, 0))
        self.assertEqual(known.used_count, 1, "one job is one vote")
        strange = self._known(
            name="Other", fault_id=False, product_id=self._create_product().id
        )
        with self.assertRaisesRegex(UserError, "does not fit"):
            strange.with_user(self.user_centre).with_context(
                aftersales_escalation_id=escalation.id
            ).action_helped()

    def test_ask_again_counts_against_the_answer(self):
        known = self._known()
        escalation = self._ask()
        known.with_user(self.user_dispatcher).with_context(
            aftersales_escalation_id=escalation.id
        ).action_take_over()
        self._answer(escalation)
        escalation.with_user(self.user_centre)._ask_again("Still hums")
        self.assertEqual((known.helpful_count, known.unhelpful_count), (0, 1))

    def test_two_votes_at_once_are_one(self):
        known = self._known()
        row = {"answer_id": known.id, "order_id": self.order.id}
        row.update(user_id=self.env.uid, date="2026-01-01", is_helpful="yes")
        error = self._race("aftersales_answer_use", {"id": 1, **row}, {"id": 2, **row})
        self.assertIsInstance(error, psycopg2.errors.UniqueViolation)

    # Approval

    def test_nobody_approves_the_own_answer(self):
        answer = (
            self.env["aftersales.answer"]
            .with_user(self.user_reviewer)
            .create({"name": "x", "text": "y", "fault_id": self.fault.id})
        )
        answer.action_submit()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            answer.action_approve()
        with self.assertRaises(AccessError):
            answer.with_user(self.user_head).action_approve()

    def test_nobody_approves_what_he_edited(self):
        answer = self._known(approve=False)
        answer.with_user(self.user_reviewer).text = "Capacitor C5."
        answer.with_user(self.user_dispatcher).action_submit()
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            answer.with_user(self.user_reviewer).action_approve()

    def test_give_back_and_withdraw(self):
        answer = self._known(approve=False)
        answer.with_user(self.user_dispatcher).action_submit()
        with self.assertRaises(AccessError):
            answer.with_user(self.user_dispatcher)._return("x")
        answer.with_user(self.user_reviewer)._return("Which capacitor?")
        self.assertEqual(answer.state, "draft")
        answer.with_user(self.user_dispatcher).text = "Capacitor C4."
        answer.with_user(self.user_dispatcher).action_submit()
        answer.with_user(self.user_reviewer).action_approve()
        with self.assertRaises(AccessError):
            answer.with_user(self.user_dispatcher)._withdraw("x")
        answer.with_user(self.user_reviewer)._withdraw("Wrong since series 5")
        self.assertEqual(answer.state, "withdrawn")
        self.order.invalidate_recordset()
        self.assertFalse(self.order.suggested_answer_ids)

    def test_what_is_approved_stays_until_it_is_revised(self):
        answer = self._known()
        author = answer.with_user(self.user_dispatcher)
        for vals in ({"text": "x"}, {"fault_id": False}, {"file_ids": [(5,)]}):
            with self.assertRaisesRegex(UserError, "Revise it first"):
                author.write(vals)
        with self.assertRaisesRegex(UserError, "Withdraw it instead"):
            answer.with_user(self.user_admin).unlink()
        author.action_revise()
        author.text = "x"
        self.assertEqual((answer.state, answer.approved_by_id.id), ("draft", False))

    def test_state_is_no_field(self):
        Answer = self.env["aftersales.answer"].with_user(self.user_service)
        vals = {"name": "x", "text": "y", "fault_id": self.fault.id}
        for extra in (
            {"state": "approved"},
            {"approved_by_id": self.user_reviewer.id},
            {"author_id": self.user_head.id},
        ):
            with self.subTest(extra=extra), self.assertRaises(UserError):
                Answer.create({**vals, **extra})
        hostile = Answer.with_context(default_state="approved", aftersales_flow=1)
        answer = hostile.create(vals)
        self.assertEqual(answer.state, "draft")
        for extra in ({"state": "approved"}, {"helpful_count": 99}):
            with self.subTest(extra=extra), self.assertRaises(UserError):
                answer.write(extra)
        for role in ("service", "reviewer", "admin"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["aftersales.answer.use"].with_user(user).create(
                    {"answer_id": answer.id, "order_id": self.order.id}
                )

    def test_an_answer_that_fits_nothing_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "so that it is found again"):
            self.env["aftersales.answer"].create({"name": "x", "text": "y"})

    def test_who_reads_what(self):
        draft, approved = self._known(approve=False, name="d"), self._known(name="a")
        both = draft | approved
        sees = {
            "dispatcher": both,
            "reviewer": both,
            "auditor": both,
            "head": both,
            "admin": both,
            "service": approved,
            "centre": approved,
            "clerk": approved,
        }
        for role, expected in sees.items():
            with self.subTest(role=role):
                Answer = self.env["aftersales.answer"].with_user(
                    getattr(self, f"user_{role}")
                )
                found = Answer.search([("id", "in", both.ids)])
                self.assertEqual(set(found.ids), set(expected.ids))
        with self.assertRaises(AccessError):
            draft.with_user(self.user_centre).text = "x"
        with self.assertRaises(AccessError):
            approved.with_user(self.user_service).action_revise()

    def test_portal_reads_approved_ones_and_only_at_a_point(self):
        draft, approved = self._known(approve=False), self._known()
        Answer = self.env["aftersales.answer"]
        mine = Answer.with_user(self.user_portal)
        self.assertEqual(mine.search([("id", "in", (draft | approved).ids)]), approved)
        self.technician.date_to = "2020-12-31"
        self.env.invalidate_all()
        self.assertFalse(mine.search([("id", "=", approved.id)]))
        with self.assertRaises(AccessError):
            approved.with_user(self.user_portal).read(["text"])

    def test_companies_are_separate(self):
        known = self._known()
        self.user_head.write(
            {"company_ids": [(4, self.company_b.id)], "company_id": self.company_b.id}
        )
        Answer = self.env["aftersales.answer"].with_user(self.user_head)
        Answer = Answer.with_context(allowed_company_ids=self.company_b.ids)
        self.assertFalse(Answer.search([("id", "=", known.id)]))
