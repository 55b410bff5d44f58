from odoo import api, fields, models
from odoo.fields import Command, Domain

INTERNAL = "aftersales_network.group_user,hr.group_hr_user"


class HrJobSkill(models.Model):
    _inherit = "hr.job.skill"

    is_aftersales_mirrored = fields.Boolean(
        "From the Service Role",
        readonly=True,
        help="The skill follows from the profile of the role.",
    )


class HrJob(models.Model):
    """The profile of the service role shows at the post."""

    _inherit = "hr.job"

    aftersales_role_id = fields.Many2one(
        "aftersales.staff.role",
        "Service Role",
        index="btree_not_null",
        groups=INTERNAL,
        help="Role whose requirement profile holds for this post.",
    )
    aftersales_education = fields.Selection(
        related="aftersales_role_id.education", groups=INTERNAL
    )
    aftersales_experience_years = fields.Integer(
        related="aftersales_role_id.experience_years", groups=INTERNAL
    )
    aftersales_skill_ids = fields.Many2many(
        related="aftersales_role_id.skill_ids",
        string="Skills of the Role",
        groups=INTERNAL,
    )
    aftersales_required_type_ids = fields.Many2many(
        related="aftersales_role_id.required_type_ids", groups=INTERNAL
    )
    aftersales_working_conditions = fields.Text(
        related="aftersales_role_id.working_conditions", groups=INTERNAL
    )
    aftersales_hiring_channel_ids = fields.Many2many(
        related="aftersales_role_id.hiring_channel_ids", groups=INTERNAL
    )
    aftersales_profile = fields.Html(
        related="aftersales_role_id.profile",
        string="Description of the Role",
        groups=INTERNAL,
    )
    aftersales_present = fields.Integer(
        "People in the Role",
        compute="_compute_aftersales_staffing",
        groups=INTERNAL,
        help="People at all units of the company today.",
    )
    aftersales_missing = fields.Integer(
        "People Missing by Norm",
        compute="_compute_aftersales_staffing",
        groups=INTERNAL,
        help="Sum over the units that lack people, after the last month compared "
        "with the staffing norms.",
    )

    @api.depends("aftersales_role_id", "company_id")
    def _compute_aftersales_staffing(self):
        present = self._get_aftersales_present()
        missing = self._get_aftersales_missing()
        for job in self:
            company = job.company_id or self.env.company
            key = (company, job.aftersales_role_id)
            job.aftersales_present = present.get(key, 0)
            job.aftersales_missing = missing.get(key, 0)

    def _get_aftersales_present(self):
        """People in the roles today: ``{(company, role): people}``."""
        Staff = self.env["aftersales.staff"].sudo()
        today = self.env.company._get_aftersales_today()
        staff_sudo = Staff.search(
            Staff._get_present_domain(today)
            & Domain("role_id", "in", self.aftersales_role_id.ids)
        )
        return {
            key: len({person._get_person_key() for person in people})
            for key, people in staff_sudo.grouped(
                lambda s: (s.company_id.sudo(False), s.role_id.sudo(False))
            ).items()
        }

    def _get_aftersales_missing(self):
        """People missing in the last month compared: ``{(company, role): heads}``."""
        # Everybody who plans the posts may know the sum, not the units behind it.
        Report = self.env["aftersales.staffing.report"].sudo()
        roles = Domain("role_id", "in", self.aftersales_role_id.ids)
        months = Report._read_group(roles, ["company_id"], ["month:max"])
        result = {}
        if not months:
            return result
        domain = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("month", "=", month)
            for company, month in months
        )
        for company, role, gap in Report._read_group(
            roles & domain & Domain("gap", "<", 0),
            ["company_id", "role_id"],
            ["gap:sum"],
        ):
            result[company.sudo(False), role.sudo(False)] = -gap
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """A new post takes the skills of its role."""
        jobs = super().create(vals_list)
        jobs.filtered("aftersales_role_id")._mirror_aftersales_skills()
        return jobs

    def write(self, vals):
        """Another role brings other skills."""
        result = super().write(vals)
        if "aftersales_role_id" in vals:
            self._mirror_aftersales_skills()
        return result

    def _mirror_aftersales_skills(self):
        """Keep the post's skills in line with the role; own skills stay."""
        # Who may name the role of a post need not be allowed to edit its skills.
        for job_sudo in self.sudo():
            wanted = job_sudo.aftersales_role_id.skill_ids
            mirrored = job_sudo.job_skill_ids.filtered("is_aftersales_mirrored")
            stale = mirrored.filtered(lambda line, w=wanted: line.skill_id not in w)
            missing = wanted - job_sudo.job_skill_ids.skill_id
            commands = [
                *[Command.delete(line.id) for line in stale],
                *[
                    Command.create(self._prepare_aftersales_skill(skill))
                    for skill in missing
                ],
            ]
            if commands:
                job_sudo.write({"job_skill_ids": commands})

    @api.model
    def _prepare_aftersales_skill(self, skill):
        """Values of a mirrored skill, at the default level of its type."""
        levels = skill.skill_type_id.skill_level_ids
        level = levels.filtered("default_level")[:1] or levels[:1]
        return {
            "skill_id": skill.id,
            "skill_type_id": skill.skill_type_id.id,
            "skill_level_id": level.id,
            "is_aftersales_mirrored": True,
        }
