"""Results of checks from before they had a group and an order."""

from psycopg2.extras import execute_values

from odoo.addons.aftersales_warranty.models.aftersales_claim_check import (
    GROUPS,
    POSITIONS,
    RANKS,
)


def migrate(cr, version):
    """Put each result into its group, and what failed first."""
    if not version:
        return
    rows = [
        (code, result, kind, rank + POSITIONS[code])
        for code, kind in GROUPS.items()
        for result, rank in RANKS.items()
    ]
    execute_values(
        cr._obj,
        """
        UPDATE aftersales_claim_check c SET kind = r.kind, rank = r.rank
          FROM (VALUES %s) r(code, result, kind, rank)
         WHERE c.code = r.code AND c.result = r.result AND c.rank != r.rank
        """,
        rows,
    )
