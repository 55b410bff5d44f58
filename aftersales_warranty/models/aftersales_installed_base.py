from odoo import api, models
from odoo.tools import SQL


class AftersalesInstalledBase(models.Model):
    """Adds registered units that never went through our stock."""

    _inherit = "aftersales.installed.base"

    _depends = {
        "aftersales.registration": [
            *("company_id", "partner_id", "product_id", "lot_id", "serial", "state"),
            *("date_sale", "date_delivery", "date_installation", "date_closed"),
            *("active", "create_date"),
        ],
    }

    @api.model
    def _get_sources(self):
        """Add registrations."""
        return [*super()._get_sources(), ("registration", self.env._("Registration"))]

    @api.model
    def _get_unit_queries(self):
        """Add registrations whose serial was never delivered by us.

        A registration whose serial we delivered is that delivery; it is not
        counted twice, whether it is linked to the serial or only named like it.
        """
        return [
            *super()._get_unit_queries(),
            SQL(
                """
                SELECT unit.id::bigint * 8 + 3, unit.company_id, unit.partner_id,
                       unit.product_id, unit.lot_id, unit.serial, unit.serial,
                       'registration', COALESCE(
                           unit.date_installation, unit.date_delivery,
                           unit.date_sale, unit.create_date::date
                       ),
                       CASE WHEN unit.state <> 'active' THEN unit.date_closed END, 1
                  FROM aftersales_registration unit
                 WHERE unit.active
                   AND (unit.state = 'active' OR unit.date_closed IS NOT NULL)
                   AND NOT EXISTS (
                       SELECT 1 FROM line
                        WHERE line.is_serial AND line.is_out
                          AND line.company_id = unit.company_id
                          AND line.lot_id = unit.lot_id
                   )
                   AND NOT EXISTS (
                       SELECT 1 FROM line JOIN stock_lot lot ON lot.id = line.lot_id
                        WHERE line.is_serial AND line.is_out
                          AND line.company_id = unit.company_id
                          AND line.product_id = unit.product_id
                          AND lot.name = unit.serial
                   )
                """
            ),
        ]
