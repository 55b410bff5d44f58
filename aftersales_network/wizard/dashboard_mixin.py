from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

GROUP = "aftersales_network.group_"
#: Roles that read every point of their companies.
WIDE_GROUPS = (f"{GROUP}head", f"{GROUP}auditor", f"{GROUP}technical_reviewer")


class AftersalesDashboardMixin(models.AbstractModel):
    """A page of figures about a company or a unit with everything below it.

    The page belongs to whoever opened it.  Who reads every point may ask for a
    company; others choose a unit of their own.  Two companies never mix: every
    figure is asked for the one company that is chosen.
    """

    _name = "aftersales.dashboard.mixin"
    _description = "Page of Figures"

    #: Roles that may ask for a whole company.
    _WIDE_GROUPS = WIDE_GROUPS

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        default=lambda self: self._default_service_point_id(),
        domain="[('company_id', '=', company_id)]",
        help="Centre or point with everything below it; empty: the whole company.",
    )

    @api.model
    def _default_service_point_id(self):
        """A centre manager starts with the own unit."""
        if self._is_wide_reader():
            return False
        ids = self.env.user._get_aftersales_point_ids()
        return self.env["aftersales.service.point"].browse(sorted(ids)[:1])

    @api.model
    def _is_wide_reader(self):
        """Whether the user may ask for a whole company."""
        user = self.env.user
        return any(user.has_group(group) for group in self._WIDE_GROUPS)

    @api.model
    def _get_page_name(self):
        """Title of the page; extension point."""
        return self.env["ir.model"]._get(self._name).name

    @api.model
    def action_open(self, vals=None):
        """Open a page of one's own.

        :param vals: what to ask for; default: the own scope, today
        """
        page = self.create(vals or {})
        return {
            "type": "ir.actions.act_window",
            "name": self._get_page_name(),
            "res_model": self._name,
            "res_id": page.id,
            "view_mode": "form",
            "target": "current",
        }

    def _is_scope_allowed(self):
        """Whether the user may see the figures of this company and unit."""
        self.ensure_one()
        point = self.service_point_id
        if self.company_id not in self.env.companies:
            return False
        if point:
            return point.has_access("read") and point.company_id == self.company_id
        return self._is_wide_reader()

    def _check_scope(self):
        """Refuse to answer about a unit that is none of the user's business.

        :raise AccessError: naming the way out
        """
        if not self._is_scope_allowed():
            raise AccessError(self.env._("Choose a unit that you are responsible for."))

    def _get_units_below(self):
        """Units right below the chosen one; of a company, those below its roots."""
        if self.service_point_id:
            below = Domain("parent_id", "=", self.service_point_id._origin.id)
        else:
            below = Domain("tier", "!=", "hq") & (
                Domain("parent_id", "=", False) | Domain("parent_id.tier", "=", "hq")
            )
        return self.env["aftersales.service.point"].search(
            below & Domain("company_id", "=", self.company_id.id)
        )

    def _get_shared_cards(self, date_from, date_to):
        """Cards that a module shows on the management page of another one.

        Extension point.  A card is a dictionary: ``key`` (unique), ``name``,
        ``value`` (text of the figure), ``note`` (text below it), ``is_alert`` and
        ``open``, a function without arguments that returns the action of a
        click.  Only what the user may see; the scope was checked.

        :param date_from: first day of the period
        :param date_to: last day of the period
        :return: list of cards
        """
        self.ensure_one()
        return []
