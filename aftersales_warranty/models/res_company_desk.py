from odoo import fields, models


class ResCompany(models.Model):
    """How long the parties to a claim have, and what follows from silence."""

    _inherit = "res.company"

    aftersales_answer_days = fields.Integer(
        "Days to Answer a Claim Sent Back",
        default=30,
        help="Days in which a point completes a claim that was sent back.",
    )
    aftersales_answer_overdue = fields.Selection(
        [
            ("remind", "Remind the Clerk"),
            ("reject", "Reject the Claim"),
            ("cancel", "Cancel the Claim"),
        ],
        "Claim Not Completed in Time",
        required=True,
        default="remind",
        help="A cancelled claim gives its order free for another claim; a rejected one "
        "can be appealed.",
    )
    aftersales_send_back_limit = fields.Integer(
        "Times a Claim May Be Sent Back",
        default=3,
        help="After that it is decided as it is. 0: no limit.",
    )
    aftersales_decide_days = fields.Integer(
        "Days to Decide a Claim",
        default=30,
        help="Days from the submission in which a claim is decided.",
    )
    aftersales_silence_approves = fields.Boolean(
        "Silence Approves",
        help="A claim that nobody decided in time is approved at its allowed amounts.",
    )
    aftersales_appeal_days = fields.Integer(
        "Days to Appeal",
        default=30,
        help="Days from the decision in which a point appeals against a cut line. "
        "0: no deadline.",
    )
    aftersales_charge_back_days = fields.Integer(
        "Days to Charge Back",
        default=365,
        help="Days from the bill in which an audit may take an amount back. "
        "0: no deadline.",
    )
    aftersales_claim_small = fields.Monetary(
        "Small Claim up to",
        default=200,
        currency_field="currency_id",
        help="Bounds of the amount bands in the queue of the clerks.",
    )
    aftersales_claim_large = fields.Monetary(
        "Large Claim from", default=1000, currency_field="currency_id"
    )

    _aftersales_desk_days_positive = models.Constraint(
        "CHECK (aftersales_answer_days > 0 AND aftersales_decide_days > 0 "
        "AND aftersales_send_back_limit >= 0 AND aftersales_appeal_days >= 0 "
        "AND aftersales_charge_back_days >= 0)",
        "The days to answer and to decide are at least one; the other limits of "
        "claims cannot be negative.",
    )
    _aftersales_claim_bands_order = models.Constraint(
        "CHECK (aftersales_claim_small > 0 "
        "AND aftersales_claim_large > aftersales_claim_small)",
        "A large claim must begin above a small one.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_answer_days = fields.Integer(
        related="company_id.aftersales_answer_days", readonly=False
    )
    aftersales_answer_overdue = fields.Selection(
        related="company_id.aftersales_answer_overdue", readonly=False
    )
    aftersales_send_back_limit = fields.Integer(
        related="company_id.aftersales_send_back_limit", readonly=False
    )
    aftersales_decide_days = fields.Integer(
        related="company_id.aftersales_decide_days", readonly=False
    )
    aftersales_silence_approves = fields.Boolean(
        related="company_id.aftersales_silence_approves", readonly=False
    )
    aftersales_appeal_days = fields.Integer(
        related="company_id.aftersales_appeal_days", readonly=False
    )
    aftersales_charge_back_days = fields.Integer(
        related="company_id.aftersales_charge_back_days", readonly=False
    )
    aftersales_claim_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of Claim Bands"
    )
    aftersales_claim_small = fields.Monetary(
        related="company_id.aftersales_claim_small",
        readonly=False,
        currency_field="aftersales_claim_currency_id",
    )
    aftersales_claim_large = fields.Monetary(
        related="company_id.aftersales_claim_large",
        readonly=False,
        currency_field="aftersales_claim_currency_id",
    )
