"""Points that worked before their parts were kept as stock."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let their orders go on although nothing was sent to them yet.

    Nobody has counted what lies at the points; until that, orders book below zero
    instead of being refused.  The setting can be changed back afterwards.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    groups = env["aftersales.service.point"]._read_group(
        [("state", "in", ("active", "suspended")), ("location_id", "=", False)],
        ["company_id"],
    )
    for (company,) in groups:
        company.aftersales_part_shortage = "allow"
