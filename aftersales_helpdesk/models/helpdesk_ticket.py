from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..tools import serial_text


class HelpdeskTicket(models.Model):
    """Unit, cover, entitlements and service orders of a ticket."""

    _inherit = "helpdesk.ticket"

    aftersales_serial = fields.Char(
        "Serial Number",
        index="btree_not_null",
        tracking=True,
        help="Type or scan the serial; the registered unit is found by it.",
    )
    aftersales_product_id = fields.Many2one(
        "product.product",
        "Product",
        compute="_compute_aftersales_product_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    aftersales_registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_aftersales_registration_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    aftersales_is_unknown = fields.Boolean(
        "Unknown Serial", compute="_compute_aftersales_is_unknown"
    )
    aftersales_cover = fields.Char("Cover", compute="_compute_aftersales_cover")
    aftersales_in_cover = fields.Boolean(compute="_compute_aftersales_cover")
    aftersales_fault_class = fields.Selection(
        [
            ("appearance", "Appearance"),
            ("performance", "Performance"),
            ("main_part", "Main Part"),
            ("safety", "Safety"),
        ],
        "Fault Class",
        default="performance",
        help="What the customer may ask for depends on the kind of fault.",
    )
    aftersales_entitlements = fields.Json(compute="_compute_aftersales_entitlements")
    aftersales_entitlement_text = fields.Html(
        "Entitlements", compute="_compute_aftersales_entitlements"
    )
    aftersales_order_ids = fields.One2many(
        "aftersales.service.order", "aftersales_ticket_id", "Service Orders"
    )
    aftersales_order_count = fields.Integer(compute="_compute_aftersales_order_count")

    @api.depends("aftersales_registration_id")
    def _compute_aftersales_product_id(self):
        for ticket in self:
            ticket.aftersales_product_id = (
                ticket.aftersales_registration_id.product_id
                or ticket.aftersales_product_id
            )

    @api.depends("aftersales_serial", "company_id")
    def _compute_aftersales_registration_id(self):
        units = self._find_units_by_serial(self.mapped("aftersales_serial"))
        for ticket in self:
            found = units.get((ticket.company_id.id, ticket.aftersales_serial))
            current = ticket.aftersales_registration_id
            if current.serial == ticket.aftersales_serial:
                found = current
            ticket.aftersales_registration_id = found

    @api.model
    def _find_units_by_serial(self, serials):
        """Live units by company and serial: ``{(company_id, serial): unit}``.

        A serial that names units of several products finds none: the user has
        to say which.
        """
        Unit = self.env["aftersales.registration"]
        serials = [serial for serial in serials if serial]
        if not serials or not Unit.has_access("read"):
            return {}
        found, ambiguous = {}, set()
        for unit in Unit.search_fetch(
            Domain("serial", "in", serials) & Domain("state", "=", "active"),
            ["serial", "company_id", "product_id", "partner_id"],
        ):
            key = (unit.company_id.id, unit.serial)
            if key in found:
                ambiguous.add(key)
            found[key] = unit
        return {key: unit for key, unit in found.items() if key not in ambiguous}

    @api.depends("aftersales_serial", "aftersales_registration_id")
    def _compute_aftersales_is_unknown(self):
        for ticket in self:
            ticket.aftersales_is_unknown = bool(
                ticket.aftersales_serial and not ticket.aftersales_registration_id
            )

    @api.depends("aftersales_registration_id", "aftersales_serial")
    def _compute_aftersales_cover(self):
        today = self.env.company._get_aftersales_today()
        units = self.aftersales_registration_id._origin
        covers = units._get_cover_batch(today) if units else {}
        for ticket in self:
            cover = covers.get(ticket.aftersales_registration_id._origin.id)
            ticket.aftersales_in_cover = bool(cover and cover["share"])
            ticket.aftersales_cover = cover["reason"] if cover else False

    @api.depends("aftersales_registration_id", "aftersales_fault_class")
    def _compute_aftersales_entitlements(self):
        today = self.env.company._get_aftersales_today()
        for fault_class, tickets in self.grouped("aftersales_fault_class").items():
            units = tickets.aftersales_registration_id._origin
            rights = (
                units._get_entitlements_batch(today, fault_class or None)
                if units
                else {}
            )
            for ticket in tickets:
                found = rights.get(ticket.aftersales_registration_id._origin.id, [])
                allowed = [item for item in found if item["allowed"]]
                ticket.aftersales_entitlements = [item["type"] for item in allowed]
                ticket.aftersales_entitlement_text = self.env["ir.qweb"]._render(
                    "aftersales_helpdesk.entitlement_list",
                    {
                        "items": allowed,
                        "labels": self._get_entitlement_labels(),
                        "confidences": self._get_confidence_labels(),
                    },
                )

    @api.model
    def _get_entitlement_labels(self):
        """Translated names of the entitlement types."""
        field = self.env["aftersales.entitlement.rule"]._fields["type"]
        return dict(field._description_selection(self.env))

    @api.model
    def _get_confidence_labels(self):
        """Translated names of how sure the source of a right is."""
        return dict(self.env["aftersales.entitlement.rule"]._selection_confidence())

    def _compute_aftersales_order_count(self):
        counts = dict(
            self.env["aftersales.service.order"]._read_group(
                [("aftersales_ticket_id", "in", self.ids)],
                ["aftersales_ticket_id"],
                ["__count"],
            )
        )
        for ticket in self:
            ticket.aftersales_order_count = counts.get(ticket._origin, 0)

    @api.onchange("aftersales_registration_id")
    def _onchange_aftersales_registration_id(self):
        for ticket in self.filtered("aftersales_registration_id"):
            unit = ticket.aftersales_registration_id
            ticket.aftersales_serial = unit.serial
            ticket.partner_id = ticket.partner_id or unit.partner_id

    @api.model
    def message_new(self, msg, custom_values=None):
        """Find the unit by a serial in the subject or text of an e-mail."""
        ticket = super().message_new(msg, custom_values=custom_values)
        ticket._aftersales_find_unit(msg)
        return ticket

    def _aftersales_find_unit(self, msg):
        """Set the unit where exactly one registered serial is mentioned.

        The customer has the last word on which unit is meant: with several
        serials in one message nothing is guessed.
        """
        self.ensure_one()
        if self.aftersales_serial:
            return
        tokens = serial_text.candidates(
            msg.get("subject"), html2plaintext(msg.get("body") or "")
        )
        # The mail gateway runs without rights of its own on units; only the
        # company of the ticket is looked at.
        units = self.sudo()._find_units_by_serial(tokens)
        company = self.company_id.id
        mine = [unit for (owner, _serial), unit in units.items() if owner == company]
        if len(mine) == 1:
            unit_sudo = mine[0]
            values = {
                "aftersales_serial": unit_sudo.serial,
                "aftersales_registration_id": unit_sudo.id,
            }
            if not self.partner_id:
                values["partner_id"] = unit_sudo.partner_id.id
            self.write(values)

    def _prepare_aftersales_order_vals(self, service_type):
        """Values of the service order made from the ticket.

        Extension point.

        :param service_type: what is to be done, see
            :meth:`_get_aftersales_service_types`
        :raise UserError: the ticket has no customer
        """
        self.ensure_one()
        unit = self.aftersales_registration_id
        partner = self.partner_id or unit.partner_id
        if not partner:
            raise UserError(
                self.env._(
                    "Ticket %(number)s has no customer. Choose the contact first.",
                    number=self.number,
                )
            )
        return {
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "product_id": (unit.product_id or self.aftersales_product_id).id,
            "lot_id": unit.lot_id.id,
            "serial": unit.serial or self.aftersales_serial,
            "service_type_id": service_type.id,
            "complaint": html2plaintext(self.description or "").strip() or self.name,
            "origin": self.number,
            "aftersales_ticket_id": self.id,
        }

    def _get_aftersales_service_types(self):
        """Service type of the order: repair where a unit is known.

        Extension point, asked once for a batch.

        :return: ``{ticket_id: service type}``
        """
        Type = self.env["aftersales.service.type"]
        types = Type.search([("code", "in", ("REP", "CON"))]) or Type.search(
            [], limit=1
        )
        by_code = {service_type.code: service_type for service_type in types}
        repair, other = (by_code.get(code, types[:1]) for code in ("REP", "CON"))
        return {
            ticket.id: repair if ticket.aftersales_registration_id else other
            for ticket in self
        }

    def action_create_service_order(self):
        """Make the service order of each ticket and open it."""
        types = self._get_aftersales_service_types()
        orders = self.env["aftersales.service.order"].create(
            [ticket._prepare_aftersales_order_vals(types[ticket.id]) for ticket in self]
        )
        # A note for all tickets at once; it notifies nobody.
        self.check_access("write")
        self._message_log_batch(
            {
                order.aftersales_ticket_id.id: self.env._(
                    "Service order %(order)s made.", order=order.name
                )
                for order in orders
            }
        )
        return orders._get_records_action()

    def action_view_service_orders(self):
        """Open the service orders of the ticket."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Orders"),
            "res_model": "aftersales.service.order",
            "view_mode": "list,form",
            "domain": [("aftersales_ticket_id", "=", self.id)],
        }
