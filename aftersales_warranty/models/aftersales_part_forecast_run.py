from collections import Counter, defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.aftersales_service_order import DONE_STATES
from odoo.addons.aftersales_network.tools import reliability

from ..tools import part_forecast as kernel
from .aftersales_part_forecast import PERIODS


class AftersalesPartForecast(models.Model):
    """Calculates the need from units, failure rates and the parts of past repairs."""

    _inherit = "aftersales.part.forecast"

    def _compute_need(self):
        """Write the need of a draft; its inputs rest from now on."""
        self.ensure_one()
        # The need sums over all points and warehouses of the company.
        forecast_sudo = self.sudo().with_company(self.company_id)
        history = forecast_sudo._fetch_history()
        models_vals, lines_vals = forecast_sudo._prepare_need(*history)
        forecast_sudo._write_flow(
            {
                "state": "done",
                "model_ids": [Command.clear(), *map(Command.create, models_vals)],
                "line_ids": [Command.clear(), *map(Command.create, lines_vals)],
                "repair_count": len(history[0]),
                "date_computed": fields.Datetime.now(),
                "computed_by_id": self.env.uid,
            }
        )

    def _get_history_days(self):
        """First and last day of the history."""
        today = self.company_id._get_aftersales_today()
        return today - relativedelta(months=self.history_months), today

    def _get_observed_months(self):
        """Months of the history in which repairs were recorded."""
        first, last = self._get_history_days()
        Table = self.env["aftersales.failure.table"]
        first = max(first, Table._get_observation(self.company_id)[0])
        days = (last - first).days + 1
        return days * 12 * reliability.DAY / reliability.YEAR

    def _prepare_need(self, repairs, part_lines):
        """Values of the expected failures and of the need.

        :param repairs: ``{order: model}``
        :param part_lines: list of (order, (part, warehouse), pieces)
        :return: two lists of values
        """
        usages = kernel.collect_usage(repairs, part_lines)
        counts = Counter(repairs.values())
        used = defaultdict(float)
        for order, key, quantity in part_lines:
            if order in repairs:
                used[key] += quantity
        share = PERIODS[self.period] / self._get_observed_months()
        expect = self._get_expectation()
        model_vals, line_vals = [], []
        for number, (date_from, date_to) in enumerate(self._get_periods(), start=1):
            stamp = {
                "period_number": number,
                "date_from": date_from,
                "date_to": date_to,
            }
            found = expect(date_from, date_to)
            for template_id, (years, demand, source) in found.items():
                vals = self._prepare_model_vals(template_id, years, demand, source)
                model_vals.append({**stamp, **vals, "repairs": counts[template_id]})
            demands = {key: demand for key, (_y, demand, _s) in found.items()}
            for key, need in kernel.forecast(demands, usages, self.level).items():
                vals = self._prepare_line_vals(key, need)
                line_vals.append(
                    {**stamp, **vals, "history_quantity": used[key] * share}
                )
        return model_vals, line_vals

    def _prepare_model_vals(self, template_id, years, demand, source):
        """Values of the failures expected of one model."""
        return {
            "product_tmpl_id": template_id,
            "unit_years": years,
            "failures": demand.mean,
            "failures_low": demand.low,
            "failures_high": demand.high,
            "source": source,
        }

    def _prepare_line_vals(self, key, need):
        """Values of the need of one part at one warehouse."""
        product_id, warehouse_id = key
        return {
            "product_id": product_id,
            "warehouse_id": warehouse_id,
            "quantity": need.mean,
            "low": need.low,
            "high": need.high,
        }

    def _get_expectation(self):
        """Function (first day, last day) → expected failures of the models.

        :return: function → ``{template id: (unit-years, Demand, source)}``
        """
        units = self._fetch_fleet()
        templates = self.env["product.template"].browse(units)
        rate_of = self.env["aftersales.failure.rate"]._get_spans(
            self.company_id, templates
        )
        setting = self.env["aftersales.planning.setting"]._get_for(self.company_id)
        new_units = self._count_new_units(units) if self.with_new_units else {}

        def expect(date_from, date_to):
            result = {}
            for template in templates:
                exposure = self._get_exposure(
                    units[template.id], date_from, date_to, setting.last_age
                )
                exposure[0] = exposure.get(0, 0.0) + kernel.new_unit_years(
                    new_units.get(template.id, 0.0),
                    self._get_months_ahead(date_from),
                    PERIODS[self.period],
                )
                demand = kernel.expect_failures(
                    exposure,
                    lambda age, t=template: rate_of(t, age)[:3],
                    setting.confidence_level,
                )
                oldest = max(exposure, key=exposure.get)
                source = rate_of(template, oldest)[3]
                result[template.id] = sum(exposure.values()), demand, source
            return result

        return expect

    def _get_months_ahead(self, date_from):
        """Months from today until a period begins."""
        today = self.company_id._get_aftersales_today()
        return (
            max(0, (date_from - today).days) * 12 * reliability.DAY / (reliability.YEAR)
        )

    @api.model
    def _get_exposure(self, groups, date_from, date_to, last_age):
        """Unit-years of units in use at each age in a period.

        :param groups: list of (first day in use, units)
        :return: ``{age: unit-years}``
        """
        # The kernel ends a time at risk with the last day that was observed.
        stop = date_to + relativedelta(days=1)
        exposure = defaultdict(float)
        for start, quantity in groups:
            unit = reliability.Unit(start, stop, observed_from=date_from)
            for age, time in reliability.time_at_risk(unit, last_age).items():
                exposure[age] += time * quantity / reliability.YEAR
        return exposure

    def _fetch_fleet(self):
        """Units in use by model: ``{template id: [(first day, units)]}``."""
        groups = defaultdict(list)
        for group in self.env["aftersales.failure.table"]._fetch_groups(
            self.company_id, self._get_templates()
        ):
            today = self.company_id._get_aftersales_today()
            if not group.end or group.end > today:
                groups[group.key[0]].append((group.start, group.quantity))
        return dict(groups)

    def _get_templates(self):
        """Models of the chosen category; empty: all.

        A category without models holds nothing; an id that never is says so.
        """
        Template = self.env["product.template"].with_context(active_test=False)
        if not self.categ_id:
            return Template
        found = Template.search([("categ_id", "child_of", self.categ_id.id)])
        return found or Template.browse(-1)

    def _count_new_units(self, units):
        """Units that entered service a month in the history, by model."""
        first, last = self._get_history_days()
        return {
            template_id: sum(q for start, q in groups if first < start <= last)
            / self.history_months
            for template_id, groups in units.items()
        }

    def _fetch_history(self):
        """Repairs of the history with their model, and the parts they took.

        :return: ``{order: model}`` and a list of (order, (part, warehouse), pieces)
        """
        first, last = self._get_history_days()
        start, stop = self.env["aftersales.metric"]._get_utc_bounds(first, last)
        self.env["aftersales.service.order"].flush_model()
        templates = self._get_templates()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT job.id, product.product_tmpl_id
                  FROM aftersales_service_order job
                  JOIN aftersales_service_type kind
                       ON kind.id = job.service_type_id AND kind.kind = 'repair'
                  JOIN product_product product ON product.id = job.product_id
                 WHERE job.company_id = %(company)s AND job.state IN %(states)s
                   AND job.is_rework IS NOT TRUE
                   AND job.date_end >= %(start)s AND job.date_end < %(stop)s
                   %(only)s
                """,
                company=self.company_id.id,
                states=tuple(DONE_STATES),
                start=start,
                stop=stop,
                only=SQL("AND product.product_tmpl_id IN %s", tuple(templates.ids))
                if templates
                else SQL(""),
            )
        )
        parts = [
            (order, (product, warehouse), quantity)
            for order, product, warehouse, _day, quantity in self._fetch_parts(
                start, stop
            )
        ]
        return dict(rows), parts

    def _fetch_parts(self, start, stop):
        """Part lines of repairs that ended between two moments.

        :return: list of (order, part, warehouse, day, pieces)
        """
        for model in ("aftersales.service.order.line", "aftersales.service.point"):
            self.env[model].flush_model()
        fallback = self.env["stock.warehouse"].search(
            Domain("company_id", "=", self.company_id.id), limit=1
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT job.id, line.product_id,
                       COALESCE(point.warehouse_id, %(fallback)s),
                       (job.date_end AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                       SUM(line.quantity)
                  FROM aftersales_service_order_line line
                  JOIN aftersales_service_order job ON job.id = line.order_id
                  JOIN aftersales_service_type kind
                       ON kind.id = job.service_type_id AND kind.kind = 'repair'
                  LEFT JOIN aftersales_service_point point
                       ON point.id = job.service_point_id
                 WHERE job.company_id = %(company)s AND job.state IN %(states)s
                   AND job.is_rework IS NOT TRUE
                   AND line.kind = 'part' AND line.product_id IS NOT NULL
                   AND line.quantity > 0
                   AND job.date_end >= %(start)s AND job.date_end < %(stop)s
                   AND COALESCE(point.warehouse_id, %(fallback)s) IS NOT NULL
                 GROUP BY 1, 2, 3, 4
                """,
                fallback=fallback.id or None,
                zone=self.company_id._get_aftersales_tz(),
                company=self.company_id.id,
                states=tuple(DONE_STATES),
                start=start,
                stop=stop,
            )
        )

    def _fetch_used(self, date_from, date_to):
        """Parts that repairs took on the days: (part, warehouse, day, pieces)."""
        self.ensure_one()
        bounds = self.env["aftersales.metric"]._get_utc_bounds(date_from, date_to)
        return [row[1:] for row in self._fetch_parts(*bounds)]
