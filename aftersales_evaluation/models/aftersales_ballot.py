from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP

from ..tools import board_vote
from .aftersales_board import MAJORITY_BASES, TIE_RULES

BALLOT_STATES = [
    ("open", "Open"),
    ("accepted", "Carried"),
    ("rejected", "Not Carried"),
    ("no_quorum", "No Quorum"),
    ("cancelled", "Cancelled"),
]
#: What a ballot takes over from its board when it is opened.
RULE_FIELDS = (
    "quorum_percent",
    "majority_numerator",
    "majority_denominator",
    "is_strict",
    "majority_base",
    "tie_rule",
)


class AftersalesBallot(models.Model):
    """Vote of a board on one version of a promise.

    Rule and members are those of the day it was opened. Each member has one vote
    and may change it until the ballot is closed; what was counted is kept.
    """

    _name = "aftersales.ballot"
    _description = "Ballot"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_open desc, id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, default="/")
    promise_id = fields.Many2one(
        "aftersales.promise",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    promise_text = fields.Text(related="promise_id.text", string="Put to the Vote")
    board_id = fields.Many2one(
        "aftersales.board",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="promise_id.company_id", store=True, index=True, precompute=True
    )
    state = fields.Selection(
        BALLOT_STATES,
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    quorum_percent = fields.Integer("Quorum (%)", readonly=True)
    majority_numerator = fields.Integer("Majority", readonly=True)
    majority_denominator = fields.Integer("Majority out of", readonly=True)
    is_strict = fields.Boolean("More Than This Share", readonly=True)
    majority_base = fields.Selection(MAJORITY_BASES, "Counted of", readonly=True)
    tie_rule = fields.Selection(TIE_RULES, "With a Tie", readonly=True)
    rule_text = fields.Char("Rule", readonly=True)
    chair_id = fields.Many2one("res.users", readonly=True)
    date_open = fields.Datetime("Opened on", readonly=True, default=fields.Datetime.now)
    opened_by_id = fields.Many2one("res.users", readonly=True)
    date_due = fields.Date("Last Day to Vote", readonly=True)
    date_last_vote = fields.Datetime("Last Vote", readonly=True)
    date_closed = fields.Datetime("Closed on", readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", readonly=True, help="Empty: closed by the job on the day after."
    )
    cancel_reason = fields.Text(readonly=True)
    vote_ids = fields.One2many("aftersales.ballot.vote", "ballot_id", "Votes")
    member_count = fields.Integer("Members", compute="_compute_counts")
    quorum_count = fields.Integer(
        "Must Take Part", compute="_compute_counts", help="Quorum in whole people."
    )
    taken_part_count = fields.Integer("Took Part", compute="_compute_counts")
    votes_for = fields.Integer("In Favour", compute="_compute_counts")
    votes_against = fields.Integer("Against", compute="_compute_counts")
    abstentions = fields.Integer("Abstained", compute="_compute_counts")
    is_tie = fields.Boolean("Tie", compute="_compute_counts")
    own_choice = fields.Selection(
        [("for", "In Favour"), ("against", "Against"), ("abstain", "Abstained")],
        "My Vote",
        compute="_compute_own_choice",
    )
    may_vote = fields.Boolean(compute="_compute_own_choice")
    may_close = fields.Boolean(compute="_compute_own_choice")

    _FLOW_FIELDS = frozenset(
        (
            "name",
            "promise_id",
            "board_id",
            "state",
            *RULE_FIELDS,
            "rule_text",
            "chair_id",
            "date_open",
            "opened_by_id",
            "date_due",
            "date_last_vote",
            "date_closed",
            "closed_by_id",
            "cancel_reason",
            "vote_ids",
        )
    )

    _one_running = models.UniqueIndex(
        "(promise_id) WHERE state IN ('open', 'accepted')",
        "This version of the promise is voted on already, or was accepted.",
    )

    @api.depends("vote_ids.choice")
    def _compute_counts(self):
        for ballot in self:
            outcome = ballot._get_outcome()
            ballot.member_count = outcome.members
            ballot.quorum_count = outcome.quorum
            ballot.taken_part_count = outcome.taken_part
            ballot.votes_for = outcome.votes_for
            ballot.votes_against = outcome.votes_against
            ballot.abstentions = outcome.abstentions
            ballot.is_tie = outcome.is_tie

    @api.depends("state", "vote_ids.choice")
    @api.depends_context("uid")
    def _compute_own_choice(self):
        user = self.env.user
        is_head = user.has_group(HEAD_GROUP)
        for ballot in self:
            mine = ballot.vote_ids.filtered(lambda vote: vote.user_id == user)
            is_open = ballot.state == "open"
            ballot.own_choice = mine.choice
            ballot.may_vote = is_open and bool(mine)
            ballot.may_close = is_open and (is_head or ballot.chair_id == user)

    @api.depends("name", "promise_id.display_name")
    def _compute_display_name(self):
        for ballot in self:
            ballot.display_name = f"{ballot.name} {ballot.promise_id.display_name}"

    @api.model_create_multi
    def create(self, vals_list):
        """Number new ballots."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, "aftersales.ballot")
        return super().create(vals_list)

    def _get_outcome(self):
        """What the votes so far amount to, by the rule of the ballot."""
        self.ensure_one()
        rule = board_vote.Rule(*(self[name] for name in RULE_FIELDS))
        chair = self.vote_ids.filtered(lambda vote: vote.user_id == self.chair_id)
        return board_vote.decide(self.vote_ids.mapped("choice"), rule, chair.choice)

    @api.model
    def _open_for(self, promise, board):
        """Open the ballot on a promise; the promise's step has checked the rights.

        :return: the ballot, as superuser
        """
        members = board.sudo()._get_voters()
        today = promise.company_id._get_aftersales_today()
        # Nobody may create ballots or votes but this step.
        ballot_sudo = self.sudo().create(
            {
                "promise_id": promise.id,
                "board_id": board.id,
                **{name: board.sudo()[name] for name in RULE_FIELDS},
                "rule_text": board.sudo().rule_text,
                "chair_id": members.filtered("is_chair").user_id.id,
                "opened_by_id": self.env.uid,
                "date_due": fields.Date.add(today, days=board.sudo().vote_days),
                "vote_ids": [
                    Command.create({"user_id": user.id}) for user in members.user_id
                ],
            }
        )
        ballot_sudo._ask_members()
        return ballot_sudo

    def _ask_members(self):
        """Give every member an activity until the last day to vote."""
        todo = self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": todo.id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": ballot.id,
                    "user_id": vote.user_id.id,
                    "date_deadline": ballot.date_due,
                    "summary": ballot.with_context(lang=vote.user_id.lang).env._(
                        "Vote on “%(promise)s”", promise=ballot.promise_id.name
                    ),
                }
                for ballot in self
                for vote in ballot.vote_ids
            ]
        )

    # -- voting ----------------------------------------------------------------------

    def action_vote_for(self):
        """Vote for the promise, or change the vote to it."""
        self._vote("for")

    def action_vote_against(self):
        """Vote against the promise, or change the vote to it."""
        self._vote("against")

    def action_abstain(self):
        """Take part without a vote for or against."""
        self._vote("abstain")

    def _vote(self, choice):
        """Record the choice of the current user.

        :param choice: ``for``, ``against`` or ``abstain``
        :raise UserError: a ballot that is closed or over
        :raise AccessError: somebody who was no member when it was opened
        """
        self.ensure_one()
        self.check_access("read")
        # Members only read ballots; their own vote is the one thing they change.
        ballot_sudo = self.sudo()
        # Whoever counts at this moment has to begin again with this vote.
        ballot_sudo.date_last_vote = fields.Datetime.now()
        ballot_sudo.flush_recordset()
        ballot_sudo._check_votable()
        user = self.env.user
        vote_sudo = ballot_sudo.vote_ids.filtered(lambda vote: vote.user_id == user)
        if not vote_sudo:
            raise AccessError(
                self.env._(
                    "You were no member of “%(board)s” when the ballot %(ballot)s was "
                    "opened, so you have no vote in it.",
                    board=ballot_sudo.board_id.name,
                    ballot=ballot_sudo.name,
                )
            )
        vote_sudo.write({"choice": choice, "date": fields.Datetime.now()})
        ballot_sudo.activity_unlink(["mail.mail_activity_data_todo"], user_id=user.id)

    def _check_votable(self):
        """Refuse votes in a ballot that is closed or whose last day is over."""
        self._check_flow_state("open")
        if self.date_due < self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "The last day to vote in ballot %(ballot)s is over.",
                    ballot=self.name,
                )
            )

    # -- counting --------------------------------------------------------------------

    def action_close(self):
        """Count the votes: when everybody has voted, or after the last day.

        :raise AccessError: neither the chair nor a head of service
        :raise UserError: votes are missing and there is time left
        """
        self.check_access("read")
        for ballot in self:
            if not ballot.may_close and ballot.state == "open":
                raise AccessError(
                    self.env._(
                        "Ballot %(ballot)s is closed by its chair or by the head of "
                        "service.",
                        ballot=ballot.name,
                    )
                )
        # The chair only reads ballots.
        ballots_sudo = self.sudo()
        ballots_sudo.lock_for_update()
        ballots_sudo._check_flow_state("open")
        ballots_sudo._check_closable()
        ballots_sudo._count(self.env.user)

    def _check_closable(self):
        """Refuse to count early: a vote that may still come can change the result."""
        for ballot in self:
            missing = ballot.vote_ids.filtered(lambda vote: not vote.choice)
            today = ballot.company_id._get_aftersales_today()
            if missing and ballot.date_due >= today:
                raise UserError(
                    self.env._(
                        "Ballot %(ballot)s is open until %(date)s and these members "
                        "have not voted yet: %(members)s.",
                        ballot=ballot.name,
                        date=format_date(self.env, ballot.date_due),
                        members=", ".join(missing.user_id.mapped("name")),
                    )
                )

    def _count(self, user=None):
        """Close open ballots with the result of their votes.

        :param user: who closes them; nobody where the job does
        """
        for ballot in self:
            ballot._write_flow(
                {
                    "state": ballot._get_outcome().status,
                    "date_closed": fields.Datetime.now(),
                    "closed_by_id": user.id if user else False,
                }
            )
        # Only one ballot of a promise may run: the next one looks at the database.
        self.flush_recordset(["state"])
        self.activity_unlink(["mail.mail_activity_data_todo"])

    @api.model
    def _cron_close_ballots(self):
        """Count ballots whose last day is over; a second run finds none."""
        cron = self.env["ir.cron"]
        due = self.browse()
        companies = self._read_group([("state", "=", "open")], ["company_id"])
        for (company,) in companies:
            due |= self.search(
                Domain("state", "=", "open")
                & Domain("company_id", "=", company.id)
                & Domain("date_due", "<", company._get_aftersales_today())
            )
        left = cron._commit_progress(remaining=len(due))
        for ballot in due:
            if left <= 0:
                return
            # Somebody may be closing it at this moment.
            ballot.try_lock_for_update().filtered(lambda b: b.state == "open")._count()
            left = cron._commit_progress(1)

    def action_ask_cancel(self):
        """Ask why the ballot, or what it decided, is given up."""
        self._check_flow_state("open", "accepted")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Give up a ballot, so that the promise can be changed and voted on again.

        :param reason: kept with the ballot
        :raise UserError: a promise that is published by this ballot
        """
        self._check_flow_state("open", "accepted")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why the ballot is given up."))
        told = self.filtered(lambda b: b.promise_id.state != "draft")[:1]
        if told:
            raise UserError(
                self.env._(
                    "“%(promise)s” was published after ballot %(ballot)s; its votes "
                    "are kept. Withdraw the promise instead.",
                    promise=told.promise_id.name,
                    ballot=told.name,
                )
            )
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        self.flush_recordset(["state"])
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])


class AftersalesBallotVote(models.Model):
    """Vote of one member in one ballot; evidence, written by the voting alone."""

    _name = "aftersales.ballot.vote"
    _description = "Board Vote"
    _order = "ballot_id, id"
    _rec_name = "user_id"

    ballot_id = fields.Many2one(
        "aftersales.ballot",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="ballot_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Member",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    choice = fields.Selection(
        [("for", "In Favour"), ("against", "Against"), ("abstain", "Abstained")],
        "Vote",
        readonly=True,
    )
    date = fields.Datetime("Voted on", readonly=True)

    _member_uniq = models.UniqueIndex(
        "(ballot_id, user_id)", "A member has one vote in a ballot."
    )
