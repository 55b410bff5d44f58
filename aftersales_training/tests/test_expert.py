import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TrainingCommon


class ExpertCommon(TrainingCommon):
    """Two experts of air conditioners: an own one and a retired one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Expert = cls.env["aftersales.expert"]
        cls.Use = cls.env["aftersales.expert.use"]
        cls.Wizard = cls.env["aftersales.expert.wizard"]
        cls.fault = cls.env["aftersales.fault"].create(
            {"name": "Does Not Cool", "code": "EXP-COOL"}
        )
        cls.sub_categ = cls.env["product.category"].create(
            {"name": "Inverters", "parent_id": cls.categ.id}
        )
        cls.product.categ_id = cls.sub_categ
        cls.expert_user = new_test_user(
            cls.env,
            "expert_own",
            groups="aftersales_network.group_service",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.own = cls._create_expert(
            employee_id=cls._create_employee(
                "Olga", cls.company, user_id=cls.expert_user.id
            ).id,
            product_categ_ids=[Command.set(cls.categ.ids)],
            fee_hour=30,
        )
        cls.retired = cls._create_expert(
            partner_id=cls.user_portal.partner_id.id,
            kind="retired",
            date_consent="2026-01-15",
            product_ids=[Command.set(cls.product.ids)],
            fault_ids=[Command.set(cls.fault.ids)],
            fee_hour=12.5,
        )
        cls.pool = cls.own | cls.retired
        cls.order = cls._create_order(fault_id=cls.fault.id)

    @classmethod
    def _create_expert(cls, **vals):
        return cls.Expert.create({"company_id": cls.company.id, **vals})

    @classmethod
    def _ask(cls, expert=None, user=None, **vals):
        return cls.Use.with_user(user or cls.user_dispatcher).create(
            {
                "expert_id": (expert or cls.own).id,
                "subject": "Icing",
                "question": "Why does it freeze?",
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestExpert(ExpertCommon):
    def test_search_by_product_and_fault(self):
        """By product (its own, its category or one above) and by fault."""
        Expert = self.Expert.with_user(self.user_dispatcher)
        mine = [("id", "in", self.pool.ids)]

        def found(*domain):
            return Expert.search([*mine, *domain])

        self.assertEqual(found(("product_match_id", "=", self.product.id)), self.pool)
        self.assertEqual(
            found(("product_match_id", "ilike", "Test Air Cond")), self.pool
        )
        self.assertFalse(found(("product_match_id", "=", self.part.id)))
        self.assertEqual(found(("fault_ids", "in", self.fault.ids)), self.retired)
        self.assertEqual(
            found(("product_categ_ids", "child_of", self.categ.ids)), self.own
        )

    def test_asked_answered_rated(self):
        use = self._ask(self.retired, order_id=self.order.id)
        self.assertEqual((use.state, use.asked_by_id), ("asked", self.user_dispatcher))
        with self.assertRaisesRegex(UserError, "no answer yet"):
            use.action_answer()
        use.write({"answer": "Filter blocked", "hours": 1.5})
        use.action_answer()
        self.assertEqual(use.state, "answered")
        self.assertTrue(use.date_answered)
        with self.assertRaisesRegex(UserError, "from 1 to 5"):
            use.action_close()
        use.rating_stars = "4"
        use.action_close()
        self.assertEqual((use.state, use.rating), ("closed", 4))
        # 1.5 h × 12.50
        self.assertEqual(use.sudo().fee, 18.75)
        self.retired.fee_hour = 99
        self.assertEqual(use.sudo().fee, 18.75)
        self.assertEqual(self.order.expert_use_count, 1)
        for vals in ({"answer": "x"}, {"rating": 1}, {"state": "asked"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                use.write(vals)
        with self.assertRaises(UserError):
            use.with_user(self.user_hr).unlink()

    def test_mean_rating_and_count(self):
        for rating in (5, 4, 4):
            use = self._ask(self.own)
            use.answer = "So"
            use.action_answer()
            use.rating = rating
            use.action_close()
        self._ask(self.own)
        withdrawn = self._ask(self.own)
        withdrawn._withdraw("Found it myself")
        self.pool.invalidate_recordset()
        # 13 / 3, shown with two decimals; the withdrawn one does not count.
        self.assertEqual(self.own.rating_avg, 4.33)
        self.assertEqual((self.own.use_count, self.own.open_count), (4, 1))
        self.assertEqual((self.retired.rating_avg, self.retired.use_count), (0, 0))

    def test_figures_cost_constant_queries(self):
        def count(experts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            experts.mapped("rating_avg")
            experts._get_fits(product=self.product, fault=self.fault)
            return self.cr.sql_log_count - before

        more = self.Expert.create(
            [
                {
                    "employee_id": self._create_employee(f"E{n}", self.company).id,
                    "company_id": self.company.id,
                    "fault_ids": [Command.set(self.fault.ids)],
                }
                for n in range(30)
            ]
        )
        count(self.pool)
        self.assertEqual(count(self.pool), count(self.pool | more))

    def test_order_proposes_who_fits(self):
        stranger = self._create_expert(
            employee_id=self._create_employee("Stranger", self.company).id
        )
        action = self.order.with_user(self.user_dispatcher).action_ask_expert()
        wizard = self.Wizard.with_user(self.user_dispatcher).browse(action["res_id"])
        lines = wizard.line_ids
        self.assertEqual(lines.expert_id, self.retired | self.own)
        self.assertNotIn(stranger, lines.expert_id)
        # Product 40 + fault 30 + unrated 12; category one above 25 + 12.
        self.assertEqual(lines.mapped("score"), [82.0, 37.0])
        self.assertEqual(
            lines[0].reasons, "knows the product +40, knows the fault +30, rating +12"
        )
        self.retired.availability = "away"
        wizard.action_propose()
        self.assertEqual(wizard.line_ids.expert_id, self.own)
        result = wizard.line_ids.action_ask()
        use = self.Use.browse(result["res_id"])
        self.assertEqual(use.expert_id, self.own)
        self.assertEqual(use.order_id, self.order)
        self.assertEqual(use.question, "Does not cool")
        self.assertEqual(use.activity_ids.user_id, self.expert_user)

    def test_question_is_needed(self):
        wizard = self.Wizard.with_user(self.user_dispatcher).create(
            {"subject": "Anything", "fault_id": self.fault.id}
        )
        self.assertEqual(wizard.line_ids.expert_id, self.retired)
        with self.assertRaisesRegex(UserError, "what you want to ask"):
            wizard.line_ids.action_ask()

    def test_expert_answers_but_does_not_rate_himself(self):
        use = self._ask(self.own)
        mine = use.with_user(self.expert_user)
        mine.answer = "Gas is missing"
        mine.action_answer()
        self.assertFalse(use.activity_ids)
        with self.assertRaisesRegex(UserError, "does not rate himself"):
            mine.rating = 5
        with self.assertRaisesRegex(UserError, "does not rate himself"):
            mine.action_close()
        own = self._ask(self.own, self.expert_user)
        own.answer = "To myself"
        own.action_answer()
        with self.assertRaisesRegex(UserError, "does not rate himself"):
            own.rating = 5
        use.with_user(self.user_hr).rating = 3
        use.with_user(self.user_hr).action_close()

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "without answer and rating"):
            self._ask(rating=5)
        use = self._ask()
        with self.assertRaisesRegex(UserError, "state “Asked”"):
            use.rating = 5
        use.answer = "So"
        use.action_answer()
        for vals in ({"rating": 6}, {"hours": -1}):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.cr.savepoint(),
            ):
                use.write(vals)
                use.flush_recordset()
        for vals in (
            {"expert_id": self.retired.id},
            {"asked_by_id": self.user_hr.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                use.write(vals)

    def test_consent_of_outside_people(self):
        contact = self.env["res.partner"].create({"name": "Consultant"})
        with self.assertRaisesRegex(ValidationError, "day of the consent"):
            self._create_expert(partner_id=contact.id, kind="outside")

    def test_nobody_twice_in_the_pool(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._create_expert(employee_id=self.own.employee_id.id)

    def test_private_data(self):
        for user, allowed in (
            (self.user_hr, {"phone", "fee_hour"}),
            (self.user_dispatcher, {"phone"}),
            (self.user_auditor, {"fee_hour"}),
            (self.user_service, set()),
            (self.user_centre, set()),
        ):
            for field in ("phone", "fee_hour"):
                with self.subTest(user=user.login, field=field):
                    record = self.own.with_user(user)
                    if field == "phone" and user == self.user_head:
                        continue
                    if field in allowed:
                        record.read([field])
                    else:
                        with self.assertRaises(AccessError):
                            record.read([field])

    def test_who_keeps_the_pool(self):
        for user in (self.user_dispatcher, self.user_centre, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.own.with_user(user).availability = "away"
        self.own.with_user(self.user_hr).availability = "limited"
        with self.assertRaises(AccessError):
            self.Expert.with_user(self.user_portal).search([])

    def test_who_sees_a_question(self):
        use = self._ask(self.retired)
        for user, sees in (
            (self.user_dispatcher, True),
            (self.user_hr, True),
            (self.user_head, True),
            (self.user_auditor, True),
            (self.user_service, False),
            (self.user_clerk, False),
            (self.user_portal, True),
            (self.user_portal_b, False),
        ):
            with self.subTest(user=user.login):
                found = self.Use.with_user(user).search([("id", "=", use.id)])
                self.assertEqual(bool(found), sees)
        for user in (self.user_auditor, self.user_portal):
            with self.subTest(writes=user.login), self.assertRaises(AccessError):
                use.with_user(user).answer = "x"
        with self.assertRaises(UserError):
            self._ask(user=self.user_dispatcher, asked_by_id=self.user_hr.id)

    def test_who_sees_the_questions_about_an_order(self):
        self.order.action_dispatch()
        self.assertEqual(self.order.service_point_id, self.point)
        use = self._ask(user=self.user_hr, order_id=self.order.id)
        away = self._create_user_elsewhere()
        for user, sees in (
            (self.user_dispatcher, True),
            (self.user_centre, True),
            (away, False),
            (self.user_clerk, False),
        ):
            with self.subTest(user=user.login):
                found = self.Use.with_user(user).search([("id", "=", use.id)])
                self.assertEqual(bool(found), sees)
        with self.assertRaises(AccessError):
            use.with_user(self.user_centre).answer = "x"

    def _create_user_elsewhere(self):
        user = new_test_user(
            self.env,
            "elsewhere",
            groups="aftersales_network.group_service",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self._create_post(
            self._create_employee("Elsewhere", self.company, user_id=user.id),
            self.point_b,
        )
        return user

    def test_two_companies(self):
        self._ask()
        other = new_test_user(
            self.env,
            "expert_b",
            groups="aftersales_network.group_training_officer",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        self.assertFalse(self.Expert.with_user(other).search([]))
        self.assertFalse(self.Use.with_user(other).search([]))
        wizard = self.Wizard.with_user(other).create({"subject": "x"})
        self.assertFalse(wizard.line_ids)
