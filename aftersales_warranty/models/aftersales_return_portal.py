from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.tools.portal_form import IMAGE_TYPES

#: Requests of one customer that nobody has answered yet.
PORTAL_MAX_DRAFTS = 20


class AftersalesReturn(models.Model):
    """Returns that customers and points ask for on the portal.

    The controller checks who calls; these methods check the values and run as
    superuser on that one request.
    """

    _inherit = "aftersales.return"

    @api.model
    def _portal_get_goods(self, partner, order=None):
        """What may be sent in: ``{key: goods}``.

        :param partner: the customer
        :param order: only the unit of this service order
        """
        Unit_sudo = self.env["aftersales.registration"].sudo()
        if order:
            units_sudo = order.sudo().registration_id
        else:
            mine = Domain("partner_id", "child_of", partner.commercial_partner_id.ids)
            units_sudo = Unit_sudo.search(mine & Domain("state", "=", "active"))
        items = self.sudo()._get_open_goods(
            partner, lots=units_sudo.lot_id if order else None
        )
        goods = {}
        for item in items:
            key = f"{item['move'].id}-{item['lot'].id or 0}"
            goods[key] = {**item, "name": self._portal_get_goods_name(item)}
        known = {item["lot"] for item in items}
        for unit_sudo in units_sudo:
            # Dealers sell units that we never delivered to the customer.
            if unit_sudo.lot_id and unit_sudo.lot_id in known:
                continue
            if unit_sudo.state == "active":
                goods[f"unit-{unit_sudo.id}"] = {
                    "unit": unit_sudo,
                    "product": unit_sudo.product_id,
                    "name": unit_sudo.display_name,
                    "open": 1,
                }
        return goods

    @api.model
    def _portal_get_goods_name(self, item):
        name = item["product"].sudo().display_name
        serial = item["lot"].sudo().name
        return f"{name} – {serial}" if serial else name

    @api.model
    def _portal_request(self, partner, post, photos, order=None):
        """Make the draft that a person asks for on the portal.

        :param photos: list of ``(name, content)``
        :param order: service order of the point that asks for its customer
        :return: the new return, as superuser
        :raise UserError: a choice that is not offered, or too many requests
        """
        Return_sudo = self.sudo()
        waiting = Return_sudo.search_count(
            [
                ("partner_id", "child_of", partner.commercial_partner_id.ids),
                ("state", "=", "draft"),
            ]
        )
        if waiting >= PORTAL_MAX_DRAFTS:
            raise UserError(
                self.env._("We are still looking into your requests. Please wait.")
            )
        goods = self._portal_get_goods(partner, order).get(post.get("goods"))
        if not goods:
            raise UserError(self.env._("Choose what you want to send in."))
        line_vals = Return_sudo.line_ids._portal_read_line(post, goods)
        document_sudo = Return_sudo.create(
            {
                "partner_id": partner.id,
                "company_id": goods["product"].company_id.id
                or (order or goods["unit"]).company_id.id
                or self.env.company.id,
                "service_point_id": order.service_point_id.id if order else False,
                "order_id": order.id if order else False,
                "user_id": False,
                "line_ids": [(0, 0, line_vals)],
            }
        )
        document_sudo.line_ids._portal_attach("customer_photo_ids", photos, IMAGE_TYPES)
        document_sudo.message_post(
            body=self.env._(
                "%(user)s asks for this return on the portal.", user=self.env.user.name
            )
        )
        return document_sudo


class AftersalesReturnLine(models.Model):
    _name = "aftersales.return.line"
    _inherit = ["aftersales.return.line", "aftersales.portal.form.mixin"]

    @api.model
    def _portal_read_line(self, post, goods):
        """Values of the line that a form asks for.

        :param goods: an item of ``aftersales.return._portal_get_goods``
        :raise UserError, ValidationError: a value that cannot be taken
        """
        names = ("reason_id", "fault_class", "resolution", "fault_note", "quantity")
        vals = self._portal_read([name for name in names if post.get(name)], post)
        reason = self.env["aftersales.return.reason"].browse(vals.get("reason_id"))
        if not reason.sudo().on_portal:
            raise UserError(self.env._("Say why the goods come back."))
        if reason.sudo().needs_fault and not vals.get("fault_class"):
            raise UserError(self.env._("Say what is wrong with the goods."))
        quantity, most = vals.get("quantity", 1.0), float(goods["open"])
        uom = goods["product"].sudo().uom_id
        if uom.compare(quantity, 0) <= 0 or uom.compare(quantity, most) > 0:
            raise UserError(
                self.env._(
                    "You can send in %(open)s %(uom)s at most.",
                    open=most,
                    uom=uom.name,
                )
            )
        vals["quantity"] = quantity
        if "move" in goods:
            return {**self._prepare_goods_vals(goods), **vals}
        unit = goods["unit"]
        return {
            **vals,
            "product_id": unit.product_id.id,
            "registration_id": unit.id,
            "lot_id": unit.lot_id.id,
            "is_foreign": True,
        }
