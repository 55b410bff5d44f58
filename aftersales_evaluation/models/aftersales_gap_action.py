from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP


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

    _FLOW_FIELDS = frozenset(("state", "date_done", "result"))
    _FIXED_FIELDS = frozenset(("line_id",))

    def write(self, vals):
        """Let owners report, and the head of service alone change the task."""
        tasks = {"name", "owner_id", "date_due"} & set(vals)
        if tasks and not self._is_flow():
            self._check_flow_state("open")
            self._check_head()
        return super().write(vals)

    def _filter_to_do(self):
        """Owners are told where the analysis is in progress."""
        # The owner of an action may not read the analysis around it.
        return (
            super()
            ._filter_to_do()
            .filtered(lambda action: action.sudo().analysis_id.state == "running")
        )

    def _check_head(self):
        """Refuse changes of the task by its owner.

        :raise UserError: naming who may
        """
        if not self.env.user.has_group(HEAD_GROUP):
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
        self._close_activities()

    def _check_started(self):
        """Refuse results of analyses that did not start.

        :raise UserError: naming the analysis and its state
        """
        # The owner of an action may not read the analysis around it.
        self.sudo().analysis_id._check_flow_state("running")
