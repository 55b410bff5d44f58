from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults


class AftersalesScorecardDeduction(models.Model):
    """Special deduction: one point outside the percentage, to be corrected."""

    _name = "aftersales.scorecard.deduction"
    _description = "Special Deduction"
    _order = "scorecard_id, id"
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

    #: Follow from the scorecard; the rules of access look at them.
    _OWNER_FIELDS = frozenset(("company_id", "service_point_id"))

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for deduction in self:
            deduction.display_name = labels.get(deduction.kind)

    @api.depends("is_corrected")
    def _compute_date_corrected(self):
        today = fields.Date.context_today(self)
        for deduction in self:
            deduction.date_corrected = deduction.is_corrected and (
                deduction.date_corrected or today
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_typed_owner(vals)
        cleaned = without_guarded_defaults(self, self._OWNER_FIELDS)
        deductions = super(AftersalesScorecardDeduction, cleaned).create(vals_list)
        deductions.scorecard_id._check_draft()
        deductions.scorecard_id._add_judge()
        return deductions

    def write(self, vals):
        self._check_no_typed_owner(vals)
        if not set(vals) - self._UNFROZEN_FIELDS:
            return super().write(vals)
        cards = self.scorecard_id
        cards._check_draft()
        result = super().write(vals)
        if "scorecard_id" in vals:
            # The target may be frozen or somebody else's.
            self.scorecard_id._check_draft()
            self.check_access("write")
        (cards | self.scorecard_id)._add_judge()
        return result

    def unlink(self):
        cards = self.scorecard_id
        result = super().unlink()
        cards._add_judge()
        return result

    def _check_no_typed_owner(self, vals):
        """Refuse values for what follows from the scorecard."""
        if self._OWNER_FIELDS & set(vals):
            raise UserError(
                self.env._(
                    "Company and service point of a special deduction follow from its "
                    "scorecard and cannot be entered."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.scorecard_id._check_draft()
