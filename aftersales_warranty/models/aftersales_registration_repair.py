from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import cover as kernel


class AftersalesRegistration(models.Model):
    """Bench repairs of the unit count like those of service orders."""

    _inherit = "aftersales.registration"

    repair_order_ids = fields.One2many(
        "repair.order", "aftersales_registration_id", "Bench Repairs"
    )
    repair_order_count = fields.Integer(compute="_compute_repair_order_count")
    date_guarantee_end = fields.Date(
        "Repair Guarantee until",
        compute="_compute_date_guarantee_end",
        help="Last day of the guarantee on the latest repair of the unit.",
    )

    def _compute_repair_order_count(self):
        counts = self.env["repair.order"]._count_by(
            "aftersales_registration_id", self.ids
        )
        for unit in self:
            unit.repair_order_count = counts.get(unit._origin, 0)

    @api.depends(
        "order_ids.date_guarantee_end",
        "repair_order_ids.aftersales_date_guarantee_end",
    )
    def _compute_date_guarantee_end(self):
        ends = {}
        for model, unit_field, end_field in (
            ("aftersales.service.order", "registration_id", "date_guarantee_end"),
            (
                "repair.order",
                "aftersales_registration_id",
                "aftersales_date_guarantee_end",
            ),
        ):
            # The guarantee belongs to the unit, whichever point did the work.
            groups = (
                self.env[model]
                .sudo()
                ._read_group(
                    [(unit_field, "in", self.ids), (end_field, "!=", False)],
                    [unit_field],
                    [f"{end_field}:max"],
                )
            )
            for unit, end in groups:
                ends[unit.id] = max(end, ends.get(unit.id, end))
        for unit in self:
            unit.date_guarantee_end = ends.get(unit._origin.id)

    @api.depends("repair_order_ids.aftersales_date_end", "repair_order_ids.state")
    def _compute_date_cover_end(self):
        """Days at the bench run the period on as well."""
        return super()._compute_date_cover_end()

    def _get_counters(self, on_date=None):
        """Add repairs at the bench; those of a service order count with it."""
        result = super()._get_counters(on_date)
        if not self.ids:
            return result
        # The counters belong to the unit, whoever did the work.
        Repair_sudo = self.env["repair.order"].sudo()
        mine = self._get_own_domain("aftersales_registration_id")
        mine &= Domain("aftersales_order_id", "=", False)
        finished = mine & Domain("state", "=", "done")
        if on_date:
            moment = datetime.combine(on_date, time.max)
            finished &= Domain("aftersales_date_end", "<=", moment)
        for unit, count, days, longest in Repair_sudo._read_group(
            finished,
            ["aftersales_registration_id"],
            ["__count", "aftersales_repair_days:sum", "aftersales_repair_days:max"],
        ):
            values = result.setdefault(unit.id, {})
            values["repairs"] = values.get("repairs", 0) + count
            for name in ("waiting_days", "longest_waiting"):
                values.setdefault(name, 0)
            self._add_bench_days(values, days, longest)
        if on_date:
            running = Repair_sudo.search_fetch(
                mine & Domain("state", "=", "under_repair"),
                ["aftersales_registration_id", "aftersales_date_start"],
            )
            for repair in running:
                days = kernel.days_between(
                    repair.aftersales_date_start, datetime.combine(on_date, time.max)
                )
                unit = repair.aftersales_registration_id
                self._add_bench_days(result.setdefault(unit.id, {}), days, days)
        return result

    def _get_visits(self, on_date):
        self.env["repair.order"].flush_model()
        return super()._get_visits(on_date)

    def _get_visit_query(self):
        """Add repairs at the bench; those of a service order count with it."""
        return SQL(
            """
            (%s)
            UNION ALL
            (SELECT aftersales_registration_id, company_id, aftersales_fault_id,
                    NULL, CASE state WHEN 'done' THEN state ELSE 'in_progress' END,
                    COALESCE(aftersales_date_start, aftersales_date_end),
                    aftersales_date_end, aftersales_repair_days, 0, NULL, NULL
               FROM repair_order
              WHERE aftersales_registration_id IN %s
                AND aftersales_order_id IS NULL
                AND state IN ('under_repair', 'done')
                AND COALESCE(aftersales_date_start, aftersales_date_end) IS NOT NULL)
             ORDER BY 1, 6
            """,
            super()._get_visit_query(),
            self._get_ids_query(),
        )

    def _get_replacements(self, on_date):
        self.env["repair.order"].flush_model()
        self.env["stock.move"].flush_model(["repair_id", "repair_line_type", "state"])
        return super()._get_replacements(on_date)

    def _get_replacement_query(self):
        """Add the assemblies and main parts that were put in at the bench."""
        return SQL(
            """
            (%s)
            UNION ALL
            (SELECT job.aftersales_registration_id, job.company_id,
                    job.aftersales_date_end, product.product_tmpl_id,
                    template.aftersales_is_assembly,
                    template.aftersales_fault_group_id
               FROM stock_move move
               JOIN repair_order job ON job.id = move.repair_id
               JOIN product_product product ON product.id = move.product_id
               JOIN product_template template
                 ON template.id = product.product_tmpl_id
              WHERE job.aftersales_registration_id IN %s
                AND job.state = 'done'
                AND job.aftersales_date_end IS NOT NULL
                AND move.repair_line_type = 'add'
                AND move.state = 'done'
                AND (
                    template.aftersales_is_assembly OR template.aftersales_is_main_part
                ))
             ORDER BY 1, 3
            """,
            super()._get_replacement_query(),
            self._get_ids_query(),
        )

    @api.model
    def _add_bench_days(self, values, days, longest):
        """Add days at the bench to the counters of one unit."""
        values["repair_days"] = (values.get("repair_days") or 0) + (days or 0)
        values["longest_repair"] = max(values.get("longest_repair") or 0, longest or 0)

    def action_create_repair(self):
        """Take the unit to the bench and open its repair.

        :raise UserError: the unit is not with a customer any more
        """
        self.ensure_one()
        self.check_access("read")
        self.env["repair.order"].check_access("create")
        if self.state in ("returned", "exchanged"):
            raise UserError(
                self.env._(
                    "%(unit)s is no longer with a customer. Repair it from its return.",
                    unit=self.display_name,
                )
            )
        # Two clicks at once make one repair.
        self.sudo().lock_for_update(allow_referencing=True)
        running = self.sudo().repair_order_ids.filtered(
            lambda r: r.state not in ("done", "cancel")
        )
        repair = running[:1].sudo(False)
        if not repair:
            repair = self.env["repair.order"]._take_in([self._prepare_repair_vals()])
        return repair._open_aftersales()

    def _prepare_repair_vals(self):
        """Values of a repair of the unit; extension point."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "aftersales_serial": self.serial,
            "aftersales_registration_id": self.id,
        }

    def action_view_repair_orders(self):
        """Open the bench repairs of the unit."""
        self.ensure_one()
        return self.env["repair.order"]._get_aftersales_action(
            self.env._("Repairs of %(record)s", record=self.serial),
            [("aftersales_registration_id", "in", self.ids)],
        )
