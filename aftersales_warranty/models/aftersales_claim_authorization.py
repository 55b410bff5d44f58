from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import claim_authorization as kernel
from ..tools.settlement import to_minor
from .aftersales_claim_measure import get_path_ids


class AftersalesClaim(models.Model):
    """A claim keeps to the authorisation that it copies."""

    _inherit = "aftersales.claim"

    amount_authorised = fields.Monetary(
        readonly=True,
        copy=False,
        help="Amount of the authorisation when the claim was handed in.",
    )

    def _is_authorised(self):
        """Whether somebody consented to the claim; its amount is checked apart."""
        self.ensure_one()
        return self.authorization_id.state == "approved"

    def _check_content(self):
        res = super()._check_content()
        required = self._find_required_rules()
        for claim in self:
            if claim.authorization_id:
                claim._check_authorization_valid()
                claim._check_authorization_amount()
            elif claim in required:
                claim._raise_unauthorised(required[claim].name)
            elif claim.claim_type == "pre_authorised":
                claim._raise_unauthorised(self.env._("authorised in advance"))
            claim.with_context(
                aftersales_claim_flow=FLOW
            ).amount_authorised = claim.authorization_id.amount_approved
        return res

    def _find_required_rules(self):
        """Rule that each claim needs an authorisation by; one query.

        :return: ``{claim: rule}``
        """
        return self.env["aftersales.authorization.rule"]._find_required(
            {claim: claim._to_authorization_work() for claim in self},
            {claim: claim.currency_id for claim in self},
        )

    def _to_authorization_work(self):
        """The claim as the rules of authorisations see it."""
        self.ensure_one()
        return kernel.Work(
            amount=to_minor(self.amount_claimed, self.currency_id.decimal_places),
            parts=tuple(
                (line.product_id.id, get_path_ids(line.product_id.categ_id))
                for line in self.line_ids
                if line.kind == "part"
            ),
            out_of_cover=self._is_out_of_cover(),
        )

    def _is_out_of_cover(self):
        """Whether the policy does not bear a line of the claim."""
        self.ensure_one()
        if self.claim_type == "campaign":
            # The campaign bears its work whatever the policy says.
            return False
        unit, failure = self.registration_id, self.date_failure
        ended = unit.policy_version_id and failure and unit.date_cover_end
        ended = ended and failure > unit.date_cover_end
        return self.claim_type == "goodwill" or any(
            not line.cover_share if line.order_line_id else ended
            for line in self.line_ids
        )

    def _raise_unauthorised(self, rule):
        """Refuse a claim whose work nobody consented to.

        :param rule: why it needs the consent
        """
        raise UserError(
            self.env._(
                "%(claim)s needs an authorisation (%(rule)s). Ask for one on the "
                "order; the claim cannot be handed in without it.",
                claim=self.name,
                rule=rule,
            )
        )

    def _check_authorization_valid(self):
        """Refuse an authorisation of other work, other days or another state.

        :raise UserError: naming claim and authorisation
        """
        self.ensure_one()
        permit = self.authorization_id
        if permit.state != "approved":
            labels = dict(permit._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(claim)s: authorisation %(permit)s is “%(state)s”. Only an "
                    "approved one counts.",
                    claim=self.name,
                    permit=permit.name,
                    state=labels[permit.state],
                )
            )
        if not self._is_authorization_of_claim():
            raise UserError(
                self.env._(
                    "%(claim)s: authorisation %(permit)s was given for another point, "
                    "order, unit or currency.",
                    claim=self.name,
                    permit=permit.name,
                )
            )
        self._check_authorization_days()

    def _is_authorization_of_claim(self):
        """Whether the authorisation is about this very work."""
        permit = self.authorization_id
        return (
            permit.service_point_id == self.service_point_id
            and permit.currency_id == self.currency_id
            and (not permit.order_id or permit.order_id == self.order_id)
            and (
                not permit.registration_id
                or permit.registration_id == self.registration_id
            )
        )

    def _check_authorization_days(self):
        """Consent comes before the work: it begins inside the validity.

        :raise UserError: naming the days
        """
        permit = self.authorization_id
        begun = self.date_start or self.date_failure
        if permit.date_to and begun and begun > permit.date_to:
            raise UserError(
                self.env._(
                    "%(claim)s: the work began on %(begun)s, authorisation %(permit)s "
                    "was valid until %(until)s.",
                    claim=self.name,
                    begun=format_date(self.env, begun),
                    permit=permit.name,
                    until=format_date(self.env, permit.date_to),
                )
            )
        if permit.date_from and self.date_end and self.date_end < permit.date_from:
            raise UserError(
                self.env._(
                    "%(claim)s: the work ended on %(ended)s, before authorisation "
                    "%(permit)s was valid (%(since)s). An authorisation comes before "
                    "the work.",
                    claim=self.name,
                    ended=format_date(self.env, self.date_end),
                    permit=permit.name,
                    since=format_date(self.env, permit.date_from),
                )
            )

    def _check_authorization_amount(self):
        """All claims on an authorisation together stay within its amount.

        :raise UserError: naming what is left
        """
        self.ensure_one()
        permit, compare = self.authorization_id, self.currency_id.compare_amounts
        if compare(self.amount_claimed, permit.amount_left) <= 0:
            return
        if not self.env.user._sees_claim_amounts():
            raise UserError(
                self.env._(
                    "%(claim)s claims more than authorisation %(permit)s leaves. Ask "
                    "the manager of your point.",
                    claim=self.name,
                    permit=permit.name,
                )
            )
        money = self.currency_id.format
        raise UserError(
            self.env._(
                "%(claim)s claims %(claimed)s; authorisation %(permit)s leaves "
                "%(left)s of %(approved)s. Lower the claim or ask for another "
                "authorisation.",
                claim=self.name,
                claimed=money(self.amount_claimed),
                permit=permit.name,
                left=money(permit.amount_left),
                approved=money(permit.amount_approved),
            )
        )

    def _change_state(self, state, **values):
        """Count anew what the claims use of their authorisations."""
        res = super()._change_state(state, **values)
        self.sudo().authorization_id._refresh_used()
        return res
