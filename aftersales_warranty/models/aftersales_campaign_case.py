from odoo import api, fields, models
from odoo.fields import Command

from .aftersales_campaign import MONEY_GROUPS
from .aftersales_compensation_case import count_by_link

#: Compensations that somebody approved: they cost money.
APPROVED = ("approved", "given", "closed")


class AftersalesCaseMixin(models.AbstractModel):
    """Every case of the suite may lead to a recall."""

    _inherit = "aftersales.case.mixin"

    @api.depends_context("uid")
    def _compute_case_recall(self):
        Campaign = self.env["aftersales.campaign"]
        counts = {}
        if Campaign.has_access("read"):
            counts = dict(
                Campaign._read_group(
                    [("origin_model", "=", self._name), ("origin_id", "in", self.ids)],
                    ["origin_id"],
                    ["__count"],
                )
            )
        creatable = Campaign.has_access("create")
        for case in self:
            case.can_recall = creatable
            case.recall_count = counts.get(case.id, 0)

    def action_open_recall(self):
        """Open a new recall campaign for the case."""
        self.ensure_one()
        return self.env["aftersales.campaign"]._get_new_action(self)

    def action_view_recalls(self):
        """Open the recall campaigns of the case."""
        self.ensure_one()
        found = self.env["aftersales.campaign"]._find_for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recalls of %(unit)s", unit=self.display_name),
            "res_model": found._name,
            "view_mode": "list,form",
            "domain": [("id", "in", found.ids)],
            "context": {"create": False},
        }


class AftersalesQualityAlert(models.Model):
    """A fault that repeats may lead to a recall of the model or the batch."""

    _inherit = "aftersales.quality.alert"

    def action_open_recall(self):
        """Open a new recall campaign with the model and the batch of the alert."""
        self.ensure_one()
        action = self.env["aftersales.campaign"]._get_new_action(self)
        products = self.product_tmpl_id.product_variant_ids
        values = {"default_product_ids": products.ids, "default_kind": "batch"}
        if self.batch:
            rows = [{"basis": "batch", "serial_from": self.batch}]
            values["default_range_ids"] = [Command.create(row) for row in rows]
        return {**action, "context": {**action["context"], **values}}


class AftersalesCampaignUnit(models.Model):
    """The owner of an affected unit may be compensated."""

    _name = "aftersales.campaign.unit"
    _inherit = ["aftersales.campaign.unit", "aftersales.case.mixin"]

    def _get_compensation_vals(self):
        vals = super()._get_compensation_vals()
        return {**vals, "registration_id": self.registration_id.id}


class AftersalesCampaign(models.Model):
    """Compensations of a campaign and of its units, each with its own draw."""

    _name = "aftersales.campaign"
    _inherit = ["aftersales.campaign", "aftersales.case.mixin"]

    amount_compensation = fields.Monetary(
        "Compensation of Owners",
        compute="_compute_costs",
        groups=MONEY_GROUPS,
        help="Approved compensations of the affected units; each is charged to its "
        "fund by its own draw.",
    )

    def _get_compensation_domain(self):
        """Compensations of the campaign and of its affected units."""
        return [("campaign_id", "in", self.ids)]

    def _count_compensations(self):
        return count_by_link(self, "campaign_id")

    def _compute_costs(self):
        """What owners got is part of the cost, too."""
        result = super()._compute_costs()
        # Who handles the money need not read every compensation.
        groups = (
            self.env["aftersales.compensation"]
            .sudo()
            ._read_group(
                [("campaign_id", "in", self.ids), ("state", "in", APPROVED)],
                ["campaign_id"],
                ["amount_net:sum"],
            )
        )
        amounts = {campaign.id: amount for campaign, amount in groups}
        for campaign in self:
            campaign.amount_compensation = amounts.get(campaign._origin.id, 0.0)
            campaign.amount_cost += campaign.amount_compensation
            done = campaign.done_count
            campaign.cost_per_unit = campaign.amount_cost / done if done else 0.0
        return result
