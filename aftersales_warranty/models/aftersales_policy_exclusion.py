from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import cover as kernel


class AftersalesPolicyExclusion(models.Model):
    """Cause that takes a fault out of the warranty, as the terms name it.

    The shipped rows follow the general three-guarantee regulation of 1995; what
    the law itself recognises ends the legal minimum too, any other cause ends only
    the promise of the brand.
    """

    _name = "aftersales.policy.exclusion"
    _description = "Warranty Exclusion"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        translate=True, help="What to look for when the unit comes in."
    )
    is_legal = fields.Boolean(
        "Recognised by Law",
        help="Ends the legal minimum too; otherwise only the promise of the brand.",
    )
    source = fields.Char(translate=True)

    _code_uniq = models.UniqueIndex("(code)", "The code of an exclusion is unique.")
    _legal_source = models.Constraint(
        "CHECK (NOT is_legal OR source IS NOT NULL)",
        "Name the legal source of an exclusion that the law recognises.",
    )

    def write(self, vals):
        if set(vals) & {"name", "code", "is_legal"}:
            self._check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        """Refuse to change what published terms say.

        :raise UserError: naming the exclusion and the version
        """
        if self.env.su:
            return
        # Versions of other companies count as well.
        used = self.env["aftersales.policy.version"].sudo()
        used = used.search(
            [("exclusion_ids", "in", self.ids), ("state", "!=", "draft")], limit=1
        )
        if used:
            exclusion = self.filtered(lambda e: e in used.exclusion_ids)[:1]
            raise UserError(
                self.env._(
                    "“%(exclusion)s” stands in the published terms of %(version)s. "
                    "Archive it and make a new one instead.",
                    exclusion=exclusion.name,
                    version=used.display_name,
                )
            )


class AftersalesPolicyVersion(models.Model):
    """Causes and parts that the version does not cover."""

    _inherit = "aftersales.policy.version"

    exclusion_ids = fields.Many2many(
        "aftersales.policy.exclusion",
        "aftersales_policy_version_exclusion_rel",
        string="Excluded Causes",
        default=lambda self: self._default_exclusion_ids(),
        copy=True,
    )
    excluded_product_ids = fields.Many2many(
        "product.product",
        "aftersales_policy_version_excluded_product_rel",
        string="Excluded Parts",
        check_company=True,
    )
    excluded_categ_ids = fields.Many2many(
        "product.category",
        "aftersales_policy_version_excluded_categ_rel",
        string="Excluded Part Categories",
    )

    def _default_exclusion_ids(self):
        return self.env["aftersales.policy.exclusion"].search([("is_legal", "=", True)])

    @api.constrains("term_ids", "excluded_product_ids", "excluded_categ_ids")
    def _check_excluded_parts(self):
        """A part is either covered by its own term or excluded."""
        for version in self:
            terms = version.term_ids
            both = (terms.product_id & version.excluded_product_ids)[:1]
            both = both or (terms.categ_id & version.excluded_categ_ids)[:1]
            if both:
                raise ValidationError(
                    self.env._(
                        "Version %(version)s covers and excludes %(part)s. Keep the "
                        "term or the exclusion.",
                        version=version.display_name,
                        part=both.display_name,
                    )
                )

    def _to_kernel_terms(self):
        """Add the excluded parts: terms that give nothing."""
        products = [
            kernel.Term("part", 0, part_id=product.id, is_excluded=True)
            for product in self.excluded_product_ids
        ]
        categories = [
            kernel.Term("part", 0, categ_ids=frozenset([categ.id]), is_excluded=True)
            for categ in self.excluded_categ_ids
        ]
        return [*super()._to_kernel_terms(), *products, *categories]


class AftersalesServiceOrder(models.Model):
    """An exclusion that is found at intake ends the cover of the job."""

    _inherit = "aftersales.service.order"

    exclusion_id = fields.Many2one(
        "aftersales.policy.exclusion",
        "Exclusion Found",
        tracking=True,
        copy=False,
        index="btree_not_null",
        domain="[('id', 'in', possible_exclusion_ids)]",
        help="Cause by which the terms of the unit do not cover the fault.",
    )
    exclusion_note = fields.Text(
        "Evidence of the Exclusion",
        copy=False,
        help="What was seen: shown to the customer who has to pay.",
    )
    possible_exclusion_ids = fields.Many2many(
        "aftersales.policy.exclusion", compute="_compute_possible_exclusion_ids"
    )

    @api.depends("registration_id.policy_version_id")
    def _compute_possible_exclusion_ids(self):
        legal = self.env["aftersales.policy.exclusion"].search(
            Domain("is_legal", "=", True)
        )
        for order in self:
            # Who takes in a unit may not read its policy.
            version_sudo = order.registration_id.sudo().policy_version_id
            order.possible_exclusion_ids = version_sudo.exclusion_ids | legal

    @api.constrains("exclusion_id", "exclusion_note", "registration_id")
    def _check_exclusion(self):
        """An exclusion stands in the terms of the unit, and is proved."""
        for order in self.filtered("exclusion_id"):
            if order.exclusion_id not in order.possible_exclusion_ids:
                raise ValidationError(
                    self.env._(
                        "%(order)s: the terms of the unit do not exclude “%(cause)s”. "
                        "Choose one of their exclusions.",
                        order=order.name,
                        cause=order.exclusion_id.name,
                    )
                )
            if not (order.exclusion_note or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(order)s: write down what shows “%(cause)s”. The customer "
                        "has to pay and may ask.",
                        order=order.name,
                        cause=order.exclusion_id.name,
                    )
                )

    @api.depends("exclusion_id")
    def _compute_cover_note(self):
        result = super()._compute_cover_note()
        for order in self.filtered("exclusion_id"):
            cause = order.exclusion_id.name
            note = (
                self.env._("Not covered: %(cause)s.", cause=cause)
                if order.exclusion_id.is_legal
                else self.env._(
                    "Only the legal minimum is covered: %(cause)s.", cause=cause
                )
            )
            order.cover_note = note
        return result

    def write(self, vals):
        if "exclusion_id" in vals:
            self._check_not_claimed()
        return super().write(vals)

    def _get_cover_basis(self):
        """Which covers count for the job: ``both``, ``law``, ``none`` or ``all``.

        Extension point.
        """
        self.ensure_one()
        if not self.exclusion_id:
            return "both"
        return "none" if self.exclusion_id.is_legal else "law"


class AftersalesServiceOrderLine(models.Model):
    _inherit = "aftersales.service.order.line"

    def _get_cover_basis(self):
        """Which covers count for the line, see the order; extension point."""
        self.ensure_one()
        return self.order_id._get_cover_basis()
