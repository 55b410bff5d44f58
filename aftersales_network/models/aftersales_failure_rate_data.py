from odoo import api, models
from odoo.tools import SQL

from .aftersales_service_order import DONE_STATES


class AftersalesFailureRate(models.Model):
    """Reads units and repairs for the failure rates."""

    _inherit = "aftersales.failure.rate"

    @api.model
    def _fetch_units(self, company):
        """Units by template and period of use: (template, start, end, units)."""
        Base = self.env["aftersales.installed.base"]
        Base._flush_units()
        return self.env.execute_query(
            SQL(
                """
                SELECT product_tmpl_id, date_start, date_end, SUM(quantity)
                  FROM (%(base)s) base
                 WHERE company_id = %(company)s
                 GROUP BY product_tmpl_id, date_start, date_end
                """,
                base=Base._get_base_query(company._get_aftersales_today()),
                company=company.id,
            )
        )

    @api.model
    def _fetch_failures(self, company, date_from, date_to, templates=None):
        """Repairs with the unit they were done on.

        The unit is found by its serial in stock, else by the typed serial, else
        by customer and product; repairs of unknown units have no age and do not
        count.

        :param templates: only these models; empty: all
        :return: list of (order, template, start, end, day of the failure)
        """
        return self._fetch_hashed(
            SQL(
                "SELECT id, product_tmpl_id, date_start, date_end, day FROM (%s) found",
                self._get_failure_query(company, date_from, date_to, templates),
            )
        )

    @api.model
    def _get_failure_query(self, company, date_from, date_to, templates=None):
        """Query of :meth:`_fetch_failures`, with the unit as ``unit_*`` columns.

        :return: SQL of id, product_tmpl_id, date_start, date_end, day, unit_id (row
            of the installed base), unit_lot_id
        """
        Base = self.env["aftersales.installed.base"]
        Base._flush_units()
        self.env["aftersales.service.order"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL(
            """
            WITH base AS MATERIALIZED (
                SELECT unit.*, partner.commercial_partner_id AS customer
                  FROM (%(base)s) unit
                  LEFT JOIN res_partner partner ON partner.id = unit.partner_id
                 WHERE unit.company_id = %(company)s %(templates)s
            ),
            job AS MATERIALIZED (%(jobs)s),
            match AS (%(matches)s)
            SELECT DISTINCT ON (id) id, product_tmpl_id, date_start, date_end, day,
                   unit_id, unit_lot_id
              FROM match
             WHERE day BETWEEN %(start)s AND %(end)s
             ORDER BY id, rank, date_start DESC, unit_id DESC
            """,
            base=Base._get_base_query(date_to),
            company=company.id,
            templates=SQL("AND unit.product_tmpl_id IN %s", tuple(templates.ids))
            if templates
            else SQL(""),
            jobs=self._get_job_sql(company),
            matches=self._get_match_sql(),
            start=date_from,
            end=date_to,
        )

    @api.model
    def _get_job_sql(self, company):
        """Finished repairs of a company with the day of the request."""
        rework = SQL("")
        if "is_rework" in self.env["aftersales.service.order"]._fields:
            # A second visit for the same fault is no second failure.
            rework = SQL("AND job.is_rework IS NOT TRUE")
        return SQL(
            """
            SELECT job.id, job.product_id, job.lot_id,
                   NULLIF(job.serial, '') AS serial,
                   partner.commercial_partner_id AS customer,
                   (job.date_request AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                       AS day
              FROM aftersales_service_order job
              JOIN aftersales_service_type kind
                   ON kind.id = job.service_type_id AND kind.kind = 'repair'
              JOIN res_partner partner ON partner.id = job.partner_id
             WHERE job.company_id = %(company)s AND job.state IN %(states)s
                   %(rework)s
            """,
            zone=company.partner_id.tz or company.resource_calendar_id.tz or "UTC",
            company=company.id,
            states=tuple(DONE_STATES),
            rework=rework,
        )

    @api.model
    def _get_match_sql(self):
        """Pairs of repair and unit in use on that day, best match first."""
        ways = [
            SQL("base.lot_id = job.lot_id"),
            SQL(
                "base.serial = job.serial"
                " AND COALESCE(job.product_id, base.product_id) = base.product_id"
            ),
            SQL(
                "base.customer = job.customer AND base.product_id = job.product_id"
                " AND job.lot_id IS NULL"
            ),
        ]
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT job.id, job.day, %(rank)s AS rank, base.product_tmpl_id,
                       base.date_start, base.date_end, base.id AS unit_id,
                       base.lot_id AS unit_lot_id
                  FROM job JOIN base ON %(way)s
                 WHERE job.day BETWEEN base.date_start
                                   AND COALESCE(base.date_end, 'infinity')
                """,
                rank=rank,
                way=way,
            )
            for rank, way in enumerate(ways)
        )
