from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class AftersalesAgreement(models.Model):
    """Contract with a service point: scope, rates and dates.

    An active agreement is frozen; a change is a new version of the same
    number, so that every old version stays readable.
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
        [("draft", "Draft"), ("active", "In Force"), ("ended", "Ended")],
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
        check_company=True,
    )
    signed_file = fields.Binary(attachment=True, copy=False)
    signed_filename = fields.Char(copy=False)
    note = fields.Html()

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

    _FLOW_FIELDS = frozenset(("state", "version", "previous_id"))

    #: Fields that may still change while the agreement is in force.
    _UNFROZEN_FIELDS = frozenset(
        ("state", "active", "date_end", "signed_file", "signed_filename", "note")
    )

    @api.depends("name", "version", "service_point_id.name")
    def _compute_display_name(self):
        for agreement in self:
            number = f"{agreement.name} v{agreement.version}"
            agreement.display_name = f"{number} {agreement.service_point_id.name or ''}"

    @api.constrains("state", "date_start", "date_end", "service_point_id")
    def _check_single_in_force(self):
        """A point has one agreement in force on any day."""
        running = self.filtered(lambda a: a.state == "active")
        others = self.search(
            Domain("service_point_id", "in", running.service_point_id.ids)
            & Domain("state", "=", "active")
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

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) - self._UNFROZEN_FIELDS - {"message_main_attachment_id"}:
            self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        self._check_not_frozen()

    def _check_not_frozen(self):
        """Refuse a change of an agreement that is or was in force.

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

    def action_activate(self):
        """Put drafts in force; the previous version ends the day before.

        :raise AccessError: anybody but the head of service
        """
        self.service_point_id._check_group("aftersales_network.group_head")
        drafts = self.filtered(lambda a: a.state == "draft")
        for agreement in drafts:
            previous = agreement.previous_id
            if previous.state == "active":
                previous._write_flow(
                    {
                        "state": "ended",
                        "date_end": max(
                            previous.date_start,
                            fields.Date.subtract(agreement.date_start, days=1),
                        ),
                    }
                )
        drafts._write_flow({"state": "active"})

    def action_end(self):
        """End agreements today.

        :raise AccessError: anybody but the head of service
        """
        self.service_point_id._check_group("aftersales_network.group_head")
        today = self.env.company._get_aftersales_today()
        for agreement in self.filtered(lambda a: a.state == "active"):
            agreement._write_flow(
                {"state": "ended", "date_end": max(agreement.date_start, today)}
            )

    def action_new_version(self):
        """Copy the agreement into a draft with the next version number."""
        self.ensure_one()
        draft = self.copy({"service_point_id": self.service_point_id.id})
        draft._write_flow(
            {
                "name": self.name,
                "version": self.version + 1,
                "previous_id": self.id,
                "date_start": self.env.company._get_aftersales_today(),
                "date_end": False,
            }
        )
        return draft._get_records_action()

    def _covers(self, service_type, product):
        """Whether the scope holds a job; no scope line means everything."""
        self.ensure_one()
        return not self.scope_ids or any(
            line._covers(service_type, product) for line in self.scope_ids
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

    def _covers(self, service_type, product):
        """Whether this line holds a job of that type on that product."""
        self.ensure_one()
        categ_path = product.categ_id.parent_path or ""
        return (not self.service_type_id or self.service_type_id == service_type) and (
            not self.product_categ_id
            or categ_path.startswith(self.product_categ_id.parent_path)
        )
