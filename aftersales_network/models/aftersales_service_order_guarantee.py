from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class AftersalesFault(models.Model):
    """Coded fault, by which a repeated repair is known for the same fault."""

    _name = "aftersales.fault"
    _description = "Fault"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "The code of a fault must be unique.")


class AftersalesServiceOrder(models.Model):
    """Guarantee on the repair itself, and repairs that fall under it.

    A repair of the same unit inside the guarantee is a rework where both faults
    are coded and equal.  Where a fault is not known it is proposed only, and a
    dispatcher or the centre decides.
    """

    _inherit = "aftersales.service.order"

    fault_id = fields.Many2one(
        "aftersales.fault", index="btree_not_null", ondelete="restrict", tracking=True
    )
    date_guarantee_end = fields.Date(
        "Repair Guarantee until",
        compute="_compute_date_guarantee_end",
        store=True,
        copy=False,
        help="Last day on which the same fault is repaired free of charge.",
    )
    rework_of_id = fields.Many2one(
        "aftersales.service.order",
        "Earlier Repair",
        compute="_compute_rework",
        store=True,
        index="btree_not_null",
        copy=False,
        help="Repair of the same unit whose guarantee covers the day of the request.",
    )
    rework_state = fields.Selection(
        [("proposed", "Proposed"), ("rework", "Rework"), ("other", "Another Fault")],
        "Rework Status",
        compute="_compute_rework",
        store=True,
        copy=False,
    )
    is_rework = fields.Boolean("Rework", compute="_compute_rework", store=True)
    rework_decision = fields.Selection(
        [("rework", "Rework"), ("other", "Another Fault")], readonly=True, copy=False
    )
    rework_ids = fields.One2many("aftersales.service.order", "rework_of_id", "Reworks")
    rework_count = fields.Integer(compute="_compute_rework_count", store=True)

    _FLOW_FIELDS = frozenset(
        (
            "date_guarantee_end",
            "rework_of_id",
            "rework_state",
            "is_rework",
            "rework_decision",
            "rework_count",
        )
    )

    # Reworks are few among the orders, and those to be decided fewer.
    _rework_idx = models.Index("(date_request DESC, id DESC) WHERE is_rework IS TRUE")
    _rework_decide_idx = models.Index(
        "(date_request DESC, id DESC) WHERE rework_state = 'proposed'"
    )

    # Neither on the days nor on the kind of the type: a guarantee given is given.
    @api.depends("date_handover", "outcome")
    def _compute_date_guarantee_end(self):
        for order in self:
            days = order.service_type_id.guarantee_days
            given = (
                order.date_handover
                and days > 0
                and order.service_type_id.kind == "repair"
                and order.outcome != "not_solved"
            )
            order.date_guarantee_end = given and (
                order.company_id._get_aftersales_today(order.date_handover)
                + timedelta(days=days)
            )

    @api.depends(
        "serial",
        "lot_id",
        "product_id",
        "service_type_id",
        "date_request",
        "fault_id",
        "rework_decision",
    )
    def _compute_rework(self):
        found = self._find_earlier_repairs()
        for order in self:
            earlier = found.get(order, self.browse())
            order.rework_of_id = earlier
            order.rework_state = order._get_rework_state(earlier)
            order.is_rework = order.rework_state == "rework"

    def _get_rework_state(self, earlier):
        """Whether the order is a rework of the earlier repair."""
        self.ensure_one()
        if not earlier:
            return False
        if self.rework_decision:
            return self.rework_decision
        same = self.fault_id and self.fault_id == earlier.fault_id
        return "rework" if same else "proposed"

    def _find_earlier_repairs(self):
        """Latest repair of each unit that is under guarantee; one query.

        :return: ``{order: earlier order}``
        """
        # Old cases come with their own history.
        if self.env.context.get("aftersales_history"):
            return {}
        asked = self.filtered(
            lambda o: o.serial and o.product_id and o.service_type_id.kind == "repair"
        )
        if not asked:
            return {}
        domain = Domain("serial", "in", asked.mapped("serial"))
        domain &= Domain("product_id", "in", asked.product_id.ids)
        domain &= Domain("date_guarantee_end", "!=", False)
        # A rework is one whichever point did the earlier repair.
        repairs = self.sudo().search(
            domain & self._get_done_domain(), order="date_handover desc, id desc"
        )
        units = repairs.grouped(lambda r: (r.company_id, r.product_id, r.serial))
        return {
            order: earlier
            for order in asked
            for earlier in units.get(
                (order.company_id, order.product_id, order.serial), repairs.browse()
            ).filtered(order._is_under_guarantee_of)[:1]
        }

    def _is_under_guarantee_of(self, earlier):
        """Whether the request falls into the guarantee of an earlier repair."""
        self.ensure_one()
        if earlier == self._origin or not self.date_request:
            return False
        day = self.company_id._get_aftersales_today(self.date_request)
        faults = self.fault_id and earlier.fault_id
        other_fault = faults and self.fault_id != earlier.fault_id
        return (
            earlier.date_handover <= self.date_request
            and day <= earlier.date_guarantee_end
            and not (other_fault and not self.rework_decision)
        )

    @api.depends("rework_ids.is_rework")
    def _compute_rework_count(self):
        for order in self:
            order.rework_count = len(order.rework_ids.filtered("is_rework"))

    def action_confirm_rework(self):
        """Decide that the job repeats a repair under guarantee: it is free."""
        self._check_rework_decision()
        self._write_flow({"rework_decision": "rework"})
        self._log_events("rework")

    def action_reject_rework(self):
        """Ask for the reason why it is another fault."""
        self._check_rework_decision()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject_rework")

    def _reject_rework(self, reason):
        """Decide that the job is about another fault and is paid for."""
        self._check_rework_decision()
        self._write_flow({"rework_decision": "other"})
        self._log_events("no_rework", reason)

    def _check_rework_decision(self):
        """Only dispatchers and centres decide what a point is not paid for.

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
        self._check_transition("rework")
        lone = self.filtered(lambda o: not o._has_guarantee())[:1]
        if lone:
            raise UserError(
                self.env._(
                    "%(order)s: no earlier repair of this unit is under guarantee.",
                    order=lone.name,
                )
            )

    def _has_guarantee(self):
        """Whether an earlier repair of the unit is under guarantee; extension point."""
        self.ensure_one()
        return bool(self.rework_of_id)

    def action_view_reworks(self):
        """Open the repairs that repeated this one."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reworks of %(order)s", order=self.name),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("rework_of_id", "=", self.id)],
        }
