from odoo import fields, models


class AftersalesQualityStep(models.TransientModel):
    """Takes the answer of a department, or the check of its effect."""

    _name = "aftersales.quality.step"
    _description = "Step of a Quality Report"

    report_id = fields.Many2one(
        "aftersales.quality.report", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("answer", "Answer"), ("effect", "Effect Check")],
        required=True,
        readonly=True,
        default="answer",
    )
    root_cause = fields.Text(help="Why it came about, at the department.")
    answer = fields.Text(help="What the department says about it.")
    measures = fields.Text(help="What is changed so that it does not come again.")
    date_measures = fields.Date("Measures in Force from")
    effect = fields.Selection(
        [
            ("effective", "Effective: Close the Report"),
            ("not_effective", "Not Effective: Hand It Back"),
        ],
        "Effect of the Measures",
        default="effective",
    )
    note = fields.Text("What Was Checked")

    def action_confirm(self):
        """Carry the step out; the report checks who may and what is missing."""
        self.ensure_one()
        if self.kind == "answer":
            self.report_id._answer(
                self.answer, self.root_cause, self.measures, self.date_measures
            )
        else:
            self.report_id._check_effect(self.effect, self.note)
        return {"type": "ir.actions.act_window_close"}
