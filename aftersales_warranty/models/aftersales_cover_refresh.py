from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Units whose cover is calculated again in one transaction.
BATCH = 500


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_cover_revision = fields.Integer(
        "State of the Cover Rules",
        default=0,
        readonly=True,
        groups="base.group_system",
        help="Counts the changes of policies, rules and classes; units that were "
        "calculated with an earlier state are calculated again.",
    )

    @api.model
    def _touch_aftersales_cover(self, companies=None):
        """Have the cover of units followed up after a change of rules.

        No unit is written here: a counter goes up, and the job that is woken up
        works through the units in batches.

        :param companies: only those; default every company
        """
        where = SQL("WHERE id IN %s", tuple(companies.ids)) if companies else SQL("")
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET aftersales_cover_revision = "
                "COALESCE(aftersales_cover_revision, 0) + 1 %s",
                where,
            )
        )
        self.invalidate_model(["aftersales_cover_revision"])
        cron = self.env.ref(
            "aftersales_warranty.ir_cron_refresh_cover", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger()


class AftersalesRegistration(models.Model):
    """Keeps the stored end of cover in step with rules that change."""

    _inherit = "aftersales.registration"

    is_cover_stale = fields.Boolean(
        "Cover Being Recalculated",
        compute="_compute_is_cover_stale",
        search="_search_is_cover_stale",
        help="Rules or policies changed; the end of the cover is calculated again in "
        "the background.",
    )

    _cover_revision_idx = models.Index("(company_id, cover_revision)")

    @api.depends("cover_revision", "company_id")
    def _compute_is_cover_stale(self):
        for unit in self:
            revision = unit.company_id.sudo().aftersales_cover_revision
            unit.is_cover_stale = unit.cover_revision < revision

    def _search_is_cover_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        companies_sudo = self.env["res.company"].sudo().search([("id", "!=", False)])
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & (
                Domain("cover_revision", "<", company.aftersales_cover_revision)
                | Domain("cover_revision", "=", False)
            )
            for company in companies_sudo
        )

    @api.model
    def _get_stale_domain(self):
        """Units of every company whose cover is out of date."""
        return Domain("is_cover_stale", "=", True)

    @api.model
    def _cron_refresh_cover(self):
        """Calculate the cover of units again, a batch a transaction."""
        self.env["ir.cron"]._aftersales_work_off(
            self.sudo().with_context(active_test=False),
            self._get_stale_domain(),
            "_refresh_cover",
            BATCH,
        )

    def _refresh_cover(self):
        """Find missing policies and calculate the end of the cover again.

        A unit that has a policy version keeps it.
        """
        field = self._fields["policy_version_id"]
        self.env.add_to_compute(field, self.filtered(lambda u: not u.policy_version_id))
        self.env.add_to_compute(self._fields["date_cover_end"], self)
        self.env.add_to_compute(self._fields["cover_revision"], self)
        self.flush_recordset()

    @api.model
    def action_refresh_cover(self):
        """Wake up the job that calculates the cover of units again."""
        self.check_access("write")
        self.env["res.company"]._touch_aftersales_cover(self.env.companies)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "The cover of the units is being calculated again in the "
                    "background. Units that still wait are found by the filter "
                    "“Cover Being Recalculated”."
                ),
                "type": "success",
                "sticky": False,
            },
        }
