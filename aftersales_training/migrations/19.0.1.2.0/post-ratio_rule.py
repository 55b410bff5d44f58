"""The certified-manager rule of each company becomes its first dated line."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists

#: GB/T 27922-2011 is in force since this day.
IN_FORCE = "2012-02-01"


def migrate(cr, version):
    """Keep the figures that a company had set; the default needs no line."""
    if not version or not column_exists(cr, "res_company", "aftersales_ratio_percent"):
        return
    cr.execute(
        SQL(
            """
            INSERT INTO aftersales_ratio_rule
                   (company_id, date_from, percent, minimum, absence, confidence,
                    create_uid, write_uid, create_date, write_date)
            SELECT c.id, %(day)s, c.aftersales_ratio_percent,
                   c.aftersales_ratio_minimum, 'both', 'unconfirmed', 1, 1,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM res_company c
             WHERE (c.aftersales_ratio_percent != 10 OR c.aftersales_ratio_minimum != 1)
               AND NOT EXISTS (SELECT 1 FROM aftersales_ratio_rule r
                                WHERE r.company_id = c.id)
            """,
            day=IN_FORCE,
        )
    )
    cr.execute(
        SQL(
            """
            UPDATE aftersales_manager_ratio r
               SET unit_name = COALESCE(p.name, c.name), absence = 'both'
              FROM res_company c, aftersales_manager_ratio o
         LEFT JOIN aftersales_service_point p ON p.id = o.service_point_id
             WHERE r.id = o.id AND c.id = r.company_id AND r.unit_name IS NULL
            """
        )
    )
    cr.execute(
        SQL(
            "ALTER TABLE res_company DROP COLUMN aftersales_ratio_percent,"
            " DROP COLUMN IF EXISTS aftersales_ratio_minimum"
        )
    )
