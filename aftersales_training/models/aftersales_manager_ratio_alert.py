from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

ACTIVITY = "aftersales_training.mail_activity_type_ratio"
HEAD = "aftersales_network.group_head"
#: The forecast looks at least as far as the warning.
DAYS_PER_MONTH = 28


class AftersalesManagerRatio(models.Model):
    """Alerts when a unit falls below the rule, warnings before it does."""

    _inherit = "aftersales.manager.ratio"

    @api.model
    def _cron_check_ratio(self):
        """Tell human resources and the head once when the ratio falls under."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"]._get_aftersales_companies()
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            self._check_company_ratio(company)
            cron._commit_progress(1)

    @api.model
    def _check_company_ratio(self, company):
        """Open alerts where the rule is not met, close them when it is again.

        The company is always watched, its centres where the company says so; the
        warning ahead is about the company.
        """
        today = company._get_aftersales_today()
        units = self._get_watched_units(company)
        ratios = self._get_ratios(today, company, units)
        alerts = self._get_open("alert", company)
        fresh = units.browse()
        for unit_id, figures in ratios.items():
            alert = alerts.get(unit_id)
            if alert and not figures["shortfall"]:
                alert._close(today)
            elif figures["shortfall"] and not alert and unit_id:
                fresh |= units.browse(unit_id)
        for unit_id in alerts.keys() - ratios.keys():
            alerts[unit_id]._close(today)
        is_new = bool(ratios[False]["shortfall"]) and False not in alerts
        if fresh or is_new:
            self._create_snapshots(today, company, fresh, "alert", is_new)._notify()
        self._check_warning(company, today, is_under=bool(ratios[False]["shortfall"]))

    @api.model
    def _get_watched_units(self, company):
        """Centres that raise an alert of their own."""
        Point = self.env["aftersales.service.point"]
        if not company.aftersales_ratio_watch_centres:
            return Point
        return Point.search([("company_id", "=", company.id), ("tier", "=", "centre")])

    @api.model
    def _get_open(self, kind, company):
        """Open records of a kind by unit: ``{point_id or False: record}``."""
        found = self.search(
            Domain("company_id", "=", company.id)
            & Domain("kind", "=", kind)
            & Domain("date_closed", "=", False)
        )
        return {record.service_point_id.id: record for record in found}

    @api.model
    def _check_warning(self, company, today, is_under):
        """Warn once before the company falls under; an alert makes it needless."""
        days = company.aftersales_ratio_warning_days
        warning = self._get_open("warning", company).get(False)
        date_under = False
        if days and not is_under:
            months = days // DAYS_PER_MONTH + 1
            _course, dates = self._get_forecast(today, company=company, months=months)
            date_under = dates[0] if dates else False
        if not date_under or date_under > today + timedelta(days=days):
            if warning:
                warning._close(today)
        elif not warning or warning.date_under != date_under:
            if warning:
                warning._close(today)
            self._create_warning(company, today, date_under)

    @api.model
    def _create_warning(self, company, today, date_under):
        """Record the figures of today with the day on which they fall under."""
        figures = self._get_ratios(
            today, company, self.env["aftersales.service.point"]
        )[False]
        people = self._get_people_vals(today, company, [figures])
        vals = {
            **self._prepare_base_vals(today, company, "warning"),
            **self._prepare_figure_vals(figures, people),
            "unit_name": company.name,
            "date_under": date_under,
        }
        self.create(vals)._notify()

    def _close(self, today):
        """The rule is met again: the alert is over and its activities go."""
        self.write({"date_closed": today})
        self.activity_unlink([ACTIVITY])

    def _notify(self):
        """Raise one activity per training officer and head of service."""
        for company, records in self.grouped("company_id").items():
            users = company._get_training_officers()
            users |= company._get_aftersales_people(HEAD)
            for record in records:
                for user in users:
                    record._notify_user(user)

    def _notify_user(self, user):
        self.ensure_one()
        self.activity_schedule(
            ACTIVITY,
            date_deadline=self.date_under or self.date,
            user_id=user.id,
            summary=self.with_context(lang=user.lang)._get_alert_summary(),
        )

    def _get_alert_summary(self):
        """What the activity says, in the language of the context."""
        self.ensure_one()
        env = self.env
        if self.kind == "warning":
            return env._(
                "Certified managers: the rule is met until the day before "
                "%(date)s only",
                date=self.date_under,
            )
        text = env._(
            "Certified managers: %(holders)s of %(required)s required, "
            "%(shortfall)s missing",
            holders=self.holders,
            required=self.required,
            shortfall=self.shortfall,
        )
        return f"{self.unit_name}: {text}" if self.service_point_id else text
