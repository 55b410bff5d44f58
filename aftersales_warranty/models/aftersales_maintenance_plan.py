from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import cover as cover_kernel
from ..tools import maintenance as kernel


class AftersalesMaintenancePlan(models.Model):
    """Proactive visits to registered units: how often, from when and who pays."""

    _name = "aftersales.maintenance.plan"
    _description = "Maintenance Plan"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_ids = fields.Many2many(
        "product.product",
        "aftersales_maintenance_plan_product_rel",
        string="Products",
        check_company=True,
    )
    categ_ids = fields.Many2many(
        "product.category",
        "aftersales_maintenance_plan_categ_rel",
        string="Product Categories",
        help="With their subcategories. A plan needs a product or a category.",
    )
    service_type_id = fields.Many2one(
        "aftersales.service.type",
        required=True,
        domain="[('kind', 'in', ('maintenance', 'visit', 'inspection'))]",
        tracking=True,
    )
    date_from = fields.Date(
        "Visits from",
        required=True,
        default=fields.Date.context_today,
        help="Visits that fell due before this day are not made up for.",
    )
    cycle_months = fields.Integer("Cycle (months)", default=12, tracking=True)
    cycle_usage = fields.Float(
        "Cycle (usage)", help="Kilometres, hours or cycles between two visits; 0: none."
    )
    usage_per_month = fields.Float(
        "Expected Usage per Month",
        help="Turns the usage cycle into months; of the two cycles the shorter counts.",
    )
    lead_days = fields.Integer(
        default=14, help="Days before the due day on which the order is made."
    )
    window_days = fields.Integer(
        "Window (days)",
        default=14,
        help="Days after the due day in which the visit is still in time.",
    )
    basis = fields.Selection(
        [
            ("invoice", "Date of Sale"),
            ("delivery", "Delivery"),
            ("installation", "Installation"),
            ("factory", "Leaving the Factory"),
        ],
        "Starts with",
        required=True,
        default="delivery",
    )
    visit_count = fields.Integer(
        "Number of Visits", help="0: as long as the unit is in use."
    )
    price_mode = fields.Selection(
        [("free", "Free by Promise"), ("paid", "Paid by the Customer")],
        "Price",
        required=True,
        default="free",
        tracking=True,
    )
    price = fields.Monetary(
        "Price per Visit",
        tracking=True,
        groups="aftersales_network.group_service,"
        "aftersales_network.group_settlement_clerk,"
        "aftersales_network.group_technical_reviewer,"
        "aftersales_network.group_auditor",
        help="What the customer pays, or what the point may claim for a free visit.",
    )
    line_ids = fields.One2many("aftersales.maintenance.plan.line", "plan_id", "Visits")
    visit_due_count = fields.Integer("Due", compute="_compute_visit_counts")
    visit_done_count = fields.Integer("Done in Time", compute="_compute_visit_counts")
    visit_missed_count = fields.Integer("Missed", compute="_compute_visit_counts")
    rate = fields.Float("In Time (%)", compute="_compute_visit_counts", digits=(5, 2))
    # The planning job notes how far it came, so that the next run goes on there.
    date_planned = fields.Date("Planned on", readonly=True, copy=False)
    planned_unit = fields.Integer(readonly=True, copy=False)

    _figures_positive = models.Constraint(
        "CHECK (cycle_months >= 0 AND cycle_usage >= 0 AND usage_per_month >= 0 "
        "AND lead_days >= 0 AND window_days >= 0 AND visit_count >= 0)",
        "Cycles, days and numbers of a plan cannot be negative.",
    )
    _has_cycle = models.Constraint(
        "CHECK (COALESCE(cycle_months, 0) > 0 OR (COALESCE(cycle_usage, 0) > 0 "
        "AND COALESCE(usage_per_month, 0) > 0))",
        "A plan needs a cycle: months, or usage with the expected usage per month.",
    )
    _price_positive = models.Constraint(
        "CHECK (price IS NULL OR price >= 0)", "The price of a visit is not negative."
    )

    def _compute_visit_counts(self):
        figures = self.env["aftersales.maintenance.plan.line"]._count_by_plan(self)
        for plan in self:
            due, done, missed = figures.get(plan._origin.id, (0, 0, 0))
            plan.visit_due_count = due
            plan.visit_done_count = done
            plan.visit_missed_count = missed
            plan.rate = 100 * done / due if due else 0.0

    @api.constrains("product_ids", "categ_ids", "price_mode", "price")
    def _check_plan(self):
        for plan in self:
            if not plan.product_ids and not plan.categ_ids:
                raise ValidationError(
                    self.env._(
                        "%(plan)s: name a product or a category that it is for.",
                        plan=plan.name,
                    )
                )
            if plan.price_mode == "paid" and not plan.sudo().price:
                raise ValidationError(
                    self.env._(
                        "%(plan)s: say what the customer pays for a visit, or make it "
                        "free.",
                        plan=plan.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        names = {
            "active",
            "product_ids",
            "categ_ids",
            "date_from",
            "cycle_months",
            "cycle_usage",
            "usage_per_month",
            "lead_days",
            "window_days",
            "basis",
            "visit_count",
        }
        if names & set(vals):
            self._restart()
        return result

    def _restart(self):
        """Drop the visits that nobody ordered; the job plans them anew."""
        # The visits belong to the plan, whoever may see them.
        lines_sudo = self.with_context(active_test=False).sudo().line_ids
        lines_sudo.filtered(lambda line: line.state == "planned").unlink()
        self.sudo().write({"date_planned": False, "planned_unit": 0})

    def _get_cycle(self):
        """Months between two visits."""
        self.ensure_one()
        return kernel.cycle_months(
            self.cycle_months, self.cycle_usage, self.usage_per_month
        )

    def _get_unit_domain(self):
        """Units that the plan is for; extension point."""
        self.ensure_one()
        goods = Domain("product_id", "in", self.product_ids.ids)
        goods |= Domain("product_id.categ_id", "child_of", self.categ_ids.ids)
        return (
            goods
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "active")
        )

    def _get_start(self, unit):
        """First day of a unit's cycles, by the basis of the plan."""
        self.ensure_one()
        facts = unit._get_cover_facts({})
        return cover_kernel.start_date(
            cover_kernel.Term("whole_unit", 0, basis=self.basis), facts
        )

    def action_plan_now(self):
        """Plan the visits at once instead of at night."""
        self.check_access("write")
        self.env["aftersales.maintenance.plan.line"]._plan_plans(self)

    def action_view_lines(self):
        """Open the visits of the plan."""
        self.ensure_one()
        return self.env["aftersales.maintenance.plan.line"]._get_window_action(
            Domain("plan_id", "=", self.id),
            self.env._("Visits of %(plan)s", plan=self.name),
        )
