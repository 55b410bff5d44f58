import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_campaign_run import STEP_ERRORS, WORK_BATCH

_logger = logging.getLogger(__name__)

#: States of a unit for which an order can be made.
ORDERABLE = ("open", "notified", "refused", "unreachable")


class AftersalesCampaign(models.Model):
    """Orders of a campaign, made by the job in batches."""

    _inherit = "aftersales.campaign"

    order_waiting_count = fields.Integer(
        "Orders Waiting", compute="_compute_order_waiting_count"
    )

    @api.depends("unit_ids.is_order_wanted")
    def _compute_order_waiting_count(self):
        counts = dict(
            self.env["aftersales.campaign.unit"]
            .sudo()
            ._read_group(
                [("campaign_id", "in", self.ids), ("is_order_wanted", "=", True)],
                ["campaign_id"],
                ["__count"],
            )
        )
        for campaign in self:
            campaign.order_waiting_count = counts.get(campaign._origin, 0)

    def action_create_orders(self):
        """Have an order made for every unit that waits and whose owner is known.

        :raise UserError: no such unit
        """
        self._check_runner()
        self._check_flow_state("running")
        units = self.env["aftersales.campaign.unit"].search(
            [
                ("campaign_id", "in", self.ids),
                ("state", "in", ("open", "notified")),
                ("partner_id", "!=", False),
                ("is_order_wanted", "=", False),
            ]
        )
        if not units:
            raise UserError(
                self.env._("No unit with a known owner waits for an order.")
            )
        units._write_flow({"is_order_wanted": True})
        self._trigger_campaigns()

    def action_view_orders(self):
        """Open the service orders of the campaign."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %(campaign)s", campaign=self.name),
            "res_model": "aftersales.service.order",
            "view_mode": "list,kanban,form",
            "domain": [("campaign_unit_id.campaign_id", "=", self.id)],
        }

    def _prepare_line_commands(self):
        """Lines of the order for one unit: the parts and the hours."""
        self.ensure_one()
        lines = [
            {
                "kind": "part",
                "product_id": part.product_id.id,
                "quantity": part.quantity,
            }
            for part in self.part_ids
        ]
        if self.labour_hours:
            lines.append(
                {"kind": "labour", "name": self.title, "quantity": self.labour_hours}
            )
        return [Command.create(line) for line in lines]


class AftersalesCampaignUnit(models.Model):
    """The order that puts a unit right, and what its end means for the unit."""

    _inherit = "aftersales.campaign.unit"

    def action_create_order(self):
        """Make the orders of units and open them.

        :raise UserError: naming a unit that cannot get one
        """
        self._check_step(*ORDERABLE)
        without = self.filtered(lambda u: not u.partner_id)[:1]
        if without:
            raise UserError(
                self.env._(
                    "Nobody knows the owner of %(unit)s. Register the unit with its "
                    "owner, or note that it was put right in stock.",
                    unit=without.display_name,
                )
            )
        return self._create_orders()._get_records_action()

    def _check_owner(self, order):
        """Whose unit it is, if nobody registered it: the customer of the order."""
        for unit in self.filtered(lambda u: not u.partner_id):
            if not order.registration_id:
                raise UserError(
                    self.env._(
                        "Serial %(serial)s is not registered. Register the unit with "
                        "its owner first; then the recall can be ordered.",
                        serial=unit.serial,
                    )
                )
            # It was registered after the campaign had found it.
            unit._write_flow({"registration_id": order.registration_id.id})

    @api.model
    def _order_next(self):
        """Make the next orders; number of units looked at."""
        units = self.search(
            [("is_order_wanted", "=", True)], limit=WORK_BATCH, order="id"
        ).try_lock_for_update()
        ready = units.filtered(lambda u: u.is_open and u.state != "booked")
        ready._order_safely()
        units._write_flow({"is_order_wanted": False})
        return len(units)

    def _order_safely(self):
        """Make orders; where that fails, one by one, and note which failed."""
        try:
            with self.env.cr.savepoint():
                self._create_orders()
        except STEP_ERRORS:
            for unit in self:
                unit._order_or_note()

    def _order_or_note(self):
        """Make one order, or note why not."""
        try:
            with self.env.cr.savepoint():
                self._create_orders()
        except STEP_ERRORS as error:
            _logger.info("Order for unit %s cannot be made: %s", self.id, error)
            self.message_post(body=str(error))

    def _create_orders(self):
        """Make one order per unit that has none; the rows stay locked."""
        self.lock_for_update()
        units = self.filtered(lambda u: u.order_id.sudo().state in (False, "cancelled"))
        Order = self.env["aftersales.service.order"]
        # A reviewer starts the campaign without making orders otherwise.
        orders_sudo = (
            Order.sudo()
            .with_context(aftersales_flow=FLOW)
            .create([unit._prepare_order_vals() for unit in units.sudo()])
        )
        today = self.env.company._get_aftersales_today()
        for unit, order_sudo in zip(units, orders_sudo, strict=True):
            unit._write_flow(
                {
                    "order_id": order_sudo.id,
                    "state": "booked",
                    "date_booked": today,
                    "is_order_wanted": False,
                }
            )
        return orders_sudo.with_env(self.env)

    def _prepare_order_vals(self):
        """Values of the order for a unit; extension point."""
        self.ensure_one()
        campaign, unit = self.campaign_id, self.registration_id
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "lot_id": unit.lot_id.id,
            "serial": self.serial,
            "registration_id": unit.id,
            "service_type_id": campaign.service_type_id.id,
            "priority": "1" if campaign.kind == "safety" else "0",
            "origin": campaign.name,
            "complaint": "\n".join(
                filter(None, (campaign.title, campaign.hazard, campaign.remedy))
            ),
            "campaign_unit_id": self.id,
            "line_ids": campaign._prepare_line_commands(),
        }

    def _follow_orders(self):
        """Take over what became of the orders of units."""
        groups = {}
        for unit in self:
            vals = unit._get_order_outcome()
            if vals:
                key = tuple(vals.items())
                groups[key] = groups.get(key, self.browse()) | unit
        for key, units in groups.items():
            units._write_flow(dict(key))
        # The point of the order is the point of the unit.
        self.env.add_to_compute(self._fields["service_point_id"], self)

    def _get_order_outcome(self):
        """Values that follow from the state of the order of one unit."""
        self.ensure_one()
        order = self.order_id
        is_done = order.state in ("done", "closed") and order.outcome != "not_solved"
        if is_done and self.state == "booked":
            day = order._get_local_date(order.date_end or fields.Datetime.now())
            return {"state": "done", "date_done": day}
        if order.state == "cancelled" and self.state in ("booked", "done"):
            state = "notified" if self.date_notified else "open"
            return {"state": state, "date_done": False, "order_id": False}
        if not is_done and self.state == "done" and order:
            return {"state": "booked", "date_done": False}
        return {}


class AftersalesServiceOrder(models.Model):
    """An order of a campaign: free of charge, and it completes the unit."""

    _inherit = "aftersales.service.order"

    campaign_unit_id = fields.Many2one(
        "aftersales.campaign.unit",
        "Affected Unit",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    campaign_id = fields.Many2one(
        related="campaign_unit_id.campaign_id", string="Recall Campaign"
    )

    has_open_recall = fields.Boolean(
        "Open Recall",
        compute="_compute_has_open_recall",
        help="A recall of the unit waits for an order.",
    )

    _FLOW_FIELDS = frozenset(("campaign_unit_id",))

    _campaign_unit_uniq = models.UniqueIndex(
        "(campaign_unit_id) WHERE campaign_unit_id IS NOT NULL "
        "AND state != 'cancelled'",
        "This affected unit has an order already.",
    )

    def write(self, vals):
        """Tell the affected units what became of their orders."""
        result = super().write(vals)
        if "state" in vals or "service_point_id" in vals:
            # A technician finishes his order; the campaign is not his to write.
            units_sudo = self.sudo().campaign_unit_id
            if units_sudo:
                # The unique index must see a cancelled order before the next one.
                self.flush_recordset(["state"])
                units_sudo._follow_orders()
        return result

    def _get_cover_basis(self):
        """The company bears the work of its own campaigns."""
        return "all" if self.campaign_unit_id else super()._get_cover_basis()

    @api.depends("campaign_unit_id")
    def _compute_is_chargeable(self):
        result = super()._compute_is_chargeable()
        self.filtered("campaign_unit_id").is_chargeable = False
        return result

    def _get_open_campaign_units(self):
        """Open recalls of the units of orders: ``{order: rows}``; two queries.

        The recall that an order is about itself is not among them.
        """
        known = self.filtered("registration_id")
        Row = self.env["aftersales.campaign.unit"]
        by_unit = Row._find_open(known.registration_id._origin)
        found = {o: by_unit.get(o.registration_id._origin.id) for o in known}
        typed = (self - known).filtered("serial")
        by_serial = Row._find_open_by_serial(
            [(o.serial, o.product_id, o.company_id) for o in typed]
        )
        found.update({typed[index]: rows for index, rows in by_serial.items()})
        result = {o: rows - o.campaign_unit_id for o, rows in found.items() if rows}
        return {order: rows for order, rows in result.items() if rows}

    @api.depends("serial", "registration_id", "product_id", "company_id")
    def _compute_has_open_recall(self):
        found = self._get_open_campaign_units()
        for order in self:
            rows = found.get(order, ())
            order.has_open_recall = any(row.state != "booked" for row in rows)

    @api.depends("campaign_unit_id")
    def _compute_unit_warning(self):
        """Serials that nobody registered may be recalled as well."""
        result = super()._compute_unit_warning()
        unknown = self.filtered(lambda o: o.serial and not o.registration_id)
        for order, rows in unknown._get_open_campaign_units().items():
            texts = [row._get_notice_text() for row in rows]
            order.unit_warning = " ".join([order.unit_warning or "", *texts]).strip()
        return result

    def action_create_campaign_order(self):
        """Make the orders for the open recalls of the unit that is here.

        :raise UserError: no recall of the unit waits for an order
        """
        self.ensure_one()
        self.check_access("write")
        return self._make_recall_orders()._get_records_action()

    def _make_recall_orders(self):
        """Make the orders for the open recalls; the same point gets them if it may.

        :raise UserError: no recall of the unit waits for an order
        """
        self.ensure_one()
        rows_sudo = self._get_open_campaign_units().get(self)
        waiting = rows_sudo and rows_sudo.filtered(lambda r: r.state != "booked")
        if not waiting:
            raise UserError(
                self.env._(
                    "%(order)s: no recall of this unit waits for an order.",
                    order=self.name,
                )
            )
        waiting._check_owner(self)
        orders_sudo = waiting._create_orders()
        for order_sudo in orders_sudo:
            self._pass_on_recall(order_sudo)
        return orders_sudo.with_env(self.env)

    def _pass_on_recall(self, order_sudo):
        """Give a recall order to the point that has the unit, where rules allow."""
        point_sudo = self.sudo().service_point_id
        reason = self.env._("The unit is there already, for %(order)s", order=self.name)
        try:
            with self.env.cr.savepoint():
                order_sudo._dispatch_to(point_sudo, reason)
        except UserError as error:
            # It stays in the queue of the dispatcher.
            order_sudo.message_post(body=str(error))


class AftersalesServiceOrderLine(models.Model):
    """The company bears the work of a recall on units nobody registered, too."""

    _inherit = "aftersales.service.order.line"

    def _set_cover(self):
        result = super()._set_cover()
        for line in self:
            order = line.order_id
            if order.campaign_unit_id and not order.registration_id:
                line.cover_share = 100.0
                line.amount_warranty = line.amount
                line.amount_customer = 0.0
        return result


class AftersalesRegistration(models.Model):
    """Open recalls of a unit, wherever it is handled."""

    _inherit = "aftersales.registration"

    campaign_count = fields.Integer("Open Recalls", compute="_compute_campaign_count")

    @api.depends("serial_key", "product_id")
    def _compute_campaign_count(self):
        found = self._origin._get_open_campaigns()
        for unit in self:
            unit.campaign_count = len(found.get(unit._origin.id, ()))

    def _get_open_campaigns(self):
        """Open recalls of units, one query: ``{unit_id: campaigns}``.

        For the checks of claims and whoever handles a unit; as superuser, since
        everybody who has the unit at hand must know of them.
        """
        rows = self.env["aftersales.campaign.unit"]._find_open(self)
        return {unit_id: row.campaign_id for unit_id, row in rows.items()}

    def _get_unit_notices(self):
        """Tell of open recalls."""
        notices = super()._get_unit_notices()
        found = self.env["aftersales.campaign.unit"]._find_open(self)
        for unit_id, rows_sudo in found.items():
            for row_sudo in rows_sudo:
                is_safety = row_sudo.campaign_id.kind == "safety"
                notices[unit_id].append(
                    {
                        "level": "danger" if is_safety else "warning",
                        "text": row_sudo._get_notice_text(),
                        "action": row_sudo._get_records_action(),
                    }
                )
        return notices

    def action_view_campaigns(self):
        """Open the recalls of the unit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recalls of %(unit)s", unit=self.display_name),
            "res_model": "aftersales.campaign.unit",
            "view_mode": "list,form",
            "domain": [
                ("serial_key", "=", self.serial_key),
                ("product_id", "=", self.product_id.id),
            ],
        }
