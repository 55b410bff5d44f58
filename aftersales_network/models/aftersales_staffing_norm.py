from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import float_repr


class AftersalesStaffingNorm(models.Model):
    """How much one person in a role does in a month, and how many are the least.

    The norm for a kind of point goes before that for a tier, and that before the
    one for all.
    """

    _name = "aftersales.staffing.norm"
    _description = "Staffing Norm"
    _inherit = ["mail.thread"]
    _order = "role_id, tier, kind, date_from desc, id"
    _check_company_auto = True

    role_id = fields.Many2one(
        "aftersales.staff.role", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    tier = fields.Selection(
        "_selection_tier",
        help="Empty: units of every tier.",
        tracking=True,
    )
    kind = fields.Selection(
        "_selection_kind",
        help="Empty: every kind of point.",
        tracking=True,
    )
    workload = fields.Selection(
        [("orders", "Finished Orders"), ("calls", "Calls and Requests Taken")],
        required=True,
        default="orders",
        tracking=True,
        help="Work of a unit counts with everything below it: a centre answers for "
        "its points.",
    )
    per_person = fields.Float(
        "Per Person and Month", digits=(10, 2), required=True, tracking=True
    )
    minimum = fields.Integer(
        "At Least", help="People needed whatever the work.", tracking=True
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", help="Last day; empty: until further notice.")
    note = fields.Char()

    _per_person_positive = models.Constraint(
        "CHECK (per_person > 0)", "The norm per person and month must be above 0."
    )
    _minimum_positive = models.Constraint(
        "CHECK (minimum >= 0)", "The least number of people cannot be negative."
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A norm cannot end before it starts.",
    )

    @api.depends("role_id.name", "tier", "kind", "per_person", "workload")
    def _compute_display_name(self):
        for norm in self:
            parts = [norm.role_id.name or ""]
            for name in ("tier", "kind"):
                options = dict(self._fields[name]._description_selection(self.env))
                parts.append(options.get(norm[name]))
            norm.display_name = ", ".join(part for part in parts if part)

    @api.model
    def _selection_tier(self):
        Point = self.env["aftersales.service.point"]
        return Point._fields["tier"]._description_selection(self.env)

    @api.model
    def _selection_kind(self):
        Point = self.env["aftersales.service.point"]
        return Point._fields["kind"]._description_selection(self.env)

    @api.constrains("role_id", "company_id", "tier", "kind", "date_from", "date_to")
    def _check_once(self):
        """One role has one norm for a kind of unit at a time."""
        others = self.search(Domain("role_id", "in", self.role_id.ids))
        for norm in self:
            twin = (others - norm).filtered(lambda o, x=norm: o._overlaps(x))[:1]
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(norm)s has a norm from %(start)s to %(end)s already. End "
                        "that one first.",
                        norm=twin.display_name,
                        start=twin.date_from,
                        end=twin.date_to or self.env._("open end"),
                    )
                )

    def _overlaps(self, other):
        """Whether both norms speak of the same role and units at one time."""
        names = ("role_id", "company_id", "tier", "kind")
        return (
            all(self[name] == other[name] for name in names)
            and (not other.date_to or self.date_from <= other.date_to)
            and (not self.date_to or other.date_from <= self.date_to)
        )

    def _get_exact_norm(self):
        """The norm as an exact number, without the dust of floats."""
        self.ensure_one()
        return Decimal(float_repr(self.per_person, 2))

    @api.model
    def _get_valid_domain(self, company, on_date):
        """Norms of a company that are valid on a day."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("date_from", "<=", on_date)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", on_date))
        )

    @api.model
    def _get_workload_anchor(self, workload):
        """Moment of an order by which it counts as work of a month."""
        return {"orders": "date_end", "calls": "date_request"}[workload]
