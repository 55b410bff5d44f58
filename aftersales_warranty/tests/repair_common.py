from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .common import WarrantyCommon

REQUEST = date(2026, 3, 2)


class RepairCommon(WarrantyCommon):
    """A unit whose parts are covered, labour by half and travel not at all.

    Sold long enough ago that no law gives more than the promise.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bench_categ = cls.env["product.category"].create({"name": "Test Bench"})
        cls.bench_product = cls._create_product(
            name="Test Bench Unit", categ_id=cls.bench_categ.id
        )
        cls.bench_policy = cls.env["aftersales.policy"].create(
            {"name": "Bench Promise", "categ_ids": [Command.set(cls.bench_categ.ids)]}
        )
        cls._create_version(
            policy=cls.bench_policy,
            terms=[
                {"component": "part", "months": 36},
                {"component": "labour", "months": 36, "share": 50},
            ],
        )
        cls.bench_lot = cls._create_bench_lot("BENCH-1")
        cls.bench_unit = cls._create_bench_unit(cls.bench_lot)
        cls.mechanic = cls._create_mechanic("mechanic")
        cls.inspector = cls._create_mechanic("inspector")
        cls.type_repair.check_ids = [
            Command.clear(),
            Command.create({"name": "Runs for ten minutes"}),
            Command.create({"name": "Insulation measured"}),
        ]
        cls.stock = cls.env.ref("stock.warehouse0").lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(cls.part, cls.stock, 50)
        cls.labour = cls.env.ref("aftersales_warranty.product_repair_labour")
        cls.fault = cls.env["aftersales.fault"].create(
            {"name": "Dead", "code": "TDEAD"}
        )
        cls.fault_b = cls.env["aftersales.fault"].create(
            {"name": "Noise", "code": "TNOISE"}
        )

    @classmethod
    def _create_bench_lot(cls, name, product=None):
        return cls.env["stock.lot"].create(
            {"name": name, "product_id": (product or cls.bench_product).id}
        )

    @classmethod
    def _create_bench_unit(cls, lot, **vals):
        return cls._create_unit(
            product_id=lot.product_id.id,
            lot_id=lot.id,
            date_sale=date(2024, 6, 1),
            date_delivery=date(2024, 6, 1),
            **vals,
        )

    @classmethod
    def _create_mechanic(cls, name):
        return new_test_user(
            cls.env,
            login=f"aftersales_{name}",
            name=f"Test {name.title()}",
            groups="aftersales_network.group_warehouse",
            context=CONTEXT,
        )

    @classmethod
    def _create_repair_order(cls, lot=None, parts=(), works=(), **vals):
        """A draft repair of the bench unit.

        :param parts: ``(line type, product, quantity)``
        :param works: ``(kind, quantity, price)``
        """
        lot = lot or cls.bench_lot
        repair = cls.env["repair.order"].create(
            {
                "product_id": lot.product_id.id,
                "lot_id": lot.id,
                "partner_id": cls.customer.id,
                "aftersales_date_request": REQUEST,
                "user_id": False,
                "move_ids": [
                    Command.create(
                        {
                            "repair_line_type": line_type,
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for line_type, product, quantity in parts
                ],
                **vals,
            }
        )
        cls.env["aftersales.repair.line"].create(
            [
                {
                    "repair_id": repair.id,
                    "kind": kind,
                    "quantity": quantity,
                    "price_unit": price,
                }
                for kind, quantity, price in works
            ]
        )
        return repair

    @classmethod
    def _inspect(cls, repair, result="passed", user=None, **kwargs):
        """Inspect as another person, everything in order."""
        checks = kwargs.pop("checks", cls.type_repair.check_ids)
        repair.with_user(user or cls.inspector)._aftersales_inspect(
            result, checks=checks, **kwargs
        )

    @classmethod
    def _finish_repair(cls, repair, handover=True):
        """Run a repair through its inspection to the customer."""
        mine = repair.with_user(cls.mechanic)
        mine._action_repair_confirm()
        mine.action_repair_start()
        mine.action_aftersales_request_inspection()
        cls._inspect(repair)
        mine.action_repair_end()
        if handover:
            mine._hand_over()
        return repair
