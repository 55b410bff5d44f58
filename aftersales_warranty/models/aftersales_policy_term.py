from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ..tools import cover as kernel


class AftersalesPolicyTerm(models.Model):
    """What a policy version covers for one component, how long and how much."""

    _name = "aftersales.policy.term"
    _description = "Warranty Policy Term"
    _order = "version_id, sequence, id"
    _check_company_auto = True

    version_id = fields.Many2one(
        "aftersales.policy.version", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="version_id.company_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        "Customer Text",
        translate=True,
        help="How customers read the component, for example the named main parts.",
    )
    component = fields.Selection(
        [
            ("whole_unit", "Whole Unit"),
            ("part", "Part"),
            ("labour", "Labour"),
            ("travel", "Travel"),
        ],
        required=True,
        default="whole_unit",
    )
    product_id = fields.Many2one(
        "product.product", "Named Part", check_company=True, index="btree_not_null"
    )
    categ_id = fields.Many2one("product.category", "Part Category")
    is_wear = fields.Boolean(
        "Wear Part",
        help="Has its own, shorter period; the period of the whole unit does not "
        "count for it.",
    )
    months = fields.Integer("Duration (months)", required=True, default=12)
    usage_limit = fields.Float(help="0: no limit. Whichever comes first counts.")
    usage_uom = fields.Selection(
        [("km", "Kilometres"), ("hour", "Hours"), ("cycle", "Cycles")],
        "Usage Unit",
    )
    share = fields.Float("Share (%)", default=100.0, digits=(5, 2))
    basis = fields.Selection(
        [
            ("invoice", "Date of Sale"),
            ("delivery", "Delivery"),
            ("installation", "Installation"),
            ("factory", "Leaving the Factory"),
        ],
        "Starts with",
        required=True,
        default="invoice",
    )
    factory_days = fields.Integer(
        "Days after Factory", help="Added to the factory date."
    )

    #: What makes a term the same as another of its version.
    _OVERLAP_FIELDS = ("component", "product_id", "categ_id")

    _share_range = models.Constraint(
        "CHECK (share >= 0 AND share <= 100)",
        "The share of a term must be between 0 and 100 %.",
    )
    _figures_positive = models.Constraint(
        "CHECK (months >= 0 AND usage_limit >= 0 AND factory_days >= 0)",
        "Durations and limits of a term cannot be negative.",
    )

    _component_uniq = models.UniqueIndex(
        "(version_id, component, COALESCE(product_id, 0), COALESCE(categ_id, 0))",
        "A version cannot have two terms for the same thing. Keep one of them.",
    )
    _one_name = models.Constraint(
        "CHECK (product_id IS NULL OR categ_id IS NULL)",
        "A term names a part or a category of parts, not both.",
    )

    @api.constrains("component", "product_id", "categ_id", "is_wear")
    def _check_component(self):
        """A named part belongs to a part term, a wear part has a name."""
        for term in self:
            named = term.product_id or term.categ_id
            if term.component != "part" and (named or term.is_wear):
                raise ValidationError(
                    self.env._("Only a term for parts can name a part.")
                )
            if term.is_wear and not named:
                raise ValidationError(
                    self.env._("A wear part needs its part or its category of parts.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._add_missing_default_values(vals) for vals in vals_list]
        self._check_overlap(
            (vals.get("version_id"), self._get_overlap_key(vals)) for vals in vals_list
        )
        terms = super().create(vals_list)
        terms.version_id._check_draft()
        return terms

    def write(self, vals):
        self.version_id._check_draft()
        if set(vals) & {"version_id", *self._OVERLAP_FIELDS}:
            self._check_overlap(self._get_changed_keys(vals), moved=self)
        result = super().write(vals)
        # The terms may have moved into another version.
        self.version_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.version_id._check_draft()

    @api.model
    def _get_overlap_key(self, values):
        """What a term is about; two terms of a version may not share it."""
        return tuple(values.get(name) or False for name in self._OVERLAP_FIELDS)

    def _get_changed_keys(self, vals):
        """Pairs of version and key that the terms will have after a write."""
        names = ("version_id", *self._OVERLAP_FIELDS)
        for term in self:
            values = {name: term[name] for name in names if name not in vals}
            values = {
                name: getattr(value, "id", value) for name, value in values.items()
            }
            values.update({name: vals[name] for name in names if name in vals})
            yield values["version_id"], self._get_overlap_key(values)

    @api.model
    def _check_overlap(self, keys, moved=()):
        """Refuse two terms for the same thing before the database does.

        :param keys: pairs of version id and key that are about to be written
        :param moved: terms whose present key does not count any more
        :raise ValidationError: naming the version
        """
        keys = list(keys)
        Version = self.env["aftersales.policy.version"]
        versions = Version.browse({version_id for version_id, _key in keys})
        seen = {
            (term.version_id.id, key)
            for term, key in (
                (term, (term.component, term.product_id.id, term.categ_id.id))
                for term in versions.term_ids - self.union(*moved)
                if term.id
            )
        }
        for version_id, key in keys:
            if (version_id, key) in seen:
                raise ValidationError(
                    self.env._(
                        "Version %(version)s has two terms for the same thing. "
                        "Keep one of them.",
                        version=Version.browse(version_id).display_name,
                    )
                )
            seen.add((version_id, key))

    def _get_label(self):
        """The component as customers read it."""
        self.ensure_one()
        if self.name:
            return self.name
        labels = dict(self._fields["component"]._description_selection(self.env))
        named = self.product_id.display_name or self.categ_id.name
        label = self.env._("Wear Part") if self.is_wear else labels[self.component]
        return f"{label}: {named}" if named else label

    def _get_text(self):
        """Period, limit, share and start of the term in one sentence."""
        self.ensure_one()
        basis = dict(self._fields["basis"]._description_selection(self.env))
        units = dict(self._fields["usage_uom"]._description_selection(self.env))
        parts = [self.env._("%(months)s months", months=self.months)]
        if self.usage_limit:
            amount = formatLang(self.env, self.usage_limit, digits=0)
            parts.append(
                self.env._(
                    "at most %(amount)s %(unit)s",
                    amount=amount,
                    unit=units.get(self.usage_uom, ""),
                ).strip()
            )
        parts.append(f"{self.share:g} %")
        start = self.env._("from: %(basis)s", basis=basis[self.basis])
        if self.basis == "factory" and self.factory_days:
            start = self.env._(
                "from: %(basis)s + %(days)s days",
                basis=basis[self.basis],
                days=self.factory_days,
            )
        return ", ".join([*parts, start])

    def _to_kernel(self):
        """The term as the calculation wants it."""
        self.ensure_one()
        return kernel.Term(
            component=self.component,
            months=self.months,
            share=Decimal(str(round(self.share, 2))),
            basis=self.basis,
            factory_days=self.factory_days,
            usage_limit=Decimal(str(self.usage_limit)) if self.usage_limit else None,
            part_id=self.product_id.id or None,
            categ_ids=frozenset(self.categ_id.ids),
            extends=self.version_id.extends_by_repair,
            is_wear=self.is_wear,
            key=self.id,
        )


class AftersalesPolicyVersion(models.Model):
    _inherit = "aftersales.policy.version"

    @api.model
    @tools.ormcache("company_id")
    def _get_catalogue(self, company_id):
        """All policies of a company with dates and terms, as plain values.

        An archived policy is not chosen for new units, but units that were sold
        under it keep its terms.
        Cached: a delivery must not pay for reading the same few policies again.
        Versions are frozen, so the cache is only cleared when one is published,
        retired or removed.

        :return: ``(policies, {version_id: terms})``; a policy is
            ``(country_id, product_ids, categ_ids, [(from, until, version_id)])``
        """
        # A warehouse worker registers units without reading policies.
        versions_sudo = self.sudo().search(
            [
                ("company_id", "=", company_id),
                ("state", "in", ("published", "retired")),
            ],
            order="date_effective desc, number desc",
        )
        policies = [
            (
                policy.country_id.id,
                frozenset(policy.product_ids.ids),
                frozenset(policy.categ_ids.ids),
                [
                    (version.date_effective, version.date_retired, version.id)
                    for version in versions_sudo
                    if version.policy_id == policy
                ],
            )
            for policy in versions_sudo.policy_id.filtered("active")
        ]
        terms = {
            version.id: tuple(version._to_kernel_terms()) for version in versions_sudo
        }
        return policies, terms

    def _to_kernel_terms(self):
        """Terms of one version as the calculation wants them; extension point."""
        self.ensure_one()
        return [term._to_kernel() for term in self.term_ids]

    @api.model
    def _get_version_for(self, products, date, company=None, country=None):
        """Version that a sale on ``date`` gets: ``{product_id: version}``.

        A policy that names the product beats one for its category, the nearer
        category beats the wider, a policy of the country beats one for all.
        """
        company = company or self.env.company
        return {
            product.id: self.browse(
                self._pick_version(product, date, company.id, country and country.id)
            )
            for product in products
        }

    @api.model
    def _pick_version(self, product, date, company_id, country_id=None):
        """Id of the version for one product and day, or False."""
        policies, _terms = self._get_catalogue(company_id)
        path = [int(x) for x in (product.categ_id.parent_path or "").split("/") if x]
        best, best_rank = False, None
        for country, product_ids, categ_ids, versions in policies:
            if country and country != country_id:
                continue
            rank = self._rank_policy(product, path, product_ids, categ_ids)
            found = next(
                (
                    version_id
                    for start, stop, version_id in versions
                    if date and start <= date and (not stop or date < stop)
                ),
                False,
            )
            rank = None if rank is None else (rank, bool(country))
            if found and rank and (best_rank is None or rank > best_rank):
                best, best_rank = found, rank
        return best

    @api.model
    def _rank_policy(self, product, path, product_ids, categ_ids):
        """How exactly a policy names a product; None where it does not."""
        if product.id in product_ids:
            return 1000
        hits = [depth for depth, categ in enumerate(path, 1) if categ in categ_ids]
        if hits:
            return max(hits)
        return None if product_ids or categ_ids else 0
