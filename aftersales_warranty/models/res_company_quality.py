from odoo import api, models
from odoo.fields import Domain


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """A new company watches for repeated faults from the first day."""
        companies = super().create(vals_list)
        self.env["aftersales.quality.threshold"]._ensure_for(companies)
        return companies


class AftersalesQualityThreshold(models.Model):
    """The first threshold of each company."""

    _inherit = "aftersales.quality.threshold"

    @api.model
    def _ensure_for(self, companies):
        """Give companies without any threshold the usual one.

        A company that has thresholds, archived ones included, decided for itself.
        """
        # The threshold comes with the company, whoever founds it.
        Threshold_sudo = self.sudo().with_context(active_test=False)
        groups = Threshold_sudo._read_group(
            [("company_id", "in", companies.ids)], ["company_id"]
        )
        decided = companies.browse().union(*(company for (company,) in groups))
        name = self.env._("The same fault on one model three times within 90 days")
        Threshold_sudo.create(
            [
                {"name": name, "company_id": company.id, "days": 90, "limit_count": 3}
                for company in companies - decided
            ]
        )

    @api.model
    def _init_thresholds(self):
        """Thresholds of the companies that exist when the module is installed."""
        self._ensure_for(self.env["res.company"].sudo().search(Domain.TRUE))
