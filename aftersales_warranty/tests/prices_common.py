from datetime import date, datetime

from odoo.fields import Command

from odoo.addons.aftersales_network.tests.test_order_handover import PIXEL

from .common import WarrantyCommon

REASON = "The unit is mounted on a roof"


class PricesCommon(WarrantyCommon):
    """A published price list for the test appliances, and orders charged to it."""

    SIGNATURE = PIXEL

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.currency_id = cls.env.ref("base.CNY")
        cls.fault = cls.env.ref("aftersales_network.fault_cool")
        cls.uom_hour = cls.env.ref("uom.product_uom_hour")

    @classmethod
    def _create_list(cls, *lines, publish=True, **vals):
        """A price list; the lines are dicts, by default a part and labour."""
        lines = lines or (
            {
                "kind": "part",
                "product_id": cls.part.id,
                "price_min": 80,
                "price_max": 120,
            },
            {"kind": "labour", "price_min": 50, "price_max": 60, "unit": "hour"},
        )
        price_list = cls.env["aftersales.price.list"].create(
            {
                "name": "Test Prices",
                "date_from": date(2026, 1, 1),
                "line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )
        if publish:
            price_list.action_publish()
        return price_list

    @classmethod
    def _create_half_covered(cls):
        """A unit whose policy bears half of the labour and all of the part."""
        cls._create_version(
            terms=[
                {"component": "labour", "months": 36, "share": 50},
                {"component": "part", "months": 36, "product_id": cls.part.id},
            ],
            date_effective=date(2024, 1, 1),
        )
        # The law gave one year for the whole unit, which is over.
        day = date(2024, 6, 1)
        return cls._create_unit(serial="SN-HALF", date_sale=day, date_delivery=day)

    @classmethod
    def _create_charged(cls, *lines, **vals):
        """An accepted order of an unregistered unit: the customer pays all."""
        order = cls._create_order(serial="NOT-OURS", **vals)
        order.action_dispatch()
        order.action_accept()
        cls._add_lines(order, *(lines or [("part", 1, 100.0, cls.part)]))
        return order

    @classmethod
    def _finish(cls, order):
        """Bring an accepted order to the end of its work."""
        order.action_start()
        order.step_ids.is_done = True
        order.write({"cause": "Worn", "correction": "Replaced"})
        order.action_done()
        return order

    @classmethod
    def _quote(cls, order):
        """A sent quotation of what the order charges now."""
        quotation = order._create_quotations()
        quotation.action_send()
        return quotation

    @classmethod
    def _accept(cls, quotation, name="Test Customer"):
        quotation.sudo()._accept(name, cls.SIGNATURE, "link", "192.0.2.1")
        return quotation

    @classmethod
    def _at(cls, *day):
        return datetime(*day, 8, 0)
