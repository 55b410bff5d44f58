from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.common import CONTEXT
from odoo.addons.aftersales_network.tests.race import CommittedCase

from .race_common import RaceCommon

#: Deleted in this order; the column and whose ids it holds.
REMOVED = (
    ("mail_message", "res_id", "claim", "model = 'aftersales.claim'"),
    ("mail_followers", "res_id", "claim", "res_model = 'aftersales.claim'"),
    ("mail_activity", "res_id", "claim", "res_model = 'aftersales.claim'"),
    ("aftersales_claim_check", "claim_id", "claim", "TRUE"),
    ("aftersales_claim_line", "claim_id", "claim", "TRUE"),
    ("aftersales_claim", "id", "claim", "TRUE"),
    ("mail_followers", "res_id", "point", "res_model = 'aftersales.service.point'"),
    ("mail_message", "res_id", "point", "model = 'aftersales.service.point'"),
    ("aftersales_service_point", "id", "point", "TRUE"),
)


@tagged("post_install", "-at_install")
class TestTwoClerks(CommittedCase):
    """Two clerks on two real connections; nothing here is rolled back."""

    def _prepare(self, env):
        self._create_users(
            env, "aftersales_network.group_settlement_clerk", "Race Clerk"
        )
        partner = env["res.partner"].create({"name": "Race Point"})
        point = env["aftersales.service.point"].create(
            {"name": "Race Point", "state": "active", "partner_id": partner.id}
        )
        claim = env["aftersales.claim"].create(
            {
                "service_point_id": point.id,
                "line_ids": [
                    Command.create(
                        {"kind": "other", "name": "Race", "amount_claimed": 100.0}
                    )
                ],
            }
        )
        claim.action_submit()
        self.ids = {"claim": claim.ids, "point": point.ids, "partner": partner.ids}
        self.name = claim.name

    def _remove(self):
        self._remove_rows(REMOVED, self.ids, self.ids["partner"])

    def _claim(self, cr, number):
        """The claim, as one of the clerks on a connection."""
        env = api.Environment(cr, self.user_ids[number], dict(CONTEXT))
        return env["aftersales.claim"].browse(self.ids["claim"])

    def test_two_clerks_approve(self):
        one, two = self._cursor(), self._cursor()
        self._claim(one, 0).action_approve()
        self._claim(one, 0).env.flush_all()
        message = (
            f"Somebody else is working on {self.name} at this moment. Reload the page "
            "and look again."
        )
        with self.assertRaisesRegex(UserError, message):
            self._claim(two, 1).action_approve()
        one.commit()
        # The second began before and cannot overlook the first any more; the
        # server then repeats the request, which finds the claim decided.
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            self._claim(two, 1).action_approve()
        two.rollback()
        with self.assertRaisesRegex(
            UserError, f"{self.name} is not waiting for a decision."
        ):
            self._claim(two, 1).action_approve()
        two.rollback()
        claim = self._claim(two, 1)
        self.assertEqual(
            (claim.state, claim.decided_by_id.id), ("approved", self.user_ids[0])
        )

    def test_two_clerks_decide_a_line(self):
        one, two = self._cursor(), self._cursor()
        self._claim(one, 0).line_ids.write({"decide_amount": 100.0})
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            self._claim(two, 1).line_ids.write({"decide_amount": 100.0})
        self._claim(one, 0).env.flush_all()
        one.commit()
        two.rollback()
        with self.assertRaisesRegex(
            UserError, f"{self.name} was taken up by Race Clerk A. Take it over before"
        ):
            self._claim(two, 1).line_ids.write({"decide_amount": 100.0})

    def test_two_decisions_on_the_money_of_a_line(self):
        one, two = self._cursor(), self._cursor()
        self._claim(one, 0).line_ids._lock_money()
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            self._claim(two, 1).line_ids._lock_money()
        one.commit()
        # The entries of the first are not in the view of the second: it starts anew.
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            self._claim(two, 1).line_ids._lock_money()
        two.rollback()
        self._claim(two, 1).line_ids._lock_money()

    def test_one_refuses_while_the_other_sends_back(self):
        one, two = self._cursor(), self._cursor()
        claim = self._claim(one, 0)
        claim._reject(claim.env.ref("aftersales_warranty.claim_reason_ew"))
        claim.env.flush_all()
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            self._claim(two, 1)._send_back("Photo missing")
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            self._claim(two, 1).action_take_over()
        one.rollback()
        self._claim(two, 1)._send_back("Photo missing")
        self.assertEqual(self._claim(two, 1).state, "sent_back")


@tagged("post_install", "-at_install")
class TestAppealRace(RaceCommon):
    def test_a_line_is_appealed_once(self):
        row = {
            "id": 1,
            "name": "A",
            "claim_line_id": 5,
            "state": "draft",
            "reason": "x",
        }
        twin = {**row, "id": 2, "name": "B"}
        table = "aftersales_claim_appeal"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsInstance(
            self._race(table, {**row, "state": "withdrawn"}, twin), UniqueViolation
        )
        self.assertIsNone(self._race(table, row, {**twin, "claim_line_id": 6}))
