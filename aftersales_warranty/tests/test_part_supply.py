from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestSupply(PartsCommon):
    """The warehouse supplies points by rules and by hand, in two steps."""

    def _supply(self, quantity=4, point=None):
        wizard = (
            self.env["aftersales.part.supply.wizard"]
            .with_user(self.user_warehouse)
            .create(
                {
                    "service_point_id": (point or self.point).id,
                    "line_ids": [
                        (0, 0, {"product_id": self.part.id, "quantity": quantity})
                    ],
                }
            )
        )
        action = wizard.action_confirm()
        pickings = self.env["stock.picking"].search(action.get("domain") or [])
        return pickings or self.env["stock.picking"].browse(action.get("res_id"))

    def _split(self, pickings):
        send = pickings.filtered(lambda p: p.aftersales_kind == "supply")
        return send, pickings - send

    def test_by_hand_in_two_steps(self):
        send, receive = self._split(self._supply())
        self.assertEqual(send.state, "assigned")
        self.assertEqual(receive.state, "waiting")
        self.assertEqual(receive.location_dest_id, self.location)
        self.assertEqual(send.aftersales_point_id, self.point)
        self.assertEqual(receive.aftersales_point_id, self.point)
        self.assertEqual(send.partner_id, self.point.partner_id)
        send.with_user(self.user_warehouse).button_validate()
        transit = self.warehouse.aftersales_transit_location_id
        self.assertEqual(self._get_quantity(transit), 4)
        self.assertEqual(self._get_quantity(self.location), 0)
        self.assertEqual(receive.state, "assigned")
        blockers = {row[0]: row[1] for row in self.point._get_clearance_blockers()}
        self.assertEqual(blockers["transfers of parts"], 1)
        receive.with_user(self.user_warehouse).button_validate()
        self.assertEqual(self._get_quantity(self.location), 4)

    def test_two_points_have_their_own_transfers(self):
        self.point_b.action_create_location()
        one, other = self._supply(1), self._supply(1, point=self.point_b)
        self.assertFalse(one & other)
        self.assertEqual(other.aftersales_point_id, self.point_b)

    def test_reorder_rules(self):
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.part.id,
                "location_id": self.location.id,
                "product_min_qty": 3,
                "product_max_qty": 8,
            }
        )
        self.assertEqual(rule.route_id, self.warehouse.aftersales_supply_route_id)
        self.assertEqual(rule.aftersales_point_id, self.point)
        rule.action_replenish()
        moves = self.env["stock.move"].search(
            [
                ("orderpoint_id", "=", rule.id),
                ("location_dest_id", "=", self.location.id),
            ]
        )
        self.assertEqual(moves.product_uom_qty, 8)
        self.assertEqual(moves.move_orig_ids.location_id, self.warehouse.lot_stock_id)

    def test_a_point_without_a_place_is_not_supplied(self):
        with self.assertRaisesRegex(UserError, "keeps no parts of the company"):
            self._supply(point=self.point_b)

    def test_nothing_to_send(self):
        with self.assertRaisesRegex(UserError, "Enter the parts to send"):
            self._supply(quantity=0)


@tagged("post_install", "-at_install")
class TestMissingPart(PartsCommon):
    """W11: the missing part is ordered and the customer agrees to a new date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_running_order(date_start=datetime(2026, 3, 3, 8))
        cls.line = cls.order.line_ids
        cls.soon = datetime.now().replace(microsecond=0) + timedelta(days=5)

    def _report(self, quantity=2, user=None, **kw):
        order = self.order.with_user(user or self.user_centre)
        rows = [(order.line_ids, quantity)]
        return order._report_missing(rows, self.soon, **kw).with_env(self.env)

    def test_the_dialog_knows_what_is_missing(self):
        self._stock(self.location, self.part, 1)
        action = self.order.with_user(self.user_centre).action_part_missing()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.quantity, 1)
        wizard.write({"date_proposed": self.soon, "is_agreed": True})
        wizard.with_user(self.user_centre).action_confirm()
        self.assertEqual(self.order.part_request_ids.quantity, 1)
        self.assertEqual(self.order.date_promised, self.soon)
        self.assertEqual(self.order.part_consent_way, "phone")

    def test_the_part_is_ordered(self):
        request = self._report()
        self.assertEqual(self.order.state, "waiting_part")
        self.assertTrue(self.line.is_short)
        self.assertEqual(request.state, "requested")
        self.assertEqual(
            set(request.move_ids.mapped("picking_id.aftersales_kind")),
            {"supply", "receipt"},
        )
        self.assertEqual(request.move_ids.mapped("product_uom_qty"), [2, 2])
        self.assertEqual(set(request.move_ids.mapped("origin")), {self.order.name})

    def test_the_promise_moves_with_the_consent_only(self):
        before = self.order.date_promised
        self._report()
        self.assertEqual(self.order.date_part_proposed, self.soon)
        self.assertEqual(self.order.date_promised, before)
        self.order.with_user(self.user_centre).action_agree_part_date("Mrs Li")
        self.assertEqual(self.order.date_promised, self.soon)
        self.assertEqual(self.order.part_consent_by, "Mrs Li")
        self.assertEqual(self.order.part_consent_user_id, self.user_centre)
        self.assertTrue(self.order.part_consent_at)
        kinds = self.order.event_ids.mapped("kind")
        self.assertIn("part_date", kinds)
        self.assertIn("part_agreed", kinds)
        with self.assertRaisesRegex(UserError, "no new date that waits"):
            self.order.action_agree_part_date("Mrs Li")

    def test_consent_is_evidence(self):
        self._report()
        for name in ("part_consent_by", "part_consent_at", "date_part_proposed"):
            with self.subTest(name=name), self.assertRaises(UserError):
                self.order.with_user(self.user_centre).write({name: False})

    def test_the_customer_gets_a_link(self):
        self._report()
        mail = self.env["mail.mail"].search([], limit=1, order="id desc")
        self.assertIn("/service-date/", mail.body_html)
        self.assertIn(self.order.sudo().confirm_token, mail.body_html)

    def test_arrival_lets_the_job_go_on(self):
        request = self._report()
        send, receive = request.move_ids.sorted("id", reverse=True)
        if send.picking_id.aftersales_kind != "supply":
            send, receive = receive, send
        send.picking_id.with_user(self.user_warehouse).button_validate()
        self.assertEqual(request.state, "requested")
        receive.picking_id.with_user(self.user_warehouse).button_validate()
        self.assertEqual(request.state, "arrived")
        self.assertEqual(self.order.state, "in_progress")
        self.assertIn("have arrived", self.order.message_ids[:1].body)
        self.order.action_done()
        self.assertEqual(self._get_quantity(self.location), 0)

    def test_a_partial_arrival_waits_on(self):
        request = self._report()
        send = request.move_ids.filtered(
            lambda m: m.picking_id.aftersales_kind == "supply"
        )
        receive = request.move_ids - send
        send.picking_id.button_validate()
        receive.quantity = 1
        receive.picked = True
        receive.picking_id._action_done()
        self.assertEqual(request.state, "requested")
        rest = request.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
        self.assertEqual(rest.product_uom_qty, 1)
        rest.picking_id.button_validate()
        self.assertEqual(request.state, "arrived")

    def test_cancelling_cancels_the_supply(self):
        request = self._report()
        self.order._cancel("No longer wanted")
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(set(request.move_ids.mapped("state")), {"cancel"})

    def test_a_point_with_own_parts_says_itself(self):
        self.point.has_own_parts = True
        request = self._report()
        self.assertFalse(request.move_ids)
        request.with_user(self.user_centre).action_arrived()
        self.assertEqual(self.order.state, "in_progress")

    def test_a_supplied_part_does_not_arrive_by_word(self):
        with self.assertRaisesRegex(UserError, "comes by a transfer"):
            self._report().action_arrived()

    def test_bad_reports(self):
        with self.assertRaisesRegex(UserError, "enter which part is missing"):
            self._report(quantity=0)
        with self.assertRaisesRegex(UserError, "in the future"):
            self.order._report_missing([(self.line, 1)], datetime(2020, 1, 1))
        other = self._create_running_order().line_ids
        with self.assertRaisesRegex(UserError, "enter which part is missing"):
            self.order._report_missing([(other, 1)], self.soon)
        self.point.has_own_parts = True
        self.order.action_done()
        with self.assertRaisesRegex(UserError, "is not in work"):
            self._report()

    def test_others_may_not_report(self):
        with self.assertRaises(AccessError):
            self._report(user=self.user_auditor)


@tagged("post_install", "-at_install")
class TestPointCount(PartsCommon):
    """The point counts, somebody above approves, the difference is posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.location, cls.part, 10)
        cls.service = cls.user_service
        cls.point.manager_id = cls.service

    def _count(self, counted=8, reason="Broken", user=None):
        count = (
            self.env["aftersales.point.count"]
            .with_user(user or self.service)
            .create({"service_point_id": self.point.id})
        )
        count.line_ids.write({"quantity_counted": counted, "reason": reason})
        return count

    def test_the_sheet_is_laid_out(self):
        count = self._count()
        self.assertRegex(count.name, r"^CNT\d{6}$")
        line = count.line_ids
        self.assertEqual((line.product_id, line.quantity_system), (self.part, 10))
        self.assertEqual((line.difference, count.difference_count), (-2, 1))

    def test_approval_posts_the_difference(self):
        count = self._count()
        count.action_submit()
        self.assertEqual(count.counted_by_id, self.service)
        # A part used between count and approval stays used.
        self._create_running_order(("part", 1, 1.0, self.part)).action_done()
        count.with_user(self.user_centre).action_approve()
        self.assertEqual(
            (count.state, self._get_quantity(self.location)), ("posted", 7)
        )
        self.assertEqual(count.posted_by_id, self.user_centre)
        move = self.env["stock.move"].search([("origin", "=", count.name)])
        self.assertTrue(move.is_inventory)
        self.assertIn("Broken", move.inventory_name)

    def test_more_than_expected(self):
        count = self._count(counted=12)
        count.action_submit()
        count.with_user(self.user_warehouse).action_approve()
        self.assertEqual(self._get_quantity(self.location), 12)

    def test_a_difference_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "give the reason for the difference"):
            self._count(reason=" ").action_submit()
        self._count_none()

    def _count_none(self):
        count = self.env["aftersales.point.count"].search([], limit=1)
        count.line_ids.quantity_counted = 10
        count.action_submit()
        self.assertEqual(count.state, "submitted")

    def test_four_eyes(self):
        count = self._count(user=self.user_centre)
        count.action_submit()
        with self.assertRaisesRegex(UserError, "You handed .* in"):
            count.action_approve()
        with self.assertRaisesRegex(UserError, "approved by the centre"):
            count.with_user(self.service).action_approve()

    def test_a_rejected_count_is_counted_again(self):
        count = self._count()
        count.action_submit()
        with self.assertRaisesRegex(UserError, "was handed in"):
            count.line_ids.quantity_counted = 1
        count.with_user(self.user_centre)._reject("Look behind the door")
        self.assertEqual(count.state, "draft")
        self.assertEqual(count.rejection_reason, "Look behind the door")
        count.line_ids.quantity_counted = 10
        count.action_submit()
        count.with_user(self.user_centre).action_approve()
        self.assertEqual(self._get_quantity(self.location), 10)

    def test_the_system_figure_is_not_typed(self):
        count = self._count()
        count.line_ids.quantity_system = 8
        self.assertEqual(count.line_ids.quantity_system, 10)

    def test_a_part_nobody_expected(self):
        other = self._create_product(name="Fan", tracking="none")
        count = self._count(counted=10)
        self.env["aftersales.point.count.line"].with_user(self.service).create(
            {
                "count_id": count.id,
                "product_id": other.id,
                "quantity_counted": 3,
                "quantity_system": 3,
                "reason": "Found",
            }
        )
        count.action_submit()
        count.with_user(self.user_centre).action_approve()
        self.assertEqual(self._get_quantity(self.location, other), 3)

    def test_nothing_to_count(self):
        with self.assertRaisesRegex(UserError, "nothing to count"):
            self.env["aftersales.point.count"].create(
                {"service_point_id": self.point_b.id}
            )

    def test_a_posted_count_stays(self):
        count = self._count()
        count.action_submit()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            count.sudo().unlink()
        count.action_cancel()
        count.sudo().unlink()
