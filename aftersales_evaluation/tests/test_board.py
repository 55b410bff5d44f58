from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .strategy_common import StrategyCommon


@tagged("post_install", "-at_install")
class TestBoard(StrategyCommon):
    # -- publication -----------------------------------------------------------------

    def test_publication_needs_the_votes_of_the_board(self):
        board = self._create_board()
        head = self.promise.with_user(self.user_head)
        self.assertEqual(head.board_id, board)
        with self.assertRaisesRegex(
            UserError, "needs the votes of “Strategy Committee” before"
        ):
            head.action_publish()
        ballot = self._ask()
        self.assertEqual(ballot.state, "open")
        with self.assertRaisesRegex(UserError, f"{ballot.name} is still open"):
            head.action_publish()
        self._cast(ballot, "against", "against", "for")
        ballot.with_user(self.user_head).action_close()
        self.assertEqual(ballot.state, "rejected")
        with self.assertRaisesRegex(UserError, "was not accepted by “Strategy"):
            head.action_publish()
        self.assertEqual(self.promise.state, "draft")
        head.text = "We do it better."
        again = self._ask()
        self.assertNotEqual(again, ballot)
        self._cast(again, "for", "against", "for")
        again.with_user(self.user_reviewer).action_close()
        self.assertEqual(again.state, "accepted")
        self.assertEqual(again.closed_by_id, self.user_reviewer)
        head.action_publish()
        self.assertEqual(self.promise.state, "published")

    def test_a_company_without_a_board_follows_its_setting(self):
        head = self.promise.with_user(self.user_head)
        self.assertEqual(self.company.aftersales_promise_without_board, "head")
        self.company.aftersales_promise_without_board = "refuse"
        with self.assertRaisesRegex(UserError, "needs the votes of a board, and"):
            head.action_publish()
        with self.assertRaisesRegex(UserError, "No board decides about “On site"):
            head.action_ask_board()
        self.company.aftersales_promise_without_board = "head"
        head.action_publish()
        self.assertEqual(self.promise.state, "published")

    def test_the_board_of_the_region_decides_for_its_promises(self):
        central = self._create_board()
        south = self._create_board(
            self.user_dispatcher, name="Board South", centre_id=self.centre.id
        )
        self.assertEqual(self.promise.board_id, central)
        regional = self._create_promise(name="South", centre_id=self.centre.id)
        self.assertEqual(regional.board_id, south)
        north = self._create_promise(name="North", centre_id=self.centre_b.id)
        self.assertEqual(north.board_id, central)
        # a ballot of the company's board is no decision of the region's one
        south.active = False
        ballot = self._ask(regional)
        self.assertEqual(ballot.board_id, central)
        self._cast(ballot, "for", "for", "for")
        ballot.with_user(self.user_head).action_close()
        south.active = True
        regional.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "needs the votes of “Board South”"):
            regional.with_user(self.user_head).action_publish()

    def test_what_is_put_to_the_vote_keeps_its_wording(self):
        self._create_board()
        ballot = self._ask()
        head = self.promise.with_user(self.user_head)
        refusal = f"was put to the vote in ballot {ballot.name}"
        for change in ({"text": "Other"}, {"target_value": 1}, {"centre_id": 0}):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(UserError, refusal),
            ):
                head.write(change)
        with self.assertRaisesRegex(UserError, refusal):
            head.update_field_translations("text", {"en_US": "Other"})
        with self.assertRaisesRegex(UserError, refusal):
            head.action_ask_board()
        self._cast(ballot, "for", "for", "for")
        ballot.with_user(self.user_head).action_close()
        with self.assertRaisesRegex(UserError, refusal):
            head.text = "Other"
        ballot.with_user(self.user_head)._cancel("Wrong figure")
        self.assertEqual(ballot.state, "cancelled")
        head.text = "Other"
        with self.assertRaisesRegex(UserError, "needs the votes"):
            head.action_publish()
        with self.assertRaisesRegex(UserError, "was voted on and its ballots are kept"):
            head.unlink()

    def test_an_accepted_ballot_of_a_published_promise_is_kept(self):
        self._create_board()
        ballot = self._ask()
        self._cast(ballot, "for", "for", "for")
        ballot.with_user(self.user_head).action_close()
        self.promise.with_user(self.user_head).action_publish()
        with self.assertRaisesRegex(UserError, "was published after ballot"):
            ballot.with_user(self.user_head)._cancel("No")
        with self.assertRaisesRegex(UserError, "has voted and its ballots are kept"):
            ballot.board_id.unlink()

    # -- voting ----------------------------------------------------------------------

    def test_one_vote_each_changeable_until_closed(self):
        self._create_board()
        ballot = self._ask()
        asked = ballot.activity_ids.user_id
        self.assertEqual(asked, self.voters)
        mine = ballot.with_user(self.user_service)
        self.assertTrue(mine.may_vote)
        self.assertFalse(mine.own_choice)
        mine.action_vote_against()
        self.assertEqual(mine.own_choice, "against")
        self.assertEqual(ballot.activity_ids.user_id, self.voters - self.user_service)
        mine.action_vote_for()
        vote = ballot.vote_ids.filtered(lambda v: v.user_id == self.user_service)
        self.assertEqual((len(vote), vote.choice), (1, "for"))
        self.assertTrue(vote.date)
        self.assertEqual((ballot.votes_for, ballot.taken_part_count), (1, 1))
        self._cast(ballot, "for", None, "abstain")
        ballot.with_user(self.user_head).action_close()
        with self.assertRaisesRegex(UserError, "is in state “Carried”"):
            mine.action_vote_against()

    def test_only_members_of_the_opening_day_vote(self):
        board = self._create_board()
        ballot = self._ask()
        with self.assertRaisesRegex(AccessError, "You were no member of “Strategy"):
            ballot.with_user(self.user_head).action_vote_for()
        board.member_ids = [
            Command.create({"user_id": self.user_head.id, "date_from": "2020-01-01"})
        ]
        self.assertEqual(ballot.member_count, 3)
        with self.assertRaises(AccessError):
            ballot.with_user(self.user_head).action_vote_for()
        board.member_ids.filtered(
            lambda m: m.user_id == self.user_service
        ).date_to = date(2021, 1, 1)
        ballot.with_user(self.user_service).action_vote_for()
        self.assertEqual(board.member_count, 3)

    def test_counting_waits_for_everybody_or_for_the_last_day(self):
        board = self._create_board(vote_days=3)
        with freeze_time("2026-03-02 04:00:00"):
            ballot = self._ask()
            self.assertEqual(ballot.date_due, date(2026, 3, 5))
            self._cast(ballot, "for", "for")
            with self.assertRaisesRegex(UserError, "have not voted yet: Test Clerk"):
                ballot.with_user(self.user_head).action_close()
        with freeze_time("2026-03-06 04:00:00"):
            with self.assertRaisesRegex(UserError, "The last day to vote in ballot"):
                ballot.with_user(self.user_clerk).action_vote_against()
            ballot.with_user(self.user_head).action_close()
        self.assertEqual(ballot.state, "accepted")
        self.assertEqual(ballot.rule_text, board.rule_text)

    def test_quorum_and_tie(self):
        self._create_board(self.voters | self.user_dispatcher, quorum_percent=75)
        for choices, state in (
            (("for", "for", None, None), "no_quorum"),
            (("for", "against", "abstain", None), "rejected"),
            (("for", "for", "abstain", None), "accepted"),
        ):
            with self.subTest(choices=choices), freeze_time("2026-03-02 04:00:00"):
                promise = self._create_promise()
                ballot = self._ask(promise)
                self._cast(ballot, *choices)
                with freeze_time("2026-04-02 04:00:00"):
                    ballot.with_user(self.user_head).action_close()
                self.assertEqual(ballot.state, state)

    def test_the_chair_decides_a_tie(self):
        board = self._create_board(self.user_reviewer | self.user_clerk)
        board.tie_rule = "chair"
        for choices, state in (
            (("for", "against"), "accepted"),
            (("against", "for"), "rejected"),
        ):
            ballot = self._ask(self._create_promise())
            self.assertEqual(ballot.chair_id, self.user_reviewer)
            self._cast(ballot, *choices)
            self.assertTrue(ballot.is_tie)
            ballot.with_user(self.user_reviewer).action_close()
            self.assertEqual(ballot.state, state)

    def test_a_ballot_keeps_the_rule_it_was_opened_with(self):
        board = self._create_board()
        ballot = self._ask()
        board.write(
            {
                "majority_numerator": 1,
                "majority_denominator": 1,
                "is_strict": False,
                "majority_base": "all",
            }
        )
        self._cast(ballot, "for", "for", "against")
        ballot.with_user(self.user_head).action_close()
        self.assertEqual(ballot.state, "accepted")

    def test_the_job_counts_what_is_over_once(self):
        self._create_board(vote_days=1)
        with freeze_time("2026-03-02 04:00:00"):
            ballot = self._ask()
            self._cast(ballot, "for", "for")
        later = self._ask(self._create_promise())
        self.env.flush_all()
        for _time in range(2):
            with (
                freeze_time("2026-03-05 04:00:00"),
                self.enter_registry_test_mode(),
                self.registry.cursor() as cr,
            ):
                env = self.env(cr=cr, user=1)
                env["aftersales.ballot"]._cron_close_ballots()
            self.env.invalidate_all()
        self.assertEqual((ballot.state, later.state), ("accepted", "open"))
        self.assertFalse(ballot.closed_by_id)
        self.assertFalse(ballot.activity_ids)

    # -- bad input -------------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_bad_boards(self):
        board = self._create_board()
        for bad, error in (
            ({"quorum_percent": 0}, CheckViolation),
            ({"quorum_percent": 101}, CheckViolation),
            ({"majority_numerator": 3}, CheckViolation),
            ({"majority_numerator": 2}, CheckViolation),
            ({"vote_days": 0}, CheckViolation),
        ):
            with (
                self.subTest(bad=bad),
                self.assertRaises(error),
                self.cr.savepoint(),
            ):
                board.write(bad)
                self.env.flush_all()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_board(self.user_clerk)
        Member = self.env["aftersales.board.member"]
        twice = {"board_id": board.id, "user_id": self.user_clerk.id}
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            Member.create(twice)
        chair = {"board_id": board.id, "user_id": self.user_hr.id, "is_chair": True}
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            Member.create(chair)
        for stranger in (self.user_portal, self.env.ref("base.public_user")):
            with self.assertRaisesRegex(ValidationError, "has no after-sales role"):
                Member.create({"board_id": board.id, "user_id": stranger.id})

    def test_a_board_that_nobody_belongs_to(self):
        board = self._create_board()
        board.member_ids.date_to = date(2020, 12, 31)
        with self.assertRaisesRegex(UserError, "has no member today"):
            self._ask()

    # -- rights ----------------------------------------------------------------------

    def test_votes_cannot_be_forged(self):
        self._create_board()
        ballot = self._ask()
        vote = ballot.vote_ids[:1]
        head = ballot.with_user(self.user_head)
        for user in (self.user_head, vote.user_id):
            with self.assertRaises(AccessError):
                vote.with_user(user).write({"choice": "for"})
            with self.assertRaises(AccessError):
                self.env["aftersales.ballot.vote"].with_user(user).create(
                    {"ballot_id": ballot.id, "user_id": user.id, "choice": "for"}
                )
        for vals in (
            {"state": "accepted"},
            {"quorum_percent": 1},
            {"vote_ids": [Command.clear()]},
            {"promise_id": self._create_promise().id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                head.with_context(aftersales_flow=True, default_state="accepted").write(
                    vals
                )
        with self.assertRaises(UserError):
            head.create({"promise_id": self.promise.id, "board_id": ballot.board_id.id})
        with self.assertRaises(AccessError):
            head.unlink()
        for user in (self.user_service, self.user_auditor):
            with self.assertRaises(AccessError):
                ballot.with_user(user).action_close()
            with self.assertRaises(AccessError):
                ballot.with_user(user)._cancel("no")
        self.assertEqual(ballot.state, "open")

    def test_roles(self):
        board = self._create_board()
        ballot = self._ask()
        for role in ("service", "auditor", "head", "centre", "clerk"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                self.assertTrue(ballot.with_user(user).has_access("read"))
                self.assertFalse(board.with_user(user).has_access("write"))
        self.assertTrue(board.with_user(self.user_admin).has_access("write"))
        for records in (board, ballot, ballot.vote_ids):
            with self.assertRaises(AccessError):
                records.with_user(self.user_portal).check_access("read")

    def test_another_company(self):
        board = self._create_board(
            self.env["res.users"], name="Foreign", company_id=self.company_b.id
        )
        self.assertFalse(self.promise.board_id)
        found = self.env["aftersales.board"].with_user(self.user_head).search([])
        self.assertNotIn(board, found.with_env(self.env))
        with self.assertRaisesRegex(ValidationError, "has no after-sales role in"):
            self.env["aftersales.board.member"].create(
                {"board_id": board.id, "user_id": self.user_head.id}
            )

    def test_forms(self):
        with Form(self.env["aftersales.board"]) as form:
            form.name = "By form"
            with form.member_ids.new() as member:
                member.user_id = self.user_head
        self.assertEqual(
            form.record.rule_text,
            "Quorum 50 %; more than 1/2 of: Votes For and Against; with a tie: Not "
            "Carried",
        )
        form.record.is_strict = False
        self.assertIn("at least 1/2", form.record.rule_text)
