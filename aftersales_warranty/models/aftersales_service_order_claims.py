from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW

CLERK_GROUP = "aftersales_network.group_settlement_clerk"


class AftersalesServiceOrder(models.Model):
    """Claims of many orders in one go, and at the close of an order."""

    _inherit = "aftersales.service.order"

    def action_claim_many(self):
        """Open the window that makes the claims of the chosen orders."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Create Claims"),
            "res_model": "aftersales.claim.bulk",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": [fields.Command.set(self.ids)]},
        }

    def action_close(self):
        """Close orders; their claims are made as the company sets it."""
        res = super().action_close()
        # The order is closed whatever becomes of its claim.
        self.sudo()._claim_at_close()
        return res

    def _claim_at_close(self):
        """Make the claims of orders that were just closed.

        What cannot be claimed becomes an activity for a settlement clerk; an order
        without anything to claim is left alone.
        """
        for company, orders in self.grouped("company_id").items():
            mode = company.aftersales_claim_auto
            if mode == "none":
                continue
            due = orders.filtered(lambda order: order._is_claim_due())
            for order, claim, text in due._make_claims(submit=mode == "submit"):
                if text:
                    order._ask_for_claim(claim, text)

    def _is_claim_due(self):
        """Whether a claim is to be expected of a closed order."""
        self.ensure_one()
        return bool(
            self.service_point_id
            and not self.is_rework
            and self._has_claimable_work()
            and all(claim.state == "cancelled" for claim in self.claim_ids)
        )

    def _ask_for_claim(self, claim, text):
        """Give a claim that was not made or handed in to a person.

        :param claim: the draft, where one was made
        :param text: why it was not handed in
        """
        self.ensure_one()
        people = self.company_id._get_aftersales_people(CLERK_GROUP)
        clerk = people.filtered(lambda user: user != self.env.user)[:1] or people[:1]
        (claim or self).activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Claim of %(order)s", order=self.name),
            note=text,
            user_id=clerk.id or self.env.uid,
        )

    def _make_claims(self, submit=False, lower=True):
        """Make the claims of orders; one that fails never keeps back the others.

        :param submit: whether they are handed in as well
        :param lower: whether lines above the rates are lowered to them
        :return: ``[(order, claim, text)]``; the text tells why there is no claim, or
            why it stayed a draft
        """
        refused, ready = {}, self.browse()
        for order in self:
            try:
                order._check_can_claim()
                ready |= order
            except UserError as error:
                refused[order] = str(error)
        made, failed = ready._create_claims_apart(lower)
        refused.update(failed)
        if submit:
            refused.update(self._submit_apart(made))
        none = self.env["aftersales.claim"]
        return [
            (order, made.get(order, none), refused.get(order, "")) for order in self
        ]

    def _create_claims_apart(self, lower):
        """Create the claims at once, or one by one where one of them is refused.

        :return: ``{order: claim}`` and ``{order: why not}``
        """
        if not self:
            return {}, {}
        try:
            with self.env.cr.savepoint():
                return self._create_claims(lower), {}
        except (UserError, AccessError, IntegrityError) as error:
            if len(self) == 1:
                return {}, {self: self._explain_failure(error)}
        made, failed = {}, {}
        for order in self:
            one, why = order._create_claims_apart(lower)
            made.update(one)
            failed.update(why)
        return made, failed

    def _create_claims(self, lower):
        """Create the claims of orders that may have one: ``{order: claim}``."""
        claims = (
            self.env["aftersales.claim"]
            .with_context(aftersales_claim_flow=FLOW)
            .create([order._prepare_claim_vals() for order in self])
            .with_env(self.env)
        )
        if lower:
            for claim in claims:
                claim._lower_to_rates()
        return dict(zip(self, claims, strict=True))

    def _submit_apart(self, made):
        """Hand claims in one by one.

        :param made: ``{order: claim}``
        :return: ``{order: why it stayed a draft}``
        """
        failed = {}
        for order, claim in made.items():
            try:
                with self.env.cr.savepoint():
                    claim.action_submit()
            except (UserError, AccessError, IntegrityError) as error:
                failed[order] = self._explain_failure(error)
        return failed

    def _explain_failure(self, error):
        """Why a claim could not be made, in words."""
        if isinstance(error, IntegrityError):
            return self.env._(
                "The same order, or the same part of the unit and day, is claimed "
                "already."
            )
        return str(error)
