from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_promise_hours = fields.Float(
        "Promised Hours",
        default=48.0,
        help="Hours from the request to the finished job where the service type "
        "states none. Without either the promised date has to be typed.",
    )

    def _get_aftersales_today(self, moment=None):
        """Today, or the day of a UTC moment, in the time zone of the company."""
        self.ensure_one()
        return fields.Date.context_today(
            self.with_context(tz=self._get_aftersales_tz()), timestamp=moment
        )

    @api.model
    def _get_aftersales_by_today(self):
        """All companies by their own today: ``{date: companies}``; for daily jobs."""
        companies_sudo = self.sudo().search([("active", "=", True)])
        return companies_sudo.grouped(lambda company: company._get_aftersales_today())

    def _get_aftersales_people(self, group):
        """Active people of a role in the company.

        Those who hold the role itself come first; administrators, who hold every
        role, stand in where there is nobody else.

        :param group: external id of the group
        """
        self.ensure_one()
        group_sudo = self.env.ref(group).sudo()

        def here(users):
            return users.filtered(
                lambda user: (
                    user.active
                    and not user.share
                    and not user._is_superuser()
                    and self in user.company_ids
                )
            )

        return here(group_sudo.user_ids) or here(group_sudo.all_user_ids)

    def _ask_aftersales_people(self, record, group, summary, barred=None, **vals):
        """Put a task on the list of somebody of a role.

        :param record: what the task is about
        :param group: external id of the group
        :param summary: what is to be done, in words for that person
        :param barred: users who may not do it, such as the author
        :param vals: further values of the activity
        :return: the user; empty where there is nobody
        """
        self.ensure_one()
        people = self._get_aftersales_people(group)
        user = (people - barred if barred else people)[:1]
        if user:
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                user_id=user.id,
                **vals,
            )
        return user

    def _get_aftersales_tz(self):
        """Name of the time zone in which the company counts its days."""
        self.ensure_one()
        # People of the portal read neither the company's contact nor its calendar,
        # and learn no more from this than what day it is.
        company_sudo = self.sudo()
        zone = company_sudo.partner_id.tz or company_sudo.resource_calendar_id.tz
        return zone or "UTC"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_promise_hours = fields.Float(
        related="company_id.aftersales_promise_hours", readonly=False
    )
