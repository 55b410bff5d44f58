from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.common import CONTEXT
from odoo.addons.aftersales_network.tests.race import CommittedCase

#: Deleted in this order: the column, whose ids it holds, and which of them.
REMOVED = (
    ("mail_message", "res_id", "escalation", "model = 'aftersales.escalation'"),
    ("mail_followers", "res_id", "escalation", "res_model = 'aftersales.escalation'"),
    ("mail_activity", "res_id", "escalation", "res_model = 'aftersales.escalation'"),
    ("aftersales_escalation", "id", "escalation", "TRUE"),
    ("mail_message", "res_id", "order", "model = 'aftersales.service.order'"),
    ("mail_followers", "res_id", "order", "res_model = 'aftersales.service.order'"),
    ("mail_activity", "res_id", "order", "res_model = 'aftersales.service.order'"),
    ("aftersales_service_order", "id", "order", "TRUE"),
)


@tagged("post_install", "-at_install")
class TestEscalationRace(CommittedCase):
    """Two reviewers on two real connections answer the same question."""

    def _prepare(self, env):
        self._create_users(
            env, "aftersales_network.group_technical_reviewer", "Race Reviewer"
        )
        partner = env["res.partner"].create({"name": "Race Customer"})
        kind = env.ref("aftersales_network.service_type_repair")
        order = env["aftersales.service.order"].create(
            {"partner_id": partner.id, "service_type_id": kind.id}
        )
        escalation = env["aftersales.escalation"].create(
            {"order_id": order.id, "subject": "Hums", "question": "What now?"}
        )
        self.partner_ids = partner.ids
        self.ids = {"escalation": escalation.ids, "order": order.ids}
        self.name = escalation.name

    def _remove(self):
        self._remove_rows(REMOVED, self.ids, self.partner_ids)

    def _escalation(self, cr, number):
        """The question, as one of the reviewers on a connection."""
        env = api.Environment(cr, self.user_ids[number], dict(CONTEXT))
        return env["aftersales.escalation"].browse(self.ids["escalation"])

    def test_the_first_answer_stays(self):
        one, two = self._cursor(), self._cursor()
        first = self._escalation(one, 0)
        first.write({"answer": "Change the capacitor.", "hours_spent": 1})
        first.action_answer()
        first.env.flush_all()
        with self.assertRaisesRegex(
            UserError, f"Somebody else is answering {self.name} at this moment."
        ):
            self._escalation(two, 1).action_answer()
        one.commit()
        # The second began before; the server repeats the request, which finds the
        # question answered.
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            second = self._escalation(two, 1)
            second.write({"answer": "Change the fan."})
            second.env.flush_all()
        two.rollback()
        with self.assertRaisesRegex(UserError, f"{self.name} is answered and stays"):
            self._escalation(two, 1).write({"answer": "Change the fan."})
        two.rollback()
        with self.assertRaisesRegex(UserError, "is in state “Answered”"):
            self._escalation(two, 1).action_answer()
        two.rollback()
        kept = self._escalation(two, 1)
        self.assertEqual(
            (kept.answer, kept.answered_by_id.id),
            ("Change the capacitor.", self.user_ids[0]),
        )
