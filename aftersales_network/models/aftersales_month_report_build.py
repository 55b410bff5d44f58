from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AftersalesMonthReport(models.Model):
    """Figures of the report: from the orders, and compared with them later."""

    _inherit = "aftersales.month.report"

    def action_rebuild(self):
        """Take the figures of drafts from the orders again.

        :raise UserError: a report is no draft any more
        """
        frozen = self.filtered(lambda r: r.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "%(report)s is submitted; its figures are frozen. The centre may "
                    "return it for a correction.",
                    report=frozen.name,
                )
            )
        self._rebuild()

    def _rebuild(self):
        """Write the lines of drafts anew; constant queries per month."""
        drafts = self.filtered(lambda r: r.state == "draft")
        drafts.check_access("write")
        # Figures are evidence: nobody has the right to write them by hand.
        drafts_sudo = drafts.sudo()
        vals_list = drafts_sudo._prepare_line_vals_list()
        drafts_sudo.line_ids.unlink()
        self.env["aftersales.month.report.line"].sudo().create(vals_list)
        drafts_sudo._write_flow({"date_built": fields.Datetime.now()})

    def _prepare_line_vals_list(self):
        """Values of all lines of the reports, as the orders are now."""
        found = self._get_live_lines()
        return [
            {"report_id": report.id, **vals}
            for report in self
            for vals in found[report.id]
        ]

    def _get_live_lines(self):
        """What the orders say now: ``{report_id: [line values]}``.

        One query for each month and company in ``self``.
        """
        result = {}
        groups = self.grouped(lambda r: (r.company_id, r.month))
        for (company, month), reports in groups.items():
            # The caller reads the report; it counts every order of the point.
            lines = reports.sudo().with_company(company)._aggregate_month(month)
            for report in reports:
                result[report.id] = lines.get(report.service_point_id.id, [])
        return result

    def _aggregate_month(self, month):
        """Line values per point for one month: ``{point_id: [values]}``."""
        company = self.env.company
        last = month + relativedelta(day=31)
        merged = {}
        for row in self._query_month(self.service_point_id, month, last):
            point_id, type_id, kind, categ_id, currency_id, *figures, ids = row
            currency = self.env["res.currency"].browse(currency_id)
            if currency != company.currency_id:
                amount = figures.pop()
                figures.append(
                    currency._convert(amount, company.currency_id, company, last)
                )
            key = (point_id, type_id, kind, categ_id)
            known, known_ids = merged.get(key, ([0] * len(figures), []))
            summed = [old + new for old, new in zip(known, figures, strict=True)]
            merged[key] = (summed, sorted([*known_ids, *ids]))
        result = defaultdict(list)
        for (point_id, *group), (figures, ids) in merged.items():
            result[point_id].append(self._prepare_line_vals(group, figures, ids))
        return result

    @api.model
    def _prepare_line_vals(self, group, figures, order_ids):
        """Values of one line.

        :param group: service type id, kind, product category id
        :param figures: done, on time, hours, jobs with hours, part lines, amount
        :param order_ids: the orders that were counted
        """
        names = ("service_type_id", "kind", "product_categ_id")
        measures = (
            "count_done",
            "count_on_time",
            "hours_total",
            "hours_count",
            "part_count",
            "amount",
        )
        return {
            **dict(zip(names, group, strict=True)),
            **dict(zip(measures, figures, strict=True)),
            "order_refs": order_ids,
        }

    @api.model
    def _query_month(self, points, date_from, date_to):
        """Rows of the orders finished in the period, grouped for the lines."""
        Order = self.env["aftersales.service.order"]
        Order.flush_model()
        self.env["aftersales.service.order.line"].flush_model(["order_id", "kind"])
        self.env["product.template"].flush_model(["categ_id"])
        domain = self.env["aftersales.metric"]._get_order_domain(
            points, date_from, date_to
        )
        orders = Order._search(domain, bypass_access=True).subselect()
        return self.env.execute_query(
            SQL(
                """
                SELECT o.service_point_id, o.service_type_id, t.kind, p.categ_id,
                       o.currency_id, COUNT(*),
                       COUNT(*) FILTER (WHERE o.is_on_time),
                       COALESCE(SUM(o.duration_hours)
                                FILTER (WHERE o.date_start IS NOT NULL), 0),
                       COUNT(o.date_start),
                       COALESCE(SUM(parts.number), 0)::int,
                       COALESCE(SUM(o.amount_total), 0)::float,
                       ARRAY_AGG(o.id)
                  FROM aftersales_service_order o
                  JOIN aftersales_service_type t ON t.id = o.service_type_id
             LEFT JOIN product_product v ON v.id = o.product_id
             LEFT JOIN product_template p ON p.id = v.product_tmpl_id
             LEFT JOIN LATERAL (
                       SELECT COUNT(*) AS number FROM aftersales_service_order_line
                        WHERE order_id = o.id AND kind = 'part') parts ON TRUE
                 WHERE o.id IN %(orders)s
              GROUP BY o.service_point_id, o.service_type_id, t.kind, p.categ_id,
                       o.currency_id
                """,
                orders=orders,
            )
        )

    @api.depends("state", "line_ids")
    def _compute_change_note(self):
        frozen = self.filtered(lambda r: r.state in ("submitted", "accepted"))
        live = frozen._get_live_lines()
        for report in self:
            lines = live.get(report.id)
            report.change_note = (
                False if lines is None else report._describe_changes(lines)
            )

    def _describe_changes(self, lines):
        """Text on what differs from the frozen figures, or False."""
        self.ensure_one()
        then = {i for line in self.line_ids for i in line.order_refs or []}
        now = {order_id for line in lines for order_id in line["order_refs"]}
        texts = []
        if now - then:
            texts.append(self.env._("%(count)s more orders", count=len(now - then)))
        if then - now:
            texts.append(
                self.env._("%(count)s orders no longer counted", count=len(then - now))
            )
        amount = sum(line["amount"] for line in lines)
        difference = self.currency_id.round(amount - self.amount_total)
        if not self.currency_id.is_zero(difference):
            texts.append(self.env._("amount %(amount)s", amount=f"{difference:+.2f}"))
        return ", ".join(texts) or False
