"""Provinces, cities and addresses of the demo story.

Provinces are Odoo's; cities are added to Odoo's list under their real names.
"""

#: our key → (code of the province in Odoo, English name)
PROVINCES = {
    "GD": ("粤", "Guangdong"),
    "GX": ("桂", "Guangxi"),
    "HI": ("琼", "Hainan"),
    "SH": ("沪", "Shanghai"),
    "JS": ("苏", "Jiangsu"),
    "ZJ": ("浙", "Zhejiang"),
    "AH": ("皖", "Anhui"),
    "FJ": ("闽", "Fujian"),
    "BJ": ("京", "Beijing"),
    "TJ": ("津", "Tianjin"),
    "SD": ("鲁", "Shandong"),
    "HE": ("冀", "Hebei"),
    "LN": ("辽", "Liaoning"),
    "SC": ("蜀", "Sichuan"),
    "CQ": ("渝", "Chongqing"),
    "SN": ("陕", "Shaanxi"),
    "YN": ("滇", "Yunnan"),
    "GZ": ("黔", "Guizhou"),
    "HB": ("鄂", "Hubei"),
}
#: province → (grade, hours to the first visit); the others inherit China's
GRADES = {
    "GD": ("a", 24),
    "SH": ("a", 24),
    "BJ": ("a", 24),
    "JS": ("b", 36),
    "ZJ": ("b", 36),
    "SC": ("b", 36),
    "CQ": ("b", 36),
}
#: city → (province, first digits of the zip code, latitude, longitude)
CITIES = {
    "Guangzhou": ("GD", "510", 23.13, 113.36),
    "Shenzhen": ("GD", "518", 22.53, 113.95),
    "Foshan": ("GD", "528", 23.03, 113.12),
    "Dongguan": ("GD", "523", 23.02, 113.75),
    "Nanning": ("GX", "530", 22.82, 108.37),
    "Haikou": ("HI", "570", 20.04, 110.34),
    "Shanghai": ("SH", "200", 31.22, 121.54),
    "Suzhou": ("JS", "215", 31.30, 120.62),
    "Nanjing": ("JS", "210", 32.06, 118.79),
    "Hangzhou": ("ZJ", "310", 30.25, 120.17),
    "Ningbo": ("ZJ", "315", 29.87, 121.54),
    "Hefei": ("AH", "230", 31.82, 117.23),
    "Xiamen": ("FJ", "361", 24.48, 118.09),
    "Beijing": ("BJ", "100", 39.92, 116.44),
    "Tianjin": ("TJ", "300", 39.13, 117.20),
    "Jinan": ("SD", "250", 36.65, 117.12),
    "Qingdao": ("SD", "266", 36.07, 120.38),
    "Shijiazhuang": ("HE", "050", 38.04, 114.51),
    "Shenyang": ("LN", "110", 41.80, 123.43),
    "Dalian": ("LN", "116", 38.91, 121.61),
    "Chengdu": ("SC", "610", 30.57, 104.07),
    "Mianyang": ("SC", "621", 31.47, 104.68),
    "Chongqing": ("CQ", "400", 29.56, 106.55),
    "Xi'an": ("SN", "710", 34.34, 108.94),
    "Kunming": ("YN", "650", 25.04, 102.71),
    "Guiyang": ("GZ", "550", 26.65, 106.63),
    "Wuhan": ("HB", "430", 30.59, 114.31),
}


def find_state(env, code):
    """A Chinese province by its code."""
    return env["res.country.state"].search(
        [("country_id.code", "=", "CN"), ("code", "=", PROVINCES[code][0])], limit=1
    )


def create_cities(env):
    """The cities in Odoo's own list: ``{name: res.city}``."""
    country = env.ref("base.cn")
    country.enforce_cities = False
    cities = env["res.city"].create(
        [
            {
                "name": name,
                "country_id": country.id,
                "state_id": find_state(env, province).id,
                "zipcode": f"{prefix}000",
            }
            for name, (province, prefix, _lat, _lon) in CITIES.items()
        ]
    )
    return dict(zip(CITIES, cities, strict=True))


def create_areas(env):
    """China, its provinces and cities, and one zip area inside Guangzhou."""
    Area = env["aftersales.area"]
    country = env.ref("base.cn")
    cities = create_cities(env)
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
        grade, hours = GRADES.get(code, (False, 0))
        places[code] = Area.create(
            {
                "name": name,
                "parent_id": china.id,
                "country_id": country.id,
                "state_id": find_state(env, code).id,
                "own_grade": grade,
                "own_response_hours": hours,
            }
        )
    for name, (province, _prefix, _lat, _lon) in CITIES.items():
        parent = places[province]
        places[name] = Area.create(
            {
                "name": name,
                "parent_id": parent.id,
                "country_id": country.id,
                "state_id": parent.state_id.id,
                "city_id": cities[name].id,
            }
        )
    places["510"] = Area.create(
        {
            "name": "Zip 510",
            "parent_id": places["Guangzhou"].id,
            "country_id": country.id,
            "state_id": places["GD"].state_id.id,
            "city_id": cities["Guangzhou"].id,
            "zip_prefix": "510",
        }
    )
    return places


def prepare_address(env, city, number=1):
    """Values of an address in one of the cities."""
    province, prefix, latitude, longitude = CITIES[city]
    record = env["res.city"].search(
        [("name", "=", city), ("country_id.code", "=", "CN")], limit=1
    )
    return {
        "street": f"{number} Service Street",
        "city": city,
        "city_id": record.id,
        "zip": f"{prefix}{100 + number % 900}",
        "country_id": env.ref("base.cn").id,
        "state_id": find_state(env, province).id,
        "partner_latitude": latitude + (number % 7) * 0.01,
        "partner_longitude": longitude + (number % 5) * 0.01,
    }
