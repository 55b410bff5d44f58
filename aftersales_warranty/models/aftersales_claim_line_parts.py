from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_part_return import OPEN_STATES


class AftersalesClaimLine(models.Model):
    """A claim line waits for its old part."""

    _inherit = "aftersales.claim.line"

    part_return_ids = fields.One2many(
        "aftersales.part.return", "claim_line_id", "Old Parts", readonly=True
    )
    is_part_held = fields.Boolean(
        "Held by Old Part",
        compute="_compute_is_part_held",
        search="_search_is_part_held",
        help="The old part was not received and inspected yet; the line is not paid.",
    )

    _part_due_idx = models.Index(
        "(claim_id) WHERE old_part_due IS TRUE AND old_part_received IS NOT TRUE"
    )

    @api.depends(
        "old_part_due",
        "old_part_received",
        "part_return_ids.state",
        "part_return_ids.duty",
    )
    def _compute_is_part_held(self):
        for line in self:
            # A clerk sees that it waits, whoever may read the old part.
            open_parts = line.sudo().part_return_ids.filtered(
                lambda p: p.duty == "return" and p.state in OPEN_STATES
            )
            waits = line.old_part_due and not line.old_part_received
            line.is_part_held = bool(waits or open_parts)

    def _search_is_part_held(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_held_domain()

    @api.model
    def _get_held_domain(self):
        """Lines whose old part is still to come or to be inspected."""
        return Domain.OR(self._get_held_domains())

    @api.model
    def _get_held_domains(self):
        """The two ways in which a line is held; each of them has its index."""
        parts = Domain("duty", "=", "return") & Domain("state", "in", OPEN_STATES)
        waits = Domain("old_part_due", "=", True) & Domain(
            "old_part_received", "=", False
        )
        Part_sudo = self.env["aftersales.part.return"].sudo()
        held = Part_sudo._search(parts & Domain("claim_line_id", "!=", False))
        return [waits, Domain("id", "in", held.subselect("claim_line_id"))]

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._link_old_parts()
        return lines

    def _link_old_parts(self):
        """Bind the old parts of the order lines that are claimed."""
        claimed = {line.order_line_id.id: line for line in self if line.order_line_id}
        if not claimed:
            return
        # Duties are nobody's to write; the claim only says where they belong.
        parts = (
            self.env["aftersales.part.return"]
            .sudo()
            .search(
                Domain("order_line_id", "in", list(claimed))
                & Domain("state", "!=", "cancelled")
            )
        )
        for part in parts:
            part._write_flow({"claim_line_id": claimed[part.order_line_id.id].id})
        waived = parts.filtered(lambda p: p.state == "waived")
        ended = parts.filtered(lambda p: p.state in ("inspected", "done"))
        waived._close_claim_lines({"old_part_due": False})
        ended._close_claim_lines({"old_part_received": True})

    def _write_part(self, vals):
        """Write what the old part decides, whatever the claim's state is."""
        self.with_context(aftersales_claim_flow=FLOW).write(vals)


class AftersalesSettlement(models.Model):
    """Nothing is paid whose old part is still to come."""

    _inherit = "aftersales.settlement"

    @api.model
    def _get_claim_lines_domain(self, points, date_to):
        held = self.env["aftersales.claim.line"]._get_held_domain()
        return super()._get_claim_lines_domain(points, date_to) & ~held

    def _check_content(self):
        res = super()._check_content()
        held = self.line_ids.claim_line_id.filtered("is_part_held")[:1]
        if held:
            raise UserError(
                self.env._(
                    "%(name)s: the old part of “%(line)s” (%(claim)s) was not received "
                    "and inspected yet. Collect again.",
                    name=self.name,
                    line=held.name,
                    claim=held.claim_id.name,
                )
            )
        return res
