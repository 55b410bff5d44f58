from odoo import models

#: Earlier jobs that the card shows.
HISTORY = 10


class AftersalesRegistration(models.Model):
    """What the counter has to know about a unit at a glance."""

    _inherit = "aftersales.registration"

    def _get_card_components(self):
        """Components of the card: ``[(label, component, part)]``."""
        self.ensure_one()
        Product = self.env["product.product"]
        rows = [(self.env._("Whole unit"), "whole_unit", Product)]
        # The terms are part of the promise; whoever serves the unit may know them.
        for term in self.policy_version_id.sudo().term_ids:
            if term.component != "part":
                continue
            part = term.product_id
            if not part and term.categ_id:
                part = Product.sudo().new({"categ_id": term.categ_id.id})
            name = term.product_id.display_name or term.categ_id.name
            rows.append((name or self.env._("Parts"), "part", part))
        return [
            *dict.fromkeys(rows),
            (self.env._("Labour"), "labour", Product),
            (self.env._("Travel"), "travel", Product),
        ]

    def _get_card_covers(self, on_date):
        """Cover of each component on a day, with a constant number of queries.

        :return: list of ``{label, share, date_start, date_end, reason}``
        """
        self.ensure_one()
        rows = self._get_card_components()
        covers = self._evaluate_cover(
            [(self, on_date, component, part, None) for _label, component, part in rows]
        )
        return [
            {
                "label": label,
                "share": float(cover.share),
                "date_start": cover.date_start,
                "date_end": cover.date_end,
                "code": cover.reason,
            }
            for (label, _component, _part), cover in zip(rows, covers, strict=True)
        ]

    def _get_card_history(self):
        """Earlier jobs of the unit that the user may read, the latest first."""
        self.ensure_one()
        Order = self.env["aftersales.service.order"]
        if not Order.has_access("read"):
            return []
        orders = Order.search(
            [("registration_id", "=", self.id), ("state", "!=", "cancelled")],
            limit=HISTORY,
            order="date_request desc, id desc",
        )
        states = dict(Order._fields["state"]._description_selection(self.env))
        return [
            {
                "name": order.name,
                "date": order._get_local_date(order.date_request),
                "kind": order.service_type_id.name,
                "state": states[order.state],
                "result": order.correction or order.complaint or "",
            }
            for order in orders
        ]

    def _get_card(self, on_date=None):
        """Plain values of the card of one unit.

        :param on_date: day of the question; default today
        """
        self.ensure_one()
        self.check_access("read")
        today = on_date or self.env.company._get_aftersales_today()
        covers = self._get_card_covers(today)
        whole = covers[0]
        states = dict(self._fields["state"]._description_selection(self.env))
        end = whole["date_end"]
        # Names of owner and dealer belong to the card, whoever serves the unit.
        unit_sudo = self.sudo()
        return {
            "serial": self.serial,
            "product": unit_sudo.product_id.display_name,
            "owner": unit_sudo.partner_id.display_name or "",
            "dealer": unit_sudo.dealer_id.display_name or "",
            "state": states[self.state],
            "is_active": self.state == "active",
            "policy": unit_sudo.policy_version_id.display_name or "",
            "date_sale": self.date_sale,
            "date_start": whole["date_start"],
            "date_end": end,
            "is_in_cover": bool(whole["share"]),
            "days_left": (end - today).days if end and whole["share"] else 0,
            "reason": self._get_cover(today)["reason"],
            "covers": covers,
            "history": self._get_card_history(),
            "repair_count": self.repair_count,
            "claim_count": self.claim_count,
            "notices": self._get_unit_notices()[self.id],
        }

    def _render_card(self, on_date=None):
        """The card as HTML for a form."""
        self.ensure_one()
        return self.env["ir.qweb"]._render(
            "aftersales_warranty.unit_card", {"card": self._get_card(on_date)}
        )

    def action_check_serial(self):
        """Open the check of the serial with this unit."""
        self.ensure_one()
        return self.env["aftersales.serial.check"]._open(self.serial, self)
