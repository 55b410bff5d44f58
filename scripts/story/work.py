"""Six months of service orders, claims, settlements and scorecards."""

import random
from datetime import date, datetime, time, timedelta

from .goods import RANDOM_SEED

FAULTS = [
    ("Does not cool", "Compressor worn", "Compressor replaced", "AC-CMP"),
    ("Error E4 on the display", "Control board failed", "Board replaced", "AC-PCB"),
    ("Loud noise", "Fan motor worn", "Fan motor replaced", "AC-FAN"),
    ("No picture", "Panel defect", "Panel replaced", "TV-PNL"),
    ("Does not switch on", "Power supply failed", "Power supply replaced", "TV-PSU"),
]
MONTHS_BACK = 6
ORDERS = 900
#: Requests from cities without a point are not older than this.
QUEUE_DAYS = 7


def first_of_month(months_ago):
    """First day of a month before this one."""
    day = date.today().replace(day=1)
    for _n in range(months_ago):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def split_units(env, units):
    """Units in cities with a point, and units in cities without."""
    areas = env["aftersales.area"]._match_partners(units.partner_id)
    covered = units.filtered(lambda u: areas[u.partner_id.id].assignment_ids)
    return list(covered), list(units - covered)


def create_history(env, points, units, users):
    """Work of the last months up to now, claims of the finished part."""
    rng = random.Random(RANDOM_SEED)
    repair = env.ref("aftersales_network.service_type_repair")
    install = env.ref("aftersales_network.service_type_installation")
    start = first_of_month(MONTHS_BACK)
    days = (date.today() - start).days
    covered, others = split_units(env, units)
    rng.shuffle(covered)
    vals_list = []
    for number in range(ORDERS):
        unit = covered[number % len(covered)]
        day = start + timedelta(days=number * days // ORDERS)
        if number % 6 == 0 and day > date.today() - timedelta(days=QUEUE_DAYS):
            unit = others[number % len(others)]
        moment = datetime.combine(day, time(rng.randint(1, 9), rng.randint(0, 59)))
        complaint = rng.choice(FAULTS[:3] if "AC" in unit.serial else FAULTS[3:])[0]
        vals_list.append(
            {
                "partner_id": unit.partner_id.id,
                "product_id": unit.product_id.id,
                "serial": unit.serial,
                "registration_id": unit.id,
                "service_type_id": (install if number % 9 == 0 else repair).id,
                "complaint": complaint,
                "is_complaint": rng.random() < 0.06,
                "date_request": moment,
            }
        )
    orders = env["aftersales.service.order"].create(vals_list)
    orders.action_dispatch()
    recent = date.today() - timedelta(days=3)
    old = orders.filtered(lambda o: o.date_request.date() < recent)
    finish(env, old.filtered("service_point_id"), rng)
    begin(orders - old)
    claim_and_settle(env, old, users)
    score_months(env, points, users)


def finish(env, orders, rng):
    """Do the work: times, cause, correction, lines."""
    by_complaint = {fault[0]: fault for fault in FAULTS}
    lines = []
    for order in orders:
        _complaint, cause, correction, code = by_complaint[order.complaint]
        begin = order.date_request + timedelta(hours=rng.choice([3, 6, 20, 22, 30]))
        end = begin + timedelta(hours=rng.choice([1, 2, 3, 26]))
        order.write(
            {
                "date_dispatched": order.date_request + timedelta(minutes=20),
                "date_start": begin,
                "date_end": min(end, datetime.now()),
                "cause": cause,
                "correction": correction,
            }
        )
        part = env["product.product"].search([("default_code", "=", code)], limit=1)
        kinds = [("labour", rng.choice([0.5, 1.0, 1.5]), False)]
        kinds += [("travel", rng.randint(5, 30), False)]
        if order.service_type_id.kind == "repair":
            kinds.insert(0, ("part", 1, part.id))
        lines += [
            {
                "order_id": order.id,
                "kind": kind,
                "quantity": quantity,
                "product_id": product,
            }
            for kind, quantity, product in kinds
        ]
    orders.action_accept()
    orders.action_start()
    orders.step_ids.write({"is_done": True})
    env["aftersales.service.order.line"].create(lines)
    orders.action_done()
    orders.action_close()
    date_events(env, orders)


def begin(orders):
    """Work under way: a third accepted, a third begun."""
    given = orders.filtered(lambda o: o.state == "dispatched")
    (given[::3] | given[1::3]).action_accept()
    given[1::3].action_start()


def date_events(env, orders):
    """The timeline tells the days of the work, not the day of the story."""
    orders.flush_recordset()
    env["aftersales.service.order.event"].flush_model()
    env.cr.execute(
        """
        UPDATE aftersales_service_order_event event
           SET date = told.date,
               hours = EXTRACT(EPOCH FROM told.date - told.since) / 3600
          FROM (
                SELECT step.id, step.date,
                       COALESCE(
                           LAG(step.date) OVER (
                               PARTITION BY step.order_id ORDER BY step.date, step.id
                           ),
                           step.date_request
                       ) AS since
                  FROM (
                        SELECT e.id, e.order_id, o.date_request,
                               CASE e.kind
                                    WHEN 'dispatched' THEN o.date_dispatched
                                    WHEN 'accepted'
                                    THEN o.date_dispatched + INTERVAL '40 minutes'
                                    WHEN 'started' THEN o.date_start
                                    WHEN 'done' THEN o.date_end
                                    ELSE o.date_end + INTERVAL '5 hours'
                               END AS date
                          FROM aftersales_service_order_event e
                          JOIN aftersales_service_order o ON o.id = e.order_id
                         WHERE o.id IN %s
                       ) step
               ) told
         WHERE event.id = told.id
        """,
        [tuple(orders.ids)],
    )
    env["aftersales.service.order.event"].invalidate_model()


def claim_and_settle(env, orders, users):
    """Claim covered work; settle what was finished before this month."""
    clerk, head = users["clerk"], users["head"]
    closed = orders.filtered(lambda o: o.state == "closed" and o.amount_warranty)
    closed.with_user(head).action_create_claim()
    claims = closed.claim_ids.sorted("id")
    claims.with_user(head).action_submit()
    month = date.today().replace(day=1)
    past = claims.filtered(lambda c: c.order_id.date_end.date() < month)
    decided = past.with_user(clerk)
    if decided:
        reason = env.ref("aftersales_warranty.claim_reason_cdr")
        decided[:1]._reject(reason, "Water damage, not a fault of the unit")
        decided[1:].action_approve()
    Settlement = env["aftersales.settlement"].with_user(clerk)
    settlements = Settlement._settle_points(
        past.service_point_id.with_user(clerk),
        first_of_month(1),
        env.company._get_aftersales_today(),
    )
    half = settlements[: len(settlements) // 2]
    half.action_confirm()
    half.action_create_bill()


def score_months(env, points, users):
    """Scorecards of all points for the past months, the older ones approved."""
    auditor, head = users["auditor"], users["head"]
    Scorecard = env["aftersales.scorecard"].with_user(auditor)
    outside = env["aftersales.service.point"].concat(
        *(point for point in points.values() if point.tier == "point")
    )
    for months_ago in range(MONTHS_BACK, 0, -1):
        begin = first_of_month(months_ago)
        end = first_of_month(months_ago - 1) - timedelta(days=1)
        cards = Scorecard._create_period_scorecards(
            outside.with_user(auditor),
            env.ref("aftersales_evaluation.set_month"),
            begin,
            end,
        )
        rated = cards.filtered("is_rated")
        if months_ago > 1 and rated:
            rated.action_submit()
            rated.with_user(head).action_approve()
