from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

HEAD = "aftersales_network.group_head"


class AftersalesGapAction(models.Model):
    """What is done about a gap, by whom and until when.

    The owner reports it done with the result; the head of service sets and cancels.
    """

    _name = "aftersales.gap.action"
    _description = "Gap Action"
    _inherit = ["aftersales.gap.part.mixin", "aftersales.owner.task", "mail.thread"]
    _order = "date_due, id"
    _check_company_auto = True

    name = fields.Char("Action", required=True, tracking=True)
    line_id = fields.Many2one(
        "aftersales.gap.line",
        "Service Gap",
        required=True,
        index=True,
        ondelete="cascade",
    )
    analysis_id = fields.Many2one(related="line_id.analysis_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    gap_kind = fields.Selection(
        related="line_id.kind", store=True, string="Kind of Gap"
    )
    owner_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    date_due = fields.Date("Due Date", required=True, index=True, tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        copy=False,
        default="open",
        index=True,
        tracking=True,
    )
    date_done = fields.Date("Done on", readonly=True, copy=False)
    result = fields.Text("What Was Done", readonly=True, copy=False)
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _FLOW_FIELDS = frozenset(("state", "date_done", "result"))
    _FIXED_FIELDS = frozenset(("line_id",))

    @api.depends("state", "date_due")
    def _compute_is_overdue(self):
        for action in self:
            today = (action.company_id or self.env.company)._get_aftersales_today()
            action.is_overdue = bool(
                action.state == "open" and action.date_due and action.date_due < today
            )

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        return Domain("state", "=", "open") & Domain("date_due", "<", today)

    @api.model_create_multi
    def create(self, vals_list):
        """Tell the owners where the analysis is in progress."""
        actions = super().create(vals_list)
        running = actions.filtered(lambda a: a.analysis_id.state == "running")
        running._remind_owners()
        return actions

    def write(self, vals):
        """Let owners report, and the head of service alone change the task."""
        tasks = {"name", "owner_id", "date_due"} & set(vals)
        if tasks and not self._is_flow():
            self._check_flow_state("open")
            self._check_head()
        res = super().write(vals)
        if {"owner_id", "date_due"} & set(vals):
            self._unlink_reminders()
            self.filtered(lambda a: a.analysis_id.state == "running")._remind_owners()
        return res

    def _check_head(self):
        """Refuse changes of the task by its owner.

        :raise UserError: naming who may
        """
        if not self.env.user.has_group(HEAD):
            raise UserError(
                self.env._(
                    "The head of service sets what is to be done by whom and until "
                    "when; the owner reports it done."
                )
            )

    def action_done(self):
        """Ask what was done."""
        self._check_flow_state("open")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_finish")

    def _finish(self, result):
        """Report actions done.

        :param result: what was done
        """
        self._check_flow_state("open")
        self._check_started()
        self._report_done(result)

    def action_cancel(self):
        """Give open actions up."""
        self._check_flow_state("open")
        self.check_access("write")
        self._check_head()
        self._write_flow({"state": "cancelled"})
        self._unlink_reminders()

    def _check_started(self):
        """Refuse results of analyses that did not start.

        :raise UserError: naming the analysis and its state
        """
        # The owner of an action may not read the analysis around it.
        self.sudo().analysis_id._check_flow_state("running")
