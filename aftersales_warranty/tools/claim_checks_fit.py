"""Checks of what fits: part, operation, fault, person, point, old part."""

from .claim_facts import FAIL, NA, PASS, Check


def _check_fit(code, key, lines, attribute):
    """Fail where a line does not fit; not applicable where nothing is known."""
    known = [line for line in lines if getattr(line, attribute) is not None]
    if not known:
        return Check(code, NA, f"{key}_unknown")
    wrong = [line.name for line in known if not getattr(line, attribute)]
    if wrong:
        return Check(code, FAIL, f"{key}_wrong", {"names": ", ".join(wrong)})
    return Check(code, PASS, f"{key}_right", {"count": len(known)})


def check_part_fit(facts):
    """The parts are made for the model."""
    parts = [line for line in facts.lines if line.kind == "part"]
    return _check_fit("PART_FIT", "part_fit", parts, "model_fits")


def check_operation_fit(facts):
    """The labour operations belong to the model and its parts."""
    labour = [line for line in facts.lines if line.kind == "labour"]
    return _check_fit("OPERATION_FIT", "operation_fit", labour, "operation_fits")


def check_fault_fit(facts):
    """The fault code belongs to the operations that were done."""
    labour = [line for line in facts.lines if line.kind == "labour"]
    return _check_fit("FAULT_FIT", "fault_fit", labour, "fault_fits")


def check_overlap(facts):
    """No operation is claimed twice or beside one that includes it."""
    coded = [line for line in facts.lines if line.operation]
    if not coded:
        return Check("OVERLAP", NA, "overlap_unknown")
    codes = [line.operation for line in coded]
    twice = {code for code in codes if codes.count(code) > 1}
    inside = {
        code
        for line in coded
        for code in line.includes
        if code in set(codes) - {line.operation}
    }
    if twice | inside:
        figures = {"names": ", ".join(sorted(twice | inside))}
        return Check("OVERLAP", FAIL, "overlap_found", figures)
    return Check("OVERLAP", PASS, "overlap_none", {"count": len(coded)})


def check_certificate(facts):
    """The technician held what the job asks for on the day of the work."""
    if facts.certificate_gaps is None:
        return Check("CERTIFICATE", NA, "certificate_unknown")
    if facts.certificate_gaps:
        figures = {"gaps": ", ".join(facts.certificate_gaps)}
        return Check("CERTIFICATE", FAIL, "certificate_missing", figures)
    return Check("CERTIFICATE", PASS, "certificate_held")


def check_agreement(facts):
    """The point had an agreement on the day of the repair, if its kind needs one."""
    if facts.has_agreement:
        return Check("AGREEMENT", PASS, "agreement_valid")
    if not facts.needs_agreement:
        return Check("AGREEMENT", PASS, "agreement_not_needed")
    return Check("AGREEMENT", FAIL, "agreement_missing")


def check_scope(facts):
    """The agreement entrusts this service on this product to the point."""
    if facts.in_scope is None:
        return Check("SCOPE", NA, "scope_unknown")
    if facts.in_scope:
        return Check("SCOPE", PASS, "scope_inside")
    return Check("SCOPE", FAIL, "scope_outside")


def check_area(facts):
    """The job lay in an area that the point held on that day."""
    if facts.in_area is None:
        return Check("AREA", NA, "area_unknown")
    if facts.in_area:
        return Check("AREA", PASS, "area_inside")
    return Check("AREA", FAIL, "area_outside")


def check_old_part(facts):
    """Tell whether replaced parts must come back before a final decision."""
    parts = [line for line in facts.lines if line.kind == "part"]
    due = sum(1 for line in parts if line.old_part_due)
    if due:
        return Check("OLD_PART", FAIL, "old_part_due", {"count": due})
    cut = [line.name for line in parts if line.part_share is not None]
    if cut:
        return Check("OLD_PART", FAIL, "old_part_cut", {"names": ", ".join(cut)})
    return Check("OLD_PART", NA, "old_part_none")


CHECKS = {
    "PART_FIT": check_part_fit,
    "OPERATION_FIT": check_operation_fit,
    "FAULT_FIT": check_fault_fit,
    "OVERLAP": check_overlap,
    "CERTIFICATE": check_certificate,
    "AGREEMENT": check_agreement,
    "SCOPE": check_scope,
    "AREA": check_area,
    "OLD_PART": check_old_part,
}
