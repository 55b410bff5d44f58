from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import serials

#: What a waived charge leaves behind; evidence.
WAIVER = ("charge_waiver", "charge_waived_by_id", "charge_waived_at")


class AftersalesServiceOrder(models.Model):
    """Intake: whose unit it is, whether it is covered, and so who pays."""

    _inherit = "aftersales.service.order"

    is_chargeable = fields.Boolean(
        "Chargeable",
        compute="_compute_is_chargeable",
        store=True,
        tracking=True,
        help="The customer pays: the unit is unknown or out of cover on the day of the "
        "request, and nobody waived the charge.",
    )
    charge_waiver = fields.Text("Reason of the Waiver", readonly=True, copy=False)
    charge_waived_by_id = fields.Many2one(
        "res.users",
        "Charge Waived by",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    charge_waived_at = fields.Datetime("Charge Waived on", readonly=True, copy=False)
    unit_card = fields.Html(compute="_compute_unit_card", sanitize=False)
    unit_warning = fields.Char(compute="_compute_unit_warning")

    _FLOW_FIELDS = frozenset(WAIVER)

    def _find_units(self):
        """Find units whose serial was typed in another spelling as well."""
        found = super()._find_units()
        missing = self.filtered(
            lambda o: (
                o.serial
                and ("lot", o.lot_id.id) not in found
                and (o.company_id.id, o.product_id.id, o.serial) not in found
            )
        )
        keys = [key for key in map(serials.key, missing.mapped("serial")) if key]
        if not keys:
            return found
        units = self.env["aftersales.registration"].search_fetch(
            Domain("serial_key", "in", keys)
            & Domain("company_id", "in", missing.company_id.ids),
            ["serial_key", "product_id", "company_id", "state"],
            order="id",
        )
        by_key = units.sorted(lambda u: u.state == "active").grouped(
            lambda unit: (unit.company_id, unit.serial_key)
        )
        for order in missing:
            for unit in by_key.get((order.company_id, serials.key(order.serial)), ()):
                if not order.product_id or order.product_id == unit.product_id:
                    place = order.company_id.id, order.product_id.id, order.serial
                    found[place] = unit
        return found

    @api.depends(
        "registration_id.date_cover_end",
        "registration_id.state",
        "registration_id.policy_version_id",
        "registration_id.date_sale",
        "registration_id.date_delivery",
        "date_request",
        "company_id",
        "is_rework",
        "exclusion_id",
        "charge_waived_by_id",
    )
    def _compute_is_chargeable(self):
        """Out of cover, or nothing known about it: the customer pays."""
        settled = self.filtered(lambda o: o.state in ("done", "closed"))
        for order in settled:
            order.is_chargeable = order.is_chargeable
        running = self - settled
        shares = running._get_unit_shares()
        for order in running:
            free = order.is_rework or order.charge_waived_by_id
            order.is_chargeable = not free and not shares.get(order)

    def _get_unit_shares(self):
        """Share of the whole unit on the day of the request: ``{order: percent}``."""
        known = self.filtered("registration_id")
        covers = self.env["aftersales.registration"]._evaluate_cover(
            [
                (
                    order.registration_id._origin,
                    order._get_local_date(order.date_request),
                    "whole_unit",
                    self.env["product.product"],
                    None,
                    order._get_cover_basis(),
                )
                for order in known
            ]
        )
        return {order: cover.share for order, cover in zip(known, covers, strict=True)}

    @api.depends("registration_id", "date_request")
    def _compute_unit_card(self):
        for order in self:
            unit = order.registration_id._origin
            day = order._get_local_date(order.date_request)
            order.unit_card = unit._render_card(day) if unit else False

    @api.depends("serial", "registration_id", "product_id", "company_id")
    def _compute_unit_warning(self):
        notices = self.registration_id._origin._get_unit_notices()
        cases = self._get_open_cases()
        for order in self:
            texts = [
                notice["text"]
                for notice in notices.get(order.registration_id._origin.id, ())
                if notice["level"] != "info"
            ]
            if not order.registration_id:
                texts = order._get_unknown_texts(cases.get(order))
            order.unit_warning = " ".join(texts) or False

    def _get_open_cases(self):
        """Counterfeit cases on serials without a unit: ``{order: case}``."""
        orders = self.filtered(lambda o: o.serial and not o.registration_id)
        # A suspicion concerns everybody who handles the serial.
        found = (
            self.env["aftersales.counterfeit.case"]
            .sudo()
            ._find_open_by_serial(
                [(o.serial, o.product_id, o.company_id) for o in orders]
            )
        )
        return {orders[index]: case for index, case in found.items()}

    def _get_unknown_texts(self, case):
        """What to say about a serial without a unit."""
        self.ensure_one()
        if not self.serial:
            return []
        if case:
            return [case._get_notice()]
        near = self.env["aftersales.registration"]._find_near_serials(
            self.serial, self.company_id, limit=3
        )
        if near:
            return [
                self.env._(
                    "Nobody knows this serial. Similar: %(serials)s.",
                    serials=", ".join(near.mapped("display_name")),
                )
            ]
        return [self.env._("Nobody knows this serial.")]

    def action_check_serial(self):
        """Open the check of the serial of the order."""
        self.ensure_one()
        Check = self.env["aftersales.serial.check"]
        return Check._open(self.serial, self.registration_id)

    def action_suspect(self):
        """Open a case of suspected counterfeit for the serial of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suspected Counterfeit"),
            "res_model": "aftersales.counterfeit.case",
            "view_mode": "form",
            "context": {
                "default_serial": self.serial,
                "default_product_id": self.product_id.id,
                "default_partner_id": self.partner_id.id,
                "default_order_id": self.id,
                "default_service_point_id": self.service_point_id.id,
            },
        }

    # -- waiver ------------------------------------------------------------------

    def action_waive_charge(self):
        """Ask for the reason, then let the company bear what is not covered."""
        self._check_waivable()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_waive_charge")

    def _waive_charge(self, reason):
        """The customer pays nothing for the order: goodwill, with its reason.

        :raise UserError: an order that is finished or not chargeable
        """
        self._check_waivable()
        self._write_flow(
            {
                "charge_waiver": reason,
                "charge_waived_by_id": self.env.uid,
                "charge_waived_at": fields.Datetime.now(),
            }
        )
        for order in self:
            order._log_events(
                "fee", self.env._("Charge waived: %(reason)s", reason=reason)
            )

    def action_charge_again(self):
        """Take a waiver back."""
        self._check_waiver_role()
        self._write_flow(dict.fromkeys(WAIVER, False))

    def _check_waivable(self):
        """Refuse a waiver by the wrong role or for the wrong order.

        :raise UserError: naming the order
        """
        self._check_waiver_role()
        wrong = self.filtered(
            lambda o: not o.is_chargeable or o.state in ("done", "closed", "cancelled")
        )[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(order)s is finished or not chargeable; there is nothing to "
                    "waive.",
                    order=wrong.name,
                )
            )

    def _check_waiver_role(self):
        """Refuse whoever may not give goodwill.

        :raise UserError: naming the roles
        """
        groups = (
            "aftersales_network.group_dispatcher",
            "aftersales_network.group_centre_manager",
        )
        if not any(self.env.user.has_group(group) for group in groups):
            raise UserError(
                self.env._("Only a dispatcher or a centre manager waives a charge.")
            )
        self.check_access("write")


class AftersalesServiceOrderLine(models.Model):
    """A waived charge leaves the customer nothing to pay."""

    _inherit = "aftersales.service.order.line"

    @api.depends("order_id.charge_waived_by_id")
    def _compute_cover(self):
        return super()._compute_cover()

    def _set_cover(self):
        """Split the lines; the company bears what was waived."""
        result = super()._set_cover()
        for line in self.filtered("order_id.charge_waived_by_id"):
            line.amount_customer = 0.0
        return result
