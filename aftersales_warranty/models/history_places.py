from dataclasses import dataclass, field

from odoo import models
from odoo.fields import Domain


@dataclass
class Known:
    """What a run has looked up already: ids by the words of the file."""

    states: dict
    first_date: object
    areas: dict = field(default_factory=dict)
    cities: dict = field(default_factory=dict)
    points: dict = field(default_factory=dict)
    agreements: dict = field(default_factory=dict)
    products: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)

    def forget(self):
        """Drop every id; a rolled back batch may have made some of the records."""
        for known in (
            self.areas,
            self.cities,
            self.points,
            self.agreements,
            self.products,
            self.parts,
        ):
            known.clear()


class AftersalesHistoryImport(models.Model):
    """Places and products of the old cases: found, or made where they are new."""

    _inherit = "aftersales.history.import"

    def _new_known(self, facts):
        """Start of a run: the states of the template's country."""
        states = self.env["res.country.state"].search_fetch(
            [("country_id", "=", self.template_id.country_id.id)], ["name"]
        )
        first_date = min(facts.first_date or self.case_date, self.case_date)
        return Known({state.name.casefold(): state.id for state in states}, first_date)

    def _learn(self, cases, known):
        """Look up, and make where needed, what the cases of a batch name."""
        self._learn_areas(cases, known)
        self._learn_points(cases, known)
        self._learn_products(cases, known)
        if not known.parts:
            self._learn_parts(known)

    # ----------------------------------------------------------------------- areas

    def _learn_areas(self, cases, known):
        """Areas country → state → city by the names of the file."""
        places = {
            (known.states[case.state.casefold()], case.city.casefold()): case.city
            for case in cases
        }
        places = {key: city for key, city in places.items() if key not in known.areas}
        if not places:
            return
        self._learn_cities(places, known)
        country = self.template_id.country_id
        (root,) = self._ensure_areas(
            {(country.id, False, False): (country.name, False)}
        )
        states = self.env["res.country.state"].browse({key[0] for key in places})
        state_areas = self._ensure_areas(
            {(country.id, state.id, False): (state.name, root.id) for state in states}
        )
        parents = {area.state_id.id: area.id for area in state_areas}
        cities = self._ensure_areas(
            {
                (country.id, key[0], known.cities[key]): (city, parents[key[0]])
                for key, city in places.items()
            }
        )
        by_city = {area.city_id.id: area.id for area in cities}
        known.areas.update({key: by_city[known.cities[key]] for key in places})

    def _learn_cities(self, places, known):
        City = self.env["res.city"]
        found = City.search_fetch(
            [("state_id", "in", [key[0] for key in places])], ["name", "state_id"]
        )
        for city in found:
            known.cities.setdefault((city.state_id.id, city.name.casefold()), city.id)
        missing = {key: name for key, name in places.items() if key not in known.cities}
        made = City.create(
            [
                {
                    "name": name,
                    "state_id": key[0],
                    "country_id": self.template_id.country_id.id,
                }
                for key, name in missing.items()
            ]
        )
        known.cities.update(zip(missing, made.ids, strict=True))

    def _ensure_areas(self, wanted):
        """Areas of ``{(country, state, city): (name, parent)}``, made if missing."""
        Area = self.env["aftersales.area"]
        found = Area.search(
            Domain("country_id", "=", self.template_id.country_id.id)
            & Domain("state_id", "in", [key[1] for key in wanted])
            & Domain("city_id", "in", [key[2] for key in wanted])
            & Domain("zip_prefix", "in", [False, ""])
            & Domain("company_id", "in", [False, self.company_id.id]),
            order="company_id, id",
        )
        by_place = {
            (area.country_id.id, area.state_id.id, area.city_id.id): area
            for area in found[::-1]
        }
        made = Area.create(
            [
                {
                    "name": name,
                    "parent_id": parent,
                    "country_id": key[0],
                    "state_id": key[1],
                    "city_id": key[2],
                }
                for key, (name, parent) in wanted.items()
                if key not in by_place
            ]
        )
        existing = Area.union(*(by_place[key] for key in wanted if key in by_place))
        return existing + made

    # ---------------------------------------------------------------------- points

    def _learn_points(self, cases, known):
        """Service points by code, each new one with a partner and an agreement."""
        codes = sorted({case.point for case in cases} - known.points.keys())
        if not codes:
            return
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        found = Point.search_fetch(
            [("company_id", "=", self.company_id.id), ("code", "in", codes)], ["code"]
        )
        known.points.update({point.code: point.id for point in found})
        missing = [code for code in codes if code not in known.points]
        if missing:
            known.points.update(self._make_points(missing, known.first_date))

    def _make_points(self, codes, first_date):
        """Make points in work below the centre for history: ``{code: id}``."""
        centre = self._get_history_centre()
        names = [self.env._("Service Centre %(code)s", code=code) for code in codes]
        partners = self.env["res.partner"].create(
            [self._prepare_point_partner_vals(name) for name in names]
        )
        points = self.env["aftersales.service.point"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "tier": "point",
                    "kind": "authorized",
                    "state": "active",
                    "parent_id": centre.id,
                    "partner_id": partner.id,
                    "company_id": self.company_id.id,
                }
                for code, name, partner in zip(codes, names, partners, strict=True)
            ]
        )
        agreements = self.env["aftersales.agreement"].create(
            [self._prepare_agreement_vals(point, first_date) for point in points]
        )
        agreements.action_activate()
        return {point.code: point.id for point in points}

    def _prepare_point_partner_vals(self, name):
        """Values of the vendor behind a point."""
        return {
            "name": name,
            "is_company": True,
            "company_id": self.company_id.id,
            "country_id": self.template_id.country_id.id,
        }

    def _prepare_agreement_vals(self, point, first_date):
        """Values of the agreement under which a point did its old cases."""
        return {
            "service_point_id": point.id,
            "date_start": first_date.replace(month=1, day=1),
            "currency_id": self.template_id.currency_id.id,
        }

    def _get_history_centre(self):
        """The centre below which new points stand, made once per company."""
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        domain = Domain("company_id", "=", self.company_id.id)
        centre = Point.search(domain & Domain("code", "=", "HISTORY"), limit=1)
        if centre:
            return centre
        head = Point.search(domain & Domain("tier", "=", "hq"), limit=1)
        return Point.create(
            {
                "name": self.env._("History"),
                "code": "HISTORY",
                "tier": "centre",
                "kind": "own",
                "state": "active",
                "parent_id": head.id,
                "company_id": self.company_id.id,
            }
        )

    # -------------------------------------------------------------------- products

    def _learn_products(self, cases, known):
        """Products by type; the internal reference is template code and type."""
        wanted = {case.product.casefold(): case for case in cases}
        wanted = {key: wanted[key] for key in wanted if key not in known.products}
        if not wanted:
            return
        codes = {key: f"{self.template_id.code}-{key.upper()}" for key in wanted}
        found = self._find_products(codes)
        missing = [key for key in wanted if key not in found]
        categories = self._ensure_categories({wanted[key].category for key in missing})
        made = self.env["product.product"].create(
            [
                {
                    **self._prepare_product_vals(wanted[key].product, codes[key]),
                    "is_storable": True,
                    "tracking": "serial",
                    **categories.get(wanted[key].category, {}),
                }
                for key in missing
            ]
        )
        known.products.update(found)
        known.products.update(zip(missing, made.ids, strict=True))

    def _learn_parts(self, known):
        """Parts of the component columns, by the column or by reference."""
        columns = self.template_id.column_ids.filtered("is_component")
        known.parts.update({c.code: c.product_id.id for c in columns if c.product_id})
        codes = {
            column.code: f"{self.template_id.code}-{column.code}"
            for column in columns
            if column.code not in known.parts
        }
        known.parts.update(self._find_products(codes))
        missing = [code for code in codes if code not in known.parts]
        names = {column.code: column._get_part_name() for column in columns}
        made = self.env["product.product"].create(
            [self._prepare_product_vals(names[code], codes[code]) for code in missing]
        )
        known.parts.update(zip(missing, made.ids, strict=True))

    def _find_products(self, codes):
        """Products that have one of the references: ``{key: id}``."""
        found = self.env["product.product"].search_fetch(
            [
                ("default_code", "in", list(codes.values())),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            ["default_code"],
            order="company_id, id",
        )
        by_code = {product.default_code: product.id for product in found}
        return {key: by_code[code] for key, code in codes.items() if code in by_code}

    def _prepare_product_vals(self, name, code):
        """Values of a product or part that an old case names."""
        return {"name": name, "default_code": code, "type": "consu"}

    def _ensure_categories(self, names):
        """Product categories by name: ``{name: values for the product}``."""
        names = sorted(name for name in names if name)
        Category = self.env["product.category"]
        found = Category.search([("name", "in", names)], order="id desc")
        ids = {category.name: category.id for category in found}
        missing = [name for name in names if name not in ids]
        made = Category.create([{"name": name} for name in missing])
        ids.update(zip(missing, made.ids, strict=True))
        return {name: {"categ_id": category} for name, category in ids.items()}
