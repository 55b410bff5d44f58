from odoo import api, fields, models


class AftersalesCapacityPlanSale(models.Model):
    """Units that will be sold in the plan year, by area and model."""

    _name = "aftersales.capacity.plan.sale"
    _description = "Planned Sales"
    _inherit = ["aftersales.scope.mixin"]
    _order = "plan_id, area_id, product_tmpl_id, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "aftersales.capacity.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="plan_id.service_point_id", store=True, index=True, precompute=True
    )
    area_id = fields.Many2one("aftersales.area", required=True, ondelete="restrict")
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Model",
        required=True,
        check_company=True,
        ondelete="restrict",
    )
    quantity = fields.Float("Units", required=True)

    _SCOPE_FIELDS = frozenset(("plan_id",))

    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "Planned sales cannot be negative."
    )
    _key_uniq = models.UniqueIndex(
        "(plan_id, area_id, product_tmpl_id)",
        "The plan has a line for this area and model already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.plan_id._touch()
        return lines

    def write(self, vals):
        self.plan_id._touch()
        res = super().write(vals)
        self.plan_id._touch()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.plan_id._touch()


class AftersalesCapacityPlan(models.Model):
    _inherit = "aftersales.capacity.plan"

    def _touch(self):
        """An input of the plans changes: refuse frozen ones, mark the others."""
        self._check_open({"sale_ids"})
        self._mark_stale()


class AftersalesCapacityPlanArea(models.Model):
    """Result of a plan for one area: repairs, people and points."""

    _name = "aftersales.capacity.plan.area"
    _description = "Capacity Plan Area"
    _order = "plan_id, repairs desc, id"
    _rec_name = "area_id"

    plan_id = fields.Many2one(
        "aftersales.capacity.plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="plan_id.service_point_id", store=True, index=True, precompute=True
    )
    year = fields.Integer(
        related="plan_id.year", store=True, precompute=True, aggregator=None
    )
    area_id = fields.Many2one(
        "aftersales.area",
        readonly=True,
        ondelete="restrict",
        help="Empty: addresses outside every area.",
    )
    installed = fields.Float("Units in Use", readonly=True)
    sales = fields.Float("Planned Sales", readonly=True)
    repairs_low = fields.Float("Repairs, Lower Limit", readonly=True)
    repairs = fields.Float("Expected Repairs", readonly=True)
    repairs_high = fields.Float("Repairs, Upper Limit", readonly=True)
    repairs_present = fields.Integer(
        "Repairs Last 12 Months",
        readonly=True,
        help="Repairs finished in the 12 months before the day of the plan.",
    )
    repairs_peak = fields.Float("Jobs in the Busiest Month", readonly=True)
    workload = fields.Float(
        "Technicians (exact)",
        readonly=True,
        digits=(16, 3),
        help="Full-time technicians that the jobs keep busy, before rounding up.",
    )
    technicians_low = fields.Integer(readonly=True)
    technicians = fields.Integer("Technicians Needed", readonly=True)
    technicians_high = fields.Integer(readonly=True)
    technicians_present = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="Technicians of the working points of the area; those of a point with "
        "several areas are divided equally.",
    )
    technician_gap = fields.Float("Technicians Missing", readonly=True, digits=(16, 2))
    points_low = fields.Integer(readonly=True)
    points = fields.Integer("Points Needed", readonly=True)
    points_high = fields.Integer(readonly=True)
    points_present = fields.Integer(
        readonly=True, help="Working points that are responsible for the area."
    )
    point_gap = fields.Integer("Points Missing", readonly=True)
    surface_km2 = fields.Float("Surface (km²)", readonly=True, aggregator=None)
    point_minimum = fields.Integer("Points at Least", readonly=True)


class AftersalesCapacityPlanLine(models.Model):
    """Result of a plan for one area and model, with the rates that were used."""

    _name = "aftersales.capacity.plan.line"
    _description = "Capacity Plan Line"
    _order = "plan_id, repairs desc, id"
    _rec_name = "product_tmpl_id"

    plan_id = fields.Many2one(
        "aftersales.capacity.plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="plan_id.service_point_id", store=True, index=True, precompute=True
    )
    year = fields.Integer(
        related="plan_id.year", store=True, precompute=True, aggregator=None
    )
    area_id = fields.Many2one("aftersales.area", readonly=True, ondelete="restrict")
    product_tmpl_id = fields.Many2one(
        "product.template", "Model", readonly=True, ondelete="restrict"
    )
    product_categ_id = fields.Many2one(
        "product.category", "Product Category", readonly=True, ondelete="restrict"
    )
    installed = fields.Float("Units in Use", readonly=True)
    sales = fields.Float("Planned Sales", readonly=True)
    rate = fields.Float(
        "Mean Rate",
        readonly=True,
        digits=(12, 6),
        aggregator="avg",
        help="Failures per unit and year over all ages of the units in use.",
    )
    rate_low = fields.Float(readonly=True, digits=(12, 6), aggregator="avg")
    rate_high = fields.Float(readonly=True, digits=(12, 6), aggregator="avg")
    repairs_low = fields.Float("Repairs, Lower Limit", readonly=True)
    repairs = fields.Float("Expected Repairs", readonly=True)
    repairs_high = fields.Float("Repairs, Upper Limit", readonly=True)
    workload = fields.Float("Technicians (exact)", readonly=True, digits=(16, 3))
    age_detail = fields.Json(
        readonly=True,
        help="Units, rate and limits of each year of age, as they were.",
    )
    age_text = fields.Text("Ages and Rates", compute="_compute_age_text")

    @api.depends("age_detail")
    def _compute_age_text(self):
        sources = dict(
            self.env["aftersales.failure.rate"]
            ._fields["source"]
            ._description_selection(self.env)
        )
        for line in self:
            line.age_text = "\n".join(
                self.env._(
                    "Year %(age)s: %(units)s units × %(rate)s (%(low)s–%(high)s), "
                    "%(origin)s",
                    age=entry["age"],
                    units=f"{entry['units']:g}",
                    rate=f"{entry['rate']:.4f}",
                    low=f"{entry['low']:.4f}",
                    high=f"{entry['high']:.4f}",
                    origin=sources[entry["source"]],
                )
                for entry in line.age_detail or []
            )
