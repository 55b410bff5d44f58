from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.exceptions import LockError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.common import CONTEXT
from odoo.addons.aftersales_network.tests.race import CommittedCase

from ..tools.voice import CardAnswer


@tagged("post_install", "-at_install")
class TestVoiceAtOnce(CommittedCase):
    """Two real connections: a card sent twice, two callers, two closings."""

    def _prepare(self, env):
        self.user_ids = new_test_user(
            env,
            login="voice_race_caller",
            groups="aftersales_network.group_dispatcher",
            context=CONTEXT,
        ).ids
        partner = env["res.partner"].create({"name": "Race Customer"})
        order = env["aftersales.service.order"].create(
            {
                "partner_id": partner.id,
                "service_type_id": env.ref("aftersales_network.service_type_repair").id,
                "state": "closed",
                "complaint": "Race",
            }
        )
        self.card_id = env["aftersales.evaluation.card"]._ensure(order).id
        env["aftersales.callback"]._add(order, "manual")
        self.callback_id = order.callback_ids.id
        self.order_id, self.partner_id = order.id, partner.id

    def _remove(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            cr.execute(
                "DELETE FROM rating_rating WHERE aftersales_order_id = %s",
                [self.order_id],
            )
            cr.execute(
                "DELETE FROM aftersales_service_order WHERE id = %s", [self.order_id]
            )
            env["res.users"].browse(self.user_ids).unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _card(self, cr):
        return self._env(cr)["aftersales.evaluation.card"].browse(self.card_id)

    def _callback(self, cr):
        callback = self._env(cr)["aftersales.callback"].browse(self.callback_id)
        return callback.with_user(self.user_ids[0])

    def _scores(self):
        cr = self._cursor()
        cr.execute(
            "SELECT score FROM aftersales_satisfaction WHERE order_id = %s",
            [self.order_id],
        )
        return [score for (score,) in cr.fetchall()]

    def test_a_card_that_is_sent_twice_at_once(self):
        one, two = self._cursor(), self._cursor()
        self._card(one)._answer(CardAnswer(5))
        with self.assertRaises(LockError):
            self._card(two)._answer(CardAnswer(1))
        two.rollback()
        one.commit()
        with self.assertRaises(UserError):
            self._card(two)._answer(CardAnswer(1))
        self.assertEqual(self._scores(), [5])

    def test_a_page_opened_before_the_other_was_sent(self):
        one, two = self._cursor(), self._cursor()
        self._card(one)._answer(CardAnswer(5))
        one.commit()
        # The server repeats a request that fails so, and then sees the answer.
        with self.assertRaises(SerializationFailure), mute_logger("odoo.sql_db"):
            self._card(two)._answer(CardAnswer(1))
        two.rollback()
        with self.assertRaises(UserError):
            self._card(two)._answer(CardAnswer(1))
        self.assertEqual(self._scores(), [5])

    def test_two_callers_at_once(self):
        one, two = self._cursor(), self._cursor()
        self._callback(one)._record_call("reached", solved="yes", score=4)
        with self.assertRaises(LockError):
            self._callback(two)._record_call("no_answer")
        two.rollback()
        one.commit()
        with self.assertRaises(UserError):
            self._callback(two)._record_call("reached", solved="yes", score=1)
        self.assertEqual(self._scores(), [4])

    def test_an_order_enters_the_list_twice_at_once(self):
        with self.registry.cursor() as cr:
            self._callback(cr).sudo().write({"state": "done"})
        one, two = self._cursor(), self._cursor()
        orders = [
            self._env(cr)["aftersales.service.order"].browse(self.order_id)
            for cr in (one, two)
        ]
        orders[0].env["aftersales.callback"]._add(orders[0], "manual")
        one.commit()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            orders[1].env["aftersales.callback"]._add(orders[1], "manual")
            two.flush()
