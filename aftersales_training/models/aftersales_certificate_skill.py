from odoo import fields, models

from ..tools.ratio import ONE_DAY

SKILL_TYPE = "aftersales_training.hr_skill_type_certificate"


class AftersalesCertificate(models.Model):
    """Verified certificates of employees show on their skills page.

    The page is a mirror: nothing is ever computed from it, because an employee may
    enter certifications there.
    """

    # One concern, one file, as with the lifecycle.
    _inherit = "aftersales.certificate"

    employee_skill_id = fields.Many2one(
        "hr.employee.skill",
        "Mirrored Skill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="hr.group_hr_user",
    )

    def action_verify(self):
        """Mirror what was verified."""
        result = super().action_verify()
        self._mirror_skills()
        return result

    def _revoke(self, reason, on_date=None):
        """End the mirrored skills together with their certificates."""
        result = super()._revoke(reason, on_date=on_date)
        self._end_mirrored_skills()
        return result

    def _mirror_skills(self):
        """Create one skill per certificate; twins of two issuers share it."""
        skill_type = self.env.ref(SKILL_TYPE, raise_if_not_found=False)
        # The officer may verify without any right on the employee's file.
        certificates_sudo = self.sudo().filtered("holder_employee_id")
        if not skill_type or not certificates_sudo:
            return
        skill_type_sudo = skill_type.sudo()
        skills = certificates_sudo.type_id._get_skills(skill_type_sudo)
        wanted = {
            certificate: certificate._prepare_skill_vals(skill_type_sudo, skills)
            for certificate in certificates_sudo
        }
        Skill = certificates_sudo.env["hr.employee.skill"]
        employees = certificates_sudo.holder_employee_id
        known = {
            record._get_mirror_key(): record
            for record in Skill.search(
                [
                    ("employee_id", "in", employees.ids),
                    ("skill_type_id", "=", skill_type.id),
                ]
            )
        }
        missing = {
            key: vals
            for key, vals in ((tuple(vals.values()), vals) for vals in wanted.values())
            if key not in known
        }
        created = Skill.create(list(missing.values()))
        known.update(zip(missing, created, strict=True))
        for certificate, vals in wanted.items():
            certificate.employee_skill_id = known[tuple(vals.values())]

    def _prepare_skill_vals(self, skill_type, skills):
        """Values of the mirrored skill; their order is that of its key."""
        self.ensure_one()
        return {
            "employee_id": self.holder_employee_id.id,
            "skill_type_id": skill_type.id,
            "skill_id": skills[self.type_id].id,
            "skill_level_id": skill_type.skill_level_ids[:1].id,
            "valid_from": self.date_issue,
            "valid_to": self.date_expiry,
        }

    def _end_mirrored_skills(self):
        for certificate_sudo in self.sudo().filtered("employee_skill_id"):
            skill_sudo = certificate_sudo.employee_skill_id
            last = certificate_sudo.date_revoked - ONE_DAY
            twins = self.sudo().search_count(
                [("employee_skill_id", "=", skill_sudo.id), ("state", "=", "verified")],
                limit=1,
            )
            if twins:
                continue
            # The page refuses two equal lines: one that ends on that day already
            # takes the place of this one.
            same_sudo = skill_sudo._find_ending_on(last)
            if same_sudo:
                certificate_sudo.employee_skill_id = same_sudo
            if same_sudo or last < skill_sudo.valid_from:
                skill_sudo.unlink()
            else:
                skill_sudo.valid_to = last


class AftersalesCertificateType(models.Model):
    _inherit = "aftersales.certificate.type"

    skill_id = fields.Many2one(
        "hr.skill",
        "Mirrored As",
        index="btree_not_null",
        ondelete="set null",
        help="Skill under which a verified certificate shows on the employee's page; "
        "made when it is first needed.",
    )

    def _get_skills(self, skill_type):
        """Skill of each certificate type; what is missing is made."""
        by_name = {skill.name: skill for skill in skill_type.skill_ids}
        lacking = self.filtered(lambda kind: not kind.skill_id)
        new = self.env["hr.skill"].create(
            [
                {"name": name, "skill_type_id": skill_type.id}
                for name in dict.fromkeys(lacking.mapped("name"))
                if name not in by_name
            ]
        )
        by_name.update({skill.name: skill for skill in new})
        for kind in lacking:
            kind.skill_id = by_name[kind.name]
        return {kind: kind.skill_id for kind in self}


class HrEmployeeSkill(models.Model):
    _inherit = "hr.employee.skill"

    def _get_mirror_key(self):
        """What makes two certifications of an employee the same one."""
        self.ensure_one()
        return (
            self.employee_id.id,
            self.skill_type_id.id,
            self.skill_id.id,
            self.skill_level_id.id,
            self.valid_from,
            self.valid_to,
        )

    def _find_ending_on(self, day):
        """Another line of the same skill and start that ends on ``day``."""
        self.ensure_one()
        return self.search(
            [
                ("id", "!=", self.id),
                ("employee_id", "=", self.employee_id.id),
                ("skill_id", "=", self.skill_id.id),
                ("skill_level_id", "=", self.skill_level_id.id),
                ("valid_from", "=", self.valid_from),
                ("valid_to", "=", day),
            ],
            limit=1,
        )
