"""Users, staff and certificates of the demo story."""

from datetime import date, timedelta

from . import lifecycle, network

#: role key → (login, name, group, label shown after `make demo`)
USERS = {
    "head": ("head", "Li Wei", "group_head", "Head of service"),
    "dispatcher": ("dispatcher", "Chen Jie", "group_dispatcher", "Dispatcher"),
    "centre": ("centre", "Zhao Lei", "group_centre_manager", "Centre manager"),
    "reviewer": (
        "reviewer",
        "Sun Yan",
        "group_technical_reviewer",
        "Technical reviewer",
    ),
    "clerk": ("clerk", "Wu Min", "group_settlement_clerk", "Settlement clerk"),
    "warehouse": ("warehouse", "Ma Chao", "group_warehouse", "Returns warehouse"),
    "hr": ("hr", "Zhou Fang", "group_training_officer", "HR training officer"),
    "auditor": ("auditor", "Xu Jing", "group_auditor", "Auditor"),
    "service": ("service", "Gao Lan", "group_service", "Service user"),
    "admin": ("suiteadmin", "He Jun", "group_admin", "Administrator"),
}
#: Managers of the other centres: the same role, other points.
CENTRE_MANAGERS = {
    "centre_east": ("centre.east", "Guo Tian"),
    "centre_north": ("centre.north", "Han Xue"),
    "centre_west": ("centre.west", "Leng Bing"),
}
PORTAL = ("technician", "Huang Bo", "Technician at a point (portal)")
CUSTOMER = ("customer", "Zhang Hong", "Customer (portal)")

LOGINS = [
    {"role": label, "login": login, "password": login}
    for login, _name, _group, label in USERS.values()
] + [
    {"role": label, "login": login, "password": login}
    for login, _name, label in (PORTAL, lifecycle.APPLICANT, CUSTOMER)
]


def _names(text):
    return [name.strip() for name in text.split(",")]


TECHNICIANS = _names("""
Lin Tao, Yang Fan, Xie Dong, Tang Kai, Peng Yu, Cao Rui, Meng Fei, Yao Lei,
Qiu Shi, Hou Yi, Long Fei, Shi Lei, Gu Feng, Yin Jie, Duan Yu, Kang Jian, Mao Lin,
Ning Bo, Pan An, Qi Lin, Ruan Hai, Tan Song, Wei Dong, Xiang Yang, Zou Bin
""")
MANAGERS = _names("""
Feng Gang, Deng Li, Jiang Nan, Shen Hao, Qian Mei, Lu Bin, Fan Qiang, Ai Hua,
Bao Li, Cui Ying, Du Juan, Fang Zheng, Ge Liang, Hao Ren, Ji Xiang, Kong Lin,
Luo Gang, Niu Ben, Ou Ping, Pei Pei, Qu Min, Rong Hua, Su Qing, Tian Ye
""")


def create_users(env):
    """One user per role; the password is the login."""
    users = {}
    managers = {
        key: (login, name, "group_centre_manager", "")
        for key, (login, name) in CENTRE_MANAGERS.items()
    }
    for key, (login, name, group, _label) in {**USERS, **managers}.items():
        groups = env.ref(f"aftersales_network.{group}") | env.ref("base.group_user")
        users[key] = env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@lanhai.example",
                "tz": "Asia/Shanghai",
                "group_ids": [(6, 0, groups.ids)],
            }
        )
    accounting = env.ref("account.group_account_invoice")
    users["clerk"].group_ids = [(4, accounting.id)]
    users["hr"].group_ids = [(4, env.ref("hr.group_hr_user").id)]
    return users


def create_staff(env, points, users):
    """Managers and technicians: own employees and people of outside firms."""
    roles = {role.code: role for role in env["aftersales.staff.role"].search([])}
    outside = network.get_points_in(points, *network.EQUIPPED)
    names = iter(MANAGERS)
    technicians = iter(TECHNICIANS)
    for point in outside:
        add_contact(env, point, next(names), roles["manager"])
        if point != outside[0]:
            add_contact(env, point, next(technicians), roles["technician"])
    portal_user = create_portal_user(env, outside[0])
    add_staff(env, outside[0], roles["technician"], partner=portal_user.partner_id)
    for key, unit, role in (
        ("head", "hq", "manager"),
        ("centre", "South Centre", "manager"),
        ("dispatcher", "hq", "dispatcher"),
        ("service", "South Centre", "reception"),
        ("clerk", "hq", "settlement"),
    ):
        add_employee(env, points[unit], users[key], roles[role])
    for unit, key in network.MANAGERS.items():
        if key != "centre":
            add_employee(env, points[unit], users[key], roles["manager"])


def add_contact(env, point, name, role):
    """A person of the outside firm in a role."""
    partner = env["res.partner"].create(
        {
            "name": name,
            "parent_id": point.partner_id.id,
            "email": f"{name.replace(' ', '.').lower()}@points.example",
        }
    )
    return add_staff(env, point, role, partner=partner)


def add_employee(env, point, user, role):
    """The employee behind a user in a role."""
    employee = env["hr.employee"].create({"name": user.name, "user_id": user.id})
    return add_staff(env, point, role, employee=employee)


def add_staff(env, point, role, employee=None, partner=None):
    """A staff line that started a year ago."""
    return env["aftersales.staff"].create(
        {
            "service_point_id": point.id,
            "role_id": role.id,
            "employee_id": employee.id if employee else False,
            "partner_id": partner.id if partner else False,
            "date_from": date.today() - timedelta(days=390),
        }
    )


def create_portal_user(env, point):
    """The technician of the first point, on the portal."""
    login, name, _label = PORTAL
    partner = env["res.partner"].create(
        {
            "name": name,
            "parent_id": point.partner_id.id,
            "email": f"{login}@points.example",
        }
    )
    return add_portal_user(env, PORTAL, partner)


def add_portal_user(env, login_row, partner):
    """A login for a contact."""
    login, name, _label = login_row
    return env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": login,
            "partner_id": partner.id,
            "tz": "Asia/Shanghai",
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )


def create_certificates(env, users):
    """Three manager certificates: one valid, one just run out, one unverified."""
    today = date.today()
    kind = env.ref("aftersales_training.certificate_type_manager")
    issuer = env.ref("aftersales_training.certificate_issuer_chamber")
    staff = env["aftersales.staff"].search([("is_manager", "=", True)], order="id")
    people = [
        ("ASM-2024-0117", staff[0], today - timedelta(days=800), True),
        ("ASM-2023-0450", staff[1], today - timedelta(days=1100), True),
        ("ASM-2026-0031", staff[2], today - timedelta(days=20), False),
    ]
    Certificate = env["aftersales.certificate"]
    for number, line, issued, verified in people:
        certificate = Certificate.create(
            {
                "type_id": kind.id,
                "issuer_id": issuer.id,
                "number": number,
                "holder_employee_id": line.employee_id.id,
                "holder_partner_id": line.partner_id.id,
                "date_issue": issued,
            }
        )
        if verified:
            certificate.with_user(users["hr"]).action_verify()
    snapshot_past_months(env)


def snapshot_past_months(env):
    """Month-end evidence of the manager ratio for the last half year."""
    Ratio = env["aftersales.manager.ratio"]
    month = date.today().replace(day=1)
    for _n in range(6):
        last_day = month - timedelta(days=1)
        Ratio._create_snapshot(last_day, env.company, kind="month_end")
        month = last_day.replace(day=1)
