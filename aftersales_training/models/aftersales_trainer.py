from odoo import api, fields, models

MONEY_GROUPS = (
    "aftersales_network.group_training_officer,"
    "aftersales_network.group_head,"
    "aftersales_network.group_auditor"
)


class AftersalesTrainer(models.Model):
    """Person who teaches: an employee or somebody from outside."""

    _name = "aftersales.trainer"
    _description = "Trainer"
    _inherit = [
        "aftersales.figure.mixin",
        "aftersales.person.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "person_name, id"
    _rec_name = "person_name"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(help="Trainer from outside.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        compute="_compute_user_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    course_ids = fields.Many2many(
        "aftersales.training.course",
        "aftersales_training_course_trainer_rel",
        "trainer_id",
        "course_id",
        "Courses",
    )
    fee_hour = fields.Monetary("Fee per Hour", tracking=True, groups=MONEY_GROUPS)

    _fee_positive = models.Constraint(
        "CHECK(fee_hour >= 0)", "The fee of a trainer cannot be negative."
    )

    @api.depends("employee_id.user_id", "partner_id.user_ids")
    def _compute_user_id(self):
        for trainer in self:
            users = trainer.employee_id.user_id or trainer.partner_id.user_ids
            trainer.user_id = users[:1]
