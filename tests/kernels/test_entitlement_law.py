"""Worked cases for the shipped law data, each computed by hand in data/law_cases."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kernels.law_data import kernel, load_classes, load_groups, load_rules

RULES, CLASSES, GROUPS = load_rules(), load_classes(), load_groups()
Visit, Replacement = kernel.Visit, kernel.Replacement
SALE = date(2026, 3, 1)
DELIVERY = date(2026, 3, 5)


def unit(price, name=None, **values):
    facts = CLASSES[name] if name else {"category": "other"}
    values = {"date_invoice": SALE, "date_delivery": DELIVERY, **values}
    return kernel.UnitFacts(price=Decimal(price), currency="CNY", **facts, **values)


FRIDGE = unit("3000.00", "fridge")
AIRCON = unit("4000.00", "aircon")
PHONE = unit("2000.00", "phone")
LAPTOP = unit("6000.00", "computer")
SOFA = unit("5000.00", "furniture_fine")
TOY = unit("100.00")
CAR = unit("200000.00", "car")
GOODS = unit("500.00")
LATER = unit("500.00", date_invoice=date(2026, 8, 1), date_delivery=date(2026, 8, 5))


def repair(start, days, wait=0, *, end=True, fault=None, group=None, **values):
    """A repair that began on a day and took so many days, waiting besides."""
    stated = GROUPS.get(group)
    return Visit(
        start,
        start + timedelta(days=days + wait) if end else None,
        days,
        wait,
        days + wait,
        fault=fault,
        groups=stated.groups if stated else frozenset(),
        is_safety=bool(stated) and stated.kind == "safety",
        **values,
    )


def after(facts, *visits, **values):
    return replace(facts, visits=visits, **values)


APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))
TWO = (repair(APRIL, 6), repair(MAY, 4))
MONTHS = [date(2026, month, 6) for month in range(4, 9)]
POLICY_END = date(2027, 3, 5)


def swap(group, part=1, day=APRIL, whole=True):
    return Replacement(day, part, GROUPS[group].groups, whole)


def swapped(facts, *replacements):
    return replace(facts, replacements=replacements)


BATTERY = swap("phone_battery", whole=False)
WHEEL = swap("steering", 7, whole=False)

UNITS = {
    "fridge": FRIDGE,
    "fridge, no model": replace(FRIDGE, model_available=False),
    "fridge, 10+5 days": after(FRIDGE, repair(APRIL, 10, 5)),
    "fridge, late repair": after(FRIDGE, repair(date(2027, 3, 2), 20)),
    "fridge, exchanged": replace(FRIDGE, date_restart=date(2026, 12, 1)),
    "fridge, two repairs": after(FRIDGE, *TWO),
    "fridge, one repair": after(FRIDGE, TWO[0]),
    "fridge, one running": after(FRIDGE, TWO[0], repair(MAY, 4, end=False)),
    "fridge, two, no model": after(FRIDGE, *TWO, model_available=False),
    "fridge, 30 days": after(FRIDGE, repair(APRIL, 30)),
    "fridge, 31 days": after(FRIDGE, repair(APRIL, 31)),
    "fridge, 31 not own": after(FRIDGE, repair(APRIL, 31, own_delay=False)),
    "fridge, waits 90": after(FRIDGE, repair(APRIL, 0, 90)),
    "fridge, waits 91": after(FRIDGE, repair(APRIL, 0, 91)),
    "fridge, closed": replace(FRIDGE, date_closed=MAY),
    "fridge, no price": after(replace(FRIDGE, price=Decimal(0)), *TWO),
    "aircon, two repairs": after(AIRCON, *TWO),
    "toy": TOY,
    "toy by post": replace(TOY, channel="distance"),
    "toy by post, excluded": replace(TOY, channel="distance", is_excluded=True),
    "sofa": SOFA,
    "laptop": LAPTOP,
    "laptop, two repairs": after(LAPTOP, *TWO),
    "phone": PHONE,
    "phone, one battery": swapped(PHONE, BATTERY),
    "phone, two batteries": swapped(PHONE, BATTERY, BATTERY),
    "phone, no invoice": replace(
        PHONE, date_invoice=None, date_delivery=None, date_factory=date(2026, 1, 1)
    ),
    "phone, two repairs": after(PHONE, *TWO),
    "phone, waits 61": after(PHONE, repair(APRIL, 0, 61)),
    "phone, in repair 8": after(PHONE, repair(APRIL, 8, end=False)),
    "car": CAR,
    "car, in repair 6": after(CAR, repair(APRIL, 3, 3, end=False)),
    "car, in repair 5": after(CAR, repair(APRIL, 3, 2, end=False)),
    "car, repaired 6": after(CAR, repair(APRIL, 6)),
    "car, two unsafe": after(
        CAR, repair(APRIL, 1, group="fuel_leak"), repair(MAY, 1, group="brake_failure")
    ),
    "car, one unsafe": after(
        CAR, repair(APRIL, 1, group="fuel_leak"), repair(MAY, 1, group="engine")
    ),
    "car, two leaks": after(
        CAR, *(repair(day, 1, group="fuel_leak") for day in (APRIL, MAY))
    ),
    "car, two brakes": after(
        CAR, *(repair(day, 1, group="brake_failure") for day in (APRIL, MAY))
    ),
    "car, two engines": swapped(CAR, swap("engine"), swap("engine", 2, MAY)),
    "car, engine and gearbox": swapped(CAR, swap("engine"), swap("transmission", 2)),
    "car, engine and part": swapped(
        CAR, swap("engine"), swap("engine", 2, MAY, whole=False)
    ),
    "car, same part twice": swapped(CAR, WHEEL, WHEEL),
    "car, two parts": swapped(CAR, WHEEL, swap("steering", 8, whole=False)),
    "car, 31 days in all": after(CAR, repair(APRIL, 6, 10), repair(MAY, 15)),
    "car, 30 days in all": after(CAR, repair(APRIL, 5, 10), repair(MAY, 15)),
    "car, five times": after(CAR, *(repair(day, 1, fault="noise") for day in MONTHS)),
    "car, four times": after(
        CAR, *(repair(day, 1, fault="noise") for day in MONTHS[:4])
    ),
    "car, 31 days": after(CAR, repair(APRIL, 31)),
    "car, 31 days at 0.3": after(CAR, repair(APRIL, 31), usage_rate=Decimal("0.003")),
    "car, 31 days at 0.8": after(CAR, repair(APRIL, 31), usage_rate=Decimal("0.008")),
    "goods": GOODS,
    "goods by post": replace(GOODS, channel="distance"),
    "goods, one repair": after(GOODS, repair(APRIL, 1)),
    "goods, 3 days in March": after(GOODS, repair(date(2026, 3, 10), 3)),
    "goods, 1 day in April": after(GOODS, repair(APRIL, 1)),
    "goods 2026": LATER,
    "goods 2026, three repairs": after(
        LATER, *(repair(date(2026, month, 1), 1) for month in (9, 10, 11))
    ),
    "goods 2026, late repair": after(LATER, repair(date(2028, 8, 6), 1)),
    "goods, full warranty": replace(
        GOODS, is_full_warranty=True, date_policy_end=POLICY_END
    ),
    "goods, limited": replace(GOODS, date_policy_end=POLICY_END),
    "goods, full, no policy": replace(GOODS, is_full_warranty=True),
    "goods, full, three times": after(
        GOODS,
        *(repair(day, 1, fault=3) for day in (APRIL, MAY, JUNE)),
        is_full_warranty=True,
        date_policy_end=POLICY_END,
    ),
}


def load_cases():
    """Rows of ``data/law_cases.txt``; its comments are the computations by hand.

    Columns: rule, unit, day of the request, stated fault, usage, answer, fee, last
    day of the right.
    """
    text = (Path(__file__).parent / "data" / "law_cases.txt").read_text()
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [[cell.strip() for cell in row.split("|")] for row in rows]


CASES = load_cases()


def _day(text):
    return None if text == "-" else date.fromisoformat(text)


def _number(text):
    return None if text == "-" else Decimal(text)


@pytest.mark.parametrize(
    ("code", "name", "day", "fault", "usage", "reason", "fee", "last"),
    CASES,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)],
)
def test_worked_case(code, name, day, fault, usage, reason, fee, last):
    rule, facts = RULES[code][0], UNITS[name]
    assert kernel.applies(rule, facts)
    stated = GROUPS.get(fault, None if fault == "-" else fault)
    result = kernel.evaluate_rule(rule, facts, _day(day), stated, _number(usage))
    assert (result.reason, result.fee) == (reason, _number(fee))
    assert result.deadline == _day(last)
    assert result.allowed is (reason == "granted")


def test_enough_cases_over_every_jurisdiction():
    assert len(CASES) >= 60
    untested = set(RULES) - {case[0] for case in CASES}
    # Every rule is tried, but for twins that differ in the kind of right only.
    assert {code.rsplit("-", 1)[-1] for code in untested} <= {
        "EXCHANGE",
        "RETURN",
        "REFUND",
        "3Y",
        "REPAIR",
        "2Y",
    }


def test_uncertain_rules_ship_inactive_and_every_rule_names_its_source():
    for code, (_rule, values) in RULES.items():
        assert values["source"], code
        uncertain = values["confidence"] in ("c", "d")
        assert (values.get("active") is False) is uncertain, code
        assert bool(values.get("country_id")) != bool(values.get("country_group_id"))


@pytest.mark.parametrize(
    ("name", "whole", "part", "rate"),
    [
        # the catalogue of 1995 and its supplements, by category
        ("bicycle", 12, 24, "0.0005"),
        ("tv", 12, 36, "0.001"),
        ("flat_tv", 12, 36, "0.001"),
        ("bw_tv", 12, 36, "0.0005"),
        ("vcr", 12, 12, "0.001"),
        ("camcorder", 12, 12, "0.001"),
        ("fridge", 12, 36, "0.0005"),
        ("washer", 12, 36, "0.0005"),
        ("aircon", 12, 36, "0.001"),
        ("fan", 12, 36, "0.0005"),
        ("microwave", 12, 24, "0.0005"),
        ("hood", 12, 12, "0.0005"),
        ("phone", 12, 12, "0.005"),
        ("computer", 12, 24, "0.0025"),
    ],
)
def test_category_table(name, whole, part, rate):
    facts = CLASSES[name]
    assert (facts["whole_months"], facts["part_months"]) == (whole, part)
    assert facts["daily_rate"] == Decimal(rate)


def test_deadlines_of_an_exchanged_car():
    facts = after(CAR, repair(APRIL, 31))
    rule = RULES["CN-C43-24-4D-EXCHANGE"][0]
    # Friday 1 January 2027 is a holiday, and so are the weekends
    holidays = {date(2027, 1, 1), date(2026, 12, 31)}

    def is_working(day):
        return day.weekday() < 5 and day not in holidays

    result = kernel.evaluate_rule(
        rule, facts, date(2026, 12, 30), None, Decimal(1), is_working
    )
    # 4 to 8 January are 5 days, 11 to 15 the next 5; then 18 to 29
    assert result.reply_deadline == date(2027, 1, 15)
    assert result.completion_deadline == date(2027, 1, 29)
    assert result.arithmetic == "200000.00 × 1 ÷ 1000 × 0.005 = 1.00"


def test_deadlines_of_other_rights():
    facts = replace(TOY, channel="distance")
    result = kernel.evaluate_rule(RULES["CN-D-7-RETURN"][0], facts, date(2026, 3, 8))
    # 15 days without action: 23 March; the refund runs from the receipt
    assert result.delay_deadline == date(2026, 3, 23)
    assert (result.refund_days, result.refund_start) == (7, "receipt")
    assert result.refund_deadline is None
    assert (result.freight, result.confidence) == ("consumer", "a")
    result = kernel.evaluate_rule(RULES["EU-14-RETURN"][0], facts, date(2026, 3, 8))
    assert result.refund_deadline == date(2026, 3, 22)
    result = kernel.evaluate_rule(
        RULES["CN-G-REPAIR"][0], FRIDGE, date(2026, 8, 1), "performance"
    )
    # six months from the sale
    assert result.proof_until == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("facts", "component", "group", "expected"),
    [
        (FRIDGE, "whole_unit", None, (date(2027, 3, 1), "CN-G-REPAIR")),
        (FRIDGE, "labour", None, (date(2027, 3, 1), "CN-G-REPAIR")),
        (FRIDGE, "part", None, (date(2029, 3, 1), "CN-G-PART")),
        # the battery has its own half year, not the year of the phone
        (PHONE, "part", None, (date(2027, 3, 1), "CN-PH-REPAIR")),
        (PHONE, "part", "phone_battery", (date(2026, 9, 1), "CN-PH-BATTERY")),
        # sixty days for an assembly are no better than three years
        (CAR, "part", "engine", (date(2029, 3, 5), "CN-C43-19-REPAIR")),
        (TOY, "whole_unit", None, None),
    ],
)
def test_legal_cover(facts, component, group, expected):
    china = [
        rule
        for rule, values in RULES.values()
        if values.get("country_id") == "base.cn" and "active" not in values
    ]
    assert kernel.legal_cover(china, facts, component, group) == expected


def test_legal_cover_keeps_the_usage_limit():
    rules = [RULES["CN-C43-19-REPAIR"][0]]
    (period,) = kernel.legal_periods(rules, CAR, "whole_unit")
    assert (period.start, period.usage_limit) == (DELIVERY, Decimal(60000))
