from odoo import fields, models


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    aftersales_ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Ticket",
        index="btree_not_null",
        copy=False,
        check_company=True,
    )

    def _on_done(self):
        """Tell the ticket that the work is done."""
        result = super()._on_done()
        for order in self.filtered("aftersales_ticket_id"):
            # The technician need not be a helpdesk user; one note is all he
            # leaves on the ticket of his own order.
            order.aftersales_ticket_id.sudo().message_post(
                body=self.env._(
                    "%(order)s is done: %(correction)s",
                    order=order.name,
                    correction=order.correction or "",
                )
            )
        return result
