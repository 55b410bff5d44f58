"""What the law alone gives a component: free repair or free replacement of parts.

Only rules that need no history count: a right after two repairs is a remedy, not
a period of cover. A free repair costs the holder neither labour nor travel (Consumer
Law, article 24); the free replacement of a part is about main parts only. Plain
Python: no ORM, no float.
"""

from .entitlement import applies, window_end

#: Kinds of right that are a period of cover.
COVER_TYPES = ("free_repair", "part_replacement")


def gives_cover(rule, component):
    """Tell whether a rule gives the component cover without any history."""
    if rule.min_repairs or rule.repair_days_over or rule.waiting_days_over:
        return False
    if rule.type == "part_replacement":
        return component == "part"
    return rule.type == "free_repair"


def legal_cover(rules, facts, component):
    """Return (last day, rule key) of the longest legal cover, or None.

    :param component: whole_unit, part (a main part), labour or travel
    """
    ends = [
        (end, rule.key)
        for rule in rules
        if gives_cover(rule, component)
        and applies(rule, facts)
        and (end := window_end(rule, facts))
    ]
    return max(ends, key=lambda item: item[0], default=None)
