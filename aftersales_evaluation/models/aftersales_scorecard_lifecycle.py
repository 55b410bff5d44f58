from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import (
    HEAD_GROUP,
    without_guarded_defaults,
)

#: state → states that may follow
TRANSITIONS = {
    "draft": ("submitted", "cancelled"),
    "submitted": ("draft", "approved", "cancelled"),
    "approved": ("cancelled",),
    "cancelled": ("draft",),
}
#: state → gate of the approval line that its step leaves
GATES = {"submitted": "submit", "approved": "head"}


class AftersalesScorecard(models.Model):
    _inherit = "aftersales.scorecard"

    #: What the auditor enters; frozen from submission on.
    _INPUT_FIELDS = frozenset(
        (
            "set_id",
            "subject_type",
            "assessment",
            "service_point_id",
            "staff_id",
            "company_id",
            "date_from",
            "date_to",
            "auditor_id",
            "line_ids",
            "special_deduction_count",
            "has_bonus",
            "bonus_reason",
            "note",
        )
    )
    #: What the arithmetic or the lifecycle sets; nobody types it.
    _TOTAL_FIELDS = frozenset(
        (
            "points_applicable",
            "points_lost",
            "points_actual",
            "pending_count",
            "is_rated",
            "score_base",
            "score",
            "level_id",
            "submitter_id",
            "approver_id",
            "date_approved",
            "judged_by_ids",
            "name",
            "period",
            "scale_id",
        )
    )
    #: Whom it is about and who judged: what the rules of access look at.
    _SUBJECT_FIELDS = frozenset(
        ("assessment", "company_id", "service_point_id", "staff_id", "subject_type")
    )
    #: Points on the scorecard itself that are a judgement like a finding.
    _JUDGEMENT_FIELDS = frozenset(("has_bonus", "bonus_reason"))

    judged_by_ids = fields.Many2many(
        "res.users",
        readonly=True,
        copy=False,
        help="Everybody who entered or changed a finding; none of them approves.",
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[("res_model", "=", "aftersales.scorecard")],
        string="Approvals",
    )

    @api.depends(
        "state", "auditor_id", "submitter_id", "judged_by_ids", "line_ids.kind"
    )
    @api.depends_context("uid")
    def _compute_can_approve(self):
        is_head = self.env.user.has_group(HEAD_GROUP)
        for card in self:
            card.can_approve = (
                is_head
                and card.state == "submitted"
                and self.env.user not in card._get_judges()
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_typed_totals(vals)
            if vals.get("subject_type") in ("person", "company"):
                vals.pop("service_point_id", None)  # follows from the subject
            if vals.get("state", "draft") != "draft":
                raise UserError(self.env._("A scorecard begins as a draft."))
        cleaned = without_guarded_defaults(self, self._TOTAL_FIELDS | {"state"})
        cards = super(AftersalesScorecard, cleaned).create(vals_list)
        cards.filtered("has_bonus")._add_judge()
        return cards

    def write(self, vals):
        self._check_no_typed_totals(vals)
        if self._INPUT_FIELDS & set(vals):
            self._check_draft()
        if "state" in vals:
            self._check_transition(vals["state"])
            vals = {**vals, **self._prepare_approval_vals(vals["state"])}
        result = super().write(vals)
        if self._SUBJECT_FIELDS & set(vals):
            # Nobody turns his self-assessment into an audit, or hands it to a unit
            # out of his reach: the rules must still hold afterwards.
            self.check_access("write")
        if "state" in vals:
            # The unique indexes look at the state: it must reach the database
            # before another scorecard takes the place of a cancelled one.  A level
            # that is still to be computed must not meet later bands either.
            self.flush_recordset()
            self._log_step(vals["state"])
        if self._JUDGEMENT_FIELDS & set(vals):
            self._add_judge()
        if vals.get("state") == "draft":
            self.env.add_to_compute(self._fields["level_id"], self)
        if {"set_id", "service_point_id", "date_from", "date_to"} & set(vals):
            self._reload_lines()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        decided = self.filtered(lambda c: c.state in ("submitted", "approved"))[:1]
        if decided:
            raise UserError(
                self.env._(
                    "Scorecard %(card)s was submitted and cannot be deleted. Cancel "
                    "it instead.",
                    card=decided.name,
                )
            )

    def _check_no_typed_totals(self, vals):
        """Refuse values for what the arithmetic computes."""
        if self._TOTAL_FIELDS & set(vals):
            raise UserError(
                self.env._(
                    "Score, sums, level and approver of a scorecard are set by the "
                    "system and cannot be entered."
                )
            )

    def _check_draft(self):
        """Refuse a change of findings that were submitted.

        :raise UserError: naming the scorecard and the way out
        """
        frozen = self.filtered(lambda card: card.state != "draft")[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "Scorecard %(card)s is frozen since it was submitted. Send it back "
                    "to draft first; an approved one can only be cancelled.",
                    card=frozen.name,
                )
            )

    def _check_transition(self, state):
        """Refuse a step that the lifecycle or the user's role does not allow."""
        for card in self:
            if state not in TRANSITIONS[card.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Scorecard %(card)s cannot go from “%(old)s” to “%(new)s”.",
                        card=card.name,
                        old=labels[card.state],
                        new=labels.get(state, state),
                    )
                )
        if state == "submitted":
            self._check_complete()
        if state == "approved" or "approved" in self.mapped("state"):
            self._check_head()
        if state == "approved":
            self._check_four_eyes()

    def _prepare_approval_vals(self, state):
        """Who took the step into a state, and when."""
        if state == "submitted":
            return {"submitter_id": self.env.uid}
        if state == "approved":
            return {"approver_id": self.env.uid, "date_approved": fields.Datetime.now()}
        if state == "draft":
            return dict.fromkeys(
                ("submitter_id", "approver_id", "date_approved"), False
            )
        return {}

    def _log_step(self, state):
        """Leave the approval line of a step, whichever way it was taken."""
        if gate := GATES.get(state):
            for card in self:
                self.env["aftersales.approval"]._log(card, gate, "approved")

    def _add_judge(self):
        """Remember the current user among those who judged the scorecards.

        What the system fills in as superuser is no judgement.
        """
        if not self.env.su:
            self._link_judge(self.env.user)

    def _link_judge(self, user):
        """Note a user who judged; he does not approve."""
        # Whoever changes a finding is noted, also without right on the scorecard.
        cards_sudo = self.sudo().filtered(lambda card: user not in card.judged_by_ids)
        if not cards_sudo:
            return True
        # Past the own write(), which refuses the field to everybody; that is why
        # the name of the method differs.
        # pylint: disable=super-method-mismatch
        return super(AftersalesScorecard, cards_sudo).write(
            {"judged_by_ids": [Command.link(user.id)]}
        )

    def _get_judges(self):
        """Users who may not approve: whoever judged or handed over.

        A scorecard that was only measured has no judge.
        """
        self.ensure_one()
        judges = self.auditor_id | self.judged_by_ids
        judged = self.line_ids.filtered(lambda line: line.kind != "metric")
        return judges | self.submitter_id if judges or judged else judges

    def _check_head(self):
        """Refuse the step to whoever is not head of service."""
        if not (self.env.su or self.env.user.has_group(HEAD_GROUP)):
            raise AccessError(
                self.env._(
                    "Only the head of service approves scorecards or cancels approved "
                    "ones."
                )
            )

    def _check_four_eyes(self):
        """Refuse the approval by whoever judged the scorecard."""
        for card in self:
            self.env["aftersales.approval"]._check_other_person(
                card, card._get_judges()
            )

    def _check_complete(self):
        """Refuse to submit what has gaps, naming the first of each."""
        for card in self:
            gaps = card._get_gaps()
            if gaps:
                raise UserError(
                    self.env._(
                        "Scorecard %(card)s cannot be submitted yet:\n%(gaps)s",
                        card=card.name,
                        gaps="\n".join(gaps),
                    )
                )

    def _get_gaps(self):
        """Sentences on what is missing before submission."""
        self.ensure_one()
        gaps = []
        if self.set_id.state == "draft":
            gaps.append(self.env._("Its indicator set is still a draft."))
        pending = self.line_ids.filtered(lambda line: line.outcome == "pending")
        if pending:
            gaps.append(
                self.env._(
                    "Indicators not judged: %(count)s, the first is %(code)s. Enter "
                    "the finding or the samples, or exclude the indicator.",
                    count=len(pending),
                    code=pending.sorted("sort_key")[0].indicator_id.display_name,
                )
            )
        elif not self.is_rated:
            gaps.append(self.env._("Every indicator is excluded: nothing to score."))
        return gaps + self._get_reason_gaps()

    def _get_reason_gaps(self):
        """Sentences on reasons that are missing."""
        gaps = []
        unexplained = self.line_ids.filtered(
            lambda line: (
                line.is_excluded
                and not line.exclusion_kind
                and not (line.exclusion_reason or "").strip()
            )
        )[:1]
        if unexplained:
            gaps.append(
                self.env._(
                    "The exclusion of %(code)s needs a reason.",
                    code=unexplained.indicator_id.display_name,
                )
            )
        if self.deduction_ids.filtered(lambda d: not (d.reason or "").strip()):
            gaps.append(self.env._("Every special deduction needs a reason."))
        if self.has_bonus and not (self.bonus_reason or "").strip():
            gaps.append(self.env._("The special bonus needs a reason."))
        return gaps

    def action_submit(self):
        """Hand drafts over for approval."""
        self.filtered(lambda c: c.state == "draft").write({"state": "submitted"})
        return True

    def action_approve(self):
        """Approve submitted scorecards; from then on they never change."""
        self.filtered(lambda c: c.state == "submitted").write({"state": "approved"})
        return True

    def action_draft(self):
        """Send submitted or cancelled scorecards back to the auditor."""
        self.filtered(lambda c: c.state in ("submitted", "cancelled")).write(
            {"state": "draft"}
        )
        return True

    def action_cancel(self):
        """Cancel scorecards; an approved one needs the head of service."""
        self.filtered(lambda card: card.state != "cancelled").write(
            {"state": "cancelled"}
        )
        return True

    def action_confirm_rest(self):
        """Take every qualitative indicator without finding as conforming."""
        self._check_draft()
        self.line_ids.filtered(
            lambda line: line.outcome == "pending" and line.kind == "qualitative"
        ).write({"conformity": "yes"})
        return True

    def _reload_lines(self):
        """Follow another set, subject or period: drop foreign lines, fill anew."""
        foreign = self.line_ids.filtered(
            lambda line: line.indicator_id.set_id != line.scorecard_id.set_id
        )
        # Dropping what belongs to another set is no judgement of the user.
        foreign.check_access("unlink")
        foreign.sudo().unlink()
        self._add_missing_lines()
        self._refresh_metrics()

    def action_reload(self):
        """Take over new indicators of the set and fill the metrics again."""
        self.check_access("write")
        self._check_draft()
        self._reload_lines()
        return True
