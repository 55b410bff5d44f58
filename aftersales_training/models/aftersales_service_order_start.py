from odoo import models


class AftersalesServiceOrder(models.Model):
    """A certificate may run out between the assignment and the work."""

    _inherit = "aftersales.service.order"

    def action_start(self):
        """Work begins only with a technician who is qualified on this day.

        :raise ValidationError: where the company blocks; naming what is missing
        """
        fresh = self.filtered(lambda order: not order.date_start)
        for company, orders in fresh.grouped("company_id").items():
            orders._refuse_unqualified(company._get_aftersales_today())
        return super().action_start()
