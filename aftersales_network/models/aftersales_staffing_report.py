from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..tools import staffing

#: States of points that have to have their people.
STAFFED_STATES = ("probation", "active", "suspended")


class AftersalesStaffingReport(models.Model):
    """People required and present in a role at a unit, in a month.

    Lines are made for a whole company and month at once and replaced when the
    month is computed again; people count on the last day of the month.
    """

    _name = "aftersales.staffing.report"
    _description = "Staffing against Norm"
    _order = "month desc, gap, service_point_id, role_id, id"
    _check_company_auto = True

    month = fields.Date(required=True, index=True, readonly=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    centre_id = fields.Many2one(
        related="service_point_id.centre_id", store=True, index="btree_not_null"
    )
    tier = fields.Selection(related="service_point_id.tier", store=True)
    role_id = fields.Many2one(
        "aftersales.staff.role",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    norm_id = fields.Many2one(
        "aftersales.staffing.norm",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        check_company=True,
    )
    workload = fields.Selection(
        [("orders", "Finished Orders"), ("calls", "Calls and Requests Taken")],
        readonly=True,
    )
    work = fields.Integer(
        readonly=True, help="Orders or calls of the unit and everything below it."
    )
    per_person = fields.Float(
        "Per Person and Month", digits=(10, 2), readonly=True, aggregator=None
    )
    required = fields.Integer("People Required", readonly=True)
    present = fields.Integer("People Present", readonly=True)
    gap = fields.Integer(
        readonly=True, help="Present less required; below 0: people are missing."
    )

    _line_uniq = models.UniqueIndex(
        "(month, service_point_id, role_id)",
        "A unit has one line per role and month.",
    )

    @api.depends("service_point_id.name", "role_id.name", "month")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.service_point_id.name} – {line.role_id.name}, "
                f"{fields.Date.to_string(line.month)[:7]}"
            )

    @api.model
    def _generate(self, month, company):
        """Compute a month of a company anew, with its own rights.

        Who may read the list is decided by the record rules on its lines.

        :param month: any day of the month
        :return: the lines
        """
        first, last = staffing.month_of(month)
        model_sudo = self.sudo().with_company(company)
        domain = Domain("month", "=", first) & Domain("company_id", "=", company.id)
        model_sudo.search(domain).unlink()
        return model_sudo.create(model_sudo._prepare_vals_list(first, last, company))

    def _prepare_vals_list(self, first, last, company):
        """Values of every unit and role that has a norm."""
        norms = self._load_norms(company, last)
        points = self.env["aftersales.service.point"].search_fetch(
            [("company_id", "=", company.id), ("state", "in", STAFFED_STATES)],
            ["tier", "kind", "parent_path"],
        )
        work = {
            workload: self._load_work(workload, company, first, last)
            for workload in {n.workload for rows in norms.values() for *_s, n in rows}
        }
        present = self._load_present(points, last)
        return [
            self._prepare_vals(first, point, norm, work[norm.workload], present)
            for point in points
            for rows in norms.values()
            if (norm := staffing.pick_norm(rows, point.tier, point.kind))
        ]

    def _load_norms(self, company, on_date):
        """Valid norms by role: ``{role: [(tier, kind, norm), …]}``."""
        Norm = self.env["aftersales.staffing.norm"]
        norms = defaultdict(list)
        for norm in Norm.search(Norm._get_valid_domain(company, on_date)):
            norms[norm.role_id].append((norm.tier or None, norm.kind or None, norm))
        return norms

    def _load_work(self, workload, company, first, last):
        """Work of each unit with everything below it: ``{point_id: count}``."""
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        points = Point.search_fetch([("company_id", "=", company.id)], ["parent_path"])
        own = {
            point.id: count
            for point, count in self.env["aftersales.service.order"]._read_group(
                self._get_work_domain(workload, points, first, last),
                ["service_point_id"],
                ["__count"],
            )
        }
        return staffing.sum_subtrees(own, {p.id: p.parent_path for p in points})

    @api.model
    def _get_work_domain(self, workload, points, first, last):
        """Orders that are the work of these points in a month.

        Extension point for modules that know other work.
        """
        anchor = self.env["aftersales.staffing.norm"]._get_workload_anchor(workload)
        return self.env["aftersales.metric"]._get_order_domain(
            points, first, last, anchor
        ) & Domain("state", "!=", "cancelled")

    def _load_present(self, points, on_date):
        """People per unit and role on a day: ``{(point_id, role_id): count}``."""
        counts = self.env["aftersales.staff"]._read_group(
            self._get_present_domain(points, on_date),
            ["service_point_id", "role_id"],
            ["employee_id:count_distinct", "partner_id:count_distinct"],
        )
        return {
            (point.id, role.id): employees + contacts
            for point, role, employees, contacts in counts
        }

    @api.model
    def _get_present_domain(self, points, on_date):
        """Staff lines of units that run on a day."""
        return self.env["aftersales.staff"]._get_present_domain(on_date) & Domain(
            "service_point_id", "in", points.ids
        )

    @api.model
    def _prepare_vals(self, month, point, norm, work, present):
        """Values of one line."""
        done = work.get(point.id, 0)
        needed = staffing.required_heads(done, norm._get_exact_norm(), norm.minimum)
        heads = present.get((point.id, norm.role_id.id), 0)
        return {
            "month": month,
            "service_point_id": point.id,
            "role_id": norm.role_id.id,
            "norm_id": norm.id,
            "workload": norm.workload,
            "work": done,
            "per_person": norm.per_person,
            "required": needed,
            "present": heads,
            "gap": heads - needed,
        }

    @api.model
    def _check_may_generate(self):
        """Only those who staff the network compute a month.

        :raise AccessError: naming the roles
        """
        groups = ("group_head", "group_centre_manager", "group_training_officer")
        if not any(self.env.user.has_group(f"aftersales_network.{g}") for g in groups):
            raise AccessError(
                self.env._(
                    "Only the head of service, centre managers and training officers "
                    "compute the staffing list."
                )
            )

    @api.model
    def _cron_generate(self):
        """Compute last month for every company that has norms."""
        norms = self.env["aftersales.staffing.norm"]._read_group([], ["company_id"])
        for (company,) in norms:
            today = company._get_aftersales_today()
            self._generate(today - relativedelta(months=1), company)

    def action_view_work(self):
        """Open the orders behind the work."""
        self.ensure_one()
        first, last = staffing.month_of(self.month)
        points = self.env["aftersales.service.point"].with_context(active_test=False)
        below = points.search([("id", "child_of", self.service_point_id.id)])
        reader = self.with_company(self.company_id)
        domain = reader._get_work_domain(self.workload, below, first, last)
        return self._get_records_action(
            "aftersales.service.order", self.env._("Work"), domain
        )

    def action_view_present(self):
        """Open the people who are counted."""
        self.ensure_one()
        last = staffing.month_of(self.month)[1]
        domain = self._get_present_domain(self.service_point_id, last)
        return self._get_records_action(
            "aftersales.staff",
            self.env._("People Present"),
            domain & Domain("role_id", "=", self.role_id.id),
        )

    def _get_records_action(self, model, name, domain):
        """Window action on the records behind a figure."""
        return {
            "type": "ir.actions.act_window",
            "name": f"{name}: {self.display_name}",
            "res_model": model,
            "view_mode": "list,form",
            "domain": list(domain),
        }
