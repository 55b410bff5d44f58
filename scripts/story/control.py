"""Running the network: visits, reports, resources, money, plans, people."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from . import network

REPORT = "<p>Workshop and records seen. Parts store in order, two tools overdue.</p>"
#: What visits found or were asked for: task, kind, severity.
FINDINGS = (
    ("Calibrate the pressure gauges", "finding", "minor"),
    ("Keep used parts apart from new ones", "finding", "major"),
    ("Show the price list at the counter", "finding", "minor"),
    ("Teach the new inverter board on site", "support", "minor"),
    ("Mend the ventilation of the workshop", "finding", "major"),
    ("Send the current repair manuals", "support", "minor"),
)
#: Posts of the department, each below the one before it where it says so.
POSTS = (
    ("Head of After-Sales Service", None, "Plans, budget and quality of all service."),
    ("Regional Centre Manager", 0, "Runs the points of a region and visits them."),
    ("Technical Reviewer", 0, "Judges tools, people and skills of applicants."),
    ("Dispatcher", 1, "Gives each request to a point and watches its time."),
    ("Settlement Clerk", 0, "Decides claims and settles with the points."),
)


def run(env, points, users):
    """Everything a centre does beside the orders."""
    visit_points(env, points, users)
    keep_resources(env, points, users)
    report_months(env, points, users)
    lend_people(env, points, users)
    plan_money(env, points, users)
    award_points(env, points, users)
    plan_year(env, points, users)
    name_owners(env)
    assess_probation(env, points)
    plan_capacity(env, points, users)


def visit_points(env, points, users):
    """Visits of the last months with findings, and some to come."""
    today = date.today()
    Visit = env["aftersales.visit"]
    for number, point in enumerate(network.get_points_in(points, "active")):
        manager = point.centre_id.manager_id
        if number % 3 != 2:
            visit = Visit.with_user(manager).create(
                {
                    "service_point_id": point.id,
                    "kind": ("check", "support", "unannounced")[number % 3],
                    "date_planned": today - timedelta(days=20 + 5 * number),
                    "report": REPORT,
                    "task_ids": [
                        (
                            0,
                            0,
                            {
                                **prepare_task(number),
                                "user_id": manager.id,
                            },
                        )
                    ],
                }
            )
            visit.action_report()
            if number % 4 == 0:
                visit.task_ids.result = "Done on the spot, seen by the visitor."
                visit.task_ids.action_done()
        Visit.with_user(manager).create(
            {
                "service_point_id": point.id,
                "kind": "check",
                "date_planned": today + timedelta(days=3 + 2 * number),
                "purpose": "Half-yearly check",
            }
        )


def prepare_task(number):
    """What a visit leaves behind."""
    name, kind, severity = FINDINGS[number % len(FINDINGS)]
    return {"name": name, "kind": kind, "severity": severity}


def keep_resources(env, points, users):
    """The register of tools and rooms, with a shortage and an overdue check."""
    today = date.today()
    env["aftersales.resource.norm"].create(
        [
            {"name": "Insulation Tester", "tier": "point", "check_interval": 12},
            {"name": "First-Aid Kit", "tier": "point", "category": "safety"},
        ]
    )
    vals_list = []
    for number, point in enumerate(network.get_points_in(points, "active")):
        rows = (
            ("Vacuum Pump", "tool", 2, 2, 60),
            ("Leak Detector", "tool", 1, 1 + (number % 4 == 0), 40 - 15 * number),
            ("Fire Extinguisher", "safety", 3, 2, 120),
        )
        vals_list += [
            {
                "service_point_id": point.id,
                "name": name,
                "category": category,
                "quantity": quantity,
                "quantity_own": required,
                "date_next_check": today + timedelta(days=days),
            }
            for name, category, quantity, required, days in rows
        ]
    resources = env["aftersales.resource"].create(vals_list)
    check_resources(env, resources)


def check_resources(env, resources):
    """The last yearly check of each, entered by the manager of the centre."""
    due = {resource: resource.date_next_check for resource in resources}
    env["aftersales.resource.check"].create(
        [
            {
                "resource_id": resource.id,
                "date": day - timedelta(days=365),
                "user_id": resource.centre_id.manager_id.id,
            }
            for resource, day in due.items()
        ]
    )
    for resource, day in due.items():
        resource.date_next_check = day


def report_months(env, points, users):
    """Monthly reports: the older ones accepted, last month partly missing."""
    first = date.today().replace(day=1)
    Report = env["aftersales.month.report"]
    for months in (3, 2, 1):
        Report._draft_month(first - relativedelta(months=months))
        env.flush_all()
    reports = Report.search([("service_point_id.tier", "=", "point")])
    last = first - relativedelta(months=1)
    silent = network.get_points_in(points, "active")[::4]
    given = reports.filtered(
        lambda r: r.month < last or r.service_point_id not in silent
    )
    given.with_user(users["head"]).action_submit()
    older = given.filtered(lambda r: r.month < last)
    for centre, group in older.grouped("centre_id").items():
        group.with_user(centre.manager_id).action_accept()


def lend_people(env, points, users):
    """One technician lent for the peak season."""
    giver = points["Foshan Appliance Care"]
    technician = giver.staff_ids.filtered(lambda s: s.role_id.is_technician)[:1]
    env["aftersales.staff.posting"].with_user(giver.centre_id.manager_id).create(
        {
            "kind": "lent",
            "staff_id": technician.id,
            "to_point_id": points["Guangzhou East Service"].id,
            "date_from": date.today() - timedelta(days=3),
            "date_to": date.today() + timedelta(days=25),
            "reason": "Peak season in Guangzhou",
        }
    ).action_confirm()


def plan_money(env, points, users):
    """A budget for each centre with some spending, and a special fund."""
    year = date.today().year
    for name in network.CENTRES:
        manager = points[name].manager_id
        budget = create_budget(env, points[name], year)
        budget.with_user(users["head"]).action_approve()
        posts = (
            env["aftersales.budget.post"]
            .with_user(manager)
            .create(
                [
                    {
                        "name": f"Quarter {quarter}: {line.category_id.name}",
                        "line_id": line.id,
                        "amount": round(
                            line.amount_planned * (0.04 * number + 0.02 * quarter), 2
                        ),
                        "date": day,
                    }
                    for quarter, day in get_quarters(year)
                    for number, line in enumerate(budget.line_ids, start=1)
                ]
            )
        )
        posts.action_post()
    fund = env["aftersales.fund"].create({"name": "Batch case reserve"})
    Move = env["aftersales.fund.move"].with_user(users["clerk"])
    deposit, draw = Move.create(
        [
            {"fund_id": fund.id, "kind": kind, "amount": amount, "reason": reason}
            for kind, amount, reason in (
                ("deposit", 500000, "Yearly allotment"),
                ("draw", 36000, "Control boards of lot 2025-17: free exchange"),
            )
        ]
    )
    (deposit | draw).action_request()
    deposit.with_user(users["head"]).action_approve()


def get_quarters(year):
    """Number and last day of the quarters that are over; the first one at least."""
    ends = [date(year, 3, 31), date(year, 6, 30), date(year, 9, 30)]
    over = [day for day in ends if day <= date.today()] or [date(year, 1, 1)]
    return list(enumerate(over, start=1))


def award_points(env, points, users):
    """An award and a penalty that wait for the next settlement."""
    env["aftersales.point.adjustment"].with_user(users["head"]).create(
        [
            {
                "service_point_id": points[name].id,
                "amount": amount,
                "reason": reason,
            }
            for name, amount, reason in (
                (
                    "Guangzhou East Service",
                    800,
                    "Most jobs on time in the quarter",
                ),
                ("Haikou Island Service", -500, "Charged a customer above the list"),
            )
        ]
    )


def assess_probation(env, points):
    """A draft assessment of the point in its probation."""
    for point in network.get_points_in(points, "probation"):
        env["aftersales.probation.assessment"].with_user(
            point.centre_id.manager_id
        ).create(
            {
                "service_point_id": point.id,
                "outcome": "passed",
                "findings": "Punctual and clean work; spare parts well kept.",
            }
        )


def create_budget(env, centre, year):
    """A draft made by the manager of the centre."""
    amounts = {"points": 180000, "operations": 90000, "tools": 40000, "research": 15000}
    category = "aftersales_network.budget_category_{}"
    return (
        env["aftersales.budget"]
        .with_user(centre.manager_id)
        .create(
            {
                "service_point_id": centre.id,
                "date_from": date(year, 1, 1),
                "date_to": date(year, 12, 31),
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "category_id": env.ref(category.format(key)).id,
                            "amount_planned": amount,
                        },
                    )
                    for key, amount in amounts.items()
                ],
            }
        )
    )


def plan_year(env, points, users):
    """The yearly plan of the South centre, approved and running."""
    centre = points["South Centre"]
    today = date.today()
    targets = (
        {"name": "Completion on time", "metric_code": "CLOSE", "target_value": 95},
        {
            "name": "Reopened jobs",
            "metric_code": "REOPEN",
            "target_value": 3,
            "is_lower_better": True,
        },
    )
    actions = (
        ("Admit a point in Dongguan", today + timedelta(days=30)),
        ("Train all technicians on the new inverter", today - timedelta(days=10)),
    )
    budgets = env["aftersales.budget"]
    plan = (
        env["aftersales.year.plan"]
        .with_user(centre.manager_id)
        .create(
            {
                "service_point_id": centre.id,
                "year": today.year,
                "budget_id": budgets.search(
                    [("service_point_id", "=", centre.id)], limit=1
                ).id,
                "summary": "<p>Two new points, fewer repeat repairs.</p>",
                "target_ids": [(0, 0, target) for target in targets],
                "action_ids": [
                    (
                        0,
                        0,
                        {
                            "name": name,
                            "date_due": due,
                            "user_id": centre.manager_id.id,
                        },
                    )
                    for name, due in actions
                ],
            }
        )
    )
    plan.action_submit()
    plan.with_user(users["head"]).action_approve()


def name_owners(env):
    """Departments own most service functions; three have no owner yet."""
    department = env["hr.department"].create({"name": "After-Sales Service"})
    posts = create_posts(env, department)
    functions = env["aftersales.function"].search([])
    env["aftersales.function.assignment"].create(
        [
            {
                "function_id": function.id,
                "department_id": department.id,
                "job_id": posts[number % len(posts)].id,
                "date_from": date.today() - timedelta(days=200),
            }
            for number, function in enumerate(functions[:-3])
        ]
    )
    technician = env.ref("aftersales_network.role_technician")
    env["aftersales.staffing.norm"].create(
        {
            "role_id": technician.id,
            "tier": "point",
            "per_person": 12,
            "minimum": 1,
            "date_from": date.today() - timedelta(days=200),
        }
    )
    first = date.today().replace(day=1)
    for months in (3, 2, 1):
        env["aftersales.staffing.report"]._generate(
            first - relativedelta(months=months), env.company
        )


def create_posts(env, department):
    """The posts of the department with their reporting line."""
    posts = []
    for name, above, duties in POSTS:
        posts.append(
            env["hr.job"].create(
                {
                    "name": name,
                    "department_id": department.id,
                    "aftersales_reports_to_id": False
                    if above is None
                    else posts[above].id,
                    "aftersales_duties": f"<p>{duties}</p>",
                }
            )
        )
    return posts


def plan_capacity(env, points, users):
    """Failure rates learned from the orders, and next year's plan."""
    parts = env["product.product"].search([("tracking", "=", "none")])
    parts.product_tmpl_id.aftersales_is_unit = False
    units = env["product.product"].search([("tracking", "=", "serial")])
    for product in units:
        product.product_tmpl_id.aftersales_design_failure_rate = 0.06
    env["aftersales.failure.rate"]._count_company(env.company)
    plan = (
        env["aftersales.capacity.plan"]
        .with_user(users["head"])
        .create(
            {
                "name": "Network plan",
                "year": date.today().year + 1,
                "sale_ids": [
                    (0, 0, values) for values in prepare_sales(env, points, units)
                ],
            }
        )
    )
    plan.action_compute()


def prepare_sales(env, points, units):
    """Planned sales of next year in two provinces."""
    places = env["aftersales.area"].search([("name", "in", ("Guangdong", "Jiangsu"))])
    return [
        {
            "area_id": area.id,
            "product_tmpl_id": product.product_tmpl_id.id,
            "quantity": 1500,
        }
        for area in places
        for product in units
    ]
