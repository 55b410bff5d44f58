from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesServiceOrder(models.Model):
    """Repairs at the bench that belong to the job, or came before it."""

    _inherit = "aftersales.service.order"

    repair_ids = fields.One2many("repair.order", "aftersales_order_id", "Bench Repairs")
    repair_count = fields.Integer(compute="_compute_repair_count")
    rework_of_repair_id = fields.Many2one(
        "repair.order",
        "Earlier Bench Repair",
        compute="_compute_rework",
        store=True,
        index="btree_not_null",
        copy=False,
        help="Repair of the same unit at the bench whose guarantee covers the day of "
        "the request.",
    )

    _FLOW_FIELDS = frozenset(("rework_of_repair_id",))

    def _compute_repair_count(self):
        counts = self.env["repair.order"]._count_by("aftersales_order_id", self.ids)
        for order in self:
            order.repair_count = counts.get(order._origin, 0)

    def _compute_rework(self):
        """A guarantee given at the bench holds for a service order as well."""
        res = super()._compute_rework()
        found = self._find_earlier_bench_repairs()
        for order in self:
            repair = found.get(order)
            earlier = order.rework_of_id
            order.rework_of_repair_id = False
            if not repair or (
                earlier and earlier.date_handover >= repair.aftersales_date_handover
            ):
                continue
            order.rework_of_id = False
            order.rework_of_repair_id = repair
            same = order.fault_id and order.fault_id == repair.aftersales_fault_id
            state = order.rework_decision or ("rework" if same else "proposed")
            order.rework_state = state
            order.is_rework = state == "rework"
        return res

    def _find_earlier_bench_repairs(self):
        """Latest bench repair of each unit that is under guarantee; one query.

        :return: ``{order: repair}``
        """
        # Old cases come with their own history.
        if self.env.context.get("aftersales_history"):
            return {}
        asked = self.filtered(
            lambda o: o.serial and o.product_id and o.service_type_id.kind == "repair"
        )
        if not asked:
            return {}
        keys = {o: (o.company_id.id, o.product_id.id, o.serial) for o in asked}
        repairs = self.env["repair.order"]._get_guaranteed_by_unit(set(keys.values()))
        return {
            order: next(
                (r for r in repairs.get(key, ()) if order._repeats_repair(r)), None
            )
            for order, key in keys.items()
        }

    def _repeats_repair(self, repair):
        """Whether the request falls into the guarantee of a bench repair."""
        self.ensure_one()
        if not self.date_request or repair.aftersales_order_id == self._origin:
            return False
        fault = repair.aftersales_fault_id
        other = self.fault_id and fault and self.fault_id != fault
        day = self.company_id._get_aftersales_today(self.date_request)
        return (
            repair.aftersales_date_handover <= self.date_request
            and day <= repair.aftersales_date_guarantee_end
            and not (other and not self.rework_decision)
        )

    @api.model
    def _get_guaranteed_by_unit(self, keys):
        """Finished orders with a guarantee: ``{key: orders, latest first}``.

        :param keys: ``(company id, product id, serial)`` of the units
        """
        # A rework is one whichever point did the earlier repair.
        orders_sudo = self.sudo().search(
            self._get_done_domain()
            & fields.Domain("serial", "in", [key[2] for key in keys])
            & fields.Domain("product_id", "in", [key[1] for key in keys])
            & fields.Domain("date_guarantee_end", "!=", False),
            order="date_handover desc, id desc",
        )
        return orders_sudo.grouped(
            lambda o: (o.company_id.id, o.product_id.id, o.serial)
        )

    def _has_guarantee(self):
        return super()._has_guarantee() or bool(self.rework_of_repair_id)

    def _get_earlier_name(self):
        """Number of the repair that the job repeats."""
        self.ensure_one()
        return self.rework_of_id.name or self.rework_of_repair_id.name

    def action_create_repair(self):
        """Take the unit of the job to the bench and open its repair.

        :raise UserError: naming the order that has no unit or is closed
        """
        self.ensure_one()
        self.check_access("write")
        self._check_can_repair()
        # Two clicks at once make one repair.
        self.sudo().lock_for_update(allow_referencing=True)
        running = self.sudo().repair_ids.filtered(lambda r: r.state != "cancel")
        repair = running[:1].sudo(False)
        if not repair:
            repair = self.env["repair.order"]._take_in([self._prepare_repair_vals()])
        return repair._open_aftersales()

    def _check_can_repair(self):
        """Refuse a repair of an order without unit, or of a closed one.

        :raise UserError: naming the order and the way out
        """
        self.ensure_one()
        if not self.product_id or not self.serial:
            raise UserError(
                self.env._(
                    "%(order)s names no unit. Enter product and serial number before "
                    "the unit goes to the bench.",
                    order=self.name,
                )
            )
        if self.state in ("closed", "cancelled"):
            raise UserError(
                self.env._(
                    "%(order)s is closed; nothing is repaired for it any more. Reopen "
                    "the order first.",
                    order=self.name,
                )
            )

    def _prepare_repair_vals(self):
        """Values of the bench repair of the job; extension point."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "aftersales_serial": self.serial,
            "aftersales_registration_id": self.registration_id.id,
            "aftersales_order_id": self.id,
            "aftersales_date_request": self.company_id._get_aftersales_today(
                self.date_request
            ),
            "internal_notes": self.complaint,
        }

    def action_view_repairs(self):
        """Open the bench repairs of the job."""
        self.ensure_one()
        return self.env["repair.order"]._get_aftersales_action(
            self.env._("Repairs of %(record)s", record=self.name),
            [("aftersales_order_id", "=", self.id)],
        )
