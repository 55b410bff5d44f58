from odoo import api, fields, models
from odoo.tools import SQL

#: Days of an average year; ages are completed years of that length.
YEAR_DAYS = "365.25"


class AftersalesInstalledBase(models.Model):
    """Units that customers received, with the time they were or are in use.

    One row per delivered serial, and per delivery of a quantity; a row ends when
    its units come back.  Other modules add units that never were in stock through
    :meth:`_get_unit_queries`.  Nothing is stored: the figures are those of the
    transfers.
    """

    _name = "aftersales.installed.base"
    _description = "Installed Base"
    _auto = False
    _order = "date_start desc, id desc"
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", readonly=True)
    area_id = fields.Many2one("aftersales.area", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Model", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    serial = fields.Char("Serial Number", readonly=True)
    lot_id = fields.Many2one("stock.lot", "Serial in Stock", readonly=True)
    reference = fields.Char(
        "Source", readonly=True, help="Transfer or document that brought the units."
    )
    source = fields.Selection(
        selection="_get_sources", string="Kind of Source", readonly=True
    )
    date_start = fields.Date("In Use since", readonly=True)
    date_end = fields.Date("In Use until", readonly=True)
    quantity = fields.Float("Units Delivered", readonly=True)
    units_in_use = fields.Float("Units in Use", readonly=True)
    age_year = fields.Integer(
        "Age in Years",
        readonly=True,
        aggregator=None,
        help="Completed years since the unit entered service.",
    )

    _depends = {
        "aftersales.area": [
            *("country_id", "state_id", "city_id", "zip_prefix"),
            *("company_id", "active"),
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "aftersales_is_unit", "tracking"],
        "res.partner": ["country_id", "state_id", "city_id", "zip", "tz"],
        "stock.location": ["usage"],
        "stock.lot": ["name"],
        "stock.move": ["partner_id", "origin_returned_move_id"],
        "stock.move.line": [
            *("state", "date", "product_id", "lot_id", "company_id"),
            *("location_id", "location_dest_id", "quantity_product_uom"),
            *("move_id", "picking_id"),
        ],
        "stock.picking": ["name", "partner_id"],
    }

    @property
    def _table_query(self):
        """Rows of the view; see :meth:`_get_base_query`."""
        return self._get_base_query(self.env.company._get_aftersales_today())

    @api.model
    def _get_sources(self):
        """Kinds of source; extension point."""
        return [("delivery", self.env._("Delivery"))]

    @api.model
    def _flush_units(self):
        """Write pending changes that a query of this model would miss."""
        for model, names in self._depends.items():
            self.env[model].flush_model(names)

    @api.model
    def _get_unit_queries(self):
        """Queries of the units in use; extension point.

        Each selects, in this order: id, company_id, partner_id, product_id,
        lot_id, serial, reference, source, date_start, date_end, quantity.
        Ids must not collide: the remainder by 8 tells the query (0–2 are taken).

        :return: list of SQL
        """
        return [
            self._get_serial_query(),
            self._get_quantity_query(),
            self._get_returned_query(),
        ]

    @api.model
    def _get_base_query(self, on_date):
        """All units with area, category and age.

        :param on_date: day on which the age counts
        :return: SQL
        """
        return SQL(
            """
            WITH %(moves)s,
            unit AS (%(units)s),
            %(areas)s
            SELECT unit.id, unit.company_id, place_area.area_id, unit.partner_id,
                   unit.product_id, product.product_tmpl_id, template.categ_id,
                   unit.lot_id, unit.serial, unit.reference, unit.source,
                   unit.date_start, unit.date_end, unit.quantity,
                   CASE WHEN unit.date_end IS NULL THEN unit.quantity ELSE 0 END
                       AS units_in_use,
                   FLOOR((%(today)s::date - unit.date_start) / %(year)s)::int
                       AS age_year
              FROM unit
              JOIN product_product product ON product.id = unit.product_id
              JOIN product_template template
                   ON template.id = product.product_tmpl_id
                  AND template.aftersales_is_unit
              LEFT JOIN res_partner partner ON partner.id = unit.partner_id
              LEFT JOIN place_area ON place_area.place = %(place)s
             WHERE unit.quantity > 0
            """,
            moves=self._get_moves_sql(),
            units=SQL(" UNION ALL ").join(self._get_unit_queries()),
            areas=self._get_area_sql(),
            today=on_date,
            year=SQL(YEAR_DAYS),
            place=self._get_place_sql(),
        )

    @api.model
    def _get_place_sql(self):
        """Address of ``partner`` as one text.

        One text instead of five columns: the planner takes a join on five
        columns for nearly empty, and then walks through it for every unit.
        """
        return SQL(
            "CONCAT_WS('/', unit.company_id, COALESCE(partner.country_id, 0),"
            " COALESCE(partner.state_id, 0), COALESCE(partner.city_id, 0), %s)",
            self._get_zip_sql(),
        )

    @api.model
    def _get_zip_sql(self):
        """Zip code of ``partner`` without blanks around it."""
        return SQL(
            "COALESCE(BTRIM(partner.zip, E' \\t\\n\\r\\f\\v\\u00a0\\u3000'), '')"
        )

    @api.model
    def _get_moves_sql(self):
        """Common tables: done lines between us and customers, with their day."""
        return SQL(
            """
            zone AS (
                SELECT company.id AS company_id,
                       COALESCE(partner.tz, calendar.tz, 'UTC') AS tz
                  FROM res_company company
                  JOIN res_partner partner ON partner.id = company.partner_id
                  LEFT JOIN resource_calendar calendar
                       ON calendar.id = company.resource_calendar_id
            ),
            line AS (
                SELECT sml.id, sml.move_id, sml.product_id, sml.company_id,
                       sml.date AS moment,
                       (sml.date AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date
                           AS day,
                       sml.quantity_product_uom AS quantity,
                       template.tracking = 'serial' AND sml.lot_id IS NOT NULL
                           AS is_serial,
                       sml.lot_id, target.usage = 'customer' AS is_out,
                       COALESCE(picking.partner_id, move.partner_id) AS partner_id,
                       picking.name AS reference, move.origin_returned_move_id
                  FROM stock_move_line sml
                  JOIN stock_location origin ON origin.id = sml.location_id
                  JOIN stock_location target ON target.id = sml.location_dest_id
                  JOIN product_product product ON product.id = sml.product_id
                  JOIN product_template template
                       ON template.id = product.product_tmpl_id
                  JOIN zone ON zone.company_id = sml.company_id
                  JOIN stock_move move ON move.id = sml.move_id
                  LEFT JOIN stock_picking picking ON picking.id = sml.picking_id
                 WHERE sml.state = 'done'
                   AND (origin.usage = 'customer') <> (target.usage = 'customer')
            )
            """
        )

    @api.model
    def _get_serial_query(self):
        """Delivered serials, each until the next transfer of the same serial."""
        return SQL(
            """
            SELECT step.id::bigint * 8 AS id, step.company_id, step.partner_id,
                   step.product_id, step.lot_id, lot.name AS serial,
                   step.reference, 'delivery' AS source,
                   step.day AS date_start, step.next_day AS date_end,
                   step.quantity
              FROM (SELECT line.*,
                           LEAD(day) OVER (
                               PARTITION BY company_id, lot_id ORDER BY moment, id
                           ) AS next_day
                      FROM line WHERE is_serial) step
              JOIN stock_lot lot ON lot.id = step.lot_id
             WHERE step.is_out
            """
        )

    @api.model
    def _get_quantity_query(self):
        """Deliveries by quantity, less what came back.

        Returns that name their delivery are taken off it; others come off the
        oldest deliveries of the product to that customer.
        """
        return SQL(
            """
            SELECT stock.id::bigint * 8 + 1, stock.company_id, stock.partner_id,
                   stock.product_id, NULL::int, NULL::varchar, stock.reference,
                   'delivery', stock.day, NULL::date,
                   GREATEST(0, LEAST(
                       stock.net, stock.running - COALESCE(free.quantity, 0)
                   ))
              FROM (
                SELECT delivered.*,
                       delivered.quantity - COALESCE(linked.quantity, 0) AS net,
                       SUM(delivered.quantity - COALESCE(linked.quantity, 0))
                           OVER (PARTITION BY delivered.company_id,
                                 delivered.product_id, delivered.partner_id
                                 ORDER BY delivered.moment, delivered.id) AS running
                  FROM (
                    SELECT move_id AS id, company_id, partner_id,
                           product_id, reference, MIN(day) AS day,
                           MIN(moment) AS moment, SUM(quantity) AS quantity
                      FROM line WHERE is_out AND NOT is_serial
                     GROUP BY 1, 2, 3, 4, 5
                  ) delivered
                  LEFT JOIN (
                    SELECT origin_returned_move_id AS id, SUM(quantity) AS quantity
                      FROM line
                     WHERE NOT is_out AND NOT is_serial
                       AND origin_returned_move_id IS NOT NULL
                     GROUP BY 1
                  ) linked ON linked.id = delivered.id
              ) stock
              LEFT JOIN (
                SELECT CONCAT_WS('/', company_id, product_id, partner_id) AS owner,
                       SUM(quantity) AS quantity
                  FROM line
                 WHERE NOT is_out AND NOT is_serial
                   AND origin_returned_move_id IS NULL
                 GROUP BY 1
              ) free ON free.owner = CONCAT_WS(
                  '/', stock.company_id, stock.product_id, stock.partner_id
              )
            """
        )

    @api.model
    def _get_returned_query(self):
        """Quantities that came back, with the time they were in use."""
        return SQL(
            """
            SELECT MIN(back.id)::bigint * 8 + 2, delivered.company_id,
                   delivered.partner_id, delivered.product_id, NULL::int,
                   NULL::varchar, delivered.reference, 'delivery', delivered.day,
                   back.day, SUM(back.quantity)
              FROM line back
              JOIN (
                SELECT move_id, company_id, partner_id, product_id, reference,
                       MIN(day) AS day
                  FROM line WHERE is_out AND NOT is_serial
                 GROUP BY 1, 2, 3, 4, 5
              ) delivered ON delivered.move_id = back.origin_returned_move_id
             WHERE NOT back.is_out AND NOT back.is_serial
             GROUP BY back.move_id, delivered.company_id, delivered.partner_id,
                      delivered.product_id, delivered.reference, delivered.day,
                      back.day
            """
        )

    @api.model
    def _get_area_sql(self):
        """Common tables that find the most specific area of each address.

        The rule of ``aftersales.area._match_partners``: longest zip prefix, then
        city, state and country; every place is looked up once, and only for the
        kinds of area (which fields, how long a prefix) that exist.
        """
        return SQL(
            """
            area_key AS (%(keys)s),
            place AS (
                SELECT DISTINCT ON (place) %(place)s AS place,
                       unit.company_id AS company,
                       COALESCE(partner.country_id, 0) AS country,
                       COALESCE(partner.state_id, 0) AS state,
                       COALESCE(partner.city_id, 0) AS city, %(zip)s AS zip
                  FROM unit JOIN res_partner partner ON partner.id = unit.partner_id
                 ORDER BY place
            ),
            place_key AS (
                SELECT place.place, place.company, shape.size, shape.level,
                       CONCAT_WS('/',
                           CASE WHEN level <= 3 THEN country ELSE 0 END,
                           CASE WHEN level <= 2 THEN state ELSE 0 END,
                           CASE WHEN level = 1 THEN city ELSE 0 END,
                           LEFT(place.zip, size)) AS key
                  FROM place
                  JOIN (SELECT DISTINCT level, size FROM area_key) shape
                       ON size <= LENGTH(place.zip)
                      AND (size > 0 OR (level <= 3 AND country > 0))
            ),
            place_area AS (
                SELECT DISTINCT ON (place) place, area_key.id AS area_id
                  FROM place_key
                  JOIN area_key
                       ON area_key.key = place_key.key
                      AND COALESCE(area_key.company_id, place_key.company)
                          = place_key.company
                 ORDER BY place, place_key.size DESC, place_key.level, area_key.id
            )
            """,
            keys=self._get_area_key_sql(),
            place=self._get_place_sql(),
            zip=self._get_zip_sql(),
        )

    @api.model
    def _get_area_key_sql(self):
        """Areas with what they are found by: place, length of prefix, level."""
        return SQL(
            """
                SELECT id, company_id, LENGTH(COALESCE(zip_prefix, '')) AS size,
                       CASE WHEN city_id IS NOT NULL THEN 1
                            WHEN state_id IS NOT NULL THEN 2
                            WHEN country_id IS NOT NULL THEN 3
                            ELSE 4 END AS level,
                       CONCAT_WS('/',
                           COALESCE(country_id, 0), COALESCE(state_id, 0),
                           COALESCE(city_id, 0), COALESCE(zip_prefix, '')) AS key
                  FROM aftersales_area WHERE active
            """
        )
