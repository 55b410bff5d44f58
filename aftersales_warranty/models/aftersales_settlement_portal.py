from odoo import api, models
from odoo.fields import Domain


class AftersalesSettlement(models.Model):
    """What people of a point do with their statements on the portal.

    The controller checks that the user may read the statement; these methods run
    as superuser on that one record, for that user.
    """

    _name = "aftersales.settlement"
    _inherit = ["aftersales.settlement", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(
        (
            "amount_claims",
            "amount_additions",
            "amount_deductions",
            "amount_adjustments",
            "amount_total",
            "amount_tax",
            "amount_payable",
            "amount_company",
        )
    )

    @api.model
    def _get_portal_domain(self):
        """Statements that points get to see: once sent, or billed without that."""
        return Domain("state", "in", ("sent", "disputed", "confirmed", "billed"))

    def _portal_confirm(self):
        """Agree to the statement.

        :raise UserError: it is not with the point any more, or its claims changed
        """
        self.ensure_one()
        self._lock()
        self._check_state_in(("sent",))
        self._confirm("point")

    def _portal_dispute(self, post):
        """Object to lines of the statement or to all of it.

        :param post: ``line_<id>``: objection to one line; ``remark``: to all
        :raise UserError: nothing said, or it is not with the point any more
        """
        self.ensure_one()
        self._lock()
        texts = {
            line: str(post.get(f"line_{line.id}") or "")[:2000]
            for line in self.line_ids
            if post.get(f"line_{line.id}")
        }
        self._dispute(texts, str(post.get("remark") or "")[:2000])


class AftersalesSettlementLine(models.Model):
    """Amounts that the company hides from technicians are hidden here too."""

    _name = "aftersales.settlement.line"
    _inherit = ["aftersales.settlement.line", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(
        ("amount_claimed", "amount_allowed", "amount_approved", "amount")
    )


class AftersalesSettlementDispute(models.Model):
    """Amounts that the company hides from technicians are hidden here too."""

    _name = "aftersales.settlement.dispute"
    _inherit = ["aftersales.settlement.dispute", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(("line_amount", "amount_correction"))
