from odoo import fields, models


class AftersalesCertificateType(models.Model):
    """Which course leads to a certificate or to its renewal."""

    _inherit = "aftersales.certificate.type"

    training_course_id = fields.Many2one(
        "aftersales.training.course",
        "Preparing Course",
        company_dependent=True,
        help="Whoever needs the certificate, or its renewal, is sent to this course. "
        "Empty: the course that issues the certificate.",
    )

    def _get_training_courses(self, company):
        """Course for each type in a company: ``{type_id: course}``."""
        issuing = self.env["aftersales.training.course"].search(
            [
                ("certificate_type_id", "in", self.ids),
                ("company_id", "in", [False, company.id]),
            ],
            order="company_id, id desc",
        )
        courses = {course.certificate_type_id.id: course for course in issuing}
        for kind in self.with_company(company):
            if kind.training_course_id:
                courses[kind.id] = kind.training_course_id
        return courses
