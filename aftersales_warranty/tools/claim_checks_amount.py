"""Checks of the amounts: sum, hours, rates, list prices, invoices, authorisation."""

from decimal import ROUND_HALF_UP, Decimal

from .claim_facts import FAIL, NA, PASS, Check

HUNDRED = Decimal(100)


def check_sum(facts):
    """The lines sum to the total to the cent and none is negative."""
    total = sum(line.claimed for line in facts.lines)
    figures = {"lines": total, "total": facts.amount_total}
    if not facts.lines:
        return Check("SUM", FAIL, "sum_empty", figures)
    if any(line.claimed < 0 for line in facts.lines):
        return Check("SUM", FAIL, "sum_negative", figures)
    if total != facts.amount_total:
        return Check("SUM", FAIL, "sum_differs", figures)
    return Check("SUM", PASS, "sum_right", figures)


def allowed_labour(line, facts):
    """Return what the contract allows for a labour line (quantity in hours)."""
    hours = line.quantity
    if line.hours_flat is not None:
        hours = min(hours, line.hours_flat)
    return _half_up(hours * facts.labour_rate)


def allowed_part(line, facts):
    """Return list value plus the contract's mark-up for a part line."""
    return _half_up(line.reference * (HUNDRED + facts.parts_markup) / HUNDRED)


def _half_up(amount):
    return int(Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def limit(line, facts):
    """Return the contract's limit of a line; None where nothing is agreed.

    Where the policy bears only a share, the limit is that share of it.
    """
    if line.ceiling is not None:
        return line.ceiling
    if line.kind == "labour" and facts.labour_rate:
        ceiling = allowed_labour(line, facts)
    elif line.kind == "part" and facts.has_agreement and line.reference:
        ceiling = allowed_part(line, facts)
    else:
        return None
    if line.share:
        return _half_up(Decimal(ceiling) * line.share / HUNDRED)
    return ceiling


def allowed(line, facts):
    """Return the allowed amount: never more than claimed, never below zero.

    What the inspection of the old part left of it counts last.
    """
    ceiling = limit(line, facts)
    amount = max(0, line.claimed if ceiling is None else min(line.claimed, ceiling))
    return amount if line.part_share is None else left_of(amount, line.part_share)


def left_of(amount, share):
    """Return the part of an amount that a share in per cent leaves, half up."""
    return _half_up(Decimal(amount) * share / HUNDRED)


def check_hours(facts):
    """Labour hours stay within the flat-rate hours of their operation."""
    rated = [x for x in facts.lines if x.kind == "labour" and x.hours_flat is not None]
    if not rated:
        return Check("HOURS", NA, "hours_unknown")
    over = [line for line in rated if line.quantity > line.hours_flat]
    shown = over or rated
    figures = {
        "hours": f"{sum(x.quantity for x in shown).normalize():f}",
        "flat": f"{sum(x.hours_flat for x in shown).normalize():f}",
    }
    if over:
        return Check("HOURS", FAIL, "hours_over", figures)
    return Check("HOURS", PASS, "hours_kept", figures)


def _check_limit(facts, kinds, code, passed, failed):
    limited = [line for line in facts.lines if line.kind in kinds]
    limits = [(line.claimed, limit(line, facts)) for line in limited]
    limits = [(claimed, top) for claimed, top in limits if top is not None]
    if not limits:
        return Check(code, NA, f"{passed}_unknown")
    over = [(claimed, top) for claimed, top in limits if claimed > top]
    figures = {
        "claimed": sum(claimed for claimed, _top in over or limits),
        "limit": sum(top for _claimed, top in over or limits),
        "lines": len(over),
    }
    if over:
        return Check(code, FAIL, failed, figures)
    return Check(code, PASS, passed, figures)


def check_labour_rate(facts):
    """Labour lines stay within hours times the contract's rate."""
    kinds = ("labour",)
    return _check_limit(facts, kinds, "LABOUR_RATE", "labour_rate", "labour_over")


def check_part_markup(facts):
    """Part lines stay within list price plus the contract's mark-up."""
    return _check_limit(facts, ("part",), "PART_MARKUP", "part_markup", "part_over")


def check_travel(facts):
    """Travel, freight and fees stay within the rates of the contract."""
    kinds = ("travel", "freight", "inspection", "other")
    return _check_limit(facts, kinds, "OTHER_RATES", "other_rates", "other_over")


def check_rates(facts):
    """Every line was measured: by a rate table, an authorisation or the agreement.

    Nobody could tell whether a line is too dear that none of them is about.
    """
    if not facts.lines:
        return Check("RATES", NA, "rates_no_lines")
    day = facts.date_end or facts.date_start or facts.date_failure
    open_lines = [
        line
        for line in facts.lines
        if line.claimed and not line.has_rates and limit(line, facts) is None
    ]
    if open_lines:
        names = ", ".join(dict.fromkeys(line.name for line in open_lines))
        figures = {"day": day, "names": names}
        return Check("RATES", NA, "rates_none" if day else "rates_no_day", figures)
    by_table = any(line.has_rates for line in facts.lines)
    return Check("RATES", PASS, "rates_table" if by_table else "rates_agreement")


def check_sublet(facts):
    """Outside work and freight have their invoice."""
    bought = [line for line in facts.lines if line.kind in ("sublet", "freight")]
    if not bought:
        return Check("SUBLET", NA, "sublet_none")
    bare = [line.name for line in bought if not line.has_invoice]
    if bare:
        return Check("SUBLET", FAIL, "sublet_missing", {"names": ", ".join(bare)})
    return Check("SUBLET", PASS, "sublet_given", {"count": len(bought)})


def check_authorisation(facts):
    """A claim with an authorisation stays within its amount and validity."""
    if facts.authorised is None:
        return Check("AUTHORISATION", NA, "authorisation_none")
    figures = {
        "claimed": facts.amount_total,
        "authorised": facts.authorised,
        "until": facts.authorised_until,
    }
    if facts.amount_total > facts.authorised:
        return Check("AUTHORISATION", FAIL, "authorisation_exceeded", figures)
    started = facts.date_start or facts.date_failure
    if facts.authorised_until and started and started > facts.authorised_until:
        return Check("AUTHORISATION", FAIL, "authorisation_late", figures)
    return Check("AUTHORISATION", PASS, "authorisation_kept", figures)


CHECKS = {
    "SUM": check_sum,
    "HOURS": check_hours,
    "LABOUR_RATE": check_labour_rate,
    "PART_MARKUP": check_part_markup,
    "OTHER_RATES": check_travel,
    "SUBLET": check_sublet,
    "RATES": check_rates,
    "AUTHORISATION": check_authorisation,
}
