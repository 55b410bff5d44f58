from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: Fields that say where an area is, from the widest to the narrowest.
PLACE_FIELDS = ("country_id", "state_id", "city_id")


class AftersalesArea(models.Model):
    """Sales and service area: country → state → city → zip prefix.

    What an area offers (grade, services, response time) is in
    ``aftersales_area_offer.py``, who works there in ``aftersales_area_points.py``.
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

    @api.constrains(*PLACE_FIELDS)
    def _check_place(self):
        """A city lies in its state, a state in its country."""
        for area in self:
            city, state = area.city_id, area.state_id
            pairs = (
                (city, city.state_id, state),
                (city, city.country_id, area.country_id),
                (state, state.country_id, area.country_id),
            )
            for place, expected, found in pairs:
                if place and expected and expected != found:
                    raise ValidationError(
                        self.env._(
                            "%(area)s: %(place)s lies in %(expected)s. Choose "
                            "that or another place.",
                            area=area.display_name,
                            place=place.name,
                            expected=expected.name,
                        )
                    )

    @api.constrains("zip_prefix")
    def _check_zip_prefix(self):
        for area in self:
            if any(char.isspace() for char in area.zip_prefix or ""):
                raise ValidationError(
                    self.env._(
                        "%(area)s: the zip prefix “%(zip)s” contains blanks. Write "
                        "it without them.",
                        area=area.display_name,
                        zip=area.zip_prefix,
                    )
                )

    @api.constrains("parent_id", "zip_prefix", "company_id", *PLACE_FIELDS)
    def _check_inside_parent(self):
        """What lies below an area lies inside it."""
        for area in self.filtered("parent_id"):
            if not area._is_inside(area.parent_id):
                raise ValidationError(
                    self.env._(
                        "%(area)s does not lie inside %(parent)s. Choose the place of "
                        "the parent area, or another parent.",
                        area=area.name,
                        parent=area.parent_id.display_name,
                    )
                )

    def _is_inside(self, parent):
        """Whether place, zip prefix and company agree with an area above."""
        self.ensure_one()
        if parent.company_id and self.company_id != parent.company_id:
            return False
        if not self.country_id and not self.zip_prefix:
            return True  # a group of areas without a place of its own
        if any(
            parent[name] not in (self[name], self[name].browse())
            for name in PLACE_FIELDS
        ):
            return False
        return (self.zip_prefix or "").startswith(parent.zip_prefix or "")

    @api.onchange("parent_id")
    def _onchange_parent_id(self):
        for area in self.filtered("parent_id"):
            area.country_id = area.country_id or area.parent_id.country_id
            area.state_id = area.state_id or area.parent_id.state_id
            area.city_id = area.city_id or area.parent_id.city_id

    @api.model_create_multi
    def create(self, vals_list):
        areas = super().create(self._complete_places(vals_list))
        areas._nest_zip_areas()
        return areas

    def write(self, vals):
        vals = {**vals}
        if vals.get("zip_prefix"):
            vals["zip_prefix"] = vals["zip_prefix"].strip()
        if "parent_id" in vals:
            self._check_move(self.browse(vals["parent_id"] or ()))
        res = super().write(vals)
        if vals.keys() & {"zip_prefix", *PLACE_FIELDS}:
            self._nest_zip_areas()
        return res

    def _check_move(self, parent):
        """Refuse a move after which two points hold one place exclusively.

        :raise ValidationError: naming the points
        """
        paths = self.filtered(lambda a: a.parent_id != parent).mapped("parent_path")
        prefix = parent.parent_path or ""
        # A move below itself is a cycle, which the tree refuses on its own.
        if paths and not any(prefix.startswith(path) for path in paths):
            self.env["aftersales.area.assignment"]._check_moved(
                "area_path", paths, prefix
            )

    @api.model
    def _complete_places(self, vals_list):
        """Add the places that follow from a city, a state or the parent area."""
        places = {"city_id": "res.city", "state_id": "res.country.state"}
        cities, states = (
            self.env[model].browse({v[name] for v in vals_list if v.get(name)})
            for name, model in places.items()
        )
        cities.fetch(["state_id", "country_id"])
        states.fetch(["country_id"])
        self.browse({v["parent_id"] for v in vals_list if v.get("parent_id")}).fetch(
            PLACE_FIELDS
        )
        return [self._complete_place(vals) for vals in vals_list]

    @api.model
    def _complete_place(self, vals):
        """Values of one area with its whole place."""
        vals = {**vals}
        vals["zip_prefix"] = (vals.get("zip_prefix") or "").strip() or False
        if vals["zip_prefix"] and not any(vals.get(name) for name in PLACE_FIELDS):
            parent = self.browse(vals.get("parent_id") or ())
            vals.update({name: parent[name].id for name in PLACE_FIELDS})
        city = self.env["res.city"].browse(vals.get("city_id") or ())
        if city and not vals.get("state_id"):
            vals["state_id"] = city.state_id.id
        state = self.env["res.country.state"].browse(vals.get("state_id") or ())
        if not vals.get("country_id"):
            vals["country_id"] = (state.country_id or city.country_id).id
        return vals

    def _nest_zip_areas(self):
        """Hang zip prefixes of one place below the shorter ones they start with.

        Otherwise two points could hold 510 and 5101 exclusively side by side.
        """
        mine = self.filtered("zip_prefix")
        if not mine:
            return
        places = defaultdict(dict)
        for area in mine._search_zip_peers():
            places[area._get_place_key()][area.zip_prefix] = area
        moves = defaultdict(self.browse)
        for place in places.values():
            for prefix, area in place.items():
                shorter = (prefix[:n] for n in range(len(prefix) - 1, 0, -1))
                holder = next((place[z] for z in shorter if z in place), self.browse())
                if (area in mine or holder in mine) and area._should_nest_in(holder):
                    moves[holder] += area
        for holder, areas in moves.items():
            areas.write({"parent_id": holder.id})
        if moves:
            # What has moved may itself hold longer prefixes now.
            self._nest_zip_areas()

    def _search_zip_peers(self):
        """Every zip prefix of the places of these areas."""
        names = (*PLACE_FIELDS, "company_id")
        domain = Domain.AND(
            Domain(name, "in", self[name].ids or [False])
            | Domain(name, "in", [False] if any(not a[name] for a in self) else [])
            for name in names
        )
        return self.search_fetch(
            domain & Domain("zip_prefix", "!=", False),
            [*names, "zip_prefix", "parent_id", "parent_path"],
        )

    def _get_place_key(self):
        """Place and company of the area as ids."""
        self.ensure_one()
        return tuple(self[name].id for name in (*PLACE_FIELDS, "company_id"))

    def _should_nest_in(self, holder):
        """Whether the area belongs below ``holder`` and was not put elsewhere."""
        self.ensure_one()
        above = self.parent_id.parent_path or ""
        return (
            bool(holder)
            and self.parent_id != holder
            and holder.parent_path.startswith(above)
            and not holder.parent_path.startswith(self.parent_path)
        )

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
