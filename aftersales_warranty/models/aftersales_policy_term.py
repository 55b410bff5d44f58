from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

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

    _share_range = models.Constraint(
        "CHECK (share >= 0 AND share <= 100)",
        "The share of a term must be between 0 and 100 %.",
    )
    _figures_positive = models.Constraint(
        "CHECK (months >= 0 AND usage_limit >= 0 AND factory_days >= 0)",
        "Durations and limits of a term cannot be negative.",
    )

    @api.constrains("component", "product_id", "categ_id", "version_id")
    def _check_component(self):
        """A named part belongs to a part term, and each thing has one term."""
        for version in self.version_id:
            seen = set()
            for term in version.term_ids:
                if term.component != "part" and (term.product_id or term.categ_id):
                    raise ValidationError(
                        self.env._("Only a term for parts can name a part.")
                    )
                key = (term.component, term.product_id.id, term.categ_id.id)
                if key in seen:
                    raise ValidationError(
                        self.env._(
                            "Version %(version)s has two terms for the same thing. "
                            "Keep one of them.",
                            version=version.display_name,
                        )
                    )
                seen.add(key)

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create(vals_list)
        terms.version_id._check_draft()
        return terms

    def write(self, vals):
        self.version_id._check_draft()
        result = super().write(vals)
        # The terms may have moved into another version.
        self.version_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.version_id._check_draft()

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
            version.id: tuple(term._to_kernel() for term in version.term_ids)
            for version in versions_sudo
        }
        return policies, terms

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
