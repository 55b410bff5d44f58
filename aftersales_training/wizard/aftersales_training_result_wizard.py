from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesTrainingResultWizard(models.TransientModel):
    """Takes the result of a practical exam with its reason."""

    _name = "aftersales.training.result.wizard"
    _description = "Practical Exam Result"

    attendee_ids = fields.Many2many(
        "aftersales.training.attendee",
        "aftersales_training_result_attendee_rel",
        "wizard_id",
        "attendee_id",
        "Attendees",
        required=True,
    )
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed")], required=True
    )
    score = fields.Float("Score (%)", required=True)
    reason = fields.Text(
        required=True, help="What was examined and how it was judged; kept as evidence."
    )

    def action_confirm(self):
        """Record the result; the attendee checks who may."""
        self.ensure_one()
        if not 0 <= self.score <= 100:
            raise UserError(self.env._("A score lies between 0 and 100 %."))
        if not self.attendee_ids:
            raise UserError(self.env._("Choose at least one attendee."))
        self.attendee_ids._record_result(
            self.result == "passed", self.score, self.reason
        )
        return {"type": "ir.actions.act_window_close"}
