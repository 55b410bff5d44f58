from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesEvaluationSurveillance(models.Model):
    """One of the yearly checks that keep a certificate in force."""

    _name = "aftersales.evaluation.surveillance"
    _description = "Surveillance"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
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
    state = fields.Selection(
        [("planned", "Planned"), ("passed", "Passed"), ("failed", "Failed")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    date_done = fields.Date("Done on", help="Day of the check.")
    auditors = fields.Char(help="Who came from the certification body.")
    note = fields.Text("Result")
    attachment_ids = fields.Many2many("ir.attachment", string="Report")
    date_reminded = fields.Date(
        "Reminded of", readonly=True, copy=False, help="Due date reminded of."
    )

    _FLOW_FIELDS = frozenset(("state", "date_reminded"))
    _SCOPE_FIELDS = frozenset(("certificate_id",))

    _due_uniq = models.UniqueIndex(
        "(certificate_id, date_due)",
        "This certificate already has a surveillance on this day.",
    )
    _planned_idx = models.Index("(date_due) WHERE state = 'planned'")

    @api.depends("state", "date_due", "certificate_id.state")
    def _compute_is_overdue(self):
        for record in self:
            record.is_overdue = bool(
                record.state == "planned"
                and record.certificate_id.state in ("registered", "suspended")
                and record.date_due
                and record.date_due < record.certificate_id._get_today()
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return (
            Domain("state", "=", "planned")
            & Domain("certificate_id.state", "in", ("registered", "suspended"))
            & Domain("date_due", "<", self.env.company._get_aftersales_today())
        )

    def write(self, vals):
        if not self._is_flow():
            self._check_planned()
        return super().write(vals)

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
