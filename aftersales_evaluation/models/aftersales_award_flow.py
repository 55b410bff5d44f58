from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP

#: Roles that release what costs no money.
PRAISING_GROUPS = (
    "aftersales_network.group_centre_manager",
    "aftersales_network.group_training_officer",
    HEAD_GROUP,
)
#: Kinds that somebody other than the proposer must release.
FOUR_EYES_KINDS = ("money", "promotion")


class AftersalesAward(models.Model):
    """Steps of an award: proposed, released, cancelled."""

    _inherit = "aftersales.award"

    @api.depends("state", "kind", "proposed_by_id")
    @api.depends_context("uid")
    def _compute_can_release(self):
        user = self.env.user
        is_head = user.has_group(HEAD_GROUP)
        praises = any(user.has_group(group) for group in PRAISING_GROUPS)
        for award in self:
            strict = award.kind in FOUR_EYES_KINDS
            award.can_release = (
                award.state == "proposed"
                and (is_head if strict else praises)
                and not (strict and user in award._get_proposers())
                and not award._is_own(user)
            )

    def _get_proposers(self):
        """Who proposed or changed the award, none of whom releases its money.

        A correction by somebody else does not wash the proposal clean.
        """
        self.ensure_one()
        award_sudo = self.sudo()
        # A place is proposed by whoever calculated it, not by who released it.
        if award_sudo.ranking_line_id:
            return award_sudo.proposed_by_id | award_sudo.ranking_id.computed_by_id
        return award_sudo.proposed_by_id | award_sudo.create_uid

    def _is_own(self, user):
        """Whether the award goes to the user himself."""
        self.ensure_one()
        award_sudo = self.sudo()
        return user in (award_sudo.staff_id.user_id | award_sudo.employee_id.user_id)

    def action_release(self):
        """Release awards: what they bring reaches its recipients.

        :return: the dialog for the reason where a budget asks for one
        :raise AccessError: a role that may not
        :raise UserError: own proposal or own award, or a budget that is used up
        """
        self._check_release()
        if self._has_overrun():
            return self.env["aftersales.reason.wizard"]._open_for(self, "_release")
        return self._release()

    def _release(self, reason=None):
        """Release awards; money is paid out exactly once.

        :param reason: why a budget is exceeded, where one asks
        """
        # Buttons of a grouped board send defaults; none of them may reach entries.
        self = self.with_context(clean_context(self.env.context))
        self._lock_rows(self)
        self._check_release()
        for company, awards in self.grouped("company_id").items():
            awards._write_flow(
                {
                    "state": "released",
                    "released_by_id": self.env.uid,
                    "date_released": company._get_aftersales_today(),
                }
            )
        for award in self:
            self.env["aftersales.approval"]._log(award, "award", "approved", reason)
        money = self.filtered(lambda award: award.kind == "money")
        money._book_budget(reason)
        money._pay_out()
        self._grant_badges()
        self._plan_events()
        self.activity_feedback(["mail.mail_activity_data_todo"])
        # The unique indexes speak now, not at the end of the request.
        self.env.flush_all()
        return True

    def _check_release(self):
        """Refuse a release by the wrong state, role or person."""
        self.check_access("write")
        self._check_flow_state("proposed")
        self._check_complete()
        if self.env.su:
            return
        for award in self:
            award._check_releaser()

    def _check_complete(self):
        """A promotion names its post, care its kind; a rule may leave them open.

        :raise UserError: naming the award
        """
        for award in self:
            if award.kind == "promotion" and not award.new_role_id:
                raise UserError(
                    self.env._(
                        "%(award)s: enter the post that the person is promoted to.",
                        award=award.display_name,
                    )
                )
            if award.kind == "care" and not award.care_kind:
                raise UserError(
                    self.env._(
                        "%(award)s: choose the kind of care.", award=award.display_name
                    )
                )

    def _check_releaser(self):
        """Role and four eyes of one release.

        :raise AccessError: naming the role
        :raise UserError: naming the award
        """
        self.ensure_one()
        user = self.env.user
        strict = self.kind in FOUR_EYES_KINDS
        if strict and not user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._(
                    "%(award)s: only the head of service releases money and "
                    "promotions.",
                    award=self.display_name,
                )
            )
        if not any(user.has_group(group) for group in PRAISING_GROUPS):
            raise AccessError(
                self.env._(
                    "%(award)s: centre managers, HR training officers and the head of "
                    "service release awards.",
                    award=self.display_name,
                )
            )
        if self._is_own(user):
            raise UserError(
                self.env._(
                    "%(award)s goes to you. Somebody else has to release it.",
                    award=self.display_name,
                )
            )
        if strict and user in self._get_proposers():
            raise UserError(
                self.env._(
                    "You proposed or changed %(award)s. Four-eyes: somebody else has "
                    "to release it.",
                    award=self.display_name,
                )
            )

    def action_request(self):
        """Ask a head of service to release proposals."""
        self.check_access("write")
        self._check_flow_state("proposed")
        self._ask_head(self.env._("Release the award"))
        return True

    def action_cancel(self):
        """Ask why the awards are cancelled."""
        self.check_access("write")
        self._check_flow_state("proposed", "released")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel awards; money that was released is taken back once.

        :param reason: why, kept with the award
        :raise AccessError: a released award, by anybody but the head of service
        """
        self = self.with_context(clean_context(self.env.context))
        self._lock_rows(self)
        self._check_flow_state("proposed", "released")
        released = self.filtered(lambda award: award.state == "released")
        if released and not (self.env.su or self.env.user.has_group(HEAD_GROUP)):
            raise AccessError(
                self.env._(
                    "%(award)s was released. Only the head of service cancels it.",
                    award=released[:1].display_name,
                )
            )
        for award in released:
            self.env["aftersales.approval"]._log(award, "award", "rejected", reason)
        released.filtered(lambda award: award.kind == "money")._take_back(reason)
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.env.flush_all()

    def _grant_badges(self):
        """Give the badge to people who have a user, as its own rule allows."""
        granted = self.filtered(
            lambda a: a.badge_id and (a.staff_id.user_id or a.employee_id.user_id)
        )
        self.env["gamification.badge.user"].create(
            [
                {
                    "badge_id": award.badge_id.id,
                    "user_id": (award.staff_id.user_id or award.employee_id.user_id).id,
                    "sender_id": self.env.uid,
                    "comment": award.reason or award.rule_id.citation,
                }
                for award in granted
            ]
        )

    def _plan_events(self):
        """Remind whoever proposed of the day of a promotion or of care."""
        today = fields.Date.context_today(self)
        for award in self.filtered("date_event"):
            if award.date_event >= today:
                award.activity_schedule(
                    "mail.mail_activity_data_meeting",
                    date_deadline=award.date_event,
                    summary=award._get_event_summary(),
                    user_id=(award.proposed_by_id or self.env.user).id,
                )

    def _get_event_summary(self):
        """What takes place: the kind of care, or the new post."""
        self.ensure_one()
        if self.kind == "promotion":
            return self.env._(
                "%(person)s becomes %(post)s",
                person=self.recipient_name,
                post=self.new_role_id.name,
            )
        label = dict(self._fields["care_kind"]._description_selection(self.env))
        return self.env._(
            "%(care)s for %(person)s",
            care=label.get(self.care_kind, self.name),
            person=self.recipient_name,
        )

    def _get_report_base_filename(self):
        """Name of the file that the portal hands out."""
        self.ensure_one()
        return self.name.replace("/", "-")

    def _get_citation(self):
        """Text of certificate and card: the own words, else those of the rule."""
        self.ensure_one()
        return self.reason or self.rule_id.citation or self.rule_id.name
