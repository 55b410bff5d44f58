from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

#: States in which work may be dispatched and paid under an agreement.
IN_FORCE_STATES = ("provisional", "active")


class AftersalesAgreement(models.Model):
    """Contract with a service point: scope, rates and dates.

    An agreement is frozen from its issue on; a change is a new version of the
    same number, so that every old version stays readable.
    """

    _name = "aftersales.agreement"
    _description = "Service Agreement"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, name, version desc, id"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    version = fields.Integer(default=1, readonly=True, copy=False)
    active = fields.Boolean(default=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("issued", "Issued for Signature"),
            ("provisional", "Signed, on Probation"),
            ("active", "In Force"),
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
    date_start = fields.Date(
        required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(tracking=True)
    scope_ids = fields.One2many("aftersales.agreement.scope", "agreement_id", copy=True)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    labour_rate = fields.Monetary("Labour Rate per Hour", tracking=True)
    parts_markup = fields.Float(
        "Parts Mark-up %", tracking=True, help="Allowance on the list price of parts."
    )
    travel_rate = fields.Monetary("Travel Rate per km", tracking=True)
    inspection_fee = fields.Monetary(tracking=True)
    previous_id = fields.Many2one(
        "aftersales.agreement",
        "Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    next_ids = fields.One2many("aftersales.agreement", "previous_id", "Next Versions")
    note = fields.Html(groups="base.group_user")

    _dates_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "An agreement cannot end before it starts.",
    )
    _rates_positive = models.Constraint(
        "CHECK (labour_rate >= 0 AND parts_markup >= 0 AND travel_rate >= 0 "
        "AND inspection_fee >= 0)",
        "The rates of an agreement cannot be negative.",
    )
    _number_version_uniq = models.UniqueIndex(
        "(company_id, name, version) WHERE name != '/'",
        "This agreement number and version exist already.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "version",
            "previous_id",
            "body",
            "date_issued",
            "issued_by_id",
            "signed_by",
            "signed_on",
            "signed_date",
            "signed_user_id",
            "signature",
            "signed_file",
            "signed_filename",
            "evidence_file",
            "evidence_filename",
            "date_renewal_notice",
        )
    )

    #: Fields that may still change once the agreement has been issued.
    _UNFROZEN_FIELDS = frozenset(("active", "note", "message_main_attachment_id"))
    #: Fields that only a step of the agreement changes then.
    _STEP_FIELDS = _FLOW_FIELDS - {"version", "previous_id", "body"} | {"date_end"}

    @api.depends("name", "version", "service_point_id.name")
    def _compute_display_name(self):
        for agreement in self:
            number = f"{agreement.name} v{agreement.version}"
            agreement.display_name = f"{number} {agreement.service_point_id.name or ''}"

    @api.constrains("state", "date_start", "date_end", "service_point_id")
    def _check_single_in_force(self):
        """A point has one agreement in force on any day."""
        running = self.filtered(lambda a: a.state in IN_FORCE_STATES)
        others = self.search(
            Domain("service_point_id", "in", running.service_point_id.ids)
            & self._get_in_force_domain()
        )
        for agreement in running:
            twin = (others - agreement).filtered(
                lambda o, a=agreement: (
                    o.service_point_id == a.service_point_id
                    and (not o.date_end or a.date_start <= o.date_end)
                    and (not a.date_end or o.date_start <= a.date_end)
                )
            )[:1]
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(point)s already has agreement %(number)s in force in that "
                        "period. End it first.",
                        point=agreement.service_point_id.display_name,
                        number=twin.name,
                    )
                )

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for agreement in self.filtered("date_end"):
            self._check_period(agreement.date_start, agreement.date_end)

    @api.model
    def _check_period(self, date_start, date_end):
        """Refuse a period that ends before it starts.

        :raise ValidationError: naming both days
        """
        if date_start and date_end and date_end < date_start:
            raise ValidationError(
                self.env._(
                    "An agreement cannot end (%(end)s) before it starts (%(start)s). "
                    "Choose a later end or leave it empty.",
                    start=date_start,
                    end=date_end,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            start, end = vals.get("date_start"), vals.get("date_end")
            self._check_period(fields.Date.to_date(start), fields.Date.to_date(end))
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        # Guarded fields are refused by the mixin, with its own message.
        steps = self._STEP_FIELDS if self._is_flow() else self._FLOW_FIELDS
        free = self._UNFROZEN_FIELDS | steps
        if set(vals) - free:
            self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._check_not_frozen()

    def _check_not_frozen(self):
        """Refuse a change of an agreement that has been issued.

        :raise UserError: naming the agreement and the way out
        """
        frozen = self.filtered(lambda a: a.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "Agreement %(number)s is no longer a draft and cannot be changed. "
                    "Make a new version instead.",
                    number=frozen.display_name,
                )
            )

    @api.model
    def _get_in_force_domain(self):
        """Domain of the agreements in force, signed on probation included."""
        return Domain("state", "in", IN_FORCE_STATES)

    def _get_today(self):
        """Today in the company of the agreement."""
        self.ensure_one()
        return self.company_id._get_aftersales_today()

    def action_activate(self):
        """Put drafts in force without electronic signature, e.g. old contracts.

        :raise AccessError: anybody but the head of service
        """
        self.service_point_id._check_group("aftersales_network.group_head")
        for agreement in self.filtered(lambda a: a.state == "draft"):
            agreement._put_in_force()

    def _put_in_force(self, vals=None):
        """Let one agreement rule; the previous version ends the day before.

        A point on probation works under it provisionally until it is activated.

        :param vals: evidence of the signature to be written with the state
        """
        self.ensure_one()
        self.previous_id._end_before(self.date_start)
        trial = self.service_point_id._is_on_probation()
        self._write_flow(
            {**(vals or {}), "state": "provisional" if trial else "active"}
        )

    def _end_before(self, date_start):
        """End versions in force the day before the next one starts."""
        last_day = fields.Date.subtract(date_start, days=1)
        for agreement in self.filtered(lambda a: a.state in IN_FORCE_STATES):
            end = max(agreement.date_start, last_day)
            if agreement.date_end:
                end = min(agreement.date_end, end)
            vals = {"date_end": end}
            # A version replaced on its own first day is over as well.
            if end < agreement._get_today() or end > last_day:
                vals["state"] = "ended"
            agreement._write_flow(vals)

    def action_end(self):
        """End agreements today; those not yet running are cancelled.

        :raise AccessError: anybody but the head of service
        """
        self.service_point_id._check_group("aftersales_network.group_head")
        self._end_today()

    def _end_today(self):
        """End what is in force or waits for its signature."""
        for agreement in self.filtered(lambda a: a.state in IN_FORCE_STATES):
            today = agreement._get_today()
            if agreement.date_start > today:
                agreement._write_flow({"state": "cancelled"})
            else:
                end = min(agreement.date_end or today, today)
                agreement._write_flow({"state": "ended", "date_end": end})
        self.filtered(lambda a: a.state in ("draft", "issued"))._write_flow(
            {"state": "cancelled"}
        )

    def action_new_version(self):
        """Copy the agreement into a draft with the next version number."""
        return self._make_version(self._get_today(), False)._get_records_action()

    def _make_version(self, date_start, date_end):
        """Draft of the next version.

        :param date_start: first day of the new version
        :param date_end: its last day, or False
        """
        self.ensure_one()
        # Archived versions and those of other people's drafts keep their number.
        newest_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search(self._get_versions_domain(), order="version desc", limit=1)
        )
        draft = self.copy({"service_point_id": self.service_point_id.id})
        draft._write_flow(
            {
                "name": self.name,
                "version": newest_sudo.version + 1,
                "previous_id": self.id,
                "date_start": date_start,
                "date_end": date_end,
            }
        )
        return draft

    def _get_versions_domain(self):
        """Domain of every version of this number."""
        self.ensure_one()
        return Domain("name", "=", self.name) & Domain(
            "company_id", "=", self.company_id.id
        )

    def _covers(self, service_type, product, area=None):
        """Whether the scope holds a job; no scope line means everything.

        :param area: area of the job; without one the place is not asked for
        """
        self.ensure_one()
        return not self.scope_ids or any(
            line._covers(service_type, product, area) for line in self.scope_ids
        )


class AftersalesAgreementScope(models.Model):
    """What an agreement entrusts: a service type for a product category."""

    _name = "aftersales.agreement.scope"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Agreement Scope"
    _order = "agreement_id, id"
    _check_company_auto = True

    agreement_id = fields.Many2one(
        "aftersales.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="agreement_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    service_type_id = fields.Many2one(
        "aftersales.service.type", help="Empty: every service."
    )
    product_categ_id = fields.Many2one(
        "product.category", "Product Category", help="Empty: every product."
    )
    area_id = fields.Many2one(
        "aftersales.area", ondelete="restrict", help="Empty: every area of the point."
    )

    _SCOPE_FIELDS = frozenset(("agreement_id",))

    def write(self, vals):
        self.agreement_id._check_not_frozen()
        res = super().write(vals)
        self.agreement_id._check_not_frozen()
        return res

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.agreement_id._check_not_frozen()
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self.agreement_id._check_not_frozen()

    def _covers(self, service_type, product, area=None):
        """Whether this line holds a job of that type on that product and place."""
        self.ensure_one()
        categ_path = product.categ_id.parent_path or ""
        area_path = area.parent_path or "" if area else ""
        return (
            (not self.service_type_id or self.service_type_id == service_type)
            and (
                not self.product_categ_id
                or categ_path.startswith(self.product_categ_id.parent_path)
            )
            and (
                not area
                or not self.area_id
                or area_path.startswith(self.area_id.parent_path)
            )
        )
