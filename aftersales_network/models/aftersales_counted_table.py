import logging

from odoo import api, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)


class AftersalesCountedTable(models.AbstractModel):
    """A table of figures that is counted anew as a whole, company by company.

    A model says with ``_COUNTERS`` who may have it counted, and counts one company in
    :meth:`_count_company`; nobody writes the rows themselves.
    """

    _name = "aftersales.counted.table.mixin"
    _description = "Figures Counted by Company"

    #: Groups of :meth:`action_compute`.
    _COUNTERS = ("aftersales_network.group_admin",)

    @api.model
    def _count_company(self, company):
        """Replace the rows of a company.

        :return: the new rows
        """
        raise NotImplementedError

    @api.model
    def _fetch_hashed(self, query):
        """Rows of a query whose tables must not be joined row by row.

        The planner cannot know how many units the installed base has, takes it for
        one row, and would walk through all repairs once for each unit.
        """
        self.env.cr.execute("SET LOCAL enable_nestloop TO off")
        rows = self.env.execute_query(query)
        self.env.cr.execute("SET LOCAL enable_nestloop TO DEFAULT")
        return rows

    @api.model
    def _check_counter(self):
        """Only some roles start a count.

        :raise AccessError: naming these roles
        """
        if any(self.env.user.has_group(group) for group in self._COUNTERS):
            return
        groups_sudo = self.env["res.groups"].sudo()
        for group in self._COUNTERS:
            groups_sudo |= self.env.ref(group).sudo()
        raise AccessError(
            self.env._(
                "“%(table)s” is counted by one of: %(roles)s. Ask one of them, or wait "
                "for the daily job.",
                table=self.env["ir.model"]._get(self._name).sudo().name,
                roles=", ".join(groups_sudo.mapped("name")),
            )
        )

    def action_compute(self):
        """Count the current companies anew.

        :raise AccessError: by somebody else than ``_COUNTERS``
        """
        self._check_counter()
        for company in self.env.companies:
            self._count_company(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_compute(self):
        """Count every company anew, one company per commit."""
        companies = self.env["res.company"].search([("active", "=", True)], order="id")
        for done, company in enumerate(companies, start=1):
            try:
                with self.env.cr.savepoint():
                    self._count_company(company)
            # One company whose data is broken does not stop the others.
            except Exception:
                _logger.exception("%s of %s was not counted", self._name, company)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - done)
