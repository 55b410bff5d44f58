from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

MAJORITY_BASES = [
    ("cast", "Votes For and Against"),
    ("present", "Votes with Abstentions"),
    ("all", "All Members"),
]
TIE_RULES = [("rejected", "Not Carried"), ("chair", "The Chair's Vote Decides")]


class AftersalesBoard(models.Model):
    """Committee of a company, or of a region, that votes on promises.

    Quorum and majority are data; a running ballot keeps the rule and the members
    that it was opened with.
    """

    _name = "aftersales.board"
    _description = "Strategy Board"
    _inherit = ["mail.thread"]
    _order = "company_id, centre_id, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    centre_id = fields.Many2one(
        "aftersales.service.point",
        "Region",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('tier', '=', 'centre')]",
        tracking=True,
        help="Centre whose region the board decides for; empty: the whole company.",
    )
    member_ids = fields.One2many("aftersales.board.member", "board_id", "Members")
    member_count = fields.Integer("Members Today", compute="_compute_member_count")
    quorum_percent = fields.Integer(
        "Quorum (%)",
        required=True,
        default=50,
        tracking=True,
        help="Share of the members that must take part; rounded up to whole people. "
        "Who abstains takes part.",
    )
    majority_numerator = fields.Integer("Majority", required=True, default=1)
    majority_denominator = fields.Integer("Majority out of", required=True, default=2)
    is_strict = fields.Boolean(
        "More Than This Share",
        default=True,
        help="Ticked: more than 1/2; otherwise exactly the share is enough, as with "
        "2/3.",
    )
    majority_base = fields.Selection(
        MAJORITY_BASES,
        "Counted of",
        required=True,
        default="cast",
        tracking=True,
    )
    tie_rule = fields.Selection(
        TIE_RULES,
        "With a Tie",
        required=True,
        default="rejected",
        tracking=True,
    )
    vote_days = fields.Integer(
        "Days to Vote",
        required=True,
        default=7,
        help="A ballot ends after so many days, or as soon as it is closed after "
        "everybody has voted.",
    )
    rule_text = fields.Char("Rule in Words", compute="_compute_rule_text")
    ballot_ids = fields.One2many("aftersales.ballot", "board_id", "Ballots")

    _region_uniq = models.UniqueIndex(
        "(company_id, COALESCE(centre_id, 0)) WHERE active",
        "This company or region has a board already.",
    )
    _quorum_range = models.Constraint(
        "CHECK (quorum_percent BETWEEN 1 AND 100)",
        "The quorum is a share between 1 and 100 percent.",
    )
    _majority_range = models.Constraint(
        "CHECK (majority_numerator >= 1 AND majority_numerator <= majority_denominator"
        " AND NOT (is_strict AND majority_numerator = majority_denominator))",
        "The majority is a share that can be reached, such as more than 1/2 or 2/3.",
    )
    _days_positive = models.Constraint(
        "CHECK (vote_days BETWEEN 1 AND 365)",
        "A ballot runs between 1 and 365 days.",
    )

    @api.depends("member_ids.date_from", "member_ids.date_to")
    def _compute_member_count(self):
        for board in self:
            board.member_count = len(board._get_members())

    @api.depends(
        "quorum_percent",
        "majority_numerator",
        "majority_denominator",
        "is_strict",
        "majority_base",
        "tie_rule",
    )
    @api.depends_context("lang")
    def _compute_rule_text(self):
        bases = dict(self._fields["majority_base"]._description_selection(self.env))
        ties = dict(self._fields["tie_rule"]._description_selection(self.env))
        for board in self:
            share = f"{board.majority_numerator}/{board.majority_denominator}"
            values = {
                "quorum": board.quorum_percent,
                "share": share,
                "base": bases.get(board.majority_base),
                "tie": ties.get(board.tie_rule),
            }
            board.rule_text = (
                self.env._(
                    "Quorum %(quorum)s %%; more than %(share)s of: %(base)s; with a "
                    "tie: %(tie)s",
                    **values,
                )
                if board.is_strict
                else self.env._(
                    "Quorum %(quorum)s %%; at least %(share)s of: %(base)s; with a "
                    "tie: %(tie)s",
                    **values,
                )
            )

    def _get_members(self, on_date=None):
        """Members on a day, by default today in the company's zone."""
        self.ensure_one()
        day = on_date or self.company_id._get_aftersales_today()
        return self.member_ids.filtered(
            lambda m: m.date_from <= day and (not m.date_to or m.date_to >= day)
        )

    def _get_voters(self):
        """Members of today who can vote: an account that is in use.

        :raise UserError: a board that nobody belongs to today
        """
        members = self._get_members().filtered(lambda m: m.user_id.active)
        if not members:
            raise UserError(
                self.env._(
                    "“%(board)s” has no member today. Enter its members and their "
                    "periods first.",
                    board=self.name,
                )
            )
        return members

    @api.model
    def _get_board(self, company, centre):
        """Board that decides for a region of a company, else for the company.

        :param centre: centre, or an empty recordset
        """
        # Which board decides must not depend on what the caller may read.
        boards_sudo = self.sudo().search(
            Domain("company_id", "=", company.id)
            & Domain("centre_id", "in", [centre.id, False])
        )
        regional = boards_sudo.filtered("centre_id") if centre else self.sudo()
        central = boards_sudo.filtered(lambda b: not b.centre_id)
        return (regional or central)[:1].sudo(self.env.su)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_voted(self):
        voted = self.filtered("ballot_ids")[:1]
        if voted:
            raise UserError(
                self.env._(
                    "“%(board)s” has voted and its ballots are kept. Archive it "
                    "instead.",
                    board=voted.name,
                )
            )


class AftersalesBoardMember(models.Model):
    """Person on a board, for a period."""

    _name = "aftersales.board.member"
    _description = "Board Member"
    _order = "board_id, is_chair desc, date_from, id"

    board_id = fields.Many2one(
        "aftersales.board", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="board_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    is_chair = fields.Boolean("Chair")
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", help="Last day; empty while it lasts.")

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A membership cannot end before it starts.",
    )
    _member_once = models.Constraint(
        "EXCLUDE USING gist (board_id WITH =, user_id WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "Nobody is on a board twice at a time.",
    )
    _chair_once = models.Constraint(
        "EXCLUDE USING gist (board_id WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (is_chair)",
        "A board has one chair at a time.",
    )

    @api.depends("user_id.name", "board_id.name")
    def _compute_display_name(self):
        for member in self:
            member.display_name = f"{member.user_id.name}, {member.board_id.name}"

    @api.constrains("user_id", "board_id")
    def _check_user(self):
        """A member belongs to the company and is no outsider."""
        for member in self:
            user_sudo = member.user_id.sudo()
            if (
                not user_sudo.has_group("aftersales_network.group_user")
                or member.company_id not in user_sudo.company_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(user)s has no after-sales role in %(company)s and cannot "
                        "vote there.",
                        user=user_sudo.name,
                        company=member.company_id.name,
                    )
                )
