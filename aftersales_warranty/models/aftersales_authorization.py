from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

DECIDERS = (
    "aftersales_network.group_settlement_clerk",
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)


class AftersalesAuthorization(models.Model):
    """Consent to work before it is done: ceiling and validity."""

    _name = "aftersales.authorization"
    _description = "Warranty Authorisation"
    _inherit = [
        "aftersales.author.mixin",
        "aftersales.plain.export.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, index=True, check_company=True
    )
    order_id = fields.Many2one(
        "aftersales.service.order", index="btree_not_null", check_company=True
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        compute="_compute_registration_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    reason = fields.Text("Work and Reason", required=True)
    amount_requested = fields.Monetary("Requested", required=True, tracking=True)
    amount_approved = fields.Monetary("Approved up to", tracking=True, copy=False)
    date_from = fields.Date("Valid from", default=fields.Date.context_today)
    date_to = fields.Date("Valid until")
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_decision = fields.Date(readonly=True, copy=False)

    _amounts_positive = models.Constraint(
        "CHECK (amount_requested > 0 AND amount_approved >= 0)",
        "The requested amount must be positive.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "An authorisation cannot end before it starts.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "requested_by_id",
            "decided_by_id",
            "date_decision",
            "decision_note",
            "amount_used",
            "author_ids",
        )
    )
    #: What is asked for; who writes it does not decide about it.
    _ASKED_FIELDS = frozenset(
        (
            "reason",
            "amount_requested",
            "service_point_id",
            "order_id",
            "registration_id",
            "currency_id",
            "is_goodwill",
        )
    )

    @api.depends("order_id")
    def _compute_registration_id(self):
        for permit in self:
            permit.registration_id = (
                permit.order_id.registration_id or permit.registration_id
            )

    @api.model_create_multi
    def create(self, vals_list):
        guarded, cleaned = self._FLOW_FIELDS | {"amount_approved"}, self
        if not self.env.su:
            cleaned = without_guarded_defaults(self, guarded)
            vals_list = [
                {name: value for name, value in vals.items() if name not in guarded}
                for vals in vals_list
            ]
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super(AftersalesAuthorization, cleaned).create(vals_list)

    def write(self, vals):
        if self.env.context.get("aftersales_claim_flow") is not FLOW:
            changed = {n for n in vals if not n.startswith(("message_", "activity_"))}
            if changed & self._FLOW_FIELDS:
                raise UserError(
                    self.env._("The state of an authorisation changes by its buttons.")
                )
            if "amount_approved" in changed:
                self._check_can_decide()
            elif changed and any(p.state in ("approved", "rejected") for p in self):
                raise UserError(self.env._("A decided authorisation cannot change."))
            if changed & self._ASKED_FIELDS:
                self._note_author()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(permit.state not in ("draft", "requested") for permit in self):
            raise UserError(self.env._("A decided authorisation cannot be deleted."))

    def _step(self, state, allowed, **values):
        """Move to a state from one of the allowed ones."""
        for permit in self:
            if permit.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(name)s is not at this step any more.", name=permit.name
                    )
                )
        self.with_context(aftersales_claim_flow=FLOW).write({"state": state, **values})

    def action_request(self):
        """Ask for the consent."""
        self._step("requested", ("draft",), requested_by_id=self.env.uid)

    def _check_can_decide(self):
        """Refuse a decision by another role or by the author.

        :raise AccessError: another role
        :raise UserError: own request
        """
        if not any(self.env.user.has_group(group) for group in DECIDERS):
            raise AccessError(
                self.env._(
                    "A clerk, a technical reviewer or the head decides authorisations."
                )
            )
        for permit in self:
            if permit.state != "requested":
                raise UserError(
                    self.env._(
                        "%(name)s is not waiting for a decision.", name=permit.name
                    )
                )
            if self.env.user in permit._get_authors() | permit.requested_by_id:
                raise UserError(
                    self.env._(
                        "You wrote %(name)s. Somebody else must decide it.",
                        name=permit.name,
                    )
                )

    def action_approve(self):
        """Consent up to the approved amount, by default what was asked for."""
        self._check_can_decide()
        for permit in self:
            permit._step(
                "approved",
                ("requested",),
                amount_approved=permit.amount_approved or permit.amount_requested,
                date_to=permit.date_to or permit._get_last_day(),
                **self._get_decision_vals(),
            )

    def _get_last_day(self):
        """Last day on which the work may begin, as the company sets it."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        days = self.company_id.sudo().aftersales_authorization_days
        return fields.Date.add(max(today, self.date_from or today), days=days)

    def action_reject(self):
        """Ask for the reason, then refuse the consent."""
        self._check_can_decide()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject")

    def _get_decision_vals(self):
        return {
            "decided_by_id": self.env.uid,
            "date_decision": self.env.company._get_aftersales_today(),
        }
