from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestAgreement(AftersalesCommon):
    def test_in_force_is_frozen(self):
        self.assertRegex(self.agreement.name, r"^AGR/\d{4}/\d{4,}$")
        for vals in ({"labour_rate": 99}, {"date_start": date(2021, 1, 1)}):
            with self.assertRaisesRegex(UserError, "Make a new version"):
                self.agreement.write(vals)
        with self.assertRaisesRegex(UserError, "Make a new version"):
            self.env["aftersales.agreement.scope"].create(
                {"agreement_id": self.agreement.id}
            )
        with self.assertRaises(UserError):
            self.agreement.unlink()

    @freeze_time("2026-05-10")
    def test_new_version_ends_the_old_one_the_day_before(self):
        action = self.agreement.action_new_version()
        draft = self.env["aftersales.agreement"].browse(action["res_id"])
        self.assertEqual(draft.name, self.agreement.name)
        self.assertEqual((draft.version, draft.state), (2, "draft"))
        draft.labour_rate = 75
        draft.action_activate()
        self.assertEqual(self.agreement.state, "ended")
        self.assertEqual(self.agreement.date_end, date(2026, 5, 9))
        on = self.point._get_agreements_on
        self.assertEqual(on(date(2026, 5, 9))[self.point.id].labour_rate, 60)
        self.assertEqual(on(date(2026, 5, 10))[self.point.id].labour_rate, 75)

    def test_one_in_force_per_period(self):
        rival = self.env["aftersales.agreement"].create(
            {"service_point_id": self.point.id, "date_start": date(2024, 1, 1)}
        )
        with self.assertRaisesRegex(ValidationError, "already has agreement"):
            rival.action_activate()

    def test_scope(self):
        agreement = self.env["aftersales.agreement"].create(
            {
                "service_point_id": self.centre.id,
                "scope_ids": [
                    (
                        0,
                        0,
                        {
                            "service_type_id": self.type_repair.id,
                            "product_categ_id": self.categ.id,
                        },
                    )
                ],
            }
        )
        other = self.env.ref("aftersales_network.service_type_installation")
        self.assertTrue(agreement._covers(self.type_repair, self.product))
        self.assertFalse(agreement._covers(other, self.product))
        self.assertFalse(agreement._covers(self.type_repair, self.part))
        self.assertTrue(self.agreement._covers(other, self.part))

    @freeze_time("2026-05-10")
    def test_end_today(self):
        self.agreement.action_end()
        self.assertEqual(self.agreement.state, "ended")
        self.assertEqual(self.agreement.date_end, date(2026, 5, 10))

    def test_adjustment_frozen_once_settled(self):
        adjustment = self.env["aftersales.point.adjustment"].create(
            {"service_point_id": self.point.id, "amount": 50, "reason": "Award"}
        )
        adjustment.amount = 60
        adjustment.state = "settled"
        with self.assertRaisesRegex(UserError, "is settled"):
            adjustment.amount = 70
        with self.assertRaisesRegex(UserError, "is settled"):
            adjustment.unlink()
