from odoo import api, fields, models

from ..tools import serials

#: Earlier jobs that the card shows.
HISTORY = 10


class AftersalesRegistration(models.Model):
    """What the counter has to know about a unit at a glance."""

    _inherit = "aftersales.registration"

    card = fields.Html(compute="_compute_card", sanitize=False)
    notice_text = fields.Char("Notices", compute="_compute_notice_text")
    case_count = fields.Integer(compute="_compute_case_count")

    @api.depends("policy_version_id", "date_sale", "date_delivery", "partner_id")
    def _compute_card(self):
        for unit in self:
            unit.card = unit._origin._render_card() if unit._origin else False

    @api.depends("serial", "is_dealer_stock")
    def _compute_notice_text(self):
        notices = self._origin._get_unit_notices()
        for unit in self:
            texts = [item["text"] for item in notices.get(unit._origin.id, ())]
            unit.notice_text = " ".join(texts) or False

    def _compute_case_count(self):
        Case = self.env["aftersales.counterfeit.case"]
        counts = {}
        if Case.has_access("read"):
            counts = dict(
                Case._read_group(
                    [("serial_key", "in", self.mapped("serial_key"))],
                    ["serial_key"],
                    ["__count"],
                )
            )
        for unit in self:
            unit.case_count = counts.get(unit.serial_key, 0)

    def action_view_cases(self):
        """Open the counterfeit cases on the serial."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Counterfeit Cases"),
            "res_model": "aftersales.counterfeit.case",
            "view_mode": "list,form",
            "domain": [("serial_key", "=", serials.key(self.serial))],
        }

    def _get_card_components(self):
        """Components of the card: ``[(label, component, part)]``."""
        self.ensure_one()
        Product = self.env["product.product"]
        rows = [(self.env._("Whole unit"), "whole_unit", Product)]
        # The terms are part of the promise; whoever serves the unit may know them.
        for term in self.policy_version_id.sudo().term_ids:
            if term.component != "part":
                continue
            part = term._get_certificate_part()
            name = term.name or term.product_id.display_name or term.categ_id.name
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
        """Earlier jobs of the unit that the user may read, the latest first.

        :return: list of ``{name, date, kind, state, result}``
        """
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
                # What a former owner complained about is none of the next one's.
                "result": order.correction or "",
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
