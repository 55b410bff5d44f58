from datetime import date

from odoo.fields import Command

from .common import EvaluationCommon


class StrategyCommon(EvaluationCommon):
    """A board of three (a reviewer in the chair) and a draft promise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_head_b = cls._create_head("aftersales_head_b")
        cls.voters = cls.user_reviewer | cls.user_service | cls.user_clerk
        cls.promise = cls._create_promise(name="On site in a day")

    @classmethod
    def _create_board(cls, voters=None, chair=None, **vals):
        """A board of the voters since long ago; the first one has the chair."""
        voters = cls.voters if voters is None else voters
        chair = chair or voters[:1]
        return cls.env["aftersales.board"].create(
            {
                "name": "Strategy Committee",
                "member_ids": [
                    Command.create(
                        {
                            "user_id": user.id,
                            "is_chair": user == chair,
                            "date_from": date(2020, 1, 1),
                        }
                    )
                    for user in voters
                ],
                **vals,
            }
        )

    def _ask(self, promise=None):
        """Put a promise to the vote as head of service; the ballot."""
        promise = promise or self.promise
        promise.with_user(self.user_head).action_ask_board()
        return promise.ballot_id

    def _cast(self, ballot, *choices):
        """Votes of the members in their order."""
        steps = {
            "for": "action_vote_for",
            "against": "action_vote_against",
            "abstain": "action_abstain",
        }
        for user, choice in zip(ballot.vote_ids.user_id, choices, strict=False):
            if choice:
                getattr(ballot.with_user(user), steps[choice])()
