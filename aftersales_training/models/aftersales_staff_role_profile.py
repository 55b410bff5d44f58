from odoo import api, fields, models

EDUCATION = [
    ("none", "No Requirement"),
    ("secondary", "Secondary School"),
    ("vocational", "Vocational School"),
    ("college", "College Diploma"),
    ("bachelor", "Bachelor"),
    ("master", "Master or Higher"),
]
INTERNAL = "aftersales_network.group_user,hr.group_hr_user"


class AftersalesStaffRole(models.Model):
    """What a role asks of people, and where they are looked for."""

    _inherit = "aftersales.staff.role"

    education = fields.Selection(EDUCATION, default="none", groups=INTERNAL)
    experience_years = fields.Integer(
        "Years of Experience", groups=INTERNAL, aggregator=None
    )
    skill_ids = fields.Many2many(
        "hr.skill",
        "aftersales_staff_role_skill_rel",
        "role_id",
        "skill_id",
        "Skills",
        groups=INTERNAL,
        help="They are mirrored to the posts of this role.",
    )
    requirement_ids = fields.One2many(
        "aftersales.role.requirement",
        "standing_role_id",
        "Certificate Requirements",
        groups=INTERNAL,
    )
    required_type_ids = fields.Many2many(
        "aftersales.certificate.type",
        compute="_compute_required_type_ids",
        string="Required Certificates",
        groups=INTERNAL,
        help="From the certificate requirements of the role.",
    )
    working_conditions = fields.Text(translate=True, groups=INTERNAL)
    hiring_channel_ids = fields.Many2many(
        "aftersales.hiring.channel",
        "aftersales_staff_role_hiring_channel_rel",
        "role_id",
        "channel_id",
        "Hiring Channels",
        groups=INTERNAL,
    )
    profile = fields.Html("Description", translate=True, groups=INTERNAL)
    job_ids = fields.One2many("hr.job", "aftersales_role_id", "Posts", groups=INTERNAL)

    _experience_positive = models.Constraint(
        "CHECK(experience_years >= 0)", "The years of experience cannot be negative."
    )

    @api.depends_context("allowed_company_ids")
    @api.depends(
        "requirement_ids.active",
        "requirement_ids.certificate_type_id",
        "requirement_ids.company_id",
    )
    def _compute_required_type_ids(self):
        companies = self.env.companies
        for role in self:
            required = role.requirement_ids.filtered(
                lambda q: not q.company_id or q.company_id in companies
            )
            role.required_type_ids = required.certificate_type_id

    def write(self, vals):
        """Skills of the profile follow to the posts of the role."""
        result = super().write(vals)
        if "skill_ids" in vals:
            # The profile is kept by who keeps the roles; its posts follow.
            self.sudo().job_ids._mirror_aftersales_skills()
        return result
