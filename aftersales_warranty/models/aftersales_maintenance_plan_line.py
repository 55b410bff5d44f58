from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

STATES = [
    ("planned", "Planned"),
    ("ordered", "Ordered"),
    ("done", "Done"),
    ("missed", "Missed"),
    ("refused", "Refused by the Customer"),
]


class AftersalesMaintenancePlanLine(models.Model):
    """One planned visit to one unit: due when, ordered, done, missed or refused.

    The job makes the visits and their orders; nobody types the outcome.
    """

    _name = "aftersales.maintenance.plan.line"
    _description = "Maintenance Visit"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "date_due, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "aftersales.maintenance.plan",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    number = fields.Integer("Visit No.", required=True, readonly=True)
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        related="registration_id.product_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="registration_id.partner_id",
        string="Owner",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    date_due = fields.Date("Due on", required=True, readonly=True, index=True)
    date_open = fields.Date("Order from", required=True, readonly=True)
    date_limit = fields.Date("In Time until", required=True, readonly=True)
    order_ids = fields.One2many(
        "aftersales.service.order", "maintenance_line_id", "All Orders", readonly=True
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        compute="_compute_order",
        store=True,
        index="btree_not_null",
        check_company=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_order",
        store=True,
        index="btree_not_null",
        check_company=True,
    )
    date_done = fields.Date("Done on", compute="_compute_order", store=True)
    is_missed = fields.Boolean("Missed", readonly=True, copy=False, index=True)
    is_on_time = fields.Boolean("In Time", compute="_compute_state", store=True)
    date_refused = fields.Date("Refused on", readonly=True, copy=False)
    refused_by_id = fields.Many2one(
        "res.users", "Refusal Noted by", readonly=True, copy=False
    )
    refuse_reason = fields.Text("Reason of the Refusal", readonly=True, copy=False)
    state = fields.Selection(
        STATES, compute="_compute_state", store=True, index=True, tracking=True
    )

    _visit_uniq = models.UniqueIndex(
        "(plan_id, registration_id, number)", "This visit is planned already."
    )
    _queue_idx = models.Index("(date_open) WHERE state = 'planned'")
    _overdue_idx = models.Index("(date_limit) WHERE state IN ('planned', 'ordered')")

    _FLOW_FIELDS = frozenset(
        (
            "plan_id",
            "registration_id",
            "number",
            "date_due",
            "date_open",
            "date_limit",
            "is_missed",
            "date_refused",
            "refused_by_id",
            "refuse_reason",
            "state",
        )
    )

    # On order_ids, never on order_id: an order knows its visit, so that a step of an
    # order without one costs no search.
    @api.depends("order_ids.state", "order_ids.date_end", "order_ids.service_point_id")
    def _compute_order(self):
        for line in self:
            # Whoever sees the visit may not see the order of another point.
            orders_sudo = line.sudo().order_ids.sorted("id")
            live = orders_sudo.filtered(lambda o: o.state != "cancelled")
            order = (live or orders_sudo)[-1:]
            line.order_id = order.sudo(False)
            line.service_point_id = order.service_point_id.sudo(False)
            finished = order.state in ("done", "closed") and order.date_end
            line.date_done = finished and order._get_local_date(finished)

    @api.depends(
        "order_ids.state", "date_done", "date_limit", "is_missed", "date_refused"
    )
    def _compute_state(self):
        for line in self:
            is_live = line.sudo().order_id.state not in (False, "cancelled")
            line.is_on_time = bool(line.date_done) and line.date_done <= line.date_limit
            if line.date_refused:
                line.state = "refused"
            elif line.date_done:
                line.state = "done"
            elif line.is_missed:
                line.state = "missed"
            else:
                line.state = "ordered" if is_live else "planned"

    @api.depends("plan_id.name", "number", "registration_id.serial")
    def _compute_display_name(self):
        for line in self:
            visit = f"{line.plan_id.name or ''} {line.number}"
            serial = line.registration_id.serial
            line.display_name = f"{serial} – {visit}" if serial else visit

    @api.model
    def _get_due_domain(self):
        """Visits that count: their window is over, or they are done."""
        return Domain("state", "in", ("done", "missed"))

    @api.model
    def _count_by_plan(self, plans):
        """Due, done in time and missed visits: ``{plan_id: (due, done, missed)}``."""
        result = {}
        for plan, on_time, missed, count in self._read_group(
            Domain("plan_id", "in", plans.ids) & self._get_due_domain(),
            ["plan_id", "is_on_time", "is_missed"],
            ["__count"],
        ):
            due, done, late = result.get(plan.id, (0, 0, 0))
            result[plan.id] = (
                due + count,
                done + (count if on_time else 0),
                late + (count if missed and not on_time else 0),
            )
        return result

    @api.model
    def _get_window_action(self, domain, name):
        """Window action on visits."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "list,calendar,pivot,graph,form",
            "domain": list(domain),
        }

    # -- steps -----------------------------------------------------------------

    def action_create_order(self):
        """Order visits before their time comes, and open the orders."""
        self.check_access("write")
        self._check_flow_state("planned", "missed")
        orders = self._create_orders()
        return orders._get_records_action()

    def action_refuse(self):
        """Ask why the customer does not want the visit."""
        self._check_flow_state("planned", "ordered", "missed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """Note that the customer does not want the visits.

        A refused visit neither counts as done nor as missed; its open order is
        cancelled.

        :param reason: what the customer said
        :raise UserError: no reason, or a visit that is done
        """
        self._check_flow_state("planned", "ordered", "missed")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why the customer refused."))
        self.check_access("write")
        for company, lines in self.grouped("company_id").items():
            lines._write_flow(
                {
                    "date_refused": company._get_aftersales_today(),
                    "refused_by_id": self.env.uid,
                    "refuse_reason": reason,
                }
            )
        running = self.order_id.filtered(lambda o: o.state != "cancelled")
        if running:
            running._cancel(reason)

    # -- orders ------------------------------------------------------------------

    def _create_orders(self):
        """Make one order per visit that has none; the rows stay locked."""
        lines = self.try_lock_for_update().filtered(
            lambda line: line.sudo().order_id.state in (False, "cancelled")
        )
        Order = self.env["aftersales.service.order"]
        Order.check_access("create")
        # A dispatcher does not read the serials in stock that the units point to.
        orders_sudo = (
            Order.sudo()
            .with_context(aftersales_flow=FLOW)
            .create([line._prepare_order_vals() for line in lines.sudo()])
        )
        return orders_sudo.with_env(self.env)

    def _prepare_order_vals(self):
        """Values of the order for a visit; extension point."""
        self.ensure_one()
        plan, unit = self.plan_id, self.registration_id
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": unit.product_id.id,
            "lot_id": unit.lot_id.id,
            "serial": unit.serial,
            "registration_id": unit.id,
            "service_type_id": plan.service_type_id.id,
            "origin": plan.name,
            "complaint": self.env._(
                "Planned visit no. %(number)s, due on %(date)s",
                number=self.number,
                date=self.date_due,
            ),
            "date_promised": self._get_last_moment(),
            "maintenance_line_id": self.id,
            "line_ids": plan._prepare_fee_commands(),
        }

    def _get_last_moment(self):
        """Last UTC moment at which the visit is in time."""
        self.ensure_one()
        day = max(self.date_limit, self.company_id._get_aftersales_today())
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        return fields.Datetime.subtract(Metric._get_utc_bounds(day, day)[1], seconds=1)


class AftersalesMaintenancePlan(models.Model):
    _inherit = "aftersales.maintenance.plan"

    def _prepare_fee_commands(self):
        """Order line with the price of a visit, where it has one."""
        self.ensure_one()
        # Who orders a visit may not see what it costs.
        price = self.sudo().price
        if not price:
            return []
        line = {
            "kind": "other",
            "name": self.name,
            "quantity": 1,
            "price_unit": price,
            "is_plan_fee": True,
        }
        return [fields.Command.create(line)]
