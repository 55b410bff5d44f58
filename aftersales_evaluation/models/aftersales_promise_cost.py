from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_kpi import MONEY_GROUPS


class AftersalesPromiseCost(models.Model):
    """What keeping a promise costs beside the orders: staff, vouchers, stock."""

    _name = "aftersales.promise.cost"
    _description = "Cost of a Promise"
    _inherit = ["aftersales.scope.mixin"]
    _order = "month desc, promise_id, id"
    _rec_name = "name"

    promise_id = fields.Many2one(
        "aftersales.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="promise_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(required=True, default=lambda self: self._get_this_month())
    name = fields.Char("What For", required=True)
    amount = fields.Monetary(required=True)

    _SCOPE_FIELDS = frozenset(("promise_id",))

    _month_start = models.Constraint(
        "CHECK (EXTRACT(DAY FROM month) = 1)",
        "A cost belongs to a month and stands on its first day.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The cost of a promise is above zero."
    )

    @api.model
    def _get_this_month(self):
        """First day of the month in the company's time zone."""
        return self.env.company._get_aftersales_today().replace(day=1)

    @api.model_create_multi
    def create(self, vals_list):
        """Put costs on the first day of their month."""
        return super().create([self._to_month(vals) for vals in vals_list])

    def write(self, vals):
        """Keep costs on the first day of their month."""
        return super().write(self._to_month(vals))

    @api.model
    def _to_month(self, vals):
        if not vals.get("month"):
            return vals
        return {**vals, "month": fields.Date.to_date(vals["month"]).replace(day=1)}


class AftersalesPromise(models.Model):
    """Costs of a promise, for those who may see money."""

    _inherit = "aftersales.promise"

    cost_ids = fields.One2many(
        "aftersales.promise.cost", "promise_id", groups=MONEY_GROUPS
    )

    def action_view_benefit(self):
        """Open costs beside fulfilment and satisfaction, month by month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_promise_benefit_action"
        )
        domain = Domain("promise_id", "=", self.id)
        return {**action, "domain": list(domain)}


class AftersalesPromiseValue(models.Model):
    """Costs and satisfaction of the month, frozen with the fulfilment."""

    _inherit = "aftersales.promise.value"

    currency_id = fields.Many2one(related="company_id.currency_id")
    order_count = fields.Integer("Orders", help="Finished in the month.")
    answer_count = fields.Integer(
        "Answers Received", help="Of customers, in the month."
    )
    satisfaction = fields.Float(
        digits=(3, 2), aggregator="avg", help="Mean of the scores from 1 to 5."
    )
    dissatisfied_rate = fields.Float(
        "Dissatisfied (%)", digits=(5, 2), aggregator="avg"
    )
    amount_orders = fields.Monetary(
        "Cost of the Orders",
        groups=MONEY_GROUPS,
        help="All orders finished in the month, awards and penalties included.",
    )
    cost_per_order = fields.Monetary(
        "Cost per Order",
        groups=MONEY_GROUPS,
        aggregator="avg",
        help="Cost of the orders ÷ orders.",
    )
    amount_direct = fields.Monetary(
        "Cost of the Promise",
        compute="_compute_amount_direct",
        store=True,
        compute_sudo=True,
        groups=MONEY_GROUPS,
        help="What was entered at the promise for the month; on the line of the whole "
        "company.",
    )

    @api.depends("promise_id.cost_ids.amount", "promise_id.cost_ids.month")
    def _compute_amount_direct(self):
        sums = {
            (promise, month): amount
            for promise, month, amount in self.env[
                "aftersales.promise.cost"
            ]._read_group(
                [("promise_id", "in", self.promise_id.ids)],
                ["promise_id", "month:day"],
                ["amount:sum"],
            )
        }
        for value in self:
            total = sums.get((value.promise_id, value.month), 0)
            value.amount_direct = 0 if value.service_point_id else total

    @api.model
    def _load_benefits(self, company, date_from, date_to):
        """Costs and answers of a month: ``{point_id: figures}``; two queries.

        Figures are orders, their cost, answers, scored answers, their sum, and the
        dissatisfied ones; without a point they count for the company only.
        """
        domain = Domain("company_id", "=", company.id)
        domain &= Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
        result = {}
        # The month of the company counts everything, whoever measures it.
        Cost_sudo = self.env["aftersales.order.cost"].sudo().with_company(company)
        spent = domain & Domain("source", "not in", ("budget", "spending"))
        for point, orders, cost in Cost_sudo._read_group(
            spent, ["service_point_id"], ["order_count:sum", "amount_cost:sum"]
        ):
            result[point.id] = [orders or 0, cost or 0, 0, 0, 0, 0]
        Answer_sudo = self.env["aftersales.satisfaction"].sudo()
        for point, scored, bad, count, total in Answer_sudo._read_group(
            domain,
            ["service_point_id", "score", "is_dissatisfied"],
            ["__count", "score:sum"],
        ):
            row = result.setdefault(point.id, [0] * 6)
            row[2] += count
            row[3] += count if scored else 0
            row[4] += total or 0
            row[5] += count if bad else 0
        return result

    @api.model
    def _prepare_benefit_vals(self, point_id, point_ids, benefits):
        """Costs and satisfaction of a unit and all below it.

        :param point_id: False for the company, which also counts what has no point
        """
        keys = {*point_ids, *(() if point_id else (False,))}
        rows = [benefits[key] for key in keys if key in benefits]
        orders, cost, answers, scored, total, bad = (
            sum(row[number] for row in rows) for number in range(6)
        )
        vals = {"order_count": orders, "amount_orders": cost, "answer_count": answers}
        # What is not there stays empty: a mean must not take it for zero.
        if orders:
            vals["cost_per_order"] = cost / orders
        if scored:
            vals["satisfaction"] = total / scored
        if answers:
            vals["dissatisfied_rate"] = 100 * bad / answers
        return vals
