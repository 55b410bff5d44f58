from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import promise as kernel

STATUSES = [
    ("measured", "Measured"),
    ("no_data", "Nothing to Measure"),
    ("not_available", "Metric Missing"),
]


class AftersalesPromise(models.Model):
    """Service promise to customers, bound to a value that is measured.

    Frozen once it is published; a changed promise is a new version.
    """

    _name = "aftersales.promise"
    _description = "Service Promise"
    _inherit = ["aftersales.flow.mixin", "aftersales.metric.mixin", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    text = fields.Text(
        "Text for Customers", translate=True, help="Worded the same wherever it stands."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_sample = fields.Boolean("Sample", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("hotline", "Hotline"),
            ("delivery", "Delivery and Installation"),
            ("return", "Return"),
            ("exchange", "Exchange"),
            ("file", "Customer Files"),
            ("callback", "Follow-Up Call"),
            ("repair", "Repair"),
            ("visit", "Visits and Maintenance"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    unit = fields.Char(compute="_compute_unit")
    operator = fields.Selection(
        [(">=", "At Least"), ("<=", "At Most")], required=True, default=">="
    )
    target_value = fields.Float("Promised Value", digits=(16, 2), default=100.0)
    date_from = fields.Date(
        "Valid from", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date("Valid until")
    is_public = fields.Boolean(
        "Show on Website",
        help="The public page lists the promise with its last measured fulfilment.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("published", "Published"),
            ("withdrawn", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_withdrawn = fields.Date("Withdrawn on", readonly=True, copy=False)
    withdraw_reason = fields.Text("Reason of the Withdrawal", readonly=True, copy=False)
    value_ids = fields.One2many("aftersales.promise.value", "promise_id", "History")
    last_value_id = fields.Many2one(
        "aftersales.promise.value", "Last Measured Month", compute="_compute_last_value"
    )
    last_month = fields.Date(compute="_compute_last_value")
    last_status = fields.Selection(
        STATUSES, "Last Measurement", compute="_compute_last_value"
    )
    last_value = fields.Float(
        "Measured Value", compute="_compute_last_value", digits=(16, 2)
    )
    last_fulfilment = fields.Float(
        "Fulfilment (%)", compute="_compute_last_value", digits=(5, 2)
    )

    _FLOW_FIELDS = frozenset(
        ("state", "date_withdrawn", "withdraw_reason", "is_sample")
    )
    #: What customers were told; a published promise keeps it.
    _PROMISED = frozenset(
        (
            "name",
            "text",
            "kind",
            "company_id",
            "centre_id",
            "metric_code",
            "operator",
            "target_value",
            "date_from",
        )
    )

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A promise cannot end before it begins.",
    )
    _target_positive = models.Constraint(
        "CHECK (target_value >= 0)", "The promised value cannot be negative."
    )

    @api.depends("metric_code")
    def _compute_unit(self):
        for promise in self:
            promise.unit = promise._get_metric().get("unit")

    @api.depends("value_ids.month")
    def _compute_last_value(self):
        found = self.env["aftersales.promise.value"]._get_last_values(self)
        for promise in self:
            value = found.get(promise._origin.id, found[False])
            promise.last_value_id = value
            promise.last_month = value.month
            promise.last_status = value.status
            promise.last_value = value.value
            promise.last_fulfilment = value.fulfilment

    def write(self, vals):
        if self._PROMISED & set(vals) and not self._is_flow():
            self._check_unpublished()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_unpublished()

    def _check_unpublished(self):
        """Refuse to change what customers were told.

        :raise UserError: naming the promise and the way out
        """
        told = self.filtered(lambda p: p.state != "draft")[:1]
        if told:
            raise UserError(
                self.env._(
                    "“%(promise)s” was published and keeps its wording and its value. "
                    "Withdraw it and publish a new one.",
                    promise=told.name,
                )
            )

    def action_publish(self):
        """Tell customers: the promise counts and is measured from now on.

        :raise ValidationError: a promise without text or without a measured value
        """
        self._check_flow_state("draft")
        self._check_publishable()
        self._write_flow({"state": "published"})

    def _check_publishable(self):
        """Refuse a promise without a text or a measured value.

        :raise ValidationError: naming the promise
        """
        for promise in self:
            if not promise.metric_code:
                raise ValidationError(
                    self.env._(
                        "“%(promise)s” is not bound to a measured value. Choose the "
                        "metric that shows whether it is kept.",
                        promise=promise.name,
                    )
                )
            if not (promise.text or "").strip():
                raise ValidationError(
                    self.env._(
                        "“%(promise)s” has no text for customers.", promise=promise.name
                    )
                )

    def action_withdraw(self):
        """Ask why the promise is withdrawn."""
        self._check_flow_state("published")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        """Withdraw promises; their history stays.

        :param reason: why customers are not promised this any more
        """
        self._check_flow_state("published")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why the promise is withdrawn."))
        for company, promises in self.grouped("company_id").items():
            promises._write_flow(
                {
                    "state": "withdrawn",
                    "date_withdrawn": company._get_aftersales_today(),
                    "withdraw_reason": reason,
                }
            )

    # -- figures -------------------------------------------------------------------

    def _get_points(self):
        """Service points of the promise's company, whether at work or not."""
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        return Point.search([("company_id", "in", self.company_id.ids)])

    def _get_measures(self, points, date_from, date_to):
        """Figures of promises for some points together, over a period.

        :param points: points the user may read
        :return: ``{promise: Measure}``; a metric that no installed module offers is
            "not available"
        """
        points.check_access("read")
        values = self._get_metric_values(points, date_from, date_to)
        return {promise: promise._measure(values, points.ids) for promise in self}

    def _get_metric_values(self, points, date_from, date_to):
        """Metric values of all promises, one evaluation of each metric.

        :return: ``{code: {point_id: (numerator, denominator)}}``
        """
        codes = sorted({code for code in self.mapped("metric_code") if code})
        # A figure counts all records of points that the user may read.
        metric_sudo = self.env["aftersales.metric"].sudo()
        return metric_sudo._compute_metrics(codes, points.sudo(), date_from, date_to)

    def _measure(self, values, point_ids):
        """Figure of one promise for some of the points."""
        self.ensure_one()
        by_point = values.get(self.metric_code)
        pairs = by_point and [by_point.get(point_id, (0, 0)) for point_id in point_ids]
        return kernel.measure(
            pairs if by_point is None else pairs or [],
            self.unit,
            self.operator,
            self.target_value,
        )

    def action_view_values(self):
        """Open the measured months of the promise."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fulfilment of %(promise)s", promise=self.name),
            "res_model": "aftersales.promise.value",
            "view_mode": "graph,list,pivot",
            "domain": [("promise_id", "=", self.id)],
            "context": {"search_default_company_total": 1},
        }

    def action_view_records(self):
        """Open the records behind the last measured month, or this one."""
        self.ensure_one()
        if self.last_value_id:
            return self.last_value_id.action_view_records()
        today = self.company_id._get_aftersales_today()
        return self.env["aftersales.metric"]._get_metric_action(
            self.metric_code, self._get_points(), today.replace(day=1), today
        )
