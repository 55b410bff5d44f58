from odoo import fields, models


class AftersalesAuditRule(models.Model):
    """How many points of a population are audited, and which ones always."""

    _name = "aftersales.audit.rule"
    _description = "Sampling Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    method = fields.Selection(
        [
            ("root", "Square Root of the Points"),
            ("percent", "Share of the Points"),
            ("fixed", "Fixed Number"),
            ("all", "All Points"),
        ],
        required=True,
        default="root",
    )
    percent = fields.Float("Percentage of Points", default=20.0, digits=(5, 2))
    number = fields.Integer("Number of Points", default=5)
    minimum = fields.Integer(
        default=1, help="At least so many points are drawn, as far as there are any."
    )
    with_failed = fields.Boolean(
        "All that Failed Last Time",
        default=True,
        help="Points whose last approved scorecard has a failing level come on top.",
    )
    with_overdue = fields.Boolean(
        "All with Overdue Findings",
        help="Points with an overdue finding come on top.",
    )
    note = fields.Text("Explanation", translate=True)

    _percent_range = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)",
        "The share of a sampling rule must be between 0 and 100 %.",
    )
    _numbers_positive = models.Constraint(
        "CHECK (number >= 0 AND minimum >= 0)",
        "A sampling rule cannot draw a negative number of points.",
    )
