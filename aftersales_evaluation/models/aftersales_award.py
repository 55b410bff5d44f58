from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError

from .aftersales_award_rule import KINDS

#: Who may see what an award is worth.
MONEY_GROUPS = ",".join(
    f"aftersales_network.group_{role}"
    for role in (
        "centre_manager",
        "settlement_clerk",
        "training_officer",
        "auditor",
        "head",
    )
)


class AftersalesAward(models.Model):
    """Award to a service point or a person: money, praise, promotion, care, title.

    It needs a rule or a reason.  Money reaches the settlement of the point or the
    payroll list exactly once, with the release by somebody other than who
    proposed it.
    """

    _name = "aftersales.award"
    _description = "Award"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "recipient_name"]
    _check_company_auto = True

    name = fields.Char("Number", required=True, default="/", readonly=True, copy=False)
    kind = fields.Selection(
        KINDS, required=True, default="praise", index=True, tracking=True
    )
    recipient_type = fields.Selection(
        [("point", "Service Point"), ("person", "Person")],
        "To",
        required=True,
        default="point",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_service_point_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Person at a Point",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    employee_id = fields.Many2one(
        "hr.employee",
        compute="_compute_employee_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    recipient_name = fields.Char(
        "Recipient",
        compute="_compute_recipient_name",
        store=True,
        precompute=True,
        compute_sudo=True,
        index="trigram",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    amount = fields.Monetary(
        tracking=True, groups=MONEY_GROUPS, copy=False, aggregator="sum"
    )
    payout = fields.Selection(
        [("settlement", "Settlement of the Point"), ("payroll", "Payroll")],
        "Paid by",
        compute="_compute_payout",
        store=True,
        precompute=True,
        help="Own employees are paid by payroll; a service point, and the people it "
        "employs, by its settlement.",
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        index=True,
        tracking=True,
    )
    rule_id = fields.Many2one(
        "aftersales.award.rule",
        "Award Rule",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    reason = fields.Text(tracking=True, help="What the award honours, in your words.")
    ranking_line_id = fields.Many2one(
        "aftersales.ranking.line",
        "Place in the Ranking",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    ranking_id = fields.Many2one(
        related="ranking_line_id.ranking_id", store=True, index="btree_not_null"
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Job that the praise is about.",
    )
    badge_id = fields.Many2one(
        "gamification.badge",
        compute="_compute_badge_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    new_role_id = fields.Many2one(
        "aftersales.staff.role", "New Post", tracking=True, help="Post promoted to."
    )
    care_kind = fields.Selection(
        [
            ("visit", "Home or Hospital Visit"),
            ("birthday", "Birthday or Anniversary"),
            ("health", "Health Check"),
            ("event", "Team Event"),
            ("help", "Help in Need"),
        ],
        "Kind of Care",
    )
    date_event = fields.Date(
        "Takes Place on", help="Day of the promotion, visit or event."
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("released", "Released"),
            ("cancelled", "Cancelled"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    proposed_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        help="Who proposed the award or changed it last; empty where a scheduled "
        "ranking did.",
    )
    released_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, tracking=True
    )
    date_released = fields.Date("Released on", readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)
    can_release = fields.Boolean(compute="_compute_can_release")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "name",
            "proposed_by_id",
            "released_by_id",
            "date_released",
            "cancel_reason",
            "ranking_line_id",
        )
    )
    _SCOPE_FIELDS = frozenset(
        ("kind", "service_point_id", "staff_id", "employee_id", "company_id")
    )
    #: What was proposed; fixed from the release on.
    _CONTENT_FIELDS = frozenset(
        (
            "kind",
            "recipient_type",
            "service_point_id",
            "staff_id",
            "employee_id",
            "company_id",
            "amount",
            "date",
            "rule_id",
            "reason",
            "order_id",
            "badge_id",
            "new_role_id",
            "care_kind",
        )
    )
    #: What follows from the place in a ranking.
    _RANKED_FIELDS = _CONTENT_FIELDS - {
        "reason",
        "order_id",
        "badge_id",
        "new_role_id",
        "care_kind",
    }

    _recipient = models.Constraint(
        "CHECK ((recipient_type = 'point' AND service_point_id IS NOT NULL"
        " AND staff_id IS NULL AND employee_id IS NULL) OR (recipient_type = 'person'"
        " AND (staff_id IS NOT NULL OR employee_id IS NOT NULL)))",
        "An award goes either to a service point or to a person.",
    )
    _money_or_none = models.Constraint(
        "CHECK ((kind = 'money' AND COALESCE(amount, 0) > 0)"
        " OR (kind != 'money' AND COALESCE(amount, 0) = 0))",
        "An award of money needs an amount above zero; other awards have none.",
    )
    _place_once = models.UniqueIndex(
        "(rule_id, ranking_line_id) WHERE ranking_line_id IS NOT NULL"
        " AND state != 'cancelled'",
        "This place already has its award by this rule.",
    )

    @api.depends("staff_id", "recipient_type")
    def _compute_service_point_id(self):
        for award in self:
            if award.recipient_type == "person":
                award.service_point_id = award.staff_id.service_point_id
            else:
                award.service_point_id = award.service_point_id

    @api.depends("staff_id", "recipient_type")
    def _compute_employee_id(self):
        for award in self:
            if award.recipient_type == "point":
                award.employee_id = False
            elif award.staff_id:
                award.employee_id = award.sudo().staff_id.employee_id
            else:
                award.employee_id = award.employee_id

    @api.depends("service_point_id", "staff_id", "employee_id", "recipient_type")
    def _compute_recipient_name(self):
        for award in self:
            if award.recipient_type == "point":
                award.recipient_name = award.service_point_id.name
            else:
                award.recipient_name = award.staff_id.name or award.employee_id.name

    @api.depends("service_point_id", "employee_id")
    def _compute_company_id(self):
        for award in self:
            award.company_id = (
                award.service_point_id.company_id
                or award.sudo().employee_id.company_id
                or award.company_id
                or self.env.company
            )

    @api.depends("kind", "recipient_type", "employee_id", "service_point_id")
    def _compute_payout(self):
        for award in self:
            if award.kind != "money":
                award.payout = False
            elif award.recipient_type == "person" and award.employee_id:
                award.payout = "payroll"
            else:
                award.payout = "settlement"

    @api.depends("rule_id", "kind")
    def _compute_badge_id(self):
        for award in self:
            if award.kind == "badge":
                award.badge_id = award.badge_id or award.rule_id.badge_id
            else:
                award.badge_id = False

    @api.depends("name", "recipient_name")
    def _compute_display_name(self):
        for award in self:
            award.display_name = f"{award.name} {award.recipient_name or ''}".strip()

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for award in self:
            award.access_url = f"/my/awards/{award.id}"
        return result

    @api.constrains("kind", "recipient_type")
    def _check_promotion(self):
        for award in self:
            if award.kind == "promotion" and award.recipient_type != "person":
                raise ValidationError(
                    self.env._(
                        "%(award)s: only a person is promoted. A point rises by its "
                        "level.",
                        award=award.display_name,
                    )
                )

    @api.constrains("recipient_type", "service_point_id", "staff_id", "employee_id")
    def _check_person(self):
        for award in self.filtered(lambda a: a.recipient_type == "person"):
            staff_sudo = award.sudo().staff_id
            own = (staff_sudo.service_point_id, staff_sudo.employee_id)
            found = (award.service_point_id, award.sudo().employee_id)
            if (staff_sudo and own != found) or (not staff_sudo and found[0]):
                raise ValidationError(
                    self.env._(
                        "%(award)s: the point and the employee follow from the person. "
                        "Choose the person again.",
                        award=award.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("staff_id"):  # point and employee follow from the person
                vals.pop("service_point_id", None)
                vals.pop("employee_id", None)
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, "aftersales.award")
        # The numbers were drawn here, nobody typed them.
        numbers = [vals.pop("name") for vals in vals_list]
        awards = super().create(vals_list)
        for award, number in zip(awards, numbers, strict=True):
            award._write_flow({"name": number})
        awards._check_named({"order_id", "staff_id"})
        return awards

    def write(self, vals):
        if not self._CONTENT_FIELDS & set(vals) or self._is_flow():
            return super().write(vals)
        self._check_flow_state("proposed")
        self._check_ranked(vals)
        result = super().write(vals)
        self._check_named(set(vals))
        # Four eyes: whoever changed what is paid does not release it.
        self._write_flow({"proposed_by_id": self.env.uid})
        return result

    def _check_named(self, names):
        """Refuse to name a job or person that the user may not see himself.

        :param names: fields that were given
        :raise AccessError: a record out of the user's reach
        """
        for name in {"order_id", "staff_id"} & names:
            self[name].check_access("read")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        decided = self.filtered(lambda a: a.state != "proposed")[:1]
        if decided:
            raise UserError(
                self.env._(
                    "Award %(award)s was decided and stays in the record.",
                    award=decided.display_name,
                )
            )

    def _check_ranked(self, vals):
        """Refuse to change what follows from a place in a ranking.

        :raise UserError: naming the award and the way out
        """
        ranked = self.filtered("ranking_line_id")[:1]
        if ranked and self._RANKED_FIELDS & set(vals):
            raise UserError(
                self.env._(
                    "Award %(award)s follows from %(ranking)s. Cancel it and propose "
                    "another one with a reason.",
                    award=ranked.display_name,
                    ranking=ranked.ranking_id.display_name,
                )
            )

    @api.model
    def _lock_rows(self, records):
        """Take rows for a decision; two people cannot decide at once.

        :raise UserError: somebody else decides at this moment
        """
        records.flush_recordset()
        try:
            records.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is deciding on %(record)s at this moment. Reload "
                    "the page and look again.",
                    record=records[:1].display_name,
                )
            ) from error
        # What was read before the lock may be old.
        records.invalidate_recordset()
