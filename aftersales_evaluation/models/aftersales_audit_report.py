from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import is_html_empty

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP


class AftersalesAuditReport(models.Model):
    """Report on the audits of a period: method, findings, strong, weak, advice.

    Figures are taken from approved scorecards and from findings and are frozen with
    the report; the text is a proposal that the author completes.  Somebody else
    approves.
    """

    _name = "aftersales.audit.report"
    _description = "Audit Report"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True
    _rec_names_search = ("name", "subject")

    #: What an approved report states.
    _TEXT_FIELDS = frozenset(
        ("subject", "set_id", "date_from", "date_to", "method", "findings")
        + ("strengths", "weaknesses", "advice")
    )

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    subject = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    date_from = fields.Date("From", required=True, tracking=True)
    date_to = fields.Date("To", required=True, tracking=True)
    author_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        copy=False,
        tracking=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("approved", "Approved"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    figures = fields.Json(readonly=True, copy=False)
    date_filled = fields.Datetime("Data As Of", readonly=True, copy=False)
    scorecard_count = fields.Integer("Scorecards", readonly=True, copy=False)
    finding_count = fields.Integer("Findings in Period", readonly=True, copy=False)
    mean_score = fields.Float(readonly=True, copy=False, aggregator=None, digits=(5, 2))
    method = fields.Html(copy=False)
    findings = fields.Html(copy=False)
    strengths = fields.Html(copy=False)
    weaknesses = fields.Html(copy=False)
    advice = fields.Html(copy=False)
    radar = fields.Html(
        "Sections", compute="_compute_charts", sanitize=False, exportable=False
    )
    bars = fields.Html(
        "Points", compute="_compute_charts", sanitize=False, exportable=False
    )
    submitter_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_submitted = fields.Datetime("Submitted On", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Datetime("Approved On", readonly=True, copy=False)
    return_reason = fields.Char(readonly=True, copy=False)
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[("res_model", "=", "aftersales.audit.report")],
        string="Approvals",
    )

    _FLOW_FIELDS = frozenset(
        ("state", "author_id", "figures", "date_filled", "scorecard_count")
        + ("finding_count", "mean_score", "submitter_id", "date_submitted")
        + ("approver_id", "date_approved", "return_reason")
    )
    _FIXED_FIELDS = frozenset(("name", "company_id"))

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A report cannot end before it starts."
    )

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for report in self:
            report.display_name = f"{report.name} {report.subject or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_flow() and self._TEXT_FIELDS & set(vals):
            self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        """Refuse changes of what was handed in.

        :raise UserError: naming the report and the way out
        """
        frozen = self.filtered(lambda report: report.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "%(report)s was submitted and stays as it is. The head of service "
                    "can send it back.",
                    report=frozen.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._check_draft()

    def _get_application_start(self):
        """Moment from which approvals belong to the running submission."""
        self.ensure_one()
        return self.date_submitted or self.create_date

    def action_submit(self):
        """Hand reports in for approval.

        :raise UserError: no data was taken, or a chapter is empty
        """
        self._check_flow_state("draft")
        for report in self:
            report._check_complete()
        self._write_flow(
            {
                "state": "submitted",
                "submitter_id": self.env.uid,
                "date_submitted": fields.Datetime.now(),
                "return_reason": False,
            }
        )
        for report in self:
            self.env["aftersales.approval"]._log(report, "submit", "approved")
        self._ask_head(self.env._("Approve the audit report"))
        return True

    def _check_complete(self):
        """Every chapter is written, on the data of the period.

        :raise UserError: naming the report and the chapter
        """
        self.ensure_one()
        if not self.figures:
            raise UserError(
                self.env._(
                    "%(report)s: take the data of the period first.",
                    report=self.display_name,
                )
            )
        for name in ("method", "findings", "strengths", "weaknesses", "advice"):
            if is_html_empty(self[name]):
                raise UserError(
                    self.env._(
                        "%(report)s: the chapter “%(chapter)s” is empty.",
                        report=self.display_name,
                        chapter=self._fields[name]._description_string(self.env),
                    )
                )

    def action_approve(self):
        """Approve reports; never by whoever wrote or submitted them.

        :raise AccessError: anybody but the head of service
        :raise UserError: the own report
        """
        self._check_flow_state("submitted")
        self._check_head()
        for report in self:
            self.env["aftersales.approval"]._check_other_person(
                report, report.author_id | report.submitter_id
            )
            self.env["aftersales.approval"]._check_four_eyes(report, ["submit"])
            self.env["aftersales.approval"]._log(report, "head", "approved")
        self._write_flow(
            {
                "state": "approved",
                "approver_id": self.env.uid,
                "date_approved": fields.Datetime.now(),
            }
        )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def _check_head(self):
        """Refuse the decision to whoever is not head of service."""
        if not (self.env.su or self.env.user.has_group(HEAD_GROUP)):
            raise AccessError(
                self.env._("Only the head of service decides on audit reports.")
            )

    def action_ask_return(self):
        """Ask for the reason, then send the report back to its author."""
        self._check_flow_state("submitted")
        self._check_head()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_return_report")

    def _return_report(self, reason):
        """Send reports back to their authors.

        :param reason: what is missing
        """
        self._check_flow_state("submitted")
        self._check_head()
        for report in self:
            self.env["aftersales.approval"]._log(report, "head", "rejected", reason)
            report.message_post(body=reason)
        self._write_flow({"state": "draft", "return_reason": reason})
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
