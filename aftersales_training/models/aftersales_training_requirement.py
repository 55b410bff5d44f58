from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesTrainingRequirement(models.Model):
    """Course that a role, or a unit as such, must have passed.

    After the network-planning text the people of new points are trained before
    the point goes into service; legal and brand trainings are repeated.
    """

    _name = "aftersales.training.requirement"
    _description = "Training Requirement"
    _inherit = ["aftersales.scope.mixin"]
    _order = "role_id, course_id, id"
    _rec_name = "course_id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: holds in every company."
    )
    course_id = fields.Many2one(
        "aftersales.training.course",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    role_id = fields.Many2one(
        "aftersales.staff.role",
        index="btree_not_null",
        ondelete="cascade",
        help="Everybody present in this role must have passed. Empty: somebody of "
        "the unit must have.",
    )
    tier = fields.Selection(
        [("hq", "Head Office"), ("centre", "Regional Centre"), ("point", "Point")],
        help="Empty: units of every tier.",
    )
    level_ids = fields.Many2many(
        "aftersales.point.level",
        "aftersales_training_requirement_level_rel",
        "requirement_id",
        "level_id",
        "Levels",
        help="Only units of these levels; empty: all.",
    )
    before_activation = fields.Boolean(
        default=True,
        help="A new point is not activated before the course is passed.",
    )
    validity_months = fields.Integer(
        "Repeat After (Months)", help="0: passed once is enough."
    )
    note = fields.Text("Reason", translate=True)

    _SCOPE_FIELDS = frozenset(("company_id",))

    _months_positive = models.Constraint(
        "CHECK (validity_months >= 0)",
        "The months after which a course is repeated cannot be negative.",
    )
    _requirement_uniq = models.UniqueIndex(
        "(course_id, COALESCE(role_id, 0), COALESCE(tier, ''),"
        " COALESCE(company_id, 0)) WHERE active",
        "This requirement exists already.",
    )

    @api.depends("course_id.name", "role_id.name")
    def _compute_display_name(self):
        for requirement in self:
            parts = (requirement.role_id.name, requirement.course_id.name)
            requirement.display_name = ": ".join(part for part in parts if part)

    @api.model
    def _get_gaps(self, points, on_date, domain=Domain.TRUE):
        """What the people of these points have not passed.

        :param points: any number of points, always with the same queries
        :param on_date: day on which passes must hold
        :param domain: which requirements are looked at
        :return: ``{point_id: [(requirement, staff line or empty), …]}``
        """
        points.check_access("read")
        # Whoever may see the unit learns what its people lack; results stay hidden.
        requirements = self.sudo().search(
            domain & Domain("company_id", "in", [False, *points.company_id.ids])
        )
        gaps = {point.id: [] for point in points}
        if not requirements:
            return gaps
        staff = self._get_people(points, on_date)
        passed = requirements._get_pass_dates(staff)
        by_point = staff.grouped("service_point_id")
        for point in points.sudo():
            people = by_point.get(point, staff.browse())
            for requirement in requirements:
                if requirement._applies_to(point):
                    gaps[point.id] += requirement._find_gaps(people, passed, on_date)
        return gaps

    @api.model
    def _get_people(self, points, on_date):
        """Present people of the points, with the rights of the system."""
        staff_sudo = self.env["aftersales.staff"].sudo()
        return staff_sudo.search(
            staff_sudo._get_present_domain(on_date)
            & Domain("service_point_id", "in", points.ids)
        )

    def _get_pass_dates(self, staff):
        """Latest pass of the courses: ``{(course_id, person key): date}``."""
        contacts = staff.partner_id | staff.employee_id.work_contact_id
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        attendees = attendees_sudo.search_fetch(
            Domain("is_passed", "=", True)
            & Domain("course_id", "in", self.course_id.ids)
            & (
                Domain("person_id", "in", contacts.ids)
                | Domain("employee_id", "in", staff.employee_id.ids)
            ),
            ["course_id", "person_id", "employee_id", "date_passed"],
            order="date_passed, id",
        )
        # A later pass overwrites an earlier one.
        return {
            (attendee.course_id.id, attendee._get_person_key()): attendee.date_passed
            for attendee in attendees
        }

    def _applies_to(self, point):
        """Whether the requirement holds for a unit."""
        self.ensure_one()
        return (
            (not self.company_id or self.company_id == point.company_id)
            and (not self.tier or self.tier == point.tier)
            and (not self.level_ids or point.level_id in self.level_ids)
        )

    def _find_gaps(self, people, passed, on_date):
        """Gaps of one requirement at one unit."""
        self.ensure_one()
        valid = people.filtered(lambda s: self._is_held(s, passed, on_date))
        if not self.role_id:
            return [] if valid else [(self, people.browse())]
        lacking = people.filtered(lambda s: s.role_id == self.role_id) - valid
        return [(self, person) for person in lacking]

    def _is_held(self, staff, passed, on_date):
        """Whether a person's last pass still holds on a day."""
        self.ensure_one()
        day = passed.get((self.course_id.id, staff._get_person_key()))
        if not day or day > on_date:
            return False
        months = self.validity_months
        return not months or day + relativedelta(months=months) > on_date

    def _describe_gap(self):
        """Sentence on what is lacking."""
        self.ensure_one()
        if self.role_id:
            return self.env._("“%(course)s” not passed", course=self.course_id.name)
        return self.env._(
            "“%(course)s” not passed by anybody of the unit",
            course=self.course_id.name,
        )


class AftersalesStaff(models.Model):
    """What people have not passed."""

    _inherit = "aftersales.staff"

    missing_training = fields.Text(
        "Missing Trainings", compute="_compute_missing_training"
    )

    @api.depends("role_id", "service_point_id", "employee_id", "partner_id")
    def _compute_missing_training(self):
        today = self.env.company._get_aftersales_today()
        gaps = self.env["aftersales.training.requirement"]._get_gaps(
            self.service_point_id, today
        )
        texts = defaultdict(list)
        for staff in self:
            for requirement, person in gaps.get(staff.service_point_id.id, ()):
                # A gap of the unit as such is everybody's.
                if not person or person.id == staff._origin.id:
                    texts[staff].append(requirement._describe_gap())
        for staff in self:
            staff.missing_training = "\n".join(texts[staff])
