from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL

from .aftersales_return_history import AftersalesReturnHistory as History


class AftersalesReturnGuard(models.AbstractModel):
    """Whether goods may come back from a customer, and if not, why.

    Asked by the return document and by every transfer from a customer.  A
    request is a dictionary:

    ``key``       what the answer is filed under
    ``partner``   who returns the goods (may be empty for a direct transfer)
    ``product``, ``lot``, ``serial``, ``quantity``, ``uom``
    ``line``      return line that must not count against itself (may be empty)
    ``company``   defaults to the company of the line, else the current one
    ``is_direct`` the goods come by a transfer without a return document
    ``is_receipt`` the goods are moving in now; other expectations do not matter
    ``exclude``   ids of move lines that are no history yet
    """

    _name = "aftersales.return.guard"
    _description = "Check of Returned Goods"

    @api.model
    def _get_refusals(self, requests):
        """Reasons against returns, for a whole batch with constant queries.

        :param requests: list of requests, see above
        :return: ``{key: sentence}`` of the refused ones
        """
        asked = [self._prepare_request(values) for values in requests]
        asked = [request for request in asked if self._is_checked(request)]
        if not asked:
            return {}
        history = History(self.env, asked)
        refusals = {}
        seen = set()
        for request in asked:
            reason = self._get_refusal(request, history, seen)
            if reason:
                refusals[request["key"]] = reason
        return refusals

    @api.model
    def _prepare_request(self, values):
        """The request with its defaults and the quantity in the product's unit."""
        line, product = values.get("line"), values["product"]
        company = values.get("company") or (line and line.company_id)
        quantity, uom = values.get("quantity") or 0.0, values.get("uom")
        if uom and uom != product.uom_id:
            quantity = uom._compute_quantity(quantity, product.uom_id, round=False)
        partner = values.get("partner")
        return {
            "is_direct": False,
            "is_receipt": False,
            "exclude": (),
            "serial": "",
            **values,
            "line": line or self.env["aftersales.return.line"],
            "lot": values.get("lot") or self.env["stock.lot"],
            "company": company or self.env.company,
            "quantity": quantity,
            "partner": partner
            and partner.commercial_partner_id
            or self.env["res.partner"],
        }

    @api.model
    def _is_checked(self, request):
        """Whether the request is measured against the deliveries at all."""
        return request["company"].aftersales_return_guard and not (
            request["line"].is_foreign
        )

    @api.model
    def _get_refusal(self, request, history, seen):
        """Reason against one request, or nothing."""
        is_serial = request["product"].tracking == "serial"
        if is_serial and (request["lot"] or request["serial"]):
            return self._get_serial_refusal(request, history, seen)
        return self._get_quantity_refusal(request, history)

    # -- serials ---------------------------------------------------------------

    @api.model
    def _get_serial_refusal(self, request, history, seen):
        lot = history.get_lot(request)
        serial = lot.name or request["serial"]
        key = (request["product"].id, serial)
        if key in seen:
            return self.env._(
                "%(product)s, serial %(serial)s is entered twice.",
                **self._get_names(request, serial),
            )
        seen.add(key)
        crossing = history.get_crossing(lot)
        unit = history.get_unit(request["product"], lot, serial, request["company"])
        if crossing and not crossing["is_out"]:
            return self.env._(
                "%(product)s, serial %(serial)s came back already on %(date)s with "
                "%(transfer)s.",
                date=crossing["date"],
                transfer=crossing["transfer"],
                **self._get_names(request, serial),
            )
        if not crossing:
            reason = self._get_unknown_refusal(request, unit, serial)
        else:
            reason = self._get_holder_refusal(request, unit, crossing, serial)
        return reason or self._get_expected_refusal(request, history, serial)

    @api.model
    def _get_names(self, request, serial):
        """Product and serial for a message; read only when one is needed."""
        return {"product": request["product"].display_name, "serial": serial}

    @api.model
    def _get_unknown_refusal(self, request, unit, serial):
        """Units that never left our stock: known by their registration at most."""
        if not unit or unit["partner"] != request["partner"].id:
            return self.env._(
                "%(product)s, serial %(serial)s was never delivered to "
                "%(partner)s. Check the serial number.",
                partner=request["partner"].display_name or self.env._("a customer"),
                **self._get_names(request, serial),
            )
        if request["is_direct"]:
            return self.env._(
                "%(product)s, serial %(serial)s was never delivered from our stock; it "
                "is only registered. Make a customer return for it.",
                **self._get_names(request, serial),
            )
        return None

    @api.model
    def _get_holder_refusal(self, request, unit, crossing, serial):
        """Units that are with somebody else now."""
        holders = crossing["partners"]
        owner = unit and unit["partner"]
        if owner and owner == request["partner"].id:
            return None
        if owner and owner not in holders and not unit["is_disputed"]:
            # Sold on since; a serial delivered twice may be with either of both.
            return self.env._(
                "%(product)s, serial %(serial)s is registered for another owner since "
                "%(transfer)s.",
                transfer=crossing["transfer"],
                **self._get_names(request, serial),
            )
        if not holders or request["partner"].id in holders:
            return None
        if not request["partner"]:
            return self.env._(
                "The transfer of %(product)s, serial %(serial)s names no customer. "
                "Enter the contact who returns it.",
                **self._get_names(request, serial),
            )
        return self.env._(
            "%(product)s, serial %(serial)s was never delivered to %(partner)s or "
            "is no longer there: it went to another customer with %(transfer)s.",
            partner=request["partner"].display_name,
            transfer=crossing["transfer"],
            **self._get_names(request, serial),
        )

    @api.model
    def _get_expected_refusal(self, request, history, serial):
        """Units that another return document waits for."""
        if request["is_receipt"]:
            return None
        document = history.get_expecting(request, serial)
        if not document:
            return None
        return self.env._(
            "%(product)s, serial %(serial)s is expected on %(document)s. Receive it "
            "there.",
            document=document,
            **self._get_names(request, serial),
        )

    # -- quantities ------------------------------------------------------------

    @api.model
    def _get_quantity_refusal(self, request, history):
        """More than was delivered, not returned and not expected elsewhere."""
        figures = history.take(request)
        if request["is_direct"] and not history.is_ever_delivered(request):
            # Nothing to compare with: stock that went out before Odoo.
            return None
        unit = request["product"].uom_id
        is_open = figures["delivered"] - figures["returned"] - figures["expected"]
        if unit.compare(request["quantity"] + figures["taken"], is_open) <= 0:
            return None
        return self.env._(
            "%(quantity)s %(unit)s of %(goods)s cannot come back from %(partner)s: "
            "%(delivered)s delivered, %(returned)s returned, %(expected)s expected on "
            "other returns.",
            quantity=unit.round(request["quantity"] + figures["taken"]),
            unit=unit.name,
            goods=self._get_goods_name(request),
            partner=request["partner"].display_name or self.env._("a customer"),
            delivered=unit.round(figures["delivered"]),
            returned=unit.round(figures["returned"]),
            expected=unit.round(figures["expected"]),
        )

    @api.model
    def _get_goods_name(self, request):
        if not request["lot"]:
            return request["product"].display_name
        return self.env._(
            "%(product)s, lot %(lot)s",
            product=request["product"].display_name,
            lot=request["lot"].name,
        )

    # -- two at once -----------------------------------------------------------

    @api.model
    def _lock_goods(self, requests):
        """Let nobody else return the same goods until this transaction ends.

        Serials lock their own row, which the transfer changes anyway; goods without
        a serial lock the customer.  Writing the row makes a transaction that began
        earlier start again and see what was returned meanwhile.

        :raise UserError: somebody else is moving them at this moment
        """
        serials = self.env["stock.lot"]
        partners = self.env["res.partner"]
        for request in requests:
            if request["product"].tracking == "serial":
                serials |= request.get("lot") or serials
            elif request.get("partner"):
                partners |= request["partner"].commercial_partner_id
        try:
            # Locking writes nothing; whoever validates may not edit the contact.
            serials.sudo().lock_for_update(allow_referencing=True)
            partners.sudo().lock_for_update(allow_referencing=True)
        except LockError:
            names = ", ".join((serials or partners).mapped("display_name"))
            raise UserError(
                self.env._(
                    "%(names)s: somebody else is receiving these goods right now. Try "
                    "again in a moment.",
                    names=names,
                )
            ) from None
        if partners:
            self.env.execute_query(
                SQL(
                    "UPDATE res_partner SET write_date = write_date WHERE id IN %s "
                    "RETURNING id",
                    tuple(partners.ids),
                )
            )
