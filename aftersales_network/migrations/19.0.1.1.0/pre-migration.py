"""Exclusivity across nested areas and product categories."""

import logging

from odoo.addons.aftersales_network.tools import exclusivity, path_range

_logger = logging.getLogger(__name__)

CONSTRAINT = "aftersales_area_assignment_exclusive_once"


def migrate(cr, version):
    """Fill the paths and settle overlaps that the old constraint let through.

    Lines of an area and of one above or below it could both be exclusive.  The
    later one gives way: it stays as an assignment, no longer exclusive, with a
    note, so that the new constraint can be made and nobody loses work.
    """
    if not version:
        return
    cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    path_range.create_type(cr)
    cr.execute(
        """
        ALTER TABLE aftersales_area_assignment
          ADD COLUMN IF NOT EXISTS area_path varchar,
          ADD COLUMN IF NOT EXISTS categ_path varchar,
          ADD COLUMN IF NOT EXISTS exclusive_note varchar
        """
    )
    cr.execute(
        f"ALTER TABLE aftersales_area_assignment DROP CONSTRAINT IF EXISTS {CONSTRAINT}"
    )
    cr.execute(
        """
        UPDATE aftersales_area_assignment line
           SET area_path = area.parent_path,
               categ_path = COALESCE(categ.parent_path, '')
          FROM aftersales_area_assignment source
          JOIN aftersales_area area ON area.id = source.area_id
          LEFT JOIN product_category categ ON categ.id = source.product_categ_id
         WHERE source.id = line.id
        """
    )
    settle_overlaps(cr)


def settle_overlaps(cr):
    """Take exclusivity from the later of two lines that collide, and say so."""
    cr.execute(
        """
        SELECT line.id, line.company_id, line.service_point_id, line.area_path,
               line.categ_path, line.date_from, line.date_to,
               point.name, area.complete_name
          FROM aftersales_area_assignment line
          JOIN aftersales_service_point point ON point.id = line.service_point_id
          JOIN aftersales_area area ON area.id = line.area_id
         WHERE line.exclusive
        """
    )
    rows = cr.fetchall()
    names = {row[0]: f"{row[7]} – {row[8]}" for row in rows}
    losers = exclusivity.give_way([exclusivity.Claim(*row[:7]) for row in rows])
    for key, holder in losers.items():
        _logger.warning(
            "Area assignment %s (%s) is no longer exclusive: it overlaps %s (%s).",
            key,
            names[key],
            holder.key,
            names[holder.key],
        )
        cr.execute(
            "UPDATE aftersales_area_assignment"
            "   SET exclusive = FALSE, exclusive_note = %s WHERE id = %s",
            [f"Overlaps {names[holder.key]} since {holder.date_from}", key],
        )
