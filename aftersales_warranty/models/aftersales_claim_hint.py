from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..tools import claim_hints as kernel
from ..tools.settlement import from_minor

#: Who sees hints: those who decide and those who supervise, never the point.
HINT_GROUPS = (
    "aftersales_network.group_settlement_clerk,aftersales_network.group_head,"
    "aftersales_network.group_auditor"
)


class AftersalesClaimHint(models.Model):
    """A sign on a claim that somebody should look twice, with its figures.

    Hints are calculated; nobody writes them, and no decision follows from one.
    """

    _name = "aftersales.claim.hint"
    _description = "Claim Hint"
    _order = "claim_id desc, score desc, id"
    _rec_name = "code"

    claim_id = fields.Many2one(
        "aftersales.claim",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, index=True, readonly=True
    )
    code = fields.Selection("_selection_code", "Hint", required=True, readonly=True)
    score = fields.Float(
        digits=(4, 3),
        required=True,
        readonly=True,
        aggregator="avg",
        help="0 to 1; at 0.5 the sign reaches the threshold of its rule.",
    )
    strength = fields.Selection(
        [("weak", "Weak"), ("notable", "Notable"), ("strong", "Strong")],
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Char(required=True, readonly=True)
    figures = fields.Json(readonly=True)
    message = fields.Char("Explanation", compute="_compute_message")
    claim_state = fields.Selection(related="claim_id.state", string="Claim Status")
    amount_claimed = fields.Monetary(related="claim_id.amount_claimed")
    currency_id = fields.Many2one(related="claim_id.currency_id")

    @api.model
    def _selection_code(self):
        return self.env["aftersales.claim.hint.rule"]._selection_code()

    @api.model
    def _get_strength(self, score):
        """How a score is called: strong from the threshold of its rule on."""
        if score >= kernel.FLAG:
            return "strong"
        return "notable" if score >= kernel.FLAG / 2 else "weak"

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = self.env["aftersales.claim.hint.rule"]._get_hint_labels()
        for hint in self:
            hint.display_name = labels.get(hint.code)

    @api.depends("reason", "figures")
    @api.depends_context("lang")
    def _compute_message(self):
        texts = self._get_messages()
        for hint in self:
            hint.message = texts.get(hint.reason, hint.reason or "") % (
                hint._format_figures()
            )

    def _format_figures(self):
        """Figures as text in the format of the reader."""
        self.ensure_one()
        return {
            key: self._format_figure(value)
            for key, value in (self.figures or {}).items()
        }

    def _format_figure(self, value):
        """One figure as text: money and days are marked by their key."""
        if isinstance(value, dict) and "minor" in value:
            currency = self.claim_id.currency_id
            return currency.format(
                float(from_minor(value["minor"], currency.decimal_places))
            )
        if isinstance(value, dict):
            return format_date(self.env, value.get("day")) if value.get("day") else ""
        if isinstance(value, float):
            return formatLang(self.env, value, digits=0 if value >= 100 else 1)
        return value

    @api.model
    def _get_messages(self):
        """Sentence of every reason."""
        return {**self._get_link_messages(), **self._get_figure_messages()}

    @api.model
    def _get_link_messages(self):
        """Sentences that name other jobs and claims."""
        return {
            "duplicate_part": self.env._(
                "The same part of this unit is claimed in %(claims)s (days between: "
                "%(days)s)."
            ),
            "duplicate_serial": self.env._(
                "This unit is also claimed in %(claims)s (days between: %(days)s)."
            ),
            "duplicate_order": self.env._(
                "The same order was claimed before in %(claims)s."
            ),
            "photo_unit": self.env._(
                "A photo is also used for another unit in %(documents)s."
            ),
            "photo_point": self.env._(
                "A photo is also used by another point in %(documents)s."
            ),
            "photo_job": self.env._(
                "A photo is also used for another job on this unit in %(documents)s."
            ),
            "usage_back": self.env._(
                "The meter shows %(usage)s, but %(last)s on %(day)s in %(document)s."
            ),
        }

    @api.model
    def _get_figure_messages(self):
        """Sentences that compare figures."""
        return {
            "distance_place": self.env._(
                "%(claimed)s km claimed; there and back to the customer is about "
                "%(expected)s km."
            ),
            "distance_usual": self.env._(
                "%(claimed)s km claimed; the point usually claims %(expected)s km for "
                "this area (claims: %(count)s)."
            ),
            "distance_area": self.env._(
                "The job lies in %(area)s, outside of the areas of the point."
            ),
            "split_near": self.env._(
                "%(amount)s is just below the limit of %(limit)s (%(limit_name)s)."
            ),
            "split_sum": self.env._(
                "Together with %(claims)s it comes to %(total)s, above the limit of "
                "%(limit)s (%(limit_name)s)."
            ),
            "spike_count": self.env._(
                "Claims of the point in %(days)s days: %(count)s; usual are %(usual)s "
                "(earlier periods: %(periods)s)."
            ),
            "labour_high": self.env._(
                "Labour of %(amount)s; usual at this point are %(usual)s (claims: "
                "%(count)s, distance: %(z)s)."
            ),
            "value_high": self.env._(
                "%(amount)s claimed; usual for such products of that age are %(usual)s "
                "(claims: %(count)s, distance: %(z)s)."
            ),
        }

    def action_view_claim(self):
        """Open the claim with all that is known about it."""
        self.ensure_one()
        return self.claim_id._get_records_action()
