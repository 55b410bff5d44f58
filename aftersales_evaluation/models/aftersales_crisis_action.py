from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP


class AftersalesCrisisAction(models.Model):
    """What somebody has to do in a crisis, and by when."""

    _name = "aftersales.crisis.action"
    _description = "Crisis Action"
    _inherit = [
        "aftersales.due.mixin",
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
    ]
    _order = "date_due, id"

    name = fields.Char("Action", required=True)
    crisis_id = fields.Many2one(
        "aftersales.crisis", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="crisis_id.company_id", store=True, index=True, precompute=True
    )
    is_rehearsal = fields.Boolean(related="crisis_id.is_rehearsal", store=True)
    owner_id = fields.Many2one(
        "res.users",
        "Who",
        required=True,
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    date_due = fields.Date("Due", required=True, index=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="open",
        copy=False,
        index=True,
    )
    result = fields.Text(
        readonly=True, copy=False, help="What was done, and what came of it."
    )
    date_done = fields.Datetime("Done on", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("state", "result", "date_done", "done_by_id", "cancel_reason")
    )
    _SCOPE_FIELDS = frozenset(("crisis_id",))

    @api.model_create_multi
    def create(self, vals_list):
        """Give the owner an activity until the due day."""
        actions = super().create(vals_list)
        actions.crisis_id._check_running()
        actions._ask_owner()
        for action in actions:
            action.crisis_id._note(
                self.env._("Action set: %(action)s", action=action.name)
            )
        return actions

    def write(self, vals):
        """Keep finished actions; a new owner gets the activity."""
        if not self._is_flow():
            self._check_open()
        moved = {"owner_id", "date_due", "name"} & set(vals)
        if moved:
            self._forget_owner()
        result = super().write(vals)
        if moved:
            self._ask_owner()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_finished(self):
        self._check_open()
        self._forget_owner()

    def _check_open(self):
        """Refuse changes of actions that are over.

        :raise UserError: naming the action
        """
        self.crisis_id._check_running()
        over = self.filtered(lambda a: a.state != "open")[:1]
        if over:
            raise UserError(
                self.env._(
                    "The action “%(action)s” is over and stays as it is. Set another "
                    "one.",
                    action=over.name,
                )
            )

    def _ask_owner(self):
        """Schedule the activity of each owner on the event."""
        # The owner of an action need not be allowed to write the event.
        todo = self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id("aftersales.crisis")
        self.env["mail.activity"].sudo().create(
            [
                {
                    "activity_type_id": todo.id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": action.crisis_id.id,
                    "user_id": action.owner_id.id,
                    "date_deadline": action.date_due,
                    "summary": action.name,
                }
                for action in self
            ]
        )

    def _forget_owner(self):
        """Take the activities of these actions back."""
        for action in self:
            activities_sudo = action.crisis_id.sudo().activity_ids
            activities_sudo.filtered(
                lambda a, x=action: a.user_id == x.owner_id and a.summary == x.name
            ).unlink()

    def action_done(self):
        """Ask for the result, then finish the action."""
        self.ensure_one()
        self.check_access("read")
        self._check_finisher()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Action Done"),
            "res_model": "aftersales.crisis.done.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_action_id": self.id},
        }

    def action_complete(self, result):
        """Note that the action is done, and what came of it.

        :param result: what was done, and what came of it
        :raise AccessError: neither its owner nor who leads the event
        :raise UserError: an empty result
        """
        self.ensure_one()
        self.check_access("read")
        self._check_finisher()
        result = (result or "").strip()
        if not result:
            raise UserError(
                self.env._(
                    "Write down what came of “%(action)s” first.", action=self.name
                )
            )
        # The owner of an action need not be allowed to write it otherwise.
        action_sudo = self.sudo()
        action_sudo._check_open()
        action_sudo._forget_owner()
        action_sudo._write_flow(
            {
                "state": "done",
                "result": result,
                "date_done": fields.Datetime.now(),
                "done_by_id": self.env.uid,
            }
        )
        action_sudo.crisis_id._note(
            self.env._("Action done: %(action)s", action=self.name)
        )

    def _check_finisher(self):
        """Refuse whoever neither owns the action nor leads its event."""
        user = self.env.user
        owners = self.owner_id | self.crisis_id.sudo().owner_id
        if user not in owners and not user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._(
                    "“%(action)s” is finished by %(owner)s or by whoever leads the "
                    "event.",
                    action=self.name,
                    owner=self.owner_id.sudo().name,
                )
            )

    def action_ask_cancel(self):
        """Ask why the action is not needed."""
        self._check_flow_state("open")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Give up actions with a reason.

        :param reason: kept with the action
        """
        self.check_access("write")
        self._check_flow_state("open")
        self.crisis_id._check_running()
        reason = self._check_reason_given(reason)
        self._forget_owner()
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        for action in self:
            action.crisis_id._note(
                self.env._("Action given up: %(action)s", action=action.name)
            )


class AftersalesCrisisEvent(models.Model):
    """One line of the timeline; what is written stays."""

    _name = "aftersales.crisis.event"
    _description = "Timeline of a Crisis"
    _inherit = ["aftersales.flow.mixin"]
    _order = "date, id"
    _rec_name = "text"

    crisis_id = fields.Many2one(
        "aftersales.crisis", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="crisis_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    text = fields.Char("Event", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Entered by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    is_system = fields.Boolean(readonly=True)

    _FLOW_FIELDS = frozenset(("user_id", "is_system"))

    @api.model_create_multi
    def create(self, vals_list):
        """Enter what happened, while the event is open."""
        events = super().create(vals_list)
        if not self._is_flow():
            events.crisis_id._check_running()
        return events
