import json
from datetime import date

from odoo import api, models
from odoo.tools import SQL

from ..tools import claim_checks as kernel
from ..tools.settlement import from_minor
from .aftersales_claim import EDITABLE_STATES
from .aftersales_claim_check import GROUPS, POSITIONS, RANKS

#: Figures that are money: shown in the currency of the claim.
MONEY = {
    "SUM": ("lines", "total"),
    "LABOUR_RATE": ("claimed", "limit"),
    "PART_MARKUP": ("claimed", "limit"),
    "OTHER_RATES": ("claimed", "limit"),
    "AUTHORISATION": ("claimed", "authorised"),
    "AUTO": ("amount", "limit"),
}


class AftersalesClaim(models.Model):
    """Runs the checks of many claims and stores what they say."""

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

    def _get_point_checks(self):
        """Results that the point sees: all but what the rules made of them.

        Nor is it told which of its lines nothing limits.
        """
        return self.check_ids.filtered(
            lambda check: check.kind != "approval" and check.code != "RATES"
        )

    def action_precheck(self):
        """Show the point what the checks say before it hands its claims in.

        :raise AccessError: claims that the user may not change
        :raise UserError: a claim that is with the company
        """
        self.check_access("write")
        self._check_editable()
        # The point may not read everything that its claim is compared with.
        self.sudo()._run_checks()

    def _run_checks(self):
        """Check claims and store results and allowed amounts.

        A constant number of queries whatever the number of claims: facts come by
        few statements and go back by one each.  Allowed amounts are those of the
        claims that are with the company; what is decided stays.
        """
        if not self:
            return
        rows, limits = [], []
        for claim_id, digits, facts, line_ids in self._load_check_facts():
            rows.append((claim_id, kernel.run(facts)))
            limits += [
                [line_id, str(from_minor(kernel.allowed(line, facts), digits))]
                for line_id, line in zip(line_ids, facts.lines, strict=True)
            ]
        self._store_checks(rows)
        self._store_allowed(limits)

    def _store_checks(self, results):
        """Replace the stored results.

        :param results: list of ``(claim id, [kernel.Check])``
        """
        self._lock_checks()
        claims = {claim.id: claim for claim in self}
        rows = [
            claims[claim_id]._prepare_check_row(check)
            for claim_id, checks in results
            for check in checks
        ]
        self.env.cr.execute(
            SQL(
                # What the rules said when the claim was handed in stays.
                "DELETE FROM aftersales_claim_check WHERE claim_id IN %s "
                "AND kind != 'approval'",
                tuple(self.ids),
            )
        )
        self._insert_checks(rows)
        counts = [
            [claim_id, sum(check.result == kernel.FAIL for check in checks)]
            for claim_id, checks in results
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE aftersales_claim c SET fail_count = (r.value->>1)::int
                  FROM jsonb_array_elements(%s::jsonb) r(value)
                 WHERE c.id = (r.value->>0)::int
                """,
                json.dumps(counts),
            )
        )
        self.invalidate_recordset(["check_ids", "fail_count"])

    def _lock_checks(self):
        """Let a second run of the same claims wait for the first."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM aftersales_claim WHERE id IN %s ORDER BY id "
                "FOR NO KEY UPDATE",
                tuple(self.ids),
            )
        )

    def _insert_checks(self, rows):
        """Store results; one statement whatever their number.

        :param rows: dicts of :meth:`_prepare_check_row`
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO aftersales_claim_check
                    (claim_id, company_id, service_point_id, kind, rank, code,
                     result, reason, figures, create_uid, write_uid, create_date,
                     write_date)
                SELECT claim_id, company_id, service_point_id, kind, rank, code,
                       result, reason, figures, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
                       claim_id int, company_id int, service_point_id int,
                       kind varchar, rank int, code varchar, result varchar,
                       reason varchar, figures jsonb)
           ON CONFLICT (claim_id, code) DO UPDATE
                   SET result = EXCLUDED.result, rank = EXCLUDED.rank,
                       reason = EXCLUDED.reason, figures = EXCLUDED.figures,
                       write_uid = EXCLUDED.write_uid,
                       write_date = EXCLUDED.write_date
                """,
                uid=self.env.uid,
                rows=json.dumps(rows),
            )
        )
        self.invalidate_recordset(["check_ids"])
        self.env["aftersales.claim.check"].invalidate_model()

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
            "kind": GROUPS[check.code],
            "rank": RANKS[check.result] + POSITIONS[check.code],
            "code": check.code,
            "result": check.result,
            "reason": check.reason,
            "figures": figures,
        }

    def _store_allowed(self, limits):
        """Store allowed amounts of lines and the sums of their claims.

        By statements instead of the fields: sums of 1,000 claims take one query.
        Lines that are decided, and claims that are not with the company, keep
        what they have.

        :param limits: list of ``[line id, amount as text]``
        """
        waiting = self.filtered(lambda c: c.state not in EDITABLE_STATES)
        if not waiting:
            return
        self.env.cr.execute(
            SQL(
                """
                WITH lines AS (
                    UPDATE aftersales_claim_line l
                       SET amount_allowed = (r.value->>1)::numeric
                      FROM jsonb_array_elements(%(rows)s::jsonb) r(value)
                     WHERE l.id = (r.value->>0)::int AND l.claim_id IN %(claims)s
                       AND l.is_decided IS NOT TRUE
                 RETURNING l.id, l.amount_allowed
                )
                UPDATE aftersales_claim c SET amount_allowed = s.amount
                  FROM (SELECT l.claim_id,
                               SUM(COALESCE(n.amount_allowed, l.amount_allowed)) amount
                          FROM aftersales_claim_line l
                     LEFT JOIN lines n ON n.id = l.id
                         WHERE l.claim_id IN %(claims)s
                      GROUP BY l.claim_id) s
                 WHERE c.id = s.claim_id
                """,
                rows=json.dumps(limits),
                claims=tuple(waiting.ids),
            )
        )
        lines = self.env["aftersales.claim.line"]
        lines.invalidate_model(["amount_allowed"], flush=False)
        waiting.invalidate_recordset(["amount_allowed"], flush=False)
