from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

STATUSES = [
    ("ok", "Target Met"),
    ("warning", "Warning"),
    ("missed", "Target Missed"),
    ("no_target", "No Target"),
    ("na", "Not Available"),
]
REASONS = [
    ("not_available", "No Module Measures It"),
    ("no_activity", "No Activity"),
    ("small_sample", "Sample Too Small"),
]


class AftersalesKpiValue(models.Model):
    """A key figure of one unit in one month.

    A line without unit is the whole company; a centre counts everything below it.
    Evidence: the job writes it, nobody else; a frozen one never changes.
    """

    _name = "aftersales.kpi.value"
    _description = "KPI Value"
    _inherit = ["aftersales.point.kind.mixin"]
    _order = "month desc, kpi_id, service_point_id, id"
    _rec_name = "kpi_id"

    kpi_id = fields.Many2one(
        "aftersales.kpi", "KPI", required=True, index=True, ondelete="restrict"
    )
    period_id = fields.Many2one(
        "aftersales.kpi.period",
        "KPI Month",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="restrict"
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        index="btree_not_null",
        ondelete="restrict",
    )
    tier = fields.Selection(
        [("company", "Company"), ("centre", "Centre"), ("point", "Service Point")],
        "Level",
        required=True,
    )
    month = fields.Date(required=True, index=True)
    owner_id = fields.Many2one(
        "res.users", "Responsible", required=True, index=True, ondelete="restrict"
    )
    numerator = fields.Float(digits=(16, 2))
    denominator = fields.Float(digits=(16, 2))
    own_numerator = fields.Float(digits=(16, 2), help="Of the unit itself.")
    own_denominator = fields.Float(digits=(16, 2), help="Of the unit itself.")
    value = fields.Float("Figure", digits=(16, 2), aggregator="avg")
    unit = fields.Selection(related="kpi_id.unit", string="Unit of Measure")
    direction = fields.Selection(related="kpi_id.direction")
    has_target = fields.Boolean()
    target = fields.Float(digits=(16, 2), aggregator="avg")
    attainment = fields.Float(
        "Attainment (%)",
        digits=(6, 2),
        aggregator="avg",
        help="Figure ÷ target where more is better, target ÷ figure where less is "
        "better; at most 120 %.",
    )
    status = fields.Selection(STATUSES, required=True, index=True)
    reason = fields.Selection(REASONS, "Why Not Available")
    date_computed = fields.Datetime("Figures as of", required=True)
    is_frozen = fields.Boolean("Frozen")
    date_frozen = fields.Datetime("Frozen on")
    value_before = fields.Float(
        "Figure before Reopening", digits=(16, 2), aggregator=None
    )
    status_before = fields.Selection(STATUSES, "Status before Reopening")

    _unit_month_uniq = models.UniqueIndex(
        "(kpi_id, period_id, COALESCE(service_point_id, 0))",
        "This KPI of the unit is measured already for the month.",
    )
    _trend_idx = models.Index("(kpi_id, service_point_id, month)")

    @api.depends("kpi_id.name", "service_point_id.name", "company_id.name")
    def _compute_display_name(self):
        for value in self:
            where = value.service_point_id.name or value.company_id.name
            value.display_name = f"{value.kpi_id.name}, {where}"

    def write(self, vals):
        """Change open figures only.

        :raise UserError: a frozen one
        """
        self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_not_frozen()

    def _check_not_frozen(self):
        """Refuse to touch figures of a closed month, whoever asks.

        :raise UserError: naming the figure and the way out
        """
        if self.env.context.get("aftersales_flow") is FLOW:
            return
        frozen = self.filtered("is_frozen")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "%(value)s is frozen with its month and does not change. The head "
                    "of service may reopen the month with a reason.",
                    value=frozen.display_name,
                )
            )

    @api.model
    def _get_last_values(self, kpis):
        """Newest company figures: ``{kpi_id: value}``, under False an empty one."""
        values = self.search(
            Domain("kpi_id", "in", kpis.ids)
            & Domain("service_point_id", "=", False)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("period_id.date_computed", "!=", False),
            order="month",
        )
        # A later month overwrites an earlier one.
        result = {value.kpi_id.id: value for value in values}
        result[False] = self.browse()
        return result

    @api.model
    def _get_statuses(self):
        """Lights of a figure, in the reader's language."""
        return self._fields["status"]._description_selection(self.env)

    def action_view_records(self):
        """Open the records behind the figure.

        :raise UserError: no installed module measures it
        """
        self.ensure_one()
        period = self.period_id
        points = period._get_units()
        top = self.service_point_id
        if top:
            points = points.filtered(
                lambda p: (p.parent_path or "").startswith(top.parent_path)
            )
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        return Metric._get_metric_action(
            self.kpi_id.metric_code, points, period.month, period._get_last_day()
        )

    def action_view_trend(self):
        """Open the same figure of the same unit over the months."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_kpi_figure_action"
        )
        domain = (
            Domain("kpi_id", "=", self.kpi_id.id)
            & Domain("service_point_id", "=", self.service_point_id.id)
            & Domain("company_id", "=", self.company_id.id)
        )
        return {**action, "domain": list(domain), "context": {}}
