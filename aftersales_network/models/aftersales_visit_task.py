from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AftersalesVisitTask(models.Model):
    """Finding of a visit or support the point asked for, until it is settled.

    Whoever is responsible marks it done; another person verifies it.
    """

    _name = "aftersales.visit.task"
    _description = "Visit Task"
    _inherit = [
        "aftersales.owner.task",
        "aftersales.severity.mixin",
        "aftersales.scope.mixin",
        "aftersales.portal.form.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_due, id"
    _check_company_auto = True

    name = fields.Char("Task", required=True, tracking=True, index="trigram")
    visit_id = fields.Many2one(
        "aftersales.visit", required=True, index=True, ondelete="restrict"
    )
    service_point_id = fields.Many2one(
        related="visit_id.service_point_id", store=True, index=True, precompute=True
    )
    centre_id = fields.Many2one(
        related="service_point_id.centre_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        related="visit_id.company_id", store=True, index=True, precompute=True
    )
    visit_state = fields.Selection(related="visit_id.state", string="Visit Status")
    kind = fields.Selection(
        [("finding", "Finding"), ("support", "Support Request")],
        required=True,
        default="finding",
        index=True,
        tracking=True,
    )
    description = fields.Text()
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Somebody of our own; gets an activity.",
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Responsible at the Point",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('service_point_id', '=', service_point_id)]",
        help="Somebody of the point. Nobody on either side: the point as a whole.",
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("verified", "Verified")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    result = fields.Text(
        copy=False, tracking=True, help="What was done about it; needed to close it."
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_visit_task_photo_rel",
        "task_id",
        "attachment_id",
        "Photos",
        copy=False,
    )
    done_by_id = fields.Many2one("res.users", "Done by", readonly=True, copy=False)
    date_done = fields.Datetime("Done On", readonly=True, copy=False)
    verified_by_id = fields.Many2one(
        "res.users", "Verified by", readonly=True, copy=False
    )
    date_verified = fields.Datetime("Verified On", readonly=True, copy=False)

    _TASK_OWNER = "user_id"
    _TASK_ACTIVITY = "aftersales_network.activity_visit_task"
    _FLOW_FIELDS = frozenset(
        ("state", "done_by_id", "date_done", "verified_by_id", "date_verified")
    )
    _SCOPE_FIELDS = frozenset(("visit_id",))

    _one_responsible = models.Constraint(
        "CHECK (num_nonnulls(user_id, staff_id) <= 1)",
        "A task has one responsible: a user or somebody of the point.",
    )
    _open_idx = models.Index("(company_id, date_due) WHERE state = 'open'")

    @api.constrains("staff_id", "visit_id")
    def _check_staff_point(self):
        for task in self.filtered("staff_id"):
            if task.staff_id.service_point_id != task.service_point_id:
                raise ValidationError(
                    self.env._(
                        "%(task)s: %(person)s does not work at %(point)s. Choose "
                        "somebody of that point.",
                        task=task.name,
                        person=task.staff_id.name,
                        point=task.service_point_id.display_name,
                    )
                )

    @api.constrains("user_id")
    def _check_user_internal(self):
        for task in self.filtered("user_id.share"):
            raise ValidationError(
                self.env._(
                    "%(task)s: %(user)s is no internal user. Choose the person as "
                    "responsible at the point.",
                    task=task.name,
                    user=task.user_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks.visit_id.check_access("write")
        return tasks

    def write(self, vals):
        if not self._is_flow():
            self._check_task_editable(vals)
        return super().write(vals)

    def _check_task_editable(self, vals):
        """A verified task stays as it is, and a result once it is done.

        :raise UserError: naming the task
        """
        own = {"name", "description", "kind", "severity", "date_due", "visit_id"}
        own |= {"user_id", "staff_id", "result", "photo_ids"}
        frozen = self.filtered(lambda t: t.state != "open")[:1]
        if frozen and own & set(vals):
            raise UserError(
                self.env._(
                    "“%(task)s” is done and stays as it is. Reopen it first.",
                    task=frozen.name,
                )
            )

    def _get_frozen_attachments(self):
        """Photos of what was done."""
        return self.filtered(lambda t: t.state != "open").photo_ids

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reported(self):
        kept = self.filtered(
            lambda t: t.state != "open" or t.visit_id.state == "reported"
        )[:1]
        if kept:
            raise UserError(
                self.env._(
                    "“%(task)s” belongs to a report or is done, and cannot be deleted.",
                    task=kept.name,
                )
            )
