from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, groupby

from .aftersales_certificate import EXPIRING_DAYS
from .aftersales_training_need import OPEN_STATES

#: Records written between two commits of the nightly job.
NEED_BATCH = 500
#: Months after which a closed need of this kind may come up again.
REST_MONTHS = 6
#: One open need per person and course is enough, whatever it follows from.
PERSON_ONCE = ("certificate", "qualification", "ratio")
NEED_ACTIVITY = "aftersales_training.mail_activity_type_need"


class AftersalesTrainingNeed(models.Model):
    """The nightly search for needs, and the reminder of overdue ones."""

    _inherit = "aftersales.training.need"

    #: Days that are given until a need is due.
    _DUE_DAYS = {"assessment": 30, "finding": 45, "metric": 60, "qualification": 60}
    #: Renewal rules of certificates that ask for training.
    _RENEWAL_RULES = ("refresher", "exam")

    @api.model
    def _cron_make_needs(self):
        """Look for needs in every company; running it twice adds nothing."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_aftersales_companies()
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            job = self.with_company(company)
            found = job._filter_new(job._prepare_found_needs(company))
            for start in range(0, len(found), NEED_BATCH):
                job._create_found(found[start : start + NEED_BATCH])
                cron._commit_progress(0)
            cron._commit_progress(1)

    @api.model
    def _create_found(self, vals_list):
        """Create needs that were found; nobody is told one by one."""
        return self.with_context(mail_create_nolog=True, tracking_disable=True).create(
            vals_list
        )

    @api.model
    def _prepare_found_needs(self, company):
        """Values of everything that calls for training today; extension point."""
        today = company._get_aftersales_today()
        staff = self._get_company_staff(company, today)
        return [
            *self._prepare_trigger_needs(company),
            *self._prepare_certificate_needs(company, staff, today),
            *self._prepare_qualification_needs(company, staff, today),
            *self._prepare_requirement_needs(company, today),
        ]

    @api.model
    def _get_company_staff(self, company, today):
        """People of the company who are present today."""
        Staff = self.env["aftersales.staff"]
        return Staff.search(
            Domain("company_id", "=", company.id) & Staff._get_present_domain(today)
        )

    @api.model
    def _prepare_trigger_needs(self, company):
        """Needs from failed assessments, findings and low metrics."""
        points = self.env["aftersales.service.point"].search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("probation", "active", "suspended"))
        )
        return points._prepare_trigger_needs()

    @api.model
    def _prepare_trigger_vals(self, trigger, today):
        """Values of a need from one thing that went badly."""
        vals = self._prepare_origin_vals(trigger["kind"], trigger["record"], today)
        staff = trigger.get("staff")
        person = self._prepare_person_vals(staff) if staff else {}
        return {
            **vals,
            **person,
            "service_point_id": trigger["point"].id,
            "content_type": "technical",
            "text": trigger["text"],
        }

    @api.model
    def _drop_repeated(self, triggers):
        """Leave out what an earlier record of the same cause called for already.

        A cause that shows again, month after month, is one need as long as that
        is open, and again only when it shows after the training.

        :param triggers: see ``aftersales.service.point._get_training_triggers``
        """
        earlier = [trigger["earlier"] for trigger in triggers if "earlier" in trigger]
        # Whoever looks for needs need not see all of them to find none twice.
        needs_sudo = self.sudo().search(
            Domain.OR(
                Domain("origin_model", "=", name)
                & Domain("origin_res_id", "in", [i for r in group for i in r.ids])
                for name, group in groupby(earlier, lambda records: records._name)
            )
        )
        by_origin = needs_sudo.grouped(lambda n: (n.origin_model, n.origin_res_id))
        return [
            trigger
            for trigger in triggers
            if not any(
                need._covers(trigger)
                for record in trigger.get("earlier", ())
                for need in by_origin.get((record._name, record.id), ())
            )
        ]

    def _covers(self, trigger):
        """Whether this need answers what shows again."""
        self.ensure_one()
        if self.state in OPEN_STATES:
            return True
        return self.state == "done" and self.date_done >= trigger["date"]

    @api.model
    def _prepare_origin_vals(self, origin, record, today):
        """Values that say what a need follows from."""
        days = self._DUE_DAYS.get(origin, 60)
        return {
            "origin": origin,
            "origin_model": record._name,
            "origin_res_id": record.id,
            "date_open": today,
            "date_due": today + timedelta(days=days),
        }

    @api.model
    def _prepare_person_vals(self, staff):
        """Person, unit and company of a staff line."""
        return {
            "employee_id": staff.employee_id.id,
            "partner_id": staff.partner_id.id,
            "service_point_id": staff.service_point_id.id,
            "company_id": staff.company_id.id,
        }

    @api.model
    def _prepare_certificate_needs(self, company, staff, today):
        """Needs from certificates that run out and ask for training again."""
        expiring = self.env["aftersales.certificate"].search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "verified")
            & Domain("type_id.renewal_rule", "in", self._RENEWAL_RULES)
            & Domain("date_expiry", ">=", today)
            & Domain("date_expiry", "<=", today + timedelta(days=EXPIRING_DAYS))
            & ~Domain("next_ids.state", "=", "verified")
        )
        courses = expiring.type_id._get_training_courses(company)
        present = {person._get_person_key(): person for person in staff}
        return [
            {
                **self._prepare_origin_vals("certificate", certificate, today),
                **self._prepare_person_vals(person),
                "course_id": course.id,
                "text": self.env._(
                    "%(certificate)s expires on %(date)s",
                    certificate=certificate.display_name,
                    date=certificate.date_expiry,
                ),
                "date_due": certificate.date_expiry,
            }
            for certificate in expiring
            for course in [courses.get(certificate.type_id.id)]
            for person in [present.get(certificate._get_person_key())]
            if course and person
        ]

    @api.model
    def _prepare_qualification_needs(self, company, staff, today):
        """Needs of people who lack a certificate that their post asks for."""
        Requirement = self.env["aftersales.role.requirement"]
        rows = self.env.execute_query(
            SQL(
                "SELECT staff_id, requirement_id FROM (%s) need WHERE NOT is_met "
                "AND staff_id = ANY(%s)",
                Requirement._get_standing_sql(today),
                staff.ids,
            )
        )
        requirements = Requirement.browse({row[1] for row in rows})
        types = requirements.certificate_type_id
        courses = types._get_training_courses(company)
        return [
            {
                **self._prepare_origin_vals("qualification", requirement, today),
                **self._prepare_person_vals(person),
                "course_id": course.id,
                "text": self.env._(
                    "no valid “%(type)s”", type=requirement.certificate_type_id.name
                ),
            }
            for staff_id, requirement_id in rows
            for person in [staff.browse(staff_id)]
            for requirement in [Requirement.browse(requirement_id)]
            for course in [courses.get(requirement.certificate_type_id.id)]
            if course
        ]

    @api.model
    def _prepare_requirement_needs(self, company, today):
        """Needs of people who have not passed a course that their post asks for."""
        Requirement = self.env["aftersales.training.requirement"]
        points = self.env["aftersales.service.point"].search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("probation", "active"))
        )
        gaps = Requirement._get_gaps(points, today)
        vals_list = []
        for point in points:
            for requirement, person in gaps[point.id]:
                vals = self._prepare_origin_vals("qualification", requirement, today)
                person_vals = self._prepare_person_vals(person) if person else {}
                vals_list.append(
                    {
                        **vals,
                        "service_point_id": point.id,
                        **person_vals,
                        "course_id": requirement.course_id.id,
                        "text": requirement._describe_gap(),
                    }
                )
        return vals_list

    # What exists already

    @api.model
    def _filter_new(self, vals_list):
        """Drop what has a need already; the last word has the unique index."""
        taken, people = self._get_existing_keys(vals_list)
        fresh = []
        for vals in vals_list:
            key, person_course = self._get_vals_keys(vals)
            once = vals["origin"] in PERSON_ONCE and person_course[0]
            if key in taken or (once and person_course in people):
                continue
            taken.add(key)
            people.add(person_course)
            fresh.append(vals)
        return fresh

    @api.model
    def _get_vals_keys(self, vals):
        """Keys of values: (full key, (person, course))."""
        employee = self.env["hr.employee"].browse(vals.get("employee_id") or ())
        person = vals.get("partner_id") or (
            employee.work_contact_id.id or (-employee.id if employee else 0)
        )
        unit = 0 if person else (vals.get("service_point_id") or 0)
        course = vals.get("course_id") or vals.get("content_type")
        origin = (vals["origin_model"], vals["origin_res_id"])
        return (person, unit, course, *origin), (person, course)

    @api.model
    def _get_existing_keys(self, vals_list):
        """Keys of needs that stand against new ones: (full keys, open people)."""
        rest = self.env.company._get_aftersales_today()
        rest -= relativedelta(months=REST_MONTHS)
        needs = self.search_fetch(
            Domain("company_id", "=", self.env.company.id)
            & (
                Domain("state", "in", OPEN_STATES)
                | Domain("origin_res_id", "in", [v["origin_res_id"] for v in vals_list])
            ),
            [
                "person_id",
                "employee_id",
                "partner_id",
                "service_point_id",
                "course_id",
                "content_type",
                "origin",
                "origin_model",
                "origin_res_id",
                "state",
                "date_open",
            ],
        )
        taken, people = set(), set()
        for need in needs:
            key, person_course = need._get_own_keys()
            is_open = need.state in OPEN_STATES
            if is_open or need.origin not in PERSON_ONCE or need.date_open > rest:
                taken.add(key)
            if is_open:
                people.add(person_course)
        return taken, people

    def _get_own_keys(self):
        """The same keys of this need."""
        self.ensure_one()
        is_personal = bool(self.employee_id or self.partner_id)
        person = self._get_person_key() if is_personal else 0
        unit = 0 if person else self.service_point_id.id
        course = self.course_id.id or self.content_type
        origin = (self.origin_model, self.origin_res_id)
        return (person, unit, course, *origin), (person, course)

    # Reminders

    @api.model
    def _cron_remind_overdue(self):
        """Remind of overdue needs once, the unit's manager and human resources."""
        cron = self.env["ir.cron"]
        due = self.search(
            self._get_remindable_domain() & Domain("date_reminded", "=", False)
        )
        cron._commit_progress(remaining=len(due))
        for start in range(0, len(due), NEED_BATCH):
            batch = due[start : start + NEED_BATCH]
            batch._remind_overdue()
            cron._commit_progress(len(batch))

    @api.model
    def _get_remindable_domain(self):
        """Needs that are overdue in their company."""
        companies = self.env["res.company"]._get_aftersales_companies()
        return Domain("state", "in", OPEN_STATES) & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_due", "<", company._get_aftersales_today())
            for company in companies
        )

    def _remind_overdue(self):
        """One activity per need and person who looks after it."""
        Activity = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        officers = {
            company: company._get_training_officers() for company in self.company_id
        }
        Activity.create(
            [
                need._prepare_reminder_vals(user)
                for need in self
                for user in officers[need.company_id] | need._get_unit_manager()
            ]
        )
        for company, needs in self.grouped("company_id").items():
            needs._write_flow({"date_reminded": company._get_aftersales_today()})

    def _get_unit_manager(self):
        """Manager of the unit, else the one of the unit above."""
        self.ensure_one()
        point = self.service_point_id
        user = point.manager_id or point.centre_id.manager_id
        return user.filtered("active")

    def _prepare_reminder_vals(self, user):
        """Values of the activity that reminds one user."""
        self.ensure_one()
        env = self.with_context(lang=user.lang).env
        return {
            "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id(
                NEED_ACTIVITY, raise_if_not_found=True
            ),
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "user_id": user.id,
            # Ended by the system when the need is closed.
            "automated": True,
            "date_deadline": self.date_due,
            "summary": env._(
                "Training overdue since %(date)s: %(need)s",
                date=self.date_due,
                need=self.display_name,
            ),
        }
