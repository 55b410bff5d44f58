from odoo import models
from odoo.fields import Domain

from .aftersales_part_return import OWED_STATES


class AftersalesServiceOrderLine(models.Model):
    """A covered part that was replaced makes a duty for the old one."""

    _inherit = "aftersales.service.order.line"

    def _get_old_parts(self):
        """Live duties of the lines; one query."""
        # Duties follow the lines, whatever the technician may write.
        return (
            self.env["aftersales.part.return"]
            .sudo()
            .search(
                Domain("order_line_id", "in", self.ids)
                & Domain("state", "not in", ("cancelled", "waived"))
            )
        )

    def _owes_old_part(self):
        """Whether the point owes the old part of the line."""
        self.ensure_one()
        return bool(
            self.kind == "part"
            and self.order_id.service_point_id
            and self.quantity > 0
            and self.cover_share > 0
            and self.product_id.sudo().aftersales_old_part not in (False, "none")
        )

    def _sync_old_parts(self):
        """Make, change or cancel the duties of the lines as they are now."""
        if self._skips_stock():
            return
        owing = self.filtered(lambda line: line._owes_old_part())
        duties = self._get_old_parts()
        known = duties.order_line_id
        for duty in duties.filtered(lambda d: d.state in OWED_STATES):
            line = duty.order_line_id
            if line not in owing or line.product_id != duty.product_id:
                duty._cancel_duty()
                known -= line
            elif duty.uom_id.compare(duty.quantity, line.quantity):
                duty._write_flow({"quantity": line.quantity})
        self.env["aftersales.part.return"]._create_duties(
            [line._prepare_duty_vals() for line in owing if line not in known]
        )

    def _prepare_duty_vals(self):
        """Values of the duty for the old part of the line; extension point."""
        self.ensure_one()
        return {
            "service_point_id": self.order_id.service_point_id.id,
            "order_id": self.order_id.id,
            "order_line_id": self.id,
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "serial": self.serial_removed,
        }

    def _sync_old_serials(self):
        """Duties learn the serial that was noted later."""
        for duty in self._get_old_parts().filtered(lambda d: d.state in OWED_STATES):
            duty._write_flow({"serial": duty.order_line_id.serial_removed})

    def _cancel_old_parts(self):
        """Nothing was replaced: nothing is owed."""
        duties = self._get_old_parts()
        duties.filtered(lambda d: d.state in OWED_STATES)._cancel_duty()


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") == "cancelled":
            self.line_ids._cancel_old_parts()
        return res
