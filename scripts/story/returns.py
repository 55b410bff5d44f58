"""Goods that come back: one return in every state of its life."""

from datetime import timedelta

from . import goods as goods_story

#: serial → how far its return gets
SERIALS = {
    "LH-AC-2101": "draft",
    "LH-AC-2102": "expected",
    "LH-AC-2103": "received",
    "LH-AC-2104": "inspected",
    "LH-AC-2105": "refunded",
    "LH-AC-2106": "exchanged",
    "LH-AC-2107": "repair",
    "LH-AC-2108": "override",
}
#: Of these the exchange is taken.
SPARE = ("LH-AC-2150", "LH-AC-2151")


class Returns:
    """Deliveries of single serials and what becomes of them."""

    def __init__(self, env, users, goods):
        self.env = env
        self.users = users
        self.product = goods["ac"]
        self.today = env.company._get_aftersales_today()

    def run(self):
        """Everything in order."""
        self.deliver()
        for serial, stage in SERIALS.items():
            getattr(self, f"make_{stage}")(self.units[serial])

    def deliver(self):
        """Eight units go to customers, two more lie in stock for exchanges."""
        customers = self.env["res.partner"].search(
            [("email", "=like", "%@customers.example")], order="id", limit=len(SERIALS)
        )
        for serial, customer in zip(SERIALS, customers, strict=True):
            goods_story.sell_live_unit(self.env, self.product, customer, serial)
        self.units = {
            unit.serial: unit
            for unit in self.env["aftersales.registration"].search(
                [("serial", "in", list(SERIALS))]
            )
        }
        for unit in self.units.values():
            unit.picking_id.sale_id._create_invoices().action_post()
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        for serial in SPARE:
            lot = self.env["stock.lot"].create(
                {"name": serial, "product_id": self.product.id}
            )
            self.env["stock.quant"]._update_available_quantity(
                self.product, warehouse.lot_stock_id, 1, lot_id=lot
            )

    def request(self, unit, resolution, days=2, fault="performance"):
        """A return that the service desk writes down."""
        unit.date_delivery = unit.date_sale = self.today - timedelta(days=days)
        return (
            self.env["aftersales.return"]
            .with_user(self.users["service"])
            .create(
                {
                    "partner_id": unit.partner_id.id,
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": unit.product_id.id,
                                "lot_id": unit.lot_id.id,
                                "registration_id": unit.id,
                                "reason_id": self.env.ref(
                                    "aftersales_warranty.return_reason_defect"
                                ).id,
                                "fault_class": fault,
                                "resolution": resolution,
                            },
                        )
                    ],
                }
            )
        )

    def make_draft(self, unit):
        """Asked for, not decided yet."""
        return self.request(unit, "refund")

    def make_expected(self, unit, resolution="refund"):
        """Accepted: the customer has the label."""
        document = self.request(unit, resolution)
        document.action_confirm()
        return document

    def make_received(self, unit, resolution="refund"):
        """The warehouse scanned it and has to look at it."""
        document = self.make_expected(unit, resolution)
        document.line_ids.with_user(self.users["warehouse"])._receive()
        return document

    def make_inspected(self, unit, resolution="refund"):
        """Graded; what becomes of it is open."""
        document = self.make_received(unit, resolution)
        document.line_ids.with_user(self.users["warehouse"])._inspect(
            self.env.ref("aftersales_warranty.return_grade_faulty"),
            "ok",
            "Cooling circuit leaks",
        )
        return document

    def make_refunded(self, unit):
        """Refurbished, and the customer has his credit note."""
        document = self.make_inspected(unit)
        document.line_ids.with_user(self.users["warehouse"])._dispose("refurbish")
        document.with_user(self.users["clerk"]).action_create_refund()
        document.with_env(self.env).line_ids.refund_line_ids.move_id.action_post()
        return document

    def make_exchanged(self, unit):
        """Another unit goes to the customer; its periods start anew."""
        document = self.make_inspected(unit, "exchange")
        document.line_ids.with_user(self.users["warehouse"])._dispose("refurbish")
        document.with_user(self.users["service"]).action_create_exchanges()
        delivery = document.with_env(self.env).line_ids.delivery_move_ids.picking_id
        delivery.move_ids.picked = True
        delivery._action_done()
        return document

    def make_repair(self, unit):
        """At the bench."""
        document = self.make_inspected(unit, "repair")
        document.line_ids.with_user(self.users["warehouse"])._dispose("repair")
        return document

    def make_override(self, unit):
        """Too late by the rules; the head takes it all the same."""
        document = self.request(unit, "refund", days=20)
        document.line_ids.with_user(self.users["head"])._override(
            "Third visit in three weeks, the customer keeps two more units"
        )
        document.action_confirm()
        return document


def open_cases(env, users, goods, units):
    """What comes up at the counter: a doubtful unit and a registration to check."""
    env["aftersales.counterfeit.case"].with_user(users["service"]).create(
        {
            "serial": "LH-AC-1O01",
            "product_id": goods["ac"].id,
            "partner_id": units[:1].partner_id.id,
            "findings": "Label without hologram, letter O instead of zero",
        }
    )
    request = env["aftersales.registration.request"].create(
        {
            "partner_id": units[5].partner_id.id,
            "product_id": goods["tv"].id,
            "serial": "LH-TV-9907",
            "date_sale": env.company._get_aftersales_today() - timedelta(days=9),
            "dealer_name": "Pearl River Appliances",
        }
    )
    request._process()
