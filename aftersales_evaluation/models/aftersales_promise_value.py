from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_promise import STATUSES


class AftersalesPromiseValue(models.Model):
    """Fulfilment of a promise in one month, frozen when the month is over.

    A line without service point is the whole company; a centre counts everything
    below it. Evidence: the job writes it, nobody changes it.
    """

    _name = "aftersales.promise.value"
    _description = "Fulfilment of a Service Promise"
    _order = "month desc, promise_id, service_point_id, id"
    _rec_name = "promise_id"

    promise_id = fields.Many2one(
        "aftersales.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="promise_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", index="btree_not_null", ondelete="cascade"
    )
    tier = fields.Selection(related="service_point_id.tier", store=True)
    month = fields.Date(required=True, index=True)
    status = fields.Selection(STATUSES, required=True)
    numerator = fields.Float()
    denominator = fields.Float()
    value = fields.Float("Measured Value", digits=(16, 2), aggregator="avg")
    target_value = fields.Float("Promised Value", digits=(16, 2), aggregator="avg")
    fulfilment = fields.Float("Fulfilment (%)", digits=(5, 2), aggregator="avg")
    is_kept = fields.Boolean("Kept")

    _month_uniq = models.UniqueIndex(
        "(promise_id, month, COALESCE(service_point_id, 0))",
        "This month of the promise is measured already.",
    )

    @api.model
    def _get_last_values(self, promises):
        """Newest company figures: ``{promise_id: value}``, under False an empty one."""
        values = self.search(
            Domain("promise_id", "in", promises.ids)
            & Domain("service_point_id", "=", False),
            order="month",
        )
        # A later month overwrites an earlier one.
        result = {value.promise_id.id: value for value in values}
        result[False] = self.browse()
        return result

    @api.model
    def _cron_freeze_promises(self):
        """Freeze last month, a company a transaction; done ones are passed over."""
        Promise = self.env["aftersales.promise"]
        companies = [
            company
            for (company,) in Promise._read_group(
                [("state", "!=", "draft")], ["company_id"]
            )
        ]
        for index, company in enumerate(companies, start=1):
            today = company._get_aftersales_today()
            self._freeze_month(company, today.replace(day=1) - relativedelta(months=1))
            left = len(companies) - index
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return

    @api.model
    def _freeze_month(self, company, month):
        """Write the figures of one month for company, centres and points.

        :param month: first day of the month
        :return: the new values
        """
        last = month + relativedelta(months=1, days=-1)
        promises = self._get_promises_to_freeze(company, month, last)
        promises = promises.with_company(company)
        points = promises._get_points()
        values = promises._get_metric_values(points, month, last)
        subtrees = self._get_subtrees(points)
        benefits = self._load_benefits(company, month, last) if promises else {}
        return self.create(
            [
                {
                    **vals,
                    **self._prepare_benefit_vals(
                        vals["service_point_id"],
                        subtrees[vals["service_point_id"]],
                        benefits,
                    ),
                }
                for promise in promises
                for vals in self._prepare_vals_list(promise, month, values, subtrees)
            ]
        )

    @api.model
    def _get_promises_to_freeze(self, company, month, last):
        """Promises that ran in the month and are not measured yet."""
        return self.env["aftersales.promise"].search(
            Domain("company_id", "=", company.id)
            & Domain("state", "!=", "draft")
            & Domain("date_from", "<=", last)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", month))
            & (
                Domain("date_withdrawn", "=", False)
                | Domain("date_withdrawn", ">=", month)
            )
            & Domain("value_ids", "not any", Domain("month", "=", month))
        )

    @api.model
    def _get_subtrees(self, points):
        """Points whose work each point stands for: ``{point_id: [ids]}``."""
        result = {False: points.ids}
        for point in points:
            for ancestor in (point.parent_path or "").split("/"):
                if ancestor and point.tier != "hq":
                    result.setdefault(int(ancestor), []).append(point.id)
        hq = set(points.filtered(lambda p: p.tier == "hq").ids)
        return {key: ids for key, ids in result.items() if key not in hq}

    @api.model
    def _prepare_vals_list(self, promise, month, values, subtrees):
        """Values of one promise: the company always, points that have figures."""
        vals_list = []
        for point_id, point_ids in subtrees.items():
            measure = promise._measure(values, point_ids)
            if point_id and measure.status != "measured":
                continue
            vals_list.append(
                {
                    "promise_id": promise.id,
                    "service_point_id": point_id,
                    "month": month,
                    "status": measure.status,
                    "numerator": float(measure.numerator),
                    "denominator": float(measure.denominator),
                    "value": float(measure.value or 0),
                    "target_value": promise.target_value,
                    "fulfilment": float(measure.fulfilment or 0),
                    "is_kept": measure.is_kept,
                }
            )
        return vals_list

    def action_view_records(self):
        """Open the records behind the figure of the month."""
        self.ensure_one()
        points = self.promise_id._get_points()
        top = self.service_point_id
        if top:
            points = points.filtered(
                lambda p: (p.parent_path or "").startswith(top.parent_path)
            )
        return self.env["aftersales.metric"]._get_metric_action(
            self.promise_id.metric_code,
            points,
            self.month,
            self.month + relativedelta(months=1, days=-1),
        )
