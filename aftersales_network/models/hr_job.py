from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HrJob(models.Model):
    """A post of the service organisation: functions, duties, reporting line."""

    _inherit = "hr.job"

    aftersales_reports_to_id = fields.Many2one(
        "hr.job",
        "Reports To",
        index="btree_not_null",
        check_company=True,
        help="Post above this one; empty: the post of the department's manager.",
    )
    aftersales_superior_id = fields.Many2one(
        "hr.job",
        "Next Post Above",
        compute="_compute_aftersales_reporting_line",
        compute_sudo=True,
    )
    aftersales_reporting_line = fields.Char(
        "Reporting Line",
        compute="_compute_aftersales_reporting_line",
        compute_sudo=True,
        help="From this post up to the top.",
    )
    aftersales_duties = fields.Html("Duties and Authority", translate=True)
    aftersales_qualification = fields.Text("Required Qualification", translate=True)
    aftersales_function_line_ids = fields.One2many(
        "aftersales.function.assignment", "job_id", "Service Functions"
    )
    aftersales_holder_names = fields.Char(
        "Held By",
        compute="_compute_aftersales_reporting_line",
        compute_sudo=True,
        help="People in this post today.",
    )

    @api.depends(
        "name",
        "aftersales_reports_to_id",
        "department_id.manager_id.job_id",
        "department_id.parent_id.manager_id.job_id",
        "employee_ids.name",
    )
    def _compute_aftersales_reporting_line(self):
        for job in self:
            job.aftersales_superior_id = job._get_aftersales_superior()
            chain = job._get_aftersales_chain()
            job.aftersales_reporting_line = " → ".join(
                post._get_aftersales_post_label() for post in chain
            )
            job.aftersales_holder_names = ", ".join(job.employee_ids.mapped("name"))

    @api.constrains("aftersales_reports_to_id")
    def _check_aftersales_reports_to(self):
        wrong = self.filtered(lambda j: j._has_cycle("aftersales_reports_to_id"))[:1]
        if wrong:
            raise ValidationError(
                self.env._(
                    "%(post)s would report to itself. Choose another post above.",
                    post=wrong.name,
                )
            )

    def _get_aftersales_superior(self):
        """The post above: the one given, else that of the nearest other manager."""
        self.ensure_one()
        if self.aftersales_reports_to_id:
            return self.aftersales_reports_to_id
        department = self.department_id
        seen = department.browse()
        while department and department not in seen:
            above = department.manager_id.job_id
            if above and above != self:
                return above
            seen |= department
            department = department.parent_id
        return self.browse()

    def _get_aftersales_chain(self):
        """This post and those above it, at most once each."""
        self.ensure_one()
        chain, post = self.browse(), self
        while post and post not in chain:
            chain += post
            post = post._get_aftersales_superior()
        return chain

    def _get_aftersales_post_label(self):
        """Post with its department."""
        self.ensure_one()
        department = self.department_id.name
        return f"{self.name} ({department})" if department else self.name

    def _get_aftersales_functions(self):
        """Functions the post owns today, for the job description."""
        self.ensure_one()
        Assignment = self.env["aftersales.function.assignment"]
        company = self.company_id or self.env.company
        running = Assignment.with_company(company)._get_running_domain()
        return self.aftersales_function_line_ids.filtered_domain(running).function_id
