from odoo.tests import HttpCase, new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install", "e2e")
class TestCertificateTour(TrainingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [
            new_test_user(
                cls.env,
                login,
                groups=f"aftersales_network.{group}",
                company_id=cls.firm.id,
                company_ids=[(6, 0, cls.firm.ids)],
            )
            for login, group in (
                ("tour_employee", "group_user"),
                ("tour_hr", "group_training_officer"),
            )
        ]
        cls.employee = cls._create_employee("An", user_id=cls.users[0].id)

    def test_employee_proposes_and_officer_verifies(self):
        employee_user, officer = self.users
        self.start_tour(
            "/odoo/aftersales-my-certificates",
            "aftersales_certificate_propose",
            login=employee_user.login,
        )
        certificate = self.Certificate.search([("number", "=", "TOUR-PROPOSED")])
        self.assertEqual(certificate.state, "draft")
        self.assertEqual(certificate.holder_employee_id, self.employee)
        self.start_tour(
            "/odoo/aftersales-certificates",
            "aftersales_certificate_accept",
            login=officer.login,
        )
        self.assertEqual(certificate.state, "verified")
        self.assertEqual(certificate.verified_by_id, officer)
        self.assertEqual(certificate.next_ids.number, "TOUR-PROPOSED")
