from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

#: States of an audit in which the audited may know of it, whatever its kind.
OPEN_TO_ALL = ("done", "cancelled")
#: States in which an audited point may see what was found.
DONE_STATES = ("done",)


class AftersalesAudit(models.Model):
    """Programme of an audit: why, whom, when and by whom.

    Which points are audited is drawn by a rule and kept with its seed, so that the
    choice can be repeated and defended.
    """

    _name = "aftersales.audit"
    _description = "Audit"
    _inherit = [
        "aftersales.flow.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _check_company_auto = True
    _rec_names_search = ("name", "subject")

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    subject = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        [
            ("announced", "Announced Audit"),
            ("unannounced", "Unannounced Audit"),
            ("self", "Self-assessment"),
            ("outside", "Outside Audit"),
        ],
        required=True,
        default="announced",
        index=True,
        tracking=True,
        help="An unannounced audit stays hidden from a point until it is done there.",
    )
    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    date_from = fields.Date(
        "Period From", required=True, help="Period that the scorecards judge."
    )
    date_to = fields.Date("Period To", required=True)
    date_start = fields.Date("First Day", required=True, index=True, tracking=True)
    date_end = fields.Date("Last Day", required=True, tracking=True)
    lead_id = fields.Many2one(
        "res.users",
        "Lead Auditor",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    member_ids = fields.Many2many(
        "res.users",
        "aftersales_audit_member_rel",
        "audit_id",
        "user_id",
        "Audit Team",
        default=lambda self: self.env.user,
        context={"active_test": False},
        domain="[('share', '=', False)]",
        help="The lead auditor always belongs to the team.",
    )
    rule_id = fields.Many2one(
        "aftersales.audit.rule",
        "Sampling Rule",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    centre_ids = fields.Many2many(
        "aftersales.service.point",
        "aftersales_audit_centre_rel",
        "audit_id",
        "service_point_id",
        "Within",
        check_company=True,
        domain="[('tier', '!=', 'point'), ('company_id', '=', company_id)]",
        help="Only points below these units; empty: all points of the company.",
    )
    purpose = fields.Text(help="Why this audit is held and what it is to find out.")
    point_ids = fields.One2many("aftersales.audit.point", "audit_id")
    finding_ids = fields.One2many("aftersales.finding", "audit_id")
    state = fields.Selection(
        [
            ("draft", "Planned"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    date_done = fields.Date("Closed On", readonly=True, copy=False)
    seed = fields.Char(
        readonly=True,
        copy=False,
        help="Random text, taken once; with it the rule draws the same points again.",
    )
    date_drawn = fields.Datetime("Drawn On", readonly=True, copy=False)
    population_count = fields.Integer(
        "Points to Choose From", readonly=True, copy=False
    )
    point_count = fields.Integer("Audited Points", compute="_compute_point_counts")
    done_point_count = fields.Integer("Done", compute="_compute_point_counts")
    progress = fields.Integer("Progress (%)", compute="_compute_point_counts")
    finding_count = fields.Integer("Findings", compute="_compute_finding_count")

    _FLOW_FIELDS = frozenset(
        ("state", "cancel_reason", "date_done")
        + ("seed", "date_drawn", "population_count")
    )
    _FIXED_FIELDS = frozenset(("name", "company_id"))
    #: What the scorecards and the choice of points follow from.
    _PLAN_FIELDS = frozenset(
        ("kind", "set_id", "date_from", "date_to", "lead_id", "member_ids")
        + ("rule_id", "centre_ids")
    )

    _period_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The judged period cannot end before it starts."
    )
    _days_order = models.Constraint(
        "CHECK (date_end >= date_start)", "An audit cannot end before it starts."
    )

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for audit in self:
            audit.display_name = f"{audit.name} {audit.subject or ''}".strip()

    def _compute_point_counts(self):
        rows = self.env["aftersales.audit.point"]._read_group(
            [("audit_id", "in", self.ids), ("state", "!=", "skipped")],
            ["audit_id", "state"],
            ["__count"],
        )
        counts = {}
        for audit, state, count in rows:
            counts.setdefault(audit, {})[state] = count
        for audit in self:
            found = counts.get(audit._origin, {})
            audit.point_count = sum(found.values())
            audit.done_point_count = found.get("done", 0)
            audit.progress = (
                100 * audit.done_point_count // audit.point_count
                if audit.point_count
                else 0
            )

    def _compute_finding_count(self):
        counts = self.env["aftersales.finding"]._count_by(self, "audit_id")
        for audit in self:
            audit.finding_count = counts.get(audit._origin, 0)

    def _is_withheld(self, point):
        """Whether ``point`` may not yet know what this audit found there."""
        if self.kind != "unannounced" or self.state in OPEN_TO_ALL:
            return False
        # The lines of the audit are counted for readers who may not see them.
        lines_sudo = self.sudo().point_ids
        line_sudo = lines_sudo.filtered(lambda line: line.service_point_id == point)
        return line_sudo.state not in DONE_STATES

    def _get_hidden_findings(self):
        """Findings that the audited do not know of yet, as superuser."""
        audits = self.filtered(lambda audit: audit.kind == "unannounced")
        Finding_sudo = self.env["aftersales.finding"].sudo()
        if not audits:
            return Finding_sudo
        return Finding_sudo.search(
            Domain("is_released", "=", False)
            & (
                Domain("audit_id", "in", audits.ids)
                | Domain("scorecard_id.audit_point_ids.audit_id", "in", audits.ids)
            )
        )

    @api.constrains("lead_id", "member_ids")
    def _check_team(self):
        for audit in self:
            if any((audit.lead_id | audit.member_ids).mapped("share")):
                raise ValidationError(
                    self.env._(
                        "%(audit)s: only internal users audit.",
                        audit=audit.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        audits = super().create(vals_list)
        audits._add_leads()
        return audits

    def write(self, vals):
        if not self._is_flow() and self._PLAN_FIELDS & set(vals):
            self._check_planned()
        hidden = self.env["aftersales.finding"]
        if vals.get("state") in OPEN_TO_ALL:
            hidden = self._get_hidden_findings()
        res = super().write(vals)
        hidden.filtered("is_released")._announce()
        if {"lead_id", "member_ids"} & set(vals):
            self._add_leads()
            if not self.env.su:
                self.check_access("write")
        return res

    def _check_planned(self):
        """Refuse another plan once the audit was begun.

        :raise UserError: naming the audit
        """
        begun = self.filtered(lambda audit: audit.state != "draft")[:1]
        if begun:
            raise UserError(
                self.env._(
                    "%(audit)s was begun: kind, set, period, rule and team stay as "
                    "they are. Plan another audit instead.",
                    audit=begun.display_name,
                )
            )

    def _add_leads(self):
        """Put lead auditors into their teams."""
        for lead, audits in self.grouped("lead_id").items():
            missing = audits.filtered(lambda a, u=lead: u not in a.member_ids)
            if missing:
                missing._write_flow({"member_ids": [Command.link(lead.id)]})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        kept = self.filtered(lambda a: a.state != "draft" or a.finding_ids)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(audit)s was begun and cannot be deleted. Cancel it instead.",
                    audit=kept.display_name,
                )
            )
