from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.dispatch import distance_km
from .aftersales_service_point import DISPATCHABLE_STATES

#: Months of deliveries that make an area a sales area.
SALES_MONTHS = 12


class AftersalesCoverageGap(models.Model):
    """Areas where units were sold and no active point is responsible.

    Indicator "points cover the sales area" of the assessment scheme: sales
    regions less point areas.  Responsible is a point in probation or active
    whose assignment runs today, on the area or one above it, for the product
    line or every product.  Deliveries to addresses outside every area show as
    one row without an area.
    """

    _name = "aftersales.coverage.gap"
    _description = "Coverage Gap"
    _auto = False
    _order = "units_sold desc, id"
    _depends = {
        "aftersales.installed.base": [],
        "aftersales.area": ["parent_path"],
        "aftersales.area.assignment": [
            *("area_id", "service_point_id", "product_categ_id"),
            *("date_from", "date_to", "company_id"),
        ],
        "aftersales.service.point": ["state", "active", "tier"],
        "product.category": ["parent_path"],
        "res.partner": ["partner_latitude", "partner_longitude"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    area_id = fields.Many2one("aftersales.area", readonly=True)
    grade = fields.Selection(related="area_id.grade")
    categ_id = fields.Many2one("product.category", "Product Line", readonly=True)
    units_sold = fields.Float(
        "Units Sold (12 Months)",
        readonly=True,
        help="Units delivered in the last 12 months, returned ones included.",
    )
    units_in_use = fields.Float("Units in Use", readonly=True)
    customer_count = fields.Integer("Customers", readonly=True)
    date_last = fields.Date("Last Delivery", readonly=True)
    latitude = fields.Float(readonly=True, aggregator=None)
    longitude = fields.Float(readonly=True, aggregator=None)
    nearest_point = fields.Char(
        compute="_compute_nearest_point",
        help="Active point next to the customers by position; without positions, "
        "one whose area lies next in the tree of areas.",
    )

    @property
    def _table_query(self):
        """Sales areas of the last 12 months without a responsible point."""
        Base = self.env["aftersales.installed.base"]
        today = self.env.company._get_aftersales_today()
        return SQL(
            """
            WITH base AS (%(base)s),
            sold AS (
                SELECT MIN(base.id) AS id, base.company_id, base.area_id,
                       base.categ_id,
                       SUM(base.quantity) FILTER (WHERE base.date_start >= %(start)s)
                           AS units_sold,
                       SUM(base.units_in_use) AS units_in_use,
                       COUNT(DISTINCT base.partner_id) AS customer_count,
                       MAX(base.date_start) AS date_last,
                       AVG(NULLIF(partner.partner_latitude, 0)) AS latitude,
                       AVG(NULLIF(partner.partner_longitude, 0)) AS longitude
                  FROM base
                  LEFT JOIN res_partner partner ON partner.id = base.partner_id
                 GROUP BY base.company_id, base.area_id, base.categ_id
                HAVING MAX(base.date_start) >= %(start)s
            ),
            held AS (%(held)s),
            covered AS (
                SELECT DISTINCT sold.id
                  FROM sold
                  JOIN aftersales_area area ON area.id = sold.area_id
                  JOIN product_category categ ON categ.id = sold.categ_id
                  JOIN LATERAL STRING_TO_TABLE(area.parent_path, '/') above ON TRUE
                  JOIN held ON held.area = above
                 WHERE held.company_id = sold.company_id
                   AND STARTS_WITH(categ.parent_path, held.categ_path)
            )
            SELECT sold.* FROM sold
             WHERE sold.id NOT IN (SELECT id FROM covered)
            """,
            base=Base._get_base_query(today),
            start=self._get_sales_start(today),
            held=self._get_held_query(today),
        )

    @api.model
    def _get_sales_start(self, today):
        """First day of the deliveries that count."""
        return today - relativedelta(months=SALES_MONTHS)

    @api.model
    def _get_held_query(self, today):
        """Areas and product lines that a working point is responsible for."""
        return SQL(
            """
            SELECT DISTINCT line.company_id, line.area_id::text AS area,
                   COALESCE(categ.parent_path, '') AS categ_path
              FROM aftersales_area_assignment line
              JOIN aftersales_service_point point
                   ON point.id = line.service_point_id
              LEFT JOIN product_category categ ON categ.id = line.product_categ_id
             WHERE line.date_from <= %(today)s
               AND (line.date_to IS NULL OR line.date_to >= %(today)s)
               AND point.active AND point.tier <> 'hq'
               AND point.state IN %(states)s
            """,
            today=today,
            states=tuple(DISPATCHABLE_STATES),
        )

    @api.depends("area_id", "categ_id")
    def _compute_display_name(self):
        for gap in self:
            area = gap.area_id.display_name or self.env._("Outside every area")
            gap.display_name = f"{area} – {gap.categ_id.display_name}"

    @api.depends("area_id", "latitude", "longitude")
    def _compute_nearest_point(self):
        points = self._get_near_candidates()
        for gap in self:
            gap.nearest_point = gap._find_nearest(points)

    def _get_near_candidates(self):
        """Working points with position and areas, as plain values per company.

        :return: ``{company_id: [(name, position, area ancestor tuples)]}``
        """
        # Who plans needs the nearest point, even of another centre; only its
        # name leaves this method.
        points_sudo = (
            self.env["aftersales.service.point"]
            .sudo()
            .search(
                Domain("company_id", "in", self.company_id.ids)
                & Domain("state", "in", DISPATCHABLE_STATES)
                & Domain("tier", "=", "point")
            )
        )
        today = self.env.company._get_aftersales_today()
        result = {}
        for point in points_sudo:
            place = point.partner_id
            paths = [
                line.area_id.parent_path.split("/")[:-1]
                for line in point.assignment_ids
                if line.date_from <= today and (line.date_to or today) >= today
            ]
            position = (place.partner_latitude, place.partner_longitude)
            result.setdefault(point.company_id.id, []).append(
                (point.display_name, position, paths)
            )
        return result

    def _find_nearest(self, points):
        """Name of the nearest point, with the distance where it is known."""
        self.ensure_one()
        here = (self.latitude, self.longitude)
        candidates = points.get(self.company_id.id, [])
        far = [(distance_km(here, place), name) for name, place, _paths in candidates]
        near = min((x for x in far if x[0] is not None), default=None)
        if near:
            return self.env._("%(point)s (%(km)s km)", point=near[1], km=round(near[0]))
        own = (self.area_id.parent_path or "").split("/")[:-1]
        shared = [
            (max(len(set(own) & set(path)) for path in paths), name)
            for name, _place, paths in candidates
            if paths
        ]
        best = max(shared, default=(0, False), key=lambda x: x[0])
        return best[1] if best[0] else False

    def action_view_deliveries(self):
        """Open the deliveries of the last 12 months behind the figure."""
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deliveries: %(gap)s", gap=self.display_name),
            "res_model": "aftersales.installed.base",
            "view_mode": "list,pivot",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("area_id", "=", self.area_id.id),
                ("categ_id", "=", self.categ_id.id),
                (
                    "date_start",
                    ">=",
                    fields.Date.to_string(self._get_sales_start(today)),
                ),
            ],
        }
