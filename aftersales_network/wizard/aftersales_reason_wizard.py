from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesReasonWizard(models.TransientModel):
    """Asks for the reason of a step and then carries it out.

    A model opens it with ``_open_for(records, method)``; the method takes the
    reason as its only argument and must be listed in ``_ALLOWED``.
    """

    _name = "aftersales.reason.wizard"
    _description = "Reason"

    #: Methods that may be called; the wizard is no way to call others.
    _ALLOWED = {
        "aftersales.budget": ("_reset",),
        "aftersales.budget.post": ("_post", "_cancel"),
        "aftersales.fund.move": ("_refuse",),
        "aftersales.year.plan": ("_return_plan",),
        "aftersales.service.point": ("action_reject",),
        "aftersales.withdrawal": ("action_refuse", "action_cancel"),
        "aftersales.service.order": (
            "_cancel",
            "_refuse",
            "_redispatch",
            "_take_back",
            "_reject_rework",
        ),
    }

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    method = fields.Char(required=True, readonly=True)
    reason = fields.Text(required=True)

    @api.model
    def _get_allowed_methods(self):
        """Steps that take a reason: ``{model: (method, …)}``; extension point."""
        return dict(self._ALLOWED)

    @api.model
    def _open_for(self, records, method):
        """Window action that asks for the reason of ``method`` on ``records``."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reason"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": records._name,
                "default_res_ids": records.ids,
                "default_method": method,
            },
        }

    def _get_needed_access(self):
        """Right that the step asks for beside its own checks; extension point."""
        return "write"

    def action_confirm(self):
        """Carry out the step with the reason."""
        self.ensure_one()
        allowed = self._get_allowed_methods().get(self.res_model, ())
        if self.method not in allowed:
            raise UserError(self.env._("This step is not possible here."))
        records = self.env[self.res_model].browse(self.res_ids)
        records.check_access(self._get_needed_access())
        getattr(records, self.method)(self.reason)
        return {"type": "ir.actions.act_window_close"}
