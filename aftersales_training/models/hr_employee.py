from odoo import fields, models

OFFICER = "aftersales_network.group_training_officer"


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    aftersales_staff_ids = fields.One2many(
        "aftersales.staff",
        "employee_id",
        "Service Posts",
        groups="aftersales_network.group_user",
    )
    aftersales_certificate_ids = fields.One2many(
        "aftersales.certificate",
        "holder_employee_id",
        "Service Certificates",
        groups=OFFICER,
    )
    aftersales_certificate_count = fields.Integer(
        compute="_compute_aftersales_certificate_count", groups=OFFICER
    )

    def _compute_aftersales_certificate_count(self):
        counts = dict(
            self.env["aftersales.certificate"]._read_group(
                [("holder_employee_id", "in", self.ids)],
                ["holder_employee_id"],
                ["__count"],
            )
        )
        for employee in self:
            employee.aftersales_certificate_count = counts.get(employee._origin, 0)

    def action_view_aftersales_certificates(self):
        """Open the certificates of the employee."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificates of %(name)s", name=self.name),
            "res_model": "aftersales.certificate",
            "view_mode": "list,form",
            "domain": [("holder_employee_id", "=", self.id)],
            "context": {"default_holder_employee_id": self.id},
        }
