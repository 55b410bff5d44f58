"""Nobody writes what is calculated, nor what a step decides."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import CONTEXT, AftersalesCommon


@tagged("post_install", "-at_install", "security")
@freeze_time("2026-06-15")
class TestSecurityFigures(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env.ref("aftersales_network.budget_category_tools")
        cls.budget = (
            cls.env["aftersales.budget"]
            .with_user(cls.user_centre)
            .create(
                {
                    "service_point_id": cls.centre.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 12, 31),
                    "line_ids": [
                        (
                            0,
                            0,
                            {"category_id": cls.category.id, "amount_planned": 1000},
                        )
                    ],
                }
            )
        )
        cls.budget.with_user(cls.user_head).action_approve()
        cls.line = cls.budget.line_ids

    def _assert_calculated(self, record, **vals):
        """The user may write the record, but not these figures."""
        record.check_access("write")
        before = {name: record[name] for name in vals}
        with self.assertRaisesRegex(UserError, "is calculated and cannot be written"):
            record.write(vals)
        self.env.invalidate_all()
        self.assertEqual({name: record[name] for name in vals}, before)

    def test_block_and_spending_of_an_approved_budget(self):
        line = self.line.with_user(self.user_centre)
        self._assert_calculated(line, is_blocking=False)
        self._assert_calculated(line, amount_spent=-500.0)
        self._assert_calculated(line, amount_overrun=5000.0)
        self._assert_calculated(line, state="draft")
        self._assert_calculated(line, service_point_id=self.point.id)
        self._assert_calculated(
            self.budget.with_user(self.user_centre), amount_left=9999.0
        )

    def test_balance_of_a_fund(self):
        fund = self.env["aftersales.fund"].create({"name": "Safety"})
        self._assert_calculated(fund.with_user(self.user_head), balance=1e6)
        made = (
            self.env["aftersales.fund"]
            .with_user(self.user_head)
            .with_context(default_balance=1e6)
            .create({"name": "Reserve", "balance": 1e6})
        )
        self.assertEqual(made.balance, 0)

    def test_clock_and_money_of_an_order(self):
        order = self._create_order()
        order.action_dispatch()
        mine = order.with_user(self.user_centre)
        self._assert_calculated(mine, is_on_time=True)
        self._assert_calculated(mine, paused_hours=999.0)
        self._assert_calculated(mine, amount_total=1e6)

    def test_order_is_not_born_on_time(self):
        order = (
            self.env["aftersales.service.order"]
            .with_user(self.user_dispatcher)
            .with_context(default_is_response_on_time=True, default_net_hours=1)
            .create(
                {
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "service_type_id": self.type_repair.id,
                    "is_on_time": True,
                    "paused_hours": 500,
                }
            )
        )
        self.assertFalse(order.is_on_time or order.is_response_on_time)
        self.assertEqual((order.paused_hours, order.net_hours), (0, 0))

    def test_line_is_not_shown_to_another_point(self):
        order = self._create_order()
        order.action_dispatch()
        line = self._add_lines(order, ("labour", 1, 60, None))
        self._assert_calculated(
            line.with_user(self.user_centre), service_point_id=self.point_b.id
        )
        self._assert_calculated(
            order.step_ids[:1].with_user(self.user_centre),
            company_id=self.company_b.id,
        )

    def test_number_of_an_order_stays(self):
        order = self._create_order()
        order.action_dispatch()
        with self.assertRaisesRegex(UserError, "cannot be written"):
            order.with_user(self.user_centre).name = "SO/1"

    def _create_applicant(self):
        condition = self.env["aftersales.condition"].create(
            {
                "name": "Workshop room",
                "minimum": 40,
                "unit": "m²",
                "source_field": "workshop_area",
            }
        )
        applicant = self._create_point(
            name="Applicant",
            state="prospect",
            parent_id=self.centre.id,
            workshop_area=20,
        )
        return applicant, condition

    def test_condition_is_not_met_by_writing_so(self):
        applicant, condition = self._create_applicant()
        line = applicant.condition_ids.filtered(lambda x: x.condition_id == condition)
        mine = line.with_user(self.user_centre)
        self._assert_calculated(mine, is_met=True)
        self._assert_calculated(mine, status="met")
        self._assert_calculated(mine, is_applicable=False)

    def test_condition_is_not_waived_by_a_default(self):
        applicant, condition = self._create_applicant()
        applicant.condition_ids.unlink()
        mine = applicant.with_user(self.user_centre).with_context(
            default_is_waived=True,
            default_waived_by_id=self.user_head.id,
            default_waiver_reason="Forged",
            default_is_met=True,
        )
        mine.action_sync_conditions()
        line = applicant.condition_ids.filtered(lambda x: x.condition_id == condition)
        self.assertFalse(line.is_waived or line.waived_by_id or line.is_met)
        self.assertEqual(line.status, "open")

    def test_move_of_a_fund_is_not_approved_by_who_wrote_it(self):
        fund = self.env["aftersales.fund"].create({"name": "Safety"})
        move = (
            self.env["aftersales.fund.move"]
            .with_user(self.user_head)
            .create(
                {
                    "fund_id": fund.id,
                    "kind": "deposit",
                    "amount": 100,
                    "reason": "Start",
                }
            )
        )
        move.with_user(self.user_clerk).action_request()
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            move.with_user(self.user_head).action_approve()
        other = new_test_user(
            self.env,
            login="aftersales_head_2",
            groups="aftersales_network.group_head",
            context=CONTEXT,
        )
        move.with_user(other).action_approve()
        self.assertEqual(fund.balance, 100)
