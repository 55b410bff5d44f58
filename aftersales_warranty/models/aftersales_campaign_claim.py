from odoo import api, models
from odoo.tools import SQL

from .aftersales_campaign import LIVE_STATES
from .aftersales_campaign_unit import OPEN_STATES


class AftersalesClaim(models.Model):
    """The checks of a claim know the open recalls of its unit."""

    _inherit = "aftersales.claim"

    @api.model
    def _get_check_campaigns(self, rows):
        """Numbers of the recalls open for the units of claims; one statement."""
        found = super()._get_check_campaigns(rows)
        ids = tuple(row["id"] for row in rows)
        if not ids:
            return found
        query = SQL(
            """
            SELECT claim.id, ARRAY_AGG(DISTINCT campaign.name ORDER BY campaign.name)
              FROM aftersales_claim claim
              JOIN aftersales_registration unit ON unit.id = claim.registration_id
              JOIN aftersales_campaign_unit row
                ON row.serial_key = unit.serial_key
               AND row.product_id = unit.product_id
               AND row.company_id = unit.company_id
               AND row.state IN %(open)s AND row.campaign_state IN %(live)s
              JOIN aftersales_campaign campaign ON campaign.id = row.campaign_id
             WHERE claim.id IN %(ids)s
             GROUP BY claim.id
            """,
            ids=ids,
            open=OPEN_STATES,
            live=LIVE_STATES,
        )
        mine = {claim: tuple(names) for claim, names in self.env.execute_query(query)}
        return {**found, **mine}


class AftersalesServiceOrder(models.Model):
    """An order of a recall is claimed as such."""

    _inherit = "aftersales.service.order"

    def _prepare_claim_vals(self):
        vals = super()._prepare_claim_vals()
        return {**vals, "claim_type": "campaign"} if self.campaign_unit_id else vals
