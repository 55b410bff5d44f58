from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class RepairOrder(models.Model):
    """Guarantee on the repair itself, and repairs that fall under it.

    The same rules as for service orders, and each recognises the other's repairs:
    the guarantee is given for the repair, wherever it was done.
    """

    _inherit = "repair.order"

    aftersales_date_handover = fields.Datetime(
        "Handed Over on", readonly=True, copy=False, tracking=True
    )
    aftersales_date_guarantee_end = fields.Date(
        "Repair Guarantee until",
        compute="_compute_aftersales_date_guarantee_end",
        store=True,
        copy=False,
        help="Last day on which the same fault is repaired free of charge.",
    )
    aftersales_rework_of_id = fields.Many2one(
        "repair.order",
        "Earlier Repair",
        compute="_compute_aftersales_rework",
        store=True,
        index="btree_not_null",
        copy=False,
        help="Repair of the same unit whose guarantee covers the day of the request.",
    )
    aftersales_rework_of_order_id = fields.Many2one(
        "aftersales.service.order",
        "Earlier Service Order",
        compute="_compute_aftersales_rework",
        store=True,
        index="btree_not_null",
        copy=False,
    )
    aftersales_rework_state = fields.Selection(
        [("proposed", "Proposed"), ("rework", "Rework"), ("other", "Another Fault")],
        "Rework Status",
        compute="_compute_aftersales_rework",
        store=True,
        copy=False,
    )
    aftersales_is_rework = fields.Boolean(
        "Rework", compute="_compute_aftersales_rework", store=True
    )
    aftersales_rework_decision = fields.Selection(
        [("rework", "Rework"), ("other", "Another Fault")],
        "Rework Decision",
        readonly=True,
        copy=False,
    )

    _FLOW_FIELDS = frozenset(
        (
            "aftersales_date_handover",
            "aftersales_date_guarantee_end",
            "aftersales_rework_of_id",
            "aftersales_rework_of_order_id",
            "aftersales_rework_state",
            "aftersales_is_rework",
            "aftersales_rework_decision",
        )
    )

    # Not on the days of the type: a guarantee given is given.
    @api.depends("aftersales_date_handover")
    def _compute_aftersales_date_guarantee_end(self):
        for repair in self:
            days = repair.aftersales_service_type_id.guarantee_days
            handover = repair.aftersales_date_handover
            repair.aftersales_date_guarantee_end = (
                handover
                and days > 0
                and repair._get_aftersales_today(handover) + timedelta(days=days)
            )

    @api.depends(
        "aftersales_serial",
        "product_id",
        "aftersales_is_bound",
        "aftersales_date_request",
        "aftersales_fault_id",
        "aftersales_rework_decision",
        "aftersales_order_id.rework_state",
    )
    def _compute_aftersales_rework(self):
        orders, repairs = self._find_aftersales_earlier()
        for repair in self:
            order, earlier = repair._pick_earlier(
                orders.get(repair), repairs.get(repair)
            )
            repair.aftersales_rework_of_order_id = order
            repair.aftersales_rework_of_id = earlier
            state = repair._get_aftersales_rework_state(order or earlier)
            repair.aftersales_rework_state = state
            repair.aftersales_is_rework = state == "rework"

    @api.model
    def _pick_earlier(self, order, repair):
        """The later one of the two counts: ``(order, None)`` or ``(None, repair)``."""
        if order and repair:
            if order.date_handover > repair.aftersales_date_handover:
                repair = None
            else:
                order = None
        return order, repair

    def _get_aftersales_rework_state(self, earlier):
        """Whether the repair is a rework of the earlier one."""
        self.ensure_one()
        if self.aftersales_order_id:
            # The order is one job with its repairs, and is decided about once.
            return self.aftersales_order_id.rework_state
        if not earlier:
            return False
        if self.aftersales_rework_decision:
            return self.aftersales_rework_decision
        order = self.env["aftersales.service.order"]
        is_order = earlier._name == order._name
        fault = earlier.fault_id if is_order else earlier.aftersales_fault_id
        same = self.aftersales_fault_id and self.aftersales_fault_id == fault
        return "rework" if same else "proposed"

    def _find_aftersales_earlier(self):
        """Latest service order and repair of each unit under guarantee; two queries.

        :return: ``({repair: order}, {repair: earlier repair})``
        """
        asked = self.filtered(
            lambda r: (
                r.aftersales_is_bound
                and r.aftersales_serial
                and r.aftersales_date_request
            )
        )
        if not asked:
            return {}, {}
        keys = asked._get_guarantee_keys()
        orders = self.env["aftersales.service.order"]._get_guaranteed_by_unit(keys)
        repairs = self._get_guaranteed_by_unit(keys)
        found = {}, {}
        for repair in asked:
            key = repair._get_guarantee_key()
            for target, candidates in zip(found, (orders, repairs), strict=True):
                target[repair] = next(
                    (c for c in candidates.get(key, ()) if repair._repeats(c)), None
                )
        return found

    def _get_guarantee_key(self):
        """Company, product and serial, by which both documents know a unit."""
        self.ensure_one()
        return (self.company_id.id, self.product_id.id, self.aftersales_serial)

    def _get_guarantee_keys(self):
        """Keys of all units in the batch."""
        return {repair._get_guarantee_key() for repair in self}

    @api.model
    def _get_guaranteed_by_unit(self, keys):
        """Finished repairs with a guarantee: ``{key: repairs, latest first}``.

        :param keys: ``(company id, product id, serial)`` of the units
        """
        # A rework is one whoever did the earlier repair.
        repairs_sudo = self.sudo().search(
            Domain("aftersales_serial", "in", [key[2] for key in keys])
            & Domain("product_id", "in", [key[1] for key in keys])
            & Domain("aftersales_date_guarantee_end", "!=", False)
            & Domain("state", "=", "done"),
            order="aftersales_date_handover desc, id desc",
        )
        return repairs_sudo.grouped(lambda r: r._get_guarantee_key())

    def _repeats(self, earlier):
        """Whether the request falls into the guarantee of an earlier repair."""
        self.ensure_one()
        is_order = earlier._name == "aftersales.service.order"
        if is_order:
            own = earlier == self.aftersales_order_id._origin
            handover, end = earlier.date_handover, earlier.date_guarantee_end
            fault = earlier.fault_id
        else:
            own = earlier == self._origin or (
                earlier.aftersales_order_id
                and earlier.aftersales_order_id == self.aftersales_order_id._origin
            )
            handover = earlier.aftersales_date_handover
            end, fault = (
                earlier.aftersales_date_guarantee_end,
                earlier.aftersales_fault_id,
            )
        mine = self.aftersales_fault_id
        other = mine and fault and mine != fault and not self.aftersales_rework_decision
        day = self.aftersales_date_request
        return (
            not own and not other and self._get_aftersales_today(handover) <= day <= end
        )

    def action_aftersales_confirm_rework(self):
        """Decide that the repair repeats one under guarantee: it is free."""
        self._check_aftersales_rework_decision()
        self._write_flow({"aftersales_rework_decision": "rework"})
        self._refresh_aftersales_quotation()

    def action_aftersales_reject_rework(self):
        """Ask for the reason why it is another fault."""
        self._check_aftersales_rework_decision()
        return self.env["aftersales.reason.wizard"]._open_for(
            self, "_aftersales_reject_rework"
        )

    def _aftersales_reject_rework(self, reason):
        """Decide that the repair is about another fault and is paid for."""
        self._check_aftersales_rework_decision()
        self._write_flow({"aftersales_rework_decision": "other"})
        self._refresh_aftersales_quotation()
        for repair in self:
            repair.message_post(
                body=self.env._("Another fault, no rework: %(reason)s", reason=reason)
            )

    def _check_aftersales_rework_decision(self):
        """Only dispatchers and centres decide what is done free of charge.

        :raise AccessError, UserError: who may, or nothing to decide
        """
        user = self.env.user
        if not self.env.su and not (
            user.has_group("aftersales_network.group_dispatcher")
            or user.has_group("aftersales_network.group_centre_manager")
        ):
            raise AccessError(
                self.env._("Dispatchers and centre managers decide about a rework.")
            )
        for repair in self:
            job = repair.aftersales_order_id
            if job:
                raise UserError(
                    self.env._(
                        "%(repair)s belongs to %(order)s. Decide there whether the job "
                        "is a rework.",
                        repair=repair.name,
                        order=job.name,
                    )
                )
            if not (
                repair.aftersales_rework_of_id or repair.aftersales_rework_of_order_id
            ):
                raise UserError(
                    self.env._(
                        "%(order)s: no earlier repair of this unit is under guarantee.",
                        order=repair.name,
                    )
                )
            if repair.state in ("done", "cancel"):
                raise UserError(
                    self.env._(
                        "%(repair)s is finished or cancelled; its charges cannot "
                        "change any more.",
                        repair=repair.name,
                    )
                )
