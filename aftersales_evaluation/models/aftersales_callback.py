from datetime import timedelta

from odoo import api, fields, models

from .aftersales_callback_rule import LEVELS

REASONS = [
    ("rule", "By Rule"),
    ("card", "Unhappy Answer on the Card"),
    ("manual", "Added by Hand"),
]


class AftersalesCallback(models.Model):
    """A customer to be called about a closed job.

    Orders enter the list when they are closed, in one batch and by rule.  What
    was said on the telephone is evidence: the steps in
    ``aftersales_callback_call.py`` write it.
    """

    _name = "aftersales.callback"
    _description = "Call-Back"
    _inherit = ["aftersales.flow.mixin"]
    _order = "date_next, id"
    _rec_name = "order_id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "aftersales.service.order",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    level = fields.Selection(LEVELS, "Called by", required=True, readonly=True)
    reason = fields.Selection(REASONS, "Why Called", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    rule_id = fields.Many2one(
        "aftersales.callback.rule", readonly=True, index="btree_not_null"
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", readonly=True, index=True, check_company=True
    )
    technician_id = fields.Many2one(
        "aftersales.staff", readonly=True, index="btree_not_null", check_company=True
    )
    worker_id = fields.Many2one(
        "res.users",
        "Technician's Login",
        readonly=True,
        index="btree_not_null",
        help="Who did the work cannot be the caller.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True
    )
    partner_phone = fields.Char(related="partner_id.phone")
    product_id = fields.Many2one(related="order_id.product_id")
    service_type_id = fields.Many2one(related="order_id.service_type_id")
    date_closed = fields.Date("Job Closed on", required=True, readonly=True)
    date_due = fields.Date("Call until", required=True, readonly=True)
    date_next = fields.Date("Next Attempt on", index=True)
    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        index="btree_not_null",
        domain="[('share', '=', False), ('id', '!=', worker_id)]",
    )
    state = fields.Selection(
        [
            ("todo", "To Call"),
            ("done", "Reached"),
            ("unreachable", "Not Reached"),
            ("cancelled", "Cancelled"),
        ],
        default="todo",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    done_rate = fields.Float(
        "Done (%)",
        compute="_compute_done_rate",
        store=True,
        precompute=True,
        aggregator="avg",
        help="100 for a customer who was reached, else 0: its mean is the share of "
        "call-backs done.",
    )
    is_late = fields.Boolean("Overdue", compute="_compute_is_late")

    # What was said
    attempt_ids = fields.One2many(
        "aftersales.callback.attempt", "callback_id", "Calls", readonly=True
    )
    attempt_count = fields.Integer("Number of Calls", readonly=True, copy=False)
    caller_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null"
    )
    date_done = fields.Datetime("Reached on", readonly=True, copy=False)
    is_solved = fields.Selection(
        [("yes", "Yes"), ("no", "No")], "Fault Solved", readonly=True, copy=False
    )
    satisfaction_id = fields.Many2one(
        "aftersales.satisfaction",
        "Customer's Answer",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    score = fields.Integer(related="satisfaction_id.score")
    cause_id = fields.Many2one(related="satisfaction_id.cause_id")
    comment = fields.Text(related="satisfaction_id.comment")
    complaint_id = fields.Many2one(
        "aftersales.complaint",
        "Customer Complaint",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    _FLOW_FIELDS = frozenset(
        (
            "order_id",
            "level",
            "reason",
            "company_id",
            "rule_id",
            "service_point_id",
            "technician_id",
            "worker_id",
            "partner_id",
            "date_closed",
            "date_due",
            "state",
            "attempt_count",
            "caller_id",
            "date_done",
            "is_solved",
            "satisfaction_id",
            "complaint_id",
        )
    )

    _caller_not_technician = models.Constraint(
        "CHECK (caller_id IS NULL OR worker_id IS NULL OR caller_id != worker_id)",
        "Who did the work cannot call the customer about it.",
    )
    _assigned_not_technician = models.Constraint(
        "CHECK (user_id IS NULL OR worker_id IS NULL OR user_id != worker_id)",
        "Who did the work cannot be assigned the call. Choose somebody else.",
    )
    _open_uniq = models.UniqueIndex(
        "(order_id, level) WHERE state = 'todo'",
        "The order is on the call-back list already.",
    )
    _queue_idx = models.Index("(company_id, date_next, id) WHERE state = 'todo'")
    _point_idx = models.Index("(service_point_id, date_closed)")

    @api.depends("state")
    def _compute_done_rate(self):
        for callback in self:
            callback.done_rate = 100.0 if callback.state == "done" else 0.0

    @api.depends("state", "date_due")
    def _compute_is_late(self):
        for callback in self:
            today = callback.company_id._get_aftersales_today()
            callback.is_late = callback.state == "todo" and callback.date_due < today

    @api.model
    def _enter(self, orders):
        """Put closed orders on the list as the rules say, in one batch."""
        # The list is kept for everybody; who closes a job may not read rules.
        orders_sudo = orders.sudo()
        rules_by_order = self.env["aftersales.callback.rule"]._find_for(orders_sudo)
        self._create_missing(
            [
                self._prepare_callback_vals(order, "rule", rule.level, rule)
                for order, rules in rules_by_order.items()
                for rule in rules
            ]
        )

    @api.model
    def _add(self, orders, reason):
        """Put orders on the list of the centre whatever the rules say.

        :param reason: card or manual
        """
        self._create_missing(
            [
                self._prepare_callback_vals(order, reason, "centre")
                for order in orders.sudo()
            ]
        )

    @api.model
    def _create_missing(self, vals_list):
        """Create call-backs for orders that wait for none at that level."""
        if not vals_list:
            return
        waiting_sudo = self.sudo().search(
            [
                ("order_id", "in", [vals["order_id"] for vals in vals_list]),
                ("state", "=", "todo"),
            ]
        )
        taken = {(callback.order_id.id, callback.level) for callback in waiting_sudo}
        self.sudo().create(
            [
                vals
                for vals in vals_list
                if (vals["order_id"], vals["level"]) not in taken
            ]
        )

    @api.model
    def _prepare_callback_vals(self, order_sudo, reason, level, rule=None):
        """Values of one call-back; without a rule it is due at once."""
        today = order_sudo.company_id._get_aftersales_today()
        due = today + timedelta(days=rule.days if rule else 0)
        return {
            "order_id": order_sudo.id,
            "level": level,
            "reason": reason,
            "rule_id": rule.id if rule else False,
            "company_id": order_sudo.company_id.id,
            "service_point_id": order_sudo.service_point_id.id,
            "technician_id": order_sudo.technician_id.id,
            "worker_id": order_sudo.technician_id.user_id.id,
            "partner_id": order_sudo.partner_id.id,
            "date_closed": today,
            "date_due": due,
            "date_next": today,
        }

    @api.model
    def _drop(self, orders):
        """Take reopened orders off the list."""
        waiting_sudo = self.sudo().search(
            [("order_id", "in", orders.ids), ("state", "=", "todo")]
        )
        waiting_sudo.write({"state": "cancelled", "date_next": False})
