"""Checks of the unit: known, sold, owned, in cover, not excluded, not recalled."""

from .claim_facts import FAIL, NA, PASS, Check


def check_serial(facts):
    """The unit is named and known."""
    if not facts.serial:
        return Check("SERIAL", FAIL, "serial_missing")
    if not facts.is_registered:
        return Check("SERIAL", FAIL, "serial_unknown", {"serial": facts.serial})
    return Check("SERIAL", PASS, "serial_known", {"serial": facts.serial})


def check_sale(facts):
    """The unit was sold or put to use, and not before it was its turn to fail."""
    if not facts.is_registered:
        return Check("SALE", NA, "sale_unknown")
    first = min(filter(None, (facts.date_sale, facts.date_service)), default=None)
    if first is None:
        return Check("SALE", FAIL, "sale_missing")
    figures = {"sold": first, "failure": facts.date_failure}
    if facts.date_failure and facts.date_failure < first:
        return Check("SALE", FAIL, "sale_later", figures)
    return Check("SALE", PASS, "sale_given", figures)


def check_owner(facts):
    """The unit was live when it failed and belongs to the customer of the job."""
    if not facts.is_registered:
        return Check("OWNER", NA, "owner_unknown")
    closed, failed = facts.date_closed, facts.date_failure
    if closed and failed and failed > closed:
        return Check("OWNER", FAIL, "owner_closed", {"end": closed, "failure": failed})
    if facts.owner_differs is None:
        return Check("OWNER", NA, "owner_unknown")
    if facts.owner_differs:
        return Check("OWNER", FAIL, "owner_other")
    return Check("OWNER", PASS, "owner_same")


def check_cover(facts):
    """The failure happened inside the cover of the claimed components."""
    if not facts.has_policy or not facts.date_failure:
        return Check("COVER", NA, "cover_unknown")
    ended = facts.covered_until is None or facts.date_failure > facts.covered_until
    uncovered = [
        line for line in facts.lines if line.share == 0 or (line.by_hand and ended)
    ]
    figures = {
        "failure": facts.date_failure,
        "end": facts.covered_until,
        "lines": len(uncovered),
    }
    if uncovered:
        return Check("COVER", FAIL, "cover_ended", figures)
    return Check("COVER", PASS, "cover_valid", figures)


def check_part_cover(facts):
    """Every part is borne by its own term of the policy."""
    parts = [x for x in facts.lines if x.kind == "part" and x.share is not None]
    if not parts or not facts.has_policy:
        return Check("PART_COVER", NA, "part_cover_unknown")
    bare = [line.name for line in parts if not line.share]
    if bare:
        return Check("PART_COVER", FAIL, "part_cover_none", {"names": ", ".join(bare)})
    lowest = min(line.share for line in parts)
    figures = {"count": len(parts), "share": f"{lowest.normalize():f}"}
    return Check("PART_COVER", PASS, "part_cover_given", figures)


def check_usage_limit(facts):
    """The reading is inside the usage limit of the policy."""
    if facts.usage_limit is None:
        return Check("USAGE_LIMIT", NA, "usage_limit_none")
    limit = f"{facts.usage_limit.normalize():f}"
    if facts.usage is None:
        return Check("USAGE_LIMIT", FAIL, "usage_limit_unread", {"limit": limit})
    figures = {"usage": f"{facts.usage.normalize():f}", "limit": limit}
    if facts.usage > facts.usage_limit:
        return Check("USAGE_LIMIT", FAIL, "usage_limit_over", figures)
    return Check("USAGE_LIMIT", PASS, "usage_limit_kept", figures)


def check_exclusion(facts):
    """No exclusion of the policy was found at the job."""
    if not facts.has_order:
        return Check("EXCLUSION", NA, "exclusion_unknown")
    if facts.exclusion:
        return Check("EXCLUSION", FAIL, "exclusion_found", {"cause": facts.exclusion})
    return Check("EXCLUSION", PASS, "exclusion_none")


def check_campaign(facts):
    """The work of an open campaign is claimed as such, not as a plain repair."""
    if not facts.campaigns:
        return Check("CAMPAIGN", NA, "campaign_none")
    figures = {"campaigns": ", ".join(facts.campaigns)}
    if facts.in_campaign:
        return Check("CAMPAIGN", PASS, "campaign_claimed", figures)
    return Check("CAMPAIGN", FAIL, "campaign_open", figures)


CHECKS = {
    "SERIAL": check_serial,
    "SALE": check_sale,
    "OWNER": check_owner,
    "COVER": check_cover,
    "PART_COVER": check_part_cover,
    "USAGE_LIMIT": check_usage_limit,
    "EXCLUSION": check_exclusion,
    "CAMPAIGN": check_campaign,
}
