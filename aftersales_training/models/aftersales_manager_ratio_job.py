from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..tools.ratio import ONE_DAY, month_end

BACKFILL_MONTHS = 24


class AftersalesManagerRatio(models.Model):
    """Snapshots of the manager ratio and the month ends."""

    _inherit = "aftersales.manager.ratio"

    @api.model
    def _create_snapshot(self, date, company, point=None, kind="evidence"):
        """Record the figures of a day with the people behind them."""
        day = fields.Date.to_date(date)
        points = point or self.env["aftersales.service.point"]
        return self._create_snapshots(day, company, points, kind, not point)

    @api.model
    def _create_snapshots(self, day, company, points, kind, with_company=True):
        """Record a day for the company and for units, in a constant number of queries.

        :param points: units; each with everything below it
        """
        ratios = self._get_ratios(day, company, points, with_company)
        people = self._get_people_vals(day, company, ratios.values())
        base = self._prepare_base_vals(day, company, kind)
        names = {False: company.name}
        names.update((point.id, point.display_name) for point in points)
        return self.create(
            [
                {
                    **base,
                    **self._prepare_figure_vals(figures, people),
                    "service_point_id": unit_id,
                    "unit_name": names[unit_id],
                }
                for unit_id, figures in ratios.items()
            ]
        )

    @api.model
    def _prepare_base_vals(self, day, company, kind):
        """Values that all records of a day and company share."""
        rule = company.sudo()._get_aftersales_ratio_rule(day)
        line = self.env["aftersales.ratio.rule"]._get_in_force(company, day)
        return {
            "date": day,
            "kind": kind,
            "company_id": company.id,
            "percent": float(100 * rule.rate),
            "minimum": rule.minimum,
            "absence": rule.absence,
            "rule_source": line.source or self._get_default_source(),
        }

    @api.model
    def _get_default_source(self):
        """Source of the rule where the company has recorded none."""
        return self.env._(
            "GB/T 27922-2011, 5.1.2: 10 % of all service managers; rounded up, at "
            "least one (rounding is a proposal)"
        )

    @api.model
    def _prepare_figure_vals(self, figures, people):
        """Values of the figures and of the people behind them."""
        names = ("managers", "holders", "required", "shortfall", "ratio")
        holders = set(figures["holder_ids"])
        return {
            **{name: figures[name] for name in names},
            "is_met": not figures["shortfall"],
            "line_ids": [
                Command.create({**people[staff_id], "is_holder": staff_id in holders})
                for staff_id in figures["manager_ids"]
            ],
        }

    @api.model
    def _get_people_vals(self, day, company, ratios):
        """What is kept of each counted person: ``{staff_id: values}``.

        Words, not links: they stay when the records behind them go.
        """
        staff_ids = {staff_id for found in ratios for staff_id in found["manager_ids"]}
        staff = self.env["aftersales.staff"].browse(sorted(staff_ids))
        Certificate = self.env["aftersales.certificate"]
        certificates = staff._get_certificates(
            Certificate._get_valid_domain(day)
            & Domain("type_id.counts_for_ratio", "=", True)
        )
        return {
            person.id: self._prepare_person_vals(person, certificates[person.id][-1:])
            for person in staff
        }

    @api.model
    def _prepare_person_vals(self, staff, certificate):
        return {
            "person_key": staff._get_person_key(),
            "name": staff.name,
            "role_name": staff.role_id.name,
            "point_name": staff.service_point_id.display_name,
            "date_from": staff.date_from,
            "date_to": staff.date_to,
            "certificate_number": certificate.number,
            "certificate_type": certificate.type_id.name,
            "certificate_issuer": certificate.issuer_id.name,
            "certificate_issue": certificate.date_issue,
            "certificate_expiry": certificate.date_expiry,
        }

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
        """Record what is missing of one company: as a whole and per unit."""
        today = company._get_aftersales_today()
        for day in self._get_missing_month_ends(company, today):
            units = self._get_recorded_units(company, day)
            self._create_snapshots(day, company, units, "month_end")

    @api.model
    def _get_recorded_units(self, company, day):
        """Centres, and points at which somebody managed on the day.

        A centre without any manager is recorded, too: that nobody manages there
        is worth knowing.
        """
        Staff = self.env["aftersales.staff"]
        managers = Staff._get_counted_domain(day) & Domain("is_manager", "=", True)
        return (
            self.env["aftersales.service.point"]
            .with_context(active_test=False)
            .search(
                Domain("company_id", "=", company.id)
                & (
                    Domain("tier", "=", "centre") & Domain("active", "=", True)
                    | Domain("tier", "in", ("centre", "point"))
                    & Domain("staff_ids", "any", managers)
                )
            )
        )

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
