from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

#: States in which a posting counts for presence and capacity, by its dates.
COUNTED_STATES = ("confirmed", "ended")


class AftersalesStaffPosting(models.Model):
    """A person who works at another unit for a period.

    Posted: an own employee stationed at an outsourced point, to keep the
    character of the brand and control over the work.  Lent: reinforcement of a
    point in the peak season from a neighbouring point or centre.  During the
    period the person counts at the receiver and not at the giver; the staff
    line itself stays where it is, so that nobody is counted twice.
    """

    _name = "aftersales.staff.posting"
    _description = "Staff Posting"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [("posted", "Posted"), ("lent", "Lent")],
        required=True,
        default="lent",
        tracking=True,
        help="Posted: own employee stationed at an outsourced point. Lent: "
        "reinforcement between points and centres.",
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Staff Member",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    employee_id = fields.Many2one(
        "hr.employee",
        compute="_compute_person",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        help="An employee without a staff line gets one at the giving unit when "
        "the posting is confirmed.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        compute="_compute_person",
        store=True,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    from_point_id = fields.Many2one(
        "aftersales.service.point",
        "Giving Unit",
        compute="_compute_from_point_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    to_point_id = fields.Many2one(
        "aftersales.service.point",
        "Receiving Unit",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="to_point_id.company_id", store=True, index=True, precompute=True
    )
    role_id = fields.Many2one(
        "aftersales.staff.role",
        compute="_compute_role_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
        help="What the person does at the receiving unit.",
    )
    date_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(
        "To", tracking=True, help="Last day; empty: open end (postings only)."
    )
    reason = fields.Text(required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("ended", "Ended"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    is_running = fields.Boolean(
        "Running", compute="_compute_is_running", search="_search_is_running"
    )

    _FLOW_FIELDS = frozenset(("state", "confirmed_by_id", "partner_id"))
    _SCOPE_FIELDS = frozenset(("from_point_id", "to_point_id", "staff_id"))
    #: What a confirmed posting may no longer change.
    _FROZEN_FIELDS = frozenset(
        (
            "kind",
            "staff_id",
            "employee_id",
            "from_point_id",
            "to_point_id",
            "role_id",
            "date_from",
            "date_to",
        )
    )

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A posting cannot end before it starts.",
    )
    _other_point = models.Constraint(
        "CHECK (from_point_id != to_point_id)",
        "A person is posted or lent to another unit than the own one.",
    )
    _lent_has_end = models.Constraint(
        "CHECK (kind != 'lent' OR date_to IS NOT NULL)",
        "A loan needs its last day.",
    )
    # Two people may confirm at the same moment: the database decides.
    _employee_once = models.Constraint(
        "EXCLUDE USING gist (employee_id WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state IN ('confirmed', 'ended') AND employee_id IS NOT NULL)",
        "This employee is already posted or lent in that period.",
    )
    _partner_once = models.Constraint(
        "EXCLUDE USING gist (partner_id WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state IN ('confirmed', 'ended') AND partner_id IS NOT NULL)",
        "This person is already posted or lent in that period.",
    )

    @api.depends("staff_id")
    def _compute_person(self):
        for posting in self:
            staff = posting.staff_id
            posting.employee_id = staff.employee_id if staff else posting.employee_id
            posting.partner_id = staff.partner_id

    @api.depends("staff_id")
    def _compute_from_point_id(self):
        for posting in self:
            posting.from_point_id = (
                posting.staff_id.service_point_id or posting.from_point_id
            )

    @api.depends("staff_id")
    def _compute_role_id(self):
        for posting in self:
            posting.role_id = posting.role_id or posting.staff_id.role_id

    @api.depends("state", "date_from", "date_to")
    def _compute_is_running(self):
        today = self.env.company._get_aftersales_today()
        for posting in self:
            posting.is_running = posting._runs_on(today)

    def _search_is_running(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        return self._get_running_domain(today, today)

    @api.depends("staff_id.name", "employee_id.name", "to_point_id.name", "kind")
    def _compute_display_name(self):
        for posting in self:
            person = posting._get_person_name()
            posting.display_name = f"{person} → {posting.to_point_id.name or ''}"

    @api.constrains("staff_id", "from_point_id", "employee_id")
    def _check_person(self):
        for posting in self:
            if not posting.staff_id and not posting.employee_id:
                raise ValidationError(
                    self.env._("A posting needs a staff member or an employee.")
                )
            home = posting.staff_id.service_point_id
            if home and home != posting.from_point_id:
                raise ValidationError(
                    self.env._(
                        "%(person)s works at %(home)s, which is therefore the giving "
                        "unit. Choose it or another person.",
                        person=posting._get_person_name(),
                        home=home.display_name,
                    )
                )

    @api.constrains("kind", "employee_id", "to_point_id", "state")
    def _check_kind(self):
        """Only own employees are posted, and only to outsourced points."""
        for posting in self.filtered(lambda p: p.kind == "posted"):
            if not posting.employee_id or not posting.to_point_id._needs_agreement():
                raise ValidationError(
                    self.env._(
                        "%(posting)s: only an own employee is posted, and only to an "
                        "outsourced point. Lend the person instead.",
                        posting=posting.display_name,
                    )
                )

    def _check_no_overlap(self):
        """Name the other posting before the database refuses.

        :raise ValidationError: the person is elsewhere in that period
        """
        # Postings of other subtrees are invisible to the user, yet they count.
        others_sudo = self.sudo() | self.sudo().search(
            Domain("state", "in", COUNTED_STATES)
            & (
                Domain("employee_id", "in", self.employee_id.ids)
                | Domain("partner_id", "in", self.partner_id.ids)
            )
        )
        for posting in self:
            twin = others_sudo.filtered(lambda o, p=posting: p._overlaps(o))[:1]
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(person)s is already at %(point)s from %(start)s to "
                        "%(end)s. End that posting first or choose other dates.",
                        person=posting._get_person_name(),
                        point=twin.to_point_id.display_name,
                        start=twin.date_from,
                        end=twin.date_to or self.env._("open end"),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = self._find_staff(
            [v["employee_id"] for v in vals_list if v.get("employee_id")]
        )
        for vals in vals_list:
            if vals.get("employee_id") and not vals.get("staff_id"):
                vals["staff_id"] = lines.get(vals["employee_id"], False)
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_flow() and self._FROZEN_FIELDS & set(vals):
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        kept = self.filtered(lambda p: p.state in COUNTED_STATES)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(posting)s was confirmed and stays readable. End or cancel it "
                    "instead.",
                    posting=kept.display_name,
                )
            )

    def _check_draft(self):
        """Refuse a change of what was confirmed.

        :raise UserError: naming the posting and the way out
        """
        fixed = self.filtered(lambda p: p.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "%(posting)s is no longer a draft. End it and make a new one.",
                    posting=fixed.display_name,
                )
            )

    def action_confirm(self):
        """Approve postings; from now on they count.

        :raise AccessError: neither the giver's centre manager nor the head
        """
        self._check_draft()
        self._check_may_give()
        self._check_may_open()
        self._check_no_overlap()
        self._create_missing_staff()
        Approval = self.env["aftersales.approval"]
        for posting in self:
            Approval._log(posting, "posting", "approved", posting.reason)
        self._write_flow({"state": "confirmed", "confirmed_by_id": self.env.uid})

    def action_end(self):
        """End confirmed postings today; the person is back tomorrow."""
        self._check_confirmed()
        self._check_may_give()
        today = self.env.company._get_aftersales_today()
        future = self.filtered(lambda p: p.date_from > today)
        future._write_flow({"state": "cancelled"})
        for posting in self - future:
            last = min(posting.date_to or today, today)
            posting._write_flow({"state": "ended", "date_to": last})

    def action_cancel(self):
        """Give up a draft, or a confirmed posting that has not begun.

        :raise UserError: the posting has begun
        """
        today = self.env.company._get_aftersales_today()
        begun = self.filtered(
            lambda p: p.state in COUNTED_STATES and p.date_from <= today
        )[:1]
        if begun:
            raise UserError(
                self.env._(
                    "%(posting)s has begun and cannot be cancelled. End it instead.",
                    posting=begun.display_name,
                )
            )
        self.filtered(lambda p: p.state == "confirmed")._check_may_give()
        self._write_flow({"state": "cancelled"})

    def _check_confirmed(self):
        wrong = self.filtered(lambda p: p.state != "confirmed")[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(posting)s is not confirmed; only a confirmed posting can be "
                    "ended.",
                    posting=wrong.display_name,
                )
            )

    def _check_may_give(self):
        """Only the giver decides: the centre manager above it, or the head.

        :raise AccessError: naming the giving unit
        """
        user = self.env.user
        if self.env.su or user.has_group("aftersales_network.group_head"):
            return
        manages = user.has_group("aftersales_network.group_centre_manager")
        foreign = self.filtered(
            lambda p: not manages or not p.from_point_id.in_user_scope
        )[:1]
        if foreign:
            raise AccessError(
                self.env._(
                    "%(posting)s is decided by the centre manager of %(unit)s or by "
                    "the head of service.",
                    posting=foreign.display_name,
                    unit=foreign.sudo().from_point_id.display_name,
                )
            )

    def _check_may_open(self):
        """Whoever works at a unit sees it and what is below: nobody helps himself.

        :raise AccessError: a unit above points, outside the user's own scope
        :raise UserError: the own posting
        """
        user = self.env.user
        if self.env.su or user.has_group("aftersales_network.group_head"):
            return
        for posting in self:
            unit = posting.to_point_id
            if user in posting.employee_id.user_id | posting.staff_id.user_id:
                raise UserError(
                    self.env._(
                        "%(posting)s: you would be posted yourself. Somebody else "
                        "must confirm it.",
                        posting=posting.display_name,
                    )
                )
            if unit.sudo().tier != "point" and not unit.in_user_scope:
                raise AccessError(
                    self.env._(
                        "%(posting)s: working at %(unit)s opens everything below it; "
                        "only the head of service confirms that.",
                        posting=posting.display_name,
                        unit=unit.sudo().display_name,
                    )
                )

    @api.model
    def _find_staff(self, employee_ids):
        """Oldest running staff line of employees: ``{employee_id: staff_id}``."""
        Staff = self.env["aftersales.staff"]
        lines = Staff.search(
            Domain("employee_id", "in", employee_ids)
            & Staff._get_present_domain(self.env.company._get_aftersales_today()),
            order="id desc",
        )
        return {line.employee_id.id: line.id for line in lines}

    def _create_missing_staff(self):
        """Give employees without a staff line one at the giving unit."""
        Staff = self.env["aftersales.staff"]
        for posting in self.filtered(lambda p: not p.staff_id):
            posting._write_flow(
                {"staff_id": Staff.create(posting._prepare_staff_vals()).id}
            )

    def _prepare_staff_vals(self):
        """Values of the staff line of an employee at the giving unit."""
        self.ensure_one()
        return {
            "service_point_id": self.from_point_id.id,
            "employee_id": self.employee_id.id,
            "role_id": self.role_id.id,
            "date_from": self.date_from,
        }

    def _get_person_name(self):
        self.ensure_one()
        return self.staff_id.name or self.employee_id.name or ""

    def _runs_on(self, day):
        """Whether the posting counts on a day."""
        self.ensure_one()
        return (
            self.state in COUNTED_STATES
            and self.date_from <= day
            and (not self.date_to or self.date_to >= day)
        )

    def _overlaps(self, other):
        """Whether two postings claim one person at one time."""
        self.ensure_one()
        same = (self.employee_id and self.employee_id == other.employee_id) or (
            self.partner_id and self.partner_id == other.partner_id
        )
        return (
            self._origin.id != other._origin.id
            and bool(same)
            and (not other.date_to or self.date_from <= other.date_to)
            and (not self.date_to or other.date_from <= self.date_to)
        )

    @api.model
    def _get_running_domain(self, first, last):
        """Domain of the postings that count on some day of a period."""
        return (
            Domain("state", "in", COUNTED_STATES)
            & Domain("date_from", "<=", last)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", first))
        )

    @api.model
    def _cron_end_postings(self):
        """Mark confirmed postings whose last day is over as ended."""
        cron = self.env["ir.cron"]
        today = self.env.company._get_aftersales_today()
        over = self.search(
            Domain("state", "=", "confirmed") & Domain("date_to", "<", today)
        )
        cron._commit_progress(remaining=len(over))
        for start in range(0, len(over), 200):
            batch = over[start : start + 200]
            batch._write_flow({"state": "ended"})
            cron._commit_progress(len(batch))
