from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import AftersalesCommon

DAY = date(2027, 5, 1)


@tagged("post_install", "-at_install")
class TestAreaHandover(AftersalesCommon):
    """The area of one point goes to another without a gap or an overlap."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls.point.assignment_ids
        cls.heir = cls._create_point(name="Heir", parent_id=cls.centre.id)
        cls.env["aftersales.agreement"].create(
            {"service_point_id": cls.heir.id, "date_start": date(2020, 1, 1)}
        ).action_activate()
        cls._create_staff(service_point_id=cls.heir.id)

    def _wizard(self, user=None, **vals):
        Wizard = self.env["aftersales.area.handover"].with_user(user or self.user_head)
        return Wizard.with_context(
            active_model="aftersales.service.point", active_ids=self.point.ids
        ).create({"to_point_id": self.heir.id, "date": DAY, **vals})

    def _periods(self, point):
        return [
            (line.area_id, line.date_from, line.date_to, line.exclusive)
            for line in point.assignment_ids
        ]

    def test_no_gap_and_no_overlap(self):
        self._wizard().action_confirm()
        self.assertEqual(
            self._periods(self.point),
            [(self.area, date(2020, 1, 1), date(2027, 4, 30), True)],
        )
        self.assertEqual(self._periods(self.heir), [(self.area, DAY, False, True)])

    def test_end_and_kind_of_the_old_line_stay(self):
        self.line.write({"date_to": date(2030, 12, 31), "exclusive": False})
        self.line.product_categ_id = self.categ
        self._wizard().action_confirm()
        heir = self.heir.assignment_ids
        self.assertEqual(
            self._periods(self.heir), [(self.area, DAY, date(2030, 12, 31), False)]
        )
        self.assertEqual(heir.product_categ_id, self.categ)

    def test_a_line_of_the_future_goes_over_as_it_is(self):
        self.line.date_from = date(2028, 1, 1)
        self._wizard().action_confirm()
        self.assertFalse(self.point.assignment_ids)
        self.assertEqual(
            self._periods(self.heir), [(self.area, date(2028, 1, 1), False, True)]
        )

    def test_only_the_chosen_areas(self):
        other = self.env["aftersales.area"].create({"name": "Other"})
        kept = self.line.copy({"area_id": other.id})
        wizard = self._wizard()
        self.assertEqual(wizard.line_ids, self.line + kept)
        wizard.line_ids = self.line
        wizard.action_confirm()
        self.assertFalse(kept.date_to)
        self.assertEqual(self.heir.assignment_ids.area_id, self.area)

    def test_from_the_list_of_assignments(self):
        Wizard = self.env["aftersales.area.handover"].with_context(
            active_model="aftersales.area.assignment", active_ids=self.line.ids
        )
        wizard = Wizard.create({"to_point_id": self.heir.id, "date": DAY})
        self.assertEqual(wizard.from_point_id, self.point)
        self.assertEqual(wizard.line_ids, self.line)
        lines = self.line + self.point_b.assignment_ids
        with self.assertRaisesRegex(UserError, "one service point at a time"):
            Wizard.with_context(active_ids=lines.ids).create({})

    def test_lines_that_are_over_are_not_offered(self):
        self.line.date_to = date(2027, 4, 30)
        wizard = self._wizard()
        self.assertFalse(wizard.line_ids)
        with self.assertRaisesRegex(UserError, "Choose at least one area of"):
            wizard.action_confirm()
        wizard.line_ids = self.line
        with self.assertRaisesRegex(UserError, "does not run on 2027-05-01"):
            wizard.action_confirm()

    def test_bad_choices(self):
        with self.assertRaisesRegex(UserError, "holds these areas already"):
            self._wizard(to_point_id=self.point.id).action_confirm()
        self.heir.state = "closed"
        with self.assertRaisesRegex(ValidationError, "receives no area"):
            self._wizard().action_confirm()

    def test_company_of_the_other_point(self):
        foreign = self._create_point(name="Foreign", company_id=self.company_b.id)
        with self.assertRaisesRegex(Exception, "(?i)compan"):
            self.env["aftersales.area.handover"].create(
                {
                    "from_point_id": self.point.id,
                    "to_point_id": foreign.id,
                    "date": DAY,
                }
            ).action_confirm()

    def test_all_or_nothing(self):
        wizard = self._wizard()
        Wizard = self.env.registry["aftersales.area.handover"]

        def fail(wizard, lines):
            raise ZeroDivisionError

        with (
            patch.object(Wizard, "_post_messages", fail),
            self.assertRaises(ZeroDivisionError),
            self.env.cr.savepoint(),
        ):
            wizard.action_confirm()
        self.env.invalidate_all()
        self.assertFalse(self.line.date_to)
        self.assertFalse(self.heir.assignment_ids)

    def test_open_orders_move_with_the_area(self):
        waiting, begun = self._create_order(), self._create_order()
        (waiting + begun).action_dispatch()
        begun.action_accept()
        begun.action_start()
        wizard = self._wizard(move_orders=True)
        self.assertEqual(wizard.order_ids, waiting)
        wizard.action_confirm()
        self.assertEqual(waiting.service_point_id, self.heir)
        self.assertEqual(waiting.state, "dispatched")
        self.assertIn("Areas handed over to", waiting.dispatch_note)
        self.assertEqual(begun.service_point_id, self.point)

    def test_orders_stay_unless_asked(self):
        order = self._create_order()
        order.action_dispatch()
        wizard = self._wizard()
        self.assertFalse(wizard.order_ids)
        wizard.action_confirm()
        self.assertEqual(order.service_point_id, self.point)

    def test_an_order_begun_meanwhile(self):
        order = self._create_order()
        order.action_dispatch()
        wizard = self._wizard(move_orders=True)
        self.assertEqual(wizard.order_ids, order)
        order.action_accept()
        order.action_start()
        with self.assertRaisesRegex(UserError, "has begun or is no longer with"):
            wizard.action_confirm()

    def test_both_points_are_told(self):
        self._wizard().action_confirm()
        for point in self.point + self.heir:
            body = point.message_ids[0].body
            self.assertIn("From 2027-05-01 on", body)
            self.assertIn("Test Province", body)

    def test_dispatch_follows_the_date(self):
        self._wizard(date=date(2021, 1, 1)).action_confirm()
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.service_point_id, self.heir)

    def test_who_may(self):
        wizard = self._wizard(self.user_centre)
        wizard.action_confirm()
        self.assertEqual(self.heir.assignment_ids.area_id, self.area)
        for user in (self.user_dispatcher, self.user_auditor, self.user_service):
            with self.assertRaises(AccessError):
                self._wizard(user)

    def test_a_centre_manager_gives_nothing_to_a_foreign_centre(self):
        self.area_b.assignment_ids.unlink()
        with self.assertRaises(AccessError):
            self._wizard(self.user_centre, to_point_id=self.point_b.id).action_confirm()
