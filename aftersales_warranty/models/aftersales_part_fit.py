from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesPartFit(models.Model):
    """A spare part and a model, or a category of models, that it is made for.

    A part without any line fits as far as anybody knows: the check of a claim is
    then not applicable.
    """

    _name = "aftersales.part.fit"
    _description = "Part Fit"
    _order = "product_id, model_id, model_categ_id, id"
    _rec_name = "product_id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    product_id = fields.Many2one(
        "product.product",
        "Part",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    model_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    model_categ_id = fields.Many2one(
        "product.category",
        "Category of Models",
        index="btree_not_null",
        ondelete="cascade",
        help="Fits every model of the category and of those below it.",
    )
    note = fields.Char(help="For example a drawing number or a limit of the series.")

    _one_model = models.Constraint(
        "CHECK (num_nonnulls(model_id, model_categ_id) = 1)",
        "A line names one model or one category of models.",
    )
    _fit_uniq = models.UniqueIndex(
        "(product_id, COALESCE(model_id, 0), COALESCE(model_categ_id, 0), "
        "COALESCE(company_id, 0)) WHERE active",
        "This part and this model are in the list already.",
    )

    @api.constrains("product_id", "model_id")
    def _check_not_itself(self):
        for fit in self:
            if fit.model_id and fit.model_id == fit.product_id:
                raise ValidationError(
                    self.env._(
                        "%(part)s cannot be a part of itself. Choose the model that "
                        "it is built into.",
                        part=fit.product_id.display_name,
                    )
                )

    @api.depends("product_id", "model_id", "model_categ_id")
    def _compute_display_name(self):
        for fit in self:
            target = fit.model_id.display_name or fit.model_categ_id.display_name
            fit.display_name = f"{fit.product_id.display_name} – {target or ''}"

    @api.model
    def get_import_templates(self):
        """Template of the list import."""
        return [
            {
                "label": self.env._("Import Template for Part Fits"),
                "template": "/aftersales_warranty/static/csv/part_fits.csv",
            }
        ]


class AftersalesLabourOperation(models.Model):
    """Operations whose time another one includes are not paid beside it."""

    _inherit = "aftersales.labour.operation"

    included_ids = fields.Many2many(
        "aftersales.labour.operation",
        "aftersales_labour_operation_include_rel",
        "operation_id",
        "included_id",
        "Includes",
        check_company=True,
        help="Operations whose time this one contains; together on a claim they "
        "overlap.",
    )

    @api.constrains("included_ids")
    def _check_included(self):
        for operation in self:
            if operation in operation.included_ids:
                raise ValidationError(
                    self.env._(
                        "%(operation)s cannot include itself.",
                        operation=operation.display_name,
                    )
                )
