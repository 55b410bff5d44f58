from odoo import api, fields, models


class AftersalesScorecardDeduction(models.Model):
    """Special deduction: one point outside the percentage, to be corrected."""

    _name = "aftersales.scorecard.deduction"
    _description = "Special Deduction"
    _order = "scorecard_id, id"
    _rec_name = "kind"
    _check_company_auto = True

    scorecard_id = fields.Many2one(
        "aftersales.scorecard", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="scorecard_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="scorecard_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    kind = fields.Selection(
        [
            ("law", "Breach of Law"),
            ("rules", "Breach of Own Service Rules"),
            ("industry", "Breach of an Industry Requirement"),
            ("system", "Affects the Service System"),
        ],
        required=True,
        default="rules",
    )
    reason = fields.Text(help="Needed before the scorecard is submitted.")
    is_corrected = fields.Boolean("Corrected")
    date_corrected = fields.Date(
        "Corrected on",
        compute="_compute_date_corrected",
        store=True,
        readonly=False,
    )
    correction = fields.Text()

    #: The correction comes after the score was approved.
    _UNFROZEN_FIELDS = frozenset(("is_corrected", "date_corrected", "correction"))

    @api.depends("is_corrected")
    def _compute_date_corrected(self):
        today = fields.Date.context_today(self)
        for deduction in self:
            deduction.date_corrected = deduction.is_corrected and (
                deduction.date_corrected or today
            )

    @api.model_create_multi
    def create(self, vals_list):
        deductions = super().create(vals_list)
        deductions.scorecard_id._check_draft()
        return deductions

    def write(self, vals):
        if set(vals) - self._UNFROZEN_FIELDS:
            self.scorecard_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.scorecard_id._check_draft()
