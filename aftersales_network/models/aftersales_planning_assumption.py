from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.capacity import Assumptions


class AftersalesPlanningAssumption(models.AbstractModel):
    """What capacity planning takes for granted; settings and plans share it.

    Hours are hours, shares lie between 0 and 1, distances are kilometres.  The
    limits of each figure are those of the calculation
    (``tools/capacity.Assumptions.LIMITS``).
    """

    _name = "aftersales.planning.assumption"
    _description = "Planning Assumptions"

    seasonal_factor = fields.Float(
        default=2.0,
        aggregator=None,
        help="Jobs in the busiest month ÷ jobs in an average month.",
    )
    repair_hours = fields.Float(
        "Repair Time", default=1.5, aggregator=None, help="Hours of work per job."
    )
    travel_hours = fields.Float(
        "Travel Time", default=0.75, aggregator=None, help="Hours of travel per job."
    )
    admin_hours = fields.Float(
        "Paperwork", default=0.25, aggregator=None, help="Hours of reporting per job."
    )
    revisit_rate = fields.Float(
        "Second Visits",
        default=0.12,
        aggregator=None,
        help="Share of jobs that need another visit.",
    )
    paid_hours = fields.Float(
        "Paid Hours a Year",
        default=2000.0,
        aggregator=None,
        help="Paid hours of one technician in a year.",
    )
    absence = fields.Float(
        default=0.15,
        aggregator=None,
        help="Share of the paid hours for leave, sickness and training.",
    )
    utilisation = fields.Float(
        default=0.75,
        aggregator=None,
        help="Share of the hours present that goes into jobs.",
    )
    new_unit_share = fields.Float(
        "Share of Year in Use",
        default=0.5,
        aggregator=None,
        help="Mean share of the plan year that a unit sold in it is in use.",
    )
    technicians_per_point = fields.Float(
        default=4.0, aggregator=None, help="Usual number of technicians at a point."
    )
    jobs_per_technician = fields.Float(
        "Jobs per Technician and Year", default=1000.0, aggregator=None
    )
    promise_hours = fields.Float(
        "Promised Arrival",
        default=4.0,
        aggregator=None,
        help="Hours from the request to the arrival that the network promises.",
    )
    dispatch_hours = fields.Float(
        "Dispatch Time",
        default=1.0,
        aggregator=None,
        help="Hours from the request until somebody is on the way.",
    )
    speed_kmh = fields.Float("Travel Speed (km/h)", default=40.0, aggregator=None)
    detour = fields.Float(
        default=1.3, aggregator=None, help="Road distance ÷ straight distance."
    )
    overlap = fields.Float(
        "Useful Share of a Circle",
        default=0.7,
        aggregator=None,
        help="Share of a point's circle that no other point covers.",
    )

    @api.constrains(*Assumptions.FIELDS)
    def _check_assumptions(self):
        for record in self:
            error = record._get_assumptions().find_error()
            if error:
                record._raise_assumption(*error)

    def _get_assumptions(self):
        """The figures for the calculation, as typed.

        :return: ``tools.capacity.Assumptions``
        """
        self.ensure_one()
        return Assumptions(
            # Binary noise of the database float is no part of the typed figure.
            **{name: round(self[name], 9) for name in Assumptions.FIELDS}
        )

    def _raise_assumption(self, name, lower, inclusive, upper):
        """Refuse a figure outside its limits.

        :raise ValidationError: naming record, figure and limits
        """
        label = self._fields[name]._description_string(self.env)
        values = {
            "record": self.display_name or self._description,
            "field": label,
            "value": round(self[name], 6),
            "lower": lower,
            "upper": upper,
        }
        if upper is None and inclusive:
            text = self.env._(
                "%(record)s: %(field)s is %(value)s; it must be at least %(lower)s.",
                **values,
            )
        elif upper is None:
            text = self.env._(
                "%(record)s: %(field)s is %(value)s; it must be more than %(lower)s.",
                **values,
            )
        elif inclusive:
            text = self.env._(
                "%(record)s: %(field)s is %(value)s; it must lie between %(lower)s "
                "and %(upper)s.",
                **values,
            )
        else:
            text = self.env._(
                "%(record)s: %(field)s is %(value)s; it must be more than %(lower)s "
                "and at most %(upper)s.",
                **values,
            )
        raise ValidationError(text)


class AftersalesPlanningSetting(models.Model):
    """Planning figures of one company: defaults of plans, rules for rates."""

    _name = "aftersales.planning.setting"
    _description = "Planning Settings"
    _inherit = ["aftersales.planning.assumption", "mail.thread"]
    _rec_name = "company_id"
    _order = "company_id, id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    min_failures = fields.Integer(
        "Failures Needed",
        default=5,
        tracking=True,
        help="From this number of failures on, the learned rate stands alone.",
    )
    min_exposure = fields.Float(
        "Unit-Years Needed",
        default=100.0,
        tracking=True,
        help="From this time at risk on, the learned rate stands alone.",
    )
    prior_years = fields.Float(
        "Weight of the Design Rate",
        default=50.0,
        tracking=True,
        help="Unit-years of own observation that the design rate is worth while data "
        "is thin. 0: the design rate itself is taken.",
    )
    confidence_level = fields.Float(
        default=0.95, tracking=True, help="Level of the confidence intervals."
    )
    last_age = fields.Integer(
        "Oldest Age Class",
        default=10,
        help="Year of age that also takes everything older.",
    )
    record_start = fields.Date(
        "Repairs Recorded since",
        help="Before this day failures would not have been seen, so the units count "
        "no time at risk. Empty: the first recorded repair.",
    )

    _company_uniq = models.UniqueIndex(
        "(company_id)", "This company has its planning settings already."
    )
    _thresholds_positive = models.Constraint(
        "CHECK (min_failures >= 0 AND min_exposure >= 0 AND prior_years >= 0)",
        "The figures needed for a learned rate cannot be negative.",
    )
    _level_share = models.Constraint(
        "CHECK (confidence_level >= 0.5 AND confidence_level < 1)",
        "The confidence level must lie between 0.5 and 1.",
    )
    _last_age_range = models.Constraint(
        "CHECK (last_age BETWEEN 0 AND 50)",
        "The oldest age class must lie between 0 and 50 years.",
    )

    @api.model
    def _get_for(self, company):
        """Settings of a company; usual figures where none were saved.

        :return: one record, a new one where nothing is saved
        """
        found = self.search([("company_id", "=", company.id)], limit=1)
        return found or self.new({"company_id": company.id})
