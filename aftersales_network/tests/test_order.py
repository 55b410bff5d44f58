from datetime import datetime

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestOrder(AftersalesCommon):
    def test_create_from_serial(self):
        order = self._create_order(product_id=False, lot_id=self.lot.id)
        self.assertEqual(order.product_id, self.product)
        self.assertEqual(order.serial, "TEST-SN-1")
        self.assertRegex(order.name, r"^ASO/\d{4}/\d{5,}$")
        with self.assertRaisesRegex(ValidationError, "belongs to"):
            order.product_id = self.part

    def test_form(self):
        form = Form(self.env["aftersales.service.order"])
        form.partner_id = self.customer
        form.service_type_id = self.type_repair
        form.product_id = self.product
        with form.line_ids.new() as line:
            line.kind = "part"
            line.product_id = self.part
            line.quantity = 2
        order = form.save()
        self.assertEqual(order.line_ids.price_unit, 100)
        self.assertEqual(order.amount_total, 200)
        self.assertEqual(len(order.step_ids), 4)

    def test_times_from_type_and_area(self):
        order = self._create_order()
        self.assertEqual(order.date_promised, datetime(2026, 3, 4, 8, 0))
        self.assertEqual(order.date_response_due, datetime(2026, 3, 3, 8, 0))

    def test_steps_follow_the_type_until_ticked(self):
        order = self._create_order()
        install = self.env.ref("aftersales_network.service_type_installation")
        order.service_type_id = install
        self.assertEqual(len(order.step_ids), 3)
        order.step_ids[0].is_done = True
        self.assertEqual(order.step_ids[0].done_by_id, self.env.user)
        order.service_type_id = self.type_repair
        self.assertEqual(len(order.step_ids), 3)
        order.step_ids[0].is_done = False
        self.assertFalse(order.step_ids[0].done_at)

    def test_life(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "in state “Draft”"):
            order.action_accept()
        order.action_dispatch()
        order.action_accept()
        with freeze_time("2026-03-02 10:00:00"):
            order.action_start()
        order.action_wait_part()
        with freeze_time("2026-03-02 12:00:00"):
            order.action_start()
        self.assertEqual(order.date_start, datetime(2026, 3, 2, 10, 0))
        with self.assertRaisesRegex(UserError, "steps are not ticked: Confirm"):
            order.action_done()
        order.step_ids.filtered("is_mandatory").write({"is_done": True})
        with self.assertRaisesRegex(UserError, "write down the correction"):
            order.action_done()
        order.correction = "New compressor"
        with freeze_time("2026-03-03 10:30:00"):
            order.action_done()
        self.assertEqual(order.duration_hours, 24.5)
        self.assertEqual(order.outcome, "solved")
        self.assertTrue(order.is_on_time)
        self.assertTrue(order.is_response_on_time)
        order.action_close()
        with self.assertRaisesRegex(UserError, "lines cannot change"):
            self._add_lines(order, ("labour", 1, 60, None))
        order.action_reopen()
        self.assertEqual((order.state, order.reopen_count), ("in_progress", 1))
        self.assertFalse(order.date_end)

    def test_late(self):
        late = self._create_order()
        with freeze_time("2026-03-04 07:59:00"):
            self.assertFalse(late.is_late)
        late.invalidate_recordset()
        with freeze_time("2026-03-04 08:01:00"):
            self.assertTrue(late.is_late)
            Order = self.env["aftersales.service.order"]
            self.assertIn(late, Order.search([("is_late", "=", True)]))
            self.assertNotIn(late, Order.search([("is_late", "=", False)]))

    def test_cancel_with_reason(self):
        order = self._create_order()
        action = order.action_cancel()
        self.env["aftersales.reason.wizard"].with_context(**action["context"]).create(
            {"reason": "Customer withdrew"}
        ).action_confirm()
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(order.cancel_reason, "Customer withdrew")
        done = self._finish_order(self._create_order())
        with self.assertRaises(UserError):
            done.action_cancel()

    def test_unlink_only_drafts(self):
        order = self._create_order()
        order.action_dispatch()
        with self.assertRaisesRegex(ValidationError, "Cancel it instead"):
            order.unlink()

    def test_technician_must_work_there(self):
        order = self._create_order()
        order.action_dispatch()
        with self.assertRaisesRegex(ValidationError, "does not work at"):
            order.technician_id = self.technician_b

    def test_line_prices_from_agreement(self):
        order = self._create_order()
        order.action_dispatch()
        lines = self.env["aftersales.service.order.line"].create(
            [
                {"order_id": order.id, "kind": kind, "quantity": 2}
                for kind in ("labour", "travel", "inspection", "other")
            ]
        )
        self.assertEqual(lines.mapped("price_unit"), [60, 2, 30, 0])
        self.assertEqual(order.amount_total, 184)
        self.assertEqual(lines[0].name, "Labour")

    def test_prices_are_converted_into_the_currency_of_the_order(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [(0, 0, {"name": "2020-01-01", "rate": 3.0})],
            }
        )
        order = self._create_order(currency_id=foreign.id)
        order.action_dispatch()
        lines = self.env["aftersales.service.order.line"].create(
            [
                {"order_id": order.id, "kind": "part", "product_id": self.part.id},
                {"order_id": order.id, "kind": "labour"},
            ]
        )
        self.assertEqual(lines.mapped("price_unit"), [300, 180])

    def test_currency_of_another_company(self):
        currency = self.env.ref("base.EUR")
        currency.active = True
        self.company_b.currency_id = currency
        order = self._create_order(
            company_id=self.company_b.id, product_id=False, lot_id=False
        )
        self.assertEqual(order.currency_id, currency)

    def test_line_values_are_checked(self):
        order = self._create_order()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._add_lines(order, ("labour", -1, 60, None))
            self.env.flush_all()

    def test_prepare_line_vals(self):
        order = self._create_order()
        vals = order._prepare_line_vals("part", 3, 10.5, product=self.part)
        line = self.env["aftersales.service.order.line"].create(vals)
        self.assertEqual(line.amount, 31.5)

    def test_create_batch_queries(self):
        def count(size):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.service.order"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "product_id": self.product.id,
                        "service_type_id": self.type_repair.id,
                    }
                    for _n in range(size)
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        small, large = count(10), count(110)
        self.assertLessEqual((large - small) / 100, 0.2)

    def test_partner_counter(self):
        self._create_order()
        self.assertEqual(self.customer.aftersales_order_count, 1)
        self.assertEqual(
            self.customer.action_view_aftersales_orders()["domain"],
            [("partner_id", "=", self.customer.id)],
        )

    def test_work_order_pdf_html(self):
        order = self._finish_order(self._create_order())
        self._add_lines(order, ("labour", 1.5, 60, None))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_network.report_service_order", order.ids
        )
        text = html.decode()
        self.assertIn(order.name, text)
        self.assertIn("Confirm the fault with the customer", text)
        self.assertIn("Replaced", text)
