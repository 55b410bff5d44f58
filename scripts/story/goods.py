"""Products, parts, policies, customers and sold units of the demo story."""

import random
from datetime import date, timedelta

from .places import prepare_address

#: name, city, number of the house (the zip code follows)
CUSTOMERS = [
    ("Zhang Hong", "Guangzhou", 23),
    ("Liu Yang", "Shenzhen", 52),
    ("Huang Mei", "Foshan", 11),
    ("Zhao Ping", "Shanghai", 27),
    ("Wu Jun", "Suzhou", 21),
    ("Xu Fei", "Beijing", 25),
    ("Sun Li", "Tianjin", 42),
    ("Hotel Pearl River", "Guangzhou", 10),
    ("Bund Office Tower", "Shanghai", 21),
    ("Zhu Ming", "Shenzhen", 60),
    ("Ren Xia", "Nanjing", 8),
    ("Cheng Lin", "Hangzhou", 15),
    ("Song Wei", "Jinan", 31),
    ("Lei Ting", "Chengdu", 77),
    ("Hot Pot Palace", "Chongqing", 5),
    ("Bai Yu", "Xi'an", 64),
    ("Tao Ran", "Wuhan", 18),
    ("Mo Qing", "Nanning", 9),
    ("Island Resort", "Haikou", 3),
    ("Fu Sheng", "Hefei", 44),
    ("Lai Zhen", "Xiamen", 12),
    ("Dai Kun", "Dalian", 6),
    ("Yu Hang", "Ningbo", 29),
    ("Wan Li", "Mianyang", 2),
]
PARTS = {
    "AC-CMP": ("Compressor", 680.0),
    "AC-PCB": ("Control Board", 260.0),
    "AC-FAN": ("Fan Motor", 190.0),
    "TV-PNL": ("Panel", 900.0),
    "TV-PSU": ("Power Supply", 150.0),
}
#: main parts in the sense of the catalogue of the law
MAIN_PARTS = {"AC-CMP", "AC-PCB", "TV-PNL"}
RANDOM_SEED = 27922
UNITS = 3000


def create_goods(env):
    """Two appliances with serial numbers, their parts and policies."""
    Category = env["product.category"]
    aircon = Category.create(
        {
            "name": "Air Conditioners",
            "aftersales_class_id": env.ref(
                "aftersales_warranty.product_class_aircon"
            ).id,
        }
    )
    television = Category.create(
        {
            "name": "Televisions",
            "aftersales_class_id": env.ref(
                "aftersales_warranty.product_class_flat_tv"
            ).id,
        }
    )
    parts_category = Category.create({"name": "Spare Parts"})
    Product = env["product.product"]
    goods = {
        "ac": Product.create(
            {
                "name": "Breeze 35 Air Conditioner",
                "default_code": "LH-AC-35",
                "is_storable": True,
                "tracking": "serial",
                "categ_id": aircon.id,
                "list_price": 3299.0,
            }
        ),
        "tv": Product.create(
            {
                "name": "Vista 55 Television",
                "default_code": "LH-TV-55",
                "is_storable": True,
                "tracking": "serial",
                "categ_id": television.id,
                "list_price": 2899.0,
            }
        ),
    }
    for code, (name, price) in PARTS.items():
        goods[code] = Product.create(
            {
                "name": name,
                "default_code": code,
                "is_storable": True,
                "categ_id": parts_category.id,
                "list_price": price,
                "aftersales_is_main_part": code in MAIN_PARTS,
            }
        )
    create_policy(env, "Air Conditioner Promise", aircon, goods["AC-CMP"], 72)
    create_policy(env, "Television Promise", television, goods["TV-PNL"], 36)
    return goods


def create_policy(env, name, category, main_part, part_months):
    """A published policy: whole unit, parts, a longer main part, labour, travel."""
    policy = env["aftersales.policy"].create(
        {"name": name, "categ_ids": [(6, 0, category.ids)]}
    )
    terms = [
        {"component": "whole_unit", "months": 24},
        {"component": "part", "months": 24},
        {"component": "part", "months": part_months, "product_id": main_part.id},
        {"component": "labour", "months": 24},
        {"component": "travel", "months": 12},
    ]
    version = env["aftersales.policy.version"].create(
        {
            "policy_id": policy.id,
            "date_effective": date(2022, 1, 1),
            "reason": "First edition",
            "term_ids": [(0, 0, term) for term in terms],
        }
    )
    version.action_publish()
    return policy


def create_customers(env):
    """Customers in cities with a point, and in some without."""
    return env["res.partner"].create(
        [
            {
                **prepare_address(env, city, house),
                "name": name,
                "street": f"{house} Garden Street",
                "email": f"{name.split()[0].lower()}{number}@customers.example",
                "phone": f"+86 400 555 {3000 + number}",
            }
            for number, (name, city, house) in enumerate(CUSTOMERS, start=1)
        ]
    )


def sell_units(env, goods):
    """Units that dealers sold over the last three years."""
    customers = create_customers(env)
    rng = random.Random(RANDOM_SEED)
    vals_list = []
    for number in range(1, UNITS + 1):
        product = goods["ac"] if number % 3 else goods["tv"]
        sold = date.today() - timedelta(days=rng.randint(20, 1500))
        vals_list.append(
            {
                "product_id": product.id,
                "serial": f"{product.default_code[:5]}-{get_serial_number(number)}",
                "partner_id": customers[rng.randrange(len(customers))].id,
                "channel": rng.choice(["dealer", "shop", "distance"]),
                "price": product.list_price,
                "date_sale": sold,
                "date_delivery": sold + timedelta(days=2),
            }
        )
    env["aftersales.registration"].create(vals_list)
    sell_live_unit(env, goods["ac"], customers[0], "LH-AC-2001")
    return env["aftersales.registration"].search([])


def get_live_customer(env):
    """The customer whose units the live cases are about."""
    return env["res.partner"].search(
        [("email", "=", "zhang1@customers.example")], limit=1
    )


def get_serial_number(number):
    """Serials of the story; 2000 and 2001 belong to the live cases."""
    return 1000 + number if number <= 600 else 3000 + number


def sell_live_unit(env, product, customer, serial):
    """Deliver one serial from stock: its registration is made by the delivery."""
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    lot = env["stock.lot"].create({"name": serial, "product_id": product.id})
    env["stock.quant"]._update_available_quantity(
        product, warehouse.lot_stock_id, 1, lot_id=lot
    )
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})],
        }
    )
    order.action_confirm()
    picking = order.picking_ids
    picking.action_assign()
    picking.move_line_ids.write({"lot_id": lot.id, "quantity": 1})
    picking.move_ids.picked = True
    picking.button_validate()
    return lot
