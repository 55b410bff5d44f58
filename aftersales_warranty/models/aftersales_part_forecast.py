from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: Months of a period.
PERIODS = {"month": 1, "quarter": 3}
#: Who plans parts.
PLANNERS = (
    "aftersales_network.group_warehouse",
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)


class AftersalesPartForecast(models.Model):
    """Parts that the units in use will need in the next periods.

    Failures of a model are units in use × failure rate of their age; parts follow
    from what the repairs of the past took.  The inputs stay with the result, which
    does not change after it was computed.  See ``tools/part_forecast`` for the
    method.
    """

    _name = "aftersales.part.forecast"
    _description = "Parts Forecast"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Computed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_from = fields.Date(
        "First Day",
        required=True,
        default=lambda self: self._default_date_from(),
        help="First day of the first period.",
    )
    period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter")], default="month", required=True
    )
    period_count = fields.Integer("Periods", default=3, required=True)
    history_months = fields.Integer(
        "Months of History",
        default=12,
        required=True,
        help="Repairs finished in these months before today tell which parts a "
        "repair takes.",
    )
    level = fields.Float(
        "Confidence Level",
        default=0.9,
        required=True,
        digits=(4, 3),
        help="Share of periods in which the need should lie between the limits.",
    )
    with_new_units = fields.Boolean(
        "Count Units Still to Be Sold",
        default=True,
        help="New units come in as in the months of history.",
    )
    categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        help="Only models of the category. Empty: all models.",
    )
    line_ids = fields.One2many("aftersales.part.forecast.line", "forecast_id")
    model_ids = fields.One2many("aftersales.part.forecast.model", "forecast_id")
    line_count = fields.Integer("Lines", compute="_compute_line_count")
    repair_count = fields.Integer(
        "Repairs of the History", readonly=True, copy=False, help="All models."
    )
    date_computed = fields.Datetime("Computed on", readonly=True, copy=False)
    computed_by_id = fields.Many2one(
        "res.users", "Computed by", readonly=True, copy=False
    )

    _FLOW_FIELDS = frozenset(
        (
            *("state", "line_ids", "model_ids", "repair_count"),
            *("date_computed", "computed_by_id"),
        )
    )
    _FIXED_FIELDS = frozenset(("name", "company_id"))
    #: What the result rests on.
    _INPUTS = frozenset(
        (
            *("date_from", "period", "period_count", "history_months", "level"),
            *("with_new_units", "categ_id"),
        )
    )

    _figures_range = models.Constraint(
        "CHECK (period_count BETWEEN 1 AND 24 AND history_months BETWEEN 1 AND 120)",
        "A forecast has 1 to 24 periods and looks back over 1 to 120 months.",
    )
    _level_share = models.Constraint(
        "CHECK (level >= 0.5 AND level < 1)",
        "The confidence level lies between 0.5 and 1.",
    )

    @api.model
    def _default_date_from(self):
        """First day of the next month."""
        today = self.env.company._get_aftersales_today()
        return today.replace(day=1) + relativedelta(months=1)

    @api.depends("line_ids")
    def _compute_line_count(self):
        for forecast in self:
            forecast.line_count = len(forecast.line_ids)

    @api.model_create_multi
    def create(self, vals_list):
        """Number the forecasts."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        """What was computed keeps what it was computed from."""
        done = self.filtered(lambda f: f.state == "done")[:1]
        if done and self._INPUTS & set(vals) and not self._is_flow():
            raise UserError(
                self.env._(
                    "%(forecast)s is computed and keeps its inputs. Duplicate it for "
                    "another one.",
                    forecast=done.name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_computed(self):
        done = self.filtered(lambda f: f.state == "done")[:1]
        if done:
            raise UserError(
                self.env._(
                    "%(forecast)s is computed. Archive it instead of deleting it.",
                    forecast=done.name,
                )
            )

    def _get_periods(self):
        """Periods of the forecast as pairs of first and last day."""
        self.ensure_one()
        months = PERIODS[self.period]
        starts = [
            self.date_from + relativedelta(months=months * number)
            for number in range(self.period_count + 1)
        ]
        day = relativedelta(days=1)
        return [
            (start, stop - day) for start, stop in zip(starts, starts[1:], strict=False)
        ]

    def action_compute(self):
        """Compute the need of drafts.

        :raise UserError: a forecast that begins before today
        :raise AccessError: the user plans no parts
        """
        if not any(self.env.user.has_group(group) for group in PLANNERS):
            raise AccessError(
                self.env._(
                    "Parts are planned by the returns warehouse, a technical reviewer "
                    "or the head of service."
                )
            )
        self.check_access("write")
        self._check_flow_state("draft")
        for forecast in self:
            forecast._check_future()
            forecast.lock_for_update(allow_referencing=True)
            forecast._compute_need()

    def _check_future(self):
        """Refuse a forecast of what has begun.

        :raise UserError: naming the forecast
        """
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        if self.date_from < today:
            raise UserError(
                self.env._(
                    "%(forecast)s begins on %(date)s, which is over. Choose a day from "
                    "today on.",
                    forecast=self.name,
                    date=self.date_from,
                )
            )

    def action_view_lines(self):
        """Open the need by part, warehouse and period."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Need of %(forecast)s", forecast=self.name),
            "res_model": "aftersales.part.forecast.line",
            "view_mode": "pivot,list,graph",
            "domain": [("forecast_id", "=", self.id)],
        }


class AftersalesPartForecastModel(models.Model):
    """Failures expected of one model in one period: what the need rests on."""

    _name = "aftersales.part.forecast.model"
    _description = "Failures of a Parts Forecast"
    _order = "forecast_id, period_number, id"

    forecast_id = fields.Many2one(
        "aftersales.part.forecast",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="forecast_id.company_id", store=True, index=True, precompute=True
    )
    product_tmpl_id = fields.Many2one(
        "product.template", "Model", required=True, readonly=True, index=True
    )
    period_number = fields.Integer("Period", readonly=True, aggregator=None)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    unit_years = fields.Float(readonly=True, digits=(16, 3))
    repairs = fields.Integer("Repairs of the History", readonly=True, aggregator="max")
    failures = fields.Float("Failures Expected", readonly=True, digits=(16, 3))
    failures_low = fields.Float("Lower Limit", readonly=True, digits=(16, 3))
    failures_high = fields.Float("Upper Limit", readonly=True, digits=(16, 3))
    source = fields.Selection(
        [
            ("learned", "Learned"),
            ("blended", "Blended"),
            ("design", "Design"),
            ("none", "Nothing Known"),
        ],
        "Failure Rate",
        readonly=True,
        help="Where the rate of most unit-years comes from; see Failure Rates.",
    )


class AftersalesPartForecastLine(models.Model):
    """Need of one part at one warehouse in one period."""

    _name = "aftersales.part.forecast.line"
    _description = "Line of a Parts Forecast"
    _order = "forecast_id, period_number, quantity desc, id"
    _rec_name = "product_id"

    forecast_id = fields.Many2one(
        "aftersales.part.forecast",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="forecast_id.company_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product", "Part", required=True, readonly=True, index=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, index=True
    )
    period_number = fields.Integer("Period", readonly=True, aggregator=None)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    quantity = fields.Float(
        "Expected Need", readonly=True, digits=(16, 2), help="In the unit of the part."
    )
    low = fields.Float("Lower Limit", readonly=True, digits=(16, 2), aggregator=None)
    high = fields.Float("Upper Limit", readonly=True, digits=(16, 2), aggregator=None)
    history_quantity = fields.Float(
        "Used before",
        readonly=True,
        digits=(16, 2),
        help="Mean use in as long a period of the history.",
    )
    available = fields.Float(
        compute="_compute_available",
        digits=(16, 2),
        help="Stock of the warehouse with what is coming and going.",
    )
    quantity_used = fields.Float(
        "Really Used",
        compute="_compute_quantity_used",
        digits=(16, 2),
        help="By repairs finished in the period so far; to check the forecast.",
    )

    @api.depends("product_id", "warehouse_id")
    def _compute_available(self):
        for warehouse, lines in self.grouped("warehouse_id").items():
            # Who plans parts need not be a user of the stock.
            products_sudo = lines.product_id.sudo().with_context(
                warehouse_id=warehouse.id
            )
            found = {product.id: product.virtual_available for product in products_sudo}
            for line in lines:
                line.available = found[line.product_id.id]

    def _compute_quantity_used(self):
        for forecast, lines in self.grouped("forecast_id").items():
            begin = min(lines.mapped("date_from"))
            forecast_sudo = forecast.sudo().with_company(forecast.company_id)
            used = forecast_sudo._fetch_used(begin, max(lines.mapped("date_to")))
            for line in lines:
                line.quantity_used = sum(
                    quantity
                    for product_id, warehouse_id, day, quantity in used
                    if product_id == line.product_id.id
                    and warehouse_id == line.warehouse_id.id
                    and line.date_from <= day <= line.date_to
                )
