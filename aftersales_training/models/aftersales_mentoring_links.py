from odoo import fields, models
from odoo.fields import Domain


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mentor_limit = fields.Integer(
        "Trainees per Mentor",
        default=3,
        help="How many trainees a mentor has at one time at most.",
    )

    _aftersales_mentor_limit_positive = models.Constraint(
        "CHECK (aftersales_mentor_limit >= 1)",
        "A mentor has room for at least one trainee.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mentor_limit = fields.Integer(
        related="company_id.aftersales_mentor_limit", readonly=False
    )


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    mentoring_count = fields.Integer(compute="_compute_mentoring_count")

    def _compute_mentoring_count(self):
        Pair = self.env["aftersales.mentoring"]
        running = Domain("state", "in", ("draft", "running"))
        domain = Domain("service_point_id", "in", self.ids) & running
        counts = dict(Pair._read_group(domain, ["service_point_id"], ["__count"]))
        for point in self:
            point.mentoring_count = counts.get(point._origin, 0)

    def action_view_mentoring(self):
        """Open the mentoring pairs of the unit, as trainee or mentor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_mentoring_action"
        )
        domain = Domain("service_point_id", "=", self.id) | Domain(
            "mentor_point_id", "=", self.id
        )
        context = {"default_kind": "unit", "default_trainee_point_id": self.id}
        return {**action, "domain": list(domain), "context": context}


class AftersalesStaff(models.Model):
    _inherit = "aftersales.staff"

    def action_view_mentoring(self):
        """Open the mentoring pairs of the person, as trainee or mentor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_mentoring_action"
        )
        key = f"person {self._get_person_key()}"
        domain = Domain("mentor_key", "=", key) | Domain("trainee_key", "=", key)
        context = {
            "default_trainee_employee_id": self.employee_id.id,
            "default_trainee_partner_id": self.partner_id.id,
        }
        return {**action, "domain": list(domain), "context": context}
