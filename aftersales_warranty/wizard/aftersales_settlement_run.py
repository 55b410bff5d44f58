from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesSettlementRun(models.TransientModel):
    """Makes the settlements of a period for many points at once."""

    _name = "aftersales.settlement.run"
    _description = "Settlement Run"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        required=True,
        default=lambda self: fields.Date.subtract(
            fields.Date.context_today(self).replace(day=1), months=1
        ),
    )
    date_to = fields.Date(
        required=True,
        default=lambda self: fields.Date.subtract(
            fields.Date.context_today(self).replace(day=1), days=1
        ),
    )
    service_point_ids = fields.Many2many(
        "aftersales.service.point",
        string="Service Points",
        check_company=True,
        help="Empty: every point of the company.",
    )

    def action_run(self):
        """Make the draft settlements and show them."""
        self.ensure_one()
        Point = self.env["aftersales.service.point"]
        points = self.service_point_ids or Point.search(
            [("company_id", "=", self.company_id.id)]
        )
        settlements = self.env["aftersales.settlement"]._settle_points(
            points, self.date_from, self.date_to
        )
        if not settlements:
            raise UserError(
                self.env._("Nothing waits for a settlement in this period.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Settlements"),
            "res_model": "aftersales.settlement",
            "view_mode": "list,form",
            "domain": [("id", "in", settlements.ids)],
        }
