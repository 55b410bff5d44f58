from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesScorecardWizard(models.TransientModel):
    """Creates the scorecards of a period for many points at once."""

    _name = "aftersales.scorecard.wizard"
    _description = "Create Scorecards"

    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        required=True,
        domain="[('state', '=', 'in_use')]",
        default=lambda self: self.env["aftersales.indicator.set"].search(
            [("state", "=", "in_use")], limit=1, order="is_monthly desc, id"
        ),
    )
    assessment = fields.Selection(
        lambda self: self.env["aftersales.scorecard"]._fields["assessment"].selection,
        "Kind of Assessment",
        required=True,
        default=lambda self: self._default_assessment(),
        help="A self-assessment is filled in by the point on the portal, or by the "
        "manager of its centre.",
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_period()[0]
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._default_period()[1]
    )
    service_point_ids = fields.Many2many(
        "aftersales.service.point",
        string="Service Points",
        compute="_compute_service_point_ids",
        compute_sudo=False,  # only points that the user may read
        store=True,
        readonly=False,
        precompute=True,
    )
    existing_count = fields.Integer("Already Scored", compute="_compute_existing_count")

    @api.model
    def _default_assessment(self):
        """Whoever may audit begins with an audit."""
        user = self.env.user
        groups = ("aftersales_network.group_auditor", "aftersales_network.group_head")
        return "internal" if any(map(user.has_group, groups)) else "self"

    @api.model
    def _default_period(self):
        return self.env["aftersales.scorecard"]._get_last_month()

    @api.depends("set_id")
    def _compute_service_point_ids(self):
        Scorecard = self.env["aftersales.scorecard"]
        for wizard in self:
            domain = Scorecard._get_period_points_domain(wizard.set_id)
            domain &= Domain("company_id", "in", self.env.companies.ids)
            wizard.service_point_ids = self.env["aftersales.service.point"].search(
                domain
            )

    @api.depends("set_id", "assessment", "date_from", "date_to", "service_point_ids")
    def _compute_existing_count(self):
        Scorecard = self.env["aftersales.scorecard"]
        for wizard in self:
            domain = Scorecard._get_period_domain(
                wizard.set_id, wizard.date_from, wizard.date_to, wizard.assessment
            )
            wizard.existing_count = Scorecard.search_count(
                [*domain, ("service_point_id", "in", wizard.service_point_ids.ids)]
            )

    def action_create(self):
        """Create what is missing and open the scorecards of the period."""
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(
                self.env._(
                    "The period ends on %(end)s before it starts on %(start)s.",
                    end=self.date_to,
                    start=self.date_from,
                )
            )
        if not self.service_point_ids:
            raise UserError(self.env._("Choose at least one service point."))
        Scorecard = self.env["aftersales.scorecard"]
        if self.assessment == "self":
            Scorecard._check_may_ask()
        period = (self.set_id, self.date_from, self.date_to, self.assessment)
        Scorecard._create_period_scorecards(self.service_point_ids, *period)
        domain = Scorecard._get_period_domain(*period)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scorecards"),
            "res_model": "aftersales.scorecard",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [
                *domain,
                ("service_point_id", "in", self.service_point_ids.ids),
            ],
        }
