from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    qualification_warning = fields.Char(compute="_compute_qualification_warning")

    @api.depends("technician_id", "service_type_id", "date_start", "date_request")
    def _compute_qualification_warning(self):
        gaps = self._get_technician_gaps()
        for order in self:
            texts = gaps.get(order._origin.id or order.id, [])
            order.qualification_warning = (
                f"{order.technician_id.name}: {', '.join(texts)}" if texts else False
            )

    @api.constrains("technician_id", "service_type_id")
    def _check_technician_qualified(self):
        """Refuse an unqualified technician where the company blocks.

        The ranking has asked for everybody at once; it need not ask per order.
        """
        if not self._is_ranked():
            self._refuse_unqualified()

    def _refuse_unqualified(self, on_date=None):
        """Refuse technicians who lack a certificate where the company blocks.

        :param on_date: day of the work; default: as planned for each order
        :raise ValidationError: naming the order, the person and what is missing
        """
        blocking = self.filtered(
            lambda order: (
                order.company_id.sudo().aftersales_qualification_mode == "block"
            )
        )
        for order_id, texts in blocking._get_technician_gaps(on_date).items():
            if texts:
                order = self.browse(order_id)
                raise ValidationError(
                    self.env._(
                        "%(order)s cannot go to %(person)s: %(missing)s. Choose "
                        "somebody else or record the certificate first.",
                        order=order.name,
                        person=order.technician_id.name,
                        missing=", ".join(texts),
                    )
                )

    def _get_technician_gaps(self, on_date=None):
        """What the technicians lack for their jobs: ``{order_id: [text, …]}``.

        Asked once per service type and day, not per order.

        :param on_date: day of the work; default: as planned for each order
        """
        result = {}
        assigned = self.filtered("technician_id")
        for (service_type, day), orders in assigned.grouped(
            lambda order: (
                order._get_qualification_type(),
                on_date or order._get_qualification_date(),
            )
        ).items():
            gaps = orders.technician_id._get_qualification_gaps(service_type, day)
            for order in orders:
                key = order._origin.id or order.id
                result[key] = gaps.get(order.technician_id.id, [])
        return result

    def _get_qualification_date(self):
        """Day on which the technician has to be qualified."""
        self.ensure_one()
        moment = self.date_start or self.date_request or fields.Datetime.now()
        return fields.Datetime.context_timestamp(self, moment).date()
