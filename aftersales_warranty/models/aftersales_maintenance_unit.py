from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesRegistration(models.Model):
    """Planned visits of a unit."""

    _inherit = "aftersales.registration"

    #: A change of these moves the visits that nobody ordered yet.
    _VISIT_FIELDS = frozenset(
        (
            "state",
            "active",
            "product_id",
            "date_sale",
            "date_delivery",
            "date_installation",
            "date_factory",
            "date_restart",
        )
    )

    maintenance_line_ids = fields.One2many(
        "aftersales.maintenance.plan.line", "registration_id", "Maintenance Visits"
    )
    maintenance_count = fields.Integer("Visits", compute="_compute_maintenance")
    date_next_visit = fields.Date("Next Visit", compute="_compute_maintenance")

    def _compute_maintenance(self):
        Line = self.env["aftersales.maintenance.plan.line"]
        mine = Domain("registration_id", "in", self.ids)
        counts = dict(Line._read_group(mine, ["registration_id"], ["__count"]))
        nexts = dict(
            Line._read_group(
                mine & Domain("state", "in", ("planned", "ordered")),
                ["registration_id"],
                ["date_due:min"],
            )
        )
        for unit in self:
            unit.maintenance_count = counts.get(unit._origin, 0)
            unit.date_next_visit = nexts.get(unit._origin, False)

    def write(self, vals):
        result = super().write(vals)
        if self._VISIT_FIELDS & set(vals):
            self._drop_planned_visits()
        return result

    def _drop_planned_visits(self):
        """Drop visits that nobody ordered; the job plans those that stay due."""
        Line_sudo = self.env["aftersales.maintenance.plan.line"].sudo()
        lines_sudo = Line_sudo.search(
            Domain("registration_id", "in", self.ids) & Domain("state", "=", "planned")
        )
        if lines_sudo:
            plans_sudo = lines_sudo.plan_id
            lines_sudo.unlink()
            plans_sudo.write({"date_planned": False, "planned_unit": 0})

    def action_view_maintenance(self):
        """Open the planned visits of the unit."""
        self.ensure_one()
        return self.env["aftersales.maintenance.plan.line"]._get_window_action(
            Domain("registration_id", "=", self.id),
            self.env._("Visits to %(unit)s", unit=self.display_name),
        )


class AftersalesServiceOrder(models.Model):
    """Order of a planned visit."""

    _inherit = "aftersales.service.order"

    maintenance_line_id = fields.Many2one(
        "aftersales.maintenance.plan.line",
        "Maintenance Visit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )

    _FLOW_FIELDS = frozenset(("maintenance_line_id",))

    _maintenance_uniq = models.UniqueIndex(
        "(maintenance_line_id) WHERE maintenance_line_id IS NOT NULL "
        "AND state != 'cancelled'",
        "This planned visit has an order already.",
    )


class AftersalesServiceOrderLine(models.Model):
    """The price of a planned visit is paid as its plan says."""

    _inherit = "aftersales.service.order.line"

    is_plan_fee = fields.Boolean(
        "Price of a Maintenance Visit", readonly=True, copy=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_plan_fee(any(vals.get("is_plan_fee") for vals in vals_list))
        return lines

    def write(self, vals):
        self._check_plan_fee("is_plan_fee" in vals)
        return super().write(vals)

    def _check_plan_fee(self, is_touched):
        """Only the job marks a line as the price of a visit.

        :raise UserError: the mark is set by hand
        """
        if is_touched and not self.order_id._is_flow():
            raise UserError(
                self.env._("The price of a planned visit comes from its plan.")
            )

    def _get_cover_basis(self):
        """The plan says who pays its price; other lines follow the order."""
        self.ensure_one()
        if not self.is_plan_fee:
            return super()._get_cover_basis()
        # A point does its visit without reading the plan.
        plan_sudo = self.order_id.sudo().maintenance_line_id.plan_id
        return "all" if plan_sudo.price_mode == "free" else "none"


class AftersalesMetric(models.AbstractModel):
    """Figures about planned visits."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the share of planned visits that were made in time."""
        return super()._get_metric_catalog() | {
            "PLANVIS": {
                "name": self.env._("Maintenance Visits in Time"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _get_plan_visit_domain(self, points, date_from, date_to):
        """Visits of the points whose window ended in the period."""
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("date_limit", ">=", date_from)
            & Domain("date_limit", "<=", date_to)
            & self.env["aftersales.maintenance.plan.line"]._get_due_domain()
        )

    @api.model
    def _metric_planvis(self, points, date_from, date_to):
        """Visits done in time ÷ visits done or missed; refused ones do not count."""
        Line = self.env["aftersales.maintenance.plan.line"]
        domain = self._get_plan_visit_domain(points, date_from, date_to)
        # The caller may read the points; a figure counts all their visits.
        query = Line.sudo()._search(domain, bypass_access=True)
        rows = self.env.execute_query(
            SQL(
                "SELECT v.service_point_id, COUNT(*) FILTER (WHERE v.is_on_time), "
                "COUNT(*) FROM aftersales_maintenance_plan_line v "
                "WHERE v.id IN %s GROUP BY v.service_point_id",
                query.subselect(),
            )
        )
        return {point_id: (num, den) for point_id, num, den in rows}

    @api.model
    def _metric_domain_planvis(self, points, date_from, date_to):
        """Visits whose window ended in the period."""
        domain = self._get_plan_visit_domain(points, date_from, date_to)
        return "aftersales.maintenance.plan.line", domain
