from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_indicator import UNIT_FACTORS

DIRECTIONS = [("up", "More is better"), ("down", "Less is better")]
UNITS = [
    ("%", "%"),
    ("h", "Hours"),
    ("days", "Days"),
    ("number", "Count"),
    ("money", "Money"),
]
#: Who may see what something costs or earns.
MONEY_GROUPS = (
    "aftersales_network.group_head,aftersales_network.group_auditor,"
    "aftersales_network.group_settlement_clerk"
)


class AftersalesKpi(models.Model):
    """Key figure with its owner and targets, measured every month.

    The figure itself is a metric of an installed module; without such a module
    the indicator stays, and is "not available".
    """

    _name = "aftersales.kpi"
    _description = "Key Performance Indicator"
    _inherit = ["aftersales.metric.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "sequence, metric_code, id"
    _rec_names_search = ["name", "metric_code"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: measured in every company."
    )
    owner_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Answers for the figure. A target may name somebody else for its unit.",
    )
    metric_code = fields.Char(required=True, tracking=True)
    formula = fields.Char(
        translate=True, help="What is divided by what, in words people agree on."
    )
    unit = fields.Selection(UNITS, compute="_compute_unit", store=True, readonly=False)
    direction = fields.Selection(
        DIRECTIONS, compute="_compute_direction", store=True, readonly=False
    )
    min_sample = fields.Integer(
        "Minimum Sample",
        default=10,
        tracking=True,
        aggregator=None,
        help="Below this number of cases the figure says nothing and is left out.",
    )
    is_available = fields.Boolean(
        "Measured",
        compute="_compute_is_available",
        search="_search_is_available",
        help="An installed module measures the figure.",
    )
    source = fields.Char(
        compute="_compute_source", help="Records that the figure is counted from."
    )
    target_ids = fields.One2many("aftersales.kpi.target", "kpi_id")
    value_ids = fields.One2many("aftersales.kpi.value", "kpi_id")
    incentive_ids = fields.One2many(
        "aftersales.kpi.incentive",
        "kpi_id",
        groups=MONEY_GROUPS,
    )
    last_value_id = fields.Many2one(
        "aftersales.kpi.value",
        "Latest Month",
        compute="_compute_last_value",
        help="Newest figure of the whole company.",
    )
    last_status = fields.Selection(
        lambda self: self.env["aftersales.kpi.value"]._get_statuses(),
        "Status",
        compute="_compute_last_value",
    )
    last_month = fields.Date(compute="_compute_last_value")
    last_figure = fields.Float("Figure", digits=(16, 2), compute="_compute_last_value")
    last_target = fields.Float(
        "Current Target", digits=(16, 2), compute="_compute_last_value"
    )

    _metric_uniq = models.UniqueIndex(
        "(metric_code, COALESCE(company_id, 0)) WHERE active IS TRUE",
        "There is a key performance indicator for this metric already.",
    )
    _min_sample_positive = models.Constraint(
        "CHECK (min_sample >= 0)", "The minimum sample cannot be negative."
    )

    @api.depends("metric_code")
    def _compute_unit(self):
        for kpi in self:
            kpi.unit = kpi._get_metric().get("unit") or kpi.unit or "%"

    @api.depends("metric_code")
    def _compute_direction(self):
        for kpi in self:
            offered = kpi._get_metric().get("direction")
            kpi.direction = offered or kpi.direction or "up"

    @api.depends("metric_code")
    def _compute_is_available(self):
        for kpi in self:
            kpi.is_available = bool(kpi._get_metric())

    def _search_is_available(self, operator, value):
        if operator != "in":
            return NotImplemented
        codes = list(self.env["aftersales.metric"]._get_metric_catalog())
        return Domain("metric_code", "in" if True in value else "not in", codes)

    @api.depends("metric_code")
    @api.depends_context("lang")
    def _compute_source(self):
        Metric = self.env["aftersales.metric"]
        today = fields.Date.context_today(self)
        nothing = self.env["aftersales.service.point"]
        for kpi in self:
            if not kpi.is_available:
                kpi.source = False
                continue
            try:
                model, _domain = Metric._get_metric_domain(
                    kpi.metric_code, nothing, today, today
                )
            except UserError:
                # a figure without records behind it
                kpi.source = False
            else:
                kpi.source = self.env["ir.model"]._get(model).sudo().name

    @api.depends("value_ids.month", "value_ids.status", "value_ids.value")
    @api.depends_context("allowed_company_ids")
    def _compute_last_value(self):
        found = self.env["aftersales.kpi.value"]._get_last_values(self)
        for kpi in self:
            value = found.get(kpi._origin.id, found[False])
            kpi.last_value_id = value
            kpi.last_status = value.status
            kpi.last_month = value.month
            kpi.last_figure = value.value
            kpi.last_target = value.target

    @api.depends("name", "metric_code")
    def _compute_display_name(self):
        for kpi in self:
            kpi.display_name = kpi.name or kpi.metric_code

    def _get_factor(self):
        """Factor from numerator ÷ denominator to the figure in the unit."""
        self.ensure_one()
        return UNIT_FACTORS.get(self.unit, 1)

    @api.model
    def _get_measured_domain(self, company):
        """Indicators that are measured in a company."""
        return Domain("company_id", "in", [False, company.id])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        frozen_sudo = (
            self.env["aftersales.kpi.value"]
            .sudo()
            .search([("kpi_id", "in", self.ids), ("is_frozen", "=", True)], limit=1)
        )
        if frozen_sudo:
            raise UserError(
                self.env._(
                    "“%(kpi)s” has figures of closed months, which stay. Archive it "
                    "instead.",
                    kpi=frozen_sudo.kpi_id.name,
                )
            )

    def action_view_values(self):
        """Open the trend of the figure."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_kpi_figure_action"
        )
        return {**action, "domain": [("kpi_id", "=", self.id)]}

    def action_view_units(self):
        """Open the figures of all units in the latest month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_kpi_value_action"
        )
        month = self.last_month
        domain = Domain("kpi_id", "=", self.id) & Domain("month", "=", month)
        return {**action, "domain": list(domain), "context": {}}

    def action_view_records(self):
        """Open the records behind the latest figure of the company.

        :raise UserError: nothing was measured yet
        """
        self.ensure_one()
        if not self.last_value_id:
            raise UserError(
                self.env._("“%(kpi)s” was not measured yet.", kpi=self.name)
            )
        return self.last_value_id.action_view_records()
