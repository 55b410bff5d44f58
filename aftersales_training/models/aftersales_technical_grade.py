from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import grades as kernel
from ..tools.competition import exact


class AftersalesTechnicalGrade(models.Model):
    """One rung of the ladder of a role, with the rule by which it is granted."""

    _name = "aftersales.technical.grade"
    _description = "Technical Grade"
    _inherit = ["aftersales.scope.mixin"]
    _order = "role_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        "Rung", default=1, required=True, help="1 is the lowest grade of the role."
    )
    role_id = fields.Many2one(
        "aftersales.staff.role", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: for every company."
    )
    description = fields.Text(translate=True)
    certificate_type_ids = fields.Many2many(
        "aftersales.certificate.type", string="Certificates Needed"
    )
    certificate_rule = fields.Selection(
        [("all", "All of Them"), ("any", "One of Them")], required=True, default="all"
    )
    course_ids = fields.Many2many("aftersales.training.course", string="Courses Passed")
    months_in_role = fields.Integer(help="Full months in the role, in all posts.")
    is_previous_required = fields.Boolean(
        "After the Grade Below",
        default=True,
        help="Only who holds the grade below is promoted.",
    )
    months_in_grade = fields.Integer(
        "Months in the Grade Below", help="Full months in the next lower grade."
    )
    metric_code = fields.Selection("_selection_metric_code", "Metric of the Unit")
    metric_limit = fields.Float(
        digits=(16, 2), help="At least this where more is better, else at most this."
    )
    metric_months = fields.Integer("Months Measured", default=12)
    award_ids = fields.One2many("aftersales.technical.grade.award", "grade_id")
    holder_count = fields.Integer(compute="_compute_holder_count")

    _SCOPE_FIELDS = frozenset(("company_id",))

    _rung_uniq = models.UniqueIndex(
        "(role_id, sequence, COALESCE(company_id, 0)) WHERE active IS TRUE",
        "This role already has a grade on that rung.",
    )
    _months_positive = models.Constraint(
        "CHECK (months_in_role >= 0 AND months_in_grade >= 0 AND metric_months >= 0)",
        "Months cannot be negative.",
    )

    @api.model
    def _selection_metric_code(self):
        return self.env["aftersales.metric"]._get_metric_selection()

    def _compute_holder_count(self):
        Award = self.env["aftersales.technical.grade.award"]
        counts = dict(
            Award._read_group(
                Domain("grade_id", "in", self.ids) & Award._get_current_domain(),
                ["grade_id"],
                ["__count"],
            )
        )
        for grade in self:
            grade.holder_count = counts.get(grade._origin, 0)

    @api.constrains("metric_code", "metric_months")
    def _check_metric_months(self):
        for grade in self:
            if grade.metric_code and grade.metric_months < 1:
                raise ValidationError(
                    self.env._(
                        "%(grade)s: say over how many months the metric is measured.",
                        grade=grade.name,
                    )
                )

    def action_view_holders(self):
        """Open who holds the grade, and who held it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_technical_grade_award_action"
        )
        return {**action, "domain": [("grade_id", "=", self.id)]}

    # Rule

    def _get_ladder(self, company):
        """Grades of the same roles that count in a company, by role and rung."""
        found = self.search(
            Domain("role_id", "in", self.role_id.ids)
            & Domain("company_id", "in", [company.id, False]),
            order="sequence, id",
        )
        return found.grouped("role_id")

    def _get_previous(self, company):
        """Next lower grade of the role in a company; may be empty."""
        self.ensure_one()
        ladder = self._get_ladder(company).get(self.role_id, self)
        return ladder.filtered(lambda grade: grade.sequence < self.sequence)[-1:]

    def _prepare_rule(self, previous):
        """The rule as the kernel wants it."""
        self.ensure_one()
        metric = None
        if self.metric_code:
            catalog = self.env["aftersales.metric"]._get_metric_catalog()
            direction = catalog.get(self.metric_code, {}).get("direction", "up")
            metric = (exact(self.metric_limit), direction)
        return {
            "certificates": set(self.certificate_type_ids.ids),
            "any_certificate": self.certificate_rule == "any",
            "courses": set(self.course_ids.ids),
            "months_in_role": self.months_in_role,
            "previous": previous.id if previous and self.is_previous_required else None,
            "months_in_grade": self.months_in_grade,
            "metric": metric,
        }

    @api.model
    def _check_people(self, wishes, day):
        """Conditions of several people for their grades; constant queries.

        :param wishes: list of (key, record with ``_get_person_key``, grade,
            grade below, company)
        :param day: date on which the conditions are looked at
        :return: ``{key: [Condition, …]}``
        """
        people = {key: record._get_person_key() for key, record, *_rest in wishes}
        facts = self._collect_facts(set(people.values()), day)
        values = self._collect_metrics(wishes, people, facts, day)
        result = {}
        for key, _record, grade, previous, _company in wishes:
            person = people[key]
            held = facts["awards"].get((person, previous.id), [])
            result[key] = kernel.check(
                grade._prepare_rule(previous),
                {
                    "day": day,
                    "certificates": facts["certificates"].get(person, set()),
                    "courses": facts["courses"].get(person, set()),
                    "role": facts["posts"].get((person, grade.role_id.id), []),
                    "grade": held,
                    "holds_previous": any(
                        first <= day and (not last or last >= day)
                        for first, last in held
                    ),
                    "metric": values.get(key),
                },
            )
        return result

    @api.model
    def _collect_facts(self, people, day):
        """Certificates, courses, posts and grades of people.

        Conditions are checked for people whom the user may judge; what they
        hold elsewhere counts, too, hence the superuser.
        """
        contacts = [key for key in people if key > 0]
        employees_sudo = self.env["hr.employee"].sudo()
        employees = employees_sudo.with_context(active_test=False).search(
            Domain("work_contact_id", "in", contacts)
            | Domain("id", "in", [-key for key in people if key < 0])
        )
        mine = Domain("employee_id", "in", employees.ids) | Domain(
            "partner_id", "in", contacts
        )
        Certificate = self.env["aftersales.certificate"].sudo()
        held = Certificate.search(
            Certificate._get_valid_domain(day)
            & (
                Domain("person_id", "in", contacts)
                | Domain("holder_employee_id", "in", employees.ids)
            )
        )
        posts = self.env["aftersales.staff"].sudo().with_context(active_test=False)
        awards = self.env["aftersales.technical.grade.award"].sudo()
        facts = {
            "certificates": defaultdict(set),
            "courses": defaultdict(set),
            "posts": defaultdict(list),
            "awards": defaultdict(list),
            "units": {},
        }
        for certificate in held:
            key = certificate._get_person_key()
            facts["certificates"][key].add(certificate.type_id.id)
        for course, key in self.env["aftersales.training.course"]._get_passed(
            people, day
        ):
            facts["courses"][key].add(course)
        for post in posts.search(mine, order="date_from, id"):
            if not post.active and not post.date_to:
                continue  # entered by mistake
            key, period = post._get_person_key(), (post.date_from, post.date_to)
            facts["posts"][key, post.role_id.id].append(period)
            if post.date_from <= day and (not post.date_to or post.date_to >= day):
                facts["units"][key, post.company_id.id] = post.service_point_id
        domain = mine & Domain("state", "in", ("granted", "withdrawn"))
        for award in awards.search(domain):
            period = (award.date_from, award.date_to)
            facts["awards"][award._get_person_key(), award.grade_id.id].append(period)
        return facts

    @api.model
    def _collect_metrics(self, wishes, people, facts, day):
        """Metric of each person's unit: ``{key: exact value or None}``."""
        wanted = defaultdict(lambda: self.env["aftersales.service.point"])
        units = {}
        for key, _record, grade, _previous, company in wishes:
            unit = facts["units"].get((people[key], company.id))
            if grade.metric_code and unit:
                units[key] = (grade.metric_code, grade.metric_months, unit.id, company)
                wanted[grade.metric_code, grade.metric_months, company] |= unit
        metric_sudo = self.env["aftersales.metric"].sudo()
        found = {}
        for (code, months, company), points in wanted.items():
            start = fields.Date.subtract(day, months=months)
            values = metric_sudo.with_company(company)._compute_metrics(
                [code], points, fields.Date.add(start, days=1), day
            )[code]
            unit_of = metric_sudo._get_metric_catalog().get(code, {}).get("unit")
            for point, (numerator, denominator) in (values or {}).items():
                found[code, months, point] = kernel.metric_value(
                    numerator, denominator, unit_of
                )
        return {
            key: found.get((code, months, point))
            for key, (code, months, point, _company) in units.items()
        }

    def _describe(self, conditions):
        """Sentences on conditions: what is asked, what was found."""
        self.ensure_one()
        return "\n".join(
            f"{'✓' if condition.is_met else '✗'} {self._describe_one(condition)}"
            for condition in conditions
        )

    def _describe_one(self, condition):
        """One sentence with the figures of a condition."""
        describe = getattr(self, f"_describe_{condition.kind}")
        return describe(condition.required, condition.found)

    def _join_names(self, model, ids):
        names = self.env[model].sudo().browse(sorted(ids)).mapped("name")
        return ", ".join(names) or "–"

    def _describe_certificates(self, required, found):
        return self.env._(
            "Certificates: asked %(asked)s (%(rule)s), valid %(found)s",
            asked=self._join_names("aftersales.certificate.type", required),
            rule=dict(
                self._fields["certificate_rule"]._description_selection(self.env)
            )[self.certificate_rule],
            found=self._join_names("aftersales.certificate.type", found),
        )

    def _describe_courses(self, required, found):
        return self.env._(
            "Courses: asked %(asked)s, passed %(found)s",
            asked=self._join_names("aftersales.training.course", required),
            found=self._join_names("aftersales.training.course", found),
        )

    def _describe_months_in_role(self, required, found):
        return self.env._(
            "Time as %(role)s: asked %(asked)s months, spent %(found)s",
            role=self.role_id.name,
            asked=required,
            found=found,
        )

    def _describe_months_in_grade(self, required, found):
        return self.env._(
            "Time in the grade below: asked %(asked)s months, spent %(found)s",
            asked=required,
            found=found,
        )

    def _describe_previous(self, required, found):
        grade = self.browse(required).name
        if found:
            return self.env._("Grade below: %(grade)s is held", grade=grade)
        return self.env._("Grade below: %(grade)s is not held", grade=grade)

    def _describe_metric(self, required, found):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        name = catalog.get(self.metric_code, {}).get("name", self.metric_code)
        return self.env._(
            "%(metric)s of the unit: limit %(limit)s, found %(found)s",
            metric=name,
            limit=f"{float(required):g}",
            found="–" if found is None else f"{float(found):.2f}",
        )
