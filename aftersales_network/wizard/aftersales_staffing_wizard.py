from odoo import fields, models

from ..tools import staffing


class AftersalesStaffingWizard(models.TransientModel):
    """Asks for a month and computes required and present people for it."""

    _name = "aftersales.staffing.wizard"
    _description = "Compute Staffing"

    month = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        help="Any day of the month.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )

    def action_compute(self):
        """Compute the month and show it."""
        self.ensure_one()
        Report = self.env["aftersales.staffing.report"]
        Report._check_may_generate()
        # The company must be one of the user's: its rules bind the dialog only.
        self.company_id.check_access("read")
        Report._generate(self.month, self.company_id & self.env.companies)
        first = staffing.month_of(self.month)[0]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_network.aftersales_staffing_report_action"
        )
        return {
            **action,
            "domain": [("month", "=", first), ("company_id", "=", self.company_id.id)],
        }
