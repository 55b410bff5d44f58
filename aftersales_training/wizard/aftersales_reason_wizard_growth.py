from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Steps of competitions, grades, experts and mentoring with a reason."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.competition": ("_cancel", "_rescore"),
            "aftersales.competition.entrant": ("_withdraw", "_disqualify"),
            "aftersales.technical.grade.award": (
                "_request_exception",
                "_reject_exception",
                "_withdraw",
                "_demote",
            ),
            "aftersales.expert.use": ("_withdraw",),
            "aftersales.mentoring": ("_end_early", "_cancel"),
        }
