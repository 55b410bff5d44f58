import json
from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import claim_checks as kernel
from ..tools.settlement import from_minor, to_minor


class AftersalesClaimCheck(models.Model):
    """Result of one check of a claim, with the figures it compared."""

    _name = "aftersales.claim.check"
    _description = "Warranty Claim Check"
    _order = "claim_id, id"
    _rec_name = "code"

    claim_id = fields.Many2one(
        "aftersales.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, index=True
    )
    code = fields.Selection("_selection_code", required=True)
    result = fields.Selection(
        [("pass", "Pass"), ("fail", "Fail"), ("na", "Not Applicable")], required=True
    )
    reason = fields.Char(required=True)
    figures = fields.Json()
    message = fields.Char(compute="_compute_message")

    @api.model
    def _selection_code(self):
        return [
            ("SERIAL", self.env._("Serial known")),
            ("COVER", self.env._("In cover")),
            ("DATES", self.env._("Dates in order")),
            ("SUM", self.env._("Sum of the lines")),
            ("DUPLICATE", self.env._("No duplicate")),
            ("DEADLINE", self.env._("Filed in time")),
            ("AGREEMENT", self.env._("Agreement of the point")),
            ("LABOUR_RATE", self.env._("Labour rate")),
            ("PART_MARKUP", self.env._("Part mark-up")),
            ("OLD_PART", self.env._("Old parts")),
            ("AUTHORISATION", self.env._("Authorisation")),
        ]

    @api.depends("reason", "figures")
    @api.depends_context("lang")
    def _compute_message(self):
        texts = self._get_messages()
        for check in self:
            template = texts.get(check.reason, check.reason)
            check.message = template % check._format_figures()

    def _format_figures(self):
        """Figures as text: dates and money in the user's format."""
        self.ensure_one()
        labels = self.env["aftersales.claim"]._get_date_labels()
        result = {}
        for key, value in (self.figures or {}).items():
            if isinstance(value, dict):
                currency = self.claim_id.currency_id
                minor = from_minor(value["minor"], currency.decimal_places)
                result[key] = currency.format(float(minor))
            elif key in (
                "failure",
                "end",
                "early",
                "late",
                "last",
                "submitted",
                "until",
            ):
                result[key] = format_date(self.env, value) if value else ""
            else:
                result[key] = labels.get(value, value)
        return result

    @api.model
    def _get_messages(self):
        """Sentence of every check reason."""
        return {
            "serial_missing": self.env._("No serial is given."),
            "serial_unknown": self.env._("Serial %(serial)s is not registered."),
            "serial_known": self.env._("Serial %(serial)s is registered."),
            "cover_unknown": self.env._("No policy to compare with."),
            "cover_ended": self.env._(
                "%(lines)s lines are not covered on %(failure)s (unit until %(end)s)."
            ),
            "cover_valid": self.env._("All lines are covered on %(failure)s."),
            "dates_unknown": self.env._("Not enough dates to compare."),
            "dates_order": self.env._(
                "%(first)s %(early)s is after %(second)s %(late)s."
            ),
            "dates_right": self.env._("%(count)s dates follow each other."),
            "sum_empty": self.env._("The claim has no lines."),
            "sum_negative": self.env._("A line is negative."),
            "sum_differs": self.env._("Lines %(lines)s, stated %(total)s."),
            "sum_right": self.env._("The lines sum to %(total)s."),
            "duplicate_found": self.env._("Also claimed in %(claims)s."),
            "duplicate_none": self.env._("No other claim for the same work."),
            "deadline_unknown": self.env._("No deadline or no dates."),
            "deadline_missed": self.env._(
                "Submitted %(submitted)s, last day %(last)s."
            ),
            "deadline_kept": self.env._("Submitted %(submitted)s, last day %(last)s."),
            "agreement_valid": self.env._("An agreement was in force."),
            "agreement_missing": self.env._(
                "No agreement was in force on the day of repair."
            ),
            "labour_rate": self.env._("Claimed %(claimed)s, contract %(limit)s."),
            "labour_over": self.env._("Claimed %(claimed)s, contract only %(limit)s."),
            "labour_rate_unknown": self.env._("No labour or no agreed rate."),
            "part_markup": self.env._("Claimed %(claimed)s, contract %(limit)s."),
            "part_over": self.env._("Claimed %(claimed)s, contract only %(limit)s."),
            "part_markup_unknown": self.env._("No parts with a list value."),
            "old_part_due": self.env._("%(count)s old parts have not come back."),
            "old_part_none": self.env._("No old part is due."),
            "authorisation_none": self.env._("No authorisation was asked for."),
            "authorisation_exceeded": self.env._(
                "Claimed %(claimed)s, authorised %(authorised)s."
            ),
            "authorisation_late": self.env._("The work began after %(until)s."),
            "authorisation_kept": self.env._(
                "Claimed %(claimed)s, authorised %(authorised)s."
            ),
        }


#: Figures that are money: shown in the currency of the claim.
MONEY = {
    "SUM": ("lines", "total"),
    "LABOUR_RATE": ("claimed", "limit"),
    "PART_MARKUP": ("claimed", "limit"),
    "AUTHORISATION": ("claimed", "authorised"),
}


class AftersalesClaim(models.Model):
    """Collects what the checks need and stores their results, in batches."""

    _inherit = "aftersales.claim"

    @api.model
    def _get_date_labels(self):
        """Names of the dates that a check compares."""
        return {
            "date_sale": self.env._("sale"),
            "date_failure": self.env._("failure"),
            "date_start": self.env._("repair start"),
            "date_end": self.env._("repair end"),
            "date_submitted": self.env._("submission"),
        }

    def _run_checks(self):
        """Check claims and store results and allowed amounts; few queries."""
        duplicates = self._find_duplicates()
        agreements = self._find_agreements()
        rows, allowed = [], {}
        for claim in self:
            facts = claim._get_check_facts(duplicates[claim.id], agreements[claim.id])
            checks = kernel.run(facts)
            rows += [claim._prepare_check_row(check) for check in checks]
            for line, item in zip(claim.line_ids, facts.lines, strict=True):
                if not line.is_decided:
                    allowed[line] = kernel.allowed(item, facts)
            fails = sum(check.result == kernel.FAIL for check in checks)
            claim.with_context(aftersales_claim_flow=FLOW).fail_count = fails
        self._set_allowed(allowed)
        self._store_checks(rows)

    def _store_checks(self, rows):
        """Replace the stored results: two queries whatever the number of rows."""
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                "DELETE FROM aftersales_claim_check WHERE claim_id IN %s RETURNING id",
                tuple(self.ids) or (0,),
            )
        )
        if rows:
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO aftersales_claim_check
                        (claim_id, company_id, service_point_id, code, result,
                         reason, figures, create_uid, write_uid, create_date,
                         write_date)
                    SELECT claim_id, company_id, service_point_id, code, result,
                           reason, figures, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC',
                           now() AT TIME ZONE 'UTC'
                      FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
                           claim_id int, company_id int, service_point_id int,
                           code varchar, result varchar, reason varchar,
                           figures jsonb)
                    RETURNING id
                    """,
                    uid=self.env.uid,
                    rows=json.dumps(rows),
                )
            )
        self.invalidate_recordset(["check_ids"])

    def _prepare_check_row(self, check):
        """One check result as a row for the database."""
        self.ensure_one()
        money = MONEY.get(check.code, ())
        figures = {
            key: {"minor": value}
            if key in money
            else value.isoformat()
            if isinstance(value, date)
            else value
            for key, value in check.figures.items()
        }
        return {
            "claim_id": self.id,
            "company_id": self.company_id.id,
            "service_point_id": self.service_point_id.id,
            "code": check.code,
            "result": check.result,
            "reason": check.reason,
            "figures": figures,
        }

    def _find_duplicates(self):
        """Other live claims for the same work: ``{claim_id: (name, …)}``."""
        serials = [serial for serial in self.mapped("serial") if serial]
        lines = self.env["aftersales.claim.line"].search_fetch(
            Domain("serial", "in", serials)
            & (
                Domain("kind", "=", "labour")
                | (Domain("kind", "=", "part") & Domain("product_id", "!=", False))
            )
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("claim_state", "!=", "cancelled"),
            ["claim_id", "serial", "kind", "product_id", "date_failure"],
        )
        by_key = defaultdict(self.browse)
        for line in lines:
            by_key[line._get_duplicate_key()] |= line.claim_id
        result = {}
        for claim in self:
            others = self.browse()
            for line in claim.line_ids:
                others |= by_key.get(line._get_duplicate_key(), others)
            result[claim.id] = tuple((others - claim).mapped("name"))
        return result

    def _find_agreements(self):
        """Agreement of each claim's point on the day of repair; one query."""
        agreements = (
            self.env["aftersales.agreement"]
            .with_context(active_test=False)
            .search_fetch(
                Domain("service_point_id", "in", self.service_point_id.ids)
                & Domain("state", "in", ("provisional", "active", "ended")),
                ["service_point_id", "date_start", "date_end"],
                order="date_start desc, version desc",
            )
        )
        by_point = agreements.grouped("service_point_id")
        return {
            claim.id: next(
                (
                    item
                    for item in by_point.get(claim.service_point_id, agreements[:0])
                    if claim._get_work_date()
                    and item.date_start <= claim._get_work_date()
                    and (not item.date_end or claim._get_work_date() <= item.date_end)
                ),
                agreements[:0],
            )
            for claim in self
        }

    def _get_work_date(self):
        """Day whose contract counts."""
        self.ensure_one()
        return self.date_end or self.date_start or self.date_failure

    def _get_check_facts(self, duplicates, agreement):
        """Facts of one claim for the checks."""
        self.ensure_one()
        unit, digits = self.registration_id, self.currency_id.decimal_places
        same_currency = agreement.currency_id == self.currency_id
        permit = self.authorization_id
        return kernel.ClaimFacts(
            serial=self.serial or None,
            is_registered=bool(unit),
            covered_until=unit.date_cover_end or None,
            has_policy=bool(unit.policy_version_id),
            date_sale=unit.date_sale or None,
            date_failure=self.date_failure or None,
            date_start=self.date_start or None,
            date_end=self.date_end or None,
            date_submitted=self.date_submission or None,
            deadline_days=agreement.claim_days or self.company_id.aftersales_claim_days,
            amount_total=to_minor(self.amount_stated or self.amount_claimed, digits),
            lines=tuple(line._to_kernel() for line in self.line_ids),
            duplicates=duplicates,
            has_agreement=bool(agreement),
            labour_rate=to_minor(agreement.labour_rate, digits) if same_currency else 0,
            parts_markup=Decimal(str(agreement.parts_markup or 0)),
            authorised=to_minor(permit.amount_approved, digits) if permit else None,
            authorised_until=permit.date_to or None,
        )
