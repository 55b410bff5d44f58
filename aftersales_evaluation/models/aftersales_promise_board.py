from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_ballot import BALLOT_STATES


class AftersalesPromise(models.Model):
    """A promise is published only with the votes of its board."""

    _inherit = "aftersales.promise"

    board_id = fields.Many2one(
        "aftersales.board",
        "Decided by",
        compute="_compute_board_id",
        help="Board of the region, else of the company.",
    )
    ballot_ids = fields.One2many("aftersales.ballot", "promise_id", "Ballots")
    ballot_id = fields.Many2one(
        "aftersales.ballot", "Last Ballot", compute="_compute_ballot_id"
    )
    ballot_state = fields.Selection(
        BALLOT_STATES, "Result of the Vote", compute="_compute_ballot_id"
    )

    @api.depends("company_id", "centre_id")
    def _compute_board_id(self):
        for promise in self:
            promise.board_id = promise._get_deciding_board()

    def _get_deciding_board(self):
        """Board of the region, else of the company, as it is now."""
        self.ensure_one()
        Board = self.env["aftersales.board"]
        return Board._get_board(self.company_id, self.centre_id)

    @api.depends("ballot_ids.state")
    def _compute_ballot_id(self):
        for promise in self:
            promise.ballot_id = promise.ballot_ids.sorted(lambda b: b.id)[-1:]
            promise.ballot_state = promise.ballot_id.state

    def _check_unpublished(self):
        """Keep the wording that a board votes on or has accepted, too."""
        result = super()._check_unpublished()
        for ballot in self.ballot_ids:
            if ballot.state in ("open", "accepted"):
                raise UserError(
                    self.env._(
                        "“%(promise)s” was put to the vote in ballot %(ballot)s and "
                        "keeps its wording. Cancel that ballot first.",
                        promise=ballot.promise_id.name,
                        ballot=ballot.name,
                    )
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_voted(self):
        voted = self.filtered("ballot_ids")[:1]
        if voted:
            raise UserError(
                self.env._(
                    "“%(promise)s” was voted on and its ballots are kept. Archive it "
                    "instead.",
                    promise=voted.name,
                )
            )

    def action_ask_board(self):
        """Put drafts to the vote of their board.

        :raise UserError: no board, or a ballot that runs or was accepted
        """
        self.check_access("write")
        self._check_flow_state("draft")
        self._check_publishable()
        for promise in self:
            if not promise._get_deciding_board():
                raise UserError(
                    self.env._(
                        "No board decides about “%(promise)s” in %(company)s. Set one "
                        "up under Configuration first.",
                        promise=promise.name,
                        company=promise.company_id.name,
                    )
                )
            promise._check_unpublished()
        for promise in self:
            board = promise._get_deciding_board()
            self.env["aftersales.ballot"]._open_for(promise, board)

    def action_publish(self):
        """Publish only what the board has accepted.

        :raise UserError: naming the board and what is missing
        """
        self._check_flow_state("draft")
        self._check_publishable()
        for promise in self:
            promise._check_board()
        return super().action_publish()

    def _check_board(self):
        """The board's votes, or the company's explicit setting for having none."""
        self.ensure_one()
        board = self._get_deciding_board()
        if not board:
            self._check_decided_without_board()
            return
        ballots = self.ballot_ids.filtered(lambda b: b.board_id == board)
        last = ballots.sorted(lambda b: b.id)[-1:]
        if last.state == "accepted":
            return
        raise UserError(self._get_board_refusal(board, last))

    def _check_decided_without_board(self):
        """Refuse where the company insists on a board but has none."""
        # The setting of the company is no secret of it.
        if self.company_id.sudo().aftersales_promise_without_board != "head":
            raise UserError(
                self.env._(
                    "“%(promise)s” needs the votes of a board, and %(company)s has "
                    "none. Set one up, or let the head of service decide in the "
                    "settings.",
                    promise=self.name,
                    company=self.company_id.name,
                )
            )

    def _get_board_refusal(self, board, ballot):
        """Why the promise is not published yet.

        :param ballot: the last one of the board; may be empty
        """
        values = {
            "promise": self.display_name,
            "board": board.sudo().name,
            "ballot": ballot.name,
        }
        if ballot.state == "open":
            return self.env._(
                "“%(promise)s” is before “%(board)s”: ballot %(ballot)s is still open.",
                **values,
            )
        if ballot.state in ("rejected", "no_quorum"):
            return self.env._(
                "“%(promise)s” was not accepted by “%(board)s” in ballot %(ballot)s. "
                "Change it and put it to the vote again.",
                **values,
            )
        return self.env._(
            "“%(promise)s” needs the votes of “%(board)s” before it is published. Put "
            "it to the vote first.",
            **values,
        )
