"""Checks of the form: complete, consistent, in time and claimed once."""

from datetime import timedelta

from .claim_facts import FAIL, NA, PASS, Check


def check_fields(facts):
    """Complaint, cause, correction and the other fields of a claim are filled."""
    if facts.missing:
        return Check("FIELDS", FAIL, "fields_missing", {"fields": list(facts.missing)})
    return Check("FIELDS", PASS, "fields_given")


def check_causal(facts):
    """Exactly one of the replaced parts caused the failure."""
    parts = [line for line in facts.lines if line.kind == "part"]
    if not parts:
        return Check("CAUSAL", NA, "causal_no_parts")
    causal = [line.name for line in parts if line.is_causal]
    if len(causal) == 1:
        return Check("CAUSAL", PASS, "causal_one", {"part": causal[0]})
    return Check("CAUSAL", FAIL, "causal_count", {"count": len(causal)})


def check_references(facts):
    """The claim names its order, and both name the same unit and point."""
    if not facts.has_order:
        return Check("REFERENCES", NA, "references_none")
    if facts.differs:
        figures = {"fields": list(facts.differs)}
        return Check("REFERENCES", FAIL, "references_differ", figures)
    return Check("REFERENCES", PASS, "references_same")


def check_dates(facts):
    """Sale, failure, start, end and submission follow each other."""
    names = ("date_sale", "date_failure", "date_start", "date_end", "date_submitted")
    known = [(name, getattr(facts, name)) for name in names if getattr(facts, name)]
    if len(known) < 2:
        return Check("DATES", NA, "dates_unknown")
    for (first, early), (second, late) in zip(known, known[1:], strict=False):
        if early > late:
            figures = {"first": first, "early": early, "second": second, "late": late}
            return Check("DATES", FAIL, "dates_order", figures)
    return Check("DATES", PASS, "dates_right", {"count": len(known)})


def check_usage(facts):
    """The reading is a number and not below the last one of the unit."""
    if facts.usage is None or facts.last_usage is None:
        return Check("USAGE", NA, "usage_unknown")
    figures = {
        "usage": f"{facts.usage.normalize():f}",
        "before": f"{facts.last_usage.normalize():f}",
        "early": facts.last_usage_on,
    }
    if facts.usage < facts.last_usage:
        return Check("USAGE", FAIL, "usage_backwards", figures)
    return Check("USAGE", PASS, "usage_forward", figures)


def check_deadline(facts):
    """The claim was filed within the days that the company allows."""
    if not (facts.deadline_days and facts.date_end and facts.date_submitted):
        return Check("DEADLINE", NA, "deadline_unknown")
    last = facts.date_end + timedelta(days=facts.deadline_days)
    figures = {"last": last, "submitted": facts.date_submitted}
    if facts.date_submitted > last:
        return Check("DEADLINE", FAIL, "deadline_missed", figures)
    return Check("DEADLINE", PASS, "deadline_kept", figures)


def check_duplicate(facts):
    """No other claim asks for the same order, or the same serial, work and day."""
    if facts.duplicates:
        figures = {"claims": ", ".join(facts.duplicates)}
        return Check("DUPLICATE", FAIL, "duplicate_found", figures)
    return Check("DUPLICATE", PASS, "duplicate_none")


def check_part_serial(facts):
    """No serial of an old part stands in another claim."""
    serials = [line.removed_twice for line in facts.lines if line.removed_twice]
    if serials:
        names = sorted({name for found in serials for name in found})
        return Check(
            "PART_SERIAL", FAIL, "part_serial_twice", {"claims": ", ".join(names)}
        )
    return Check("PART_SERIAL", PASS, "part_serial_once")


CHECKS = {
    "FIELDS": check_fields,
    "CAUSAL": check_causal,
    "REFERENCES": check_references,
    "DATES": check_dates,
    "USAGE": check_usage,
    "DEADLINE": check_deadline,
    "DUPLICATE": check_duplicate,
    "PART_SERIAL": check_part_serial,
}
