"""Company and service points of the demo story: each state of their life."""

from datetime import date, timedelta

from .places import create_areas, find_state, prepare_address

__all__ = ["create_areas", "create_points", "find_state", "setup_company"]

COMPANY = "Lanhai Appliances"

#: centre → (its city, points below it: name, city, kind, state)
CENTRES = {
    "South Centre": (
        "Guangzhou",
        [
            ("Guangzhou East Service", "Guangzhou", "authorized", "active"),
            ("Shenzhen Bay Repairs", "Shenzhen", "authorized", "active"),
            ("Foshan Appliance Care", "Foshan", "retailer", "active"),
            ("Dongguan River Service", "Dongguan", "authorized", "applied"),
            ("Nanning Green City Service", "Nanning", "authorized", "probation"),
            ("Haikou Island Service", "Haikou", "franchise", "suspended"),
        ],
    ),
    "East Centre": (
        "Shanghai",
        [
            ("Pudong Cooling Service", "Shanghai", "own", "active"),
            ("Suzhou Home Service", "Suzhou", "authorized", "active"),
            ("Nanjing Gate Repairs", "Nanjing", "authorized", "active"),
            ("Hangzhou Lake Service", "Hangzhou", "franchise", "active"),
            ("Ningbo Harbour Service", "Ningbo", "retailer", "technical_review"),
            ("Hefei Appliance Care", "Hefei", "authorized", "withdrawal"),
        ],
    ),
    "North Centre": (
        "Beijing",
        [
            ("Chaoyang Technical Service", "Beijing", "own", "active"),
            ("Tianjin Harbour Service", "Tianjin", "authorized", "active"),
            ("Jinan Spring Service", "Jinan", "authorized", "active"),
            ("Qingdao Coast Service", "Qingdao", "authorized", "head_approval"),
            ("Shijiazhuang Home Repairs", "Shijiazhuang", "retailer", "rejected"),
            ("Shenyang North Service", "Shenyang", "authorized", "closed"),
        ],
    ),
    "West Centre": (
        "Chengdu",
        [
            ("Chengdu Panda Service", "Chengdu", "authorized", "active"),
            ("Chongqing Hill Service", "Chongqing", "authorized", "active"),
            ("Xi'an Wall Service", "Xi'an", "franchise", "active"),
            ("Kunming Spring Repairs", "Kunming", "authorized", "centre_review"),
            ("Guiyang Cloud Service", "Guiyang", "authorized", "prospect"),
            ("Wuhan River Service", "Wuhan", "dispatch", "active"),
        ],
    ),
}
#: centre → key of the user who manages it
MANAGERS = {
    "South Centre": "centre",
    "East Centre": "centre_east",
    "North Centre": "centre_north",
    "West Centre": "centre_west",
}
#: States in which a point has, or had, areas, people and an agreement.
EQUIPPED = ("active", "probation", "suspended", "withdrawal", "closed")
#: States that ``lifecycle`` reaches after the work of the past months.
LATER = ("suspended", "withdrawal", "closed")
#: States that ``lifecycle`` reaches from a prospect, gate by gate.
APPLYING = (
    "applied",
    "centre_review",
    "technical_review",
    "head_approval",
    "rejected",
)


def get_points_in(points, *states):
    """Points of the story that shall end in one of the states."""
    return [
        points[name]
        for _city, below in CENTRES.values()
        for name, _place, _kind, state in below
        if state in states
    ]


def get_state(name):
    """State in which the story leaves a point."""
    return next(
        state
        for _city, below in CENTRES.values()
        for point, _place, _kind, state in below
        if point == name
    )


def setup_company(env):
    """Make the main company the maker of the story."""
    company = env.company
    currency = env.ref("base.CNY")
    currency.active = True
    company.write(
        {
            "name": COMPANY,
            "currency_id": currency.id,
            "country_id": env.ref("base.cn").id,
            "street": "88 Haiyun Road",
            "city": "Guangzhou",
            "zip": "510000",
            "email": "service@lanhai.example",
            "phone": "+86 20 5550 1000",
        }
    )
    env["product.pricelist"].search([]).currency_id = currency
    env["aftersales.agreement.template"].search([]).currency_id = currency
    if "stock_text_confirmation" in company._fields:
        # Nobody gets a text message about a delivery of the demo.
        company.stock_text_confirmation = False
    company.partner_id.tz = "Asia/Shanghai"
    env.ref("base.user_admin").tz = "Asia/Shanghai"
    env["res.config.settings"].create({"group_stock_production_lot": True}).execute()
    return company


def create_points(env, users, places):
    """Head office, four centres and 24 points with areas and agreements."""
    head_office = env["aftersales.service.point"].create(
        {
            "name": "Head Office Service",
            "tier": "hq",
            "kind": "own",
            "state": "active",
            "partner_id": env.company.partner_id.id,
            "manager_id": users["head"].id,
        }
    )
    points = {"hq": head_office}
    levels = env["aftersales.point.level"].search([])
    number = 0
    for name, (city, below) in CENTRES.items():
        points[name] = create_centre(env, users, name, city, head_office)
        for spec in below:
            number += 1
            level = levels[(number - 1) % len(levels)]
            points[spec[0]] = create_point(env, spec, points[name], level, number)
            if spec[3] in EQUIPPED:
                equip_point(env, points[spec[0]], get_area(places, spec[1]))
    return points


def get_area(places, city):
    """Area of a point: its city, or the zip area inside Guangzhou."""
    return places["510"] if city == "Guangzhou" else places[city]


def create_centre(env, users, name, city, head_office):
    """A regional centre with its manager."""
    return env["aftersales.service.point"].create(
        {
            "name": name,
            "tier": "centre",
            "kind": "own",
            "state": "active",
            "parent_id": head_office.id,
            "partner_id": create_firm(env, f"Lanhai {name}", city, 1).id,
            "manager_id": users[MANAGERS[name]].id,
        }
    )


def create_point(env, spec, centre, level, number):
    """A point with its registration form."""
    name, city, kind, state = spec
    in_service = state in EQUIPPED
    if state in LATER:
        state = "active"
    elif state in APPLYING:
        state = "prospect"
    return env["aftersales.service.point"].create(
        {
            "name": name,
            "tier": "point",
            "kind": kind,
            "state": state,
            "parent_id": centre.id,
            "level_id": level.id if in_service else False,
            "date_activated": date.today() - timedelta(days=400)
            if in_service and state != "probation"
            else False,
            "partner_id": create_firm(env, f"{name} Ltd.", city, number).id,
            "legal_form": "branch" if kind == "own" else "company",
            "registration_number": f"91{4400 + number}00MA5{1000 + number}",
            "years_in_trade": 3 + number % 12,
            "other_brands": "" if kind == "own" else "Local white goods brands",
            "transport_access": "Metro within 500 m; lorries up to 3.5 t",
            "opening_note": "Mon–Sat 8:30–18:00",
            "office_area": 30.0 + number,
            "workshop_area": 60.0 + 5 * (number % 6),
            "technician_headcount": 3 + number % 5,
            "vehicle_count": 1 + number % 3,
        }
    )


def create_firm(env, name, city, number):
    """The company behind a point."""
    return env["res.partner"].create(
        {
            **prepare_address(env, city, number),
            "name": name,
            "is_company": True,
            "email": f"{name.split()[0].lower().replace(chr(39), '')}@points.example",
            "phone": f"+86 400 555 {100 + number:04}",
        }
    )


def equip_point(env, point, area):
    """Area and agreement of a point."""
    start = date.today() - timedelta(days=400)
    env["aftersales.area.assignment"].create(
        {"service_point_id": point.id, "area_id": area.id, "date_from": start}
    )
    if point._needs_agreement():
        sign_agreement(env, point, start)


def sign_agreement(env, point, start):
    """A contract of the time before the suite: text and names as on paper."""
    template = env["aftersales.agreement.template"]._find_for(point)
    end = date.today() + timedelta(days=330)
    agreement = env["aftersales.agreement"].create(
        {
            **template._prepare_agreement_vals(point, start, end),
            "labour_rate": 120.0,
            "parts_markup": 10.0,
            "travel_rate": 2.5,
            "inspection_fee": 60.0,
            "scope_ids": [],
        }
    )
    agreement._write_flow(
        {
            "body": agreement._get_text(),
            "date_issued": start - timedelta(days=12),
            "signed_date": start - timedelta(days=5),
            "signed_by": f"Owner of {point.name}",
        }
    )
    agreement.action_activate()
