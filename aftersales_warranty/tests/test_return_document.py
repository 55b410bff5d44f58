from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .returns_common import ReturnsCommon


@tagged("post_install", "-at_install")
class TestReturnDocument(ReturnsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_units()

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

    def test_a_right_that_needs_the_model_to_be_missing(self):
        self.fresh.write(
            {
                "date_sale": self.today - timedelta(days=10),
                "date_delivery": self.today - timedelta(days=10),
                "price": 1000.0,
            }
        )
        document = self._return_unit(self.fresh)
        line = document.line_ids
        free = [
            option
            for option in line._get_options()
            if option["type"] == "return" and option["allowed"] and not option["fee"]
        ]
        self.assertEqual(len(free), 1)
        self.assertEqual(free[0]["rule"].model_available, "unavailable")
        line._choose(free[0])
        document.action_confirm()
        self.assertEqual(line.entitlement_rule_id, free[0]["rule"])
        self.assertEqual(line.amount_refund, 1000.0)
        document._cancel("Anew")
        # With the model in stock the right is not there, and no other is put in.
        again = self._return_unit(self.fresh)
        again.line_ids._choose(free[0])
        self._stock(self.product, 1, "RT-STOCK-1")
        with self.assertRaisesRegex(UserError, "no rule grants"):
            again.action_confirm()

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
