from odoo import api, fields, models


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    aftersales_ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Ticket",
        index="btree_not_null",
        copy=False,
        check_company=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._check_ticket_access()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if "aftersales_ticket_id" in vals:
            self._check_ticket_access()
        return result

    def _check_ticket_access(self):
        """Refuse a ticket that the user cannot read.

        The finished order leaves its note there whoever finishes it; so the link
        itself must be made by somebody who may see the ticket.
        """
        if not self.env.su:
            self.aftersales_ticket_id.check_access("read")

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
