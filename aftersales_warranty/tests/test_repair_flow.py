from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .repair_common import REQUEST, RepairCommon


@tagged("post_install", "-at_install")
class TestRepairInspection(RepairCommon):
    """W12: no repair ends without a check by another person."""

    def _start(self, **vals):
        repair = self._create_repair_order(**vals)
        mine = repair.with_user(self.mechanic)
        mine._action_repair_confirm()
        mine.action_repair_start()
        return mine

    def test_end_needs_inspection(self):
        repair = self._start()
        message = (
            f"{repair.name} has not passed its inspection. .*"
            "Runs for ten minutes, Insulation measured"
        )
        for step in ("action_repair_end", "action_repair_done"):
            with self.assertRaisesRegex(UserError, message):
                getattr(repair, step)()
        with self.assertRaisesRegex(UserError, message):
            repair.write({"state": "done"})
        self.assertEqual(repair.state, "under_repair")

    def test_four_eyes(self):
        repair = self._start()
        repair.action_aftersales_request_inspection()
        self.assertEqual(repair.aftersales_inspection, "requested")
        with self.assertRaisesRegex(UserError, "Test Mechanic did the work"):
            repair.action_aftersales_inspect()
        with self.assertRaisesRegex(UserError, "Test Mechanic did the work"):
            repair._aftersales_inspect("passed", checks=self.type_repair.check_ids)
        # Whoever answers for the repair does not inspect it either.
        repair.user_id = self.inspector
        with self.assertRaisesRegex(UserError, "Test Inspector did the work"):
            self._inspect(repair)

    def test_open_items(self):
        repair = self._start()
        with self.assertRaisesRegex(UserError, "not in order: Insulation measured"):
            self._inspect(repair, checks=self.type_repair.check_ids[:1])
        with self.assertRaisesRegex(UserError, "write down what the inspection found"):
            self._inspect(repair, "failed")
        self._inspect(repair, "failed", findings="Still noisy")
        self.assertEqual(repair.aftersales_inspection, "failed")
        with self.assertRaisesRegex(UserError, "has not passed"):
            repair.action_repair_end()
        self._inspect(repair)
        repair.action_repair_end()
        self.assertEqual(repair.state, "done")
        self.assertEqual(
            repair.aftersales_inspection_ids.sorted("id").mapped("result"),
            ["failed", "passed"],
        )
        self.assertEqual(repair.aftersales_inspection_ids.inspector_id, self.inspector)

    def test_wizard(self):
        repair = self._start().with_user(self.inspector)
        action = repair.action_aftersales_inspect()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.inspector)
            .with_context(**action["context"])
            .create({"check_ids": [(6, 0, self.type_repair.check_ids.ids)]})
        )
        self.assertTrue(wizard.has_checks)
        wizard.action_confirm()
        self.assertEqual(repair.aftersales_inspection, "passed")

    def test_changed_work_is_inspected_anew(self):
        repair = self._start(parts=[("add", self.part, 1)])
        self._inspect(repair)
        repair.move_ids.product_uom_qty = 2
        self.assertFalse(repair.aftersales_inspection)
        self._inspect(repair)
        self.env["aftersales.repair.line"].with_user(self.mechanic).create(
            {"repair_id": repair.id, "kind": "labour"}
        )
        self.assertFalse(repair.aftersales_inspection)

    def test_evidence_is_not_writable(self):
        repair = self._start()
        for name, value in (
            ("aftersales_inspection", "passed"),
            ("aftersales_date_handover", datetime(2026, 1, 1)),
            ("aftersales_date_guarantee_end", date(2030, 1, 1)),
            ("aftersales_is_rework", True),
            ("aftersales_rework_decision", "rework"),
            ("aftersales_worker_ids", [(5, 0, 0)]),
            ("aftersales_is_bound", False),
        ):
            with self.subTest(field=name), self.assertRaises(UserError):
                repair.write({name: value})
            with self.subTest(field=name), self.assertRaises(UserError):
                repair.with_context(aftersales_flow=True).write({name: value})
        self._inspect(repair)
        evidence = repair.aftersales_inspection_ids
        for user in (self.mechanic, self.user_admin, self.user_auditor):
            with self.assertRaises(AccessError):
                evidence.with_user(user).write({"result": "failed"})
            with self.assertRaises(AccessError):
                evidence.with_user(user).unlink()

    def test_default_in_the_context_opens_no_door(self):
        lot = self._create_bench_lot("CTX-1")
        self._create_bench_unit(lot)
        repair = (
            self.env["repair.order"]
            .with_user(self.mechanic)
            .with_context(default_aftersales_inspection="passed")
            .create(
                {
                    "product_id": self.bench_product.id,
                    "lot_id": lot.id,
                    "partner_id": self.customer.id,
                }
            )
        )
        self.assertFalse(repair.aftersales_inspection)
        with self.assertRaisesRegex(UserError, "has not passed its inspection"):
            self.env["repair.order"].with_user(self.mechanic).create(
                {
                    "product_id": self.bench_product.id,
                    "lot_id": lot.id,
                    "partner_id": self.customer.id,
                    "state": "done",
                }
            )

    def test_a_registered_serial_stays_bound(self):
        repair = self._create_repair_order().with_user(self.mechanic)
        with (
            self.assertRaisesRegex(UserError, "serial BENCH-1 is registered"),
            self.env.cr.savepoint(),
        ):
            repair.aftersales_registration_id = False
        repair.invalidate_recordset()
        repair._action_repair_confirm()
        repair.action_repair_start()
        other = self._create_bench_lot("OTHER-1")
        with self.assertRaisesRegex(UserError, "its unit cannot change any more"):
            repair.write({"lot_id": other.id})

    def test_wrong_unit(self):
        with self.assertRaisesRegex(UserError, "is not the unit to repair"):
            self._create_repair_order(aftersales_registration_id=self.unit.id)

    def test_repairs_of_no_unit_end_as_ever(self):
        repair = self._create_repair_order(lot=self._create_bench_lot("LOOSE-2"))
        repair._action_repair_confirm()
        repair.action_repair_start()
        repair.action_repair_end()
        self.assertEqual(repair.state, "done")

    def test_unit_in_repair_does_not_leave(self):
        repair = self._start()
        picking = self._create_delivery()
        with self.assertRaisesRegex(
            UserError, rf"BENCH-1 is in repair \({repair.name}\)"
        ):
            picking.button_validate()
        repair.action_repair_cancel()
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def _create_delivery(self):
        stock = self.env.ref("stock.stock_location_stock")
        self.env["stock.quant"]._update_available_quantity(
            self.bench_product, stock, 1, lot_id=self.bench_lot
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.env.ref("stock.picking_type_out").id,
                "location_id": stock.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.bench_product.id,
                            "product_uom_qty": 1,
                            "location_id": stock.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        return picking


@tagged("post_install", "-at_install")
class TestRepairGuarantee(RepairCommon):
    """W12: the guarantee on the repair, and repeated faults inside it."""

    def test_guarantee_end(self):
        self.type_repair.guarantee_days = 30
        repair = self._finish_repair(self._create_repair_order())
        today = self.company._get_aftersales_today()
        self.assertEqual(
            repair.aftersales_date_guarantee_end, today + timedelta(days=30)
        )
        self.assertEqual(self.bench_unit.date_guarantee_end, today + timedelta(days=30))
        # A guarantee given is given.
        self.type_repair.guarantee_days = 5
        self.env.flush_all()
        self.assertEqual(
            repair.aftersales_date_guarantee_end, today + timedelta(days=30)
        )

    def test_no_guarantee_before_the_hand_over(self):
        repair = self._finish_repair(self._create_repair_order(), handover=False)
        self.assertFalse(repair.aftersales_date_guarantee_end)

    def _repeat(self, days=10, fault=None, **vals):
        today = self.company._get_aftersales_today()
        return self._create_repair_order(
            works=[("labour", 1, 60), ("travel", 1, 20)],
            aftersales_fault_id=(fault or self.fault).id,
            aftersales_date_request=today + timedelta(days=days),
            **vals,
        )

    def test_same_fault_is_free_and_marked(self):
        first = self._finish_repair(
            self._create_repair_order(aftersales_fault_id=self.fault.id)
        )
        again = self._repeat()
        self.assertEqual(again.aftersales_rework_of_id, first)
        self.assertTrue(again.aftersales_is_rework)
        self.assertEqual(again.aftersales_amount_warranty, 0)
        self.assertEqual(again.aftersales_amount_customer, 0)
        again.action_create_sale_order()
        self.assertEqual(again.sale_order_id.amount_untaxed, 0)
        self.assertEqual(
            again.aftersales_charge_ids[0].cover_note,
            "Free: the repair guarantee of an earlier repair.",
        )

    def test_after_the_guarantee(self):
        self._finish_repair(
            self._create_repair_order(aftersales_fault_id=self.fault.id)
        )
        self.assertTrue(self._repeat(90).aftersales_is_rework)
        self.assertFalse(self._repeat(91).aftersales_rework_of_id)

    def test_another_fault(self):
        self._finish_repair(
            self._create_repair_order(aftersales_fault_id=self.fault.id)
        )
        other = self._repeat(fault=self.fault_b)
        self.assertFalse(other.aftersales_rework_of_id)

    def test_unknown_fault_is_proposed_and_decided(self):
        first = self._finish_repair(self._create_repair_order())
        again = self._repeat()
        self.assertEqual(again.aftersales_rework_state, "proposed")
        self.assertEqual(again.aftersales_amount_customer, 50)
        again.action_create_sale_order()
        with self.assertRaises(AccessError):
            again.with_user(self.mechanic).action_aftersales_confirm_rework()
        again.with_user(self.user_dispatcher).action_aftersales_confirm_rework()
        self.assertTrue(again.aftersales_is_rework)
        self.assertEqual(again.aftersales_rework_of_id, first)
        self.assertEqual(again.sale_order_id.amount_untaxed, 0)
        action = again.with_user(self.user_dispatcher).action_aftersales_reject_rework()
        self.env["aftersales.reason.wizard"].with_user(
            self.user_dispatcher
        ).with_context(**action["context"]).create(
            {"reason": "Fell down"}
        ).action_confirm()
        self.assertFalse(again.aftersales_is_rework)
        self.assertEqual(again.aftersales_amount_customer, 50)
        self.assertEqual(again.sale_order_id.amount_untaxed, 50)

    def test_nothing_to_decide(self):
        with self.assertRaisesRegex(UserError, "no earlier repair of this unit"):
            self._create_repair_order().with_user(
                self.user_dispatcher
            ).action_aftersales_confirm_rework()

    def _create_bench_order(self, **vals):
        return self._create_order(
            product_id=self.bench_product.id,
            lot_id=self.bench_lot.id,
            fault_id=self.fault.id,
            **vals,
        )

    def test_service_order_repeats_a_bench_repair(self):
        first = self._finish_repair(
            self._create_repair_order(aftersales_fault_id=self.fault.id)
        )
        order = self._create_bench_order(
            date_request=datetime.now() + timedelta(days=3)
        )
        self.assertTrue(order.is_rework)
        self.assertEqual(order.rework_of_repair_id, first)
        self.assertFalse(order.rework_of_id)
        order.with_user(self.user_dispatcher).action_reject_rework()
        order.with_user(self.user_dispatcher)._reject_rework("Other cause")
        self.assertFalse(order.is_rework)

    def test_bench_repair_repeats_a_service_order(self):
        order = self._create_bench_order(service_point_id=self.point.id)
        order.write({"date_start": datetime(2026, 2, 1), "correction": "Soldered"})
        order.step_ids.is_done = True
        order._write_flow(
            {"state": "closed", "date_handover": datetime(2026, 2, 20, 8)}
        )
        self.assertEqual(order.date_guarantee_end, date(2026, 5, 21))
        again = self._create_repair_order(aftersales_fault_id=self.fault.id)
        self.assertTrue(again.aftersales_is_rework)
        self.assertEqual(again.aftersales_rework_of_order_id, order)
        self.assertEqual(self.bench_unit.date_guarantee_end, date(2026, 5, 21))

    def test_repair_of_an_order_does_not_repeat_it(self):
        order = self._create_bench_order(service_point_id=self.point.id)
        first = self._finish_repair(
            self._create_repair_order(
                aftersales_order_id=order.id, aftersales_fault_id=self.fault.id
            )
        )
        self.assertTrue(first.aftersales_date_guarantee_end)
        order.date_request = datetime.now() + timedelta(days=1)
        self.assertFalse(order.rework_of_repair_id)
        second = self._repeat(1, aftersales_order_id=order.id)
        self.assertFalse(second.aftersales_is_rework)


@tagged("post_install", "-at_install")
class TestRepairHistory(RepairCommon):
    """Repairs at the bench count for the unit."""

    def _done(self, days, **vals):
        repair = self._finish_repair(self._create_repair_order(**vals))
        repair.sudo().write(
            {
                "aftersales_date_start": datetime(2026, 3, 1, 8),
                "aftersales_date_end": datetime(2026, 3, 1 + days, 8),
            }
        )
        return repair

    def test_days_count(self):
        self._done(4)
        self._done(6)
        self.assertEqual(self.bench_unit.repair_count, 2)
        self.assertEqual(self.bench_unit.repair_days, 10)
        counters = self.bench_unit._get_counters()[self.bench_unit.id]
        self.assertEqual(counters["longest_repair"], 6)

    def test_days_run_the_cover_on(self):
        part = self._create_version(
            policy=self.bench_policy,
            date_effective=date(2021, 1, 1),
            terms=[{"component": "whole_unit", "months": 24}],
        )
        self.bench_unit.policy_version_id = part
        self.assertEqual(self.bench_unit.date_cover_end, date(2026, 6, 1))
        self._done(4)
        self.assertEqual(self.bench_unit.date_cover_end, date(2026, 6, 5))

    def test_laws_count_the_bench(self):
        self.part.product_tmpl_id.aftersales_is_main_part = True
        order = self._create_order(
            product_id=self.bench_product.id,
            lot_id=self.bench_lot.id,
            service_point_id=self.point.id,
        )
        self._done(4, parts=[("add", self.part, 1)])
        self._done(6, aftersales_order_id=order.id)
        running = self._create_repair_order()
        running._action_repair_confirm()
        running.action_repair_start()
        running.sudo().write({"aftersales_date_start": datetime(2026, 3, 18, 8)})
        found = self.bench_unit._get_history_summary(date(2026, 3, 19))
        summary = found[self.bench_unit.id]
        # Four days at the bench, and two of the repair that is still running; the
        # one of the service order counts with the order.
        self.assertEqual((summary["repairs"], summary["repair_days"]), (1, 4 + 2))
        self.assertEqual(summary["parts"], {self.part.product_tmpl_id.id: 1})
        before = self.bench_unit._get_history_summary(date(2026, 2, 1))
        self.assertEqual(before[self.bench_unit.id]["repairs"], 0)

    def test_repair_of_an_order_counts_once(self):
        order = self._create_order(
            product_id=self.bench_product.id,
            lot_id=self.bench_lot.id,
            service_point_id=self.point.id,
        )
        self._done(4, aftersales_order_id=order.id)
        self.assertEqual(self.bench_unit.repair_count, 0)

    def test_history_on_a_day(self):
        self._done(4)
        running = self._create_repair_order()
        running._action_repair_confirm()
        running.action_repair_start()
        running.sudo().write({"aftersales_date_start": datetime(2026, 3, 10, 8)})
        before = self.bench_unit._get_counters(date(2026, 3, 2))[self.bench_unit.id]
        self.assertEqual(before.get("repairs", 0), 0)
        after = self.bench_unit._get_counters(date(2026, 3, 12))[self.bench_unit.id]
        self.assertEqual((after["repairs"], after["repair_days"]), (1, 4 + 3))

    def test_constant_queries(self):
        units = self.bench_unit | self.unit
        for number in range(5):
            units |= self._create_bench_unit(self._create_bench_lot(f"H-{number}"))
        self.env.flush_all()
        for batch in (units[:2], units):
            self.env.invalidate_all()
            with self.assertQueryCount(6):
                batch._get_counters(REQUEST)
