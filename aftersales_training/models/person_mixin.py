"""The person behind a record: an employee or a contact of an outside point."""

from odoo import api, fields, models


class AftersalesPersonMixin(models.AbstractModel):
    """A record about one person, who is either an employee or a contact.

    An employee and the contact of the same person are known to be one through
    the employee's work contact, so that nobody is counted twice.
    """

    _name = "aftersales.person.mixin"
    _description = "Person"

    employee_id = fields.Many2one(
        "hr.employee", index="btree_not_null", ondelete="restrict", check_company=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('is_company', '=', False)]",
        help="Person of an outside point.",
    )
    person_id = fields.Many2one(
        "res.partner",
        compute="_compute_person_id",
        store=True,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        help="Contact behind the person; an employee is known by the work contact.",
    )
    person_name = fields.Char(
        "Name",
        compute="_compute_person_name",
        store=True,
        compute_sudo=True,
        index="trigram",
    )

    _person_xor = models.Constraint(
        "CHECK (num_nonnulls(employee_id, partner_id) = 1)",
        "Choose either an employee or a contact, not both.",
    )

    @api.depends("employee_id.work_contact_id", "partner_id")
    def _compute_person_id(self):
        for record in self:
            record.person_id = record.partner_id or record.employee_id.work_contact_id

    @api.depends("employee_id.name", "partner_id.name")
    def _compute_person_name(self):
        for record in self:
            record.person_name = record.employee_id.name or record.partner_id.name

    def _get_person_key(self):
        """Key of the person: the contact, or minus the employee's id."""
        self.ensure_one()
        return self.person_id.id or -self.employee_id.id

    def _is_person(self, user):
        """Whether the user is the person of this record."""
        self.ensure_one()
        record_sudo = self.sudo()
        users = record_sudo.employee_id.user_id | record_sudo.person_id.user_ids
        return user in users
