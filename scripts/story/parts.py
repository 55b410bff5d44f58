"""Spare parts at the points, prices, quotations and visits of the demo story."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

#: Pieces of each part that an equipped point has on its shelf.
SHELF = {"AC-CMP": 4, "AC-PCB": 6, "AC-FAN": 5, "TV-PNL": 2, "TV-PSU": 6}
#: Pieces in the company's own warehouse.
STORE = 400
#: What the promises of the demo are measured by.
MEASURED = ("ONSITE", "CLOSE", "REG")
#: part → lowest and highest price that a customer may be charged
RANGES = {
    "AC-CMP": (620.0, 760.0),
    "AC-PCB": (230.0, 300.0),
    "AC-FAN": (160.0, 230.0),
    "TV-PNL": (850.0, 1050.0),
    "TV-PSU": (130.0, 180.0),
}


def supply_points(env, points, goods):
    """Places for the parts of active points, filled, with reorder rules."""
    active = env["aftersales.service.point"].concat(
        *(point for point in points.values() if point.tier == "point")
    )
    active = active.filtered(lambda point: point.state == "active")
    active.action_create_location()
    warehouse = active.warehouse_id[:1]
    warehouse.name = "Central Warehouse"
    for code in SHELF:
        goods[code].aftersales_old_part = "return"
        env["stock.quant"]._update_available_quantity(
            goods[code], warehouse.lot_stock_id, STORE
        )
    for point in active:
        send_parts(env, point, goods)
    env["stock.warehouse.orderpoint"].create(
        [
            {
                "product_id": goods[code].id,
                "location_id": point.location_id.id,
                "warehouse_id": warehouse.id,
                "product_min_qty": 2,
                "product_max_qty": quantity,
            }
            for code, quantity in SHELF.items()
            for point in active
        ]
    )


def send_parts(env, point, goods):
    """The warehouse sends a point what belongs on its shelf, and it arrives."""
    wizard = env["aftersales.part.supply.wizard"].create(
        {
            "service_point_id": point.id,
            "line_ids": [
                (0, 0, {"product_id": goods[code].id, "quantity": quantity})
                for code, quantity in SHELF.items()
            ],
        }
    )
    action = wizard.action_confirm()
    pickings = env["stock.picking"].search(action["domain"])
    sent = pickings.filtered(lambda picking: picking.state == "assigned")
    for step in (sent, pickings - sent):
        step.action_assign()
        step.move_ids.picked = True
        step._action_done()


def publish_prices(env, goods):
    """The list of prices that every customer may look up."""
    lines = [
        {
            "kind": "part",
            "product_id": goods[code].id,
            "price_min": low,
            "price_max": high,
        }
        for code, (low, high) in RANGES.items()
    ]
    lines += [
        {"kind": "labour", "unit": "hour", "price_min": 60, "price_max": 120},
        {"kind": "travel", "unit": "km", "price_min": 1, "price_max": 3},
        {"kind": "inspection", "unit": "job", "price_min": 0, "price_max": 50},
    ]
    price_list = env["aftersales.price.list"].create(
        {
            "name": "Service Prices",
            "country_id": env.company.country_id.id,
            "date_from": env.company._get_aftersales_today() - timedelta(days=300),
            "line_ids": [(0, 0, line) for line in lines],
        }
    )
    price_list.action_publish()
    return price_list


def publish_promises(env):
    """What customers are promised, with the fulfilment of the last month."""
    samples = env["aftersales.promise"].with_context(active_test=False)
    domain = [("is_sample", "=", True), ("metric_code", "in", MEASURED)]
    for sample in samples.search(domain):
        sample.copy(
            {
                "name": sample.name.removeprefix("Sample: "),
                "is_sample": False,
                "date_from": env.company._get_aftersales_today() - timedelta(days=300),
                "active": True,
                "is_public": True,
            }
        ).action_publish()
    month = env.company._get_aftersales_today().replace(day=1)
    month -= relativedelta(months=1)
    env["aftersales.promise.value"]._freeze_month(env.company, month)


def quote(env, users, units, goods, customer):
    """A repair out of cover: the customer is asked before the work begins."""
    unit = units.filtered(
        lambda u: u.state == "active" and not u.is_in_cover and u.partner_id == customer
    )[:1]
    order = (
        env["aftersales.service.order"]
        .with_user(users["dispatcher"])
        .create(
            {
                "partner_id": unit.partner_id.id,
                "product_id": unit.product_id.id,
                "serial": unit.serial,
                "registration_id": unit.id,
                "service_type_id": env.ref("aftersales_network.service_type_repair").id,
                "complaint": "Loud noise since the winter",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "kind": "part",
                            "quantity": 1,
                            "product_id": goods["AC-FAN"].id,
                            "price_unit": 210.0,
                        },
                    ),
                    (0, 0, {"kind": "labour", "quantity": 1.5, "price_unit": 90.0}),
                ],
            }
        )
    )
    order.action_create_quotation()
    order.quotation_ids.action_send()
    return order


def plan_visits(env, category):
    """Yearly cleaning of air conditioners; the next visits are planned."""
    plan = env["aftersales.maintenance.plan"].create(
        {
            "name": "Yearly Cleaning",
            "categ_ids": [(6, 0, category.ids)],
            "service_type_id": env.ref(
                "aftersales_network.service_type_maintenance"
            ).id,
            "cycle_months": 12,
            "visit_count": 3,
            "date_from": env.company._get_aftersales_today(),
        }
    )
    plan.action_plan_now()
    return plan
