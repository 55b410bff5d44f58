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
#: Stands in where a centre has nobody to speak for it.
HEAD_GROUP = "aftersales_network.group_head"
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
        """Gates whose opinion the claim waits for, also while it is appealed."""
        self.ensure_one()
        claim_sudo = self.sudo()
        asked = CHECKED_BY[claim_sudo.company_id.aftersales_claim_checked_by]
        waits = self.state in WAITING_STATES
        if not asked or not (waits or claim_sudo._is_appeal_open()):
            return []
        return [gate for gate in asked if not claim_sudo[f"{gate}_opinion"]]

    def _is_appeal_open(self):
        """Whether an appeal on the claim waits for its decision."""
        return "submitted" in self.appeal_ids.mapped("state")

    @api.depends(
        "state",
        "centre_opinion",
        "technical_opinion",
        "appeal_ids.state",
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
        appeals_sudo = self.env["aftersales.claim.appeal"].sudo()
        appealed = appeals_sudo._search(Domain("state", "=", "submitted"))
        waiting = Domain("state", "in", WAITING_STATES)
        return (
            (waiting | Domain("id", "in", appealed.subselect("claim_id")))
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

    def _get_involved(self):
        """Users who took part in the claims already: they give no opinion on them.

        Whoever wrote, decides or decided, or gave an opinion before.
        """
        claims_sudo = self.sudo()
        appeals_sudo = claims_sudo.appeal_ids
        deciders = claims_sudo.clerk_id | claims_sudo.decided_by_id
        deciders |= claims_sudo.line_ids.decided_by_id | appeals_sudo.decided_by_id
        authors = claims_sudo._get_authors() | appeals_sudo._get_authors()
        authors |= appeals_sudo.submitted_by_id
        return authors | deciders | self._get_checkers()

    @api.model
    def _get_involved_domain(self):
        """Claims in which the user took part already."""
        ids = self.env.user.ids
        people = ("create_uid", "submitted_by_id", "author_ids")
        decided = ("decided_by_id",)
        lines = ("line_ids.create_uid", "line_ids.author_id", "line_ids.decided_by_id")
        own = (*people, *decided, *lines, "clerk_id")
        own += tuple(f"{gate}_opinion_user_id" for gate in GATES)
        appealed = (
            self.env["aftersales.claim.appeal"]
            .sudo()
            ._search(Domain.OR(Domain(x, "in", ids) for x in (*people, *decided)))
        )
        return Domain.OR(Domain(name, "in", ids) for name in own) | Domain(
            "id", "in", appealed.subselect("claim_id")
        )

    def _get_speakers(self):
        """Managers of the units above the point, who speak for the centre."""
        self.ensure_one()
        point_sudo = self.sudo().service_point_id
        above = (point_sudo.parent_path or "").split("/")[:-2]
        units_sudo = point_sudo.browse(map(int, above)).filtered("active")
        return units_sudo.manager_id.filtered(
            lambda user: (
                user.active
                and user.has_group(GATES["centre"])
                and self.company_id in user.company_ids
            )
        )

    def _is_centre_silent(self):
        """Whether nobody is left to speak for the centre: the head stands in."""
        return not self._get_speakers() - self._get_involved()

    def _can_speak(self, gate):
        """Whether the user may be asked at a gate, whatever he did on the claim."""
        user = self.env.user
        if gate != "centre":
            return user.has_group(GATES[gate])
        if user in self._get_speakers():
            return True
        return user.has_group(HEAD_GROUP) and self._is_centre_silent()

    def _get_my_gate(self):
        """Gate at which the user gives his opinion on the claim, or False.

        A manager speaks for the points below him, not for the one he works at;
        nobody speaks twice, and nobody about what he wrote or decides.
        """
        self.ensure_one()
        gates = self._get_missing_gates()
        if not gates or self.env.user in self._get_involved():
            return False
        return next((gate for gate in gates if self._can_speak(gate)), False)

    @api.depends(
        "state",
        "centre_opinion",
        "technical_opinion",
        "clerk_id",
        "line_ids.decided_by_id",
        "appeal_ids.state",
        "company_id.aftersales_claim_checked_by",
    )
    @api.depends_context("uid")
    def _compute_is_my_check(self):
        for claim in self:
            claim.is_my_check = bool(claim._get_my_gate())

    @api.model
    def _get_centre_domain(self):
        """Claims on which the user speaks for the centre, as manager or head."""
        user, asked = self.env.user, Domain.FALSE
        if user.has_group(GATES["centre"]):
            # The tree is the same for everybody, whatever points he may open.
            Point_sudo = self.env["aftersales.service.point"].sudo()
            units_sudo = Point_sudo.search([("manager_id", "=", user.id)])
            Point_sudo = Point_sudo.with_context(active_test=False)
            next_sudo = Point_sudo.search([("parent_id", "in", units_sudo.ids)])
            below = Point_sudo._search([("id", "child_of", next_sudo.ids)])
            asked |= Domain("service_point_id", "in", below)
        if user.has_group(HEAD_GROUP):
            waiting = self.search(self._get_missing_domain("centre"))
            silent = waiting.filtered(lambda claim: claim._is_centre_silent())
            asked |= Domain("id", "in", silent.ids)
        return asked

    def _search_is_my_check(self, operator, value):
        if operator != "in":
            return NotImplemented
        asked = self._get_missing_domain("centre") & self._get_centre_domain()
        if self.env.user.has_group(GATES["technical"]):
            asked |= self._get_missing_domain("technical")
        return asked & ~self._get_involved_domain()

    # -- giving an opinion ------------------------------------------------------

    def _check_opinion_role(self):
        """Refuse an opinion of anybody else than those who may be asked.

        :raise AccessError: naming the roles
        """
        self.check_access("read")
        user = self.env.user
        asked = any(user.has_group(group) for group in GATES.values())
        # The head of service may stand in for the centre.
        if not asked and not any(claim._get_my_gate() for claim in self):
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
            people = self._get_involved()
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
        claims_sudo.filtered(lambda c: c._is_left_to_rules())._apply_rules()

    def _is_left_to_rules(self):
        """Whether no rule and no clerk has begun to decide."""
        self.ensure_one()
        begun = (
            self.auto_outcome
            or self.clerk_id
            or any(self.line_ids.mapped("is_decided"))
        )
        return self.state == "submitted" and not begun

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
