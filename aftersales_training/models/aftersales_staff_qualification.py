from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

ACTIVITY = "aftersales_training.mail_activity_type_qualification"
BATCH = 200


class AftersalesStaff(models.Model):
    """Certified before taking up the post; who lacks it later is told."""

    _inherit = "aftersales.staff"

    entry_warning = fields.Char(compute="_compute_entry_warning")
    is_gap_reported = fields.Boolean(
        "Missing Certificate Reported", readonly=True, copy=False
    )

    _FLOW_FIELDS = frozenset(("is_gap_reported",))

    @api.depends("role_id", "date_from", "employee_id", "partner_id", "company_id")
    def _compute_entry_warning(self):
        gaps = self._get_entry_gaps()
        for staff in self:
            texts = gaps.get(staff._origin.id or staff.id)
            staff.entry_warning = staff._describe_entry(texts) if texts else False

    @api.constrains("role_id", "date_from", "date_to", "employee_id", "partner_id")
    def _check_entry_qualified(self):
        """Nobody takes up a post without its certificates where that is blocked.

        :raise ValidationError: naming the person, the post, what is missing
        """
        blocking = self.filtered(
            lambda s: s.company_id.sudo().aftersales_entry_mode == "block"
        )
        for staff_id, texts in blocking._get_entry_gaps().items():
            if texts:
                raise ValidationError(self.browse(staff_id)._describe_entry(texts))

    def _describe_entry(self, texts):
        """What keeps the person from taking up the post."""
        self.ensure_one()
        day = self._get_entry_deadline()
        return self.env._(
            "%(person)s cannot be %(role)s from %(date)s on: %(missing)s. Record and "
            "verify the certificate first, or let the post start later.",
            person=self.name or "",
            role=self.role_id.name,
            date=format_date(self.env, day),
            missing=", ".join(texts),
        )

    def _get_entry_deadline(self):
        """First day on which the certificate must be there."""
        self.ensure_one()
        grace = self.company_id.sudo().aftersales_qualification_grace
        return (self.date_from or fields.Date.today()) + timedelta(days=grace)

    def _get_entry_gaps(self):
        """What people lack on the day that counts: ``{staff_id: [text, …]}``.

        A post that is over is history.  For one that has begun today counts: the
        certificate may have come since.  During the days of grace nothing is
        missing yet.
        """
        result = {}
        watched = self.filtered(
            lambda s: (
                s.role_id
                and s.company_id
                and s.company_id.sudo().aftersales_entry_mode != "off"
                and (s.employee_id or s.partner_id)
            )
        )
        for day, lines in watched.grouped(lambda s: s._get_entry_day()).items():
            if day:
                result.update(
                    lines._get_qualification_gaps(
                        self.env["aftersales.service.type"], day, is_standing=True
                    )
                )
        return result

    def _get_entry_day(self):
        """Day on which the post asks for the certificate, ``None`` if not yet due."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        if self.date_to and self.date_to < today:
            return None
        deadline = self._get_entry_deadline()
        grace = self.company_id.sudo().aftersales_qualification_grace
        if grace and deadline > today:
            return None
        return max(deadline, today)

    # Daily job

    @api.model
    def _cron_report_gaps(self):
        """Tell human resources of people who newly lack a certificate.

        One activity per person and officer; it goes when nothing is missing any
        more.
        """
        cron = self.env["ir.cron"]
        missing = self._get_overdue_ids()
        reported = self.with_context(active_test=False).search(
            [("is_gap_reported", "=", True)]
        )
        healed = reported.filtered(lambda s: s.id not in missing)
        fresh = self.browse(sorted(missing - set(reported.ids)))
        cron._commit_progress(remaining=len(fresh))
        healed._write_flow({"is_gap_reported": False})
        healed.activity_unlink([ACTIVITY])
        for start in range(0, len(fresh), BATCH):
            batch = fresh[start : start + BATCH]
            batch._report_gaps()
            cron._commit_progress(len(batch))

    @api.model
    def _get_overdue_ids(self):
        """Staff lines that lack a certificate and whose days of grace are over."""
        query = self.env["aftersales.qualification.gap"]._table_query
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT staff_id FROM (%s) gap WHERE is_due", query)
        )
        return {row[0] for row in rows}

    def _report_gaps(self):
        """Raise the activities of people who newly lack a certificate."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(ACTIVITY)
        model_id = self.env["ir.model"]._get_id(self._name)
        vals_list = []
        for company, people in self.grouped("company_id").items():
            today = company._get_aftersales_today()
            for user in company._get_training_officers():
                env = self.with_context(lang=user.lang).env
                vals_list += [
                    {
                        "activity_type_id": type_id,
                        "res_model_id": model_id,
                        "res_id": person.id,
                        "user_id": user.id,
                        "automated": True,
                        "date_deadline": today,
                        "summary": env._(
                            "%(person)s lacks a certificate for the post",
                            person=person.display_name,
                        ),
                    }
                    for person in people
                ]
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        activities.create(vals_list)
        self._write_flow({"is_gap_reported": True})
