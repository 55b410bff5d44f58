from odoo import models
from odoo.exceptions import UserError


class AftersalesRegistration(models.Model):
    """Open recalls on the pages of owners, points and everybody."""

    _inherit = "aftersales.registration"

    def _get_portal_recalls(self):
        """Plain values of the open recalls of one unit for its owner.

        The page has checked that the unit is the user's.
        """
        self.ensure_one()
        rows_sudo = self.env["aftersales.campaign.unit"]._find_open(self)
        return [
            {
                "id": row_sudo.id,
                "title": row_sudo.campaign_id.title,
                "is_safety": row_sudo.campaign_id.kind == "safety",
                "hazard": row_sudo.campaign_id.hazard or "",
                "advice": row_sudo.campaign_id.advice or "",
                "remedy": row_sudo.campaign_id.remedy or "",
                "order": row_sudo.order_id.name if row_sudo.state == "booked" else "",
            }
            for row_sudo in rows_sudo.get(self.id, ())
        ]

    def _portal_ask_recall(self, row_id):
        """Make the order for an open recall of an own unit.

        :param row_id: one of the open rows of this very unit
        :raise UserError: no such recall
        """
        self.ensure_one()
        found = self.env["aftersales.campaign.unit"]._find_open(self).get(self.id)
        row_sudo = found and found.filtered(
            lambda r: r.id == row_id and r.state != "booked"
        )
        if not row_sudo:
            raise UserError(self.env._("No recall of this unit waits for an order."))
        if not row_sudo.registration_id:
            row_sudo._write_flow({"registration_id": self.id})
        row_sudo._create_orders()

    def _get_public_values(self):
        """Anybody with the certificate in hand may know of an open recall."""
        rows_sudo = self.env["aftersales.campaign.unit"]._find_open(self)
        campaigns_sudo = rows_sudo[self.id].campaign_id if rows_sudo else []
        titles = [campaign_sudo.title for campaign_sudo in campaigns_sudo]
        return {**super()._get_public_values(), "recalls": titles}


class AftersalesServiceOrder(models.Model):
    """The point sees open recalls of the unit on the page of its order."""

    _inherit = "aftersales.service.order"

    def _portal_get_recalls(self):
        """Texts of the open recalls of the unit; the page has checked the access."""
        self.ensure_one()
        rows_sudo = self._get_open_campaign_units().get(self, ())
        texts = [
            (row_sudo._get_notice_text(), row_sudo.state != "booked")
            for row_sudo in rows_sudo
        ]
        return {
            "texts": [text for text, _waits in texts],
            "waits": any(waits for _text, waits in texts),
        }
