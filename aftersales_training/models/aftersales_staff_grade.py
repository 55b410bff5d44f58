from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesStaff(models.Model):
    """The grade of a person, and the one that could be granted today."""

    _inherit = "aftersales.staff"

    technical_grade_id = fields.Many2one(
        "aftersales.technical.grade",
        compute="_compute_technical_grade_id",
        compute_sudo=True,
    )
    ready_grade_id = fields.Many2one(
        "aftersales.technical.grade",
        "Ready For",
        compute="_compute_ready_grade_id",
        compute_sudo=True,
    )
    is_promotion_ready = fields.Boolean(
        "Ready for Promotion",
        compute="_compute_ready_grade_id",
        search="_search_is_promotion_ready",
        compute_sudo=True,
    )

    @api.depends("role_id", "employee_id", "partner_id")
    def _compute_technical_grade_id(self):
        held = self._get_current_grades()
        for staff in self:
            staff.technical_grade_id = held.get(staff.id, False)

    @api.depends("role_id", "employee_id", "partner_id", "date_from", "date_to")
    def _compute_ready_grade_id(self):
        ready = self._get_ready_grades()
        for staff in self:
            staff.ready_grade_id = ready.get(staff.id, False)
            staff.is_promotion_ready = staff.id in ready

    def _search_is_promotion_ready(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", list(self._get_candidates()._get_ready_grades()))

    @api.model
    def _get_candidates(self):
        """People who are at work today in a role that has grades."""
        today = self.env.company._get_aftersales_today()
        grades_sudo = self.env["aftersales.technical.grade"].sudo()
        roles = [role.id for (role,) in grades_sudo._read_group([], ["role_id"])]
        return self.search(
            self._get_present_domain(today) & Domain("role_id", "in", roles)
        )

    def _get_current_grades(self):
        """Grade of each person in the role of the line: ``{staff_id: grade}``."""
        Award = self.env["aftersales.technical.grade.award"].sudo()
        keys = {staff.id: staff._get_person_key() for staff in self}
        awards = Award.search(
            Award._get_current_domain()
            & Domain("person_key", "in", list(keys.values()))
            & Domain("role_id", "in", self.role_id.ids)
        )
        held = {
            (award.person_key, award.role_id, award.company_id): award.grade_id
            for award in awards
        }
        found = {
            staff.id: held.get((keys[staff.id], staff.role_id, staff.company_id))
            for staff in self
        }
        return {key: grade for key, grade in found.items() if grade}

    def _get_ready_grades(self):
        """Next grade whose rule is met today: ``{staff_id: grade}``.

        Constant queries, whatever the number of people.
        """
        Grade = self.env["aftersales.technical.grade"].sudo()
        today = self.env.company._get_aftersales_today()
        present = self.filtered_domain(self._get_present_domain(today))
        ladder = Grade.search(
            Domain("role_id", "in", present.role_id.ids), order="sequence, id"
        )
        if not ladder:
            return {}
        held = present._get_current_grades()
        by_role = ladder.grouped("role_id")
        wishes = []
        for staff in present:
            company = staff.company_id
            rungs = by_role.get(staff.role_id, Grade).filtered(
                lambda g, c=company: g.company_id in (c, c.browse())
            )
            current = held.get(staff.id, Grade)
            above = rungs.filtered(
                lambda g, c=current: not c or g.sequence > c.sequence
            )[:1]
            if above:
                wishes.append((staff.id, staff, above, current, company))
        found = Grade._check_people(wishes, today)
        return {
            key: grade
            for key, _staff, grade, _below, _company in wishes
            if all(condition.is_met for condition in found[key])
        }

    def action_propose_grade(self):
        """Open a draft of the grade for which the person is ready."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Grade of %(name)s", name=self.name),
            "res_model": "aftersales.technical.grade.award",
            "view_mode": "form",
            "context": {
                "default_employee_id": self.employee_id.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_grade_id": self.ready_grade_id.id,
            },
        }

    def action_view_grades(self):
        """Open the grades of the person, past ones included."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_technical_grade_award_action"
        )
        domain = [("person_key", "=", self._get_person_key())]
        return {**action, "domain": domain, "context": {}}

    @api.model
    def _cron_remind_promotion(self):
        """Tell the training officers who is ready for the next grade."""
        activity_type = self.env.ref("aftersales_training.mail_activity_type_promotion")
        ready = self._get_candidates()._get_ready_grades()
        told = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", list(ready)),
                ("activity_type_id", "=", activity_type.id),
            ]
        )
        new = self.browse(ready) - self.browse(told.mapped("res_id"))
        officers = {
            company: company._get_training_officers()[:1] for company in new.company_id
        }
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": staff.id,
                    "user_id": officer.id,
                    "date_deadline": staff.company_id._get_aftersales_today(),
                    "summary": staff.with_context(lang=officer.lang).env._(
                        "%(name)s is ready for the grade %(grade)s",
                        name=staff.name,
                        grade=ready[staff.id].with_context(lang=officer.lang).name,
                    ),
                }
                for staff in new
                for officer in officers[staff.company_id]
            ]
        )


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    aftersales_grade_award_ids = fields.One2many(
        "aftersales.technical.grade.award",
        "employee_id",
        "Technical Grades",
        groups="aftersales_network.group_training_officer",
    )
