from odoo import api, fields, models
from odoo.fields import Domain

#: Categories of resources, after what an evaluator looks at.
CATEGORIES = [
    ("premises", "Premises"),
    ("facility", "Facility"),
    ("safety", "Safety Measure"),
    ("tool", "Tool"),
    ("spare", "Spare Part"),
]


class AftersalesResourceNorm(models.Model):
    """What a unit of a kind, tier or level must have.

    Sufficient premises, facilities, safety measures, tools and spares are what
    GB/T 27922-2011 asks of the infrastructure (clause 5.1.3.3).  An empty
    criterion fits every unit; the norm with the most criteria wins, among
    equals the one that asks for more.
    """

    _name = "aftersales.resource.norm"
    _description = "Resource Norm"
    _order = "category, name, id"
    _check_company_auto = True

    name = fields.Char("Resource", required=True)
    active = fields.Boolean(default=True)
    category = fields.Selection(CATEGORIES, required=True, default="tool")
    tier = fields.Selection(
        lambda self: self._get_point_selection("tier"), help="Empty: every tier."
    )
    kind = fields.Selection(
        lambda self: self._get_point_selection("kind"), help="Empty: every kind."
    )
    level_id = fields.Many2one(
        "aftersales.point.level",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: every level.",
    )
    quantity = fields.Float("Required Minimum", required=True, default=1.0)
    check_interval = fields.Integer(
        "Check Every (Months)", help="0: no regular check is asked for."
    )
    is_mandatory = fields.Boolean(
        "Needed for Activation",
        help="A point that is short of this resource cannot be activated.",
    )
    note = fields.Text()
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    resource_ids = fields.One2many("aftersales.resource", "norm_id", "Resources")

    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "The required minimum cannot be negative."
    )
    _interval_positive = models.Constraint(
        "CHECK (check_interval >= 0)", "The months between checks cannot be negative."
    )
    _criteria_uniq = models.UniqueIndex(
        "(company_id, category, lower(name), COALESCE(tier, ''), COALESCE(kind, ''),"
        " COALESCE(level_id, 0)) WHERE active IS TRUE",
        "This resource already has a norm for the same tier, kind and level.",
    )

    @api.model
    def _get_point_selection(self, name):
        """Choices of a selection field of the service point."""
        field = self.env["aftersales.service.point"]._fields[name]
        return field._description_selection(self.env)

    @api.model_create_multi
    def create(self, vals_list):
        norms = super().create(vals_list)
        norms._rematch(norms._get_keys())
        return norms

    def write(self, vals):
        keys = self._get_keys()
        res = super().write(vals)
        if {"name", "category", "tier", "kind", "level_id", "active"} & set(vals):
            self._rematch(keys | self._get_keys())
        return res

    def unlink(self):
        keys = self._get_keys()
        res = super().unlink()
        self._rematch(keys)
        return res

    def _get_keys(self):
        """Resources the norms speak of: ``{(category, lower name)}``."""
        return {(norm.category, self._normalise(norm.name)) for norm in self}

    @api.model
    def _normalise(self, name):
        """Name without case and outer blanks, as the matching compares it."""
        return (name or "").strip().lower()

    @api.model
    def _rematch(self, keys):
        """Let every resource of these keys look for its norm again."""
        if not keys:
            return
        # A norm holds for every unit, also for those its author does not see.
        Resource = self.env["aftersales.resource"].sudo()
        resources = Resource.with_context(active_test=False).search(
            Domain.OR(
                Domain("category", "=", category) & Domain("name", "=ilike", name)
                for category, name in keys
            )
        )
        self.env.add_to_compute(Resource._fields["norm_id"], resources)
        resources.modified(["norm_id"])

    def _fits(self, point):
        """Whether the norm holds for a unit."""
        self.ensure_one()
        return (
            self.company_id == point.company_id
            and self.tier in (False, point.tier)
            and self.kind in (False, point.kind)
            and (not self.level_id or self.level_id == point.level_id)
        )

    def _get_rank(self):
        """Sorting key: more criteria first, then the higher minimum."""
        self.ensure_one()
        criteria = sum(map(bool, (self.tier, self.kind, self.level_id)))
        return criteria, self.quantity, self.id

    @api.model
    def _get_norms_by_point(self, points):
        """Norm of each resource for each unit.

        :param points: ``aftersales.service.point`` records
        :return: ``{point_id: {(category, lower name): norm}}``; one query
        """
        norms = self.search([("company_id", "in", points.company_id.ids)])
        ranked = norms.sorted(lambda norm: norm._get_rank())
        return {
            point.id: {
                (norm.category, self._normalise(norm.name)): norm
                for norm in ranked
                if norm._fits(point)
            }
            for point in points
        }
