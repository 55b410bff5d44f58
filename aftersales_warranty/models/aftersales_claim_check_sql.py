from odoo import api, models
from odoo.tools import SQL


class AftersalesClaim(models.Model):
    """Statements that read what the checks compare, for any number of claims.

    The names in them: c the claim, l its line, r the unit, o the order, y its
    service type, z its area, m the model, t its template, g its category, a the
    agreement, p the authorisation, w the labour operation.
    """

    _inherit = "aftersales.claim"

    # -- claims ----------------------------------------------------------------

    def _get_check_query(self):
        """One row per claim with its unit, order, permit and agreement."""
        return SQL(
            "%(columns)s %(tables)s WHERE c.id IN %(ids)s",
            columns=self._get_check_columns(),
            tables=self._get_check_tables(),
            ids=tuple(self.ids),
        )

    @api.model
    def _get_check_columns(self):
        """What is read of a claim and of what it belongs to."""
        return SQL(
            """
            SELECT c.id, cur.decimal_places AS digits, c.serial, c.claim_type,
                   c.registration_id, c.product_id, c.service_point_id,
                   point.kind AS point_kind,
                   c.complaint, c.cause, c.correction, c.date_failure, c.date_start,
                   c.date_end, c.date_submission, c.usage_reading, c.usage_uom,
                   COALESCE(NULLIF(c.amount_stated, 0), c.amount_claimed) AS total,
                   r.date_cover_end, r.policy_version_id, r.date_sale, r.date_closed,
                   LEAST(r.date_delivery, r.date_installation) AS date_service,
                   owner.commercial_partner_id AS owner,
                   customer.commercial_partner_id AS customer,
                   o.id AS order_id, o.serial AS order_serial,
                   o.product_id AS order_product_id,
                   o.registration_id AS order_registration_id,
                   o.service_point_id AS order_service_point_id,
                   o.technician_id, o.service_type_id, y.kind AS order_kind,
                   COALESCE(c.date_end, c.date_start, c.date_failure) AS work_day,
                   %(exclusion)s AS exclusion,
                   COALESCE(NULLIF(a.claim_days, 0), co.aftersales_claim_days) AS days,
                   COALESCE(NULLIF(c.amount_authorised, 0), p.amount_approved)
                       AS authorised,
                   p.date_to AS authorised_until,
                   p.state AS permit_state, a.id AS agreement_id,
                   a.currency_id = c.currency_id AS same_currency, a.labour_rate,
                   a.parts_markup, %(scope)s AS in_scope, %(area)s AS in_area,
                   term.usage_limit, last.reading AS last_usage, last.day AS last_day
            """,
            exclusion=self.env["aftersales.policy.exclusion"]._field_to_sql(
                "e", "name"
            ),
            scope=self._get_scope_sql(),
            area=self._get_area_sql(),
        )

    @api.model
    def _get_check_tables(self):
        """Where it is read; a claim without an order or a unit has its row too."""
        return SQL(
            """
                 FROM aftersales_claim c
                 JOIN res_company co ON co.id = c.company_id
                 JOIN res_currency cur ON cur.id = c.currency_id
                 JOIN aftersales_service_point point ON point.id = c.service_point_id
            LEFT JOIN aftersales_registration r ON r.id = c.registration_id
            LEFT JOIN res_partner owner ON owner.id = r.partner_id
            LEFT JOIN aftersales_service_order o ON o.id = c.order_id
            LEFT JOIN res_partner customer ON customer.id = o.partner_id
            LEFT JOIN aftersales_service_type y ON y.id = o.service_type_id
            LEFT JOIN aftersales_policy_exclusion e ON e.id = o.exclusion_id
            LEFT JOIN aftersales_area z ON z.id = o.area_id
            LEFT JOIN product_product m ON m.id = c.product_id
            LEFT JOIN product_template t ON t.id = m.product_tmpl_id
            LEFT JOIN product_category g ON g.id = t.categ_id
            LEFT JOIN aftersales_authorization p ON p.id = c.authorization_id
            LEFT JOIN LATERAL (%(agreement)s) a ON TRUE
            LEFT JOIN LATERAL (%(term)s) term ON TRUE
            LEFT JOIN LATERAL (%(last)s) last ON TRUE
            """,
            agreement=self._get_agreement_sql(),
            term=self._get_term_sql(),
            last=self._get_last_reading_sql(),
        )

    @api.model
    def _get_agreement_sql(self):
        """Agreement of the point that ran on the day of the repair."""
        return SQL(
            """
            SELECT ag.* FROM aftersales_agreement ag
             WHERE ag.service_point_id = c.service_point_id
               AND ag.state IN ('provisional', 'active', 'ended')
               AND ag.date_start <= COALESCE(c.date_end, c.date_start, c.date_failure)
               AND COALESCE(ag.date_end, 'infinity')
                   >= COALESCE(c.date_end, c.date_start, c.date_failure)
          ORDER BY ag.date_start DESC, ag.version DESC LIMIT 1
            """
        )

    @api.model
    def _get_scope_sql(self):
        """Whether the agreement holds service, product and area; NULL: unknown."""
        return SQL(
            """
            CASE WHEN a.id IS NULL OR o.id IS NULL THEN NULL ELSE
                 NOT EXISTS (SELECT FROM aftersales_agreement_scope s
                              WHERE s.agreement_id = a.id)
                 OR EXISTS (
                    SELECT FROM aftersales_agreement_scope s
                 LEFT JOIN product_category sg ON sg.id = s.product_categ_id
                 LEFT JOIN aftersales_area sz ON sz.id = s.area_id
                     WHERE s.agreement_id = a.id
                       AND (s.service_type_id IS NULL OR s.service_type_id = y.id)
                       AND (sg.id IS NULL OR starts_with(g.parent_path, sg.parent_path))
                       AND (sz.id IS NULL OR z.id IS NULL
                            OR starts_with(z.parent_path, sz.parent_path)))
            END
            """
        )

    @api.model
    def _get_area_sql(self):
        """Whether the point held the place of a job on site; NULL: no matter."""
        return SQL(
            """
            CASE WHEN z.id IS NULL OR y.is_onsite IS NOT TRUE THEN NULL ELSE
                 EXISTS (SELECT FROM aftersales_area_assignment s
                      LEFT JOIN product_category sg ON sg.id = s.product_categ_id
                           JOIN aftersales_area sz ON sz.id = s.area_id
                          WHERE s.service_point_id = c.service_point_id
                            AND starts_with(z.parent_path, sz.parent_path)
                            AND (sg.id IS NULL
                                 OR starts_with(g.parent_path, sg.parent_path))
                            AND s.date_from <= COALESCE(
                                c.date_end, c.date_start, c.date_failure)
                            AND COALESCE(s.date_to, 'infinity') >= COALESCE(
                                c.date_end, c.date_start, c.date_failure))
            END
            """
        )

    @api.model
    def _get_term_sql(self):
        """Usage limit of the whole unit, in the unit that the reading has."""
        return SQL(
            """
            SELECT MIN(w.usage_limit) AS usage_limit FROM aftersales_policy_term w
             WHERE w.version_id = r.policy_version_id AND w.usage_limit > 0
               AND w.component = 'whole_unit'
               AND (c.usage_uom IS NULL OR w.usage_uom = c.usage_uom)
            """
        )

    @api.model
    def _get_last_reading_sql(self):
        """Highest reading of the unit up to the day of the failure."""
        return SQL(
            """
            SELECT x.reading, x.day FROM (
                SELECT b.usage_reading AS reading, b.date_failure AS day
                  FROM aftersales_claim b
                 WHERE b.registration_id = c.registration_id AND b.id != c.id
                   AND b.state != 'cancelled' AND b.usage_reading > 0
                   AND b.usage_uom = c.usage_uom AND b.date_failure <= c.date_failure
             UNION ALL
                SELECT b.usage_reading, b.date_request::date
                  FROM aftersales_service_order b
                 WHERE b.registration_id = c.registration_id
                   AND b.id IS DISTINCT FROM c.order_id
                   AND b.state != 'cancelled' AND b.usage_reading > 0
                   AND b.usage_uom = c.usage_uom
                   AND b.date_request::date <= c.date_failure
            ) x ORDER BY x.reading DESC, x.day LIMIT 1
            """
        )

    # -- lines -----------------------------------------------------------------

    def _get_lines_query(self):
        """One row per line with what is known of its part and operation."""
        return SQL(
            "%(columns)s %(tables)s WHERE l.claim_id IN %(ids)s "
            "ORDER BY l.claim_id, l.sequence, l.id",
            columns=self._get_line_columns(),
            tables=self._get_line_tables(),
            ids=tuple(self.ids),
        )

    @api.model
    def _get_line_columns(self):
        """What is read of a line."""
        return SQL(
            """
            SELECT l.id, l.claim_id, l.kind, l.name, l.amount_claimed,
                   l.quantity, l.amount_reference, l.cover_share, l.is_causal,
                   l.order_line_id, l.is_limited, l.amount_limit, l.rate_id,
                   l.old_part_due AND l.old_part_received IS NOT TRUE AS part_due,
                   CASE WHEN l.part_result_id IS NOT NULL THEN l.part_share END
                        AS part_share,
                   w.code AS operation, w.id AS operation_id, l.hours_flat,
                   l.sublet_invoice_ref,
                   EXISTS (SELECT FROM aftersales_claim_line_document_rel d
                            WHERE d.line_id = l.id) AS has_document,
                   %(fits)s AS model_fits,
                   %(operation)s AS operation_fits, %(fault)s AS fault_fits,
                   %(includes)s AS includes, %(twice)s AS removed_twice
            """,
            fits=self._get_part_fit_sql(),
            operation=self._get_operation_fit_sql(),
            fault=self._get_fault_fit_sql(),
            includes=self._get_includes_sql(),
            twice=self._get_removed_sql(),
        )

    @api.model
    def _get_line_tables(self):
        """Where it is read."""
        return SQL(
            """
                 FROM aftersales_claim_line l
                 JOIN aftersales_claim c ON c.id = l.claim_id
            LEFT JOIN aftersales_service_order o ON o.id = c.order_id
            LEFT JOIN product_product m ON m.id = c.product_id
            LEFT JOIN product_template t ON t.id = m.product_tmpl_id
            LEFT JOIN product_category g ON g.id = t.categ_id
            LEFT JOIN aftersales_labour_operation w ON w.id = l.labour_operation_id
            """
        )

    @api.model
    def _get_part_fit_sql(self):
        """Whether the list of fits names the model; NULL: it names no model."""
        return SQL(
            """
            (SELECT bool_or(f.model_id IS NOT DISTINCT FROM m.id
                            OR COALESCE(starts_with(g.parent_path, fg.parent_path),
                                        FALSE))
               FROM aftersales_part_fit f
          LEFT JOIN product_category fg ON fg.id = f.model_categ_id
              WHERE l.kind = 'part' AND f.product_id = l.product_id AND f.active
                AND (f.company_id IS NULL OR f.company_id = c.company_id)
                AND m.id IS NOT NULL)
            """
        )

    @api.model
    def _get_operation_fit_sql(self):
        """Whether the operation is listed for the model; NULL: for none."""
        return SQL(
            """
            (SELECT bool_or(fits) FROM (
                SELECT x.product_product_id = m.id AS fits
                  FROM aftersales_labour_operation_product_rel x
                 WHERE x.aftersales_labour_operation_id = w.id AND m.id IS NOT NULL
             UNION ALL
                SELECT starts_with(g.parent_path, xg.parent_path)
                  FROM aftersales_labour_operation_categ_rel x
                  JOIN product_category xg ON xg.id = x.product_category_id
                 WHERE x.aftersales_labour_operation_id = w.id AND m.id IS NOT NULL
            ) listed)
            """
        )

    @api.model
    def _get_fault_fit_sql(self):
        """Whether the operation mends the fault; NULL: any fault, or unknown."""
        return SQL(
            """
            (SELECT bool_or(x.aftersales_fault_id = c.fault_id)
               FROM aftersales_labour_operation_fault_rel x
              WHERE x.aftersales_labour_operation_id = w.id
                AND c.fault_id IS NOT NULL)
            """
        )

    @api.model
    def _get_includes_sql(self):
        """Codes of the operations whose time the operation includes."""
        return SQL(
            """
            (SELECT array_agg(v.code)
               FROM aftersales_labour_operation_include_rel x
               JOIN aftersales_labour_operation v ON v.id = x.included_id
              WHERE x.operation_id = w.id)
            """
        )

    @api.model
    def _get_removed_sql(self):
        """Other live claims that removed the same serial of the same part."""
        return SQL(
            """
            (SELECT array_agg(DISTINCT b.name)
               FROM aftersales_claim_line x
               JOIN aftersales_claim b ON b.id = x.claim_id
              WHERE l.serial_removed != '' AND x.serial_removed = l.serial_removed
                AND x.serial_removed IS NOT NULL AND x.claim_id != l.claim_id
                AND x.company_id = l.company_id
                AND x.product_id IS NOT DISTINCT FROM l.product_id
                AND b.state != 'cancelled')
            """
        )
