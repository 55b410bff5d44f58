from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..tools.ratio import ONE_DAY, month_end

BACKFILL_MONTHS = 24


class AftersalesManagerRatio(models.Model):
    """Snapshots and alerts of the manager ratio."""

    _inherit = "aftersales.manager.ratio"

    @api.model
    def _create_snapshot(self, date, company, point=None, kind="evidence"):
        """Record the figures of a day with the people behind them."""
        day = fields.Date.to_date(date)
        figures = self._get_ratio(day, point=point, company=company)
        return self.create(
            self._prepare_snapshot_vals(day, company, point, kind, figures)
        )

    @api.model
    def _prepare_snapshot_vals(self, day, company, point, kind, figures):
        """Values of a record with the figures and people of a day."""
        names = ("managers", "holders", "required", "shortfall", "ratio")
        return {
            **{name: figures[name] for name in names},
            "date": day,
            "kind": kind,
            "company_id": company.id,
            "service_point_id": point.id if point else False,
            "percent": company.aftersales_ratio_percent,
            "minimum": company.aftersales_ratio_minimum,
            "is_met": not figures["shortfall"],
            "line_ids": [
                Command.create(vals) for vals in self._prepare_line_vals(day, figures)
            ],
        }

    @api.model
    def _prepare_line_vals(self, day, figures):
        """Values of one line per counted person."""
        Certificate = self.env["aftersales.certificate"]
        staff = self.env["aftersales.staff"].browse(figures["manager_ids"])
        certificates = staff._get_certificates(
            Certificate._get_valid_domain(day)
            & Domain("type_id.counts_for_ratio", "=", True)
        )
        holders = set(figures["holder_ids"])
        vals_list = []
        for person in staff:
            certificate = certificates[person.id][-1:]
            vals_list.append(
                {
                    "person_key": person._get_person_key(),
                    "name": person.name,
                    "role_name": person.role_id.name,
                    "point_name": person.service_point_id.display_name,
                    "is_holder": person.id in holders,
                    "certificate_number": certificate.number,
                    "certificate_expiry": certificate.date_expiry,
                }
            )
        return vals_list

    # Month ends

    @api.model
    def _cron_take_snapshots(self):
        """Record the month ends that are over and not recorded yet."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_aftersales_companies()
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            self._take_month_ends(company)
            cron._commit_progress(1)

    @api.model
    def _take_month_ends(self, company):
        """Record what is missing of one company: as a whole and per centre."""
        today = company._get_aftersales_today()
        days = self._get_missing_month_ends(company, today)
        if not days:
            return
        centres = self.env["aftersales.service.point"].search(
            [("company_id", "=", company.id), ("tier", "=", "centre")]
        )
        for day in days:
            for point in (None, *centres):
                self._create_snapshot(day, company, point=point, kind="month_end")

    @api.model
    def _get_missing_month_ends(self, company, today):
        """Month ends since the last recorded one, at least the last month."""
        last_end = today.replace(day=1) - ONE_DAY
        ((recorded,),) = self._read_group(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "month_end"),
                ("service_point_id", "=", False),
            ],
            aggregates=["date:max"],
        )
        if not recorded:
            return [last_end]
        days = []
        day = month_end(recorded + ONE_DAY)
        while day <= last_end:
            days.append(day)
            day = month_end(day + ONE_DAY)
        return days[-BACKFILL_MONTHS:]

    # Alerts

    @api.model
    def _cron_check_ratio(self):
        """Tell human resources once when the ratio falls under."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_aftersales_companies()
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            self._check_company_ratio(company)
            cron._commit_progress(1)

    @api.model
    def _check_company_ratio(self, company):
        """Open an alert when the rule is not met, close it when it is again."""
        today = company._get_aftersales_today()
        figures = self._get_ratio(today, company=company)
        alert = self.search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "alert"),
                ("date_closed", "=", False),
            ],
            limit=1,
        )
        if figures["shortfall"] and not alert:
            vals = self._prepare_snapshot_vals(today, company, None, "alert", figures)
            self.create(vals)._notify_officers()
        elif alert and not figures["shortfall"]:
            alert.write({"date_closed": today})
            alert.activity_unlink(["aftersales_training.mail_activity_type_ratio"])

    def _notify_officers(self):
        """Raise one activity per training officer on the alert."""
        self.ensure_one()
        for user in self.company_id._get_training_officers():
            env = self.with_context(lang=user.lang).env
            self.activity_schedule(
                "aftersales_training.mail_activity_type_ratio",
                date_deadline=self.date,
                user_id=user.id,
                summary=env._(
                    "Certified managers: %(holders)s of %(required)s required, "
                    "%(shortfall)s missing",
                    holders=self.holders,
                    required=self.required,
                    shortfall=self.shortfall,
                ),
            )
