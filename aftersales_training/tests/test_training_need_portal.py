from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .plans_common import PlansCommon


@tagged("post_install", "-at_install")
class TestTrainingNeedPortal(PlansCommon, HttpCase):
    def test_own_needs_only(self):
        user = new_test_user(
            self.env,
            "needs_portal",
            groups="base.group_portal",
            company_id=self.firm.id,
            company_ids=[Command.set(self.firm.ids)],
        )
        self._create_post(user.partner_id, self.firm_point, self.role_technician)
        need = self._create_need(
            user.partner_id,
            date_due="2020-01-01",
            origin="finding",
            text="Secret finding",
        )
        self._create_need(self.contact, course_id=self.course_brand.id)
        self.authenticate("needs_portal", "needs_portal")
        page = self.url_open("/my/training").text
        self.assertIn("Trainings You Need", page)
        self.assertIn("Diagnosis", page)
        self.assertIn("Audit or Visit Finding", page)
        self.assertIn("text-danger", page)
        self.assertNotIn("Secret finding", page)
        self.assertNotIn("Brand", page)
        need._cancel("Not needed")
        self.assertNotIn("Trainings You Need", self.url_open("/my/training").text)
