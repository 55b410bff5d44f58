from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

#: Findings of the site inspection, which the centre needs for its decision.
INSPECTION_FIELDS = ("inspection_date", "inspector_id", "inspection_finding")
#: States up to the centre's decision: the finding may still be written.
INSPECTION_STATES = ("prospect", "rejected", "applied", "centre_review")


class AftersalesServicePoint(models.Model):
    """What the reviewers of an application see, and what each gate needs.

    The regional centre reviews and visits, the technical department reviews, the
    head of service approves (network-planning seed text).
    """

    _inherit = "aftersales.service.point"

    inspection_date = fields.Date("Inspected on", copy=False, tracking=True)
    inspector_id = fields.Many2one(
        "res.users",
        "Inspected by",
        copy=False,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    inspection_finding = fields.Text("Finding", copy=False, tracking=True)
    rejection_reason = fields.Text(readonly=True, copy=False, tracking=True)
    is_waiting_for_me = fields.Boolean(
        "Waiting for Me",
        compute="_compute_is_waiting_for_me",
        search="_search_is_waiting_for_me",
    )
    missing_html = fields.Html(
        "What Is Missing", compute="_compute_missing", sanitize=False
    )
    missing_count = fields.Integer("Missing", compute="_compute_missing")
    decision_ids = fields.One2many(
        "aftersales.approval",
        "service_point_id",
        "Decisions",
        help="Every decision on the point, its conditions and its probation.",
    )

    @api.depends_context("uid")
    @api.depends("state", "submitted_by_id", "manager_id", "applicant_id")
    def _compute_is_waiting_for_me(self):
        waiting = self.search(
            Domain("id", "in", self.ids) & Domain("is_waiting_for_me", "=", True)
        )
        for point in self:
            point.is_waiting_for_me = point._origin in waiting

    def _search_is_waiting_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        states = [
            state
            for state, (_next, _gate, group) in self._GATES.items()
            if user.has_group(group)
        ]
        domain = Domain("state", "in", states) & ~Domain(
            "id", "in", self._get_decided()
        )
        for name in ("submitted_by_id", "applicant_id", "manager_id"):
            domain &= Domain(name, "!=", user.id)
        firm = user.partner_id.commercial_partner_id
        if firm not in user.company_ids.partner_id:
            domain &= Domain("partner_id.commercial_partner_id", "!=", firm.id)
        return domain

    @api.model
    def _get_decided(self):
        """Applications at one of whose gates the user has decided already."""
        self.flush_model(["date_submitted"])
        return SQL(
            """(
            SELECT a.res_id
              FROM aftersales_approval a
              JOIN aftersales_service_point p ON p.id = a.res_id
             WHERE a.res_model = %(model)s AND a.user_id = %(uid)s
               AND a.gate IN ('centre', 'technical', 'head')
               AND a.decision = 'approved'
               AND a.date >= COALESCE(p.date_submitted, p.create_date)
            )""",
            model=self._name,
            uid=self.env.uid,
        )

    @api.depends("state", "submitted_by_id", "manager_id", "applicant_id")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        res = super()._compute_can_decide()
        for point in self.filtered("can_decide"):
            if point.state in self._GATES:
                point.can_decide = point.is_waiting_for_me
        return res

    @api.depends("state", "condition_ids.status", *INSPECTION_FIELDS)
    @api.depends_context("uid", "lang")
    def _compute_missing(self):
        for point in self:
            texts = point._get_missing_texts() if point._origin else []
            point.missing_count = len(texts)
            point.missing_html = point._render_missing(texts)

    def _render_missing(self, texts):
        """List of what is missing and of what was waived, as HTML."""
        waived = self.condition_ids.filtered(lambda x: x.status == "waived")
        rows = [(text, "fa-times-circle text-danger") for text in texts]
        rows += [
            (line._get_waiver_text(), "fa-hand-paper-o text-warning") for line in waived
        ]
        if not rows and self._origin:
            rows = [(self.env._("Nothing is missing"), "fa-check-circle text-success")]
        return Markup("<ul class='list-unstyled mb-0'>%s</ul>") % Markup("").join(
            Markup("<li><i class='fa %s me-1'></i>%s</li>") % (icon, text)
            for text, icon in rows
        )

    def _get_missing_texts(self):
        """What stands against the next step of the point; extension point.

        :return: list of texts
        """
        self.ensure_one()
        if self.state in ("prospect", "rejected"):
            return self._get_submission_blockers()
        if self.state in self._GATES:
            missing = self.condition_ids.filtered(lambda x: x.status == "open")
            texts = [line._get_failure_text() for line in missing]
            if self._GATES[self.state][1] == "centre":
                texts += self._get_inspection_gaps()
            return texts
        if self.state == "probation":
            return [
                f"{label} ({count})"
                for label, count, _action in self._get_activation_blockers()
            ]
        return []

    def write(self, vals):
        if not self._is_flow() and set(INSPECTION_FIELDS) & set(vals):
            self._check_inspection_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        """Decisions and orders of a point stay readable."""
        decided = self.sudo().filtered(
            lambda p: p.decision_ids or p.with_context(active_test=False).order_ids
        )[:1]
        if decided:
            raise UserError(
                self.env._(
                    "%(point)s has decisions or orders and cannot be deleted. Archive "
                    "it instead.",
                    point=decided.display_name,
                )
            )

    def _check_inspection_open(self):
        """The finding is fixed once the centre has decided.

        :raise UserError: naming the point and its state
        """
        late = self.filtered(lambda p: p.state not in INSPECTION_STATES)[:1]
        if late:
            raise UserError(
                self.env._(
                    "The inspection of %(point)s is part of the centre's decision and "
                    "cannot change in state “%(state)s”.",
                    point=late.display_name,
                    state=late._get_state_label(),
                )
            )

    def _get_inspection_gaps(self):
        """What the note of the site inspection lacks: list of texts."""
        self.ensure_one()
        gaps = []
        if not self.inspection_date:
            gaps.append(self.env._("no date of the site inspection"))
        elif self.inspection_date > self.company_id._get_aftersales_today():
            gaps.append(self.env._("the site inspection lies in the future"))
        if not self.inspector_id:
            gaps.append(self.env._("no inspector"))
        if not (self.inspection_finding or "").strip():
            gaps.append(self.env._("no finding of the site inspection"))
        return gaps

    def _prepare_gate(self, gate, comment):
        """The centre decides on its finding; a comment may be that finding."""
        comment = super()._prepare_gate(gate, comment)
        if gate != "centre":
            return comment
        if comment and not self.inspection_finding:
            self._write_flow(
                {
                    "inspection_finding": comment,
                    "inspector_id": self.inspector_id.id or self.env.uid,
                    "inspection_date": self.inspection_date
                    or self.company_id._get_aftersales_today(),
                }
            )
        gaps = self._get_inspection_gaps()
        if gaps:
            raise UserError(
                self.env._(
                    "%(point)s cannot pass the centre: %(reasons)s. Fill in the site "
                    "inspection on the page “Admission”.",
                    point=self.display_name,
                    reasons=", ".join(gaps),
                )
            )
        return comment or self.inspection_finding

    def _is_own_application(self):
        """Nor may the point's manager decide, or anybody of the applying firm."""
        self.ensure_one()
        user = self.env.user
        firm = user.partner_id.commercial_partner_id
        own_firms = (self.partner_id | self.applicant_id.sudo().partner_id).sudo()
        return (
            super()._is_own_application()
            or self.manager_id == user
            or (
                firm in own_firms.commercial_partner_id
                and firm not in user.company_ids.partner_id
            )
        )

    def action_view_decisions(self):
        """Open every decision on the point, old ones included."""
        return self._get_related_action("aftersales.approval", self.env._("Decisions"))
