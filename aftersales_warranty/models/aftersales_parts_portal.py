import base64
from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.models.aftersales_service_order_photo import (
    PHOTO_BYTES,
)


class AftersalesServicePoint(models.Model):
    """What people of a point do with parts on the portal.

    The controller checks that the user belongs to the point; these methods check
    the values and run as superuser on that one point.
    """

    _inherit = "aftersales.service.point"

    @api.model
    def _portal_quantity(self, text):
        """Read a quantity typed by a person; nothing typed is 0.

        :raise UserError: no number, negative or not finite
        """
        text = (text or "").replace(",", ".").strip()
        try:
            number = float(text or 0)
        except ValueError:
            number = -1.0
        if not 0 <= number < 1e9:
            raise UserError(
                self.env._("“%(value)s” is not a quantity.", value=text[:50])
            )
        return number

    def _portal_get_receipts(self):
        """Transfers that the point has to confirm."""
        return self.env["stock.picking"].search(
            Domain("aftersales_point_id", "in", self.ids)
            & Domain("picking_type_id.aftersales_kind", "=", "receipt")
            & Domain("state", "in", ("assigned", "confirmed", "waiting"))
        )

    def _portal_get_returns(self):
        """Transfers by which the point sends parts back."""
        return self.env["stock.picking"].search(
            Domain("aftersales_point_id", "in", self.ids)
            & Domain("picking_type_id.aftersales_kind", "=", "return")
            & Domain("state", "not in", ("done", "cancel"))
        )

    def _portal_receive(self, picking, post):
        """Confirm what arrived; the rest stays on its way.

        :param post: ``line_<id>``: pieces that arrived of one line
        :raise UserError: nothing arrived, more than was sent, or not sent yet
        """
        self.ensure_one()
        picking.lock_for_update(allow_referencing=True)
        picking.invalidate_recordset(["state"])
        if picking not in self._portal_get_receipts() or picking.state != "assigned":
            raise UserError(
                self.env._(
                    "%(transfer)s is not on its way to you any more.",
                    transfer=picking.name,
                )
            )
        arrived = {
            line: self._portal_quantity(post.get(f"line_{line.id}"))
            for line in picking.move_line_ids
        }
        if not any(arrived.values()):
            raise UserError(self.env._("Enter what has arrived."))
        for line, quantity in arrived.items():
            if line.product_uom_id.compare(quantity, line.quantity) > 0:
                raise UserError(
                    self.env._(
                        "%(part)s: only %(quantity)g were sent. Tell the warehouse "
                        "about the rest.",
                        part=line.product_id.display_name,
                        quantity=line.quantity,
                    )
                )
        for line, quantity in arrived.items():
            line.write({"quantity": quantity, "picked": quantity > 0})
        picking.move_line_ids.filtered(lambda line: not line.quantity).unlink()
        picking._action_done()

    def _portal_return_parts(self, post):
        """Announce unused parts that the point sends back.

        :param post: ``qty_<product id>``: pieces to send back
        :raise UserError: nothing chosen, or more than is free at the point
        """
        self.ensure_one()
        quantities = {
            product: quantity
            for product in self._portal_get_products()
            if (quantity := self._portal_quantity(post.get(f"qty_{product.id}")))
        }
        if not quantities:
            raise UserError(self.env._("Enter how many of which part you send back."))
        picking = self.env["stock.picking"].create(
            self._prepare_return_picking_vals(quantities)
        )
        picking.action_confirm()
        picking.action_assign()
        short = picking.move_ids.filtered(lambda m: m.state != "assigned")[:1]
        if short:
            raise UserError(
                self.env._(
                    "%(point)s does not have so many free pieces of %(part)s.",
                    point=self.name,
                    part=short.product_id.display_name,
                )
            )
        return picking

    def _portal_get_products(self):
        """Parts of the company that are at the point."""
        self.ensure_one()
        quants = self.env["stock.quant"].search(
            Domain("location_id", "=", self.location_id.id) & Domain("quantity", ">", 0)
        )
        return quants.product_id

    def _prepare_return_picking_vals(self, quantities):
        """Values of the transfer back; extension point."""
        self.ensure_one()
        warehouse = self.warehouse_id
        places = {
            "location_id": self.location_id.id,
            "location_dest_id": warehouse.lot_stock_id.id,
        }
        return {
            **places,
            "picking_type_id": warehouse.aftersales_point_return_type_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "origin": self.display_name,
            "move_ids": [
                Command.create(
                    {
                        **places,
                        "product_id": product.id,
                        "product_uom_qty": quantity,
                        "company_id": self.company_id.id,
                    }
                )
                for product, quantity in quantities.items()
            ],
        }

    def _portal_start_count(self):
        """The open count of the point, or a new one."""
        self.ensure_one()
        Count = self.env["aftersales.point.count"]
        found = Count.search(
            Domain("service_point_id", "=", self.id)
            & Domain("state", "in", ("draft", "submitted")),
            limit=1,
        )
        return found or Count.create({"service_point_id": self.id})


class AftersalesPointCount(models.Model):
    _inherit = "aftersales.point.count"

    def _portal_save(self, post):
        """Take the figures of the sheet; an empty figure is nothing found.

        :param post: ``counted_<line id>`` and ``reason_<line id>``; ``reference``
            and ``found`` for a part nobody expected
        """
        self.ensure_one()
        self._check_flow_state("draft")
        Point = self.env["aftersales.service.point"]
        for line in self.line_ids:
            if f"counted_{line.id}" in post:
                line.write(
                    {
                        "quantity_counted": Point._portal_quantity(
                            post[f"counted_{line.id}"]
                        ),
                        "reason": (post.get(f"reason_{line.id}") or "").strip()[:200],
                    }
                )
        if (post.get("reference") or "").strip():
            self._portal_add_found(post["reference"].strip(), post.get("found"))

    def _portal_add_found(self, reference, found):
        """Add a part that is not on the sheet."""
        part = self.env["product.product"].search(
            Domain("company_id", "in", (self.company_id.id, False))
            & Domain("is_storable", "=", True)
            & (
                Domain("default_code", "=", reference)
                | Domain("barcode", "=", reference)
            ),
            limit=1,
        )
        if not part or part in self.line_ids.product_id:
            raise UserError(
                self.env._(
                    "No further part with the reference “%(reference)s”. Check the "
                    "label, or use its line on the sheet.",
                    reference=reference[:50],
                )
            )
        quantity = self.env["aftersales.service.point"]._portal_quantity(found)
        self.env["aftersales.point.count.line"].create(
            {
                "count_id": self.id,
                "product_id": part.id,
                "quantity_counted": quantity,
                "reason": self.env._("Found"),
            }
        )

    def _portal_submit(self, post):
        """Save the sheet and hand it in."""
        self._portal_save(post)
        self.action_submit()


class AftersalesPartReturn(models.Model):
    _inherit = "aftersales.part.return"

    def _portal_pack(self):
        """Put the chosen parts into one box.

        :return: the box
        """
        if not self:
            raise UserError(self.env._("Choose the parts that go into the box."))
        action = self.action_pack()
        return self.env["aftersales.part.shipment"].browse(action["res_id"])

    def _portal_prove(self, post):
        """End the duty of one part with an uploaded photo."""
        self.ensure_one()
        upload = post.get("photo")
        data = upload.read(PHOTO_BYTES + 1) if hasattr(upload, "read") else b""
        self._prove_scrapped(base64.b64encode(data))


class AftersalesPartShipment(models.Model):
    _inherit = "aftersales.part.shipment"

    def _portal_ship(self, post):
        """Send the box with the carrier typed on the portal."""
        self.ensure_one()
        self._check_flow_state("draft")
        self.write(
            {
                "carrier": (post.get("carrier") or "").strip()[:100],
                "tracking_number": (post.get("tracking") or "").strip()[:100],
            }
        )
        self.action_ship()


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    def _portal_part_missing(self, post):
        """Report a part as missing, with the new date for the customer.

        :param post: ``line_id``, ``quantity``, ``date`` (a day) and ``agreed_by``
        """
        self.ensure_one()
        line = self.line_ids.filtered(lambda x: str(x.id) == str(post.get("line_id")))
        quantity = self._portal_number(post.get("quantity"), self.env._("Quantity"))
        self._report_missing([(line, quantity)], self._portal_day_end(post.get("date")))
        agreed_by = (post.get("agreed_by") or "").strip()
        if agreed_by:
            self.action_agree_part_date(agreed_by)

    def _portal_day_end(self, text):
        """Last moment of a day in the company's time zone, as UTC.

        :raise UserError: no day
        """
        try:
            day = fields.Date.to_date((text or "").strip()[:10] or False)
        except ValueError:
            day = False
        if not day:
            raise UserError(self.env._("Enter the new date."))
        zone = pytz.timezone(self.company_id._get_aftersales_tz())
        moment = zone.localize(datetime.combine(day, time(23, 59)))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)
