from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import customer_money as kernel
from ..tools.settlement import to_minor

#: Who may be asked to approve, and the group that he holds.
APPROVERS = {
    "centre": "aftersales_network.group_centre_manager",
    "clerk": "aftersales_network.group_settlement_clerk",
    "head": "aftersales_network.group_head",
}


class AftersalesCompensationCause(models.Model):
    """Why customers are compensated; the report counts by it."""

    _name = "aftersales.compensation.cause"
    _description = "Cause of Compensation"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    case_kind = fields.Selection(
        [
            ("complaint", "Customer Complaint"),
            ("safety", "Safety"),
            ("recall", "Recall Campaign"),
            ("service", "Service"),
            ("other", "Other"),
        ],
        "Kind of Case",
        required=True,
        default="complaint",
        help="Safety and recall are charged to the fund for safety and batch cases, "
        "the others to the reserve for claims and complaints.",
    )
    is_insured = fields.Boolean(
        "Product Liability",
        help="The insurer may bear a share where a policy covers it.",
    )

    _code_uniq = models.UniqueIndex("(code)", "The code of a cause must be unique.")


class AftersalesCompensationRule(models.Model):
    """Up to which amount who approves a compensation.

    Without any rule of the company the head of service approves every amount.
    """

    _name = "aftersales.compensation.rule"
    _description = "Approval Limit of Compensations"
    _order = "company_id, is_unlimited, amount_limit, id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    is_unlimited = fields.Boolean("Any Amount")
    amount_limit = fields.Monetary(
        "Up to", help="Highest amount, in the currency of the company."
    )
    approver = fields.Selection(
        [
            ("centre", "Centre Manager"),
            ("clerk", "Settlement Clerk"),
            ("head", "Head of Service"),
        ],
        required=True,
        default="head",
    )
    person_count = fields.Integer(
        "Number of People", default=1, help="How many different people have to approve."
    )

    _limit_positive = models.Constraint(
        "CHECK (is_unlimited OR amount_limit > 0)",
        "An approval limit must be above zero.",
    )
    _persons_range = models.Constraint(
        "CHECK (person_count BETWEEN 1 AND 3)", "One to three people approve."
    )
    _limit_uniq = models.UniqueIndex(
        "(company_id, (CASE WHEN is_unlimited THEN -1 ELSE amount_limit END)) "
        "WHERE active",
        "There is a rule for this amount already.",
    )

    @api.depends("approver", "amount_limit", "is_unlimited")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["approver"]._description_selection(self.env))
        for rule in self:
            limit = rule.currency_id.format(rule.amount_limit)
            rule.display_name = (
                labels.get(rule.approver)
                if rule.is_unlimited
                else self.env._(
                    "%(who)s up to %(limit)s",
                    who=labels.get(rule.approver),
                    limit=limit,
                )
            )

    @api.model
    def _find(self, company, amount):
        """The rule that decides about an amount in the company's currency.

        :return: the rule; empty where the company has none at all
        :raise UserError: no rule reaches so far
        """
        # Limits are read for whoever proposes; he need not read the rules.
        rules_sudo = self.sudo().search([("company_id", "=", company.id)])
        digits = company.currency_id.decimal_places
        key = kernel.find_step(
            [
                (
                    None if rule.is_unlimited else to_minor(rule.amount_limit, digits),
                    rule.id,
                )
                for rule in rules_sudo
            ],
            to_minor(amount, digits),
        )
        if rules_sudo and key is None:
            raise UserError(
                self.env._(
                    "Nobody may approve %(amount)s at %(company)s. Add an approval "
                    "limit for such amounts.",
                    amount=company.currency_id.format(amount),
                    company=company.name,
                )
            )
        return rules_sudo.browse(key or [])
