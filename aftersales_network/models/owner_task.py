"""What somebody does until a day, and what the day means."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Days until something is due, by severity, unless another date is typed.
DUE_DAYS = {"critical": 3, "major": 14, "minor": 30}


class AftersalesDueMixin(models.AbstractModel):
    """Tells what is not settled although its day has passed in its company.

    The model has ``state``, ``date_due`` and ``company_id``.
    """

    _name = "aftersales.due.mixin"
    _description = "Due Date"

    #: States in which something is still to be done.
    _OPEN_STATES = ("open",)

    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    @api.depends("state", "date_due", "company_id")
    def _compute_is_overdue(self):
        unsettled = self.filtered_domain(self._get_unsettled_domain())
        (self - unsettled).is_overdue = False
        for record in unsettled:
            today = (record.company_id or self.env.company)._get_aftersales_today()
            record.is_overdue = bool(record.date_due and record.date_due < today)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        days = self.env.companies.grouped(lambda c: c._get_aftersales_today())
        # What has passed everywhere needs no look at the company.
        first = min(days)
        late = Domain("date_due", "<", first)
        for day, companies in days.items():
            if day > first:
                late |= Domain("company_id", "in", companies.ids) & Domain(
                    "date_due", "<", day
                )
        return self._get_unsettled_domain() & late

    @api.model
    def _get_unsettled_domain(self):
        """Records in which something is still to be done."""
        return Domain("state", "in", self._OPEN_STATES)


class AftersalesSeverityMixin(models.AbstractModel):
    """Something found, whose severity proposes the day until which it is mended."""

    _name = "aftersales.severity.mixin"
    _description = "Severity and Due Date"

    severity = fields.Selection(
        [("minor", "Minor"), ("major", "Major"), ("critical", "Critical")],
        required=True,
        default="minor",
        index=True,
        tracking=True,
    )
    date_due = fields.Date(
        "Due Date",
        compute="_compute_date_due",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        tracking=True,
    )

    @api.depends("severity")
    def _compute_date_due(self):
        for record in self:
            # A saved date is a promise: it outlives a change of the severity.
            if not record._origin or not record.date_due:
                days = DUE_DAYS[record.severity or "minor"]
                record.date_due = record._get_date_found() + timedelta(days)

    def _get_date_found(self):
        """Day from which the time to mend it runs."""
        return self._get_today()

    @api.model
    def _get_today(self):
        return self.env.company._get_aftersales_today()


class AftersalesOwnerTask(models.AbstractModel):
    """What an owner does until a day: on the list of activities until it is settled.

    The model has ``state``, ``date_due``, ``company_id`` and an owner.
    """

    _name = "aftersales.owner.task"
    _description = "Task of an Owner"
    _inherit = ["aftersales.due.mixin", "aftersales.flow.mixin", "mail.activity.mixin"]

    #: States in which the owner still has to do something.
    _TASK_STATES = ("open",)
    _TASK_OWNER = "owner_id"
    _TASK_ACTIVITY = "mail.mail_activity_data_todo"

    @api.model_create_multi
    def create(self, vals_list):
        """Put new tasks on the lists of their owners."""
        tasks = super().create(vals_list)
        tasks._plan_activities()
        return tasks

    def write(self, vals):
        """Move a task to the list of its new owner, or to its new day."""
        moved = self.browse()
        if {self._TASK_OWNER, "date_due"} & set(vals):
            moved = self._filter_to_do()
            moved._close_activities()
        res = super().write(vals)
        moved._plan_activities()
        return res

    def _filter_to_do(self):
        """Tasks that are on the list of their owners."""
        return self.filtered(lambda task: task.state in task._TASK_STATES)

    def _plan_activities(self):
        """Put tasks that are to be done on the lists of their owners."""
        groups = self._filter_to_do().grouped(
            lambda task: (task[self._TASK_OWNER], task.date_due)
        )
        for (owner, date_due), tasks in groups.items():
            if owner:
                tasks.activity_schedule(
                    self._TASK_ACTIVITY, date_deadline=date_due, user_id=owner.id
                )

    def _close_activities(self):
        """Take tasks off the lists of whoever has them there."""
        # The activity may be somebody else's: the step settles it all the same.
        self.sudo().activity_unlink([self._TASK_ACTIVITY])

    def _report_done(self, result):
        """Write what was done, on the day of the company; the step was checked.

        The model has ``result`` and ``date_done`` among its guarded fields.

        :param result: what was done
        :raise UserError: without a result
        """
        result = (result or "").strip()
        if not result:
            raise UserError(self.env._("Write down what was done."))
        for company, tasks in self.grouped("company_id").items():
            tasks._write_flow(
                {
                    "state": "done",
                    "result": result,
                    "date_done": company._get_aftersales_today(),
                }
            )
        self._close_activities()
