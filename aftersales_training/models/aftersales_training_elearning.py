from odoo import api, fields, models
from odoo.exceptions import UserError

CHANNEL_MODEL = "slide.channel"


class AftersalesTrainingCourse(models.Model):
    """Completed eLearning counts as attendance, where eLearning is installed.

    Nothing here needs the module: the link is a model name and an id, and stays
    unread while the model does not exist.
    """

    _inherit = "aftersales.training.course"

    elearning_model = fields.Selection(
        selection="_selection_elearning_model",
        compute="_compute_elearning_model",
        string="eLearning Document",
    )
    elearning_id = fields.Many2oneReference(
        "eLearning",
        model_field="elearning_model",
        copy=False,
        help="Whoever completes it has attended the course by self-study.",
    )
    has_elearning = fields.Boolean(
        "eLearning Installed", compute="_compute_elearning_model"
    )

    def _compute_elearning_model(self):
        installed = self._is_elearning_installed()
        for course in self:
            course.elearning_model = CHANNEL_MODEL if installed else False
            course.has_elearning = installed

    @api.model
    def _selection_elearning_model(self):
        if not self._is_elearning_installed():
            return []
        return [(CHANNEL_MODEL, self.env._("eLearning"))]

    @api.model
    def _is_elearning_installed(self):
        """Whether the model of eLearning courses exists in this database."""
        return CHANNEL_MODEL in self.env

    def action_pull_elearning(self):
        """Take over who has completed the eLearning.

        :raise UserError: where eLearning is not installed or not chosen
        """
        self.check_access("write")
        if not self._is_elearning_installed() or not any(
            course.elearning_id for course in self
        ):
            raise UserError(
                self.env._("Choose the eLearning of the course before you pull it.")
            )
        attendees = self._pull_elearning()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s more people have completed the eLearning.",
                    count=len(attendees),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_pull_elearning(self):
        """Take over completed eLearning of all courses, once a day."""
        cron = self.env["ir.cron"]
        courses = self.browse()
        if self._is_elearning_installed():
            courses = self.search([("elearning_id", "!=", False)])
        cron._commit_progress(remaining=len(courses))
        for course in courses:
            course._pull_elearning()
            cron._commit_progress(1)

    def _pull_elearning(self):
        """Record completed eLearning as attendance.

        :return: attendees who were added or have attended with it
        """
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        for course in self.filtered("elearning_id"):
            partners = course._get_elearning_partners()
            known = attendees_sudo.search(
                [
                    ("course_id", "=", course.id),
                    ("session_id", "=", False),
                    ("person_id", "in", partners.ids),
                    ("state", "in", ("registered", "attended")),
                ]
            )
            new = attendees_sudo.create(
                course._prepare_elearning_vals(partners - known.person_id)
            )
            studied = new | known.filtered(lambda a: a.state == "registered")
            studied._set_attendance("attended", "elearning")
            attendees_sudo |= studied
        return attendees_sudo

    def _get_elearning_partners(self):
        """Contacts of our own people who completed the eLearning."""
        self.ensure_one()
        memberships_sudo = self.env["slide.channel.partner"].sudo()
        done = memberships_sudo.search(
            [
                ("channel_id", "=", self.elearning_id),
                ("member_status", "=", "completed"),
            ]
        ).partner_id
        return done.filtered(
            lambda p: p.employee_ids or p.aftersales_staff_ids or p.user_ids
        )

    def _prepare_elearning_vals(self, partners):
        """Values of the self-study of people; employees go by their employee."""
        self.ensure_one()
        vals_list = []
        for partner in partners:
            employee = partner.employee_ids.filtered(
                lambda e: not self.company_id or e.company_id == self.company_id
            )[:1]
            person = (
                {"employee_id": employee.id} if employee else {"partner_id": partner.id}
            )
            if self.company_id and not employee:
                person["company_id"] = self.company_id.id
            vals_list.append({"course_id": self.id, **person})
        return vals_list
