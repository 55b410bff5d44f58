from odoo import fields, models
from odoo.fields import Domain

#: Reasons that a new term or a found date may have changed.
AGAIN = ("waiting", "no_term", "no_causal", "no_date", "out_of_time", "kind")


class AftersalesSupplierRun(models.TransientModel):
    """Collects approved claims of a period for the suppliers of their parts."""

    _name = "aftersales.supplier.run"
    _description = "Collect for Suppliers"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date("Approved from")
    date_to = fields.Date(
        "Approved until",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
    )
    is_again = fields.Boolean(
        "Look Again",
        help="Also what could not be recovered when it was looked at last: a term or "
        "a date may have been added since.",
    )

    def action_collect(self):
        """Collect, and show every line with what is asked for it or why nothing."""
        self.ensure_one()
        Claim = self.env["aftersales.supplier.claim"]
        Claim._check_clerk()
        domain = Domain("company_id", "=", self.company_id.id) & Domain(
            "date_decision", "<=", self.date_to
        )
        if self.date_from:
            domain &= Domain("date_decision", ">=", self.date_from)
        lines = self.env["aftersales.supplier.claim.line"]
        again = AGAIN if self.is_again else ("waiting",)
        last = 0
        while claims := Claim._find_claims(last, domain, again):
            lines |= Claim._collect(claims, again)
            last = claims[-1].id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Collected Lines"),
            "res_model": lines._name,
            "view_mode": "list,pivot,form",
            "domain": [("id", "in", lines.ids)],
            "context": {"group_by": ["reason"]},
        }
