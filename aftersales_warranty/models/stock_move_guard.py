from odoo import models

from odoo.addons.aftersales_network.models.flow import FLOW


class StockMove(models.Model):
    """One place where a transfer is checked before goods change their place."""

    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Check what is about to move, whoever validates it and by which way."""
        self._aftersales_check_done()
        # What is left behind serves the same return or job as the rest.
        moves = super(StockMove, self.with_context(aftersales_split=FLOW))
        done = moves._action_done(cancel_backorder=cancel_backorder)
        return done.with_env(self.env)

    def _aftersales_check_done(self):
        """Refuse moves that the rules of after-sales forbid; extension point.

        Every extension calls ``super()`` first and asks its questions for the
        whole batch.

        :raise UserError: naming the goods, the rule and the way out
        """
