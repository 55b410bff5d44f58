from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesAgreement(models.Model):
    """End and renewal of agreements."""

    _inherit = "aftersales.agreement"

    date_renewal_notice = fields.Date(
        "Renewal Asked on",
        readonly=True,
        copy=False,
        help="Day on which somebody was asked to renew the agreement.",
    )
    is_expiring = fields.Boolean(
        "Ending Soon", compute="_compute_is_expiring", search="_search_is_expiring"
    )
    version_count = fields.Integer(compute="_compute_version_count")

    @api.depends("state", "date_end", "company_id.aftersales_renewal_days")
    def _compute_is_expiring(self):
        expiring = self.filtered_domain(self._get_expiring_domain())
        for agreement in self:
            agreement.is_expiring = agreement in expiring

    def _search_is_expiring(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_expiring_domain()

    @api.model
    def _get_expiring_domain(self):
        """Agreements in force that end within their company's renewal days."""
        companies_sudo = self.env["res.company"].sudo().search([("active", "=", True)])
        return self._get_in_force_domain() & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_end", ">=", company._get_aftersales_today())
            & Domain("date_end", "<=", company._get_renewal_horizon())
            for company in companies_sudo
        )

    def _compute_version_count(self):
        counts = dict(
            self.with_context(active_test=False)._read_group(
                [("name", "in", self.mapped("name"))], ["name"], ["__count"]
            )
        )
        for agreement in self:
            agreement.version_count = counts.get(agreement.name, 0)

    def action_renew(self):
        """Draft of the next version from the day after the end.

        The new version lasts as long as its template says, or as the old one.
        """
        self.ensure_one()
        self._check_agreement_state("provisional", "active", "ended")
        today = self._get_today()
        start = fields.Date.add(self.date_end, days=1) if self.date_end else today
        draft = self._make_version(start, self._get_renewed_end(start))
        self._get_renewal_activities().action_feedback(
            feedback=self.env._("Version %(version)s made.", version=draft.version)
        )
        return draft._get_records_action()

    def _get_renewed_end(self, start):
        """Last day of a renewal that starts on ``start``; False: open end."""
        if self.template_id:
            return self.template_id._get_date_end(start)
        if not self.date_end:
            return False
        return fields.Date.add(start, days=(self.date_end - self.date_start).days)

    def _get_renewal_activities(self):
        """Open activities that ask for the renewal."""
        todo = self.env.ref("aftersales_network.mail_activity_renewal")
        return self.activity_ids.filtered(lambda a: a.activity_type_id == todo)

    @api.model
    def _cron_end_and_renew(self, limit=500):
        """End what has expired and ask for renewals; both in batches."""
        expired = self._find_expired(limit)
        expired._write_flow({"state": "ended"})
        self.env["ir.cron"]._commit_progress(len(expired))
        expiring = self._find_unasked(limit)
        expiring._ask_renewal()
        self.env["ir.cron"]._commit_progress(
            len(expiring), remaining=int(limit in (len(expired), len(expiring)))
        )

    @api.model
    def _find_expired(self, limit):
        """Agreements in force whose last day has passed in their company."""
        by_today = self.env["res.company"]._get_aftersales_by_today()
        return self.search(
            self._get_in_force_domain()
            & Domain.OR(
                Domain("company_id", "in", companies.ids) & Domain("date_end", "<", day)
                for day, companies in by_today.items()
            ),
            limit=limit,
        )

    @api.model
    def _find_unasked(self, limit):
        """Agreements that end soon, have no later version and no reminder yet."""
        domain = self._get_expiring_domain() & Domain("date_renewal_notice", "=", False)
        renewed = Domain("next_ids", "any", [("state", "!=", "cancelled")])
        leaving = Domain("service_point_id.state", "in", ("withdrawal", "closed"))
        return self.search(domain & ~renewed & ~leaving, limit=limit)

    def _ask_renewal(self):
        """One activity for each, once: for the centre's manager or the head."""
        todo = self.env.ref("aftersales_network.mail_activity_renewal")
        model_id = self.env["ir.model"]._get_id(self._name)
        users = self.service_point_id._get_responsible_users()
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": todo.id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": agreement.id,
                    "date_deadline": agreement.date_end,
                    "user_id": users[agreement.service_point_id.id].id,
                    "summary": self.env._(
                        "Renew the agreement of %(point)s",
                        point=agreement.service_point_id.name,
                    ),
                }
                for agreement in self
            ]
        )
        for day, agreements in self.grouped(lambda a: a._get_today()).items():
            agreements._write_flow({"date_renewal_notice": day})
