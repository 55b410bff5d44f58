from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.failure_table import month_in_service

#: Whose part of the work went wrong.
DEPARTMENTS = [
    ("design", "Design"),
    ("purchasing", "Purchasing"),
    ("production", "Production"),
    ("quality", "Quality Assurance"),
    ("other", "Other Department"),
]


class AftersalesQualityReport(models.Model):
    """Something abnormal on a unit, told to the department that has to cure it.

    Raised from a service order, at the counter or on the portal; a technical
    reviewer sends it to a department, which answers until a day; another person
    checks whether the measures work.
    """

    _name = "aftersales.quality.report"
    _description = "Quality Report"
    _inherit = [
        "aftersales.owner.task",
        "aftersales.severity.mixin",
        "aftersales.scope.mixin",
        "aftersales.unit.company.mixin",
        "aftersales.portal.form.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "serial", "batch"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("closed", "Closed"),
            ("rejected", "Rejected"),
        ],
        default="new",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    date = fields.Date(
        "Reported on",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        index=True,
    )
    date_due = fields.Date("Answer Due")
    raised_by_id = fields.Many2one(
        "res.users",
        "Raised by",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        index="btree_not_null",
    )

    # What it is about
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
        copy=False,
        ondelete="restrict",
    )
    order_photo_ids = fields.One2many(
        related="order_id.photo_ids", string="Photos of the Order"
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    product_tmpl_id = fields.Many2one(
        related="product_id.product_tmpl_id",
        string="Model",
        store=True,
        index=True,
        precompute=True,
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Serial in Stock",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    serial = fields.Char(
        "Serial Number",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
    )
    batch = fields.Char(
        "Production Batch",
        compute="_compute_batch",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
    )
    fault_id = fields.Many2one(
        "aftersales.fault",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    description = fields.Text(
        "What Is Abnormal",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
    )
    cause = fields.Text(
        "Cause Found",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        help="What the technician found.",
    )
    date_failure = fields.Date(
        "Failed on",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
    )
    months_in_service = fields.Integer(
        "Month in Service",
        compute="_compute_months_in_service",
        store=True,
        precompute=True,
        aggregator="avg",
        help="1: the first month after the unit entered service. 0: unknown.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_quality_report_attachment_rel",
        "report_id",
        "attachment_id",
        "Photos",
        copy=False,
    )
    repeat_count = fields.Integer(
        "Same Fault Before",
        compute="_compute_repeat_count",
        help="Earlier quality reports on the same fault of the same model.",
    )
    alert_id = fields.Many2one(
        "aftersales.quality.alert",
        "Written on Alert",
        index="btree_not_null",
        check_company=True,
        copy=False,
        help="The whole matter of an alert; counts as no failure of its own.",
    )
    alert_ids = fields.Many2many(
        "aftersales.quality.alert",
        "aftersales_quality_alert_report_rel",
        "report_id",
        "alert_id",
        "Counted in",
        readonly=True,
        copy=False,
    )

    # Who answers, and what
    department = fields.Selection(
        DEPARTMENTS, "Responsible Department", tracking=True, index=True
    )
    responsible_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Answers for the department and gets an activity.",
    )
    sent_by_id = fields.Many2one("res.users", "Sent by", readonly=True, copy=False)
    date_sent = fields.Date("Sent on", readonly=True, copy=False)
    answer = fields.Text(readonly=True, copy=False, tracking=True)
    root_cause = fields.Text(readonly=True, copy=False)
    measures = fields.Text(readonly=True, copy=False)
    date_measures = fields.Date(
        "Measures in Force from", readonly=True, copy=False, tracking=True
    )
    answered_by_id = fields.Many2one(
        "res.users", "Answered by", readonly=True, copy=False
    )
    date_answer = fields.Date("Answered on", readonly=True, copy=False)
    is_in_time = fields.Boolean(
        "Answered within Time", compute="_compute_is_in_time", store=True
    )
    effect = fields.Selection(
        [("effective", "Effective"), ("not_effective", "Not Effective")],
        "Effect of the Measures",
        readonly=True,
        copy=False,
        tracking=True,
    )
    effect_note = fields.Text("Effect Check", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False)
    date_closed = fields.Date("Closed on", readonly=True, copy=False)
    reject_reason = fields.Text(
        "Reason of the Rejection", readonly=True, copy=False, tracking=True
    )
    round_count = fields.Integer(
        "Handed Back",
        readonly=True,
        copy=False,
        help="How often the measures had no effect and the report went back.",
    )

    _OPEN_STATES = ("sent",)
    _TASK_STATES = ("sent",)
    _TASK_OWNER = "responsible_id"
    _TASK_ACTIVITY = "aftersales_warranty.activity_quality_report"
    _FLOW_FIELDS = frozenset(
        (
            *("state", "raised_by_id", "sent_by_id", "date_sent", "answer"),
            *("root_cause", "measures", "date_measures", "answered_by_id"),
            *("date_answer", "effect", "effect_note", "closed_by_id", "date_closed"),
            *("reject_reason", "round_count", "alert_ids"),
        )
    )
    _FIXED_FIELDS = frozenset(("name", "order_id", "alert_id"))
    _SCOPE_FIELDS = frozenset(("service_point_id", "order_id", "company_id"))

    _order_fault_uniq = models.UniqueIndex(
        "(order_id, COALESCE(fault_id, 0)) "
        "WHERE order_id IS NOT NULL AND state != 'rejected'",
        "This order has a quality report on this fault already.",
    )
    _model_fault_idx = models.Index("(company_id, product_tmpl_id, fault_id)")
    _due_idx = models.Index("(company_id, date_due) WHERE state = 'sent'")

    @api.depends("order_id")
    def _compute_from_order(self):
        for report in self:
            order = report.order_id
            report.service_point_id = order.service_point_id or report.service_point_id
            report.registration_id = order.registration_id or report.registration_id
            report.fault_id = order.fault_id or report.fault_id
            report.description = order.complaint or report.description
            report.cause = order.cause or report.cause
            report.date_failure = (
                order.company_id._get_aftersales_today(order.date_request)
                if order
                else report.date_failure or report.date
            )

    @api.depends("order_id", "registration_id")
    def _compute_product_id(self):
        for report in self:
            source = report.order_id or report.registration_id
            report.product_id = source.product_id or report.product_id
            report.lot_id = source.lot_id or report.lot_id
            report.serial = source.serial or report.serial

    @api.depends("lot_id", "registration_id")
    def _compute_batch(self):
        for report in self:
            # A reporter of a point reads no serials of the stock.
            lot_sudo = report.lot_id.sudo()
            report.batch = (
                report.registration_id.batch
                or lot_sudo.aftersales_batch
                or report.batch
            )

    @api.depends(
        "date_failure",
        "registration_id.date_installation",
        "registration_id.date_delivery",
        "registration_id.date_sale",
    )
    def _compute_months_in_service(self):
        for report in self:
            unit = report.registration_id
            start = unit._get_service_start() if unit else False
            day = report.date_failure
            month = month_in_service(start, day) if start and day else 0
            report.months_in_service = max(0, month)

    def _compute_repeat_count(self):
        found = self._read_group(
            Domain("product_tmpl_id", "in", self.product_tmpl_id.ids)
            & Domain("fault_id", "in", self.fault_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("state", "!=", "rejected"),
            ["company_id", "product_tmpl_id", "fault_id"],
            ["id:array_agg"],
        )
        ids = {tuple(key): sorted(numbers) for *key, numbers in found}
        for report in self:
            key = (report.company_id, report.product_tmpl_id, report.fault_id)
            number = report._origin.id or float("inf")
            report.repeat_count = sum(other < number for other in ids.get(key, ()))

    @api.depends("date_answer", "date_due")
    def _compute_is_in_time(self):
        for report in self:
            report.is_in_time = bool(
                report.date_answer and report.date_answer <= report.date_due
            )

    @api.constrains("responsible_id")
    def _check_responsible(self):
        for report in self.filtered("responsible_id"):
            if not report.responsible_id.has_group("aftersales_network.group_user"):
                raise ValidationError(
                    self.env._(
                        "%(report)s: %(user)s has no access to after-sales and could "
                        "not answer. Choose somebody who has.",
                        report=report.name,
                        user=report.responsible_id.name,
                    )
                )

    @api.constrains("order_id", "product_id")
    def _check_order_product(self):
        for report in self.filtered("order_id"):
            product = report.order_id.product_id
            if product and product != report.product_id:
                raise ValidationError(
                    self.env._(
                        "%(report)s is about %(product)s, but %(order)s about "
                        "%(other)s.",
                        report=report.name,
                        product=report.product_id.display_name,
                        order=report.order_id.name,
                        other=product.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Number the reports and look whether their faults repeat."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        reports = super().create(vals_list)
        reports.order_id.check_access("read")
        reports._bind_files()
        reports._ask_reviewer()
        reports._check_thresholds()
        return reports

    def _ask_reviewer(self):
        """Ask a technical reviewer to send new reports on."""
        if self._is_reviewer():
            return
        for company, reports in self.grouped("company_id").items():
            user = company._get_aftersales_people(
                "aftersales_network.group_technical_reviewer"
            )[:1]
            if user:
                reports.activity_schedule(
                    self._TASK_ACTIVITY,
                    summary=self.env._("Send the report to the department"),
                    user_id=user.id,
                )

    def _check_thresholds(self):
        """Raise the alerts that these reports bring over a threshold."""
        Threshold_sudo = self.env["aftersales.quality.threshold"].sudo()
        for company, reports in self.filtered("fault_id").grouped("company_id").items():
            Threshold_sudo._check_reported(
                company, reports.product_tmpl_id, reports.fault_id
            )
