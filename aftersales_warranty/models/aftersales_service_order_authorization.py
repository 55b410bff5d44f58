from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import claim_authorization as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_claim_measure import get_path_ids

#: Requests that were not turned down or taken back, the best first.
LIVE_STATES = ("approved", "requested", "draft")
#: Characters of a reason typed on the portal.
REASON_LIMIT = 2000


class AftersalesServiceOrder(models.Model):
    """Whether the work needs an authorisation, known before it begins."""

    _inherit = "aftersales.service.order"

    authorization_ids = fields.One2many(
        "aftersales.authorization", "order_id", "Authorisations"
    )
    authorization_rule_id = fields.Many2one(
        "aftersales.authorization.rule",
        "Authorisation Rule",
        compute="_compute_authorization",
        compute_sudo=True,
        help="First rule that asks for an authorisation before the work.",
    )
    authorization_state = fields.Selection(
        [
            ("none", "Not Needed"),
            ("needed", "To Be Asked for"),
            ("requested", "Asked for"),
            ("approved", "Approved"),
        ],
        "Authorisation",
        compute="_compute_authorization",
        compute_sudo=True,
    )

    @api.depends(
        "amount_warranty",
        "line_ids.product_id",
        "line_ids.kind",
        "authorization_ids.state",
        "authorization_ids.is_goodwill",
    )
    def _compute_authorization(self):
        rules = self._find_authorization_rules()
        for order in self:
            order.authorization_rule_id = rules.get(order)
            permit = order._get_permit()
            state = "needed" if order in rules else "none"
            if permit:
                state = "approved" if permit.state == "approved" else "requested"
            order.authorization_state = state

    def _find_authorization_rules(self):
        """Rule that the work of each order needs an authorisation by; one query.

        :return: ``{order: rule}``
        """
        open_orders = self.filtered(
            lambda o: o.company_id and o.state != "cancelled" and not o.is_rework
        )
        if not open_orders:
            return {}
        return self.env["aftersales.authorization.rule"]._find_required(
            {order: order._to_authorization_work() for order in open_orders},
            {
                order: order.currency_id or order.company_id.currency_id
                for order in open_orders
            },
        )

    def _to_authorization_work(self):
        """The planned work as the rules see it."""
        self.ensure_one()
        currency = self.currency_id or self.company_id.currency_id
        goodwill = self.authorization_ids.filtered(
            lambda p: p.is_goodwill and p.state in LIVE_STATES
        )
        borne = self.line_ids.filtered(lambda x: goodwill or x.amount_warranty)
        return kernel.Work(
            amount=to_minor(
                sum(borne.mapped("amount")) if goodwill else self.amount_warranty,
                currency.decimal_places,
            ),
            parts=tuple(
                (line.product_id.id, get_path_ids(line.product_id.categ_id))
                for line in borne
                if line.kind == "part"
            ),
            out_of_cover=bool(goodwill),
        )

    def _get_permit(self):
        """Authorisation of the order: approved before asked for; may be empty."""
        self.ensure_one()
        live = self.authorization_ids.filtered(lambda p: p.state in LIVE_STATES)
        return live.sorted(lambda p: (LIVE_STATES.index(p.state), -p.id))[:1]

    def action_ask_authorization(self):
        """Open a new request for the work of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Authorisation"),
            "res_model": "aftersales.authorization",
            "view_mode": "form",
            "context": {
                f"default_{name}": value
                for name, value in self._prepare_permit_vals().items()
            },
        }

    def action_view_authorizations(self):
        """Open the authorisations of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Authorisations of %(order)s", order=self.name),
            "res_model": "aftersales.authorization",
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
            "context": {"create": False},
        }

    def _prepare_permit_vals(self):
        """Values of a request for the work of the order."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "service_point_id": self.service_point_id.id,
            "order_id": self.id,
            "rule_id": self.authorization_rule_id.id,
            "amount_requested": self.amount_warranty or self.amount_total,
            # Without any planned work nobody knows yet who bears it.
            "is_goodwill": bool(self.amount_total and not self.amount_warranty),
            "reason": self.complaint,
        }

    @api.depends("authorization_ids.state", "authorization_ids.is_goodwill")
    def _compute_can_claim(self):
        return super()._compute_can_claim()

    # -- goodwill ----------------------------------------------------------------

    def _get_goodwill_permit(self):
        """Consent to bear work that the policy does not bear; may be empty."""
        self.ensure_one()
        # Whoever reads the order need not read its authorisations.
        return self.sudo().authorization_ids.filtered(
            lambda p: p.is_goodwill and p.state == "approved"
        )[:1]

    def _has_claimable_work(self):
        """Work outside cover is claimed where somebody consented to it."""
        claimable = super()._has_claimable_work()
        return claimable or bool(self.amount_total and self._get_goodwill_permit())

    def _get_claimable_lines(self):
        if not self._get_goodwill_permit():
            return super()._get_claimable_lines()
        return self.line_ids.filtered("amount")

    def _prepare_claim_vals(self):
        """The claim copies the authorisation of its order."""
        vals = super()._prepare_claim_vals()
        permit = self.sudo()._get_permit()
        if permit.state == "approved":
            vals["authorization_id"] = permit.id
        if self._get_goodwill_permit():
            vals["claim_type"] = "goodwill"
            self._fit_goodwill(vals)
        parts = [line[2] for line in vals["line_ids"] if line[2].get("kind") == "part"]
        if parts:
            # A proposal, which the point changes.
            max(parts, key=lambda part: part["amount_claimed"])["is_causal"] = True
        return vals

    def _fit_goodwill(self, vals):
        """Claim the whole of the lines, as far as the consent reaches."""
        permit = self._get_goodwill_permit()
        digits = self.currency_id.decimal_places
        amounts = [
            to_minor(line.amount, digits) for line in self._get_claimable_lines()
        ]
        fitted = kernel.fit(amounts, to_minor(permit.amount_left, digits))
        for command, amount in zip(vals["line_ids"], fitted, strict=True):
            command[2]["amount_claimed"] = float(from_minor(amount, digits))

    @api.depends("authorization_ids.state", "authorization_ids.amount_approved")
    def _compute_amount_payable(self):
        return super()._compute_amount_payable()

    def _get_customer_amount(self):
        """What goodwill bears is not asked from the customer."""
        amount = super()._get_customer_amount()
        permit = self._get_goodwill_permit()
        if not permit:
            return amount
        return max(0.0, self.currency_id.round(amount - permit.amount_approved))

    # -- portal ------------------------------------------------------------------

    def _portal_ask_authorization(self, post):
        """Ask for an authorisation from the page of the order.

        The controller checked that the order is the user's own; the amount of a
        user who must not see amounts is what the order is worth.

        :raise UserError: another request is open, or no reason or amount
        """
        self.ensure_one()
        if self._get_permit():
            raise UserError(
                self.env._(
                    "%(order)s has authorisation %(permit)s already.",
                    order=self.name,
                    permit=self._get_permit().name,
                )
            )
        reason = (post.get("reason") or "").strip()[:REASON_LIMIT]
        if not reason:
            raise UserError(
                self.env._("Write down what is to be done, and why it is needed.")
            )
        vals = self._prepare_permit_vals()
        vals.update(reason=reason, is_goodwill=bool(post.get("is_goodwill")))
        if self.env.user._sees_claim_amounts() and post.get("amount"):
            vals["amount_requested"] = self._portal_number(
                post["amount"], self.env._("Amount")
            )
        if not vals["amount_requested"]:
            raise UserError(
                self.env._("Add the planned work to the order, or name an amount.")
            )
        permit = self.env["aftersales.authorization"].create(vals)
        permit.action_request()
