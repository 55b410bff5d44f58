from odoo import api, models
from odoo.tools import ormcache

#: Shown instead of an amount that the reader must not see.
VEILED = "•••"


class ResUsers(models.Model):
    """Who may see what a claim is worth."""

    _inherit = "res.users"

    def _sees_claim_amounts(self):
        """Whether amounts of claims and authorisations are shown to the user.

        Everybody of the company sees them.  On the portal, where the company hides
        them from technicians, somebody sees them who manages each point he works
        for; who manages one point and repairs for another sees none.
        """
        self.ensure_one()
        user_sudo = self.sudo()
        if not user_sudo.share or not any(
            user_sudo.company_ids.mapped("aftersales_claim_amounts_hidden")
        ):
            return True
        points_sudo = self.env["aftersales.service.point"].sudo()
        points_sudo = points_sudo.browse(self._get_aftersales_point_ids()).filtered(
            "company_id.aftersales_claim_amounts_hidden"
        )
        return points_sudo <= user_sudo._get_managed_points(points_sudo)

    def _get_managed_points(self, points):
        """Those of the points that the user manages today."""
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        posts = points.staff_ids.filtered(
            lambda staff: (
                staff.user_id == self
                and staff.is_manager
                and staff.date_from <= today
                and (not staff.date_to or staff.date_to >= today)
            )
        )
        return posts.service_point_id | points.filtered(
            lambda point: point.manager_id == self
        )


class AftersalesHiddenAmountMixin(models.AbstractModel):
    """Keeps the fields in ``_HIDDEN_AMOUNTS`` from users who must not see amounts.

    The ORM asks it for every read, search, group and export, so that no page and no
    call by RPC shows them.
    """

    _name = "aftersales.hidden.amount.mixin"
    _description = "Hidden Amounts"

    _HIDDEN_AMOUNTS = frozenset()

    @api.model
    @ormcache()
    def _get_hidden_amounts(self):
        """Hidden fields that the model and each extension of it name."""
        named = (vars(base).get("_HIDDEN_AMOUNTS", ()) for base in type(self).mro())
        return frozenset().union(*named)

    @api.model
    def _has_field_access(self, field, operation):
        """Refuse amounts to users who must not see them."""
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or field.name not in self._get_hidden_amounts():
            return True
        return self.env.user._sees_claim_amounts()


class AftersalesClaim(models.Model):
    _name = "aftersales.claim"
    _inherit = ["aftersales.claim", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(
        (
            "amount_stated",
            "amount_claimed",
            "amount_allowed",
            "amount_approved",
            "amount_authorised",
        )
    )


class AftersalesClaimLine(models.Model):
    _name = "aftersales.claim.line"
    _inherit = ["aftersales.claim.line", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(
        (
            "amount_reference",
            "amount_claimed",
            "amount_allowed",
            "amount_approved",
            "amount_limit",
            "amount_excess",
            "unit_price",
            "markup_percent",
        )
    )


class AftersalesClaimCheck(models.Model):
    """Figures of a check hold amounts; its sentence shows them veiled."""

    _name = "aftersales.claim.check"
    _inherit = ["aftersales.claim.check", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(("figures",))

    @api.depends_context("uid")
    def _compute_message(self):
        return super()._compute_message()

    def _format_figures(self):
        """Veil money in the sentences for users who must not see it."""
        if self.env.user._sees_claim_amounts():
            return super()._format_figures()
        check_sudo = self.sudo()
        texts = super(AftersalesClaimCheck, check_sudo)._format_figures()
        figures = (check_sudo.figures or {}).items()
        money = {key for key, value in figures if isinstance(value, dict)}
        return {key: VEILED if key in money else text for key, text in texts.items()}


class AftersalesAuthorization(models.Model):
    _name = "aftersales.authorization"
    _inherit = ["aftersales.authorization", "aftersales.hidden.amount.mixin"]

    _HIDDEN_AMOUNTS = frozenset(
        ("amount_requested", "amount_approved", "amount_used", "amount_left")
    )
