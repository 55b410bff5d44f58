import threading
from datetime import date

from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo.exceptions import LockError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase


@tagged("post_install", "-at_install")
class TestBoardRace(CommittedCase):
    """Two people act on one ballot at the same moment, on two connections."""

    def _prepare(self, env):
        group = env.ref("aftersales_network.group_head")
        users = env["res.users"].create(
            [
                {
                    "name": f"Race {number}",
                    "login": f"race_voter_{number}",
                    "group_ids": [Command.link(group.id)],
                }
                for number in range(2)
            ]
        )
        company = env["res.company"].create({"name": "Race Company"})
        users.company_ids |= company
        board = env["aftersales.board"].create(
            {
                "name": "Race Board",
                "company_id": company.id,
                "member_ids": [
                    Command.create({"user_id": u.id, "date_from": date(2020, 1, 1)})
                    for u in users
                ],
            }
        )
        promise = env["aftersales.promise"].create(
            {
                "name": "Race Promise",
                "text": "Soon.",
                "metric_code": "COMPR",
                "company_id": company.id,
            }
        )
        promise.action_ask_board()
        self.users, self.company = users.ids, company.id
        self.board, self.promise = board.id, promise.id
        self.ballot = promise.ballot_id.id

    def _remove(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["aftersales.ballot"].search(
                [("promise_id", "=", self.promise)]
            ).unlink()
            env["aftersales.promise"].browse(self.promise).unlink()
            env["aftersales.board"].browse(self.board).unlink()
            env["res.users"].browse(self.users).unlink()
            company = env["res.company"].browse(self.company)
            company.active = False
            company.name = f"Race Company {company.id}"

    def _ballot(self, cr, voter):
        env = self._env(cr)
        user = env["res.users"].browse(self.users[voter])
        ballot = env["aftersales.ballot"].browse(self.ballot)
        return ballot.with_user(user).with_company(self.company)

    def _choices(self):
        with self.registry.cursor() as cr:
            ballot = self._env(cr)["aftersales.ballot"].browse(self.ballot)
            return ballot.state, sorted(map(str, ballot.vote_ids.mapped("choice")))

    @mute_logger("odoo.sql_db")
    def test_two_votes_at_once_both_count(self):
        """The second waits for the first, begins again, and neither is lost."""
        one, two = self._cursor(), self._cursor()
        self._ballot(one, 0).action_vote_for()
        one.flush()
        errors = []

        def vote():
            try:
                self._ballot(two, 1).action_vote_against()
                two.commit()
            except SerializationFailure as error:
                errors.append(error)

        thread = threading.Thread(target=vote)
        thread.start()
        thread.join(0.5)
        self.assertTrue(thread.is_alive(), "the second waits for the first")
        one.commit()
        thread.join(10)
        self.assertEqual(len(errors), 1)
        # what the server does with such an error: begin again
        three = self._cursor()
        self._ballot(three, 1).action_vote_against()
        three.commit()
        self.assertEqual(self._choices(), ("open", ["against", "for"]))

    @mute_logger("odoo.sql_db")
    def test_nobody_counts_while_somebody_votes(self):
        first = self._cursor()
        self._ballot(first, 0).action_vote_for()
        first.commit()
        voter, closer = self._cursor(), self._cursor()
        self._ballot(voter, 1).action_vote_for()
        voter.flush()
        with self.assertRaises(LockError):
            self._ballot(closer, 0).action_close()
        closer.rollback()
        closer.execute("SELECT 1")
        voter.commit()
        # a count that began before that vote would not see it
        with self.assertRaises(SerializationFailure):
            self._ballot(closer, 0).action_close()
        closer.rollback()
        self._ballot(closer, 0).action_close()
        closer.commit()
        self.assertEqual(self._choices(), ("accepted", ["for", "for"]))

    @mute_logger("odoo.sql_db")
    def test_nobody_votes_while_it_is_counted(self):
        for number in range(2):
            member = self._cursor()
            self._ballot(member, number).action_vote_for()
            member.commit()
        closer, voter = self._cursor(), self._cursor()
        self._ballot(closer, 0).action_close()
        closer.flush()
        voter.execute("SET LOCAL lock_timeout = '1s'")
        with self.assertRaises(LockNotAvailable):
            self._ballot(voter, 1).action_vote_against()
        voter.rollback()
        closer.commit()
        self.assertEqual(self._choices(), ("accepted", ["for", "for"]))
