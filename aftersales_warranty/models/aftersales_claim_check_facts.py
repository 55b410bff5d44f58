from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.aftersales_service_point import (
    AGREEMENT_KINDS,
)

from ..tools import claim_checks as kernel
from ..tools.settlement import to_minor

#: What a claim must say, and on a repair also what was done about the fault.
MANDATORY = ("serial", "product_id", "date_failure", "date_end", "complaint")
MANDATORY_REPAIR = ("cause", "correction")
#: What a claim takes over from its order and may not contradict.
SAME_AS_ORDER = ("serial", "product_id", "registration_id", "service_point_id")


class AftersalesClaim(models.Model):
    """Collects what the checks compare: few statements for any number of claims."""

    _inherit = "aftersales.claim"

    def _load_check_facts(self):
        """Facts of every claim, as ``(claim id, digits, facts, line ids)``.

        Statements instead of fields: a claim touches a dozen models, and a batch
        must not ask each of them several times.
        """
        self.env.flush_all()
        lines = self._load_check_lines()
        duplicates = self._load_duplicates()
        rows = self.env.execute_query_dict(self._get_check_query())
        gaps = self._get_certificate_gaps(rows)
        campaigns = self._get_check_campaigns(rows)
        result = []
        for row in rows:
            claim_id, digits = row["id"], row["digits"]
            own = lines[claim_id]
            facts = kernel.ClaimFacts(
                lines=tuple(self._to_line_facts(line, row) for line in own),
                duplicates=duplicates.get(claim_id, ()),
                certificate_gaps=gaps.get(claim_id),
                campaigns=campaigns.get(claim_id, ()),
                **self._to_claim_facts(row),
            )
            result.append((claim_id, digits, facts, [line["id"] for line in own]))
        return result

    # -- claims ----------------------------------------------------------------

    @api.model
    def _to_claim_facts(self, row):
        """Facts of one claim but its lines, from the row of the statement."""
        digits, has_order = row["digits"], bool(row["order_id"])
        rate = row["labour_rate"] if row["same_currency"] else 0
        has_permit = bool(row["permit_state"])
        authorised = to_minor(row["authorised"] or 0, digits)
        return {
            "serial": row["serial"],
            "is_registered": bool(row["registration_id"]),
            "covered_until": row["date_cover_end"],
            "has_policy": bool(row["policy_version_id"]),
            "date_sale": row["date_sale"],
            "date_service": row["date_service"],
            "date_closed": row["date_closed"],
            "date_failure": row["date_failure"],
            "date_start": row["date_start"],
            "date_end": row["date_end"],
            "date_submitted": row["date_submission"],
            "deadline_days": row["days"] or 0,
            "amount_total": to_minor(row["total"] or 0, digits),
            "has_agreement": bool(row["agreement_id"]),
            "needs_agreement": row["point_kind"] in AGREEMENT_KINDS,
            "labour_rate": to_minor(rate or 0, digits),
            "parts_markup": _exact(row["parts_markup"]),
            "authorised": authorised if has_permit else None,
            "authorised_until": row["authorised_until"],
            "has_order": has_order,
            "owner_differs": self._is_other_owner(row),
            "exclusion": row["exclusion"],
            "in_campaign": row["claim_type"] == "campaign",
            "usage": _known(row["usage_reading"]),
            "usage_limit": _known(row["usage_limit"]),
            "last_usage": _known(row["last_usage"]),
            "last_usage_on": row["last_day"],
            "missing": self._get_missing_fields(row),
            "differs": self._get_differing_fields(row) if has_order else (),
            "in_scope": row["in_scope"],
            "in_area": row["in_area"],
        }

    @api.model
    def _is_other_owner(self, row):
        """Whether customer and owner differ; None where one is unknown."""
        if not (row["owner"] and row["customer"]):
            return None
        return row["owner"] != row["customer"]

    @api.model
    def _get_missing_fields(self, row):
        """Mandatory fields that are empty."""
        is_repair = row["order_kind"] in (None, "repair")
        names = MANDATORY + (MANDATORY_REPAIR if is_repair else ())
        return tuple(name for name in names if not str(row[name] or "").strip())

    @api.model
    def _get_differing_fields(self, row):
        """Fields in which claim and order contradict each other."""
        return tuple(
            name
            for name in SAME_AS_ORDER
            if row[name] and row[f"order_{name}"] and row[name] != row[f"order_{name}"]
        )

    # -- lines -----------------------------------------------------------------

    def _load_check_lines(self):
        """Rows of the lines with what is known of part and operation, by claim."""
        rows = self.env.execute_query_dict(self._get_lines_query())
        found = defaultdict(list)
        for row in rows:
            found[row["claim_id"]].append(row)
        return found

    @api.model
    def _to_line_facts(self, row, claim):
        """Facts of one line from its row and that of its claim."""
        digits, is_part = claim["digits"], row["kind"] == "part"
        reference = row["amount_reference"] if is_part else 0
        has_cover = row["order_line_id"] or row["cover_share"]
        return kernel.LineFacts(
            kind=row["kind"],
            claimed=to_minor(row["amount_claimed"], digits),
            quantity=_exact(row["quantity"]),
            reference=to_minor(reference, digits) if reference else None,
            old_part_due=bool(row["part_due"]),
            share=_exact(row["cover_share"]) if has_cover else None,
            by_hand=not row["order_line_id"],
            name=row["name"],
            is_causal=bool(row["is_causal"]),
            ceiling=self._get_line_ceiling(row, claim),
            part_share=_given(row["part_share"]),
            has_rates=bool(row["rate_id"]) or claim["permit_state"] == "approved",
            hours_flat=_exact(row["hours_flat"]) if row["operation_id"] else None,
            operation=row["operation"],
            includes=frozenset(row["includes"] or ()),
            operation_fits=row["operation_fits"],
            fault_fits=row["fault_fits"],
            model_fits=row["model_fits"],
            has_invoice=self._has_invoice(row),
            removed_twice=tuple(row["removed_twice"] or ()),
        )

    @api.model
    def _has_invoice(self, row):
        """Whether the document is there, for outside work also its number."""
        number = (row["sublet_invoice_ref"] or "").strip()
        return row["has_document"] and (row["kind"] != "sublet" or bool(number))

    @api.model
    def _get_line_ceiling(self, row, claim):
        """What rates or authorisation allow for a line; None: the agreement says.

        An authorisation replaces the rate table.
        """
        if row["rate_id"] and claim["permit_state"] == "approved":
            return to_minor(row["amount_claimed"], claim["digits"])
        if not row["is_limited"]:
            return None
        return to_minor(row["amount_limit"], claim["digits"])

    # -- other claims ----------------------------------------------------------

    def _load_duplicates(self):
        """Names of other live claims for the same work: ``{claim_id: (name, …)}``.

        The same work is the same part, or labour, on the same serial and day.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.claim_id, array_agg(DISTINCT b.name ORDER BY b.name)
                  FROM aftersales_claim_line l
                  JOIN aftersales_claim_line x
                    ON x.serial = l.serial AND x.date_failure = l.date_failure
                   AND x.company_id = l.company_id AND x.claim_id != l.claim_id
                   AND x.kind = l.kind
                   AND (l.kind = 'labour' OR x.product_id = l.product_id)
                  JOIN aftersales_claim b ON b.id = x.claim_id
                 WHERE l.claim_id IN %s AND l.kind IN ('part', 'labour')
                   AND b.state != 'cancelled'
              GROUP BY l.claim_id
                """,
                tuple(self.ids),
            )
        )
        return {claim_id: tuple(names) for claim_id, names in rows}

    @api.model
    def _get_certificate_gaps(self, rows):
        """Certificates that the technicians lacked: ``{claim_id: (name, …)}``.

        A claim is missing where no technician is named, or where no installed
        module knows certificates.

        :param rows: rows of :meth:`_get_check_query`
        """
        Staff, Type = self.env["aftersales.staff"], self.env["aftersales.service.type"]
        jobs = {
            row["id"]: (
                Staff.browse(row["technician_id"]),
                Type.browse(row["service_type_id"]),
                row["work_day"],
            )
            for row in rows
            if row["technician_id"] and row["work_day"]
        }
        gaps = Staff._get_certificate_gaps(list(jobs.values())) if jobs else None
        return dict(zip(jobs, map(tuple, gaps), strict=True)) if gaps else {}

    @api.model
    def _get_check_campaigns(self, rows):
        """Names of the campaigns open for the units: ``{claim_id: (name, …)}``.

        Extension point.

        :param rows: rows of :meth:`_get_check_query`
        """
        return {}


def _exact(number):
    """A stored number as the exact decimal that people see."""
    return Decimal(str(number or 0))


def _given(number):
    """As :func:`_exact`, but None stays None."""
    return None if number is None else _exact(number)


def _known(number):
    """As :func:`_exact`; nothing and zero are unknown."""
    return _exact(number) if number else None
