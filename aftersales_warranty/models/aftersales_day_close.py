from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class AftersalesDayClose(models.Model):
    """The money of one point on one day: what should be there and what is.

    The sheet begins with the first payment of the day.  Every payment changes
    its row: of a payment and a closing at the same moment one comes second and
    starts anew, so that no money slips in behind the count.
    """

    _name = "aftersales.day.close"
    _description = "Day Close"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.due.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["service_point_id"]
    _check_company_auto = True
    _OPEN_STATES = ("open", "to_approve")

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True, index=True)
    date_due = fields.Date(
        "To Close on",
        related="date",
        store=True,
        help="A day is closed on the same evening.",
    )
    state = fields.Selection(
        [("open", "Open"), ("to_approve", "To Approve"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    line_ids = fields.One2many("aftersales.day.close.line", "close_id")
    payment_ids = fields.One2many("aftersales.order.payment", "close_id")
    payment_count = fields.Integer(
        "Entries", readonly=True, help="Receipts written and cancelled on this day."
    )
    amount_expected = fields.Monetary(
        "Taken on the Day",
        compute="_compute_totals",
        store=True,
        help="Money of all ways of payment, in the currency of the company.",
    )
    difference = fields.Monetary(
        compute="_compute_totals",
        store=True,
        help="What was counted less what was taken; below zero money is missing.",
    )
    note = fields.Text()
    counted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_counted = fields.Datetime("Counted on", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False
    )
    date_closed = fields.Datetime("Closed on", readonly=True, copy=False)
    rejection_reason = fields.Text(readonly=True, copy=False)
    reopen_reason = fields.Text(readonly=True, copy=False)
    reopen_count = fields.Integer("Times Reopened", readonly=True, copy=False)
    is_reminded = fields.Boolean("Reminder Sent", readonly=True, copy=False)

    _day_uniq = models.UniqueIndex(
        "(service_point_id, date)", "This day of the point has its sheet already."
    )

    _FLOW_FIELDS = frozenset(
        (
            *("state", "payment_count", "counted_by_id", "date_counted"),
            *("decided_by_id", "date_closed", "rejection_reason"),
            *("reopen_reason", "reopen_count", "is_reminded"),
        )
    )
    _FIXED_FIELDS = frozenset(("service_point_id", "date"))

    @api.depends("line_ids.amount_company", "line_ids.difference_company")
    def _compute_totals(self):
        for close in self:
            close.amount_expected = sum(close.line_ids.mapped("amount_company"))
            close.difference = sum(close.line_ids.mapped("difference_company"))

    @api.depends("service_point_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for close in self:
            day = format_date(self.env, close.date) if close.date else ""
            # A sheet names its point also to those who do not read points.
            point = close.service_point_id.sudo().name or ""
            close.display_name = f"{point} {day}".strip()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_empty(self):
        kept = self.filtered("payment_count")[:1]
        if kept:
            raise UserError(
                self.env._(
                    "The day %(day)s has receipts and cannot be deleted.",
                    day=kept.display_name,
                )
            )

    # -- taking payments up ----------------------------------------------------

    @api.model
    def _take_in(self, payment):
        """Enter a payment on the sheet of its day; runs as superuser.

        :return: line of its way of payment and currency
        :raise UserError: the day is closed
        """
        payment = payment.sudo()
        close = self._get_sheet(payment.service_point_id, payment.date)
        if close.state != "open":
            raise UserError(
                self.env._(
                    "The day %(day)s is counted or closed; it takes no payment any "
                    "more. Enter the money on another day, or have the day reopened.",
                    day=close.display_name,
                )
            )
        close._touch()
        key = payment.method_id, payment.currency_id
        line = close.line_ids.filtered(lambda x: (x.method_id, x.currency_id) == key)
        return line or line.create(
            {
                "close_id": close.id,
                "method_id": payment.method_id.id,
                "currency_id": payment.currency_id.id,
            }
        )

    @api.model
    def _get_sheet(self, point, day):
        """The sheet of a point and day; it is begun where none exists.

        Two first payments of a day at once: the database lets one begin the
        sheet, and the other starts anew instead of failing.
        """
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                INSERT INTO aftersales_day_close (
                    service_point_id, company_id, date, date_due, state,
                    payment_count, amount_expected, difference, reopen_count,
                    create_uid, create_date, write_uid, write_date)
                VALUES (%(point)s, %(company)s, %(day)s, %(day)s, 'open', 0, 0, 0, 0,
                    %(uid)s, now() AT TIME ZONE 'UTC',
                    %(uid)s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (service_point_id, date) DO NOTHING
                RETURNING id
                """,
                point=point.id,
                company=point.company_id.id,
                day=day,
                uid=self.env.uid,
            )
        )
        return self.search(
            [("service_point_id", "=", point.id), ("date", "=", day)], limit=1
        )

    def _touch(self):
        """Change the row at once, so that a closing meanwhile cannot stand."""
        self.ensure_one()
        self._write_flow({"payment_count": self.payment_count + 1})
        self.flush_recordset(["payment_count"])

    def action_view_payments(self):
        """Open the receipts of the day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receipts of %(day)s", day=self.display_name),
            "res_model": "aftersales.order.payment",
            "view_mode": "list,form",
            "domain": [("close_id", "=", self.id)],
            "context": {"create": False},
        }


class AftersalesDayCloseLine(models.Model):
    """What was taken in one way and currency, and what was counted of it."""

    _name = "aftersales.day.close.line"
    _description = "Line of a Day Close"
    _inherit = ["aftersales.scope.mixin"]
    _order = "close_id, method_id, currency_id, id"
    _check_company_auto = True

    close_id = fields.Many2one(
        "aftersales.day.close",
        "Day Close",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="close_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="close_id.service_point_id", store=True, index=True, precompute=True
    )
    date = fields.Date(related="close_id.date", store=True, index=True)
    method_id = fields.Many2one(
        "aftersales.payment.method",
        "Way of Payment",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    method_kind = fields.Selection(
        related="method_id.kind", string="Kind of Money", store=True
    )
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    payment_ids = fields.One2many("aftersales.order.payment", "close_line_id")
    amount_expected = fields.Monetary(
        compute="_compute_amount_expected",
        store=True,
        help="Posted receipts less what was given back.",
    )
    amount_counted = fields.Monetary()
    difference = fields.Monetary(compute="_compute_difference", store=True)
    amount_company = fields.Monetary(
        "Expected in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_difference",
        store=True,
    )
    difference_company = fields.Monetary(
        "Difference in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_difference",
        store=True,
    )
    reason = fields.Char("Reason of the Difference")
    counted_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        help="Who entered count or reason last; somebody else approves them.",
    )
    move_id = fields.Many2one(
        "account.move",
        "Entry of the Difference",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _SCOPE_FIELDS = frozenset(("close_id",))
    _FIXED_FIELDS = frozenset(("close_id", "method_id", "currency_id", "move_id"))

    _method_uniq = models.UniqueIndex(
        "(close_id, method_id, currency_id)",
        "This way of payment is on the sheet already.",
    )

    @api.depends("payment_ids.state", "payment_ids.amount_signed")
    def _compute_amount_expected(self):
        for line in self:
            posted = line.payment_ids.filtered(lambda p: p.state == "posted")
            line.amount_expected = sum(posted.mapped("amount_signed"))

    @api.depends("amount_expected", "amount_counted", "method_kind")
    def _compute_difference(self):
        for line in self:
            # Nobody counts what was put on account.
            is_credit = line.method_kind == "credit"
            difference = line.amount_counted - line.amount_expected
            line.difference = 0.0 if is_credit else line.currency_id.round(difference)
            line.difference_company = line._to_company(line.difference)
            line.amount_company = line._to_company(line.amount_expected)

    def _to_company(self, amount):
        """An amount in the currency of the company, at the rate of the day."""
        self.ensure_one()
        company = self.company_id
        return self.currency_id._convert(
            amount, company.currency_id, company, self.date or self.close_id.date
        )

    def _has_difference(self):
        """Whether what was counted differs from what was taken."""
        self.ensure_one()
        return not self.currency_id.is_zero(self.difference)

    @api.depends("close_id", "method_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.close_id.display_name}: {line.method_id.sudo().name}"
            )

    def write(self, vals):
        """Keep a count as it was handed in, with whoever entered it."""
        if not self.env.su:
            vals = {name: vals[name] for name in vals if name != "counted_by_id"}
        if set(vals) & {"amount_counted", "reason"}:
            if not self._may_write_figures():
                self._check_open()
            vals = {**vals, "counted_by_id": self.env.uid}
        return super().write(vals)

    def _check_open(self):
        """Refuse changes of a sheet that was handed in.

        :raise UserError: naming the day and the way out
        """
        fixed = self.close_id.filtered(lambda c: c.state != "open")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "The day %(day)s is counted. Have it given back or reopened to "
                    "count again.",
                    day=fixed.display_name,
                )
            )
