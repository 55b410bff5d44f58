from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

from odoo.addons.aftersales_network.tools.workbook import make_workbook

OFFICER_GROUPS = (
    "aftersales_network.group_training_officer",
    "aftersales_network.group_head",
)


class AftersalesAwardPayroll(models.Model):
    """Award money handed over to the payroll at one time: a frozen list."""

    _name = "aftersales.award.payroll"
    _description = "Payroll List of Awards"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date = fields.Date("Handed Over on", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Handed Over by", required=True, readonly=True
    )
    line_ids = fields.One2many(
        "aftersales.award.payroll.line", "payroll_id", readonly=True
    )
    amount_total = fields.Monetary("Total", compute="_compute_amount_total", store=True)

    @api.depends("line_ids.amount")
    def _compute_amount_total(self):
        for payroll in self:
            payroll.amount_total = sum(payroll.line_ids.mapped("amount"))

    def action_export(self):
        """Download the list as a spreadsheet."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/aftersales/awards/payroll/{self.id}.xlsx",
            "target": "download",
        }

    def _make_workbook(self):
        """Bytes of the spreadsheet, one row for each entry."""
        self.ensure_one()
        headings = [
            self.env._("Employee"),
            self.env._("Date"),
            self.env._("Award"),
            self.env._("Reason"),
            self.env._("Amount"),
            self.env._("Currency"),
        ]
        # The names of employees belong to the list; who reads the list reads them.
        lines = self.sudo().line_ids.sorted(lambda li: (li.employee_id.name, li.id))
        rows = [
            (
                line.employee_id.name,
                line.date,
                line.award_id.name,
                line.reason,
                line.currency_id.round(line.amount),
                line.currency_id.name,
            )
            for line in lines
        ]
        total = self.currency_id.round(self.amount_total)
        rows.append(
            (self.env._("Total"), None, None, None, total, self.currency_id.name)
        )
        return make_workbook([(self.name, headings, rows)])


class AftersalesAwardPayrollLine(models.Model):
    """Award money of an employee that waits for the payroll, or was handed over."""

    _name = "aftersales.award.payroll.line"
    _description = "Award Money for the Payroll"
    _order = "date desc, id desc"
    _rec_name = "reason"
    _check_company_auto = True

    award_id = fields.Many2one(
        "aftersales.award",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    employee_id = fields.Many2one(
        "hr.employee",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(
        required=True, readonly=True, help="Negative: an award was cancelled."
    )
    reason = fields.Char(required=True, readonly=True)
    payroll_id = fields.Many2one(
        "aftersales.award.payroll",
        "Payroll List",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    state = fields.Selection(
        [("open", "Waiting"), ("handed", "Handed Over")],
        compute="_compute_state",
        store=True,
        index=True,
    )

    _award_paid_once = models.UniqueIndex(
        "(award_id) WHERE amount > 0", "This award is already on the payroll list."
    )
    _award_taken_back_once = models.UniqueIndex(
        "(award_id) WHERE amount < 0", "This award was already taken back."
    )

    @api.depends("payroll_id")
    def _compute_state(self):
        for line in self:
            line.state = "handed" if line.payroll_id else "open"

    def action_hand_over(self):
        """Put waiting entries on one list per company, for the payroll.

        :return: the new lists
        :raise AccessError: anybody but HR and the head of service
        :raise UserError: an entry that was handed over before
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in OFFICER_GROUPS):
            raise AccessError(
                self.env._(
                    "Only HR training officers and the head of service hand awards "
                    "over to the payroll."
                )
            )
        # Entries are evidence without write access; the role was checked above.
        lines_sudo = self.sudo()
        self.env["aftersales.award"]._lock_rows(lines_sudo)
        done = lines_sudo.filtered("payroll_id")[:1]
        if done:
            raise UserError(
                self.env._(
                    "“%(reason)s” is on payroll list %(list)s already.",
                    reason=done.reason,
                    list=done.payroll_id.name,
                )
            )
        payrolls_sudo = self.env["aftersales.award.payroll"].sudo().browse()
        for company, lines in lines_sudo.grouped("company_id").items():
            payrolls_sudo |= lines._hand_over(company)
        return payrolls_sudo.sudo(False)._get_records_action()

    def _hand_over(self, company):
        """Make the list of one company."""
        vals = {
            "company_id": company.id,
            "date": company._get_aftersales_today(),
            "user_id": self.env.uid,
        }
        self.env["ir.sequence"]._aftersales_fill_numbers(
            [vals], "aftersales.award.payroll"
        )
        payroll = self.env["aftersales.award.payroll"].create(vals)
        self.write({"payroll_id": payroll.id})
        return payroll
