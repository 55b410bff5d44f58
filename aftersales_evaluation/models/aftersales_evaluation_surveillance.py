from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesEvaluationSurveillance(models.Model):
    """One of the yearly checks that keep a certificate in force."""

    _name = "aftersales.evaluation.surveillance"
    _description = "Surveillance"
    _inherit = [
        "aftersales.due.mixin",
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
    ]
    _order = "certificate_id, date_due, id"
    _rec_name = "date_due"
    _check_company_auto = True

    certificate_id = fields.Many2one(
        "aftersales.evaluation.certificate",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="certificate_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="certificate_id.service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    user_id = fields.Many2one(related="certificate_id.user_id", string="Responsible")
    date_due = fields.Date("Due Date", required=True, index=True)
    date_remind = fields.Date("Remind from", compute="_compute_date_remind", store=True)
    state = fields.Selection(
        [("planned", "Planned"), ("passed", "Passed"), ("failed", "Failed")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    date_done = fields.Date("Done on", help="Day of the check.")
    auditors = fields.Char(help="Who came from the certification body.")
    note = fields.Text("Result")
    attachment_ids = fields.Many2many("ir.attachment", string="Report")
    date_reminded = fields.Date(
        "Reminded of", readonly=True, copy=False, help="Due date reminded of."
    )

    _OPEN_STATES = ("planned",)
    _FLOW_FIELDS = frozenset(("state", "date_reminded"))
    _SCOPE_FIELDS = frozenset(("certificate_id",))

    _due_uniq = models.UniqueIndex(
        "(certificate_id, date_due)",
        "This certificate already has a surveillance on this day.",
    )
    _planned_idx = models.Index("(date_remind) WHERE state = 'planned'")

    @api.depends("date_due", "certificate_id.reminder_days")
    def _compute_date_remind(self):
        for record in self:
            record.date_remind = record.date_due and (
                record.date_due
                - relativedelta(days=record.certificate_id.reminder_days)
            )

    @api.depends("certificate_id.state")
    def _compute_is_overdue(self):
        return super()._compute_is_overdue()

    @api.model
    def _get_unsettled_domain(self):
        """Only certificates in force, or suspended, are still looked at."""
        states = ("registered", "suspended")
        return super()._get_unsettled_domain() & Domain(
            "certificate_id.state", "in", states
        )

    def write(self, vals):
        if not self._is_flow():
            self._check_planned()
        result = super().write(vals)
        if "date_due" in vals:
            # Another day is a day nobody was reminded of.
            self.filtered("date_reminded")._write_flow({"date_reminded": False})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._check_planned()

    def _check_planned(self):
        """Refuse a change of a check that has its result.

        :raise UserError: naming the certificate
        """
        done = self.filtered(lambda record: record.state != "planned")[:1]
        if done:
            raise UserError(
                self.env._(
                    "The surveillance of %(certificate)s has its result and stays as "
                    "it is.",
                    certificate=done.certificate_id.display_name,
                )
            )

    def _get_frozen_attachments(self):
        """Reports of checks that have their result."""
        return self.filtered(lambda record: record.state != "planned").attachment_ids

    def action_pass(self):
        """Record planned checks as passed, today unless a day was entered.

        :raise UserError: a check that has its result, or a certificate that is not
            in force
        """
        self._check_flow_state("planned")
        self._check_in_force()
        for today, records in self.grouped(
            lambda r: r.certificate_id._get_today()
        ).items():
            undated = records.filtered(lambda record: not record.date_done)
            undated._write_flow({"date_done": today, "state": "passed"})
            (records - undated)._write_flow({"state": "passed"})
        self.certificate_id._close_reminders()
        return True

    def action_fail(self):
        """Ask what was found, then record the checks as failed."""
        self._check_flow_state("planned")
        self._check_in_force()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_fail")

    def _fail(self, reason):
        """Record planned checks as failed; the head decides on the certificate."""
        self._check_flow_state("planned")
        self._check_in_force()
        for record in self:
            record._write_flow(
                {
                    "state": "failed",
                    "note": reason,
                    "date_done": record.date_done or record.certificate_id._get_today(),
                }
            )
        self.certificate_id._close_reminders()
        self.certificate_id._ask_head(self.env._("A surveillance failed: decide"))

    def _check_in_force(self):
        """Refuse results on certificates that are not in the register.

        :raise UserError: naming the certificate
        """
        self.certificate_id._check_flow_state("registered", "suspended")
