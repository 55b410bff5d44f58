from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

WAITING_STATES = ("submitted", "review")
CLAIMS_AT_ONCE = 500


class AftersalesHistoryImport(models.Model):
    """Approval and settlement of imported claims, by a settlement clerk."""

    _inherit = "aftersales.history.import"

    def action_settle(self):
        """Approve the submitted claims in full and bill them, point by point.

        :raise UserError: the file is not read yet, or nothing of it waits
        :raise AccessError: no settlement clerk
        """
        settlements = self.env["aftersales.settlement"]
        settlements._check_clerk()
        self.check_access("read")
        for record in self:
            settlements += record._settle_history()
        return settlements._get_records_action(name=self.env._("Settlements"))

    def _settle_history(self):
        """Approve, settle and bill what the file brought; one bill for each point.

        The rules of claims hold as everywhere: nobody decides what he imported, and
        the contract's limits apply.

        :return: the new settlements
        """
        self.ensure_one()
        if self.state != "done":
            raise UserError(
                self.env._("%(name)s is not imported yet.", name=self.display_name)
            )
        self._approve_claims()
        date_from, date_to = self._get_settlement_period()
        settlements = (
            self.env["aftersales.settlement"]
            .with_company(self.company_id)
            ._settle_points(self.total_ids.service_point_id, date_from, date_to)
        )
        if not settlements:
            raise UserError(
                self.env._(
                    "Nothing of %(name)s waits for a settlement.",
                    name=self.display_name,
                )
            )
        # Old cases: no point answers a statement any more.
        settlements._confirm_by_clerk(self.display_name)
        settlements.action_create_bill()
        return settlements

    def _approve_claims(self):
        """Approve the waiting claims of the file, some hundred at a time."""
        claims = self.env["aftersales.claim"].search(
            Domain("state", "in", WAITING_STATES)
            & Domain("id", "in", self._get_claim_query()),
            order="id",
        )
        for ids in split_every(CLAIMS_AT_ONCE, claims.ids):
            claims.browse(ids).action_approve()

    def _get_claim_query(self):
        """Sub-query of the claims in the report."""
        self.ensure_one()
        Line = self.env["aftersales.history.import.line"]
        domain = Domain("import_id", "=", self.id) & Domain("claim_id", "!=", False)
        return Line._search(domain).subselect("claim_id")

    def _get_settlement_period(self):
        """From the first case of the file until today, the day of the decision."""
        self.ensure_one()
        Line = self.env["aftersales.history.import.line"]
        ((first,),) = Line._read_group(
            [("import_id", "=", self.id), ("case_id", "!=", False)],
            aggregates=["date_case:min"],
        )
        today = self.env.company._get_aftersales_today()
        return min(first or today, today), today


class AftersalesHistoryTotal(models.Model):
    """What of a point's claims stands in bills."""

    _inherit = "aftersales.history.total"

    amount_billed = fields.Monetary("Billed", compute="_compute_amount_billed")

    @api.depends("import_id", "service_point_id")
    def _compute_amount_billed(self):
        Line = self.env["aftersales.settlement.line"]
        for record, totals in self.grouped("import_id").items():
            billed = dict(
                Line._read_group(
                    Domain("is_live", "=", True)
                    & Domain("settlement_id.state", "=", "billed")
                    & Domain("claim_id", "in", record._get_claim_query()),
                    ["service_point_id"],
                    ["amount:sum"],
                )
            )
            for total in totals:
                total.amount_billed = billed.get(total.service_point_id, 0.0)
