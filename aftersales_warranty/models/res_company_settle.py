from odoo import fields, models


class ResCompany(models.Model):
    """How the company settles with its service points."""

    _inherit = "res.company"

    aftersales_settlement_cycle = fields.Selection(
        [("manual", "By Hand"), ("month", "Every Month")],
        "Settlement Runs",
        default="manual",
        required=True,
        help="Whether the settlements of the last month are made by themselves.",
    )
    aftersales_settlement_day = fields.Integer(
        "Day of the Settlement Run",
        default=5,
        required=True,
        help="Day of the month from which the month before is settled.",
    )
    aftersales_statement_send = fields.Boolean(
        "Send Statements at Once",
        help="The run sends the statements to the points without a clerk's look.",
    )
    aftersales_statement_required = fields.Boolean(
        "Points Confirm Their Statements",
        help="A settlement is billed only after the point confirmed its statement.",
    )
    aftersales_statement_days = fields.Integer(
        "Days to Answer a Statement",
        default=10,
        required=True,
        help="Days in which a point confirms or disputes its statement.",
    )
    aftersales_statement_silence = fields.Selection(
        [("remind", "Remind the Clerk"), ("confirm", "Counts as Confirmed")],
        "No Answer in Time",
        default="remind",
        required=True,
    )
    aftersales_negative_settlement = fields.Selection(
        [
            ("carry", "Carry Forward to the Next Period"),
            ("refund", "Ask for a Credit Note"),
        ],
        "Settlements below Zero",
        default="carry",
        required=True,
        help="What happens when deductions exceed what a point gets. A point that "
        "leaves is always asked for a credit note.",
    )
    aftersales_self_billing = fields.Selection(
        [
            ("none", "Number of the Settlement"),
            ("company", "One Series of the Company"),
            ("point", "A Series of Each Point"),
        ],
        "Reference of Settlement Bills",
        default="company",
        required=True,
        help="The reference under which the company bills itself for the point.",
    )
    aftersales_claim_analytic_id = fields.Many2one(
        "account.analytic.account",
        "Analytic Account of Settlements",
        check_company=True,
        help="For points that have none of their own.",
    )
    aftersales_self_billing_sequence_id = fields.Many2one(
        "ir.sequence",
        "Series of Settlement Bills",
        copy=False,
        readonly=True,
        groups="base.group_system",
    )

    _aftersales_settlement_days = models.Constraint(
        "CHECK (aftersales_statement_days >= 0 "
        "AND aftersales_settlement_day BETWEEN 1 AND 28)",
        "Settle on a day from 1 to 28, and give no negative number of days.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_settlement_cycle = fields.Selection(
        related="company_id.aftersales_settlement_cycle", readonly=False
    )
    aftersales_settlement_day = fields.Integer(
        related="company_id.aftersales_settlement_day", readonly=False
    )
    aftersales_statement_send = fields.Boolean(
        related="company_id.aftersales_statement_send", readonly=False
    )
    aftersales_statement_required = fields.Boolean(
        related="company_id.aftersales_statement_required", readonly=False
    )
    aftersales_statement_days = fields.Integer(
        related="company_id.aftersales_statement_days", readonly=False
    )
    aftersales_statement_silence = fields.Selection(
        related="company_id.aftersales_statement_silence", readonly=False
    )
    aftersales_negative_settlement = fields.Selection(
        related="company_id.aftersales_negative_settlement", readonly=False
    )
    aftersales_self_billing = fields.Selection(
        related="company_id.aftersales_self_billing", readonly=False
    )
    aftersales_claim_analytic_id = fields.Many2one(
        related="company_id.aftersales_claim_analytic_id", readonly=False
    )
