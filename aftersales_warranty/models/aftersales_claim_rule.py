import secrets
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import claim_rule as kernel
from ..tools.settlement import to_minor


class AftersalesClaimRule(models.Model):
    """Which clean claims are approved without a person, and how many are audited.

    The draw of a claim follows from the seed and its number alone; an auditor can
    repeat it, and a point cannot tell it beforehand.
    """

    _name = "aftersales.claim.rule"
    _description = "Approval Rule"
    _inherit = ["mail.thread"]
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="The first rule that approves a claim counts."
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Only claims in this currency.",
    )
    amount_limit = fields.Monetary(
        "Up to",
        required=True,
        tracking=True,
        help="Largest claim that the rule approves.",
    )
    claim_type = fields.Selection(
        selection=lambda self: self._get_claim_types(),
        string="Type of Claim",
        tracking=True,
        help="Empty: every type.",
    )
    level_ids = fields.Many2many(
        "aftersales.point.level",
        "aftersales_claim_rule_level_rel",
        string="Trusted Levels",
        check_company=True,
        help="Points of these levels; with the trusted points both empty: every point.",
    )
    point_ids = fields.Many2many(
        "aftersales.service.point",
        "aftersales_claim_rule_point_rel",
        string="Trusted Points",
        check_company=True,
    )
    product_categ_ids = fields.Many2many(
        "product.category",
        "aftersales_claim_rule_categ_rel",
        string="Product Categories",
        help="Units of these categories and of those below them; empty: every unit.",
    )
    allows_old_part = fields.Boolean(
        "Old Part May Follow",
        tracking=True,
        help="Also approve claims whose old part is due back; their lines are not "
        "paid before it was received and inspected.",
    )
    is_hint_stopped = fields.Boolean(
        "Hints Stop the Rule",
        default=True,
        tracking=True,
        help="A claim that the hints flag goes to a person.",
    )
    hint_limit = fields.Float(
        "Hint Score from",
        default=0.5,
        digits=(4, 3),
        help="Combined score of the hints, from 0 to 1, from which a claim is flagged.",
    )
    audit_share = fields.Float(
        "Audit Share (%)",
        default=5.0,
        digits=(5, 2),
        required=True,
        tracking=True,
        help="Share of the claims that go to a person although the rule would "
        "approve them.",
    )
    seed = fields.Char(
        required=True,
        copy=False,
        default=lambda self: secrets.token_hex(8),
        groups="aftersales_network.group_auditor,aftersales_network.group_head,"
        "aftersales_network.group_admin",
        help="Fixes the draw: the same seed and number give the same answer at any "
        "time.",
    )
    approved_count = fields.Integer(compute="_compute_counts")
    audit_count = fields.Integer(compute="_compute_counts")

    _amount_positive = models.Constraint(
        "CHECK (amount_limit > 0)", "The limit of a rule must be above zero."
    )
    _share_range = models.Constraint(
        "CHECK (audit_share >= 0 AND audit_share <= 100)",
        "The audit share must be between 0 and 100 %.",
    )
    _hint_range = models.Constraint(
        "CHECK (hint_limit > 0 AND hint_limit <= 1)",
        "The hint score must be above 0 and at most 1.",
    )

    @api.model
    def _get_claim_types(self):
        """Types of claims, in the reader's language."""
        field = self.env["aftersales.claim"]._fields["claim_type"]
        return field._description_selection(self.env)

    def _compute_counts(self):
        groups = self.env["aftersales.claim"]._read_group(
            [("auto_rule_id", "in", self.ids), ("auto_outcome", "!=", "review")],
            ["auto_rule_id", "auto_outcome"],
            ["__count"],
        )
        counts = {(rule, outcome): count for rule, outcome, count in groups}
        for rule in self:
            rule.approved_count = counts.get((rule._origin, "approved"), 0)
            rule.audit_count = counts.get((rule._origin, "audit"), 0)

    def write(self, vals):
        """Keep the seed of a rule that drew claims: the draw stays repeatable.

        :raise UserError: naming the rule
        """
        if "seed" in vals:
            self._check_not_drawn(vals["seed"])
        return super().write(vals)

    def _check_not_drawn(self, seed):
        """Refuse another seed once the rule decided a claim.

        :raise UserError: naming the rule and the way out
        """
        # Also claims that the user may not read were drawn.
        rules_sudo = self.sudo().filtered(lambda rule: rule.seed != seed)
        drawn_sudo = rules_sudo.env["aftersales.claim"].search(
            Domain("auto_rule_id", "in", rules_sudo.ids)
            & Domain("auto_outcome", "in", ("approved", "audit")),
            limit=1,
        )
        if drawn_sudo:
            raise UserError(
                self.env._(
                    "Rule “%(rule)s” drew claims with its seed, and the draw must stay "
                    "repeatable. Archive the rule and make a new one.",
                    rule=drawn_sudo.auto_rule_id.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """A rule that decided claims is evidence."""
        used_sudo = (
            self.env["aftersales.claim"]
            .sudo()
            .search([("auto_rule_id", "in", self.ids)], limit=1)
        )
        if used_sudo:
            raise UserError(
                self.env._(
                    "Rule “%(rule)s” judged %(claim)s and cannot be deleted. Archive "
                    "it instead.",
                    rule=used_sudo.auto_rule_id.name,
                    claim=used_sudo.name,
                )
            )

    def _to_kernel(self):
        """The rule as the kernel wants it; categories with those below them."""
        self.ensure_one()
        return kernel.Rule(
            key=self.id,
            amount_limit=to_minor(self.amount_limit, self.currency_id.decimal_places),
            currency=self.currency_id.id,
            company=self.company_id.id,
            types=frozenset(filter(None, (self.claim_type,))),
            levels=frozenset(self.level_ids.ids),
            points=frozenset(self.point_ids.ids),
            categories=frozenset(self.product_categ_ids.ids),
            allows_old_part=self.allows_old_part,
            hint_limit=Decimal(str(self.hint_limit)) if self.is_hint_stopped else None,
            audit_share=Decimal(str(self.audit_share)),
            seed=self.seed,
        )

    def action_view_approved(self):
        """Open the claims that the rule approved."""
        return self._get_claims_action("approved", self.env._("Approved by Rule"))

    def action_view_audits(self):
        """Open the claims that the rule drew for the audit."""
        return self._get_claims_action("audit", self.env._("Drawn for the Audit"))

    def _get_claims_action(self, outcome, name):
        """Window action of the claims with an outcome of the rule."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.claim",
            "view_mode": "list,form",
            "domain": [
                ("auto_rule_id", "=", self.id),
                ("auto_outcome", "=", outcome),
            ],
        }
