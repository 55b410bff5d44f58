from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesRoleRequirement(models.Model):
    """Certificate that a post, a kind of job or both together ask for."""

    _name = "aftersales.role.requirement"
    _description = "Certificate Requirement"
    _inherit = ["aftersales.scope.mixin"]
    _order = "role_id, service_type_id, id"
    _rec_name = "certificate_type_id"

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: holds in every company."
    )
    role_id = fields.Many2one(
        "aftersales.staff.role", index="btree_not_null", ondelete="cascade"
    )
    service_type_id = fields.Many2one(
        "aftersales.service.type",
        index="btree_not_null",
        ondelete="cascade",
        help="Only for jobs of this type; empty: for the post as such.",
    )
    certificate_type_id = fields.Many2one(
        "aftersales.certificate.type", required=True, index=True, ondelete="restrict"
    )
    alternative_type_ids = fields.Many2many(
        "aftersales.certificate.type",
        "aftersales_role_requirement_alternative_rel",
        "requirement_id",
        "type_id",
        "Also Accepted",
        help="A valid certificate of one of these types serves as well.",
    )
    standing_role_id = fields.Many2one(
        "aftersales.staff.role",
        compute="_compute_standing_role_id",
        store=True,
        index="btree_not_null",
        help="Post whose people need the certificate at any time: the post itself or "
        "the one that the service type asks for.",
    )
    legal_basis = fields.Text(translate=True)

    _SCOPE_FIELDS = frozenset(("company_id",))

    _target_given = models.Constraint(
        "CHECK(num_nonnulls(role_id, service_type_id) > 0)",
        "A requirement needs a role, a service type or both.",
    )
    _requirement_uniq = models.UniqueIndex(
        "(COALESCE(role_id, 0), COALESCE(service_type_id, 0), certificate_type_id,"
        " COALESCE(company_id, 0)) WHERE active",
        "This requirement exists already.",
    )

    @api.depends("role_id", "service_type_id.role_id")
    def _compute_standing_role_id(self):
        for requirement in self:
            requirement.standing_role_id = (
                requirement.role_id or requirement.service_type_id.role_id
            )

    @api.depends("certificate_type_id.name", "role_id.name", "service_type_id.name")
    def _compute_display_name(self):
        for requirement in self:
            target = (requirement.role_id.name, requirement.service_type_id.name)
            requirement.display_name = (
                f"{' / '.join(part for part in target if part)}: "
                f"{requirement.certificate_type_id.name or ''}"
            )

    @api.constrains("certificate_type_id", "alternative_type_ids")
    def _check_alternatives(self):
        for requirement in self:
            if requirement.certificate_type_id in requirement.alternative_type_ids:
                raise ValidationError(
                    self.env._(
                        "%(type)s is the required certificate and need not be listed "
                        "as an alternative.",
                        type=requirement.certificate_type_id.name,
                    )
                )

    def _applies_to(self, staff, service_type):
        """Whether a staff line needs this for a job (or for the post as such)."""
        self.ensure_one()
        return (
            (not self.company_id or self.company_id == staff.company_id)
            and (not self.role_id or self.role_id == staff.role_id)
            and (not self.service_type_id or self.service_type_id == service_type)
        )

    def _applies_standing(self, staff):
        """Whether a staff line needs this at any time, whatever the job."""
        self.ensure_one()
        return self.standing_role_id == staff.role_id and (
            not self.company_id or self.company_id == staff.company_id
        )

    def _get_accepted_type_ids(self):
        """Ids of the certificate types that meet the requirement."""
        self.ensure_one()
        return set((self.certificate_type_id | self.alternative_type_ids).ids)

    @api.model
    def _get_candidates_domain(self, staff, service_type):
        """Domain of the requirements that may apply to these people and job."""
        return (
            Domain("company_id", "in", [False, *staff.company_id.ids])
            & Domain("role_id", "in", [False, *staff.role_id.ids])
            & Domain("service_type_id", "in", [False, *service_type.ids])
        )

    @api.model
    def _get_standing_sql(self, on_date):
        """Query of who needs which certificate on a date, and who has it.

        One row per staff line and standing requirement:
        ``staff_id, service_point_id, person, requirement_id, is_met``.  Set-based,
        because lists and metrics ask for the whole network at once.
        """
        self._flush_standing()
        Staff = self.env["aftersales.staff"]
        return SQL(
            """
            WITH held AS (%(held)s),
            accepted AS (
                SELECT id AS requirement_id, certificate_type_id AS type_id
                  FROM aftersales_role_requirement WHERE active
                 UNION
                SELECT requirement_id, type_id
                  FROM aftersales_role_requirement_alternative_rel
            ),
            need AS (
                SELECT s.id AS staff_id, s.service_point_id, q.id AS requirement_id,
                       %(person)s AS person
                  FROM aftersales_staff s
                  JOIN aftersales_role_requirement q
                    ON q.standing_role_id = s.role_id AND q.active
                   AND (q.company_id IS NULL OR q.company_id = s.company_id)
             LEFT JOIN hr_employee e ON e.id = s.employee_id
                 WHERE %(present)s
            ),
            met AS (
                SELECT DISTINCT need.staff_id, need.requirement_id
                  FROM need
                  JOIN accepted a ON a.requirement_id = need.requirement_id
                  JOIN held ON held.person = need.person AND held.type_id = a.type_id
            )
            SELECT need.staff_id, need.service_point_id, need.person,
                   need.requirement_id, met.staff_id IS NOT NULL AS is_met
              FROM need
         LEFT JOIN met ON met.staff_id = need.staff_id
                      AND met.requirement_id = need.requirement_id
            """,
            held=Staff._get_held_sql(on_date),
            person=Staff._get_person_sql(),
            present=Staff._get_present_sql(on_date),
        )

    def _flush_standing(self):
        self.flush_model()
        self.env["aftersales.staff"]._flush_people()
