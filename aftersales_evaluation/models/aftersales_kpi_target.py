from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import kpi as kernel


class AftersalesKpiTarget(models.Model):
    """What a key figure should reach, where, from when and by whom.

    The target nearest to a unit counts: its own, that of the centre above it, that
    of its company, the general one. Months already frozen keep the target they had.
    """

    _name = "aftersales.kpi.target"
    _description = "KPI Target"
    _inherit = ["mail.thread"]
    _order = "kpi_id, company_id, service_point_id, date_from desc, id"
    _check_company_auto = True

    kpi_id = fields.Many2one(
        "aftersales.kpi",
        "KPI",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="Empty: holds in every company without a target of its own.",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Centre or Service Point",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('tier', '!=', 'hq')]",
        help="A target of a centre holds for every point below it that has none.",
    )
    owner_id = fields.Many2one(
        "res.users",
        "Responsible",
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Answers for the figure of this unit; empty: the owner of the KPI.",
    )
    date_from = fields.Date(
        "Valid from", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date("Valid until", tracking=True)
    target = fields.Float(digits=(16, 2), required=True, tracking=True, aggregator=None)
    warning = fields.Float(
        "Warning Limit",
        compute="_compute_warning",
        store=True,
        readonly=False,
        precompute=True,
        digits=(16, 2),
        tracking=True,
        aggregator=None,
        help="A missed target is shown in yellow up to here, and in red beyond.",
    )
    limit = fields.Float(
        "Not Above",
        digits=(16, 2),
        tracking=True,
        aggregator=None,
        help="Where more is better only up to a point: beyond it the light is yellow. "
        "0: no such limit.",
    )
    is_typical = fields.Boolean(
        "Typical Value",
        copy=False,
        help="A usual value of the trade, proposed until you agree on your own.",
    )
    unit = fields.Selection(related="kpi_id.unit")
    direction = fields.Selection(related="kpi_id.direction")

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A target cannot end before it begins.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (kpi_id WITH =, (COALESCE(company_id, 0)) WITH =,"
        " (COALESCE(service_point_id, 0)) WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "There is a target for this KPI, unit and time already. End it before the new "
        "one begins.",
    )

    @api.depends("service_point_id")
    def _compute_company_id(self):
        for target in self:
            target.company_id = (
                target.service_point_id.company_id
                or target.company_id
                or target.kpi_id.company_id
            )

    @api.depends("target")
    def _compute_warning(self):
        for target in self:
            goal = kernel.Goal(target.target, target.warning)
            bad = kernel.check_goal(goal, target.kpi_id.direction or "up")
            if not target.warning or bad:
                target.warning = target.target

    @api.depends("kpi_id.name", "service_point_id.name", "company_id.name")
    def _compute_display_name(self):
        for target in self:
            where = target.service_point_id.name or target.company_id.name
            target.display_name = ", ".join(filter(None, (target.kpi_id.name, where)))

    @api.constrains("target", "warning", "limit", "kpi_id")
    def _check_goal(self):
        for target in self:
            fault = kernel.check_goal(target._get_goal(), target.kpi_id.direction)
            if fault:
                raise ValidationError(target._get_goal_text(fault))

    def _get_goal_text(self, fault):
        """Sentence on what is wrong with the target."""
        self.ensure_one()
        texts = {
            "target": self.env._(
                "%(target)s: a target must be above zero where more is better, and not "
                "negative where less is better.",
                target=self.display_name,
            ),
            "warning": self.env._(
                "%(target)s: the warning limit must lie on the worse side of the "
                "target.",
                target=self.display_name,
            ),
            "limit": self.env._(
                "%(target)s: the upper limit must not lie below the target.",
                target=self.display_name,
            ),
        }
        return texts[fault]

    def _get_goal(self):
        """The target as the kernel takes it."""
        self.ensure_one()
        return kernel.Goal(self.target, self.warning, self.limit or None)

    def write(self, vals):
        """Whoever changes a typical value makes it his own."""
        if {"target", "warning", "limit"} & set(vals):
            vals = {"is_typical": False, **vals}
        return super().write(vals)

    @api.model
    def _load_goals(self, kpis, company, day):
        """Targets that hold on a day: ``{kpi: {key: target}}``.

        Keys are those of :meth:`_get_chain`.
        """
        found = self.search(
            Domain("kpi_id", "in", kpis.ids)
            & Domain("company_id", "in", [False, company.id])
            & Domain("date_from", "<=", day)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
        )
        result = {kpi: {} for kpi in kpis}
        for target in found:
            point, owner = target.service_point_id, target.company_id
            key = point.id or ("company" if owner else "general")
            result[target.kpi_id][key] = target
        return result

    @api.model
    def _get_chain(self, point):
        """Keys of the targets of a unit, the nearest first."""
        above = [int(part) for part in (point.parent_path or "").split("/") if part]
        return [*reversed(above), "company", "general"]
