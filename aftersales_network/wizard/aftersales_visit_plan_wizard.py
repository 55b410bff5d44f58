from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.visit_plan import repeat, spread

#: Visits that one plan may create.
MAX_VISITS = 2000


class AftersalesVisitPlanWizard(models.TransientModel):
    """Plans visits to many points: spread over days, repeated at an interval."""

    _name = "aftersales.visit.plan.wizard"
    _description = "Plan Visits"

    service_point_ids = fields.Many2many(
        "aftersales.service.point",
        string="Service Points",
        required=True,
        default=lambda self: self._get_default_points(),
    )
    kind = fields.Selection(
        lambda self: (
            self.env["aftersales.visit"]
            ._fields["kind"]
            ._description_selection(self.env)
        ),
        required=True,
        default="check",
    )
    date_start = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
    )
    per_day = fields.Integer(
        "Visits a Day", default=2, help="0: every point on the first day."
    )
    only_workdays = fields.Boolean("Monday to Friday Only", default=True)
    times = fields.Integer(
        "Visits to Each Point", default=1, help="More than one: a round for the year."
    )
    interval_months = fields.Integer("Months in Between", default=3)
    visitor_ids = fields.Many2many(
        "res.users",
        string="Visitors",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    purpose = fields.Text()

    @api.model
    def _get_default_points(self):
        """Points marked in the list from which the wizard was opened."""
        if self.env.context.get("active_model") != "aftersales.service.point":
            return self.env["aftersales.service.point"]
        return self.env["aftersales.service.point"].browse(
            self.env.context.get("active_ids", [])
        )

    def _check_plan(self):
        """Refuse a plan that makes no sense.

        :raise UserError: naming the rule
        """
        if self.per_day < 0 or self.times < 1 or self.interval_months < 1:
            raise UserError(
                self.env._(
                    "Visits to each point and months in between must be at least 1, "
                    "visits a day not negative."
                )
            )
        if len(self.service_point_ids) * self.times > MAX_VISITS:
            raise UserError(
                self.env._(
                    "One plan creates at most %(count)s visits. Choose fewer points "
                    "or repetitions.",
                    count=MAX_VISITS,
                )
            )

    def _prepare_visit_vals_list(self):
        """Values of the visits, in the order of the points."""
        points = self.service_point_ids
        first = spread(len(points), self.date_start, self.per_day, self.only_workdays)
        return [
            {
                "service_point_id": point.id,
                "kind": self.kind,
                "date_planned": day,
                "visitor_ids": [(6, 0, self.visitor_ids.ids)],
                "purpose": self.purpose,
            }
            for point, start in zip(points, first, strict=True)
            for day in repeat(
                start, self.interval_months, self.times, self.only_workdays
            )
        ]

    def action_plan(self):
        """Create the visits and show them."""
        self.ensure_one()
        self._check_plan()
        visits = self.env["aftersales.visit"].create(self._prepare_visit_vals_list())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Planned Visits"),
            "res_model": "aftersales.visit",
            "view_mode": "list,calendar,kanban,form",
            "domain": [("id", "in", visits.ids)],
        }
