from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import customer_money as kernel
from ..tools.settlement import from_minor, to_minor

BATCH = 200


class AftersalesInsurancePolicy(models.Model):
    """Insurance that bears a share of what customers are compensated with.

    Source: GB/T 27922, product liability insurance among the funds of service.
    """

    _name = "aftersales.insurance.policy"
    _description = "Insurance Policy"
    _inherit = ["aftersales.figure.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _rec_names_search = ["name", "insurer_id"]
    _check_company_auto = True

    name = fields.Char("Policy Number", required=True, index="trigram", tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    insurer_id = fields.Many2one(
        "res.partner", required=True, index=True, check_company=True, tracking=True
    )
    kind = fields.Selection(
        [
            ("liability", "Product Liability"),
            ("recall", "Recall Costs"),
            ("transport", "Transport"),
            ("other", "Other"),
        ],
        required=True,
        default="liability",
        tracking=True,
    )
    date_from = fields.Date("Cover from", required=True, tracking=True)
    date_to = fields.Date("Insured until", required=True, tracking=True)
    sum_insured = fields.Monetary(
        tracking=True, help="For all cases of the policy together. 0: no limit."
    )
    deductible = fields.Monetary(
        tracking=True, help="What the company bears itself of every case."
    )
    premium = fields.Monetary(tracking=True)
    document = fields.Binary("Policy Document", attachment=True)
    document_name = fields.Char("Name of the Policy Document")
    note = fields.Text("Terms of the Policy")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    reminder_days = fields.Integer(
        "Remind before (Days)", default=60, help="Before the cover ends. 0: never."
    )
    date_reminder = fields.Date(
        "Reminder on", compute="_compute_date_reminder", store=True, index=True
    )
    is_reminded = fields.Boolean("Reminder Sent", readonly=True, copy=False)
    is_running = fields.Boolean(
        "Running", compute="_compute_is_running", search="_search_is_running"
    )
    claim_ids = fields.One2many("aftersales.insurance.claim", "policy_id")
    claim_count = fields.Integer(compute="_compute_amounts")
    amount_used = fields.Monetary(
        "Borne so Far", compute="_compute_amounts", help="What the insurer accepted."
    )
    amount_left = fields.Monetary("Cover Left", compute="_compute_amounts")

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "Cover cannot end before it begins."
    )
    _amounts_positive = models.Constraint(
        "CHECK (sum_insured >= 0 AND deductible >= 0 AND premium >= 0 "
        "AND reminder_days >= 0)",
        "Amounts and days of an insurance policy cannot be negative.",
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, insurer_id, name)", "This policy of the insurer exists already."
    )

    @api.depends("date_to", "reminder_days")
    def _compute_date_reminder(self):
        for policy in self:
            days = policy.reminder_days
            policy.date_reminder = (
                policy.date_to - timedelta(days=days)
                if days and policy.date_to
                else False
            )

    @api.depends("date_from", "date_to", "company_id")
    def _compute_is_running(self):
        for policy in self:
            company = policy.company_id or self.env.company
            today = company._get_aftersales_today()
            policy.is_running = policy._covers(today)

    def _search_is_running(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain.FALSE
        by_day = self.env.companies.grouped(lambda c: c._get_aftersales_today())
        for day, companies in by_day.items():
            found |= (
                Domain("company_id", "in", companies.ids)
                & Domain("date_from", "<=", day)
                & Domain("date_to", ">=", day)
            )
        return found

    def _covers(self, day):
        """Whether the cover runs on a day."""
        self.ensure_one()
        if not (self.date_from and self.date_to):
            return False
        return self.date_from <= day <= self.date_to

    @api.depends("claim_ids.state", "claim_ids.amount_accepted", "sum_insured")
    def _compute_amounts(self):
        for policy in self:
            accepted = policy.claim_ids.filtered(lambda c: c.state == "accepted")
            policy.claim_count = len(policy.claim_ids)
            policy.amount_used = sum(accepted.mapped("amount_accepted"))
            left = policy.sum_insured - policy.amount_used
            policy.amount_left = max(left, 0.0) if policy.sum_insured else 0.0

    def _get_share(self, amount):
        """What the insurer bears of a case, in the currency of the company."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        limited = bool(self.sum_insured)
        share = kernel.insured_share(
            to_minor(amount, digits),
            to_minor(self.deductible, digits),
            to_minor(self.amount_left, digits) if limited else None,
        )
        return float(from_minor(share, digits))

    def write(self, vals):
        """A new end of the cover is reminded of anew."""
        if "date_to" in vals or "reminder_days" in vals:
            vals = {**vals, "is_reminded": False}
        return super().write(vals)

    @api.model
    def _cron_remind(self):
        """Remind once of each cover that is about to end."""
        domain = Domain("is_reminded", "=", False) & Domain.OR(
            Domain("date_reminder", "<=", day)
            & Domain("company_id", "in", companies.ids)
            for day, companies in self.env["res.company"]
            ._get_aftersales_by_today()
            .items()
        )
        policies = self.search(domain, limit=BATCH, order="date_reminder, id")
        for policy in policies:
            policy.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=policy.date_to,
                summary=self.env._("Renew the insurance policy"),
                user_id=(policy.user_id or policy.create_uid).id,
            )
        policies.is_reminded = True
        self.env["ir.cron"]._commit_progress(
            len(policies), remaining=self.search_count(domain)
        )

    def action_view_claims(self):
        """Open the claims on the insurer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claims on %(policy)s", policy=self.display_name),
            "res_model": "aftersales.insurance.claim",
            "view_mode": "list,form",
            "domain": [("policy_id", "=", self.id)],
        }
