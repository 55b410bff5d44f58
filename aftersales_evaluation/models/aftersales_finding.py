from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

#: States in which something is still to be done.
OPEN_STATES = ("open", "corrected")


class AftersalesFinding(models.Model):
    """What was found wrong, until its correction was verified.

    The owner (or the point, on the portal) answers with cause and correction;
    somebody else verifies that it helps.  Findings are evidence: they are never
    deleted, a wrong one is withdrawn with a reason.
    """

    _name = "aftersales.finding"
    _description = "Finding"
    _inherit = [
        "aftersales.owner.task",
        "aftersales.severity.mixin",
        "aftersales.unit.company.mixin",
        "aftersales.scope.mixin",
        "aftersales.portal.form.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
    ]
    _order = "date_due, id"
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    text = fields.Text("Facts Found", required=True, tracking=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Empty: the finding is about the company as a whole.",
    )
    centre_id = fields.Many2one(
        related="service_point_id.centre_id", store=True, index="btree_not_null"
    )
    owner_id = fields.Many2one(
        "res.users",
        compute="_compute_owner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Answers for the correction; proposed is the manager of the point.",
    )
    former_owner_ids = fields.Many2many(
        "res.users",
        "aftersales_finding_former_owner_rel",
        "finding_id",
        "user_id",
        "Former Owners",
        readonly=True,
        copy=False,
        help="Owners who handed the finding over themselves; none of them verifies it.",
    )
    auditor_id = fields.Many2one(
        "res.users",
        "Raised by",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        copy=False,
        tracking=True,
    )
    date = fields.Date(
        "Found On", required=True, default=lambda self: self._get_today(), index=True
    )
    res_model = fields.Char("Origin Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(
        "Origin", model_field="res_model", readonly=True, copy=False
    )
    scorecard_id = fields.Many2one(
        "aftersales.scorecard",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    audit_id = fields.Many2one(
        "aftersales.audit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    indicator_id = fields.Many2one(
        "aftersales.indicator",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    clause = fields.Char(
        compute="_compute_clause",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        help="Set and code of the indicator, or the clause of any other rule. The "
        "same clause at the same point is a repetition.",
    )
    cause = fields.Text(copy=False, tracking=True)
    correction = fields.Text(
        copy=False,
        tracking=True,
        help="What was done, and what keeps it from coming back.",
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_finding_photo_rel",
        "finding_id",
        "attachment_id",
        "Proof of Correction",
        copy=False,
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("corrected", "Corrected"),
            ("verified", "Verified"),
            ("cancelled", "Withdrawn"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    corrected_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_corrected = fields.Datetime("Corrected On", readonly=True, copy=False)
    verified_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_verified = fields.Datetime("Verified On", readonly=True, copy=False)
    verification = fields.Text(
        readonly=True, copy=False, help="How it was verified, or why it was withdrawn."
    )
    sent_back_count = fields.Integer("Times Sent Back", readonly=True, copy=False)
    date_reminded = fields.Date("Owner Reminded On", readonly=True, copy=False)
    date_escalated = fields.Date("Superior Told On", readonly=True, copy=False)
    repeat_count = fields.Integer(
        "Earlier Cases",
        compute="_compute_repeat_count",
        store=True,
        help="Findings of the same clause at the same point in the months before "
        "that the settings name.",
    )
    is_released = fields.Boolean(
        "Shown to the Point",
        compute="_compute_is_released",
        store=True,
        precompute=True,
        help="What an unannounced audit finds is shown once the audit of the point "
        "is done.",
    )

    _OPEN_STATES = OPEN_STATES
    _TASK_ACTIVITY = "aftersales_evaluation.activity_finding"
    _FLOW_FIELDS = frozenset(
        (
            "auditor_id",
            "former_owner_ids",
            "state",
            "cause",
            "correction",
            "photo_ids",
            "corrected_by_id",
            "date_corrected",
            "verified_by_id",
            "date_verified",
            "verification",
            "sent_back_count",
            "date_reminded",
            "date_escalated",
        )
    )
    _FIXED_FIELDS = frozenset(("name", "res_model", "res_id"))
    _SCOPE_FIELDS = frozenset(("service_point_id", "company_id"))

    _overdue_idx = models.Index(
        "(company_id, date_due) WHERE state IN ('open', 'corrected')"
    )
    _clause_idx = models.Index("(service_point_id, clause)")

    @api.depends("service_point_id", "company_id")
    def _compute_owner_id(self):
        for finding in self:
            if not finding.owner_id:
                finding.owner_id = finding._get_proposed_owner()

    def _get_proposed_owner(self):
        """Manager of the point or of the unit above it, else a head of service."""
        point = self.service_point_id
        group = "aftersales_network.group_user"
        manager = point.manager_id.filtered(lambda user: user.has_group(group))
        if point and not manager:
            manager = point._get_supervisor()
        if manager:
            return manager
        company = self.company_id or self.env.company
        return company._get_aftersales_people("aftersales_network.group_head")[:1]

    def _get_date_found(self):
        return self.date or super()._get_date_found()

    @api.depends("indicator_id")
    def _compute_clause(self):
        for finding in self:
            indicator = finding.indicator_id
            if indicator:
                finding.clause = f"{indicator.set_id.code} {indicator.code}"
            else:
                finding.clause = finding.clause

    @api.depends("service_point_id", "clause", "date")
    def _compute_repeat_count(self):
        groups = self._get_same_clause()
        for finding in self:
            rivals = groups.get((finding.service_point_id.id, finding.clause), [])
            origin = finding._origin.id
            since = finding._get_repeat_start()
            finding.repeat_count = sum(
                bool(origin) and since <= day <= finding.date and number < origin
                for number, day in rivals
            )

    def _get_same_clause(self):
        """Findings that stand: ``{(point id, clause): [(id, day), …]}``."""
        keyed = self.filtered(lambda f: f.service_point_id and f.clause)
        groups = {}
        # Whoever raises a finding need not see the earlier ones to count them.
        rows = self.sudo().search_fetch(
            Domain("service_point_id", "in", keyed.service_point_id.ids)
            & Domain("clause", "in", keyed.mapped("clause"))
            & Domain("state", "!=", "cancelled"),
            ["service_point_id", "clause", "date"],
        )
        for row in rows:
            key = (row.service_point_id.id, row.clause)
            groups.setdefault(key, []).append((row.id, row.date))
        return groups

    def _get_repeat_start(self):
        """First day whose findings still count as earlier cases."""
        self.ensure_one()
        months = self.company_id.aftersales_finding_repeat_months
        return (self.date or self._get_today()) - relativedelta(months=months)

    @api.depends(
        "audit_id.kind",
        "audit_id.state",
        "audit_id.point_ids.state",
        "scorecard_id.audit_point_ids.audit_id.kind",
        "scorecard_id.audit_point_ids.audit_id.state",
        "scorecard_id.audit_point_ids.state",
    )
    def _compute_is_released(self):
        for finding in self:
            # Whoever leaves the audit empty tells its points no sooner.
            audit_sudo = finding.sudo().scorecard_id._get_audit()
            audit = finding.audit_id or audit_sudo
            finding.is_released = not audit._is_withheld(finding.service_point_id)

    @api.constrains("owner_id", "company_id")
    def _check_owner(self):
        for finding in self.filtered("owner_id"):
            owner = finding.owner_id
            if not owner.has_group("aftersales_network.group_user"):
                raise ValidationError(
                    self.env._(
                        "%(finding)s: %(user)s has no access to after-sales. The point "
                        "answers on the portal; choose somebody of our own as owner.",
                        finding=finding.name,
                        user=owner.name,
                    )
                )
            # Which companies somebody works for decides here, whoever asks.
            if finding.company_id not in owner.sudo().company_ids:
                raise ValidationError(
                    self.env._(
                        "%(finding)s: %(user)s does not work for %(company)s.",
                        finding=finding.name,
                        user=owner.name,
                        company=finding.company_id.name,
                    )
                )

    @api.constrains("scorecard_id", "service_point_id")
    def _check_scorecard(self):
        for finding in self:
            point = finding.scorecard_id.service_point_id
            if finding.scorecard_id and point != finding.service_point_id:
                raise ValidationError(
                    self.env._(
                        "%(finding)s: scorecard %(card)s is about another point.",
                        finding=finding.name,
                        card=finding.scorecard_id.name,
                    )
                )

    @api.constrains("date", "date_due")
    def _check_dates(self):
        for finding in self:
            if finding.date_due and finding.date_due < finding.date:
                raise ValidationError(
                    self.env._(
                        "%(finding)s cannot be due before it was found.",
                        finding=finding.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        findings = super().create(vals_list)
        findings._check_sources({"audit_id", "scorecard_id", "visit_id"})
        findings._fill_origins()
        findings._propose_suspensions()
        return findings

    def write(self, vals):
        if not self._is_flow():
            self._check_editable(vals)
        if "owner_id" in vals:
            self._note_former_owner()
        res = super().write(vals)
        self._check_sources(set(vals))
        return res

    def _note_former_owner(self):
        """Remember who hands his findings over: he does not verify them then."""
        own = self.filtered(lambda f: f.owner_id == self.env.user)
        if own:
            own._write_flow({"former_owner_ids": [Command.link(self.env.uid)]})

    def _check_sources(self, names):
        """Refuse an audit, visit or scorecard that the user may not see himself.

        Its name would tell him of an audit that nobody announced.

        :param names: fields that were given
        :raise AccessError: a record out of the user's reach
        """
        for name in {"audit_id", "scorecard_id", "visit_id"} & names:
            self[name].check_access("read")

    def _check_editable(self, vals):
        """What was found stays as it is once it was answered.

        :raise UserError: naming the finding
        """
        own = {"text", "severity", "service_point_id", "company_id", "owner_id"}
        own |= {"date", "date_due", "scorecard_id", "audit_id", "indicator_id"}
        own |= {"clause", "visit_id"}
        frozen = self.filtered(lambda f: f.state != "open")[:1]
        if frozen and own & set(vals):
            raise UserError(
                self.env._(
                    "%(finding)s was answered and stays as it is. Send it back first.",
                    finding=frozen.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(
                self.env._(
                    "%(finding)s is evidence and cannot be deleted. Withdraw it with a "
                    "reason instead.",
                    finding=self[0].name,
                )
            )
