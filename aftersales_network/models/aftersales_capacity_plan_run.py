from collections import defaultdict
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import capacity
from .aftersales_installed_base import YEAR_DAYS
from .aftersales_service_point import DISPATCHABLE_STATES


class AftersalesCapacityPlan(models.Model):
    """Computes a plan; the arithmetic is that of ``tools/capacity``."""

    _inherit = "aftersales.capacity.plan"

    _SPAN_FIELDS = ("repairs_low", "repairs", "repairs_high")

    def action_compute(self):
        """Compute drafts from the installed base, rates and sales of today.

        :raise UserError: the plan is frozen, or nothing is there to plan
        """
        for plan in self:
            plan._check_open({"state"})
            plan._store_figures(plan._get_figures())

    def _store_figures(self, figures):
        """Replace the result of a draft."""
        self.ensure_one()
        self.check_access("write")
        # Nobody writes results; they are those of the calculation.
        plan_sudo = self.sudo()
        plan_sudo.area_line_ids.unlink()
        plan_sudo.line_ids.unlink()
        plan_sudo.area_line_ids.create(
            [{**vals, "plan_id": self.id} for vals in figures["areas"]]
        )
        plan_sudo.line_ids.create(
            [{**vals, "plan_id": self.id} for vals in figures["lines"]]
        )
        self._write_flow(
            {
                **figures["plan"],
                "date_computed": fields.Datetime.now(),
                "computed_by_id": self.env.uid,
                "is_stale": False,
            }
        )

    def _get_figures(self):
        """What the plan says with the data of today; stores nothing.

        :return: ``{"plan": vals, "areas": [vals], "lines": [vals]}``
        """
        self.ensure_one()
        # Transfers and points outside the user's rights count as well; the scope
        # of the plan, which he may write, says which.
        plan_sudo = self.sudo().with_company(self.company_id)
        tree = plan_sudo._get_tree()
        demand, unknown = plan_sudo._get_demand(tree)
        if not demand:
            raise UserError(
                self.env._(
                    "%(plan)s: there are no units in use and no planned sales in the "
                    "areas of the plan. Type planned sales, or widen the areas.",
                    plan=self.display_name,
                )
            )
        areas = plan_sudo._prepare_areas(demand, tree)
        return {
            "plan": {
                **plan_sudo._prepare_totals(areas, tree),
                "unknown_rate_units": unknown,
            },
            "areas": areas,
            "lines": plan_sudo._prepare_lines(demand),
        }

    # Areas

    def _get_tree(self):
        """Areas of the plan and the line each of them belongs to.

        :return: ``{area_id: area_id of the line}``; ``False`` (no area) is a
            line of its own in plans of the whole company
        """
        Area = self.env["aftersales.area"].with_context(active_test=False)
        areas = Area.search_fetch(
            Domain("company_id", "in", (False, self.company_id.id)), ["parent_path"]
        )
        paths = {area.id: area.parent_path.split("/")[:-1] for area in areas}
        roots = self._get_roots()
        depth = self.area_depth
        tree = {
            key: int(path[min(depth, len(path)) - 1]) if depth else key
            for key, path in paths.items()
            if roots is None or not roots.isdisjoint(map(int, path))
        }
        if roots is None:
            tree[False] = False
        return tree

    def _get_roots(self):
        """Ids of the areas whose subtrees are planned; ``None``: all."""
        if not self.service_point_id:
            return set(self.area_ids.ids) or None
        today = self.company_id._get_aftersales_today()
        assigned = self.env["aftersales.area.assignment"].search(
            Domain("service_point_id", "child_of", self.service_point_id.id)
            & self.env["aftersales.area.assignment"]._get_running_domain(today)
        )
        if not self.area_ids:
            return set(assigned.area_id.ids)
        wanted = set(self.area_ids.ids)
        return {
            area.id
            for area in assigned.area_id
            if not wanted.isdisjoint(map(int, area.parent_path.split("/")[:-1]))
        }

    # Demand

    def _get_demand(self, tree):
        """Units, sales and repairs per area and model.

        :return: ``{(area_id, template): {"ages", "sales", "repairs"}}`` and the
            number of units without any rate
        """
        units = self._fetch_installed(tree)
        sales = defaultdict(float)
        for line in self.sale_ids:
            if line.area_id.id in tree:
                sales[tree[line.area_id.id], line.product_tmpl_id.id] += line.quantity
        Template = self.env["product.template"]
        templates = Template.browse({key[1] for key in [*units, *sales]})
        find = self.env["aftersales.failure.rate"]._get_spans(
            self.company_id, templates
        )
        demand, unknown = {}, 0.0
        for key in sorted({*units, *sales}, key=lambda k: (k[0] or 0, k[1])):
            template = Template.browse(key[1])
            ages = [
                (age, count, *find(template, age))
                for age, count in sorted(units.get(key, {}).items())
            ]
            new = find(template, 0)
            unknown += sum(entry[1] for entry in ages if entry[5] == "none")
            unknown += sales.get(key, 0) if new[3] == "none" else 0
            demand[key[0], template] = {
                "ages": ages,
                "sales": sales.get(key, 0.0),
                "repairs": self._get_repairs(ages, sales.get(key, 0.0), new),
            }
        return demand, unknown

    def _get_repairs(self, ages, sales, new):
        """Expected repairs of one area and model with their interval."""
        installed = [
            (entry[1], capacity.Span.of(*(round(x, 9) for x in entry[2:5])))
            for entry in ages
        ]
        rate = capacity.Span.of(*(round(x, 9) for x in new[:3]))
        return capacity.expected_repairs(
            installed, [(sales, rate)], round(self.new_unit_share, 9)
        )

    def _fetch_installed(self, tree):
        """Units in use by area line, model and age in the plan year.

        Ages are those on the first day of the plan year, or today if it runs.

        :return: ``{(area_id, template_id): {age: units}}``
        """
        Base = self.env["aftersales.installed.base"]
        Base._flush_units()
        today = self.company_id._get_aftersales_today()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT area_id, product_tmpl_id,
                       GREATEST(0, FLOOR(
                           (%(day)s::date - date_start) / %(year)s
                       ))::int AS age,
                       SUM(units_in_use)
                  FROM (%(base)s) base
                 WHERE company_id = %(company)s AND units_in_use > 0
                 GROUP BY 1, 2, 3
                """,
                day=max(today, date(self.year, 1, 1)),
                year=SQL(YEAR_DAYS),
                base=Base._get_base_query(today),
                company=self.company_id.id,
            )
        )
        result = defaultdict(lambda: defaultdict(float))
        for area, template, age, count in rows:
            if (area or False) in tree:
                result[tree[area or False], template][age] += count
        return result

    def _prepare_lines(self, demand):
        """Values of the lines by area and model."""
        assumptions = self._get_assumptions()
        return [
            {
                "area_id": area_id,
                "product_tmpl_id": template.id,
                "product_categ_id": template.categ_id.id,
                "sales": found["sales"],
                **self._prepare_ages(found["ages"]),
                **self._prepare_repairs(found["repairs"]),
                "workload": float(
                    capacity.technicians(found["repairs"], assumptions).mean
                ),
            }
            for (area_id, template), found in demand.items()
        ]

    @api.model
    def _prepare_ages(self, ages):
        """Units of all ages, their mean rate, and the detail as it was used."""
        total = sum(entry[1] for entry in ages)
        means = [
            sum(entry[1] * entry[index] for entry in ages) / total if total else 0.0
            for index in (2, 3, 4)
        ]
        names = ("age", "units", "low", "rate", "high", "source")
        return {
            "installed": total,
            "rate_low": means[0],
            "rate": means[1],
            "rate_high": means[2],
            "age_detail": [dict(zip(names, entry, strict=True)) for entry in ages],
        }

    @api.model
    def _prepare_repairs(self, repairs):
        return {
            "repairs_low": float(repairs.low),
            "repairs": float(repairs.mean),
            "repairs_high": float(repairs.high),
        }

    # People and points

    def _prepare_areas(self, demand, tree):
        """Values of the lines by area: needed, present, missing."""
        assumptions = self._get_assumptions()
        totals = defaultdict(lambda: [capacity.ZERO, 0.0, 0.0])
        for (area_id, _template), found in demand.items():
            total = totals[area_id]
            total[0] += found["repairs"]
            total[1] += sum(entry[1] for entry in found["ages"])
            total[2] += found["sales"]
        present = self._get_present(set(totals), tree)
        done = self._count_repairs(tree)
        facts = self._get_area_facts(tree)
        return [
            {
                "area_id": area_id,
                "installed": installed,
                "sales": sales,
                "repairs_present": done.get(area_id, 0),
                "surface_km2": facts[area_id][0],
                "point_minimum": facts[area_id][1],
                **self._prepare_need(
                    repairs, *facts[area_id], *present[area_id], assumptions
                ),
            }
            for area_id, (repairs, installed, sales) in totals.items()
        ]

    @api.model
    def _prepare_need(self, repairs, surface, minimum, people, points, assumptions):
        """People and points for the repairs of one area."""
        workload = capacity.technicians(repairs, assumptions)
        needed = capacity.whole(workload)
        sites = capacity.points_needed(repairs, surface, minimum, assumptions)
        return {
            **self._prepare_repairs(repairs),
            "repairs_peak": float(capacity.peak_month(repairs, assumptions).mean),
            "workload": float(workload.mean),
            "technicians_low": int(needed.low),
            "technicians": int(needed.mean),
            "technicians_high": int(needed.high),
            "technicians_present": people,
            "technician_gap": int(needed.mean) - people,
            "points_low": int(sites.low),
            "points": int(sites.mean),
            "points_high": int(sites.high),
            "points_present": len(points),
            "point_gap": int(sites.mean) - len(points),
        }

    def _get_area_facts(self, tree):
        """Surface and least number of points per line, summed over its areas.

        Where the area of the line has a surface of its own, that one counts.
        """
        areas = self.env["aftersales.area"].browse({*tree, *tree.values()} - {False})
        surfaces = {area.id: area.surface_km2 for area in areas}
        facts = {line: [surfaces.get(line, 0.0), 0] for line in tree.values()}
        for area in areas.filtered(lambda a: a.id in tree):
            line = tree[area.id]
            facts[line][1] += area.point_minimum
            if not surfaces.get(line):
                facts[line][0] += area.surface_km2
        return facts

    def _get_present(self, lines, tree):
        """Working points and technicians per line of the plan.

        :return: ``{area_id: (technicians, {point_id})}``
        """
        served = self._get_served(lines, tree)
        staff = dict(
            self.env["aftersales.staff"]._read_group(
                self.env["aftersales.staff"]._get_present_domain(
                    self.company_id._get_aftersales_today()
                )
                & Domain("service_point_id", "in", list(served))
                & Domain("role_id.is_technician", "=", True),
                ["service_point_id"],
                ["__count"],
            )
        )
        people = {point.id: count for point, count in staff.items()}
        present = {line: [0.0, set()] for line in lines}
        for point_id, areas in served.items():
            for line in areas:
                present[line][0] += people.get(point_id, 0) / len(areas)
                present[line][1].add(point_id)
        return present

    def _get_served(self, lines, tree):
        """Lines that each working point is responsible for: ``{point_id: {line}}``."""
        Assignment = self.env["aftersales.area.assignment"]
        today = self.company_id._get_aftersales_today()
        running = Assignment.search(
            Assignment._get_running_domain(today)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("service_point_id.state", "in", DISPATCHABLE_STATES)
            & Domain("service_point_id.tier", "!=", "hq")
            & Domain("service_point_id.active", "=", True)
        )
        areas = self.env["aftersales.area"].browse(line for line in lines if line)
        paths = {a.id: {int(x) for x in a.parent_path.split("/")[:-1]} for a in areas}
        served = defaultdict(set)
        for assignment in running:
            own = assignment.area_id.id
            covered = {line for line in paths if own in paths[line]}
            if tree.get(own) in lines:
                covered.add(tree[own])
            if covered:
                served[assignment.service_point_id.id] |= covered
        return served

    def _count_repairs(self, tree):
        """Repairs finished in the last 12 months per line, to compare with."""
        today = self.company_id._get_aftersales_today()
        Rate = self.env["aftersales.failure.rate"]
        counts = defaultdict(int)
        for area, count in self.env["aftersales.service.order"]._read_group(
            Rate._get_repair_domain()
            & Domain("company_id", "=", self.company_id.id)
            & Domain("date_end", ">=", today - relativedelta(years=1)),
            ["area_id"],
            ["__count"],
        ):
            if (area.id or False) in tree:
                counts[tree[area.id or False]] += count
        return counts

    def _prepare_totals(self, areas, tree):
        """Values of the plan itself: sums, rounded up once."""
        assumptions = self._get_assumptions()
        repairs = capacity.Span.of(
            *(round(sum(a[name] for a in areas), 6) for name in self._SPAN_FIELDS)
        )
        people = capacity.whole(capacity.technicians(repairs, assumptions))
        points = sum(a["points"] for a in areas)
        present = round(sum(a["technicians_present"] for a in areas))
        served = self._get_served({vals["area_id"] for vals in areas}, tree)
        rate = self.env["aftersales.failure.rate"].search_fetch(
            [("company_id", "=", self.company_id.id)], ["date_computed"], limit=1
        )
        return {
            **self._prepare_repairs(repairs),
            "repairs_peak": float(capacity.peak_month(repairs, assumptions).mean),
            "technicians_low": int(people.low),
            "technicians": int(people.mean),
            "technicians_high": int(people.high),
            "technicians_present": present,
            "technician_gap": int(people.mean) - present,
            "points": points,
            "points_present": len(served),
            "point_gap": points - len(served),
            "date_base": self.company_id._get_aftersales_today(),
            "rate_date": rate.date_computed,
        }
