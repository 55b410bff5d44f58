from odoo import fields, models
from odoo.tools import SQL


class AftersalesQualificationGap(models.Model):
    """A certificate that somebody needs for the post and does not have today.

    Own and outsourced people alike; calculated from the posts, the requirements
    and the certificates whenever it is looked at.
    """

    _name = "aftersales.qualification.gap"
    _description = "Missing Qualification"
    _auto = False
    _order = "date_due, staff_id, id"
    _rec_name = "staff_id"

    staff_id = fields.Many2one("aftersales.staff", "Staff Member", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    role_id = fields.Many2one("aftersales.staff.role", readonly=True)
    requirement_id = fields.Many2one("aftersales.role.requirement", readonly=True)
    certificate_type_id = fields.Many2one("aftersales.certificate.type", readonly=True)
    legal_basis = fields.Text(related="requirement_id.legal_basis")
    is_outside = fields.Boolean("Outside Person", readonly=True)
    date_from = fields.Date("In the Post From", readonly=True)
    date_due = fields.Date(
        "Needed Since",
        readonly=True,
        help="First day of the post, with the days of grace of the company.",
    )
    is_due = fields.Boolean("Overdue", readonly=True)

    _depends = {
        "aftersales.staff": ["role_id", "date_from", "date_to", "active"],
        "aftersales.role.requirement": ["standing_role_id", "active"],
        "aftersales.certificate": ["state", "date_issue", "date_expiry"],
        "res.company": ["aftersales_qualification_grace"],
    }

    @property
    def _table_query(self):
        """Rows that are not met today."""
        today = self.env.company._get_aftersales_today()
        Requirement = self.env["aftersales.role.requirement"]
        self.env["res.company"].flush_model(["aftersales_qualification_grace"])
        return SQL(
            """
            SELECT row_number() OVER (ORDER BY gap.staff_id, gap.requirement_id) AS id,
                   gap.staff_id, gap.requirement_id, s.company_id, s.service_point_id,
                   s.role_id, q.certificate_type_id, s.date_from,
                   s.partner_id IS NOT NULL AS is_outside,
                   s.date_from + c.aftersales_qualification_grace AS date_due,
                   s.date_from + c.aftersales_qualification_grace <= %(today)s AS is_due
              FROM (%(standing)s) gap
              JOIN aftersales_staff s ON s.id = gap.staff_id
              JOIN aftersales_role_requirement q ON q.id = gap.requirement_id
              JOIN res_company c ON c.id = s.company_id
             WHERE NOT gap.is_met
            """,
            standing=Requirement._get_standing_sql(today),
            today=today,
        )

    def action_view_staff(self):
        """Open the person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.staff",
            "res_id": self.staff_id.id,
            "view_mode": "form",
        }
