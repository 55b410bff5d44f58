from odoo.tests import HttpCase, tagged

from .test_application import ApplicationCommon


@tagged("post_install", "-at_install")
class TestApplicationTour(ApplicationCommon, HttpCase):
    def test_applicant(self):
        self.env["aftersales.condition"].search([]).active = False
        self.start_tour(
            "/my/home", "aftersales_applicant", login=self.user_applicant.login
        )
        application = self.env["aftersales.service.point"].search(
            [("applicant_id", "=", self.user_applicant.id)]
        )
        self.assertRecordValues(
            application,
            [
                {
                    "name": "Bright Repairs",
                    "state": "applied",
                    "parent_id": self.centre.id,
                    "applied_state_id": self.state.id,
                    "workshop_area": 120,
                    "submitted_by_id": self.user_applicant.id,
                }
            ],
        )
        self.assertEqual(
            application.application_person_ids.mapped("name"), ["Wang Min"]
        )
        self.assertEqual(
            application.application_person_ids.attachment_ids.name, "licence.png"
        )
        self.assertEqual(application.application_reference_ids.name, "Best Bank")
        self.assertEqual(application.resource_ids.quantity, 2)
