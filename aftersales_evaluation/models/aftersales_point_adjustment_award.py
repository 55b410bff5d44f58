from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesPointAdjustment(models.Model):
    """Entries that come from awards: once paid, at most once taken back."""

    _inherit = "aftersales.point.adjustment"

    award_id = fields.Many2one(
        "aftersales.award",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    # Naming one drops the default of the mixin, so the state is named again.
    _FLOW_FIELDS = frozenset(("state", "award_id"))
    #: What an award decided; changing it goes through the award.
    _AWARD_FIELDS = frozenset(
        ("service_point_id", "amount", "currency_id", "res_model", "res_id")
    )

    _award_paid_once = models.UniqueIndex(
        "(award_id) WHERE amount > 0", "This award was already paid."
    )
    _award_taken_back_once = models.UniqueIndex(
        "(award_id) WHERE amount < 0", "This award was already taken back."
    )

    @api.model
    def _create_for_awards(self, vals_list):
        """Write the entries of released or cancelled awards.

        The rights of the user hold; the link to the award is the step's alone.
        """
        return self.with_context(aftersales_flow=FLOW).create(vals_list)

    def write(self, vals):
        if self._AWARD_FIELDS & set(vals):
            self._check_no_award()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_award(self):
        self._check_no_award()

    def _check_no_award(self):
        """Refuse to change what an award or a closed key figure decided.

        :raise UserError: naming it and the way out
        """
        earned = self.filtered("kpi_value_id")[:1]
        if earned:
            raise UserError(
                self.env._(
                    "“%(reason)s” follows from a closed key figure and stays as it is. "
                    "Enter a counter entry instead.",
                    reason=earned.reason,
                )
            )
        bound = self.filtered("award_id")[:1]
        if bound:
            raise UserError(
                self.env._(
                    "“%(reason)s” comes from award %(award)s. Cancel the award; a "
                    "counter entry is written then.",
                    reason=bound.reason,
                    award=bound.sudo().award_id.display_name,
                )
            )
