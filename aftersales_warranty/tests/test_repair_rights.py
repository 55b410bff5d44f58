from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .repair_common import RepairCommon


@tagged("post_install", "-at_install", "security")
class TestRepairRights(RepairCommon):
    """The warehouse repairs without money, a point sees its own repairs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.repair = cls._create_repair_order(
            parts=[("add", cls.part, 1)],
            works=[("labour", 1, 60)],
            aftersales_service_point_id=cls.point.id,
        )
        cls.charge = cls.repair.aftersales_charge_ids.filtered(
            lambda line: line.kind == "labour"
        )

    def test_warehouse_works_without_money(self):
        repair = self.repair.with_user(self.mechanic)
        charge = self.charge.with_user(self.mechanic)
        for record, names in (
            (repair, ("total", "warranty", "customer")),
            (charge, ("warranty", "customer")),
        ):
            for name in names:
                prefix = "aftersales_amount_" if record == repair else "amount_"
                with self.assertRaises(AccessError):
                    record.read([f"{prefix}{name}"])
        with self.assertRaises(AccessError):
            charge.write({"price_unit": 1})
        with self.assertRaises(AccessError):
            repair.move_ids.read(["aftersales_amount_customer"])
        self.assertEqual(charge.read(["cover_share"])[0]["cover_share"], 50)
        work = self.env["aftersales.repair.line"].with_user(self.mechanic)
        work = work.create({"repair_id": repair.id, "kind": "travel", "quantity": 3})
        # At the rate of the point, which the warehouse does not see.
        self.assertEqual(work.sudo().amount, 6)
        self._finish_repair(self.repair)
        self.assertEqual(self.repair.state, "done")

    def test_warehouse_makes_no_quotation(self):
        with self.assertRaises(AccessError):
            self.repair.with_user(self.mechanic).action_create_sale_order()

    def test_service_sees_money_of_its_points(self):
        service = new_test_user(
            self.env,
            login="repair_service",
            groups="aftersales_network.group_service",
            context=CONTEXT,
        )
        self._create_staff(
            service_point_id=self.point.id,
            employee_id=self.env["hr.employee"]
            .create({"name": "Service", "user_id": service.id})
            .id,
        )
        mine = self.repair.with_user(service)
        self.assertEqual(mine.read(["aftersales_amount_customer"])[0]["id"], mine.id)
        line = self.charge.with_user(service)
        line.price_unit = 70
        self.assertEqual(line.amount_customer, 35)
        other = self._create_repair_order(
            lot=self._create_bench_lot("PB-1"),
            aftersales_service_point_id=self.point_b.id,
        )
        with self.assertRaises(AccessError):
            other.with_user(service).read(["name"])
        with self.assertRaises(AccessError):
            other.aftersales_charge_ids.with_user(service).create(
                {"repair_id": other.id, "kind": "labour"}
            )
        with self.assertRaises(AccessError):
            mine.unlink()

    def test_other_repairs_are_the_warehouses(self):
        other = self._create_repair_order(lot=self._create_bench_lot("LOOSE-R"))
        self.assertFalse(other.aftersales_is_bound)
        for user in (self.user_dispatcher, self.user_head, self.user_auditor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                other.with_user(user).read(["name"])
        self.assertTrue(other.with_user(self.mechanic).read(["name"]))

    def test_form_opens_for_every_reader(self):
        """The pages of the web client read no more than the role may."""
        for user in (
            self.user_dispatcher,
            self.user_head,
            self.user_clerk,
            self.user_auditor,
            self.user_warehouse,
            self.user_admin,
        ):
            with self.subTest(user=user.login):
                repair = self.repair.with_user(user)
                form = Form(repair, view=repair.get_formview_id())
                self.assertEqual(form.aftersales_registration_id, self.bench_unit)

    def test_auditor_and_portal(self):
        repair = self.repair.with_user(self.user_auditor)
        self.assertTrue(repair.read(["aftersales_amount_total"]))
        for model, record in (
            ("repair.order", self.repair),
            ("aftersales.repair.line", self.charge),
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.user_auditor).write({"sequence": 1})
            with self.assertRaises(AccessError):
                record.with_user(self.user_auditor).unlink()
            with self.assertRaises(AccessError):
                record.with_user(self.user_portal).read(["id", "display_name"])
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.user_portal).search([])

    def test_stock_users_outside_of_after_sales(self):
        """Whoever repairs today still can, with bound units as well."""
        user = new_test_user(
            self.env, login="plain_stock", groups="stock.group_stock_user"
        )
        repair = self.repair.with_user(user)
        self.assertEqual(repair.name, self.repair.name)
        self.env["stock.move"].with_user(user).create(
            {
                "repair_id": repair.id,
                "repair_line_type": "add",
                "product_id": self.part.id,
                "product_uom_qty": 2,
            }
        )
        self.assertEqual(len(self.repair.aftersales_charge_ids), 3)

    def test_new_is_offered_to_the_warehouse_only(self):
        """An empty repair is the warehouse's; others take units in by one click."""
        plain = new_test_user(
            self.env, login="plain_bench", groups="stock.group_stock_user"
        )
        Repair = self.env["repair.order"]

        def offers(user):
            views = Repair.with_user(user).get_views(
                [(False, kind) for kind in ("list", "kanban", "form")]
            )
            creates = [
                etree.fromstring(view["arch"]).get("create")
                for view in views["views"].values()
            ]
            return [value not in ("0", "False") for value in creates]

        for user in (plain, self.mechanic, self.user_dispatcher, self.mechanic):
            expected = [user != self.user_dispatcher] * 3
            with self.subTest(user=user.login):
                self.assertEqual(offers(user), expected)
        form = Form(Repair.with_user(plain))
        form.product_id = self.part
        self.assertEqual(form.save().state, "draft")
        with self.assertRaises(AccessError):
            Repair.with_user(self.user_dispatcher).create({"product_id": self.part.id})

    def test_a_service_user_takes_in_by_one_click(self):
        """From the order and from the card, and the page of the repair opens."""
        order = self._create_order(
            product_id=self.bench_product.id,
            serial=self.bench_unit.serial,
            lot_id=self.bench_lot.id,
            service_point_id=self.point.id,
        )
        self.env["hr.employee"].create(
            {"name": "Desk", "user_id": self.user_service.id}
        )
        self._create_staff(
            service_point_id=self.point.id,
            employee_id=self.user_service.employee_id.id,
        )
        self.assertFalse(self.user_service.has_group("stock.group_stock_user"))
        action = order.with_user(self.user_service).action_create_repair()
        repair = self.env[action["res_model"]].browse(action["res_id"])
        repair = repair.with_user(self.user_service)
        self.assertEqual(repair.aftersales_order_id, order)
        with Form(repair, view=repair.get_formview_id()) as form:
            form.internal_notes = "Opened at the desk"
        again = order.with_user(self.user_service).action_create_repair()
        self.assertEqual(again["res_id"], repair.id)
        listed = repair.action_aftersales_open()
        self.assertIs(listed["context"]["create"], False)
        self.assertIn(repair, repair.search(listed["domain"]))

    def test_calculated_figures_are_not_written(self):
        charge = self.charge.with_user(self.user_dispatcher)
        for name in ("cover_share", "amount_customer", "amount", "price_list"):
            with (
                self.subTest(field=name),
                self.assertRaisesRegex(
                    UserError, "is calculated and cannot be written"
                ),
            ):
                charge.write({name: 1})
        with self.assertRaisesRegex(UserError, "cannot be written"):
            charge.write({"sale_line_id": 1})
        new = charge.with_context(
            default_sale_line_id=1, default_cover_share=100
        ).create({"repair_id": self.repair.id, "kind": "travel", "price_unit": 9})
        self.assertFalse(new.sale_line_id)
        self.assertEqual(new.amount_customer, 9)


@tagged("post_install", "-at_install", "multi_company")
class TestRepairCompanies(RepairCommon):
    """Repairs stay within their company."""

    def test_other_company(self):
        repair = self._create_repair_order(works=[("labour", 1, 60)])
        self.user_head.write(
            {
                "company_ids": [(4, self.company_b.id)],
                "company_id": self.company_b.id,
            }
        )
        head = repair.with_user(self.user_head).with_company(self.company_b)
        head = head.with_context(allowed_company_ids=self.company_b.ids)
        with self.assertRaises(AccessError):
            head.read(["name"])
        with self.assertRaises(AccessError):
            head.browse(repair.id).aftersales_charge_ids.read(["kind"])

    def test_serials_of_another_company_bind_nothing(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_b.id)], limit=1
        )
        lot = self.bench_lot
        repair = (
            self.env["repair.order"]
            .with_company(self.company_b)
            .create(
                {
                    "company_id": self.company_b.id,
                    "picking_type_id": warehouse.repair_type_id.id,
                    "product_id": lot.product_id.id,
                    "lot_id": lot.id,
                    "partner_id": self.customer.id,
                }
            )
        )
        self.assertFalse(repair.aftersales_registration_id)
        self.assertFalse(repair.aftersales_is_bound)
        with self.assertRaises(UserError):
            repair.aftersales_registration_id = self.bench_unit
            self.env.flush_all()
