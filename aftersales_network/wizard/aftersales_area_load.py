from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesAreaLoad(models.TransientModel):
    """Creates the areas of a country from Odoo's own states and cities.

    Safe to repeat: places that are areas already are kept, and only hung below
    their country or state where they had no parent.
    """

    _name = "aftersales.area.load"
    _description = "Create Areas of a Country"

    country_id = fields.Many2one(
        "res.country", required=True, default=lambda self: self._default_country_id()
    )
    state_ids = fields.Many2many(
        "res.country.state",
        string="States / Provinces",
        domain="[('country_id', '=', country_id)]",
        help="Empty: every state of the country.",
    )
    with_cities = fields.Boolean(
        "Cities as well", help="Creates an area for each city Odoo knows."
    )
    company_id = fields.Many2one("res.company", help="Empty: shared by all companies.")
    created_count = fields.Integer("Created", readonly=True)
    kept_count = fields.Integer("Kept", readonly=True)
    linked_count = fields.Integer("Put below Their Parent", readonly=True)
    is_done = fields.Boolean(readonly=True)

    @api.model
    def _default_country_id(self):
        return self.env.company.country_id

    def action_load(self):
        """Create what is missing and show what was created and kept."""
        self.ensure_one()
        country = self.country_id
        states = self._get_states()
        if not states:
            raise UserError(
                self.env._(
                    "Odoo knows no states of %(country)s. Create them under Contacts "
                    "first, or create the areas by hand.",
                    country=country.name,
                )
            )
        root = self._load_level("country_id", country, {})
        below = self._load_level("state_id", states, root)
        if self.with_cities:
            self._load_level("city_id", self._get_cities(states), below)
        self.is_done = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Areas of a Country"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_states(self):
        """States chosen, or all of the country."""
        return self.state_ids or self.env["res.country.state"].search(
            [("country_id", "=", self.country_id.id)]
        )

    def _get_cities(self, states):
        """Cities of the states."""
        return self.env["res.city"].search([("state_id", "in", states.ids)])

    def _load_level(self, level, places, parents):
        """Create the missing areas of one level.

        :param level: name of the place field, ``country_id`` to ``city_id``
        :param places: records of that field
        :param parents: ``{id of the place above: area}``
        :return: ``{place id: area}``
        """
        areas = self._find_areas(level, places)
        self.kept_count += len(areas)
        orphans = [
            (place, areas[place.id])
            for place in places
            if place.id in areas and not areas[place.id].parent_id
        ]
        for parent in {self._get_parent(place, parents) for place, _a in orphans}:
            if parent:
                mine = self.env["aftersales.area"].union(
                    *(a for p, a in orphans if self._get_parent(p, parents) == parent)
                )
                mine.write({"parent_id": parent.id})
                self.linked_count += len(mine)
        missing = places.filtered(lambda p: p.id not in areas)
        created = self.env["aftersales.area"].create(
            [self._prepare_area_vals(level, place, parents) for place in missing]
        )
        self.created_count += len(created)
        return areas | dict(zip(missing.ids, created, strict=True))

    def _find_areas(self, level, places):
        """Areas that stand for exactly these places: ``{place id: area}``."""
        narrower = {"country_id": ["state_id", "city_id"], "state_id": ["city_id"]}
        domain = [
            (level, "in", places.ids),
            ("zip_prefix", "=", False),
            ("company_id", "=", self.company_id.id),
            *((name, "=", False) for name in narrower.get(level, ())),
        ]
        found = self.env["aftersales.area"].search(domain, order="id desc")
        return {area[level].id: area for area in found}

    @api.model
    def _get_parent(self, place, parents):
        """Area above a place: that of its state, or of its country."""
        if "state_id" in place._fields:
            return parents.get(place.state_id.id)
        if place._name == "res.country.state":
            return parents.get(place.country_id.id)
        return None

    def _prepare_area_vals(self, level, place, parents):
        """Values of the area of one place."""
        parent = self._get_parent(place, parents)
        return {
            "name": place.name,
            "code": place.code if level != "city_id" else False,
            "parent_id": parent.id if parent else False,
            level: place.id,
            "company_id": self.company_id.id,
        }

    def action_view_areas(self):
        """Open the areas of the country."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.country_id.name,
            "res_model": "aftersales.area",
            "view_mode": "list,kanban,form",
            "domain": [("country_id", "=", self.country_id.id)],
        }
