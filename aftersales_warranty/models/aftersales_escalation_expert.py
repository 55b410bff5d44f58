from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import escalation as kernel

#: Who may answer an escalation: each of them may write one.
ANSWER_GROUPS = (
    "aftersales_network.group_service",
    "aftersales_network.group_technical_reviewer",
)


class AftersalesEscalationExpert(models.Model):
    """Somebody of our own who answers hard questions, and on which products."""

    _name = "aftersales.escalation.expert"
    _description = "Support Expert"
    _order = "user_id, id"
    _rec_name = "user_id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        index=True,
        domain="[('share', '=', False)]",
    )
    categ_ids = fields.Many2many(
        "product.category",
        "aftersales_escalation_expert_categ_rel",
        "expert_id",
        "categ_id",
        "Products",
        help="Product categories that the person knows, with those below them. "
        "Empty: all products.",
    )
    maximum = fields.Integer(
        "Questions at Once",
        help="With so many open questions the person is asked after everybody else. "
        "0: no limit.",
    )
    note = fields.Char("Knows")
    open_count = fields.Integer("Open Questions", compute="_compute_figures")
    answered_count = fields.Integer("Answered", compute="_compute_figures")
    in_time_rate = fields.Float(
        "Answered in Time (%)", compute="_compute_figures", digits=(5, 1)
    )

    _person_once = models.UniqueIndex(
        "(company_id, user_id)",
        "This person is an expert of the company already. Look among the archived.",
    )
    _maximum_positive = models.Constraint(
        "CHECK (maximum >= 0)", "The number of questions cannot be negative."
    )

    def _compute_figures(self):
        # Who may see an expert sees how much he has to do, whoever asked.
        Escalation_sudo = self.env["aftersales.escalation"].sudo()
        domain = Domain("expert_id", "in", self.user_id.ids)
        domain &= Domain("company_id", "in", self.company_id.ids)
        rows = Escalation_sudo._read_group(
            domain & Domain("state", "!=", "withdrawn"),
            ["company_id", "expert_id", "state", "is_in_time"],
            ["__count"],
        )
        for expert in self:
            mine = [
                row[2:]
                for row in rows
                if row[:2] == (expert.company_id, expert.user_id)
            ]
            done = [row for row in mine if row[0] != "asked"]
            expert.open_count = sum(row[2] for row in mine if row[0] == "asked")
            expert.answered_count = sum(row[2] for row in done)
            in_time = sum(row[2] for row in done if row[1])
            expert.in_time_rate = 100.0 * in_time / (expert.answered_count or 1)

    @api.constrains("user_id", "company_id")
    def _check_person(self):
        """An expert is one of our own people, of the company, and may answer."""
        for expert in self:
            user = expert.user_id
            may_answer = any(user.has_group(group) for group in ANSWER_GROUPS)
            if user.share or not may_answer:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot answer escalations. Give the person the role "
                        "of a service user or technical reviewer first.",
                        user=user.name,
                    )
                )
            if expert.company_id not in user.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(company)s. Choose somebody of "
                        "that company.",
                        user=user.name,
                        company=expert.company_id.name,
                    )
                )

    @api.model
    def _choose_experts(self, escalations):
        """Who is asked: ``{escalation: user}``; empty where nobody knows the product.

        Each question counts for the load of the next one of the same batch.
        """
        experts = self.search(
            Domain("company_id", "in", escalations.company_id.ids)
            & Domain("user_id.active", "=", True)
        )
        # Their load counts, not what is asked.
        Escalation_sudo = self.env["aftersales.escalation"].sudo()
        load = dict(
            Escalation_sudo._read_group(
                Domain("expert_id", "in", experts.user_id.ids)
                & Domain("state", "=", "asked"),
                ["expert_id"],
                ["__count"],
            )
        )
        found = {}
        for escalation in escalations:
            facts = [
                expert._to_kernel(escalation, load.get(expert.user_id, 0))
                for expert in experts
                if expert.company_id == escalation.company_id
            ]
            user = self.browse(kernel.choose_expert(facts)).user_id
            found[escalation] = user
            load[user] = load.get(user, 0) + 1
        return found

    def _to_kernel(self, escalation, open_count):
        """The expert as the choice wants him."""
        self.ensure_one()
        return kernel.ExpertFacts(
            key=self.id,
            depth=self._get_depth(escalation.product_categ_id),
            open_count=open_count,
            maximum=self.maximum,
            is_asker=self.user_id == escalation.asked_by_id,
        )

    def _get_depth(self, categ):
        """How narrow the category is by which the person knows a product."""
        self.ensure_one()
        if not self.categ_ids:
            return 0
        path = categ.parent_path or ""
        depths = [
            known.parent_path.count("/")
            for known in self.categ_ids
            if path.startswith(known.parent_path)
        ]
        return max(depths, default=None)

    def action_view_escalations(self):
        """Open what the person was asked."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Questions to %(user)s", user=self.user_id.name),
            "res_model": "aftersales.escalation",
            "view_mode": "list,form",
            "domain": [
                ("expert_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
            ],
        }
