from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AftersalesFunction(models.Model):
    """Function of after-sales service that needs an owner in every company.

    The list follows what an evaluator looks for under the organisation of
    service (GB/T 27922, 5.1.1: functions and posts set up sensibly).
    """

    _name = "aftersales.function"
    _description = "Service Function"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: a function of every company."
    )
    assignment_ids = fields.One2many(
        "aftersales.function.assignment", "function_id", "Owners"
    )
    has_owner = fields.Boolean(compute="_compute_owners", search="_search_has_owner")
    owner_names = fields.Char("Owned By", compute="_compute_owners")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "The code of a service function must be unique.",
    )

    @api.depends(
        "assignment_ids.date_from",
        "assignment_ids.date_to",
        "assignment_ids.department_id",
        "assignment_ids.job_id",
        "assignment_ids.employee_id",
    )
    @api.depends_context("company")
    def _compute_owners(self):
        Assignment = self.env["aftersales.function.assignment"]
        domain = Assignment._get_running_domain() & Domain(
            "function_id", "in", self._origin.ids
        )
        owners = Assignment.search(domain).grouped("function_id")
        for function in self:
            mine = owners.get(function._origin, Assignment)
            function.has_owner = bool(mine)
            function.owner_names = "; ".join(mine.mapped("owner_name"))

    def _search_has_owner(self, operator, value):
        if operator != "in":
            return NotImplemented
        Assignment = self.env["aftersales.function.assignment"]
        return Domain("assignment_ids", "any", Assignment._get_running_domain())

    @api.model
    def _get_unowned_domain(self, company):
        """Functions that nobody in the company owns today."""
        functions = self.with_company(company)
        return Domain("company_id", "in", [company.id, False]) & ~Domain(
            functions._search_has_owner("in", [True])
        )

    @api.model
    def _cron_remind_unowned(self):
        """Ask the heads of service each month to find owners.

        One activity per function and head; an open one is not repeated.
        """
        todo = self.env.ref("mail.mail_activity_data_todo")
        # Companies that run a service network at all.
        points = self.env["aftersales.service.point"]._read_group([], ["company_id"])
        for (company,) in points:
            functions = self.with_company(company)
            unowned = functions.search(self._get_unowned_domain(company))
            if unowned:
                for head in self._get_heads(company):
                    unowned._remind(todo, head, company)

    @api.model
    def _get_heads(self, company):
        """Heads of service who work in the company; robots and admins aside."""
        heads = self.env.ref("aftersales_network.group_head").all_user_ids
        admins = self.env.ref("aftersales_network.group_admin").all_user_ids
        fit = heads.filtered(
            lambda u: u.active and not u.share and company in u.company_ids
        )
        return (fit - admins) or fit.filtered(lambda u: u._is_internal())

    def _remind(self, activity_type, head, company):
        """Schedule the activity where none is open for this head and company."""
        summary = self.env._("Name an owner in %(company)s", company=company.name)
        asked = self.activity_ids.filtered(
            lambda a: a.user_id == head and a.summary == summary
        )
        fresh = self.browse(set(self.ids) - set(asked.mapped("res_id")))
        fresh.activity_schedule(
            activity_type_id=activity_type.id, user_id=head.id, summary=summary
        )


class AftersalesFunctionAssignment(models.Model):
    """Department, post or person that owns a function, for a period."""

    _name = "aftersales.function.assignment"
    _description = "Owner of a Service Function"
    _order = "function_id, date_from desc, id"
    _check_company_auto = True

    function_id = fields.Many2one(
        "aftersales.function",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    job_id = fields.Many2one(
        "hr.job", "Post", index="btree_not_null", check_company=True
    )
    employee_id = fields.Many2one(
        "hr.employee", "Person", index="btree_not_null", check_company=True
    )
    owner_name = fields.Char(
        "Owner", compute="_compute_owner_name", compute_sudo=True, store=True
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", help="Last day; empty while it lasts.")

    _owner_given = models.Constraint(
        "CHECK (num_nonnulls(department_id, job_id, employee_id) > 0)",
        "Name the department, the post or the person that owns the function.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "Ownership of a function cannot end before it starts.",
    )

    @api.depends("job_id")
    def _compute_department_id(self):
        for line in self:
            line.department_id = line.department_id or line.job_id.department_id

    @api.depends("department_id.name", "job_id.name", "employee_id.name")
    def _compute_owner_name(self):
        for line in self:
            parts = (line.department_id, line.job_id, line.employee_id)
            line.owner_name = " / ".join(part.name for part in parts if part)

    @api.depends("function_id.name", "owner_name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.function_id.name}: {line.owner_name}"

    @api.constrains(
        "function_id",
        "company_id",
        "department_id",
        "job_id",
        "employee_id",
        "date_from",
        "date_to",
    )
    def _check_once(self):
        """One owner has a function only once at a time."""
        others = self.search(Domain("function_id", "in", self.function_id.ids))
        for line in self:
            twin = (others - line).filtered(lambda o, x=line: o._overlaps(x))[:1]
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(owner)s owns “%(function)s” from %(start)s already. End "
                        "that line first.",
                        owner=twin.owner_name,
                        function=line.function_id.name,
                        start=twin.date_from,
                    )
                )

    def _overlaps(self, other):
        """Whether both lines name one owner of one function at one time."""
        names = ("function_id", "company_id", "department_id", "job_id", "employee_id")
        return (
            all(self[name] == other[name] for name in names)
            and (not other.date_to or self.date_from <= other.date_to)
            and (not self.date_to or other.date_from <= self.date_to)
        )

    @api.model
    def _get_running_domain(self):
        """Lines of the current company that run today."""
        today = self.env.company._get_aftersales_today()
        return (
            Domain("company_id", "=", self.env.company.id)
            & Domain("date_from", "<=", today)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
        )
