from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .aftersales_certificate import EXPIRING_DAYS

RENEWAL_STATES = [
    ("not_due", "Not Due"),
    ("due", "Renewal Due"),
    ("proposed", "Renewal Proposed"),
    ("renewed", "Renewed"),
    ("lapsed", "Lapsed"),
]


class AftersalesCertificate(models.Model):
    """What holds today, for search, groups and pivots.

    Validity moves with the calendar, so it is never stored: the database works it
    out with the day of each company.
    """

    _inherit = "aftersales.certificate"

    validity = fields.Selection(search="_search_validity")
    renewal_state = fields.Selection(
        RENEWAL_STATES,
        "Renewal",
        compute="_compute_renewal_state",
        search="_search_renewal_state",
        compute_sudo=True,
        help="A renewal falls due 90 days before the end; it is renewed once the "
        "next certificate is verified, and lapsed when the end passes before.",
    )

    @api.depends("state", "date_expiry", "company_id", "next_ids.state")
    def _compute_renewal_state(self):
        for certificate in self:
            today = certificate.company_id._get_aftersales_today()
            certificate.renewal_state = certificate._get_renewal_state_on(today)

    def _get_renewal_state_on(self, today):
        """Return the value of ``renewal_state`` on a day."""
        self.ensure_one()
        if self.state != "verified":
            return False
        following = set(self.next_ids.mapped("state"))
        if "verified" in following:
            return "renewed"
        if "draft" in following:
            return "proposed"
        left = (self.date_expiry - today).days if self.date_expiry else None
        if left is None or left > EXPIRING_DAYS:
            return "not_due"
        return "lapsed" if left < 0 else "due"

    def _search_validity(self, operator, value):
        return self._search_moving("validity", operator, value)

    def _search_renewal_state(self, operator, value):
        return self._search_moving("renewal_state", operator, value)

    @api.model
    def _search_moving(self, name, operator, value):
        """Domain of a field that the database works out."""
        if operator != "in":
            return NotImplemented
        values = set(value)
        texts = tuple(text for text in values if text) or ("",)

        def to_sql(model, alias, query):
            expression = model._field_to_sql(alias, name, query)
            found = SQL("%s IN %s", expression, texts)
            if False in values:
                found = SQL("(%s OR %s IS NULL)", found, expression)
            return found

        return Domain.custom(
            to_sql=to_sql, predicate=lambda record: record[name] in values
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Give the two fields that move with the calendar an expression."""
        if field_expr == "validity":
            return self._get_validity_sql(alias, query)
        if field_expr == "renewal_state":
            return self._get_renewal_state_sql(alias, query)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _get_validity_sql(self, alias, query):
        """The same as ``_get_validity_on`` in SQL."""
        return SQL(
            """(CASE WHEN %(state)s != 'verified' THEN %(state)s
                     WHEN %(issue)s > %(today)s THEN 'future'
                     WHEN %(expiry)s < %(today)s THEN 'expired'
                     WHEN %(expiry)s <= %(today)s + %(days)s THEN 'expiring'
                     ELSE 'valid' END)""",
            state=self._field_to_sql(alias, "state", query),
            issue=self._field_to_sql(alias, "date_issue", query),
            expiry=self._field_to_sql(alias, "date_expiry", query),
            today=self._get_today_sql(alias, query),
            days=EXPIRING_DAYS,
        )

    @api.model
    def _get_renewal_state_sql(self, alias, query):
        """The same as ``_get_renewal_state_on`` in SQL."""
        following = SQL(
            "(SELECT max(n.state) FROM aftersales_certificate n"
            " WHERE n.previous_id = %s AND n.state != 'revoked')",
            SQL.identifier(alias, "id", to_flush=self._fields["previous_id"]),
        )
        # Of two renewals, 'verified' sorts after 'draft'.
        return SQL(
            """(CASE WHEN %(state)s != 'verified' THEN NULL
                     WHEN %(following)s = 'verified' THEN 'renewed'
                     WHEN %(following)s = 'draft' THEN 'proposed'
                     WHEN %(expiry)s < %(today)s THEN 'lapsed'
                     WHEN %(expiry)s <= %(today)s + %(days)s THEN 'due'
                     ELSE 'not_due' END)""",
            state=self._field_to_sql(alias, "state", query),
            following=following,
            expiry=self._field_to_sql(alias, "date_expiry", query),
            today=self._get_today_sql(alias, query),
            days=EXPIRING_DAYS,
        )

    @api.model
    def _get_today_sql(self, alias, query):
        """Today of each certificate's company: one date, or a choice of some."""
        days = self._get_company_days()
        if len(days) == 1:
            return SQL("%s::date", next(iter(days)))
        company = self._field_to_sql(alias, "company_id", query)
        choices = [
            SQL("WHEN %s IN %s THEN %s::date", company, tuple(companies.ids), day)
            for day, companies in days.items()
        ]
        return SQL("(CASE %s END)", SQL(" ").join(choices))

    @api.model
    def _get_company_days(self):
        """Companies by the day they have now: ``{day: companies}``."""
        # There are few companies, and each may have a time zone of its own.
        Company = self.env["res.company"].sudo().with_context(active_test=False)
        companies = Company.search(Domain.TRUE)
        return companies.grouped(lambda company: company._get_aftersales_today())
