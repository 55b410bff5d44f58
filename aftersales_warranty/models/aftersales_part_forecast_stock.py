from math import ceil

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class AftersalesPartForecast(models.Model):
    """Proposes the need of the first period to Odoo's replenishment."""

    _inherit = "aftersales.part.forecast"

    def action_propose(self):
        """Propose a minimum for parts that have none, and show all of them.

        The proposals wait for a decision in the replenishment: nothing is ordered.
        Rules that exist already stay as they are.

        :raise UserError: nothing is needed in the first period
        """
        self.ensure_one()
        self._check_may_propose()
        self._check_flow_state("done")
        lines = self.line_ids.filtered(
            lambda line: line.period_number == 1 and line.product_id.is_storable
        )
        if not lines:
            raise UserError(
                self.env._(
                    "%(forecast)s: no stored part is needed in the first period.",
                    forecast=self.name,
                )
            )
        # The warehouse of returns uses the stock, and does not set it up.
        Rule_sudo = self.env["stock.warehouse.orderpoint"].sudo()
        found = Rule_sudo.search(
            Domain("product_id", "in", lines.product_id.ids)
            & Domain("location_id", "in", lines.warehouse_id.sudo().lot_stock_id.ids)
        )
        known = {(rule.product_id, rule.location_id) for rule in found}
        missing = lines.filtered(
            lambda line: (line.product_id, line._get_stock_place()) not in known
        )
        created = Rule_sudo.create([line._prepare_rule_vals() for line in missing])
        self.message_post(
            body=self.env._(
                "Proposed to the replenishment: %(new)s parts; %(old)s had a rule "
                "already.",
                new=len(created),
                old=len(lines) - len(missing),
            )
        )
        return self._get_rule_action(found | created)

    def _check_may_propose(self):
        """Only the warehouse proposes what it would buy.

        :raise AccessError: somebody else
        """
        if not self.env.user.has_group("aftersales_network.group_warehouse"):
            raise AccessError(
                self.env._("Only the returns warehouse proposes parts to be bought.")
            )
        self.check_access("write")

    def _get_rule_action(self, rules):
        """Replenishment of Odoo with these rules."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replenishment of %(forecast)s", forecast=self.name),
            "res_model": "stock.warehouse.orderpoint",
            "view_mode": "list",
            "view_id": self.env.ref("stock.view_warehouse_orderpoint_tree_editable").id,
            "domain": [("id", "in", rules.ids)],
        }


class AftersalesPartForecastLine(models.Model):
    _inherit = "aftersales.part.forecast.line"

    def _get_stock_place(self):
        """Place whose stock covers the need."""
        self.ensure_one()
        return self.warehouse_id.sudo().lot_stock_id

    def _prepare_rule_vals(self):
        """Values of a rule that proposes and does not order.

        Refilled at the expected need, up to the upper limit of one period.
        """
        self.ensure_one()
        low = ceil(round(self.quantity, 6))
        return {
            "product_id": self.product_id.id,
            "warehouse_id": self.warehouse_id.id,
            "location_id": self._get_stock_place().id,
            "company_id": self.company_id.id,
            "trigger": "manual",
            "product_min_qty": low,
            "product_max_qty": max(low, ceil(round(self.high, 6))),
        }
