from odoo import api, fields, models


class AftersalesCaseMixin(models.AbstractModel):
    """A case for which a customer may be compensated: complaint, crisis, campaign.

    A case may also lead to a recall.  The network itself compensates nobody and
    recalls nothing; the warranty fills this in, so that other modules offer it
    without knowing the warranty.  An extension changes every model that inherits
    the mixin.
    """

    _name = "aftersales.case.mixin"
    _description = "Case of a Customer"

    can_compensate = fields.Boolean(compute="_compute_case_compensation")
    compensation_count = fields.Integer(
        "Compensations", compute="_compute_case_compensation"
    )
    can_recall = fields.Boolean(compute="_compute_case_recall")
    recall_count = fields.Integer("Recall Campaigns", compute="_compute_case_recall")

    @api.depends_context("uid")
    def _compute_case_recall(self):
        self.can_recall = False
        self.recall_count = 0

    def action_open_recall(self):
        """Open a new recall campaign for the case; nothing without the warranty."""
        return False

    def action_view_recalls(self):
        """Open the recall campaigns of the case; nothing without the warranty."""
        return False

    @api.depends_context("uid")
    def _compute_case_compensation(self):
        self.can_compensate = False
        self.compensation_count = 0

    def _get_compensation_vals(self):
        """What a compensation takes over from the case; extension point."""
        self.ensure_one()
        return {}

    def action_propose_compensation(self):
        """Open a new compensation for the case; nothing without the warranty."""
        return False

    def action_view_compensations(self):
        """Open the compensations of the case; nothing without the warranty."""
        return False
