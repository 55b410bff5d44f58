from odoo import api, fields, models
from odoo.tools import format_date

from ..tools import claim_checks as kernel
from ..tools.settlement import from_minor

#: Figures that are days.
DAYS = frozenset(
    ("day", "failure", "end", "early", "late", "last", "submitted", "until", "sold")
)
#: Place of a result in the list: what failed comes first.
RANKS = {"fail": 0, "pass": 100, "na": 200}
#: Group of each check; the one that is no check says what the rules made of it.
GROUPS = {
    **{code: group for group, codes in kernel.GROUPS.items() for code in codes},
    "AUTO": "approval",
}
POSITIONS = {code: place for place, code in enumerate(GROUPS)}


class AftersalesClaimCheck(models.Model):
    """Result of one check of a claim, with the figures it compared."""

    _name = "aftersales.claim.check"
    _description = "Warranty Claim Check"
    _order = "claim_id, rank, id"
    _rec_name = "code"

    claim_id = fields.Many2one(
        "aftersales.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, index=True
    )
    kind = fields.Selection(
        [
            ("validity", "Unit and Cover"),
            ("form", "Form and Deadlines"),
            ("amount", "Amounts"),
            ("fit", "Parts and Operations"),
            ("point", "Point and Technician"),
            ("duplicate", "Duplicates"),
            ("old_part", "Old Parts"),
            ("approval", "Approval by Rule"),
        ],
        "Group",
        required=True,
        default="validity",
    )
    rank = fields.Integer(
        "Order in the List", required=True, default=0, aggregator=None
    )
    code = fields.Selection("_selection_code", required=True)
    result = fields.Selection(
        [("pass", "Pass"), ("fail", "Fail"), ("na", "Not Applicable")], required=True
    )
    reason = fields.Char(required=True)
    figures = fields.Json()
    message = fields.Char(compute="_compute_message")

    # One result of each check; two runs at once cannot leave two.
    _code_uniq = models.UniqueIndex(
        "(claim_id, code)", "A claim has one result of each check."
    )

    @api.depends("reason", "figures")
    @api.depends_context("lang")
    def _compute_message(self):
        texts = self._get_messages()
        for check in self:
            template = texts.get(check.reason, check.reason)
            check.message = template % check._format_figures()

    def _format_figures(self):
        """Figures as text: dates and money in the user's format."""
        self.ensure_one()
        return {
            key: self._format_figure(key, value)
            for key, value in (self.figures or {}).items()
        }

    def _format_figure(self, key, value):
        """One figure in the reader's language and format."""
        if isinstance(value, dict):
            currency = self.claim_id.currency_id
            minor = from_minor(value["minor"], currency.decimal_places)
            return currency.format(float(minor))
        if isinstance(value, list):
            return ", ".join(self._get_field_label(name) for name in value)
        if key in DAYS:
            return format_date(self.env, value) if value else ""
        return self.env["aftersales.claim"]._get_date_labels().get(value, value)

    @api.model
    def _get_field_label(self, name):
        """Label of a field of the claim."""
        field = self.env["aftersales.claim"]._fields.get(name)
        return field._description_string(self.env) if field else name
