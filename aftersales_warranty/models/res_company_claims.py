from odoo import fields, models


class ResCompany(models.Model):
    """How the company takes claims."""

    _inherit = "res.company"

    aftersales_claim_auto = fields.Selection(
        [
            ("none", "By Hand"),
            ("draft", "Make Drafts"),
            ("submit", "Make and Submit"),
        ],
        "Claims of Closed Orders",
        required=True,
        default="none",
        help="What happens to the claim of an order when it is closed.",
    )
    aftersales_claim_checked_by = fields.Selection(
        [
            ("none", "Settlement Clerk Only"),
            ("centre", "Centre"),
            ("technical", "Technical Reviewer"),
            ("both", "Centre and Technical Reviewer"),
        ],
        "Claims Are Checked by",
        required=True,
        default="none",
        help="Who gives an opinion on a submitted claim before a settlement clerk may "
        "approve it.",
    )
    aftersales_claim_amounts_hidden = fields.Boolean(
        "Hide Claim Amounts from Technicians",
        help="On the portal only the manager of a point sees what its claims are "
        "worth.",
    )
    aftersales_claim_file_mb = fields.Integer(
        "Largest File of a Claim (MB)",
        default=10,
        help="Photos and documents of claims and authorisations.",
    )
    aftersales_authorization_days = fields.Integer(
        "Validity of Authorisations (Days)",
        default=30,
        help="Days from the decision in which the work begins, unless the decision "
        "names a last day.",
    )

    _aftersales_claim_file_positive = models.Constraint(
        "CHECK (aftersales_claim_file_mb > 0)",
        "The largest file of a claim must have one megabyte at least.",
    )
    _aftersales_authorization_days_positive = models.Constraint(
        "CHECK (aftersales_authorization_days > 0)",
        "An authorisation is valid for at least one day.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_claim_auto = fields.Selection(
        related="company_id.aftersales_claim_auto", readonly=False
    )
    aftersales_claim_checked_by = fields.Selection(
        related="company_id.aftersales_claim_checked_by", readonly=False
    )
    aftersales_claim_amounts_hidden = fields.Boolean(
        related="company_id.aftersales_claim_amounts_hidden", readonly=False
    )
    aftersales_claim_file_mb = fields.Integer(
        related="company_id.aftersales_claim_file_mb", readonly=False
    )
    aftersales_authorization_days = fields.Integer(
        related="company_id.aftersales_authorization_days", readonly=False
    )


class AftersalesAgreement(models.Model):
    """A point may have its own time to hand claims in."""

    _inherit = "aftersales.agreement"

    claim_days = fields.Integer(
        "Claim Filing Time (Days)",
        tracking=True,
        help="Days from the end of a repair in which a claim is filed in time; "
        "0: as the company sets.",
    )

    _claim_days_positive = models.Constraint(
        "CHECK (claim_days >= 0)", "The filing time cannot be negative."
    )
