"""Fill a fresh database with the demo story.

Run by ``make demo`` through the Odoo shell: ``run(env)`` is the entry.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from story import (  # noqa: E402
    claims,
    control,
    courses,
    experts,
    goods,
    growth,
    lifecycle,
    live_case,
    money,
    network,
    parts,
    people,
    quality,
    recalls,
    returns,
    strategy,
    voice,
    work,
)

FIRST_STEPS = [
    "As dispatcher: After-Sales ▸ Work ▸ Tickets, open the e-mail about serial "
    "LH-AC-2001, create its service order and dispatch it. See why the point was "
    "chosen.",
    "As technician on the portal (My Account ▸ Service Orders): accept the order, "
    "tick the steps, add a part (AC-CMP) and labour, finish.",
    "As settlement clerk: After-Sales ▸ Warranty ▸ Claims, decide one, then run the "
    "settlement. As HR: After-Sales ▸ Training shows who is missing for the 10 %.",
    "As head: After-Sales ▸ Evaluation opens with the management page; release the "
    "ranking of last month and its awards. As auditor: Audits and Findings ▸ Audits, "
    "score a point on a phone.",
]


def run(env):
    """Build the story; leaves the logins and first steps in the parameters."""
    env = env(context=dict(env.context, tracking_disable=True, no_reset_password=True))
    company = network.setup_company(env)
    users = people.create_users(env)
    places = network.create_areas(env)
    points = network.create_points(env, users, places)
    people.create_staff(env, points, users)
    people.create_certificates(env, users)
    stock = goods.create_goods(env)
    units = goods.sell_units(env, stock)
    people.add_portal_user(env, people.CUSTOMER, goods.get_live_customer(env))
    work.create_history(env, points, units, users)
    lifecycle.run(env, points, users)
    control.run(env, points, users)
    parts.supply_points(env, points, stock)
    parts.publish_prices(env, stock)
    live_case.LiveCase(env, company, users, points, stock).run()
    live_case.receive_mail(env, serial="LH-AC-2001", number=2)
    parts.publish_promises(env)
    parts.quote(env, users, units, stock, goods.get_live_customer(env))
    parts.plan_visits(env, stock["ac"].categ_id)
    returns.Returns(env, users, stock).run()
    returns.open_cases(env, users, stock, units)
    taught = courses.Training(env, users, stock).run()
    growth.Growth(env, users, points, taught).run()
    quality.Quality(env, users, points).run()
    voice.Voice(env, users).run()
    strategy.Strategy(env, users).run()
    for chapter in (claims.Claims, money.Money, recalls.Recalls, experts.Experts):
        chapter(env, users, points, stock).run()
    # From now on the customer confirms each repair on the device or by his link.
    env.ref("aftersales_network.service_type_repair").confirmation = "required"
    parameter = env["ir.config_parameter"].sudo()
    parameter.set_param("aftersales_demo.logins", json.dumps(people.LOGINS))
    parameter.set_param("aftersales_demo.first_steps", json.dumps(FIRST_STEPS))
