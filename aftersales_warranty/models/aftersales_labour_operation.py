from odoo import api, fields, models


class AftersalesLabourOperation(models.Model):
    """A piece of work with its code and the flat-rate hours that it is paid for."""

    _name = "aftersales.labour.operation"
    _description = "Labour Operation"
    _order = "code, id"
    _rec_names_search = ["code", "name"]
    _check_company_auto = True

    code = fields.Char(required=True, index="trigram")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    categ_ids = fields.Many2many(
        "product.category",
        "aftersales_labour_operation_categ_rel",
        string="Product Categories",
        help="Units of these categories and those below them; empty: every product, "
        "unless products are named.",
    )
    product_ids = fields.Many2many(
        "product.product",
        "aftersales_labour_operation_product_rel",
        string="Products",
        check_company=True,
        help="Units of these models besides those of the categories.",
    )
    fault_ids = fields.Many2many(
        "aftersales.fault",
        "aftersales_labour_operation_fault_rel",
        string="Fault Codes",
        help="Faults that the work mends; empty: any fault.",
    )
    hours_flat = fields.Float(
        "Flat-Rate Hours",
        required=True,
        digits=(8, 2),
        help="Hours that the work is paid for, however long it took.",
    )
    is_diagnostic = fields.Boolean(
        "Diagnosis", help="Is paid at the diagnostic rate of the rate table."
    )
    note = fields.Text("Content of the Work", translate=True)

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "The code of a labour operation must be unique."
    )
    _hours_positive = models.Constraint(
        "CHECK (hours_flat >= 0)", "Flat-rate hours cannot be negative."
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for operation in self:
            operation.display_name = f"[{operation.code}] {operation.name or ''}"

    @api.model
    def get_import_templates(self):
        """Template of the list import."""
        return [
            {
                "label": self.env._("Import Template for Labour Operations"),
                "template": "/aftersales_warranty/static/csv/labour_operations.csv",
            }
        ]

    def _fits(self, product, fault=None):
        """Whether the work belongs to a unit's model and to its fault.

        :param product: ``product.product``; empty where the model is unknown
        :param fault: ``aftersales.fault``; empty where none is known
        """
        self.ensure_one()
        return self._fits_product(product) and bool(
            not fault or not self.fault_ids or fault in self.fault_ids
        )

    def _fits_product(self, product):
        """Whether the work is listed for a model."""
        if not product or not (self.categ_ids or self.product_ids):
            return True
        path = product.categ_id.parent_path or ""
        return product in self.product_ids or any(
            path.startswith(categ.parent_path) for categ in self.categ_ids
        )
