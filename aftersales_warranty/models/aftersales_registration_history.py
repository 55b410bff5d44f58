from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import SQL

from ..tools import cover as cover_kernel
from ..tools import entitlement as kernel


class AftersalesRegistration(models.Model):
    """What the law counts of a unit: repairs, replacements, days."""

    _inherit = "aftersales.registration"

    def _get_fact_rows(self, single_ids=()):
        """Facts of units, those together that agree in all but the price; one query.

        :param single_ids: ids of units with a history, which nobody else shares
        :return: the first fields of :class:`~..tools.unit_groups.UnitGroup`
        """
        self.flush_model()
        self.env["product.product"].flush_model(["product_tmpl_id"])
        self.env["product.template"].flush_model(
            ["categ_id", "aftersales_no_withdrawal"]
        )
        return self.env.execute_query(self._get_fact_query(self.browse(single_ids)))

    def _get_fact_query(self, single_units):
        """Query whose columns are the first fields of a group of units.

        Dates go first where rows are compared to be put together: they differ most,
        and the rest need not be looked at.
        """
        return SQL(
            """
            SELECT alike.ids, alike.prices, alike.company_id, alike.currency_id,
                   alike.country_id, alike.policy_version_id, template.categ_id,
                   CASE WHEN alike.is_distance THEN 'distance' ELSE 'shop' END,
                   alike.date_sale, alike.date_delivery, alike.date_installation,
                   alike.date_factory, alike.date_restart, alike.date_closed,
                   COALESCE(template.aftersales_no_withdrawal, FALSE)
              FROM (
                   SELECT ARRAY_AGG(unit.id) AS ids, ARRAY_AGG(unit.price) AS prices,
                          unit.date_sale, unit.date_delivery, unit.product_id,
                          unit.date_installation, unit.date_factory,
                          unit.date_restart, unit.date_closed,
                          unit.policy_version_id, unit.country_id, unit.company_id,
                          unit.currency_id, unit.channel = 'distance' AS is_distance
                     FROM aftersales_registration unit
                     LEFT JOIN %s AS single(id) ON single.id = unit.id
                    WHERE unit.id IN %s
                    GROUP BY 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, single.id
                   ) AS alike
              JOIN product_product product ON product.id = alike.product_id
              JOIN product_template template
                ON template.id = product.product_tmpl_id
            """,
            single_units._get_ids_query(),
            self._get_ids_query(),
        )

    def _get_visits(self, on_date):
        """Repairs of units as they stood on a day: ``{id: [kernel visit, …]}``.

        The repairs belong to the unit, whichever point did them: no rules on orders.
        """
        Order = self.env["aftersales.service.order"]
        Order.flush_model()
        catalogue = self.env["aftersales.fault.group"]._get_catalogue()
        faults = self._get_fault_groups()
        rows = self.env.execute_query(self._get_visit_query())
        zones = self._get_zones(rows)
        found = defaultdict(list)
        for unit_id, company_id, fault_id, cause, *row in rows:
            days = _visit_days(row, on_date, zones[company_id])
            if days is None:
                continue
            kind, codes = catalogue.get(faults.get(fault_id), ("", frozenset()))
            found[unit_id].append(
                kernel.Visit(
                    **days,
                    own_delay=cause == "repairer",
                    fault=fault_id,
                    groups=codes,
                    is_safety=kind == "safety",
                )
            )
        return found

    def _get_visit_query(self):
        """Query for the begun repairs of units."""
        return SQL(
            """
            SELECT job.registration_id, job.company_id, job.fault_id,
                   COALESCE(job.delay_cause, 'repairer'), job.state,
                   COALESCE(job.date_start, job.date_end), job.date_end,
                   job.repair_days, job.waiting_days, job.date_waiting,
                   job.hours_not_counted
              FROM aftersales_service_order job
              JOIN aftersales_service_type kind ON kind.id = job.service_type_id
             WHERE job.registration_id IN %s
               AND kind.kind = 'repair'
               AND job.state IN ('in_progress', 'waiting_part', 'done', 'closed')
               AND COALESCE(job.date_start, job.date_end) IS NOT NULL
             ORDER BY job.registration_id, 6, job.id
            """,
            self._get_ids_query(),
        )

    @api.model
    def _get_zones(self, rows):
        """Time zone of each company in query rows: ``{company_id: zone}``."""
        companies_sudo = self.env["res.company"].sudo()
        return {
            company.id: ZoneInfo(company._get_aftersales_tz())
            for company in companies_sudo.browse({row[1] for row in rows})
        }

    @api.model
    def _get_fault_groups(self):
        """Group of every coded fault: ``{fault_id: group_id}``."""
        return self.env["aftersales.fault"]._get_group_ids()

    def _get_replacements(self, on_date):
        """Replaced assemblies and main parts of units up to a day.

        :return: ``{id: [kernel replacement, …]}``
        """
        self.env["aftersales.service.order.line"].flush_model()
        self.env["product.template"].flush_model()
        catalogue = self.env["aftersales.fault.group"]._get_catalogue()
        rows = self.env.execute_query(self._get_replacement_query())
        zones = self._get_zones(rows)
        found = defaultdict(list)
        for unit_id, company_id, moment, part, whole, group_id in rows:
            day = _local_day(moment, zones[company_id])
            if day > on_date:
                continue
            codes = catalogue.get(group_id, ("", frozenset()))[1]
            found[unit_id].append(kernel.Replacement(day, part, codes, bool(whole)))
        return found

    def _get_replacement_query(self):
        """Query for the assemblies and main parts that repairs put in."""
        return SQL(
            """
            SELECT job.registration_id, job.company_id, job.date_end,
                   product.product_tmpl_id, template.aftersales_is_assembly,
                   template.aftersales_fault_group_id
              FROM aftersales_service_order_line line
              JOIN aftersales_service_order job ON job.id = line.order_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template
                ON template.id = product.product_tmpl_id
             WHERE job.registration_id IN %s
               AND job.state IN ('done', 'closed')
               AND job.date_end IS NOT NULL
               AND line.kind = 'part'
               AND line.quantity > 0
               AND (template.aftersales_is_assembly OR template.aftersales_is_main_part)
             ORDER BY job.registration_id, job.date_end, line.id
            """,
            self._get_ids_query(),
        )

    # -- kernel facts ----------------------------------------------------------

    def _get_unit_facts(self, counters, figures):
        """Facts of one unit for the law, from its totals of days.

        For callers that know the totals only; the entitlements know each repair.

        :param counters: see :meth:`_get_counters`
        :param figures: category, whole months, part months and daily rate of the
            product class; empty without a class
        """
        self.ensure_one()
        values = counters.get(self.id or self._origin.id, {})
        start = self.date_restart or self.date_sale or self.date_delivery or date.min
        visit = kernel.Visit(
            start,
            start,
            values.get("repair_days", 0) or 0,
            values.get("waiting_days", 0) or 0,
        )
        # A portal user reads neither the price list nor the product.
        product_sudo = self.product_id.sudo()
        return kernel.UnitFacts(
            price=Decimal(str(self.price)),
            currency=self.currency_id.name or "",
            digits=self.currency_id.decimal_places,
            channel="distance" if self.channel == "distance" else "shop",
            category=(figures and figures.category) or "other",
            class_id=getattr(figures, "class_id", None),
            whole_months=(figures and figures.whole_months) or None,
            part_months=(figures and figures.part_months) or None,
            daily_rate=figures._get_daily_rate() if figures else None,
            visits=(visit,) if values.get("repairs") else (),
            is_excluded=product_sudo.aftersales_no_withdrawal,
            date_factory=self.date_factory or None,
            **self._get_unit_dates(),
        )

    def _get_history_summary(self, on_date=None):
        """Counters that laws ask for, per unit; a constant number of queries.

        :return: ``{id: {"repairs", "repair_days", "waiting_days", "visit_days",
            "by_group": {code: repairs}, "assemblies": {code: count},
            "parts": {template_id: count}}}``
        """
        self._check_readable()
        on_date = on_date or self.env.company._get_aftersales_today()
        visits, replaced = self._get_visits(on_date), self._get_replacements(on_date)
        return {
            unit_id: _summarize(visits.get(unit_id, ()), replaced.get(unit_id, ()))
            for unit_id in self.ids
        }


def _summarize(visits, replacements):
    """Counters of one unit."""
    groups, assemblies, parts = (defaultdict(int) for _n in range(3))
    for visit in visits:
        for code in visit.groups if visit.end else ():
            groups[code] += 1
    for item in replacements:
        if not item.is_assembly:
            parts[item.part] += 1
            continue
        for code in item.groups:
            assemblies[code] += 1
    return {
        "repairs": sum(1 for visit in visits if visit.end),
        "repair_days": sum(visit.repair_days for visit in visits),
        "waiting_days": sum(visit.waiting_days for visit in visits),
        "visit_days": sum(visit.visit_days for visit in visits),
        "by_group": dict(groups),
        "assemblies": dict(assemblies),
        "parts": dict(parts),
    }


def _local_day(moment, zone):
    """Calendar day of a UTC moment."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


def _visit_days(row, on_date, zone):
    """Days of one repair as it stood at the end of a day; None: not begun then.

    :param row: state, start, end, repair days, waiting days, waiting since, hours
        that do not count
    """
    state, start, end, repair, waiting, since, excluded = row
    first = _local_day(start, zone)
    if first > on_date:
        return None
    last = _local_day(end, zone) if end and state in ("done", "closed") else None
    if last is None or last > on_date:
        last, end = None, _end_of_day(on_date, zone)
        waiting = (waiting or 0) + cover_kernel.days_between(since, end)
        waiting = min(waiting, cover_kernel.days_between(start, end))
        repair = cover_kernel.days_between(start, end) - waiting
    counted = end - timedelta(hours=excluded or 0)
    return {
        "start": first,
        "end": last,
        "repair_days": repair or 0,
        "waiting_days": waiting or 0,
        "visit_days": cover_kernel.days_between(start, counted),
    }


def _end_of_day(day, zone):
    """UTC moment at which a local day ends."""
    moment = datetime.combine(day + timedelta(days=1), time.min, zone)
    return moment.astimezone(UTC).replace(tzinfo=None)
