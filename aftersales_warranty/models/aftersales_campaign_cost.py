from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_campaign import MONEY_GROUPS
from .aftersales_claim_flow import CLERK_GROUP

#: Claims that somebody decided: what was approved is what they cost.
DECIDED = ("approved", "partially", "settled")
HEAD_GROUP = "aftersales_network.group_head"


class AftersalesCampaignCost(models.Model):
    """What a campaign costs, source by source, and which fund draw bears it.

    Costs of claims and letters follow from their sources; what a source costs more
    or less after it was charged comes as a row of its own. Other costs are typed.
    """

    _name = "aftersales.campaign.cost"
    _description = "Cost of a Recall"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "campaign_id, date, id"
    _check_company_auto = True

    campaign_id = fields.Many2one(
        "aftersales.campaign",
        "Recall Campaign",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("claim", "Claim of a Point"),
            ("notice", "Letters"),
            ("other", "Other Cost"),
        ],
        required=True,
        default="other",
        readonly=True,
    )
    name = fields.Char("Description", required=True)
    date = fields.Date(
        required=True, default=lambda self: self.env.company._get_aftersales_today()
    )
    amount = fields.Monetary(required=True)
    claim_id = fields.Many2one(
        "aftersales.claim",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    fund_move_id = fields.Many2one(
        "aftersales.fund.move",
        "Draw from the Fund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    state = fields.Selection(
        [("open", "Open"), ("requested", "Requested"), ("charged", "Charged")],
        compute="_compute_state",
        store=True,
        compute_sudo=True,
    )

    # One open row a source: two people cannot charge it twice.
    _claim_uniq = models.UniqueIndex(
        "(campaign_id, claim_id) WHERE claim_id IS NOT NULL AND fund_move_id IS NULL",
        "The cost of this claim is listed already.",
    )
    _notice_uniq = models.UniqueIndex(
        "(campaign_id) WHERE kind = 'notice' AND fund_move_id IS NULL",
        "The cost of the letters is listed already.",
    )
    _claim_kind = models.Constraint(
        "CHECK ((kind = 'claim') = (claim_id IS NOT NULL))",
        "The cost of a claim names the claim, and no other cost does.",
    )
    _other_positive = models.Constraint(
        "CHECK (kind <> 'other' OR amount > 0)", "A cost must be above zero."
    )

    _FLOW_FIELDS = frozenset(("kind", "claim_id", "fund_move_id"))
    _SCOPE_FIELDS = frozenset(("campaign_id",))

    @api.depends("fund_move_id.state")
    def _compute_state(self):
        for cost in self:
            move = cost.fund_move_id
            is_charged = move.state == "approved"
            cost.state = "charged" if is_charged else "requested" if move else "open"

    def write(self, vals):
        """What is charged, or follows from its source, is not typed."""
        if not self._is_flow():
            self._check_typed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        if not self._is_flow():
            self._check_typed()

    def _check_typed(self):
        """Refuse a change of costs that nobody typed, or that are charged.

        :raise UserError: naming the cost
        """
        fixed = self.filtered(lambda c: c.kind != "other" or c.fund_move_id)[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "“%(cost)s” follows from its source or is charged to the fund "
                    "already; it cannot be changed.",
                    cost=fixed.name,
                )
            )


class AftersalesCampaign(models.Model):
    """Cost of a campaign and its charge to the special fund."""

    _inherit = "aftersales.campaign"

    fund_id = fields.Many2one(
        "aftersales.fund",
        "Special Fund",
        index="btree_not_null",
        check_company=True,
        domain="[('kind', '=', 'safety')]",
        copy=False,
        groups=MONEY_GROUPS,
        tracking=True,
    )
    letter_cost = fields.Monetary(
        "Cost of a Letter",
        copy=False,
        groups=MONEY_GROUPS,
        help="Paper and postage of one letter.",
    )
    cost_ids = fields.One2many(
        "aftersales.campaign.cost",
        "campaign_id",
        "Costs",
        groups=MONEY_GROUPS,
        copy=False,
    )
    amount_cost = fields.Monetary("Cost", compute="_compute_costs", groups=MONEY_GROUPS)
    amount_requested = fields.Monetary(
        "Asked of the Fund", compute="_compute_costs", groups=MONEY_GROUPS
    )
    amount_charged = fields.Monetary(
        "Charged to the Fund", compute="_compute_costs", groups=MONEY_GROUPS
    )
    amount_open = fields.Monetary(
        "Not Charged Yet", compute="_compute_costs", groups=MONEY_GROUPS
    )
    cost_per_unit = fields.Monetary(
        "Cost per Remedied Unit", compute="_compute_costs", groups=MONEY_GROUPS
    )

    _letter_positive = models.Constraint(
        "CHECK (letter_cost IS NULL OR letter_cost >= 0)",
        "The cost of a letter cannot be negative.",
    )

    @api.depends("cost_ids.amount", "cost_ids.state", "unit_ids.state")
    def _compute_costs(self):
        sums = {}
        for campaign, state, amount in (
            self.env["aftersales.campaign.cost"]
            .sudo()
            ._read_group(
                [("campaign_id", "in", self.ids)],
                ["campaign_id", "state"],
                ["amount:sum"],
            )
        ):
            sums[campaign.id, state] = amount
        for campaign in self:
            key = campaign._origin.id
            campaign.amount_open = sums.get((key, "open"), 0.0)
            campaign.amount_requested = sums.get((key, "requested"), 0.0)
            campaign.amount_charged = sums.get((key, "charged"), 0.0)
            total = sum(
                sums.get((key, s), 0.0) for s in ("open", "requested", "charged")
            )
            campaign.amount_cost = total
            done = campaign.done_count
            campaign.cost_per_unit = total / done if done else 0.0

    def _check_money(self):
        """Refuse whoever does not handle the money of campaigns.

        :raise AccessError: naming the roles
        """
        if not any(self.env.user.has_group(g) for g in (CLERK_GROUP, HEAD_GROUP)):
            raise AccessError(
                self.env._(
                    "Only a settlement clerk or the head of service handles the cost "
                    "of a campaign."
                )
            )
        self.check_access("read")

    def action_collect_costs(self):
        """Bring the costs up to date with claims and letters."""
        self._check_money()
        self._refresh_costs()

    def action_charge_fund(self):
        """Ask for the draw of all open costs from the special fund.

        The draw is approved like every other one; each cost is in one draw only.

        :raise UserError: no fund, or nothing to charge
        """
        self.ensure_one()
        self._check_money()
        self._check_flow_state("running", "closing", "closed")
        # Two people at once: the second one waits and finds nothing left.
        self.sudo().lock_for_update(allow_referencing=True)
        self._refresh_costs()
        costs_sudo = self.sudo().cost_ids.filtered(lambda c: c.state == "open")
        total = self.currency_id.round(sum(costs_sudo.mapped("amount")))
        self._check_chargeable(total)
        move = self.env["aftersales.fund.move"].create(
            {
                "fund_id": self.fund_id.id,
                "kind": "draw",
                "amount": total,
                "reason": self.env._(
                    "Cost of recall %(campaign)s", campaign=self.display_name
                ),
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        costs_sudo._write_flow({"fund_move_id": move.id})
        move.action_request()
        return move._get_records_action()

    def _check_chargeable(self, total):
        """Refuse a draw without a fund or without costs.

        :raise UserError: naming the campaign
        """
        if not self.fund_id:
            raise UserError(
                self.env._(
                    "%(campaign)s: choose the special fund that bears its cost.",
                    campaign=self.name,
                )
            )
        if self.currency_id.compare_amounts(total, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(campaign)s has no cost that is not charged yet.",
                    campaign=self.name,
                )
            )

    # -- sources -------------------------------------------------------------------

    def _refresh_costs(self):
        """Bring the open rows of all sources up to date."""
        fresh = []
        for campaign_sudo in self.sudo():
            rows = campaign_sudo.cost_ids
            for kind, claim, amount in campaign_sudo._get_cost_sources():
                mine = rows.filtered(
                    lambda r, k=kind, c=claim: (r.kind, r.claim_id) == (k, c)
                )
                fresh += campaign_sudo._refresh_source(mine, kind, claim, amount)
        self.env["aftersales.campaign.cost"].sudo().create(fresh)

    def _get_cost_sources(self):
        """What each source costs today: ``[(kind, claim, amount), …]``.

        Extension point: amounts are in the currency of the company.
        """
        self.ensure_one()
        claims = self.env["aftersales.claim"].search([("campaign_id", "=", self.id)])
        # A claim that was taken back costs nothing any more.
        claims |= self.cost_ids.claim_id
        sources = [("claim", c, self._get_claim_cost(c)) for c in claims]
        printed = self.env["aftersales.campaign.notice"].search_count(
            [
                ("campaign_id", "=", self.id),
                ("state", "=", "printed"),
                ("told_with_id", "=", False),
            ]
        )
        none = self.env["aftersales.claim"]
        sources.append(("notice", none, printed * self.letter_cost))
        return sources

    def _get_claim_cost(self, claim):
        """Approved amount of a claim in the currency of the company."""
        if claim.state not in DECIDED:
            return 0.0
        day = claim.date_decision or self.env.company._get_aftersales_today()
        return claim.currency_id._convert(
            claim.amount_approved, self.currency_id, self.company_id, day
        )

    def _refresh_source(self, rows, kind, claim, amount):
        """Bring the difference between a source and what is charged up to date.

        :param rows: rows of this source
        :return: values of the row that is missing, as a list
        """
        open_row = rows.filtered(lambda r: not r.fund_move_id)
        charged = sum((rows - open_row).mapped("amount"))
        left = self.currency_id.round(amount - charged)
        if self.currency_id.is_zero(left):
            open_row.unlink()
            return []
        vals = {"amount": left, "date": self.env.company._get_aftersales_today()}
        if open_row:
            if self.currency_id.compare_amounts(open_row.amount, left):
                open_row.write(vals)
            return []
        name = claim.name if claim else self.env._("Printed letters")
        keys = {"campaign_id": self.id, "kind": kind, "claim_id": claim.id}
        return [{**vals, **keys, "name": name}]

    def action_view_costs(self):
        """Open the costs of the campaign."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cost of %(campaign)s", campaign=self.name),
            "res_model": "aftersales.campaign.cost",
            "view_mode": "list,pivot,graph,form",
            "domain": [("campaign_id", "=", self.id)],
            "context": {"default_campaign_id": self.id},
        }


class AftersalesFundMove(models.Model):
    """A refused draw gives the costs free for another one."""

    _inherit = "aftersales.fund.move"

    def _decide(self, state, note):
        result = super()._decide(state, note)
        if state == "refused":
            # Who decides on the fund need not write the costs of campaigns.
            costs_sudo = (
                self.env["aftersales.campaign.cost"]
                .sudo()
                .search([("fund_move_id", "in", self.ids)])
            )
            typed = costs_sudo.filtered(lambda c: c.kind == "other")
            typed._write_flow({"fund_move_id": False})
            # The others follow from their sources again.
            (costs_sudo - typed).unlink()
        return result


class AftersalesClaim(models.Model):
    """Work of a recall names its campaign on the claim."""

    _inherit = "aftersales.claim"

    campaign_id = fields.Many2one(
        related="order_id.campaign_unit_id.campaign_id", string="Recall Campaign"
    )
