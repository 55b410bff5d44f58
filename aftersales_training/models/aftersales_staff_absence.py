from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesStaffAbsence(models.Model):
    """A long leave of somebody who keeps the post.

    It is about the person: somebody with two posts is away from both.  Whether a
    manager on leave counts for the certified-manager ratio says the rule of the
    company.
    """

    _name = "aftersales.staff.absence"
    _description = "Long Leave"
    _inherit = ["aftersales.scope.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    staff_id = fields.Many2one(
        "aftersales.staff",
        "Staff Member",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="staff_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="staff_id.service_point_id", store=True, index=True, precompute=True
    )
    employee_id = fields.Many2one(
        related="staff_id.employee_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    partner_id = fields.Many2one(
        related="staff_id.partner_id",
        string="Contact",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    date_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(
        "To", tracking=True, help="Last day; empty: until further notice."
    )
    note = fields.Char(groups="aftersales_network.group_training_officer")

    _SCOPE_FIELDS = frozenset(("staff_id",))

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A leave cannot end before it starts.",
    )

    @api.depends("staff_id.name", "date_from")
    def _compute_display_name(self):
        for absence in self:
            absence.display_name = f"{absence.staff_id.name} {absence.date_from}"

    @api.model
    def _get_person_sql(self):
        """Key of the person; ``a`` is the absence, ``ae`` its employee."""
        return SQL("COALESCE(a.partner_id, ae.work_contact_id, -a.employee_id)")

    @api.model
    def _get_away_sql(self, on_date, company_ids):
        """Query (company_id, person) of who is on leave on a day."""
        return SQL(
            """
            SELECT a.company_id, %(person)s
              FROM aftersales_staff_absence a
         LEFT JOIN hr_employee ae ON ae.id = a.employee_id
             WHERE a.company_id = ANY(%(companies)s) AND a.date_from <= %(day)s
               AND (a.date_to IS NULL OR a.date_to >= %(day)s)
            """,
            person=self._get_person_sql(),
            companies=list(company_ids),
            day=on_date,
        )
