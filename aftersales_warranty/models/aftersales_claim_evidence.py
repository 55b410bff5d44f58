from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

#: Earlier claims of a unit that the page of the clerk shows.
EARLIER = 20


class AftersalesClaim(models.Model):
    """What a claim is judged by, gathered for one page."""

    _inherit = "aftersales.claim"

    # The same lines once more: as they were claimed, and as they are decided.
    decision_line_ids = fields.One2many(
        "aftersales.claim.line", "claim_id", "Lines to Decide", copy=False
    )
    rate_gap = fields.Char("Rates Not Checked", compute="_compute_rate_gap")
    failed_check_ids = fields.One2many(
        "aftersales.claim.check",
        "claim_id",
        "What Failed",
        domain=[("result", "=", "fail")],
        readonly=True,
    )
    earlier_claim_ids = fields.Many2many(
        "aftersales.claim",
        compute="_compute_earlier_claim_ids",
        string="Earlier Claims of the Unit",
    )
    old_part_ids = fields.Many2many(
        "aftersales.part.return", compute="_compute_old_part_ids", string="Old Parts"
    )
    order_photo_ids = fields.One2many(
        related="order_id.photo_ids", string="Photos of the Job"
    )
    technician_id = fields.Many2one(related="order_id.technician_id")
    date_cover_end = fields.Date(
        "Cover until", related="registration_id.date_cover_end"
    )
    unit_date_sale = fields.Date("Unit Sold on", related="registration_id.date_sale")
    unit_partner_id = fields.Many2one(
        "res.partner", "Owner of the Unit", related="registration_id.partner_id"
    )
    repair_count = fields.Integer(related="registration_id.repair_count")
    date_authorised = fields.Date(
        "Authorised until", related="authorization_id.date_to"
    )

    @api.depends("serial", "company_id")
    def _compute_earlier_claim_ids(self):
        serials = [serial for serial in self.mapped("serial") if serial]
        # Few at a time: the page shows one claim, a list does not show the field.
        found = self.search(
            Domain("serial", "in", serials)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("state", "!=", "cancelled"),
            order="date_submission desc, id desc",
            limit=(EARLIER + 1) * max(len(self), 1),
        )
        by_unit = defaultdict(self.browse)
        for claim in found:
            by_unit[claim.company_id, claim.serial] |= claim
        for claim in self:
            others = by_unit[claim.company_id, claim.serial] - claim._origin
            claim.earlier_claim_ids = others[:EARLIER]

    @api.depends("check_ids")
    @api.depends_context("lang")
    def _compute_rate_gap(self):
        for claim in self:
            unchecked = claim.check_ids.filtered(
                lambda check: check.code == "RATES" and check.result != "pass"
            )
            claim.rate_gap = unchecked.message

    @api.depends("line_ids.part_return_ids")
    def _compute_old_part_ids(self):
        for claim in self:
            claim.old_part_ids = claim.line_ids.part_return_ids

    def _store_checks(self, rows):
        res = super()._store_checks(rows)
        self.invalidate_recordset(["failed_check_ids", "rate_gap"])
        return res

    def _get_report_base_filename(self):
        """Name of the file of a decision that is downloaded."""
        self.ensure_one()
        return self.env._("Decision %(claim)s", claim=self.name)
