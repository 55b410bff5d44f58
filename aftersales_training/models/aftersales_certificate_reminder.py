from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.certificates import REMINDER_DAYS, reminder_step

REMINDER_BATCH = 500
MAIL_EXPRESSIONS = (
    "object.company_id.name",
    "object.expiry_text",
    "object.holder_email",
    "object.holder_name",
    "object.number",
    "object.person_id.lang",
    "object.superior_id.email",
    "object.superior_id.lang",
    "object.superior_id.name",
    "object.type_id.name",
)


class AftersalesCertificate(models.Model):
    """Reminders 90, 60 and 30 days before a certificate expires.

    Whoever has a user account gets an activity: human resources, the holder and
    the superior. Holder and superior without one get an e-mail instead.
    """

    _inherit = "aftersales.certificate"

    superior_id = fields.Many2one(
        "res.partner",
        compute="_compute_superior_id",
        compute_sudo=True,
        help="Who is reminded besides the holder and human resources: the manager "
        "of the employee, or whoever is responsible for the holder's unit.",
    )

    holder_email = fields.Char(
        compute="_compute_holder_email",
        compute_sudo=True,
        groups="aftersales_network.group_training_officer",
    )
    expiry_text = fields.Char(
        "Expiry in Words of the Language", compute="_compute_expiry_text"
    )

    @api.model
    def mail_allowed_qweb_expressions(self):
        """What the reminders show; with nothing else they need no compiled code.

        A job that sends thousands of them is twice as fast for it.
        """
        return super().mail_allowed_qweb_expressions() + MAIL_EXPRESSIONS

    @api.depends(
        "holder_employee_id.parent_id.work_contact_id",
        "person_id",
        "service_point_id.manager_id",
    )
    def _compute_superior_id(self):
        for certificate in self:
            holder = certificate.person_id
            superior = certificate.holder_employee_id.parent_id.work_contact_id
            point = certificate.service_point_id
            while point and (not superior or superior == holder):
                superior = point._get_responsible_person(holder)
                point = point.parent_id
            certificate.superior_id = superior if superior != holder else False

    @api.depends("person_id.email", "holder_employee_id.work_email")
    def _compute_holder_email(self):
        # An employee may only have an address at work.
        for certificate in self:
            certificate.holder_email = (
                certificate.person_id.email or certificate.holder_employee_id.work_email
            )

    @api.depends("date_expiry")
    @api.depends_context("lang")
    def _compute_expiry_text(self):
        for certificate in self:
            day = certificate.date_expiry
            certificate.expiry_text = format_date(self.env, day) if day else ""

    @api.model
    def _cron_remind_expiry(self):
        """Remind of certificates 90, 60 and 30 days before they expire.

        Each batch is committed and forgotten, so that memory stays flat.
        """
        cron = self.env["ir.cron"]
        self._refresh_postings()
        due = self._get_due_domain()
        remaining = self.search_count(due)
        left = cron._commit_progress(remaining=remaining)
        while left > 0:
            batch = self.search(due, limit=REMINDER_BATCH, order="id")
            if not batch:
                break
            batch._remind()
            left = cron._commit_progress(len(batch))
            self.env.invalidate_all()

    @api.model
    def _get_due_domain(self):
        """Domain of verified certificates with a step that was not made yet."""
        return Domain.OR(
            Domain("company_id", "in", companies.ids) & self._get_due_domain_on(day)
            for day, companies in self._get_company_days().items()
        )

    @api.model
    def _get_due_domain_on(self, day):
        """The same on one day, whatever the company."""
        steps = Domain.OR(
            Domain("date_expiry", "<=", fields.Date.add(day, days=step))
            & (Domain("reminder_step", "=", 0) | Domain("reminder_step", ">", step))
            for step in REMINDER_DAYS
        )
        return (
            Domain("state", "=", "verified")
            & Domain("date_expiry", ">=", day)
            & Domain("date_expiry", "<=", fields.Date.add(day, days=REMINDER_DAYS[0]))
            & steps
            & (
                Domain("date_holder_left", "=", False)
                | Domain("date_holder_left", ">=", day)
            )
            & ~Domain("next_ids.state", "=", "verified")
        )

    def _get_due_step(self):
        """Return the step that is due now and was not made yet, else 0."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        step = reminder_step(today, self.date_expiry)
        done = self.reminder_step
        return step if step and (not done or step < done) else 0

    def _remind(self):
        """Remind everybody concerned once; older activities make way."""
        self._unlink_reminders()
        officers = {
            company: company._get_training_officers() for company in self.company_id
        }
        vals_list = []
        by_step = defaultdict(self.browse)
        for certificate in self:
            by_step[certificate._get_due_step()] |= certificate
            users = officers[certificate.company_id]
            users |= certificate._get_holder_user() | certificate._get_superior_user()
            vals_list += [certificate._prepare_reminder_vals(user) for user in users]
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        activities.create(vals_list)
        self._mail_reminders()
        for step, certificates in by_step.items():
            certificates._write_lifecycle({"reminder_step": step})

    def _mail_reminders(self):
        """Queue an e-mail to holders and superiors without a user account."""
        holders = self.filtered(
            lambda c: not c._get_holder_user() and c.sudo().holder_email
        )
        superiors = self.filtered(
            lambda c: not c._get_superior_user() and c.superior_id.sudo().email
        )
        for name, certificates in (
            ("mail_template_expiry_holder", holders),
            ("mail_template_expiry_superior", superiors),
        ):
            template = self.env.ref(f"aftersales_training.{name}", False)
            if template and certificates:
                template.sudo().send_mail_batch(certificates.ids)

    def _get_holder_user(self):
        """The holder's own internal user, if there is one."""
        self.ensure_one()
        certificate_sudo = self.sudo()
        users = certificate_sudo.holder_employee_id.user_id
        users |= certificate_sudo.person_id.user_ids
        return users.filtered(lambda user: user.active and not user.share)[:1]

    def _get_superior_user(self):
        """The superior's internal user, if there is one."""
        self.ensure_one()
        users = self.superior_id.sudo().user_ids
        return users.filtered(lambda user: user.active and not user.share)[:1]

    def _prepare_reminder_vals(self, user):
        """Values of the activity that reminds one user."""
        self.ensure_one()
        env = self.with_context(lang=user.lang).env
        return {
            "activity_type_id": self._get_reminder_type_id(),
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": user.id,
            "date_deadline": self.date_expiry,
            "summary": env._(
                "%(certificate)s of %(holder)s expires on %(date)s",
                certificate=self.display_name,
                holder=self.holder_name,
                date=self.date_expiry,
            ),
        }

    @api.model
    def _get_reminder_type_id(self):
        # Cached, unlike env.ref(), which asks the database each time.
        return self.env["ir.model.data"]._xmlid_to_res_id(
            "aftersales_training.mail_activity_type_expiry", raise_if_not_found=True
        )

    def _get_reminder_domain(self):
        return (
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", self._get_reminder_type_id())
        )

    def _unlink_reminders(self):
        # Reminders belong to several users; deciding on the certificate was
        # checked before, so the open ones go whoever they are for.
        activities_sudo = self.env["mail.activity"].sudo()
        activities_sudo.search(self._get_reminder_domain()).unlink()

    def _close_renewed_reminders(self):
        """A verified renewal ends the reminders of the one it renews."""
        previous = self.previous_id
        if previous:
            previous._unlink_reminders()


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    def _get_responsible_person(self, person):
        """Contact of who is responsible for the unit, other than ``person``."""
        self.ensure_one()
        manager = self.manager_id.partner_id
        if manager and manager != person:
            return manager
        today = self.company_id._get_aftersales_today()
        managers = self.staff_ids.filtered(
            lambda line: (
                line.is_manager
                and line.date_from <= today
                and (not line.date_to or line.date_to >= today)
            )
        )
        people = managers.partner_id | managers.employee_id.work_contact_id
        return (people - person)[:1]
