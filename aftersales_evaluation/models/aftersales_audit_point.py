from odoo import fields, models

REASONS = [
    ("drawn", "Drawn"),
    ("failed", "Failed Last Time"),
    ("overdue", "Overdue Finding"),
    ("all", "Whole Population"),
    ("added", "Added by Hand"),
]


class AftersalesAuditPoint(models.Model):
    """One point of an audit: why it was chosen, who audits it and when."""

    _name = "aftersales.audit.point"
    _description = "Audited Point"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "audit_id, date_planned, id"
    _rec_name = "service_point_id"
    _check_company_auto = True

    audit_id = fields.Many2one(
        "aftersales.audit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="audit_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    centre_id = fields.Many2one(related="service_point_id.centre_id")
    reason = fields.Selection(
        REASONS, "Chosen Because", required=True, readonly=True, default="added"
    )
    note = fields.Char()
    user_id = fields.Many2one(
        "res.users",
        "Auditor",
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Empty: the lead auditor.",
    )
    date_planned = fields.Date("Planned")
    date_done = fields.Date("Audited On", readonly=True, copy=False)
    scorecard_id = fields.Many2one(
        "aftersales.scorecard",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    skip_reason = fields.Char(readonly=True, copy=False)
    finding_ids = fields.One2many(related="scorecard_id.finding_ids")
    finding_count = fields.Integer(related="scorecard_id.finding_count")
    score = fields.Float(related="scorecard_id.score")
    level_id = fields.Many2one(related="scorecard_id.level_id")
    audit_state = fields.Selection(related="audit_id.state", string="Audit Status")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("running", "Running"),
            ("done", "Done"),
            ("skipped", "Left Out"),
        ],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    _FLOW_FIELDS = frozenset(
        ("state", "reason", "date_done", "scorecard_id", "skip_reason")
    )
    _SCOPE_FIELDS = frozenset(("audit_id", "service_point_id"))

    _point_uniq = models.UniqueIndex(
        "(audit_id, service_point_id)", "A point can stand in an audit only once."
    )
