from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class AftersalesEvaluationCertificate(models.Model):
    """Certificate of the company or of one of its units, such as GB/T 27922.

    It stands for years only as long as every yearly surveillance is passed.
    Certificates of people belong to training, not here.
    """

    _name = "aftersales.evaluation.certificate"
    _description = "Evaluation Certificate"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_expiry, id"
    _rec_names_search = ["standard", "number", "issuer"]
    _check_company_auto = True

    standard = fields.Char(
        required=True,
        index="trigram",
        tracking=True,
        help="What is certified, such as GB/T 27922-2011 or ISO 9001:2015.",
    )
    number = fields.Char(required=True, tracking=True, copy=False)
    issuer = fields.Char(required=True, tracking=True, help="The certification body.")
    level = fields.Char(tracking=True, help="Level or stars printed on it, if any.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Held by",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Centre or point that holds it; empty where the company does.",
    )
    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Set that the standard is scored with.",
    )
    scorecard_id = fields.Many2one(
        "aftersales.scorecard",
        "Rests on Scorecard",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('state', '=', 'approved'), ('company_id', '=', company_id)]",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Is reminded of surveillance and expiry.",
    )
    date_issue = fields.Date("Issued on", required=True, tracking=True)
    date_expiry = fields.Date(
        "Expires on",
        compute="_compute_date_expiry",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        tracking=True,
        help="Usually three years after the issue.",
    )
    surveillance_months = fields.Integer(
        "Months between Surveillances",
        default=12,
        required=True,
        help="Usually once a year; 0 where there is none.",
    )
    reminder_days = fields.Integer(
        "Days of Notice",
        default=60,
        required=True,
        help="So many days before a surveillance or the expiry the responsible person "
        "gets an activity.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("registered", "In the Register"),
            ("suspended", "Suspended"),
            ("withdrawn", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    state_reason = fields.Text("Reason", readonly=True, copy=False, tracking=True)
    validity = fields.Selection(
        [
            ("none", "Not in Force"),
            ("valid", "Valid"),
            ("expiring", "Expires Soon"),
            ("expired", "Expired"),
        ],
        compute="_compute_validity",
        search="_search_validity",
    )
    previous_id = fields.Many2one(
        "aftersales.evaluation.certificate",
        "Renewal of",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    next_ids = fields.One2many(
        "aftersales.evaluation.certificate", "previous_id", "Renewed by"
    )
    surveillance_ids = fields.One2many(
        "aftersales.evaluation.surveillance", "certificate_id"
    )
    date_next_surveillance = fields.Date(
        "Next Surveillance", compute="_compute_date_next_surveillance", store=True
    )
    date_remind = fields.Date(
        "Remind from", compute="_compute_date_remind", store=True, index=True
    )
    date_reminded_expiry = fields.Date(
        "Reminded of Expiry", readonly=True, copy=False, help="Expiry reminded of."
    )
    file = fields.Binary("Certificate", attachment=True, copy=False)
    filename = fields.Char(copy=False)
    note = fields.Html()

    _FLOW_FIELDS = frozenset(
        ("state", "state_reason", "previous_id", "date_reminded_expiry")
    )
    #: What the paper says; frozen once it is registered.
    _PAPER_FIELDS = frozenset(
        (
            "standard",
            "number",
            "issuer",
            "level",
            "company_id",
            "service_point_id",
            "set_id",
            "scorecard_id",
            "date_issue",
            "date_expiry",
            "surveillance_months",
            "file",
            "filename",
        )
    )
    _SCOPE_FIELDS = frozenset(("service_point_id", "company_id"))

    _dates_order = models.Constraint(
        "CHECK (date_expiry > date_issue)",
        "A certificate cannot expire before it was issued.",
    )
    _months_positive = models.Constraint(
        "CHECK (surveillance_months >= 0 AND reminder_days >= 0)",
        "Months between surveillances and days of notice cannot be negative.",
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, issuer, number)",
        "This number of this certification body is already in the register.",
    )

    @api.depends("date_issue")
    def _compute_date_expiry(self):
        for record in self:
            if record.date_issue and not record.date_expiry:
                record.date_expiry = record.date_issue + relativedelta(years=3)

    @api.depends("state", "date_expiry", "date_remind")
    def _compute_validity(self):
        for record in self:
            today = record._get_today()
            if record.state != "registered":
                record.validity = "none"
            elif not record.date_expiry or record.date_expiry < today:
                record.validity = "expired"
            elif record.date_remind <= today:
                record.validity = "expiring"
            else:
                record.validity = "valid"

    def _search_validity(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        registered = Domain("state", "=", "registered")
        running = registered & Domain("date_expiry", ">=", today)
        domains = {
            "none": ~registered,
            "expired": registered & Domain("date_expiry", "<", today),
            "expiring": running & Domain("date_remind", "<=", today),
            "valid": running & Domain("date_remind", ">", today),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("date_expiry", "reminder_days")
    def _compute_date_remind(self):
        for record in self:
            record.date_remind = record.date_expiry and (
                record.date_expiry - relativedelta(days=record.reminder_days)
            )

    @api.depends("surveillance_ids.state", "surveillance_ids.date_due")
    def _compute_date_next_surveillance(self):
        for record in self:
            planned = record.surveillance_ids.filtered(lambda s: s.state == "planned")
            record.date_next_surveillance = min(
                planned.mapped("date_due"), default=False
            )

    @api.depends("standard", "number")
    def _compute_display_name(self):
        for record in self:
            parts = (record.standard, record.number)
            record.display_name = " ".join(part for part in parts if part)

    @api.constrains("set_id", "scorecard_id", "service_point_id")
    def _check_scorecard(self):
        for record in self.filtered("scorecard_id"):
            card = record.scorecard_id
            if record.set_id and card.set_id != record.set_id:
                raise ValidationError(
                    self.env._(
                        "%(certificate)s: scorecard %(card)s was made with another "
                        "indicator set. Choose one of %(set)s.",
                        certificate=record.display_name,
                        card=card.name,
                        set=record.set_id.display_name,
                    )
                )

    def write(self, vals):
        if self._PAPER_FIELDS & set(vals) and not self._is_flow():
            self._check_paper_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_registered(self):
        self._check_paper_open()

    def _check_paper_open(self):
        """Refuse a change of what a registered paper says.

        :raise UserError: naming the certificate and the way out
        """
        frozen = self.filtered(lambda record: record.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "%(certificate)s is in the register and stays as it is. Withdraw "
                    "it with the reason, or renew it.",
                    certificate=frozen.display_name,
                )
            )

    def _get_today(self):
        """Today in the zone of the certificate's company."""
        return (self.company_id or self.env.company)._get_aftersales_today()
