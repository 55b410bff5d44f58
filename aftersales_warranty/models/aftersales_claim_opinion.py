from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW, lock_rows

from .aftersales_claim_queue import WAITING_STATES

#: Gate of an opinion, and the role that gives it.
GATES = {
    "centre": "aftersales_network.group_centre_manager",
    "technical": "aftersales_network.group_technical_reviewer",
}
#: What the company asks for, and the gates that follow from it.
CHECKED_BY = {
    "none": (),
    "centre": ("centre",),
    "technical": ("technical",),
    "both": ("centre", "technical"),
}
OPINIONS = [("agreed", "Agreed"), ("objected", "Objected")]
OPINION_FIELDS = frozenset(
    f"{gate}_opinion{part}" for gate in GATES for part in ("", "_user_id", "_note")
)
#: A point does not learn what its supervisors say among themselves.
INSIDE = "aftersales_network.group_user"


class AftersalesClaim(models.Model):
    """Opinions of the centre and the technical reviewer before the clerk decides.

    After the network-planning seed text a claim is checked by the centre, the
    technical lead and the settlement clerk; which of the first two is asked is a
    setting of the company.
    """

    _inherit = "aftersales.claim"

    centre_opinion = fields.Selection(
        OPINIONS, "Opinion of the Centre", readonly=True, copy=False, groups=INSIDE
    )
    centre_opinion_user_id = fields.Many2one(
        "res.users",
        "Checked at the Centre by",
        readonly=True,
        copy=False,
        groups=INSIDE,
    )
    centre_opinion_note = fields.Text(
        "Objection of the Centre", readonly=True, copy=False, groups=INSIDE
    )
    technical_opinion = fields.Selection(
        OPINIONS, readonly=True, copy=False, groups=INSIDE
    )
    technical_opinion_user_id = fields.Many2one(
        "res.users", "Technically Checked by", readonly=True, copy=False, groups=INSIDE
    )
    technical_opinion_note = fields.Text(
        "Technical Objection", readonly=True, copy=False, groups=INSIDE
    )
    missing_opinions = fields.Char(
        "Still to Be Checked by", compute="_compute_missing_opinions", groups=INSIDE
    )
    is_opinion_missing = fields.Boolean(
        "Waiting for a Check",
        compute="_compute_missing_opinions",
        search="_search_is_opinion_missing",
        groups=INSIDE,
    )
    is_my_check = fields.Boolean(
        "Waiting for My Check",
        compute="_compute_is_my_check",
        search="_search_is_my_check",
        groups=INSIDE,
    )

    _FLOW_FIELDS = OPINION_FIELDS

    # -- who is asked -----------------------------------------------------------

    def _get_missing_gates(self):
        """Gates whose opinion the claim waits for."""
        self.ensure_one()
        if self.state not in WAITING_STATES:
            return []
        claim_sudo = self.sudo()
        asked = CHECKED_BY[claim_sudo.company_id.aftersales_claim_checked_by]
        return [gate for gate in asked if not claim_sudo[f"{gate}_opinion"]]

    @api.depends(
        "state",
        "centre_opinion",
        "technical_opinion",
        "company_id.aftersales_claim_checked_by",
    )
    @api.depends_context("lang")
    def _compute_missing_opinions(self):
        names = {
            "centre": self.env._("manager of the centre"),
            "technical": self.env._("technical reviewer"),
        }
        for claim in self:
            gates = claim._get_missing_gates()
            claim.is_opinion_missing = bool(gates)
            claim.missing_opinions = ", ".join(names[gate] for gate in gates)

    @api.model
    def _get_missing_domain(self, gate):
        """Claims that wait for the opinion of a gate."""
        asking = [key for key, gates in CHECKED_BY.items() if gate in gates]
        return (
            Domain("state", "in", WAITING_STATES)
            & Domain("company_id.aftersales_claim_checked_by", "in", asking)
            & Domain(f"{gate}_opinion", "=", False)
        )

    def _search_is_opinion_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_missing_domain(gate) for gate in GATES)

    def _get_checkers(self):
        """Users who gave an opinion on the claims."""
        claims_sudo = self.sudo()
        return (
            claims_sudo.centre_opinion_user_id | claims_sudo.technical_opinion_user_id
        )

    def _get_my_gate(self):
        """Gate at which the user gives his opinion on the claim, or False.

        A manager speaks for the points below him; nobody speaks twice, and nobody
        about what he wrote.
        """
        self.ensure_one()
        user, claim_sudo = self.env.user, self.sudo()
        gates = [g for g in self._get_missing_gates() if user.has_group(GATES[g])]
        if not claim_sudo.service_point_id.in_user_scope:
            gates = [gate for gate in gates if gate != "centre"]
        if not gates or user in claim_sudo._get_authors() | self._get_checkers():
            return False
        return gates[0]

    @api.depends(
        "state",
        "centre_opinion",
        "technical_opinion",
        "company_id.aftersales_claim_checked_by",
    )
    @api.depends_context("uid")
    def _compute_is_my_check(self):
        for claim in self:
            claim.is_my_check = bool(claim._get_my_gate())

    def _search_is_my_check(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        scopes = {"centre": Domain("service_point_id.in_user_scope", "=", True)}
        asked = Domain.OR(
            self._get_missing_domain(gate) & scopes.get(gate, Domain.TRUE)
            for gate, group in GATES.items()
            if user.has_group(group)
        )
        people = ("create_uid", "submitted_by_id", "author_ids", "line_ids.create_uid")
        people += ("line_ids.author_id",)
        people += tuple(f"{gate}_opinion_user_id" for gate in GATES)
        mine = Domain.OR(Domain(name, "in", user.ids) for name in people)
        return asked & ~mine

    # -- giving an opinion ------------------------------------------------------

    def _check_opinion_role(self):
        """Refuse an opinion of anybody else than those who may be asked.

        :raise AccessError: naming the roles
        """
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in GATES.values()):
            raise AccessError(
                self.env._(
                    "Only the manager of the centre or a technical reviewer gives an "
                    "opinion on claims."
                )
            )

    def _check_my_gate(self):
        """Gate at which the user speaks.

        :raise UserError: naming the claim that waits for no opinion of his
        """
        gate = self._get_my_gate()
        if not gate:
            people = self.sudo()._get_authors() | self._get_checkers()
            self.env["aftersales.approval"]._check_other_person(self, people)
            raise UserError(
                self.env._("%(claim)s waits for no check of yours.", claim=self.name)
            )
        return gate

    def action_agree(self):
        """Agree to claims: as far as the user is asked they may be approved.

        :raise AccessError: another role
        :raise UserError: a claim of one's own, or that waits for no check of the user
        """
        self._check_opinion_role()
        self._give_opinion("agreed", self.env._("Agreed"))

    def action_ask_object(self):
        """Ask for the reason, then object to the claims."""
        self._check_opinion_role()
        for claim in self:
            claim._check_my_gate()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_object")

    def _object(self, reason):
        """Object to claims; the clerk sees why and decides.

        :param reason: text, required
        """
        self._check_opinion_role()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why you object to the claim."))
        body = self.env._("Objection: %(reason)s", reason=reason)
        self._give_opinion("objected", body, reason)

    def _give_opinion(self, opinion, body, note=False):
        """Record the opinion of the user, and let the rules go on."""
        lock_rows(self, self[:1].name)
        self.invalidate_recordset(["state", *OPINION_FIELDS])
        # Who gives an opinion has no right to write on claims but this step.
        claims_sudo = self.sudo().with_context(aftersales_claim_flow=FLOW)
        Approval = self.env["aftersales.approval"]
        decision = "approved" if opinion == "agreed" else "rejected"
        for claim_sudo in claims_sudo:
            gate = claim_sudo.with_env(self.env)._check_my_gate()
            claim_sudo.write(
                {
                    f"{gate}_opinion": opinion,
                    f"{gate}_opinion_user_id": self.env.uid,
                    f"{gate}_opinion_note": note,
                }
            )
            Approval._log(claim_sudo, gate, decision, note)
            claim_sudo.message_post(body=body)
        # A page of the clerk that does not show the opinion is outdated.
        claims_sudo._raise_revision()
        claims_sudo.filtered(lambda c: not c.auto_outcome)._apply_rules()

    # -- what waits for it ------------------------------------------------------

    def _is_objected(self):
        """Whether somebody who was asked objects."""
        self.ensure_one()
        claim_sudo = self.sudo()
        return any(claim_sudo[f"{gate}_opinion"] == "objected" for gate in GATES)

    def _check_opinions(self):
        """Refuse to approve claims before everybody who is asked has spoken.

        :raise UserError: naming the claim and who is missing
        """
        for claim_sudo in self.sudo():
            if claim_sudo.is_opinion_missing:
                raise UserError(
                    self.env._(
                        "%(claim)s cannot be approved yet, still to be checked by: "
                        "%(people)s.",
                        claim=claim_sudo.name,
                        people=claim_sudo.missing_opinions,
                    )
                )

    def _check_can_decide(self):
        """Whoever gave his opinion does not decide as well."""
        res = super()._check_can_decide()
        for claim in self:
            people = claim._get_checkers()
            self.env["aftersales.approval"]._check_other_person(claim, people)
        return res

    def action_approve(self):
        """Approve claims on which everybody who is asked has spoken."""
        self._check_clerk()
        self._check_opinions()
        return super().action_approve()

    def _conclude(self, note=False):
        """No way of approving passes the opinions."""
        kept = self.filtered(lambda claim: claim._get_outcome() != "rejected")
        kept._check_opinions()
        return super()._conclude(note)

    def _apply_rules(self):
        """The rules wait for the opinions; an objection is for a person."""
        held = self.filtered(lambda c: c._get_missing_gates() or c._is_objected())
        judged = held.filtered("auto_outcome")
        judged.with_context(aftersales_claim_flow=FLOW).write(
            {"auto_rule_id": False, "auto_outcome": False}
        )
        return super(AftersalesClaim, self - held)._apply_rules()

    def _is_approved_by_silence(self):
        """Silence of the clerk is no consent of those who are asked."""
        held = self._get_missing_gates() or self._is_objected()
        return not held and super()._is_approved_by_silence()

    def _change_state(self, state, **values):
        """What is handed in anew is checked anew."""
        if state == "submitted":
            values.update(dict.fromkeys(OPINION_FIELDS, False))
        return super()._change_state(state, **values)
