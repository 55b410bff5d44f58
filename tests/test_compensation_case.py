"""A complaint or a crisis of the evaluation is a case of a compensation."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.common import AftersalesCommon

from tests.common import SuiteCase


@tagged("standard", "post_install", "-at_install")
class TestCompensationCase(AftersalesCommon, SuiteCase):
    """Evaluation knows no compensation, and offers it all the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.env["aftersales.complaint"].create(
            {
                "subject": "Still no cooling",
                "description": "Third repair",
                "partner_id": cls.customer.id,
                "service_point_id": cls.point.id,
                "severity_id": cls.env.ref("aftersales_evaluation.severity_serious").id,
            }
        )
        cls.cause = cls.env.ref("aftersales_warranty.compensation_cause_repeated")

    def _propose(self, case, user, **vals):
        case = case.with_user(user)
        action = case.action_propose_compensation()
        return (
            self.env["aftersales.compensation"]
            .with_user(user)
            .with_context(**action["context"])
            .create({"cause_id": self.cause.id, "cause": "x", "amount": 5, **vals})
        )

    def test_a_complaint_is_compensated(self):
        self.assertTrue(self.complaint.with_user(self.user_centre).can_compensate)
        self.assertFalse(self.complaint.with_user(self.user_auditor).can_compensate)
        compensation = self._propose(self.complaint, self.user_centre)
        self.assertEqual(compensation.partner_id, self.customer)
        self.assertEqual(compensation.service_point_id, self.point)
        self.assertEqual(compensation.case_name, self.complaint.display_name)
        self.complaint.invalidate_recordset(["compensation_count"])
        self.assertEqual(self.complaint.compensation_count, 1)
        domain = self.complaint.action_view_compensations()["domain"]
        found = self.env["aftersales.compensation"].search(domain)
        self.assertEqual(found, compensation)
        action = compensation.action_view_case()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("aftersales.complaint", self.complaint.id),
        )

    def test_a_crisis_is_compensated(self):
        level = self.env["aftersales.crisis.level"].search([], limit=1)
        crisis = self.env["aftersales.crisis"].create(
            {"title": "Overheating", "level_id": level.id}
        )
        compensation = self._propose(
            crisis, self.user_head, partner_id=self.customer.id
        )
        crisis.invalidate_recordset(["compensation_count"])
        self.assertEqual(crisis.compensation_count, 1)
        self.assertEqual(compensation.case_name, crisis.display_name)

    def test_a_foreign_complaint_is_no_case(self):
        foreign = self.complaint.copy({"service_point_id": self.point_b.id})
        with self.assertRaises(AccessError):
            self.env["aftersales.compensation"].with_user(self.user_centre).create(
                {
                    "case_model": foreign._name,
                    "case_id": foreign.id,
                    "partner_id": self.customer.id,
                    "cause_id": self.cause.id,
                    "cause": "x",
                    "amount": 5,
                }
            )
