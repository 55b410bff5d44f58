from odoo import api, fields, models


class AftersalesCaseMixin(models.AbstractModel):
    """A case for which a customer may be compensated: complaint, crisis, campaign.

    The network itself compensates nobody; the warranty fills this in, so that
    other modules offer it without knowing the warranty.  An extension changes
    every model that inherits the mixin.
    """

    _name = "aftersales.case.mixin"
    _description = "Case of a Customer"

    can_compensate = fields.Boolean(compute="_compute_case_compensation")
    compensation_count = fields.Integer(
        "Compensations", compute="_compute_case_compensation"
    )

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
