from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: How a need is answered today.
COVERAGES = [
    ("covered", "Covered"),
    ("planned", "Promise Not Published"),
    ("gap", "Marked as Gap"),
    ("open", "Not Judged"),
]


class AftersalesCustomerNeed(models.Model):
    """What a group needs from our service: basic need, quality, added value.

    Each need is answered by a promise or marked as a gap; whether a promise holds
    is told by the day, never by a stored status.
    """

    _name = "aftersales.customer.need"
    _description = "Customer Need"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "group, sequence, name, id"
    _check_company_auto = True

    name = fields.Char("Basic Need", required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    group = fields.Selection(
        [
            ("customers", "Customers"),
            ("dealers", "Dealers"),
            ("providers", "Service Providers"),
            ("departments", "Departments"),
        ],
        "Whose Need",
        required=True,
        default="customers",
        index=True,
        tracking=True,
    )
    quality_standard = fields.Text(
        translate=True, help="What good quality means to this group."
    )
    added_value = fields.Text(translate=True, help="What would exceed the need.")
    promise_id = fields.Many2one(
        "aftersales.promise",
        "Answered by",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    is_gap = fields.Boolean(
        "Marked as Gap", tracking=True, help="Nothing answers this need yet."
    )
    gap_reason = fields.Text("Why It Is a Gap")
    coverage = fields.Selection(
        COVERAGES, compute="_compute_coverage", search="_search_coverage"
    )

    _gap_or_promise = models.Constraint(
        "CHECK (promise_id IS NULL OR is_gap IS NOT TRUE)",
        "A need is answered by a promise or is a gap, not both.",
    )

    @api.depends("promise_id.state", "promise_id.date_to", "is_gap")
    def _compute_coverage(self):
        for need in self:
            if need.is_gap:
                need.coverage = "gap"
            elif not need.promise_id:
                need.coverage = "open"
            else:
                need.coverage = need._get_promise_coverage()

    def _get_promise_coverage(self):
        """Whether the promise holds today, will hold, or does not any more."""
        promise = self.promise_id
        today = self.company_id._get_aftersales_today()
        if promise.state == "withdrawn":
            return "open"
        if promise.state == "draft" or promise.date_from > today:
            return "planned"
        if promise.date_to and promise.date_to < today:
            return "open"
        return "covered"

    @api.model
    def _search_coverage(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        domains = self._get_coverage_domains(today)
        return Domain.OR(domains[name] for name in value if name in domains)

    @api.model
    def _get_coverage_domains(self, today):
        """What each coverage means on a day: ``{coverage: Domain}``."""
        runs = Domain("date_to", "=", False) | Domain("date_to", ">=", today)
        started = Domain("state", "=", "published") & Domain("date_from", "<=", today)
        covered = Domain("promise_id", "any", started & runs)
        planned = Domain(
            "promise_id",
            "any",
            Domain("state", "=", "draft")
            | (Domain("state", "=", "published") & Domain("date_from", ">", today)),
        )
        gap = Domain("is_gap", "=", True)
        return {
            "covered": covered,
            "planned": planned,
            "gap": gap,
            "open": ~gap & ~covered & ~planned,
        }

    @api.model
    def _get_coverage_figures(self, company):
        """Coverage of each group: ``{group: {coverage: count}}``.

        :param company: company whose needs are counted
        """
        today = company._get_aftersales_today()
        mine = Domain("company_id", "=", company.id)
        figures = {}
        for coverage, domain in self._get_coverage_domains(today).items():
            rows = self._read_group(mine & domain, ["group"], ["__count"])
            for group, count in rows:
                figures.setdefault(group, dict.fromkeys(dict(COVERAGES), 0))
                figures[group][coverage] = count
        return figures

    @api.onchange("promise_id")
    def _onchange_promise_id(self):
        if self.promise_id:
            self.is_gap = False

    @api.onchange("is_gap")
    def _onchange_is_gap(self):
        if self.is_gap:
            self.promise_id = False

    @api.constrains("is_gap", "gap_reason")
    def _check_gap_reason(self):
        """A gap says why nothing answers the need."""
        for need in self.filtered("is_gap"):
            if not (need.gap_reason or "").strip():
                raise UserError(
                    self.env._(
                        "“%(need)s” is marked as a gap. Write down why nothing answers "
                        "it yet.",
                        need=need.name,
                    )
                )


class AftersalesPromise(models.Model):
    _inherit = "aftersales.promise"

    need_ids = fields.One2many("aftersales.customer.need", "promise_id", "Needs")
    need_count = fields.Integer(compute="_compute_need_count")

    @api.depends("need_ids")
    def _compute_need_count(self):
        for promise in self:
            promise.need_count = len(promise.need_ids)

    def _replace_previous(self):
        """Needs that the former version answered are answered by the new one."""
        result = super()._replace_previous()
        # Archived needs go along: they may come back.
        needs = self.previous_id.with_context(active_test=False).need_ids
        needs.promise_id = self
        return result

    def action_view_needs(self):
        """Open the needs that the promise answers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Needs answered by %(promise)s", promise=self.name),
            "res_model": "aftersales.customer.need",
            "view_mode": "list,form",
            "domain": [("promise_id", "=", self.id)],
            "context": {"default_promise_id": self.id},
        }
