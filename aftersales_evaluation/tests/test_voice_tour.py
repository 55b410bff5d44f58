from odoo.tests import HttpCase, tagged

from .voice_common import VoiceCommon


@tagged("post_install", "-at_install", "e2e")
class TestVoiceTour(VoiceCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_customer_answers_the_card_on_a_phone(self):
        order = self._create_done()
        self.start_tour(
            f"/service-card/{order.card_ids.token}", "aftersales_evaluation_card"
        )
        answer = order.satisfaction_ids
        self.assertEqual((answer.score, answer.recommend), (5, "10"))
        self.assertEqual(answer.comment, "Quick and friendly")
        self.assertEqual(order.card_ids.is_solved, "yes")

    def test_a_caller_works_through_the_list(self):
        order = self._create_closed()
        self.start_tour(
            "/odoo/aftersales-callbacks",
            "aftersales_callback_queue",
            login=self.user_centre.login,
        )
        self.assertEqual(order.callback_ids.state, "done")
        self.assertEqual(order.state, "in_progress")
        self.assertEqual(order.satisfaction_ids.comment, "Still warm")
