from collections import defaultdict
from datetime import datetime, time
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import cover as kernel
from ..tools.settlement import from_minor, to_minor

#: Which component of the policy answers for a kind of order line.
COMPONENTS = {
    "part": "part",
    "labour": "labour",
    "travel": "travel",
    "inspection": "labour",
    "other": "whole_unit",
}


class AftersalesServiceOrder(models.Model):
    """Binds the job to the registered unit, its cover and its claim."""

    _inherit = "aftersales.service.order"

    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_registration_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=?', product_id)]",
    )
    claim_ids = fields.One2many("aftersales.claim", "order_id")
    claim_count = fields.Integer(compute="_compute_claim_count")
    can_claim = fields.Boolean(compute="_compute_can_claim")
    cover_end = fields.Date(related="registration_id.date_cover_end")
    cover_note = fields.Char(compute="_compute_cover_note")
    amount_warranty = fields.Monetary(
        "Borne by Warranty", compute="_compute_cover_amounts", store=True
    )
    amount_customer = fields.Monetary(
        "Charged to the Customer", compute="_compute_cover_amounts", store=True
    )
    date_waiting = fields.Datetime("Waiting since", readonly=True, copy=False)
    waiting_days = fields.Integer("Days Waiting for Parts", readonly=True, copy=False)
    repair_days = fields.Integer(
        "Days in Repair", compute="_compute_repair_days", store=True, precompute=True
    )

    @api.depends("lot_id", "serial", "product_id", "company_id")
    def _compute_registration_id(self):
        units = self._find_units()
        for order in self:
            if order.registration_id and not order.serial and not order.lot_id:
                continue
            found = units.get(("lot", order.lot_id.id)) or units.get(
                (order.company_id.id, order.product_id.id, order.serial)
            )
            order.registration_id = found

    def _find_units(self):
        """Units by lot and by (company, product, serial); one query."""
        serials = [serial for serial in self.mapped("serial") if serial]
        if not serials and not self.lot_id:
            return {}
        units = self.env["aftersales.registration"].search_fetch(
            (Domain("lot_id", "in", self.lot_id.ids) | Domain("serial", "in", serials))
            & Domain("company_id", "in", self.company_id.ids),
            ["lot_id", "serial", "product_id", "company_id", "state"],
            order="id",
        )
        found = {}
        # A live registration of a serial beats an older closed one.
        for unit in units.sorted(lambda u: u.state == "active"):
            if unit.lot_id:
                found["lot", unit.lot_id.id] = unit
            for product_id in (unit.product_id.id, False):
                found[unit.company_id.id, product_id, unit.serial] = unit
        return found

    def _compute_claim_count(self):
        counts = dict(
            self.env["aftersales.claim"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.claim_count = counts.get(order._origin, 0)

    @api.depends(
        "state",
        "amount_warranty",
        "service_point_id",
        "claim_ids.state",
        "is_rework",
    )
    @api.depends_context("uid")
    def _compute_can_claim(self):
        clerk = self.env.user.has_group("aftersales_network.group_settlement_clerk")
        for order in self:
            # A point's work is claimed by its own people and those above it.
            mine = clerk or order.service_point_id.in_user_scope
            order.can_claim = bool(
                mine
                and order.state in ("done", "closed")
                and order._has_claimable_work()
                and not order.is_rework
                and all(claim.state == "cancelled" for claim in order.claim_ids)
            )

    @api.depends("registration_id", "date_request")
    def _compute_cover_note(self):
        by_day = defaultdict(lambda: self.env["aftersales.registration"])
        for order in self.filtered("registration_id"):
            by_day[order._get_local_date(order.date_request)] |= order.registration_id
        notes = {
            (day, unit_id): values["reason"]
            for day, units in by_day.items()
            for unit_id, values in units._origin._get_cover_batch(day).items()
        }
        for order in self:
            day = order._get_local_date(order.date_request)
            order.cover_note = notes.get(
                (day, order.registration_id._origin.id),
                self.env._("Unknown unit: nothing is covered.")
                if order.serial
                else False,
            )

    @api.depends("line_ids.amount_warranty", "line_ids.amount_customer")
    def _compute_cover_amounts(self):
        for order in self:
            order.amount_warranty = sum(order.line_ids.mapped("amount_warranty"))
            order.amount_customer = sum(order.line_ids.mapped("amount_customer"))

    @api.depends("date_start", "date_end", "waiting_days", "service_type_id.kind")
    def _compute_repair_days(self):
        for order in self:
            days = 0
            if order.service_type_id.kind == "repair":
                days = kernel.days_between(order.date_start, order.date_end)
            order.repair_days = max(0, days - order.waiting_days)

    def write(self, vals):
        if "state" not in vals:
            return super().write(vals)
        waiting = self.filtered("date_waiting")
        result = super().write(vals)
        if vals["state"] == "waiting_part":
            (self - waiting).write({"date_waiting": fields.Datetime.now()})
        else:
            waiting._end_waiting()
        return result

    def _end_waiting(self):
        """Add the days of a wait for parts that is over."""
        now = fields.Datetime.now()
        for order in self:
            days = kernel.days_between(order.date_waiting, now)
            order.write(
                {"waiting_days": order.waiting_days + days, "date_waiting": False}
            )

    def _get_local_date(self, moment):
        """Calendar day of a moment in the time zone of the company."""
        self.ensure_one()
        zone = self.company_id.partner_id.tz or self.env.user.tz
        return kernel.local_date(moment, zone)

    @api.model
    def _get_repair_domain(self, on_date=None):
        """Finished repairs, up to a day."""
        domain = self._get_done_domain() & Domain("service_type_id.kind", "=", "repair")
        if on_date:
            domain &= Domain("date_end", "<=", datetime.combine(on_date, time.max))
        return domain

    def _get_running_days(self, on_date):
        """(repair days, waiting days) of a running repair on a day."""
        self.ensure_one()
        moment = datetime.combine(on_date, time.max)
        waiting = self.waiting_days + kernel.days_between(self.date_waiting, moment)
        total = kernel.days_between(self.date_start, moment)
        return max(0, total - waiting), waiting

    def action_create_claim(self):
        """Make one draft claim per finished order and open it.

        :raise UserError: naming the order that cannot be claimed and why
        """
        for order in self:
            order._check_can_claim()
        # The lines bring list values and cover, which a point may not enter itself.
        claims = (
            self.env["aftersales.claim"]
            .with_context(aftersales_claim_flow=FLOW)
            .create([order._prepare_claim_vals() for order in self])
            .with_env(self.env)
        )
        return claims._get_records_action()

    def action_reopen(self):
        """A claimed order is not taken back into work."""
        self._check_not_claimed()
        return super().action_reopen()

    def _check_lines_editable(self):
        """What is claimed stays as the claim states it."""
        result = super()._check_lines_editable()
        # The history import completes orders that it claimed itself.
        if not (self.env.su and self.env.context.get("aftersales_history")):
            self._check_not_claimed()
        return result

    def _check_not_claimed(self):
        """Refuse a change of orders that a submitted claim rests on.

        :raise UserError: naming the order and its claim
        """
        # A technician need not read claims.
        claim_sudo = self.sudo().claim_ids.filtered("is_binding")[:1]
        if claim_sudo:
            raise UserError(
                self.env._(
                    "%(order)s is claimed in %(claim)s and cannot change any more. "
                    "Have the claim cancelled first.",
                    order=claim_sudo.order_id.name,
                    claim=claim_sudo.name,
                )
            )

    def _check_can_claim(self):
        """Refuse a claim for an order that is not ready or has one already."""
        self.ensure_one()
        if self.state not in ("done", "closed") or not self.service_point_id:
            raise UserError(
                self.env._(
                    "%(order)s: a claim needs a finished order of a service point.",
                    order=self.name,
                )
            )
        if self.is_rework:
            raise UserError(
                self.env._(
                    "%(order)s repeats %(earlier)s, whose repair guarantee still runs. "
                    "The point bears a rework itself; it cannot be claimed.",
                    order=self.name,
                    earlier=self.sudo()._get_earlier_name(),
                )
            )
        claimed = self.claim_ids.filtered(lambda c: c.state != "cancelled")[:1]
        if claimed:
            raise UserError(
                self.env._(
                    "%(order)s is already claimed in %(claim)s.",
                    order=self.name,
                    claim=claimed.name,
                )
            )
        if not self._has_claimable_work():
            raise UserError(
                self.env._(
                    "%(order)s has nothing that the warranty bears.", order=self.name
                )
            )

    def _prepare_claim_vals(self):
        """Values of the claim for the order.

        Extension point.
        """
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "service_point_id": self.service_point_id.id,
            "order_id": self.id,
            "line_ids": [
                fields.Command.create(line._prepare_claim_line_vals())
                for line in self._get_claimable_lines()
            ],
        }

    def _has_claimable_work(self):
        """Whether there is anything to claim; extension point."""
        self.ensure_one()
        return bool(self.amount_warranty)

    def _get_claimable_lines(self):
        """Lines that become lines of the claim; extension point."""
        self.ensure_one()
        return self.line_ids.filtered("amount_warranty")

    @api.depends("amount_customer")
    def _compute_amount_payable(self):
        return super()._compute_amount_payable()

    def _get_customer_amount(self):
        """What the warranty does not bear."""
        return self.amount_customer

    def _check_rework_decision(self):
        """What is claimed already is not decided anew."""
        self._check_not_claimed()
        return super()._check_rework_decision()

    def action_view_claims(self):
        """Open the claims of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claims of %(order)s", order=self.name),
            "res_model": "aftersales.claim",
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
        }


class AftersalesServiceOrderLine(models.Model):
    """Each line is covered or charged by its own term."""

    _inherit = "aftersales.service.order.line"

    cover_share = fields.Float(
        "Cover %", compute="_compute_cover", store=True, digits=(5, 2), aggregator=None
    )
    amount_warranty = fields.Monetary("Warranty", compute="_compute_cover", store=True)
    amount_customer = fields.Monetary("Customer", compute="_compute_cover", store=True)

    @api.depends(
        "kind",
        "product_id",
        "amount",
        "order_id.registration_id",
        "order_id.registration_id.policy_version_id",
        "order_id.registration_id.date_sale",
        "order_id.registration_id.date_delivery",
        "order_id.registration_id.date_installation",
        "order_id.registration_id.date_factory",
        "order_id.registration_id.date_restart",
        "order_id.registration_id.country_id",
        "order_id.registration_id.channel",
        "order_id.exclusion_id",
        "order_id.date_request",
        "order_id.currency_id",
        "order_id.is_rework",
    )
    def _compute_cover(self):
        frozen = self._get_frozen_lines()
        for line in frozen:
            line.cover_share = line.cover_share
            line.amount_warranty = line.amount_warranty
            line.amount_customer = line.amount_customer
        (self - frozen)._set_cover()

    def _get_frozen_lines(self):
        """Lines whose split was closed or claimed and must stay as it was."""
        orders = self.order_id
        # Whoever changes a unit may not read the claims about it.
        frozen = orders.filtered(lambda o: o.state == "closed")
        frozen |= orders.sudo().claim_ids.filtered("is_binding").order_id.sudo(False)
        lines = self.filtered(lambda line: line.order_id._origin in frozen._origin)
        if not lines._origin.ids:
            return lines[:0]
        # An imported line of a closed order has no split yet.
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM aftersales_service_order_line "
                "WHERE id IN %s AND amount_warranty IS NOT NULL",
                tuple(lines._origin.ids),
            )
        )
        kept = {line_id for (line_id,) in rows}
        return lines.filtered(lambda line: line._origin.id in kept)

    def _set_cover(self):
        """Split lines by the terms of their units."""
        covered = self.filtered("order_id.registration_id")
        covers = self.env["aftersales.registration"]._evaluate_cover(
            [line._get_cover_request() for line in covered]
        )
        shares = {
            line: cover.share for line, cover in zip(covered, covers, strict=True)
        }
        for line in self:
            share = shares.get(line, Decimal(0))
            digits = (line.currency_id or line.env.company.currency_id).decimal_places
            warranty, customer = kernel.split(to_minor(line.amount, digits), share)
            if line.order_id.is_rework:
                # Neither the manufacturer nor the customer pays a repair twice.
                share = warranty = customer = 0
            line.cover_share = float(share)
            line.amount_warranty = float(from_minor(warranty, digits))
            line.amount_customer = float(from_minor(customer, digits))

    def _get_cover_request(self):
        """Question to the cover calculation."""
        self.ensure_one()
        order = self.order_id
        return (
            order.registration_id._origin,
            order._get_local_date(order.date_request),
            COMPONENTS[self.kind],
            self.product_id,
            None,
            self._get_cover_basis(),
        )

    def _prepare_claim_line_vals(self):
        """Values of the claim line for the order line."""
        self.ensure_one()
        part = self.kind == "part"
        # A point may claim its line without reading the whole price list.
        self.check_access("read")
        product_sudo = self.product_id.sudo()
        return {
            "order_line_id": self.id,
            "kind": self.kind,
            "product_id": self.product_id.id,
            "name": self.name,
            "quantity": self.quantity,
            "amount_claimed": self.amount_warranty,
            "amount_reference": self.quantity * product_sudo.lst_price if part else 0,
            "cover_share": self.cover_share,
            "serial_removed": self.serial_removed,
            "old_part_due": part and product_sudo.aftersales_old_part == "return",
        }
