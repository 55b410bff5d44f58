from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of evaluation that ask for a reason, a result or a remark."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the steps of evaluation."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.promise": ("_withdraw",),
            "aftersales.evaluation.certificate": ("_suspend", "_withdraw"),
            "aftersales.evaluation.surveillance": ("_fail",),
            "aftersales.finding": ("_verify", "_send_back", "_withdraw"),
            "aftersales.audit": ("_cancel",),
            "aftersales.audit.point": ("_skip",),
            "aftersales.audit.report": ("_return_report",),
            "aftersales.kpi.period": ("_reopen",),
            "aftersales.ranking": ("_cancel",),
            "aftersales.award": ("_release", "_cancel"),
            "aftersales.level.proposal": ("_refuse",),
            "aftersales.complaint": ("_close_without_consent", "_reopen"),
            "aftersales.gap.action": ("_finish",),
            "aftersales.ballot": ("_cancel",),
            "aftersales.document": ("_send_back", "_retire"),
            "aftersales.crisis": ("_reopen",),
            "aftersales.crisis.action": ("_cancel",),
            "aftersales.improvement": ("_finish",),
        }
