from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesBenchmarkMatrix(models.TransientModel):
    """Page with the matrix item × competitor of one period.

    Starts a period, takes our scores, closes it and prints it.
    """

    _name = "aftersales.benchmark.matrix"
    _description = "Competitor Matrix"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_period()[0]
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._default_period()[1]
    )
    position_ids = fields.Many2many(
        "aftersales.benchmark.position", compute="_compute_position_ids"
    )
    matrix = fields.Html(compute="_compute_matrix", sanitize=False)
    is_closed = fields.Boolean("Closed", compute="_compute_position_ids")

    @api.model
    def _default_period(self):
        """The newest period that is compared, else the month before this one."""
        last = self.env["aftersales.benchmark.position"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        if last:
            return last.date_from, last.date_to
        first = self.env.company._get_aftersales_today().replace(day=1)
        return first - relativedelta(months=1), first - relativedelta(days=1)

    @api.depends("company_id", "date_from", "date_to")
    def _compute_position_ids(self):
        for page in self:
            page.position_ids = self.env["aftersales.benchmark.position"].search(
                page._get_position_domain()
            )
            positions = page.position_ids
            page.is_closed = bool(positions) and all(positions.mapped("is_closed"))

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Competitor Matrix")

    def _get_position_domain(self):
        """Positions of the chosen company and period."""
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date_from", "=", self.date_from)
            & Domain("date_to", "=", self.date_to)
        )

    @api.depends("position_ids")
    @api.depends_context("lang")
    def _compute_matrix(self):
        for page in self:
            # A page that is not saved yet holds stand-ins of the positions.
            positions = page.position_ids._origin
            page.matrix = self.env["ir.qweb"]._render(
                "aftersales_evaluation.benchmark_matrix",
                {"matrices": positions._get_matrix()},
            )

    def action_fill(self):
        """Add the items and competitors that the period lacks.

        :raise UserError: nothing to compare
        """
        self.ensure_one()
        self.env["aftersales.benchmark"].check_access("create")
        mine = [("company_id", "=", self.company_id.id)]
        items = self.env["aftersales.benchmark.item"].search(mine)
        competitors = self.env["aftersales.competitor"].search(mine)
        if not items or not competitors:
            raise UserError(
                self.env._("Enter what is compared and the competitors first.")
            )
        positions = self._add_positions(items)
        self._add_lines(positions.filtered(lambda p: not p.is_closed), competitors)
        return self._show()

    def _add_positions(self, items):
        """Positions of all items in the period, the missing ones created."""
        Position = self.env["aftersales.benchmark.position"]
        found = self.position_ids
        missing = items - found.item_id
        return found | Position.create(
            [
                {
                    "item_id": item.id,
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                    **Position._prepare_promise_vals(item),
                }
                for item in missing
            ]
        )

    def _add_lines(self, positions, competitors):
        """Empty cells where a competitor is not compared yet."""
        self.env["aftersales.benchmark"].create(
            [
                {"position_id": position.id, "competitor_id": competitor.id}
                for position in positions
                for competitor in competitors - position.benchmark_ids.competitor_id
            ]
        )

    def action_take_metric(self):
        """Take our scores of all items that have a metric."""
        self.ensure_one()
        self.position_ids.filtered("metric_code").action_take_metric()
        return self._show()

    def action_close(self):
        """Close the period."""
        self.ensure_one()
        self.position_ids.filtered(lambda p: not p.is_closed).action_close()
        return self._show()

    def action_view_lines(self):
        """Open the cells of the matrix to fill them in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Competitor Comparison"),
            "res_model": "aftersales.benchmark",
            "view_mode": "list,pivot,graph,form",
            "domain": [("position_id", "in", self.position_ids.ids)],
        }

    def action_view_positions(self):
        """Open our own side of the matrix."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Own Positions"),
            "res_model": "aftersales.benchmark.position",
            "view_mode": "list,form",
            "domain": [("id", "in", self.position_ids.ids)],
        }

    def action_print(self):
        """Print the matrix."""
        self.ensure_one()
        report = self.env.ref("aftersales_evaluation.action_report_benchmark")
        return report.report_action(self.position_ids)

    def _show(self):
        """The page again, with what is there now."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Competitor Matrix"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }
