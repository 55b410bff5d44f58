from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged

from odoo.addons.aftersales_network.tests.common import CONTEXT

from ..models.aftersales_link_guess import GUESS_LIMIT
from ..tools.voice import CardAnswer
from .voice_common import VoiceCommon

ANSWERED = "You have rated this service already"


@tagged("post_install", "-at_install")
class TestEvaluationCard(VoiceCommon):
    def test_finished_work_has_a_card_at_once(self):
        order = self._create_work()
        self.assertFalse(order.card_ids)
        order.step_ids.is_done = True
        order.action_done()
        card = order.card_ids
        today = self.company._get_aftersales_today()
        self.assertEqual(card.date_expiry, today + timedelta(days=30))
        self.assertEqual(card.state, "open")
        self.assertGreaterEqual(len(card.token), 32)

    def test_days_of_validity_are_a_setting(self):
        self.company.aftersales_card_days = 7
        card = self._create_done().card_ids
        today = self.company._get_aftersales_today()
        self.assertEqual(card.date_expiry, today + timedelta(days=7))

    def test_answer_belongs_to_order_point_and_technician(self):
        order = self._create_done()
        card = order.card_ids
        card._answer(CardAnswer(5, 10, "yes", None, "Quick"))
        answer = order.satisfaction_ids
        self.assertEqual((answer.source, answer.score), ("card", 5))
        self.assertEqual(answer.service_point_id, self.point)
        self.assertEqual(answer.technician_id, self.technician)
        self.assertEqual(answer.recommend_kind, "promoter")
        self.assertEqual(answer.comment, "Quick")
        rating = order.rating_ids
        self.assertEqual((rating.rating, rating.feedback), (5, "Quick"))
        self.assertTrue(rating.consumed)
        self.assertFalse(rating.access_token)
        self.assertEqual((order.rating_count, order.rating_last_value), (1, 5))
        self.assertEqual(card.state, "answered")

    def test_one_answer_per_order(self):
        order = self._create_done()
        card = order.card_ids
        card._answer(CardAnswer(5))
        with self.assertRefused(UserError, ANSWERED):
            card._answer(CardAnswer(1))
        order.action_reopen()
        order.action_done()
        self.assertEqual(order.card_ids, card)
        with self.assertRefused(UserError, ANSWERED):
            card._answer(CardAnswer(1))
        self.assertEqual(order.satisfaction_ids.mapped("score"), [5])

    def test_a_card_expires(self):
        card = self._create_done().card_ids
        last = fields.Datetime.to_datetime(card.date_expiry)
        with freeze_time(last + timedelta(days=2)):
            card.invalidate_recordset(["state"])
            self.assertEqual(card.state, "expired")
            with self.assertRefused(UserError, "has expired"):
                card._answer(CardAnswer(5))
            self.assertIn(card, self.cards.search([("state", "=", "expired")]))
            self.assertNotIn(card, self.cards.search([("state", "=", "open")]))
        self.assertFalse(card.date_answered)

    def test_work_in_progress_is_not_rated(self):
        order = self._create_done()
        order.action_reopen()
        with self.assertRefused(UserError, "not finished yet"):
            order.card_ids._answer(CardAnswer(5))

    def test_a_half_filled_card_is_not_taken(self):
        card = self._create_done().card_ids
        with self.assertRefused(UserError, "how many stars"):
            card._answer(CardAnswer(None, 8, "yes", None, "Good"))
        self.assertEqual(card.state, "open")
        card._answer(CardAnswer(4))
        answer = card.satisfaction_id
        self.assertEqual((answer.recommend, answer.recommend_kind), (False, False))

    def test_a_cause_of_another_company_is_left_out(self):
        foreign = self.env["aftersales.dissatisfaction.cause"].create(
            {"name": "Foreign", "code": "FOREIGN", "company_id": self.company_b.id}
        )
        card = self._create_done().card_ids
        card._answer(CardAnswer(2, cause=foreign.id))
        self.assertFalse(card.satisfaction_id.cause_id)
        card = self._create_done().card_ids
        card._answer(CardAnswer(2, cause=self.cause.id))
        self.assertEqual(card.satisfaction_id.cause_id, self.cause)

    def test_an_unhappy_customer_is_called_back(self):
        self.rule.active = False
        happy, unhappy, unsolved = (self._create_closed() for _n in range(3))
        happy.card_ids._answer(CardAnswer(5))
        unhappy.card_ids._answer(CardAnswer(1))
        unsolved.card_ids._answer(CardAnswer(4, solved="no"))
        self.assertFalse(happy.callback_ids)
        self.assertEqual(unhappy.callback_ids.mapped("reason"), ["card"])
        self.assertTrue(unsolved.satisfaction_ids.is_dissatisfied)
        self.assertEqual(unsolved.callback_ids.mapped("state"), ["todo"])

    def test_ratings_come_from_the_card_alone(self):
        order = self._create_done().with_user(self.user_dispatcher)
        model = self.env["ir.model"]._get_id(order._name)
        Rating = self.env["rating.rating"].with_user(self.user_dispatcher)
        vals = {"res_model_id": model, "res_id": order.id, "rating": 5}
        tries = [
            lambda: Rating.create(vals),
            lambda: Rating.with_context(default_res_model_id=model).create(
                {"res_id": order.id, "rating": 5}
            ),
            lambda: Rating.with_context(aftersales_flow=True).create(vals),
            lambda: Rating.create({"res_id": 1, "aftersales_order_id": order.id}),
            lambda: order.message_post(body="Nice", rating_value=5),
            lambda: order.rating_apply(5, token="x"),
            lambda: order._rating_get_access_token(),
        ]
        for attempt in tries:
            with self.assertRefused(UserError, "rated by its evaluation card"):
                attempt()
        order.sudo().card_ids._answer(CardAnswer(2))
        rating = order.sudo().rating_ids
        for vals in ({"rating": 5}, {"feedback": "x"}, {"consumed": False}):
            with self.assertRefused(UserError, "rated by its evaluation card"):
                rating.with_user(self.user_dispatcher).write(vals)
        with self.assertRefused(UserError, "rated by its evaluation card"):
            rating.with_user(self.user_dispatcher).reset()

    def test_other_ratings_are_left_alone(self):
        partner_model = self.env["ir.model"]._get_id("res.partner")
        rating = (
            self.env["rating.rating"]
            .with_user(self.user_dispatcher)
            .create({"res_model_id": partner_model, "res_id": self.customer.id})
        )
        rating.rating = 3
        self.assertEqual(rating.rating, 3)

    def test_who_sees_a_rating(self):
        order = self._create_done()
        order.card_ids._answer(CardAnswer(2))
        rating = order.rating_ids
        employee = new_test_user(
            self.env, login="voice_employee", groups="base.group_user", context=CONTEXT
        )
        for user in (self.user_centre, self.user_auditor, self.user_head):
            self.assertTrue(rating.with_user(user).has_access("read"), user.name)
        for user in (employee, self.user_portal):
            self.assertFalse(rating.with_user(user).has_access("read"), user.name)
        far = self._create_done(
            service_point_id=self.point_b.id, technician_id=self.technician_b.id
        )
        far.card_ids._answer(CardAnswer(5))
        Rating = self.env["rating.rating"].with_user(self.user_centre)
        both = [("aftersales_order_id", "in", (order | far).ids)]
        self.assertEqual(Rating.search(both), rating.with_user(self.user_centre))
        self.assertFalse(Rating.with_user(employee).search(both))
        self.assertEqual(len(Rating.with_user(self.user_head).search(both)), 2)

    def test_nobody_reads_or_writes_a_card_by_hand(self):
        card = self._create_done().card_ids
        for user in (self.user_head, self.user_centre, self.user_auditor):
            reader = card.with_user(user)
            self.assertEqual(reader.state, "open")
            with self.assertRaises(AccessError):
                reader.read(["token"])
            with self.assertRaises(UserError):
                reader.write({"date_expiry": "2030-01-01"})
        with self.assertRaises(AccessError):
            card.with_user(self.user_portal).read(["date_expiry"])
        far = self._create_done(
            service_point_id=self.point_b.id, technician_id=self.technician_b.id
        )
        self.assertFalse(far.card_ids.with_user(self.user_centre).has_access("read"))

    def test_giving_out_a_card_renews_it(self):
        order = self._create_done()
        card = order.card_ids
        valid = card.date_expiry
        card.date_expiry = "2020-01-01"
        self.assertNotIn("Scan the code", self._render(order))
        self.assertEqual(card.state, "expired")
        order.action_text_card()
        self.assertEqual((card.date_expiry, card.state), (valid, "open"))

    def test_who_only_reads_sends_no_card(self):
        card = self._create_done().card_ids
        for user in (self.user_auditor, self.user_reviewer):
            with self.assertRaises(AccessError):
                card.with_user(user).action_send()
            with self.assertRaises(AccessError):
                card.order_id.with_user(user).action_send_card()
        self.assertFalse(card.date_sent)

    def test_the_card_is_mailed(self):
        order = self._create_done()
        order.with_user(self.user_centre).action_send_card()
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn(order.card_ids._get_url(), mail.body_html)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertTrue(order.card_ids.date_sent)

    def test_a_card_is_mailed_only_where_it_can_arrive(self):
        order = self._create_work()
        with self.assertRefused(UserError, "is not finished"):
            order.action_send_card()
        order.step_ids.is_done = True
        order.action_done()
        self.customer.email = False
        with self.assertRefused(UserError, "has no e-mail address"):
            order.action_send_card()
        self.customer.email = "customer@example.com"
        order.card_ids._answer(CardAnswer(5))
        with self.assertRefused(UserError, "has answered already"):
            order.action_send_card()

    def test_the_link_is_texted(self):
        order = self._create_done()
        url = order.with_user(self.user_centre).action_text_card()["url"]
        self.assertTrue(url.startswith("sms:+861055550101?body=Please%20rate"))
        self.customer.phone = False
        with self.assertRefused(UserError, "has no phone number"):
            order.action_text_card()

    def test_cards_are_mailed_by_the_scheduled_job(self):
        order = self._create_done()
        self._send_by_job()
        self.assertFalse(order.card_ids.date_sent)
        self.company.aftersales_card_mail = True
        answered = self._create_done()
        answered.card_ids._answer(CardAnswer(5))
        before = self.env["mail.mail"].search_count([])
        self._send_by_job(batch_size=1)
        self.assertTrue(order.card_ids.date_sent)
        self.assertFalse(answered.card_ids.date_sent)
        sent = self.env["mail.mail"].search_count([])
        self.assertGreater(sent, before)
        self._send_by_job()
        self.assertEqual(self.env["mail.mail"].search_count([]), sent)

    def _delete_template(self):
        self.env.ref("aftersales_evaluation.mail_template_card").sudo().unlink()

    def test_without_the_template_the_job_ends(self):
        self.company.aftersales_card_mail = True
        order = self._create_done()
        self._delete_template()
        with self.assertLogs("odoo.addons.aftersales_evaluation", "WARNING") as logged:
            committed = self._send_by_job(batch_size=1)
        self.assertEqual(
            logged.output,
            [
                "WARNING:odoo.addons.aftersales_evaluation.models."
                "aftersales_evaluation_card:No evaluation card is mailed: "
                "aftersales_evaluation.mail_template_card is missing"
            ],
        )
        committed.assert_not_called()
        self.assertFalse(order.card_ids.date_sent, "the next run mails it")

    def test_without_the_template_nobody_mails_by_hand(self):
        order = self._create_done()
        self._delete_template()
        with self.assertRefused(UserError, "template of evaluation cards is missing"):
            order.card_ids.action_send()
        self.assertFalse(order.card_ids.date_sent)

    def _send_by_job(self, **kwargs):
        """Run the job; a batch is not committed here."""
        path = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
        with patch(path, return_value=60.0) as committed:
            self.cards._cron_send(**kwargs)
        return committed

    def test_cards_of_a_batch_cost_no_query_per_order(self):
        orders = self.env["aftersales.service.order"]
        for _number in range(12):
            orders |= self._create_work()
        self.env.flush_all()

        def queries(batch):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.cards._ensure(batch)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(orders[:1])
        self.assertEqual(queries(orders[1:3]), queries(orders[3:12]))

    def test_the_work_order_carries_the_code(self):
        order = self._create_work()
        html = self._render(order)
        self.assertIn("Scan the code when the work is finished", html)
        order.step_ids.is_done = True
        order.action_done()
        order.card_ids._answer(CardAnswer(5))
        self.assertNotIn("Scan the code when the work is finished", self._render(order))

    def _render(self, order):
        return (
            self.env["ir.actions.report"]
            ._render_qweb_html("aftersales_network.report_service_order", order.ids)[0]
            .decode()
        )


@tagged("post_install", "-at_install")
class TestEvaluationCardPage(VoiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_done()
        cls.card = cls.order.card_ids
        cls.path = f"/service-card/{cls.card.token}"

    def _csrf(self, html):
        return html.split('name="csrf_token" value="')[1].split('"')[0]

    def _post(self, path=None, **values):
        page = self.url_open(self.path)
        values["csrf_token"] = self._csrf(page.text)
        return self.url_open(f"{path or self.path}/answer", data=values)

    def test_a_customer_answers_without_a_login(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.order.name, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        done = self._post(score="4", recommend="9", solved="yes", comment="Fine")
        self.assertIn(ANSWERED, done.text)
        self.assertEqual(self.card.satisfaction_id.score, 4)

    def test_a_second_answer_is_not_taken(self):
        token = self._csrf(self.url_open(self.path).text)
        for score in ("5", "1"):
            page = self.url_open(
                f"{self.path}/answer", data={"score": score, "csrf_token": token}
            )
            self.assertIn(ANSWERED, page.text)
        self.assertEqual(self.order.satisfaction_ids.mapped("score"), [5])

    def test_a_half_filled_card_is_shown_again(self):
        page = self._post(recommend="8", comment="Almost <b>there</b>")
        self.assertIn("Please choose how many stars you give.", page.text)
        self.assertIn("Almost &lt;b&gt;there&lt;/b&gt;", page.text)
        self.assertRegex(page.text, r'value="8"[^>]*checked')
        self.assertFalse(self.card.date_answered)

    def test_any_wrong_link_gets_the_same_answer(self):
        token = self.card.token
        wrong = [token[:-1] + ("A" if token[-1] != "A" else "B"), "x", "a.b", "é", "0"]
        pages = [self.url_open(f"/service-card/{text}") for text in wrong]
        self.assertEqual({page.status_code for page in pages}, {404})
        bodies = {page.text.split('id="wrap"')[1].split("</main>")[0] for page in pages}
        self.assertEqual(len(bodies), 1)
        self.assertIn("This link is not valid", bodies.pop())

    def test_an_expired_card_says_so_to_its_own_customer(self):
        self.card.date_expiry = "2020-01-01"
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("This card has expired", page.text)
        self.assertNotIn("o_card_stars", page.text)

    def test_who_tries_many_links_has_to_wait(self):
        for number in range(GUESS_LIMIT):
            self.url_open(f"/service-card/guess{number}")
        self.assertEqual(self.url_open("/service-card/next").status_code, 429)
        self.assertEqual(self.url_open(self.path).status_code, 429)
        later = fields.Datetime.now() + timedelta(minutes=11)
        with freeze_time(later):
            guesses = self.env["aftersales.link.guess"]
            self.assertFalse(guesses._is_blocked("127.0.0.1"))

    def test_the_general_rating_links_do_not_work(self):
        rating = self.env["rating.rating"].search([], limit=1)
        self.card._answer(CardAnswer(2))
        rating = self.order.rating_ids
        rating.flush_recordset()
        self.env.cr.execute(
            "UPDATE rating_rating SET access_token = 'leaked' WHERE id = %s",
            [rating.id],
        )
        self.assertEqual(self.url_open("/rate/leaked/5").status_code, 404)
        page = self.url_open("/rate/leaked/submit_feedback")
        self.assertEqual(page.status_code, 404)
        self.assertEqual(rating.rating, 2)

    def test_the_confirm_page_leads_to_the_card(self):
        self.order.date_confirmed = fields.Datetime.now()
        page = self.url_open(self.order._get_confirm_url())
        self.assertIn(self.path, page.text)
        self.card._answer(CardAnswer(5))
        page = self.url_open(self.order._get_confirm_url())
        self.assertNotIn(self.path, page.text)

    def test_the_technician_shows_the_code_to_the_customer(self):
        self.user_portal.password = self.user_portal_b.password = "portal-word"
        self.authenticate(self.user_portal.login, "portal-word")
        page = f"/my/service-orders/{self.order.id}"
        self.assertIn(self.path, self.url_open(page).text)
        self.card._answer(CardAnswer(5))
        self.assertNotIn(self.path, self.url_open(page).text)
        other = self._create_done()
        self.authenticate(self.user_portal_b.login, "portal-word")
        foreign = self.url_open(f"/my/service-orders/{other.id}").text
        self.assertNotIn("/service-card/", foreign)

    def test_the_page_speaks_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.cause.with_context(lang="zh_CN").name = "来得太晚"
        self.assertNotIn("来得太晚", self.url_open(self.path).text)
        self.customer.lang = "zh_CN"
        self.assertIn("来得太晚", self.url_open(self.path).text)
