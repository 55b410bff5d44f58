from odoo import api, models
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.aftersales_service_order import DONE_STATES

from ..tools import quality_alert as kernel
from ..tools.failure_table import month_in_service


class AftersalesQualityThreshold(models.Model):
    """Reads the failures that the thresholds count."""

    _inherit = "aftersales.quality.threshold"

    @api.model
    def _fetch_events(self, company, date_from, date_to, templates=None, faults=None):
        """Failures of a company with their fault, each order once; one query.

        :param templates: only these models; empty: all
        :param faults: only these faults; empty: all
        :return: list of ``tools.quality_alert.Event``; the key is the id of the
            order, or minus the id of a quality report without order
        """
        for model in (
            "aftersales.service.order",
            "aftersales.quality.report",
            "aftersales.registration",
            "stock.lot",
        ):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(found.order_id, -found.report_id),
                       product.product_tmpl_id, found.fault_id,
                       COALESCE(NULLIF(found.batch, ''), NULLIF(unit.batch, ''),
                                NULLIF(lot.aftersales_batch, '')),
                       found.day,
                       COALESCE(unit.date_installation, unit.date_delivery,
                                unit.date_sale)
                  FROM (%(failures)s) found
                  JOIN product_product product ON product.id = found.product_id
                  LEFT JOIN aftersales_registration unit
                       ON unit.id = found.registration_id
                  LEFT JOIN stock_lot lot ON lot.id = found.lot_id
                 WHERE found.day BETWEEN %(start)s AND %(end)s %(only)s
                """,
                failures=self._get_event_sql(company),
                start=date_from,
                end=date_to,
                only=self._get_event_filter(templates, faults),
            )
        )
        return self._prepare_events(rows)

    @api.model
    def _get_event_sql(self, company):
        """Finished repairs with a fault, and whatever has a quality report."""
        return SQL(
            """
            SELECT job.id AS order_id, 0 AS report_id, job.product_id,
                   job.fault_id, NULL::varchar AS batch, job.lot_id,
                   job.registration_id,
                   (job.date_request AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                       AS day
              FROM aftersales_service_order job
              JOIN aftersales_service_type kind
                   ON kind.id = job.service_type_id AND kind.kind = 'repair'
             WHERE job.company_id = %(company)s AND job.state IN %(states)s
                   AND job.is_rework IS NOT TRUE AND job.fault_id IS NOT NULL
                   AND NOT EXISTS (
                       SELECT FROM aftersales_quality_report report
                        WHERE report.order_id = job.id
                          AND report.state <> 'rejected'
                          AND report.fault_id IS NOT NULL)
             UNION ALL
            SELECT report.order_id, report.id, report.product_id, report.fault_id,
                   report.batch, report.lot_id, report.registration_id,
                   COALESCE(report.date_failure, report.date)
              FROM aftersales_quality_report report
             WHERE report.company_id = %(company)s AND report.state <> 'rejected'
                   AND report.fault_id IS NOT NULL AND report.alert_id IS NULL
            """,
            zone=company._get_aftersales_tz(),
            company=company.id,
            states=tuple(DONE_STATES),
        )

    @api.model
    def _get_event_filter(self, templates, faults):
        """Condition on models and faults, where only some are looked at."""
        parts = [SQL("")]
        if templates:
            parts.append(SQL("AND product.product_tmpl_id IN %s", tuple(templates.ids)))
        if faults:
            parts.append(SQL("AND found.fault_id IN %s", tuple(faults.ids)))
        return SQL(" ").join(parts)

    @api.model
    def _prepare_events(self, rows):
        """Events of the fetched rows, with the categories of their models."""
        templates = self.env["product.template"].browse({row[1] for row in rows})
        categories = {
            template.id: frozenset(
                int(x) for x in (template.categ_id.parent_path or "").split("/") if x
            )
            for template in templates
        }
        return [
            kernel.Event(
                key,
                template,
                categories[template],
                fault,
                batch,
                self._get_month(start, day),
                day,
            )
            for key, template, fault, batch, day, start in rows
        ]

    @api.model
    def _get_month(self, start, day):
        """Month in service of a failure; ``None`` where nobody knows it."""
        month = month_in_service(start, day) if start else 0
        return month if month > 0 else None

    @api.model
    def _get_unit_counter(self, company, rule, today):
        """Function (model, batch) → units in use within the months of the rule.

        A unit counts that was in use on one of the days the rule looks at, in one
        of its months in service.
        """
        first = rule.first_day(today)
        found = {}

        def count(template_id, batch):
            if template_id not in found:
                template = self.env["product.template"].browse(template_id)
                Table = self.env["aftersales.failure.table"]
                found[template_id] = Table._fetch_groups(company, template)
            return sum(
                group.quantity
                for group in found[template_id]
                if (batch is None or group.key[1] == batch)
                and self._is_in_months(group, rule, first, today)
            )

        return count

    @api.model
    def _is_in_months(self, group, rule, first, today):
        """Whether units were in use in the window and months of a rule."""
        begin, end = max(group.start, first), min(group.end or today, today)
        if begin > end:
            return False
        low = month_in_service(group.start, begin)
        high = month_in_service(group.start, end)
        return high >= (rule.month_from or 1) and (
            rule.month_to is None or low <= rule.month_to
        )
