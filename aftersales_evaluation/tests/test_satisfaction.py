from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestSatisfaction(VoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answers = cls.env["aftersales.satisfaction"]
        cls.order = cls._create_work()

    def _record(self, **vals):
        return self.answers._record([{"source": "survey", **vals}])

    def test_an_answer_takes_over_what_the_order_says(self):
        answer = self._record(order_id=self.order.id, score=2)
        self.assertEqual(answer.service_point_id, self.point)
        self.assertEqual(answer.technician_id, self.technician)
        self.assertEqual(answer.partner_id, self.customer)
        self.assertEqual(answer.product_categ_id, self.categ)
        self.assertEqual(answer.company_id, self.company)
        self.assertEqual(answer.date, self.company._get_aftersales_today())
        self.assertTrue(answer.is_dissatisfied)
        self.assertFalse(answer.is_satisfied)

    def test_groups_of_stars_and_recommendations(self):
        answers = self.answers._record(
            [
                {"source": "survey", "score": score, "recommend": recommend}
                for score, recommend in (
                    (0, False),
                    (2, "6"),
                    (3, "7"),
                    (4, "9"),
                    (5, "0"),
                )
            ]
        )
        self.assertEqual(
            answers.mapped("is_dissatisfied"), [False, True, False, False, False]
        )
        self.assertEqual(
            answers.mapped("is_satisfied"), [False, False, False, True, True]
        )
        self.assertEqual(
            answers.mapped("recommend_kind"),
            [False, "detractor", "passive", "promoter", "detractor"],
        )

    def test_a_document_answers_once_and_is_renewed(self):
        document = {"res_model": "survey.user_input", "res_id": 77}
        first = self._record(score=2, **document)
        again = self._record(score=5, **document)
        self.assertEqual(first, again)
        self.assertEqual((first.score, first.is_dissatisfied), (5, False))
        other = self._record(score=1, res_model="survey.user_input", res_id=78)
        self.assertNotEqual(other, first)

    def test_a_batch_costs_no_more_than_a_few(self):
        orders = self.order | self._create_work() | self._create_work()

        def vals_list(count):
            return [
                {
                    "source": "survey",
                    "order_id": orders[n % 3].id,
                    "score": 4,
                    "res_model": "survey.user_input",
                    "res_id": 1000 * count + n,
                }
                for n in range(count)
            ]

        def queries(count):
            rows = vals_list(count)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.answers._record(rows)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(2)
        self.assertEqual(queries(3), queries(60))

    def test_the_mean_leaves_out_answers_without_stars(self):
        self.answers._record(
            [
                {"source": "survey", "score": score, "order_id": self.order.id}
                for score in (0, 4, 5)
            ]
        )
        ((mean, rate),) = self.answers._read_group(
            [("order_id", "=", self.order.id)],
            [],
            ["score:avg", "dissatisfied_rate:avg"],
        )
        self.assertEqual((mean, rate), (4.5, 0))

    def test_answers_are_evidence(self):
        answer = self._record(order_id=self.order.id, score=2)
        centre = answer.with_user(self.user_centre)
        centre.cause_id = self.cause
        for vals in ({"score": 5}, {"is_dissatisfied": False}, {"order_id": False}):
            with self.assertRaises(UserError):
                centre.write(vals)
        with self.assertRaises(UserError):
            self.answers.with_user(self.user_head).create({"source": "card"})
        with self.assertRaises(AccessError):
            self.answers.with_user(self.user_head).create({})
        with self.assertRaises(AccessError):
            answer.with_user(self.user_head).unlink()
        with self.assertRaises(AccessError):
            answer.with_user(self.user_auditor).write({"cause_id": self.cause.id})

    def test_who_sees_an_answer(self):
        answer = self._record(order_id=self.order.id, score=2)
        far = self._record(service_point_id=self.point_b.id, score=2)
        for role in ("centre", "head", "auditor", "reviewer", "dispatcher"):
            user = getattr(self, f"user_{role}")
            self.assertTrue(answer.with_user(user).has_access("read"), role)
        self.assertFalse(far.with_user(self.user_centre).has_access("read"))
        for role in ("clerk", "warehouse", "hr", "portal"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(answer.with_user(user).has_access("read"), role)

    def test_other_companies_are_closed(self):
        other = self._record(company_id=self.company_b.id, score=1)
        self.assertFalse(other.with_user(self.user_head).has_access("read"))

    def test_report_of_a_period(self):
        day = date(2026, 3, 10)
        rows = (
            ("card", 5, "10", False),
            ("card", 1, "3", self.cause.id),
            ("callback", 4, "9", False),
            ("complaint", 0, False, self.cause.id),
        )
        self.answers._record(
            [
                {
                    "source": source,
                    "score": score,
                    "recommend": recommend,
                    "cause_id": cause,
                    "order_id": self.order.id,
                    "date": day,
                    "is_dissatisfied": bool(cause),
                }
                for source, score, recommend, cause in rows
            ]
        )
        wizard = self.env["aftersales.satisfaction.wizard"].create(
            {
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 3, 31),
                "service_point_id": self.centre.id,
            }
        )
        total = wizard._get_total()
        self.assertEqual((total["answers"], total["scored"]), (4, 3))
        self.assertEqual(str(total["mean"]), "3.33")
        self.assertEqual(str(total["satisfied_rate"]), "66.7")
        self.assertEqual(str(total["dissatisfied_rate"]), "50.0")
        self.assertEqual(str(total["nps"]), "33.3")
        self.assertEqual(
            [(label, row["answers"]) for label, row in wizard._get_source_rows()],
            [("Evaluation Card", 2), ("Call-Back", 1), ("Customer Complaint", 1)],
        )
        name = "Came too late or took too long"
        self.assertEqual(
            [(n, count, str(share)) for n, count, share in wizard._get_cause_rows()],
            [(name, 2, "100.0")],
        )
        self.assertEqual(wizard._get_point_rows()[0][0], self.point.display_name)
        action = wizard.action_view()
        self.assertEqual(self.answers.search_count(action["domain"]), 4)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_satisfaction", wizard.ids
        )[0]
        self.assertIn("66.7", html.decode())

    def test_report_without_answers(self):
        wizard = self.env["aftersales.satisfaction.wizard"].create(
            {"date_from": date(2001, 1, 1), "date_to": date(2001, 1, 31)}
        )
        total = wizard._get_total()
        self.assertEqual(
            (total["answers"], total["mean"], total["nps"]), (0, None, None)
        )
        html = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_satisfaction", wizard.ids
        )[0]
        self.assertIn("No answer in this period.", html.decode())

    def test_a_period_ends_after_it_begins(self):
        with self.assertRefused(ValidationError, "ends before it begins"):
            self.env["aftersales.satisfaction.wizard"].create(
                {"date_from": date(2026, 3, 2), "date_to": date(2026, 3, 1)}
            )
