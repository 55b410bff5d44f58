from odoo import api, fields, models
from odoo.fields import Domain

GRADES = [("a", "A"), ("b", "B"), ("c", "C")]


class AftersalesArea(models.Model):
    """Sales and service area: country → state → city → zip prefix.

    The grade (A/B/C) and the response time are inherited from the parent area
    where they are empty.
    """

    _name = "aftersales.area"
    _description = "Service Area"
    _parent_store = True
    _order = "complete_name, id"
    _rec_names_search = ["complete_name", "code", "zip_prefix"]

    name = fields.Char(required=True)
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, recursive=True, index="trigram"
    )
    code = fields.Char()
    active = fields.Boolean(default=True)
    parent_id = fields.Many2one("aftersales.area", index=True, ondelete="restrict")
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("aftersales.area", "parent_id")
    country_id = fields.Many2one("res.country", index="btree_not_null")
    state_id = fields.Many2one(
        "res.country.state",
        string="State / Province",
        index="btree_not_null",
        domain="[('country_id', '=?', country_id)]",
    )
    city_id = fields.Many2one(
        "res.city", index="btree_not_null", domain="[('state_id', '=?', state_id)]"
    )
    zip_prefix = fields.Char(index="btree_not_null")
    own_grade = fields.Selection(
        GRADES, help="Empty: the grade of the parent area applies."
    )
    grade = fields.Selection(
        GRADES,
        compute="_compute_grade",
        inverse="_inverse_grade",
        store=True,
        recursive=True,
    )
    own_response_hours = fields.Float(
        help="Promised hours to the first visit; empty: as the parent area."
    )
    response_hours = fields.Float(
        compute="_compute_response_hours",
        inverse="_inverse_response_hours",
        store=True,
        recursive=True,
        help="Promised hours from the request to the first visit.",
    )
    assignment_ids = fields.One2many("aftersales.area.assignment", "area_id")
    company_id = fields.Many2one("res.company", index=True)

    _place_uniq = models.UniqueIndex(
        "(COALESCE(country_id, 0), COALESCE(state_id, 0), COALESCE(city_id, 0),"
        " COALESCE(zip_prefix, ''), COALESCE(company_id, 0))"
        " WHERE active IS TRUE AND (country_id IS NOT NULL OR zip_prefix IS NOT NULL)",
        "An active area for this country, state, city and zip prefix exists already.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for area in self:
            parent = area.parent_id.complete_name
            area.complete_name = f"{parent} / {area.name}" if parent else area.name

    @api.depends("complete_name")
    def _compute_display_name(self):
        for area in self:
            area.display_name = area.complete_name

    @api.depends("own_grade", "parent_id.grade")
    def _compute_grade(self):
        for area in self:
            area.grade = area.own_grade or area.parent_id.grade

    def _inverse_grade(self):
        for area in self:
            area.own_grade = area.grade

    @api.depends("own_response_hours", "parent_id.response_hours")
    def _compute_response_hours(self):
        for area in self:
            area.response_hours = (
                area.own_response_hours or area.parent_id.response_hours
            )

    def _inverse_response_hours(self):
        for area in self:
            area.own_response_hours = area.response_hours

    @api.onchange("parent_id")
    def _onchange_parent_id(self):
        for area in self.filtered("parent_id"):
            area.country_id = area.country_id or area.parent_id.country_id
            area.state_id = area.state_id or area.parent_id.state_id
            area.city_id = area.city_id or area.parent_id.city_id

    def _get_ancestor_ids(self):
        """Ids of the area and everything above it, most specific first."""
        self.ensure_one()
        return [int(part) for part in self.parent_path.split("/")[:-1]][::-1]

    @api.model
    def _match_partners(self, partners):
        """Find the most specific area of each address.

        Order of precision: zip prefix (longest), city, state, country.

        :return: ``{partner_id: area}``; an empty record where nothing fits
        """
        by_place = self._get_place_index(partners)
        return {partner.id: self._match_one(partner, by_place) for partner in partners}

    @api.model
    def _get_place_index(self, partners):
        """Load once every area that may fit one of the addresses."""
        zips = {p.zip.strip() for p in partners if p.zip}
        prefixes = {z[:n] for z in zips for n in range(1, len(z) + 1)}
        domain = Domain("country_id", "in", [*partners.country_id.ids, False])
        domain &= Domain("zip_prefix", "in", [*prefixes, False])
        index = {}
        for area in self.search_fetch(
            domain,
            ["country_id", "state_id", "city_id", "zip_prefix", "parent_path"],
            order="id",
        ):
            key = (
                area.country_id.id,
                area.state_id.id,
                area.city_id.id,
                area.zip_prefix or "",
            )
            index.setdefault(key, area)
        return index

    @api.model
    def _match_one(self, partner, index):
        country, state = partner.country_id.id, partner.state_id.id
        city = partner.city_id.id
        zip_code = (partner.zip or "").strip()
        prefixes = [zip_code[:n] for n in range(len(zip_code), 0, -1)]
        places = [(country, state, city), (country, state, False)]
        places += [(country, False, False), (False, False, False)]
        keys = [(*place, prefix) for prefix in prefixes for place in places]
        keys += [(*place, "") for place in places[:3] if place[0]]
        return next((index[key] for key in keys if key in index), self.browse())
