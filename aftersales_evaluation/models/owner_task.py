from odoo import models
from odoo.exceptions import UserError


class AftersalesOwnerTask(models.AbstractModel):
    """What an owner does until a day, and reports done with its result.

    The model has ``name``, ``owner_id``, ``date_due``, ``company_id``, ``state``
    (``done`` at the end), ``result`` and ``date_done``, the last three guarded.
    """

    _name = "aftersales.owner.task"
    _description = "Task of an Owner"
    _inherit = ["aftersales.flow.mixin", "mail.activity.mixin"]

    #: States in which the owner still has to do something.
    _TASK_STATES = ("open",)

    def _report_done(self, result):
        """Write what was done, on the day of the company.

        The step was checked before.

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
        self._unlink_reminders()

    def _remind_owners(self):
        """Put open tasks on their owners' lists."""
        for task in self.filtered(lambda t: t.state in t._TASK_STATES):
            task.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=task.date_due,
                summary=task.name,
                user_id=task.owner_id.id,
            )

    def _unlink_reminders(self):
        """Take tasks off their owners' lists."""
        # The reminder is the owner's; whoever ends the task ends it as well.
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
