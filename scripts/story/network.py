"""Company, areas and points of the demo story."""

from datetime import date, timedelta

COMPANY = "Lanhai Appliances"

#: centre → (state code, points below it: name, city, latitude, longitude, zip)
CENTRES = {
    "South Centre": (
        "GD",
        [
            ("Guangzhou East Service", "Guangzhou", 23.13, 113.36, "510620"),
            ("Shenzhen Bay Repairs", "Shenzhen", 22.53, 113.95, "518067"),
            ("Foshan Appliance Care", "Foshan", 23.03, 113.12, "528000"),
        ],
    ),
    "East Centre": (
        "SH",
        [
            ("Pudong Cooling Service", "Shanghai", 31.22, 121.54, "200120"),
            ("Suzhou Home Service", "Suzhou", 31.30, 120.62, "215006"),
        ],
    ),
    "North Centre": (
        "BJ",
        [
            ("Chaoyang Technical Service", "Beijing", 39.92, 116.44, "100020"),
            ("Tianjin Harbour Service", "Tianjin", 39.13, 117.20, "300041"),
        ],
    ),
}
STATE_OF_CITY = {"Suzhou": "JS", "Tianjin": "TJ"}
#: our key → (code of the province in Odoo, English name)
PROVINCES = {
    "GD": ("粤", "Guangdong"),
    "SH": ("沪", "Shanghai"),
    "BJ": ("京", "Beijing"),
    "JS": ("苏", "Jiangsu"),
    "TJ": ("津", "Tianjin"),
}
GRADES = {"GD": ("a", 24), "SH": ("a", 24), "BJ": ("b", 36), "JS": ("b", 36)}


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
    company.partner_id.tz = "Asia/Shanghai"
    env.ref("base.user_admin").tz = "Asia/Shanghai"
    env["res.config.settings"].create({"group_stock_production_lot": True}).execute()
    return company


def find_state(env, code):
    """A Chinese province by its code."""
    return env["res.country.state"].search(
        [("country_id.code", "=", "CN"), ("code", "=", PROVINCES[code][0])], limit=1
    )


def create_areas(env):
    """China, the provinces of the story and one zip area."""
    Area = env["aftersales.area"]
    country = env.ref("base.cn")
    china = Area.create(
        {
            "name": "China",
            "country_id": country.id,
            "own_grade": "c",
            "own_response_hours": 48,
        }
    )
    places = {"CN": china}
    for code, (_odoo_code, name) in PROVINCES.items():
        state = find_state(env, code)
        grade, hours = GRADES.get(code, (False, 0))
        places[code] = Area.create(
            {
                "name": name,
                "parent_id": china.id,
                "country_id": country.id,
                "state_id": state.id,
                "own_grade": grade,
                "own_response_hours": hours,
            }
        )
    for prefix in ("510", "518", "528"):
        places[prefix] = Area.create(
            {
                "name": f"Zip {prefix}",
                "parent_id": places["GD"].id,
                "country_id": country.id,
                "state_id": places["GD"].state_id.id,
                "zip_prefix": prefix,
            }
        )
    return places


def create_points(env, users, places):
    """Head office, three centres and seven points with areas and agreements."""
    Point = env["aftersales.service.point"]
    head_office = Point.create(
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
    for name, (code, below) in CENTRES.items():
        centre = Point.create(
            {
                "name": name,
                "tier": "centre",
                "kind": "own",
                "state": "active",
                "parent_id": head_office.id,
                "manager_id": users["centre"].id if code == "GD" else False,
            }
        )
        points[name] = centre
        for point_name, city, latitude, longitude, zip_code in below:
            point = Point.create(
                {
                    "name": point_name,
                    "tier": "point",
                    "kind": "authorized",
                    "state": "active",
                    "parent_id": centre.id,
                    "level_id": levels[number % len(levels)].id,
                    "date_activated": date.today() - timedelta(days=400),
                    "partner_id": create_firm(
                        env,
                        point_name,
                        city,
                        STATE_OF_CITY.get(city, code),
                        (latitude, longitude, zip_code),
                    ).id,
                }
            )
            state_code = STATE_OF_CITY.get(city, code)
            area = places.get(zip_code[:3], places[state_code])
            equip_point(env, point, area)
            points[point_name] = point
            number += 1
    add_applicant(env, points["South Centre"])
    return points


def create_firm(env, name, city, state_code, place):
    """The outside company that runs a point."""
    latitude, longitude, zip_code = place
    return env["res.partner"].create(
        {
            "name": f"{name} Ltd.",
            "is_company": True,
            "street": "1 Service Street",
            "city": city,
            "zip": zip_code,
            "country_id": env.ref("base.cn").id,
            "state_id": find_state(env, state_code).id,
            "partner_latitude": latitude,
            "partner_longitude": longitude,
            "email": f"{name.split()[0].lower()}@points.example",
            "phone": "+86 400 555 0100",
        }
    )


def equip_point(env, point, area):
    """Area and agreement of a point."""
    start = date.today() - timedelta(days=400)
    env["aftersales.area.assignment"].create(
        {"service_point_id": point.id, "area_id": area.id, "date_from": start}
    )
    env["aftersales.agreement"].create(
        {
            "service_point_id": point.id,
            "date_start": start,
            "date_end": date.today() + timedelta(days=330),
            "labour_rate": 120.0,
            "parts_markup": 10.0,
            "travel_rate": 2.5,
            "inspection_fee": 60.0,
        }
    ).action_activate()


def add_applicant(env, centre):
    """A firm whose application waits at the first gate."""
    env["aftersales.service.point"].create(
        {
            "name": "Dongguan River Service",
            "tier": "point",
            "kind": "authorized",
            "parent_id": centre.id,
            "partner_id": create_firm(
                env,
                "Dongguan River Service",
                "Dongguan",
                "GD",
                (23.02, 113.75, "523000"),
            ).id,
        }
    ).action_submit()
