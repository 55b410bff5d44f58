from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesSettlementRun(models.TransientModel):
    """Starts the run of a period, or goes on with it."""

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
        """Settle the points that wait, and show what was made.

        Few points are settled at once; many are left to the scheduled job.

        :raise UserError: nothing waits, or a point of another company
        """
        self.ensure_one()
        Period = self.env["aftersales.settlement.period"].with_company(self.company_id)
        period = Period._start(
            self.company_id, self.date_from, self.date_to, self.service_point_ids
        )
        if not period.waiting_count:
            raise UserError(
                self.env._("Nothing waits for a settlement in this period.")
            )
        return period._go_on()
