from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import maintenance as kernel

#: Visits are planned so far ahead.
HORIZON_MONTHS = 12
#: Units or visits in one transaction.
BATCH = 200


class AftersalesMaintenancePlanLine(models.Model):
    """The nightly job: plans visits, makes their orders, flags missed ones."""

    _inherit = "aftersales.maintenance.plan.line"

    @api.model
    def _cron_run_plans(self):
        """Run all three steps in batches, a transaction each."""
        for step in (self._plan_batch, self._order_batch, self._flag_batch):
            while count := step():
                if not self.env["ir.cron"]._commit_progress(count):
                    return

    # -- planning ----------------------------------------------------------------

    @api.model
    def _plan_batch(self):
        """Plan the next units of a plan that was not planned today.

        :return: number of units looked at, or 1 for a plan that is through
        """
        today = fields.Date.context_today(self)
        plan = self.env["aftersales.maintenance.plan"].search(
            Domain("date_planned", "=", False) | Domain("date_planned", "<", today),
            limit=1,
            order="id",
        )
        if not plan or not plan.try_lock_for_update():
            return 0
        units = self.env["aftersales.registration"].search(
            plan._get_unit_domain() & Domain("id", ">", plan.planned_unit),
            limit=BATCH,
            order="id",
        )
        if not units:
            plan.write({"date_planned": today, "planned_unit": 0})
            return 1
        self._plan_units(plan, units)
        plan.planned_unit = units[-1].id
        return len(units)

    @api.model
    def _plan_plans(self, plans):
        """Plan every unit of some plans at once."""
        for plan in plans:
            units = self.env["aftersales.registration"].search(plan._get_unit_domain())
            self.sudo()._plan_units(plan, units)

    @api.model
    def _plan_units(self, plan, units):
        """Add the visits of units that are missing; what exists stays.

        Two jobs at once cannot plan a visit twice: the unique index decides, and
        the second one goes on.
        """
        rows = [
            (plan, unit, number, day)
            for unit in units
            for number, day in plan._get_due_dates(unit)
        ]
        if rows:
            self.flush_model()
            self._insert_visits(rows)
            self.invalidate_model()

    @api.model
    def _insert_visits(self, rows):
        """Insert visits in one statement, leaving those that exist."""
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, %s, 'planned', false, false, "
                "%s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')",
                plan.id,
                unit.id,
                number,
                plan.company_id.id,
                unit.product_id.id,
                unit.partner_id.id or None,
                day,
                day - timedelta(days=plan.lead_days),
                day + timedelta(days=plan.window_days),
                self.env.uid,
                self.env.uid,
            )
            for plan, unit, number, day in rows
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO aftersales_maintenance_plan_line (plan_id, "
                "registration_id, number, company_id, product_id, partner_id, "
                "date_due, date_open, date_limit, state, is_missed, is_on_time, "
                "create_uid, write_uid, create_date, write_date) VALUES %s "
                "ON CONFLICT (plan_id, registration_id, number) DO NOTHING",
                values,
            )
        )

    # -- orders and missed visits ------------------------------------------------

    @api.model
    def _order_batch(self):
        """Make the orders of visits whose time has come; number of them."""
        domain = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_open", "<=", company._get_aftersales_today())
            for company in self._get_plan_companies()
        )
        # A visit whose order was cancelled is ordered again by hand only.
        domain &= Domain("state", "=", "planned") & Domain("order_id", "=", False)
        lines = self.search(domain, limit=BATCH)
        return len(lines._create_orders())

    @api.model
    def _flag_batch(self):
        """Flag visits whose window has passed; number of them."""
        domain = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_limit", "<", company._get_aftersales_today())
            for company in self._get_plan_companies()
        )
        domain &= Domain("state", "in", ("planned", "ordered"))
        lines = self.search(domain & Domain("is_missed", "=", False), limit=BATCH)
        lines = lines.try_lock_for_update()
        lines._write_flow({"is_missed": True})
        return len(lines)

    @api.model
    def _get_plan_companies(self):
        """Companies that have plans."""
        Plan = self.env["aftersales.maintenance.plan"].with_context(active_test=False)
        return self.env["res.company"].union(
            *(company for (company,) in Plan._read_group([], ["company_id"]))
        )


class AftersalesMaintenancePlan(models.Model):
    _inherit = "aftersales.maintenance.plan"

    def _get_due_dates(self, unit):
        """Visits of a unit up to the horizon: ``[(number, day), …]``."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        return kernel.due_dates(
            self._get_start(unit),
            self._get_cycle(),
            self.date_from,
            today + relativedelta(months=HORIZON_MONTHS),
            self.visit_count,
        )
