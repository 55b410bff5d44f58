from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestAdmissionTour(AftersalesCommon, HttpCase):
    def test_reviewer(self):
        condition = self.env["aftersales.condition"].create(
            {
                "name": "Workshop room",
                "minimum": 40,
                "unit": "m²",
                "source_field": "workshop_area",
            }
        )
        point = self._create_point(
            name="Applicant Tour",
            state="prospect",
            parent_id=self.centre.id,
            workshop_area=40,
        )
        point.with_user(self.user_admin).action_submit()
        point.with_user(self.user_centre).action_approve("seen")
        # The head measured again: the reviewer sees it.
        point.workshop_area = 20
        # The tour runs into the refusal on purpose; the server logs it.
        with mute_logger("odoo.http"):
            self.start_tour(
                "/odoo/aftersales-applications",
                "aftersales_reviewer",
                login=self.user_reviewer.login,
            )
        self.assertEqual(point.state, "head_approval")
        line = point.condition_ids.filtered(lambda x: x.condition_id == condition)
        self.assertEqual(
            (line.waived_by_id, line.waiver_reason),
            (self.user_reviewer, "Shares the workshop of the centre"),
        )
