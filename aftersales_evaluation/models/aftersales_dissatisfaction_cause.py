from odoo import fields, models


class AftersalesDissatisfactionCause(models.Model):
    """Why a customer is not satisfied; the report counts answers by it."""

    _name = "aftersales.dissatisfaction.cause"
    _description = "Cause of Dissatisfaction"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Short name for imports.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_on_card = fields.Boolean(
        "Offered to Customers",
        default=True,
        help="Customers may choose it on the evaluation card.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )

    _code_company_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This code of a cause is already in use."
    )
