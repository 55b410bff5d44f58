import json
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

from ..tools import claim_hints as kernel
from .aftersales_claim_hint import HINT_GROUPS

#: Figures that are money: shown in the currency of the claim.
MONEY = {
    "SPLIT": ("amount", "limit", "total"),
    "LABOUR": ("amount", "usual"),
    "VALUE": ("amount", "usual"),
}
WAITING_STATES = ("submitted", "review")
BATCH = 500


class AftersalesClaim(models.Model):
    """Hints of a claim: looked for at submission and every night while it waits.

    They order the queue and explain themselves; they decide and block nothing.
    """

    _inherit = "aftersales.claim"

    hint_ids = fields.One2many(
        "aftersales.claim.hint", "claim_id", readonly=True, groups=HINT_GROUPS
    )
    hint_score = fields.Float(
        digits=(4, 3),
        readonly=True,
        copy=False,
        aggregator="avg",
        groups=HINT_GROUPS,
        help="0 to 1: all hints of the claim together. 0 without any.",
    )
    hint_count = fields.Integer(
        "Strong Hints",
        readonly=True,
        copy=False,
        groups=HINT_GROUPS,
        help="Hints that reach the threshold of their rule.",
    )
    needs_hint_review = fields.Boolean(
        readonly=True,
        copy=False,
        groups=HINT_GROUPS,
        help="The score reaches the company's limit: somebody should read the hints "
        "before deciding.",
    )
    date_hints = fields.Datetime(
        "Hints Looked for", readonly=True, copy=False, groups=HINT_GROUPS
    )

    #: Calculated; nobody writes them.
    _HINT_FIELDS = frozenset(
        ("hint_ids", "hint_score", "hint_count", "needs_hint_review", "date_hints")
    )

    _hint_idx = models.Index(
        "(company_id, hint_score DESC, id) WHERE state IN ('submitted', 'review')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Leave out the hints that a caller may bring."""
        names = self._HINT_FIELDS
        cleaned = without_guarded_defaults(self, names)
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in names}
                for vals in vals_list
            ]
        return super(AftersalesClaim, cleaned).create(vals_list)

    def _check_writable(self, vals):
        """Refuse hints that somebody types, too.

        :raise UserError: naming the way out
        """
        if self._HINT_FIELDS & set(vals):
            raise UserError(
                self.env._("Hints are calculated. Press “Look for Hints” instead.")
            )
        return super()._check_writable(vals)

    def action_run_checks(self):
        """Look for hints again as well."""
        self._check_clerk()
        self.sudo()._find_waiting_hints()
        return super().action_run_checks()

    def action_find_hints(self):
        """Look for hints again, after something was put right.

        :raise AccessError: no settlement clerk
        """
        self._check_clerk()
        self.check_access("read")
        # The clerk need not read every claim, order and photo that is compared.
        self.sudo()._find_waiting_hints()

    def _find_waiting_hints(self):
        """Hints of those that nobody decided yet; a decision keeps what it saw."""
        self.filtered(lambda claim: claim.state in WAITING_STATES)._find_hints()

    def action_view_hints(self):
        """Open the hints of the claim as a list."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hints of %(claim)s", claim=self.name),
            "res_model": "aftersales.claim.hint",
            "view_mode": "list",
            "domain": [("claim_id", "=", self.id)],
        }

    def _find_hints(self):
        """Look for the hints of claims and store them; few queries a batch.

        Runs as superuser: the figures compare claims of all points.
        """
        rows, totals = [], []
        Rule = self.env["aftersales.claim.hint.rule"]
        for company, claims in self.grouped("company_id").items():
            records = Rule._get_in_force(company, company._get_aftersales_today())
            rules = {code: rule._to_kernel() for code, rule in records.items()}
            for claim_id, facts in claims._get_hint_facts(records).items():
                hints = kernel.run(facts, rules)
                claim = self.browse(claim_id)
                rows += [claim._prepare_hint_row(hint) for hint in hints]
                totals.append(
                    claim._prepare_hint_total(hints, kernel.combine(hints, rules))
                )
        self._store_hints(rows, totals)

    def _prepare_hint_row(self, hint):
        """One hint as a row for the database."""
        self.ensure_one()
        money = MONEY.get(hint.code, ())
        figures = {
            key: {"minor": value}
            if key in money
            else {"day": value and value.isoformat()}
            if key == "day" or isinstance(value, date)
            else value
            for key, value in hint.figures.items()
        }
        return {
            "claim_id": self.id,
            "company_id": self.company_id.id,
            "service_point_id": self.service_point_id.id,
            "code": hint.code,
            "score": round(hint.score, 3),
            "strength": self.env["aftersales.claim.hint"]._get_strength(hint.score),
            "reason": hint.reason,
            "figures": figures,
        }

    def _prepare_hint_total(self, hints, score):
        """What the hints come to, as a row for the database."""
        self.ensure_one()
        limit = self.company_id.aftersales_hint_limit
        return {
            "id": self.id,
            "score": round(score, 3),
            "count": sum(hint.score >= kernel.FLAG for hint in hints),
            "needs_review": bool(hints) and round(score, 3) >= limit,
        }

    def _store_hints(self, rows, totals):
        """Replace the stored hints: three queries whatever the number of rows."""
        self.env.execute_query(
            SQL(
                "DELETE FROM aftersales_claim_hint WHERE claim_id IN %s RETURNING id",
                tuple(self.ids) or (0,),
            )
        )
        if rows:
            self._insert_hints(rows)
        # By SQL: a hint is no change of the claim that somebody else works on.
        self.env.execute_query(
            SQL(
                """
                UPDATE aftersales_claim c
                   SET hint_score = r.score, hint_count = r.count,
                       needs_hint_review = r.needs_review,
                       date_hints = now() AT TIME ZONE 'UTC'
                  FROM jsonb_to_recordset(%s::jsonb) AS r(
                       id int, score numeric, count int, needs_review boolean)
                 WHERE c.id = r.id
             RETURNING c.id
                """,
                json.dumps(totals),
            )
        )
        self.invalidate_recordset(self._HINT_FIELDS)

    def _insert_hints(self, rows):
        """Insert rows of hints with one query."""
        self.env.execute_query(
            SQL(
                """
                INSERT INTO aftersales_claim_hint
                    (claim_id, company_id, service_point_id, code, score, strength,
                     reason, figures, create_uid, write_uid, create_date, write_date)
                SELECT claim_id, company_id, service_point_id, code, score, strength,
                       reason, figures, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
                       claim_id int, company_id int, service_point_id int,
                       code varchar, score numeric, strength varchar,
                       reason varchar, figures jsonb)
             RETURNING id
                """,
                uid=self.env.uid,
                rows=json.dumps(rows),
            )
        )

    @api.model
    def _get_stale_hint_domain(self):
        """Claims that wait, whose hints are older than today."""
        start = fields.Datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return Domain("state", "in", WAITING_STATES) & (
            Domain("date_hints", "=", False) | Domain("date_hints", "<", start)
        )

    @api.model
    def _cron_find_hints(self):
        """Look again for hints of waiting claims, a batch a transaction.

        What a claim is compared with goes on after its submission.
        """
        self.env["ir.cron"]._aftersales_work_off(
            self.sudo(), self._get_stale_hint_domain(), "_find_hints", BATCH
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_hint_limit = fields.Float(
        "Score for a Review of Hints",
        default=0.4,
        digits=(4, 3),
        help="From this score on, claims are marked for somebody to read their hints.",
    )

    _aftersales_hint_limit_share = models.Constraint(
        "CHECK (aftersales_hint_limit >= 0 AND aftersales_hint_limit <= 1)",
        "The score for a review of hints lies between 0 and 1.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_hint_limit = fields.Float(
        related="company_id.aftersales_hint_limit", readonly=False
    )
