from odoo.tests import HttpCase, new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install", "e2e")
class TestTour(TrainingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            "tour_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        cls._create_managers(11, certified=1)

    def test_officer_sees_the_ratio(self):
        self.start_tour(
            "/odoo/aftersales-manager-ratio",
            "aftersales_manager_ratio",
            login=self.officer.login,
        )
        snapshot = self.Ratio.search(
            [("company_id", "=", self.firm.id), ("kind", "=", "evidence")]
        )
        self.assertEqual((snapshot.managers, snapshot.shortfall), (11, 1))

    def test_officer_verifies(self):
        certificate = self._create_certificate(
            self._create_employee("An"), verify=False, number="TOUR-1"
        )
        self.start_tour(
            "/odoo/aftersales-certificates",
            "aftersales_certificate_verify",
            login=self.officer.login,
        )
        self.assertEqual(certificate.state, "verified")
        self.assertEqual(certificate.verified_by_id, self.officer)
