from odoo import fields, models


class AftersalesClaimReason(models.Model):
    """Why a claimed amount was cut or refused."""

    _name = "aftersales.claim.reason"
    _description = "Claim Decision Reason"
    _order = "sequence, code, id"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "The code of a reason must be unique.")
