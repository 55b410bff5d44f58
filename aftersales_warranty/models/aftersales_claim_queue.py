from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import claim_desk as kernel
from ..tools.settlement import to_minor

WAITING_STATES = ("submitted", "review")


class AftersalesClaim(models.Model):
    """What the clerks sort the waiting claims by: age, amount, owner, dates."""

    _inherit = "aftersales.claim"

    clerk_id = fields.Many2one(
        "res.users",
        "Taken Up by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="Only this clerk decides the claim until another one takes it over.",
    )
    revision = fields.Integer(
        readonly=True,
        copy=False,
        help="Counts the decisions; whoever decides on an outdated page is told so.",
    )
    date_decide_due = fields.Date(
        "Decide by", compute="_compute_date_decide_due", store=True
    )
    date_answer_due = fields.Date(
        "Complete by", readonly=True, copy=False, index="btree_not_null"
    )
    date_reminded = fields.Date("Reminded on", readonly=True, copy=False)
    is_decide_overdue = fields.Boolean(
        "Decision Overdue",
        compute="_compute_is_overdue",
        search="_search_is_decide_overdue",
    )
    is_answer_overdue = fields.Boolean(
        "Answer Overdue",
        compute="_compute_is_overdue",
        search="_search_is_answer_overdue",
    )
    age_band = fields.Selection(
        [
            ("00", "Up to 7 Days"),
            ("08", "8 to 15 Days"),
            ("16", "16 to 30 Days"),
            ("31", "Over 30 Days"),
        ],
        "Age",
        compute="_compute_age_band",
        search="_search_age_band",
    )
    amount_band = fields.Selection(
        [("small", "Small"), ("medium", "Medium"), ("large", "Large")],
        "Size",
        compute="_compute_amount_band",
        store=True,
        help="By the bounds in the settings of the company.",
    )
    is_part_waiting = fields.Boolean(
        "Waiting for Part",
        compute="_compute_is_part_waiting",
        search="_search_is_part_waiting",
        help="An old part was not received and inspected yet.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "clerk_id",
            "revision",
            "date_decide_due",
            "date_answer_due",
            "date_reminded",
            "amount_band",
        )
    )

    _desk_idx = models.Index(
        "(company_id, date_decide_due, id) WHERE state IN ('submitted', 'review')"
    )

    @api.depends("date_submission")
    def _compute_date_decide_due(self):
        for claim in self:
            day = claim.date_submission
            days = timedelta(days=claim.company_id.aftersales_decide_days)
            claim.date_decide_due = day + days if day else False

    @api.depends("state", "date_decide_due", "date_answer_due", "company_id")
    def _compute_is_overdue(self):
        for claim in self:
            today = claim.company_id._get_aftersales_today()
            claim.is_decide_overdue = bool(
                claim.state in WAITING_STATES
                and claim.date_decide_due
                and claim.date_decide_due < today
            )
            claim.is_answer_overdue = bool(
                claim.state == "sent_back"
                and claim.date_answer_due
                and claim.date_answer_due < today
            )

    def _search_is_decide_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain("state", "in", WAITING_STATES)
        return waiting & self._get_past_domain("date_decide_due")

    def _search_is_answer_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain("state", "=", "sent_back")
        return waiting & self._get_past_domain("date_answer_due")

    @api.model
    def _get_past_domain(self, name):
        """Claims whose day has passed where their company is."""
        companies = self.env.companies
        if self.env.su:
            companies = companies.search([("id", "!=", False)])
        return Domain.OR(
            Domain("company_id", "in", group.ids) & Domain(name, "<", today)
            for today, group in companies.grouped(
                lambda c: c._get_aftersales_today()
            ).items()
        )

    @api.depends("state", "date_submission")
    def _compute_age_band(self):
        for claim in self:
            waits = claim.state in WAITING_STATES and claim.date_submission
            claim.age_band = waits and kernel.age_band(claim.age_days)

    def _search_age_band(self, operator, value):
        if operator != "in":
            return NotImplemented
        bands = set(value)
        waiting = Domain("state", "in", WAITING_STATES)
        found = Domain.OR(
            (Domain("date_submission", ">=", early) if early else Domain.TRUE)
            & (Domain("date_submission", "<=", late) if late else Domain.TRUE)
            for code, early, late in self._get_age_dates()
            if code in bands
        )
        found = waiting & Domain("date_submission", "!=", False) & found
        if False in bands:
            found |= ~waiting | Domain("date_submission", "=", False)
        return found

    @api.model
    def _get_age_dates(self):
        """Days of submission of each age band, in the company of the user."""
        return kernel.age_dates(self.env.company._get_aftersales_today())

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let claims be grouped by their age, which moves with the calendar."""
        if field_expr == "age_band":
            return self._get_age_band_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _get_age_band_sql(self, alias, query):
        """The same as ``_compute_age_band`` in SQL."""
        submitted = self._field_to_sql(alias, "date_submission", query)
        # From the oldest band on, so that one bound is enough.
        whens = SQL(" ").join(
            SQL("WHEN %s <= %s THEN %s", submitted, late, code)
            for code, _early, late in reversed(self._get_age_dates())
            if late
        )
        return SQL(
            "(CASE WHEN %s NOT IN %s OR %s IS NULL THEN NULL %s ELSE '00' END)",
            self._field_to_sql(alias, "state", query),
            WAITING_STATES,
            submitted,
            whens,
        )

    @api.depends(
        "amount_claimed",
        "currency_id",
        "date_submission",
        "company_id.aftersales_claim_small",
        "company_id.aftersales_claim_large",
    )
    def _compute_amount_band(self):
        for claim in self:
            company = claim.company_id
            currency, digits = company.currency_id, company.currency_id.decimal_places
            amount = claim.amount_claimed
            if claim.currency_id != currency:
                day = claim.date_submission or company._get_aftersales_today()
                amount = claim.currency_id._convert(amount, currency, company, day)
            claim.amount_band = kernel.amount_band(
                *(
                    to_minor(value, digits)
                    for value in (
                        amount,
                        company.aftersales_claim_small,
                        company.aftersales_claim_large,
                    )
                )
            )

    @api.depends("line_ids.is_part_held")
    def _compute_is_part_waiting(self):
        for claim in self:
            claim.is_part_waiting = any(claim.line_ids.mapped("is_part_held"))

    def _search_is_part_waiting(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Lines of the claims found: the rules of the claims are those of their lines.
        Line_sudo = self.env["aftersales.claim.line"].sudo()
        # One sub-query each: together the database would read every line.
        return Domain.OR(
            Domain("id", "in", Line_sudo._search(held).subselect("claim_id"))
            for held in Line_sudo._get_held_domains()
        )

    @api.model
    def _get_desk_domain(self):
        """Claims that the user may decide next: nobody's, or his own."""
        return Domain("state", "in", WAITING_STATES) & Domain(
            "clerk_id", "in", (False, self.env.uid)
        )

    def action_decide_next(self):
        """Open the claim that is to be decided next, after this one."""
        domain = self._get_desk_domain() & Domain("id", "not in", self.ids)
        domain &= Domain("company_id", "in", self.env.companies.ids)
        order = "date_decide_due, id"
        last = self[-1:]
        later = Domain("date_decide_due", ">", last.date_decide_due) | (
            Domain("date_decide_due", "=", last.date_decide_due)
            & Domain("id", ">", last.id)
        )
        found = (
            last
            and last.date_decide_due
            and self.search(domain & later, order=order, limit=1)
        )
        found = found or self.search(domain, order=order, limit=1)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_warranty.aftersales_claim_action_queue"
        )
        if found:
            form = self.env.ref("aftersales_warranty.aftersales_claim_view_form_desk")
            action.update(res_id=found.id, views=[(form.id, "form")], target="main")
        # What the page of this claim has shown says nothing about the next one.
        action["context"] = {
            "search_default_to_decide": 1,
            "aftersales_claim_seen": False,
        }
        return action
