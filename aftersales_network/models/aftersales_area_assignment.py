from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import exclusivity
from ..tools.path_range import create_type, path_range

#: States in which a point is out of the network for good.
GONE_STATES = ("rejected", "closed")
# Lines written past the ORM have no path yet: the area itself, every product.
AREA_RANGE = path_range("COALESCE(area_path, area_id::text || '/')")
CATEG_RANGE = path_range("COALESCE(categ_path, '')")


class AftersalesAreaAssignment(models.Model):
    """Area a service point works in, for a product category and a period.

    Exclusive assignments of two points may not overlap, neither on one area nor
    on an area and one above or below it, and likewise for product categories:
    one authorised point per area (regulating service points, area exclusivity).
    The Python check names the other point; the exclusion constraint holds when
    two people assign at the same moment.
    """

    _name = "aftersales.area.assignment"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Area Assignment"
    _order = "area_id, date_from desc, id"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    area_id = fields.Many2one(
        "aftersales.area",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: every product.",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", help="Last day; empty: open end.")
    exclusive = fields.Boolean(
        default=True,
        help="No other point may hold this area, one above or one below it "
        "exclusively for the same products at the same time.",
    )
    exclusive_note = fields.Char(
        "Why not Exclusive",
        readonly=True,
        copy=False,
        help="Written when an upgrade found two points on one place.",
    )
    area_path = fields.Char(
        related="area_id.parent_path",
        string="Path of the Area",
        store=True,
        precompute=True,
    )
    categ_path = fields.Char(
        "Path of the Category",
        compute="_compute_categ_path",
        store=True,
        precompute=True,
    )

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An assignment cannot end before it starts.",
    )
    _exclusive_once = models.Constraint(
        "EXCLUDE USING gist ("
        # The most selective first: the index is split by its first column.
        f"{AREA_RANGE} WITH &&, {CATEG_RANGE} WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&, "
        "company_id WITH =, service_point_id WITH <>) WHERE (exclusive)",
        "Another service point already holds this area, or one above or below it, "
        "exclusively for the product category in that period.",
    )

    def init(self):
        # A database that had the module before the constraint knew nested areas.
        create_type(self.env.cr)

    @api.depends("product_categ_id.parent_path")
    def _compute_categ_path(self):
        for line in self:
            line.categ_path = line.product_categ_id.parent_path or ""

    @api.depends("area_id.complete_name", "service_point_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.service_point_id.name} – {line.area_id.complete_name}"
            )

    #: Fields that decide which place is claimed when.
    _CLAIM_FIELDS = (
        "service_point_id",
        "area_id",
        "product_categ_id",
        "date_from",
        "date_to",
        "exclusive",
    )

    @api.model_create_multi
    def create(self, vals_list):
        full = [self._add_missing_default_values(vals) for vals in vals_list]
        self._check_claims(self._prepare_claims(full))
        return super().create(vals_list)

    def write(self, vals):
        changes = {k: v for k, v in vals.items() if k in self._CLAIM_FIELDS}
        if changes:
            lines = [{**line._get_claim_vals(), **changes} for line in self]
            self._check_claims(
                self._prepare_claims(lines, keys=self.ids),
                check_point=self._extends(changes),
            )
        return super().write(vals)

    def _get_claim_vals(self):
        """Present values of the fields that make up the claim."""
        self.ensure_one()
        return {
            name: value.id if isinstance(value := self[name], models.Model) else value
            for name in self._CLAIM_FIELDS
        }

    def _extends(self, changes):
        """Whether a change claims more than before, not merely less."""
        if set(changes) - {"date_to", "exclusive"}:
            return True
        end = fields.Date.to_date(changes.get("date_to"))
        return "date_to" in changes and any(
            line.date_to and (not end or end > line.date_to) for line in self
        )

    @api.model
    def _prepare_claims(self, vals_list, keys=None):
        """Claims of lines that are to be written, in a constant number of queries.

        :param keys: ids of the lines, or ``None`` for new ones
        :return: list of ``(claim, exclusive)``
        """
        names = ("service_point_id", "area_id", "product_categ_id")
        models_ = ("aftersales.service.point", "aftersales.area", "product.category")
        points, areas, categs = (
            # Points of other subtrees are invisible to the user, yet they count.
            self.env[model].sudo().browse({v[name] for v in vals_list if v.get(name)})
            for name, model in zip(names, models_, strict=True)
        )
        self._lock_places(areas, categs)
        points = {point.id: point for point in points}
        areas = {area.id: area.parent_path for area in areas}
        categs = {categ.id: categ.parent_path for categ in categs}
        keys = keys or range(-1, -len(vals_list) - 1, -1)
        return [
            (
                exclusivity.Claim(
                    key=key,
                    company_id=points[vals["service_point_id"]].company_id.id,
                    point_id=vals["service_point_id"],
                    area_path=areas[vals["area_id"]],
                    categ_path=categs.get(vals.get("product_categ_id"), ""),
                    date_from=fields.Date.to_date(vals["date_from"]),
                    date_to=fields.Date.to_date(vals.get("date_to")) or None,
                ),
                vals.get("exclusive"),
            )
            for key, vals in zip(keys, vals_list, strict=True)
            if vals.get("service_point_id") and vals.get("area_id")
            if vals.get("date_from")
        ]

    @api.model
    def _lock_places(self, *records):
        """Hold off whoever moves these areas or categories in their trees.

        A line takes over the path of its place; without the lock the place could
        move between reading the path and the commit.
        """
        for places in records:
            if places:
                self.env.execute_query(
                    SQL(
                        "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR SHARE",
                        SQL.identifier(places._table),
                        tuple(places.ids),
                    )
                )

    @api.model
    def _check_claims(self, claims, check_point=True):
        """Refuse claims that collide, and claims of points that are gone.

        :param claims: list of ``(claim, exclusive)``
        :raise ValidationError: naming the point, the area and the period
        """
        if check_point:
            self._check_points([claim for claim, _exclusive in claims])
        self._check_free([claim for claim, exclusive in claims if exclusive])

    @api.model
    def _check_points(self, claims):
        points_sudo = self.env["aftersales.service.point"].sudo()
        for point in points_sudo.browse({claim.point_id for claim in claims}):
            if point.state in GONE_STATES or not point.active:
                raise ValidationError(
                    self.env._(
                        "%(point)s is archived, rejected or closed and receives no "
                        "area. Choose another service point.",
                        point=point.display_name,
                    )
                )

    @api.model
    def _check_free(self, claims):
        """Name the point that holds a place, before the database refuses.

        :param claims: list of exclusive :class:`exclusivity.Claim`
        :raise ValidationError: a place is taken in that period
        """
        rival = self._find_rival(claims)
        if rival:
            raise ValidationError(self._get_rival_message(*rival))
        pair = next(exclusivity.find_conflicts(claims), None)
        if pair:
            raise ValidationError(self._get_pair_message(*pair))

    @api.model
    def _find_rival(self, claims):
        """Find a stored line that collides, with one query for all claims.

        The lateral join makes PostgreSQL ask the index of the exclusion constraint
        once per claim, whatever it believes about the size of the table.

        :return: ``(claim, line as superuser)`` or ``None``
        """
        if not claims:
            return None
        self.flush_model([*self._CLAIM_FIELDS, "area_path", "categ_path", "company_id"])
        columns = [list(column) for column in zip(*claims, strict=True)]
        types = ("int", "int", "int", "text", "text", "date", "date")
        row = self.env.execute_query(
            SQL(
                """SELECT claim.key, line.id
                     FROM unnest(%(columns)s) AS claim(key, company_id, point_id,
                          area_path, categ_path, date_from, date_to)
              CROSS JOIN LATERAL (
                   SELECT line.id
                     FROM aftersales_area_assignment line
                    WHERE line.exclusive
                      AND line.company_id = claim.company_id
                      AND %(area)s && %(claim_area)s
                      AND %(categ)s && %(claim_categ)s
                      AND daterange(line.date_from, line.date_to, '[]')
                          && daterange(claim.date_from, claim.date_to, '[]')
                      AND (line.service_point_id <> claim.point_id
                           OR (line.area_path = claim.area_path
                               AND line.categ_path = claim.categ_path))
                      AND NOT line.id = ANY(%(own)s)
                    ORDER BY line.date_from, line.id
                    LIMIT 1) line
                    ORDER BY claim.key DESC
                    LIMIT 1""",
                columns=SQL(", ").join(
                    SQL("%s::" + kind + "[]", column)
                    for kind, column in zip(types, columns, strict=True)
                ),
                area=SQL(
                    path_range("COALESCE(line.area_path, line.area_id::text || '/')")
                ),
                claim_area=SQL(path_range("claim.area_path")),
                categ=SQL(path_range("COALESCE(line.categ_path, '')")),
                claim_categ=SQL(path_range("claim.categ_path")),
                own=[claim.key for claim in claims],
            )
        )
        if not row:
            return None
        key, line_id = row[0]
        claim = next(claim for claim in claims if claim.key == key)
        return claim, self.sudo().browse(line_id)

    def _get_rival_message(self, claim, rival):
        """Sentence that names the stored line in the way."""
        area, held = self._get_claim_area(claim), rival.area_id
        values = {
            "area": area.display_name,
            "held": held.display_name,
            "point": rival.service_point_id.display_name,
            "products": rival.product_categ_id.display_name
            or self.env._("every product"),
            "start": rival.date_from,
            "end": rival.date_to or self.env._("open end"),
        }
        if area == held:
            return self.env._(
                "%(area)s is already assigned exclusively to %(point)s for "
                "%(products)s from %(start)s to %(end)s. End that assignment first or "
                "choose another period.",
                **values,
            )
        return self.env._(
            "%(area)s overlaps %(held)s, which is assigned exclusively to %(point)s "
            "for %(products)s from %(start)s to %(end)s. End that assignment first, "
            "or make one of the two not exclusive.",
            **values,
        )

    def _get_pair_message(self, claim, other):
        """Sentence about two lines of one batch that collide."""
        Point = self.env["aftersales.service.point"].sudo()
        return self.env._(
            "%(area)s of %(point)s and %(other_area)s of %(other_point)s overlap and "
            "cannot both be exclusive. Change a period or make one of them not "
            "exclusive.",
            area=self._get_claim_area(claim).display_name,
            point=Point.browse(claim.point_id).display_name,
            other_area=self._get_claim_area(other).display_name,
            other_point=Point.browse(other.point_id).display_name,
        )

    @api.model
    def _get_claim_area(self, claim):
        """The area a claim is about, as superuser."""
        area_id = int(claim.area_path.rstrip("/").rsplit("/", 1)[-1])
        return self.env["aftersales.area"].sudo().browse(area_id)

    @api.model
    def _check_moved(self, field, old_paths, new_prefix):
        """Refuse that areas or categories move where exclusive lines collide.

        :param field: ``area_path`` or ``categ_path``
        :param old_paths: paths of the nodes that move
        :param new_prefix: path of their new parent, may be empty
        :raise ValidationError: naming the lines in each other's way
        """
        below = Domain.OR(Domain(field, "=like", f"{path}%") for path in old_paths)
        lines_sudo = self.sudo().search(Domain("exclusive", "=", True) & below)
        claims = []
        for line in lines_sudo:
            path = next(p for p in old_paths if line[field].startswith(p))
            above = path.rstrip("/").rpartition("/")[0]
            tail = line[field][len(above) + 1 if above else 0 :]
            claim = line._get_claim()
            claims.append(claim._replace(**{field: f"{new_prefix}{tail}"}))
        self._check_free(claims)

    def _get_claim(self):
        """The stored line as a claim."""
        self.ensure_one()
        return exclusivity.Claim(
            self.id,
            self.company_id.id,
            self.service_point_id.id,
            self.area_path,
            self.categ_path or "",
            self.date_from,
            self.date_to or None,
        )

    def _runs_on(self, day):
        """Whether the assignment holds on a day."""
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or self.date_to >= day)

    @api.model
    def _get_running_domain(self, on_date):
        """Domain of the assignments that run on ``on_date``."""
        return Domain("date_from", "<=", on_date) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", on_date)
        )
