from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesTrainingRegisterWizard(models.TransientModel):
    """Registers many people for a session in one go."""

    _name = "aftersales.training.register.wizard"
    _description = "Register for a Session"

    session_id = fields.Many2one("aftersales.training.session", required=True)
    company_id = fields.Many2one(related="session_id.company_id")
    seats_free = fields.Integer(related="session_id.seats_free")
    service_point_ids = fields.Many2many(
        "aftersales.service.point",
        "aftersales_training_register_point_rel",
        "wizard_id",
        "point_id",
        string="Everybody Of",
        domain="[('company_id', '=', company_id)]",
        help="All people who work at these units today.",
    )
    staff_ids = fields.Many2many(
        "aftersales.staff",
        "aftersales_training_register_staff_rel",
        "wizard_id",
        "staff_id",
        string="People",
        compute="_compute_staff_ids",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    employee_ids = fields.Many2many(
        "hr.employee.public",
        "aftersales_training_register_employee_rel",
        "wizard_id",
        "employee_id",
        string="Other Employees",
        domain="[('company_id', '=', company_id)]",
        groups="aftersales_network.group_training_officer",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Other Contacts",
        domain="[('is_company', '=', False)]",
        groups="aftersales_network.group_training_officer",
    )

    @api.depends("service_point_ids")
    def _compute_staff_ids(self):
        Staff = self.env["aftersales.staff"]
        for wizard in self:
            today = (wizard.company_id or self.env.company)._get_aftersales_today()
            present = Staff.search(
                Staff._get_present_domain(today)
                & Domain("service_point_id", "in", wizard.service_point_ids.ids)
            )
            wizard.staff_ids |= present

    def action_register(self):
        """Register the chosen people; nobody twice, and none who is there already.

        :raise UserError: nobody was chosen
        """
        self.ensure_one()
        employees, partners = self._get_people()
        if not employees and not partners:
            raise UserError(
                self.env._("Choose at least one person who is not registered yet.")
            )
        self.session_id._register_people(employees, partners)
        return {"type": "ir.actions.act_window_close"}

    def _get_people(self):
        """Return (employees, contacts) who have no place yet, each person once."""
        staff = self.staff_ids
        employees, partners = staff.employee_id, staff.partner_id
        if self.env.user.has_group("aftersales_network.group_training_officer"):
            # Everybody may pick a colleague; only his card is read.
            employees |= employees.browse(self.employee_ids.ids)
            partners |= self.partner_ids
        there = self.session_id.attendee_ids.filtered(lambda a: a.state != "cancelled")
        employees = employees.filtered(
            lambda e: e.sudo().work_contact_id not in there.person_id
        )
        contacts = employees.sudo().work_contact_id | there.person_id
        return employees, partners - contacts
