from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesTechnicalGradeAward(models.Model):
    """A person's grade for a period, with the evidence of that day.

    Granted by rule, or as an exception that somebody else approves.  History is
    kept: an award is ended, never deleted.
    """

    _name = "aftersales.technical.grade.award"
    _description = "Technical Grade of a Person"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.person.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    grade_id = fields.Many2one(
        "aftersales.technical.grade",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    role_id = fields.Many2one(related="grade_id.role_id", store=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    person_key = fields.Integer(
        compute="_compute_person_key",
        store=True,
        compute_sudo=True,
        help="Contact behind the person, or minus the employee.",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        compute="_compute_service_point_id",
        store=True,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    date_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date("To", readonly=True, copy=False, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("exception", "Exception to Approve"),
            ("granted", "Granted"),
            ("withdrawn", "Withdrawn"),
            ("rejected", "Rejected"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    conditions = fields.Text(
        "Conditions Today",
        compute="_compute_conditions",
        help="What the rule asks and what the person has, as of the date from which "
        "the grade is to hold.",
    )
    is_met = fields.Boolean("Conditions Met", compute="_compute_conditions")
    evidence = fields.Text(readonly=True, copy=False)
    is_exception = fields.Boolean("By Exception", readonly=True, copy=False)
    reason = fields.Text("Reason for the Exception", readonly=True, copy=False)
    end_reason = fields.Text("Reason for the End", readonly=True, copy=False)
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_requested = fields.Datetime("Requested On", readonly=True, copy=False)
    granted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[("res_model", "=", "aftersales.technical.grade.award")],
        string="Approvals",
    )
    is_current = fields.Boolean(
        compute="_compute_is_current", search="_search_is_current"
    )
    is_under_review = fields.Boolean(
        "Under Review",
        compute="_compute_is_under_review",
        search="_search_is_under_review",
        help="A certificate that the grade needs is not valid any more.",
    )

    _SCOPE_FIELDS = frozenset(("company_id",))

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_to",
            "evidence",
            "is_exception",
            "reason",
            "end_reason",
            "requested_by_id",
            "date_requested",
            "granted_by_id",
        )
    )
    #: Fixed once somebody decides about it.
    _DRAFT_FIELDS = frozenset(
        ("grade_id", "employee_id", "partner_id", "date_from", "company_id")
    )

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A grade cannot end before it starts.",
    )
    # Two officers may grant at the same moment: the database decides.
    _one_grade = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, person_key WITH =, role_id WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state IN ('granted', 'withdrawn'))",
        "The person already holds a grade of this role in that period.",
    )
    _exception_reason = models.Constraint(
        "CHECK (NOT is_exception OR reason IS NOT NULL)",
        "An exception needs its reason.",
    )

    @api.depends("person_id", "employee_id")
    def _compute_person_key(self):
        for award in self:
            award.person_key = award._get_person_key()

    @api.depends("employee_id", "partner_id")
    def _compute_service_point_id(self):
        units = self.env["aftersales.staff"]._get_units_of(self)
        for award in self:
            award.service_point_id = units.get(award, False)

    @api.depends("grade_id", "employee_id", "partner_id", "date_from", "company_id")
    def _compute_conditions(self):
        ready = self.filtered(
            lambda a: a.grade_id and (a.employee_id or a.partner_id) and a.date_from
        )
        found = ready._check_rule()
        for award in self:
            conditions = found.get(award, [])
            award.conditions = (
                award.grade_id._describe(conditions) if conditions else ""
            )
            award.is_met = award in found and all(c.is_met for c in conditions)

    @api.depends("state", "date_from", "date_to")
    def _compute_is_current(self):
        for award in self:
            today = award.company_id._get_aftersales_today()
            award.is_current = award._holds_on(today)

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_current_domain()

    @api.depends("state", "date_from", "date_to", "grade_id.certificate_type_ids")
    def _compute_is_under_review(self):
        current = self.filtered(lambda a: a.is_current and a.state == "granted")
        doubtful = current._filter_lapsed()
        for award in self:
            award.is_under_review = award in doubtful

    def _search_is_under_review(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = self.search(
            self._get_current_domain()
            & Domain("grade_id.certificate_type_ids", "!=", False)
        )
        return Domain("id", "in", current._filter_lapsed().ids)

    @api.depends("person_name", "grade_id.name")
    def _compute_display_name(self):
        for award in self:
            names = (award.person_name, award.grade_id.name)
            award.display_name = ", ".join(name for name in names if name)

    def write(self, vals):
        """Change a proposal; what was decided stays.

        :raise UserError: naming the award and its state
        """
        if self._DRAFT_FIELDS & set(vals):
            self._check_flow_state("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for award in self:
            if award.state != "draft":
                raise UserError(
                    self.env._(
                        "%(award)s is history and cannot be deleted. Withdraw it "
                        "with a reason.",
                        award=award.display_name,
                    )
                )

    @api.model
    def _get_current_domain(self, on_date=None):
        """Awards that hold on a day, default today."""
        day = on_date or self.env.company._get_aftersales_today()
        return (
            Domain("state", "in", ("granted", "withdrawn"))
            & Domain("date_from", "<=", day)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
        )

    def _holds_on(self, day):
        """Whether this award holds on a day."""
        self.ensure_one()
        return (
            self.state in ("granted", "withdrawn")
            and self.date_from <= day
            and (not self.date_to or self.date_to >= day)
        )

    def _filter_lapsed(self):
        """Awards whose certificates do not hold any more; constant queries."""
        needy = self.sudo().filtered("grade_id.certificate_type_ids")
        if not needy:
            return self.browse()
        today = self.env.company._get_aftersales_today()
        keys = {award._get_person_key() for award in needy}
        facts = self.env["aftersales.technical.grade"]._collect_facts(keys, today)
        lapsed = self.browse()
        for award in needy:
            held = facts["certificates"].get(award._get_person_key(), set())
            grade = award.grade_id
            wanted = set(grade.certificate_type_ids.ids)
            met = wanted & held if grade.certificate_rule == "any" else wanted <= held
            if not met:
                lapsed |= self.browse(award.id)
        return lapsed

    def _check_rule(self):
        """Conditions of each award on its first day: ``{award: [Condition]}``."""
        result = {}
        Grade = self.env["aftersales.technical.grade"]
        for day, awards in self.grouped("date_from").items():
            ladders = {
                company: group.grade_id._get_ladder(company)
                for company, group in awards.grouped("company_id").items()
            }
            wishes = []
            for award in awards:
                grade, company = award.grade_id, award.company_id
                ladder = ladders[company].get(grade.role_id, Grade)
                rung = grade.sequence
                below = ladder.filtered(lambda g, r=rung: g.sequence < r)[-1:]
                wishes.append((award, award, grade, below, company))
            result.update(Grade._check_people(wishes, day))
        return result
