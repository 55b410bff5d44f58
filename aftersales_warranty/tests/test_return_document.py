from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .returns_common import ReturnsCommon


@tagged("post_install", "-at_install")
class TestReturnDocument(ReturnsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fresh = cls._deliver_serial("RT-1")
        cls.fresh.price = 2000.0
        cls.old = cls._deliver_serial("RT-OLD")
        cls.old.write(
            {
                "date_sale": cls.today - timedelta(days=100),
                "date_delivery": cls.today - timedelta(days=100),
            }
        )

    # -- entitlement -----------------------------------------------------------

    def test_confirm_freezes_the_entitlement(self):
        document = self._return_unit(self.fresh)
        document.action_confirm()
        line = document.line_ids
        self.assertEqual(document.state, "confirmed")
        self.assertEqual(document.date_confirmed, self.today)
        self.assertEqual(line.entitlement_type, "return")
        self.assertEqual(line.entitlement_rule_id.code, "CN-G-7-RETURN")
        self.assertEqual(line.deadline, self.today + timedelta(days=7))
        self.assertEqual(line.fee, 0)
        self.assertEqual(line.price_paid, 2000.0)
        self.assertEqual(line.amount_refund, 2000.0)
        self.assertIn("General three-guarantee regulation", line.entitlement_text)

    def test_every_role_that_takes_returns_confirms_them(self):
        users = ("service", "dispatcher", "centre", "clerk", "warehouse", "head")
        for number, role in enumerate(users):
            user = getattr(self, f"user_{role}")
            unit = self._deliver_serial(f"CF-{number}")
            for resolution in ("exchange", "refund"):
                document = self._return_unit(unit, resolution=resolution)
                document.service_point_id = self.point
                self.env.flush_all()
                self.env.invalidate_all()
                document.with_user(user).action_confirm()
                self.env.invalidate_all()
                with self.subTest(role=role, resolution=resolution):
                    self.assertEqual(document.state, "confirmed")
                    self.assertEqual(document.receipt_count, 1)
                self.env.invalidate_all()
                document.with_user(user)._cancel("Next")

    def test_a_line_that_carries_only_a_serial(self):
        user = self.user_service_point
        document = self._create_return(
            {
                "product_id": self.product.id,
                "serial": "rt-1",
                "fault_class": "performance",
            },
            user=user,
            service_point_id=self.point.id,
        )
        document.action_confirm()
        self.env.invalidate_all()
        line = document.sudo().line_ids
        self.assertEqual(line.lot_id, self.fresh.lot_id)
        self.assertEqual(line.registration_id, self.fresh)
        self.assertEqual(line.origin_move_id.picking_id, self.fresh.picking_id)

    def test_outside_the_rule_is_refused_with_the_reason(self):
        document = self._return_unit(self.old)
        with self.assertRaisesRegex(
            UserError, "no rule grants “Refund”(.|\n)*ended on"
        ):
            document.action_confirm()
        self.assertEqual(document.state, "draft")
        self.assertFalse(document.line_ids.entitlement_type)

    def test_the_old_unit_may_be_repaired(self):
        document = self._return_unit(self.old, resolution="repair")
        document.action_confirm()
        self.assertEqual(document.line_ids.entitlement_type, "free_repair")
        self.assertEqual(document.line_ids.amount_refund, 0)

    def test_a_choice_is_taken_from_the_dialog(self):
        document = self._return_unit(self.fresh, user=self.user_service_point)
        line = document.line_ids
        action = line.action_open_choice()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.user_service_point)
        exchange = wizard.option_ids.filtered(
            lambda o: o.type == "exchange" and o.is_allowed
        )[:1]
        exchange.action_choose()
        self.assertEqual(line.resolution, "exchange")
        self.assertEqual(line.entitlement_type, "exchange")
        # What it follows from changes: the choice is gone.
        line.fault_class = "appearance"
        self.assertFalse(line.entitlement_type)
        refused = wizard.option_ids.filtered(lambda o: not o.is_allowed)[:1]
        with self.assertRaises(UserError):
            refused.action_choose()

    def test_an_answer_of_the_dialog_cannot_be_forged(self):
        document = self._return_unit(self.old, user=self.user_service_point)
        line = document.line_ids
        action = line.action_open_choice()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.user_service_point)
        option = wizard.option_ids.filtered(lambda o: o.type == "return")[:1]
        option.is_allowed = True
        with self.assertRaisesRegex(UserError, "no rule grants"):
            option.action_choose()

    def test_frozen_fields_are_not_written_by_hand(self):
        document = self._return_unit(self.fresh, user=self.user_service_point)
        line = document.line_ids
        for name, value in (
            ("is_override", True),
            ("fee", 0.5),
            ("entitlement_type", "return"),
            ("override_reason", "x"),
            ("price_paid", 9999.0),
            ("reduction", 1.0),
            ("is_decided", True),
            ("refund_move_id", False),
            ("state", "disposed"),
            ("amount_refund", 9.0),
            ("is_settled", True),
        ):
            with self.subTest(field=name), self.assertRaises(UserError):
                line.write({name: value})
        with self.assertRaises(UserError):
            document.write({"state": "done"})
        with self.assertRaises(UserError):
            self._return_unit(self.old, user=self.user_service_point, is_override=True)
        forged = document.with_context(default_is_override=True).copy()
        self.assertFalse(forged.line_ids.is_override)

    # -- override --------------------------------------------------------------

    def test_a_manager_overrides_with_a_reason(self):
        document = self._return_unit(self.old, user=self.user_service_point)
        line = document.line_ids
        head_line = line.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "say why"):
            head_line._override("  ")
        head_line._override("Good customer", fee=150.0)
        self.assertTrue(line.is_override)
        self.assertEqual(line.override_user_id, self.user_head)
        self.assertEqual(line.override_reason, "Good customer")
        self.assertIn("Good customer", document.message_ids[0].body)
        self.assertIn(
            document,
            self.env["aftersales.return"].search([("has_override", "=", True)]),
        )
        self.old.price = 500.0
        document.action_confirm()
        self.assertEqual(document.state, "confirmed")
        self.assertEqual(line.sudo().amount_refund, 350.0)

    def test_who_may_not_override(self):
        document = self._return_unit(self.old, user=self.user_service_point)
        line = document.line_ids
        for user in (self.user_service_point, self.user_dispatcher):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "Only a centre manager"),
            ):
                line.with_user(user)._override("Please")
        own = self._return_unit(self.old, user=self.user_head)
        with self.assertRaisesRegex(AccessError, "You entered"):
            own.line_ids._override("My friend")

    def test_only_managers_enter_another_day(self):
        vals = {"date_request": self.today - timedelta(days=95)}
        with self.assertRaisesRegex(AccessError, "requested on another day"):
            self._create_return(
                user=self.user_service_point, service_point_id=self.point.id, **vals
            )
        document = self._create_return(
            user=self.user_service_point, service_point_id=self.point.id
        )
        with self.assertRaises(AccessError):
            document.date_request = vals["date_request"]
        document.with_user(self.user_head).write(vals)
        self.assertEqual(document.date_request, vals["date_request"])
        early = self._return_unit(self.old)
        early.date_request = self.today + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "in the future"):
            early.action_confirm()

    # -- goods without a unit ----------------------------------------------------

    def test_untracked_goods_by_the_days_of_the_settings(self):
        self._stock(self.filters, 10)
        move = self._deliver(self.filters, 10)
        vals = {
            "product_id": self.filters.id,
            "origin_move_id": move.id,
            "quantity": 4,
        }
        document = self._create_return(vals)
        document.action_confirm()
        line = document.line_ids
        self.assertEqual(line.entitlement_type, "return")
        self.assertEqual(line.deadline, self.today + timedelta(days=7))
        move.date = move.date - timedelta(days=8)
        late = self._create_return(vals)
        with self.assertRaisesRegex(UserError, "The period ended on"):
            late.action_confirm()
        self.company.aftersales_accept_days = 8
        late.action_confirm()
        self.assertEqual(late.state, "confirmed")
        self.assertIn("Within 8 days", late.line_ids.entitlement_text)

    # -- refusals ----------------------------------------------------------------

    def test_nothing_to_return(self):
        with self.assertRaisesRegex(UserError, "has no lines"):
            self._create_return().action_confirm()

    def test_a_reason_may_ask_for_the_fault(self):
        document = self._return_unit(
            self.fresh,
            fault_class=False,
            reason_id=self.env.ref("aftersales_warranty.return_reason_defect").id,
        )
        with self.assertRaisesRegex(UserError, "state the fault"):
            document.action_confirm()

    def test_an_exchanged_unit_does_not_come_back(self):
        self.fresh._exchange({"serial": "RT-NEW"})
        document = self._return_unit(self.fresh)
        with self.assertRaisesRegex(UserError, "is “Exchanged” since"):
            document.action_confirm()

    def test_a_serial_is_one_piece(self):
        with self.assertRaisesRegex(UserError, "is one piece"):
            self._return_unit(self.fresh, quantity=2).action_confirm()
        dozen = self.env.ref("uom.product_uom_dozen")
        with self.assertRaisesRegex(UserError, "is one piece"):
            self._return_unit(self.fresh, product_uom_id=dozen.id).action_confirm()

    def test_units_of_measure(self):
        hour = self.env.ref("uom.product_uom_hour")
        self._stock(self.filters, 24)
        move = self._deliver(self.filters, 24)
        vals = {"product_id": self.filters.id, "origin_move_id": move.id}
        wrong = self._create_return({**vals, "product_uom_id": hour.id})
        with self.assertRaisesRegex(UserError, "is counted in Units, not in Hours"):
            wrong.action_confirm()
        dozen = self.env.ref("uom.product_uom_dozen")
        document = self._create_return(
            {**vals, "quantity": 2, "product_uom_id": dozen.id}
        )
        document.action_confirm()
        self.assertEqual(document.line_ids._get_base_quantity(), 24)

    def test_lots_need_their_number(self):
        paint = self._create_product(name="Test Paint", tracking="lot")
        lot = self._stock(paint, 5, "LOT-1")
        move = self._deliver_lot(paint, lot, 3)
        vals = {"product_id": paint.id, "origin_move_id": move.id, "quantity": 2}
        with self.assertRaisesRegex(UserError, "is tracked"):
            self._create_return(vals).action_confirm()
        document = self._create_return({**vals, "lot_id": lot.id})
        document.action_confirm()
        self.assertEqual(document.state, "confirmed")
        # The same lot may be in two returns: it is no serial.
        other = self._create_return({**vals, "lot_id": lot.id, "quantity": 1})
        other.action_confirm()
        self.assertEqual(other.state, "confirmed")

    def _deliver_lot(self, product, lot, quantity):
        place = self.warehouse.lot_stock_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": place.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": place.id,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "lot_id": lot.id,
                            "quantity": quantity,
                            "location_id": place.id,
                            "location_dest_id": self.customers.id,
                            "picking_id": picking.id,
                        }
                    )
                ],
                "picked": True,
            }
        )
        picking.button_validate()
        return picking.move_ids

    def test_one_return_at_a_time(self):
        first = self._return_unit(self.fresh)
        first.action_confirm()
        second = self._return_unit(self.fresh)
        with self.assertRaisesRegex(UserError, f"is expected on {first.name}"):
            second.action_confirm()
        twice = self._create_return(
            self._prepare_unit_line(self.old, resolution="repair"),
            self._prepare_unit_line(self.old, resolution="repair"),
        )
        with self.assertRaisesRegex(UserError, "is entered twice"):
            twice.action_confirm()
        first._cancel("Kept it")
        second.action_confirm()
        self.assertEqual(second.state, "confirmed")

    def test_an_open_case_of_counterfeit_blocks(self):
        case = self.env["aftersales.counterfeit.case"].create(
            {"registration_id": self.fresh.id, "serial": "RT-1", "findings": "Copy"}
        )
        self.assertTrue(case)
        with self.assertRaisesRegex(UserError, "RT-1"):
            self._return_unit(self.fresh).action_confirm()

    def test_goods_of_another_company(self):
        with self.assertRaisesRegex(UserError, "belongs to company|Incompatible"):
            self._create_return(
                self._prepare_unit_line(self.fresh), company_id=self.company_b.id
            )

    def test_goods_bought_elsewhere(self):
        dealer = self._create_unit(
            serial="DEALER-1", date_sale=self.today, date_delivery=self.today
        )
        vals = {
            "product_id": self.product.id,
            "registration_id": dealer.id,
            "is_foreign": True,
            "fault_class": "performance",
        }
        with self.assertRaisesRegex(UserError, "was bought elsewhere"):
            self._create_return(vals).action_confirm()
        repair = self._create_return({**vals, "resolution": "repair"})
        repair.action_confirm()
        self.assertEqual(repair.state, "confirmed")
        again = self._create_return({**vals, "resolution": "repair"})
        with self.assertRaisesRegex(UserError, f"underway in return {repair.name}"):
            again.action_confirm()

    def test_a_policy_accepts_goods_bought_elsewhere(self):
        version = self._create_version(
            terms=[{"component": "whole_unit", "months": 12}],
            date_effective=self.today,
            accepts_foreign=True,
        )
        dealer = self._create_unit(
            serial="DEALER-2", date_sale=self.today, date_delivery=self.today
        )
        self.assertEqual(dealer.policy_version_id, version)
        vals = {
            "product_id": self.product.id,
            "serial": " dealer-2",
            "fault_class": "performance",
        }
        document = self._create_return(vals)
        document.action_confirm()
        line = document.line_ids
        # Known by its serial, and told apart from what we delivered ourselves.
        self.assertEqual(line.registration_id, dealer)
        self.assertTrue(line.is_foreign)
        self.assertEqual(line.price_paid, 3000.0)
        dealer.partner_id = self.env["res.partner"].create({"name": "Next Owner"})
        document._cancel("Sold on")
        with self.assertRaisesRegex(UserError, "registered for another customer"):
            document.copy().action_confirm()

    def test_serial_of_another_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._deliver_serial("RT-THEIRS", partner=stranger)
        line = self._prepare_unit_line(foreign)
        with self.assertRaisesRegex(UserError, "did not bring these goods"):
            self._create_return(line).action_confirm()
        line["origin_move_id"] = False
        with self.assertRaisesRegex(UserError, "never delivered to Test Customer"):
            self._create_return(line).action_confirm()
        line["is_foreign"] = True
        line["resolution"] = "repair"
        with self.assertRaisesRegex(UserError, "registered for another customer"):
            self._create_return(line).action_confirm()
        stocked = self._stock(self.product, 1, "RT-STOCK")
        vals = {
            "product_id": self.product.id,
            "lot_id": stocked.id,
            "is_foreign": True,
            "fault_class": "performance",
        }
        with self.assertRaisesRegex(UserError, "was bought elsewhere"):
            self._create_return(vals).action_confirm()
        self._create_version(
            terms=[{"component": "whole_unit", "months": 12}],
            date_effective=self.today,
            accepts_foreign=True,
        )
        with self.assertRaisesRegex(UserError, "is in our own stock"):
            self._create_return(vals).action_confirm()

    def test_more_than_was_delivered(self):
        self._stock(self.filters, 10)
        self._deliver(self.filters, 6)
        document = self._create_return({"product_id": self.filters.id, "quantity": 7})
        with self.assertRaisesRegex(UserError, "6.0 delivered"):
            document.action_confirm()
        document.line_ids.quantity = 6
        document.action_confirm()
        self.assertEqual(document.line_ids.origin_move_id.product_id, self.filters)

    # -- end ---------------------------------------------------------------------

    def test_refuse_and_cancel_ask_a_reason(self):
        document = self._return_unit(self.fresh, user=self.user_service_point)
        action = document.action_refuse()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_service_point)
            .with_context(**action["context"])
            .create({"reason": "Too late"})
        )
        wizard.action_confirm()
        self.assertEqual(document.state, "refused")
        self.assertEqual(document.decision_note, "Too late")
        self.assertEqual(document.line_ids.state, "cancelled")
        with self.assertRaisesRegex(UserError, "not possible there"):
            document.action_confirm()
        other = self._return_unit(self.fresh)
        other.action_confirm()
        with self.assertRaisesRegex(UserError, "say why"):
            other._cancel(" ")
        other._cancel("Customer keeps it")
        self.assertEqual(other.state, "cancelled")

    def test_no_cancel_after_receipt(self):
        document = self._return_unit(self.fresh)
        document.action_confirm()
        document.line_ids._write_flow({"state": "received"})
        document._update_state()
        self.assertEqual(document.state, "received")
        with self.assertRaisesRegex(UserError, "not possible there"):
            document.action_cancel()
        two = self._create_return(
            self._prepare_unit_line(self.old, resolution="repair"),
            self._prepare_unit_line(self._deliver_serial("RT-2"), resolution="repair"),
        )
        two.action_confirm()
        two.line_ids[0]._write_flow({"state": "received"})
        two._update_state()
        self.assertEqual(two.state, "confirmed")
        with self.assertRaisesRegex(UserError, "has arrived"):
            two._cancel("Too late")

    def test_confirmed_content_is_fixed(self):
        document = self._return_unit(self.fresh, user=self.user_service_point)
        document.action_confirm()
        for record, vals in (
            (document, {"partner_id": self.user_head.partner_id.id}),
            (document, {"line_ids": [Command.clear()]}),
            (document.line_ids, {"quantity": 3}),
            (document.line_ids, {"resolution": "exchange"}),
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "is confirmed"),
            ):
                record.write(vals)
        with self.assertRaisesRegex(UserError, "is confirmed"):
            document.line_ids.unlink()
        with self.assertRaises(UserError):
            self.env["aftersales.return.line"].with_user(
                self.user_service_point
            ).create({"return_id": document.id, "product_id": self.filters.id})
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            document.unlink()

    def test_state_follows_the_lines(self):
        units = [self._deliver_serial(f"ST-{number}") for number in range(3)]
        document = self._create_return(
            *(self._prepare_unit_line(unit) for unit in units)
        )
        document.action_confirm()
        one, two, three = document.line_ids
        steps = [
            ((one | two), "received", "confirmed"),
            (three, "missing", "received"),
            (one, "inspected", "received"),
            (two, "inspected", "inspected"),
            ((one | two), "disposed", "done"),
        ]
        for lines, state, expected in steps:
            lines._write_flow({"state": state})
            document._update_state()
            self.assertEqual(document.state, expected)
        self.assertEqual(document.line_ids.mapped("is_open"), [False] * 3)

    # -- picking goods -------------------------------------------------------------

    def test_add_delivered_goods(self):
        self._stock(self.filters, 10)
        self._deliver(self.filters, 6)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._deliver_serial("RT-FOREIGN", partner=stranger)
        document = self._create_return(
            user=self.user_service_point, service_point_id=self.point.id
        )
        action = document.action_add_goods()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.user_service_point)
        offered = wizard.line_ids.mapped("lot_name")
        self.assertIn("RT-1", offered)
        self.assertNotIn("RT-FOREIGN", offered)
        filters = wizard.line_ids.filtered(lambda x: x.product_id == self.filters)
        self.assertEqual(filters.quantity_open, 6)
        filters.write({"is_selected": True, "quantity": 7})
        with self.assertRaisesRegex(UserError, "between 0 and 6"):
            wizard.action_add()
        filters.quantity = 2
        with Form(wizard) as form:
            form.scan = " rt-1 "
        wizard.action_add()
        self.assertEqual(document.line_ids.lot_id, self.fresh.lot_id)
        line = document.line_ids.filtered("lot_id")
        self.assertEqual(line.registration_id, self.fresh)
        self.assertEqual(line.origin_move_id.picking_id, self.fresh.picking_id)
        other = document.line_ids - line
        self.assertEqual((other.product_id, other.quantity), (self.filters, 2))
        self.assertTrue(foreign)

    def test_goods_in_another_return_are_not_offered(self):
        self._stock(self.filters, 10)
        move = self._deliver(self.filters, 6)
        self._create_return(
            {"product_id": self.filters.id, "origin_move_id": move.id, "quantity": 4}
        ).action_confirm()
        self._return_unit(self.fresh).action_confirm()
        goods = self.env["aftersales.return"]._get_open_goods(self.customer)
        by_lot = {item["lot"]: item for item in goods}
        self.assertNotIn(self.fresh.lot_id, by_lot)
        self.assertIn(self.old.lot_id, by_lot)
        self.assertEqual(by_lot[self.env["stock.lot"]]["open"], 2)

    def test_goods_query_count(self):
        for number in range(3):
            self._deliver_serial(f"Q-{number}")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            goods = self.env["aftersales.return"]._get_open_goods(self.customer)
        before = self.cr.sql_log_count
        self.env.invalidate_all()
        self.env["aftersales.return"]._get_open_goods(self.customer)
        few = self.cr.sql_log_count - before
        for number in range(12):
            self._deliver_serial(f"QQ-{number}")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        more = self.env["aftersales.return"]._get_open_goods(self.customer)
        self.assertLessEqual(self.cr.sql_log_count - before, few + 3)
        self.assertEqual(len(more), len(goods) + 12)

    def test_start_from_sale_delivery_unit_and_order(self):
        order = self._create_order(
            registration_id=self.fresh.id, service_point_id=self.point.id
        )
        action = order.action_create_return()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        picked = wizard.line_ids.filtered("is_selected")
        self.assertEqual(picked.lot_id, self.fresh.lot_id)
        wizard.action_add()
        document = order.return_ids
        self.assertEqual(document.service_point_id, self.point)
        self.assertEqual(order.return_count, 1)
        self.assertEqual(self.fresh.return_count, 1)
        self.assertEqual(self.fresh.picking_id.aftersales_return_count, 1)
        action = self.old.picking_id.action_create_aftersales_return()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.lot_id, self.old.lot_id)

    # -- label ---------------------------------------------------------------------

    def test_label_and_mail(self):
        document = self._return_unit(self.fresh)
        with self.assertRaisesRegex(UserError, "not possible there"):
            document.action_send_label()
        document.action_confirm()
        self.warehouse.partner_id.street = "Depot Road 7"
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_return_label", document.ids
        )
        text = html.decode()
        for needed in (document.name, "RT-1", "Depot Road 7", "Test Customer"):
            self.assertIn(needed, text)
        self.assertEqual(text.count("data:image/svg+xml;base64"), 2)
        self.assertEqual(document._get_barcode_image("序列号"), "")
        action = document.action_send_label()
        template = self.env["mail.template"].browse(
            action["context"]["default_template_id"]
        )
        body = template._render_field("body_html", document.ids)[document.id]
        self.assertIn("Depot Road 7", body)
        self.assertIn("RT-1", body)
        self.assertEqual(template.report_template_ids.model, "aftersales.return")

    # -- neighbours ------------------------------------------------------------------

    def test_notice_on_the_unit(self):
        document = self._return_unit(self.fresh)
        document.action_confirm()
        notices = (self.fresh | self.old)._get_unit_notices()
        self.assertEqual(
            [notice["text"] for notice in notices[self.fresh.id]],
            [f"Return {document.name} is underway: Expected."],
        )
        self.assertEqual(notices[self.old.id], [])

    def test_open_returns_block_the_exit_of_a_point(self):
        document = self._return_unit(self.fresh)
        document.service_point_id = self.point
        found = {
            label: count for label, count, _x in self.point._get_clearance_blockers()
        }
        self.assertEqual(found["open returns"], 1)
        document._cancel("Nothing")
        labels = [label for label, *_x in self.point._get_clearance_blockers()]
        self.assertNotIn("open returns", labels)

    def test_overdue(self):
        document = self._return_unit(self.fresh)
        document.action_confirm()
        document.line_ids._write_flow({"state": "received"})
        document.line_ids._on_received()
        document._update_state()
        self.assertEqual(document.date_due, self.today + timedelta(days=7))
        self.assertFalse(document.is_overdue)
        self.assertEqual(
            document.activity_ids.summary, "Settle the return with the customer"
        )
        late = self.today + timedelta(days=8)
        company = type(self.company)
        with patch.object(company, "_get_aftersales_today", return_value=late):
            document.invalidate_recordset(["is_overdue"])
            self.assertTrue(document.is_overdue)
            found = document.search([("is_overdue", "=", True)])
        self.assertIn(document, found)
