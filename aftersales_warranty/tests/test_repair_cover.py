from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .repair_common import RepairCommon


@tagged("post_install", "-at_install")
class TestRepairCover(RepairCommon):
    """X03: each line of a repair is covered or charged by its own term."""

    def _create_priced(self, **vals):
        return self._create_repair_order(
            parts=[("add", self.part, 2)],
            works=[("labour", 3, 60), ("travel", 10, 2)],
            **vals,
        )

    def _split(self, repair):
        return {
            line.kind: (line.cover_share, line.amount_warranty, line.amount_customer)
            for line in repair.aftersales_charge_ids
        }

    def test_three_terms_three_prices(self):
        repair = self._create_priced()
        self.assertEqual(repair.aftersales_registration_id, self.bench_unit)
        self.assertEqual(
            self._split(repair),
            {"part": (100, 200, 0), "labour": (50, 90, 90), "travel": (0, 0, 20)},
        )
        self.assertEqual(repair.aftersales_amount_total, 400)
        self.assertEqual(repair.aftersales_amount_warranty, 290)
        self.assertEqual(repair.aftersales_amount_customer, 110)

    def test_quotation_carries_the_customers_share(self):
        repair = self._create_priced()
        repair.action_create_sale_order()
        lines = repair.sale_order_id.order_line
        found = {
            line.aftersales_charge_id.kind: (
                line.price_unit,
                line.discount,
                line.price_subtotal,
            )
            for line in lines
        }
        self.assertEqual(
            found, {"part": (100, 100, 0), "labour": (60, 50, 90), "travel": (2, 0, 20)}
        )
        self.assertEqual(repair.sale_order_id.amount_untaxed, 110)
        labour = lines.filtered(lambda x: x.aftersales_charge_id.kind == "labour")
        self.assertEqual(
            labour.aftersales_cover_note, "Covered at 50 % until 06/01/2027."
        )

    def test_quotation_follows_the_repair(self):
        repair = self._create_priced()
        repair.action_create_sale_order()
        repair.move_ids.product_uom_qty = 5
        labour = repair.aftersales_charge_ids.filtered(lambda x: x.kind == "labour")
        labour.quantity = 4
        self.env["aftersales.repair.line"].create(
            {"repair_id": repair.id, "kind": "inspection", "price_unit": 30}
        )
        lines = repair.sale_order_id.order_line
        self.assertEqual(
            sorted((x.product_uom_qty, x.discount, x.price_subtotal) for x in lines),
            [(1, 50, 15), (4, 50, 120), (5, 100, 0), (10, 0, 20)],
        )
        travel = repair.aftersales_charge_ids.filtered(lambda x: x.kind == "travel")
        sale_line = travel.sale_line_id
        travel.unlink()
        self.assertEqual(sale_line.product_uom_qty, 0)

    def test_parts_added_later_come_on_the_quotation(self):
        repair = self._create_repair_order(works=[("labour", 1, 60)])
        repair._action_repair_confirm()
        repair.action_create_sale_order()
        self.env["stock.move"].create(
            {
                "repair_id": repair.id,
                "repair_line_type": "add",
                "product_id": self.part.id,
                "product_uom_qty": 1,
            }
        )
        part = repair.sale_order_id.order_line.filtered(
            lambda x: x.product_id == self.part
        )
        self.assertEqual((part.price_unit, part.discount), (100, 100))
        self.assertEqual(part.move_ids, repair.move_ids)

    def test_a_part_taken_off_is_not_charged(self):
        repair = self._create_priced()
        repair.action_create_sale_order()
        sale_line = repair.move_ids.sale_line_id
        repair.move_ids.repair_line_type = "remove"
        self.assertEqual(sale_line.product_uom_qty, 0)
        self.assertEqual(repair.aftersales_amount_total, 200)
        repair.move_ids.unlink()
        kinds = repair.aftersales_charge_ids.mapped("kind")
        self.assertEqual(kinds, ["labour", "travel"])

    def test_one_tick_decides_nothing(self):
        repair = self._create_priced(under_warranty=True)
        # No term for the whole unit: the tick tells so.
        self.assertFalse(repair.under_warranty)
        repair.action_create_sale_order()
        with self.assertRaisesRegex(
            UserError, "the policy of BENCH-1 .* decides about the cover of each line"
        ):
            repair.under_warranty = True
        self.assertEqual(repair.sale_order_id.amount_untaxed, 110)

    def test_without_unit_the_tick_stays_odoos(self):
        lot = self._create_bench_lot("LOOSE-1")
        repair = self._create_repair_order(lot=lot, parts=[("add", self.part, 2)])
        self.assertFalse(repair.aftersales_is_bound)
        self.assertFalse(repair.aftersales_charge_ids)
        repair.action_create_sale_order()
        self.assertEqual(repair.sale_order_id.amount_untaxed, 200)
        repair.under_warranty = True
        self.assertEqual(repair.sale_order_id.amount_untaxed, 0)

    def test_cents_always_sum_up(self):
        repair = self._create_repair_order(
            works=[("labour", 1, 0.01), ("labour", 1, 0.03)]
        )
        first, second = repair.aftersales_charge_ids
        # Half a cent is rounded up for the customer, as on the quotation.
        self.assertEqual((first.amount_warranty, first.amount_customer), (0, 0.01))
        self.assertEqual((second.amount_warranty, second.amount_customer), (0.01, 0.02))
        repair.action_create_sale_order()
        self.assertEqual(
            repair.sale_order_id.order_line.mapped("price_subtotal"), [0.01, 0.02]
        )

    def test_units_of_measure(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        repair = self._create_repair_order()
        self.env["stock.move"].create(
            {
                "repair_id": repair.id,
                "repair_line_type": "add",
                "product_id": self.part.id,
                "product_uom_qty": 1,
                "product_uom": dozen.id,
            }
        )
        charge = repair.aftersales_charge_ids
        self.assertEqual(charge.product_uom_id, dozen)
        self.assertEqual((charge.price_unit, charge.amount), (1200, 1200))

    def test_other_currency_of_the_quotation(self):
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "T", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": 0.5,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        repair = self._create_priced()
        self.assertEqual(repair.aftersales_currency_id, self.company.currency_id)
        repair.action_create_sale_order()
        order = repair.sale_order_id
        self.assertEqual(order.currency_id, currency)
        self.assertEqual(order.amount_untaxed, 55)

    def test_currency_of_the_charges(self):
        currency = self.env["res.currency"].create(
            {"name": "TST", "symbol": "T", "rounding": 1}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": 10,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        repair = self._create_repair_order(aftersales_currency_id=currency.id)
        line = self.env["aftersales.repair.line"].create(
            {"repair_id": repair.id, "kind": "labour", "price_unit": 25}
        )
        # No half units in this currency: the customer's half is rounded up.
        self.assertEqual((line.amount_warranty, line.amount_customer), (12, 13))
        self.env["stock.move"].create(
            {
                "repair_id": repair.id,
                "repair_line_type": "add",
                "product_id": self.part.id,
                "product_uom_qty": 1,
            }
        )
        part = repair.aftersales_charge_ids - line
        self.assertEqual(part.price_unit, 1000)

    def test_typed_prices_stay(self):
        repair = self._create_priced()
        part = repair.aftersales_charge_ids.filtered("move_id")
        part.price_unit = 80
        repair.move_ids.product_uom_qty = 3
        self.assertEqual((part.quantity, part.price_unit, part.amount), (3, 80, 240))
        self.assertEqual(part.price_list, 100)

    def test_charges_of_parts_follow_the_part(self):
        repair = self._create_priced()
        part = repair.aftersales_charge_ids.filtered("move_id")
        with self.assertRaisesRegex(UserError, "Change the part itself"):
            part.with_user(self.user_service).sudo(False).quantity = 9
        with self.assertRaisesRegex(UserError, "Change the part itself"):
            part.with_user(self.mechanic).unlink()

    def test_finished_charges_are_frozen(self):
        repair = self._finish_repair(self._create_priced())
        labour = repair.aftersales_charge_ids.filtered(lambda x: x.kind == "labour")
        with self.assertRaisesRegex(UserError, "finished or cancelled"):
            labour.with_user(self.mechanic).quantity = 1
        self.bench_unit.date_sale = date(2020, 1, 1)
        self.bench_unit.date_delivery = date(2020, 1, 1)
        self.env.flush_all()
        self.assertEqual(
            self._split(repair),
            {"part": (100, 200, 0), "labour": (50, 90, 90), "travel": (0, 0, 20)},
        )

    def test_open_charges_follow_the_unit(self):
        repair = self._create_priced()
        self.bench_unit.write(
            {"date_sale": date(2020, 1, 1), "date_delivery": date(2020, 1, 1)}
        )
        self.assertEqual(repair.aftersales_amount_customer, 400)
        labour = repair.aftersales_charge_ids.filtered(lambda x: x.kind == "labour")
        self.assertEqual(labour.cover_note, "The cover ended on 01/01/2023.")

    def test_rates_of_the_point(self):
        repair = self._create_repair_order(aftersales_service_point_id=self.point.id)
        repair.action_aftersales_add_diagnosis()
        repair.action_aftersales_add_diagnosis()
        fee = repair.aftersales_charge_ids
        self.assertEqual((fee.kind, fee.price_unit), ("inspection", 30))
        # The diagnosis is labour, of which the policy bears one half.
        self.assertEqual((fee.amount_warranty, fee.amount_customer), (15, 15))

    def test_columns_of_the_parts(self):
        repair = self._create_priced()
        move = repair.move_ids.with_user(self.user_admin)
        self.assertEqual(move.aftersales_cover_share, 100)
        self.assertEqual(move.aftersales_amount_warranty, 200)

    def test_form(self):
        """The cover shows while the repair is entered."""
        self.user_admin.group_ids += self.env.ref("stock.group_production_lot")
        with Form(self.env["repair.order"].with_user(self.user_admin)) as form:
            form.product_id = self.bench_product
            form.lot_id = self.bench_lot
            self.assertEqual(form.aftersales_registration_id, self.bench_unit)
            form.partner_id = self.customer
            with form.move_ids.new() as move:
                move.repair_line_type = "add"
                move.product_id = self.part
                move.product_uom_qty = 1
        repair = form.save()
        self.assertEqual(repair.aftersales_charge_ids.kind, "part")

    def test_queries_do_not_grow(self):
        def count(size):
            repairs = self.env["repair.order"]
            for number in range(size):
                lot = self._create_bench_lot(f"Q-{size}-{number}")
                self._create_bench_unit(lot)
                repairs |= self._create_repair_order(lot=lot)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env["aftersales.repair.line"].create(
                [
                    {"repair_id": repair.id, "kind": "labour", "price_unit": 10}
                    for repair in repairs
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count(1)
        self.assertLessEqual(count(8), count(2) + 2)
