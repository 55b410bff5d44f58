from odoo import fields, models


class AftersalesHiringChannel(models.Model):
    """Way in which people are found for a post."""

    _name = "aftersales.hiring.channel"
    _description = "Hiring Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_internal = fields.Boolean(
        "Inside the Company", help="Reaches people who work for us or our points."
    )
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: for every company."
    )
    note = fields.Text(translate=True, help="Contact, cost, what it is good for.")
    role_ids = fields.Many2many(
        "aftersales.staff.role",
        "aftersales_staff_role_hiring_channel_rel",
        "channel_id",
        "role_id",
        "Roles",
    )
