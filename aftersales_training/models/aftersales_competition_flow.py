from odoo import fields, models
from odoo.exceptions import AccessError, UserError

DECIDERS = (
    "aftersales_network.group_training_officer",
    "aftersales_network.group_head",
)


class AftersalesCompetition(models.Model):
    """Steps of a competition: draft → registration → running → scored → closed."""

    _inherit = "aftersales.competition"

    def action_open(self):
        """Open the registration.

        :raise UserError: no discipline yet
        """
        self._check_decider()
        self._check_flow_state("draft")
        for competition in self:
            if not competition.discipline_ids:
                raise UserError(
                    self.env._(
                        "%(name)s has no discipline yet. Add at least one.",
                        name=competition.name,
                    )
                )
        self._write_flow({"state": "open"})

    def action_start(self):
        """End the registration and make the score sheet.

        :raise UserError: entrants or judges are missing
        """
        self._check_decider()
        self._check_flow_state("open")
        for competition in self:
            competition._check_can_start()
        self._write_flow({"state": "running"})
        self.action_complete_sheet()

    def action_complete_sheet(self):
        """Add the lines that are missing, say after a judge joined."""
        self._check_decider()
        self._check_flow_state("running")
        # Nobody has the right to add lines by hand.
        score_sudo = self.env["aftersales.competition.score"].sudo()
        vals_list = [
            vals
            for competition in self
            for vals in score_sudo._prepare_sheet(competition)
        ]
        score_sudo.create(vals_list)
        self._check_everybody_judged()
        self.action_take_over_exams()

    def action_take_over_exams(self):
        """Take the points of exam disciplines over."""
        self._check_decider()
        self._check_flow_state("running")
        self.sudo().score_ids._take_over_exams()

    def action_score(self):
        """End the scoring: every point is there.

        :raise UserError: naming what is missing
        """
        self._check_decider()
        self._check_flow_state("running")
        self.action_take_over_exams()
        for competition in self:
            missing = competition.score_ids.filtered(
                lambda s: not s.is_given and s.entrant_id.state == "registered"
            )
            if missing:
                raise UserError(
                    self.env._(
                        "%(name)s: %(count)s points are missing, first those of "
                        "%(first)s. Give them, or withdraw the entrant.",
                        name=competition.name,
                        count=len(missing),
                        first=missing[0].display_name,
                    )
                )
        self._write_flow({"state": "scored"})

    def action_rescore(self):
        """Ask why points are to be corrected."""
        self._check_decider()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_rescore")

    def action_close(self):
        """Give the awards by rule and freeze everything.

        :raise UserError: the user judged this competition
        """
        self._check_decider()
        self._check_flow_state("scored")
        for competition in self:
            if competition.independent_judges and competition.is_judge:
                raise UserError(
                    self.env._(
                        "%(name)s: you were a judge. Somebody else has to close it.",
                        name=competition.name,
                    )
                )
            if competition.entrant_ids.filtered(
                lambda e: e.state == "registered" and e._is_person(self.env.user)
            ):
                raise UserError(
                    self.env._(
                        "%(name)s: you took part yourself. Somebody else has to "
                        "close it.",
                        name=competition.name,
                    )
                )
        self._give_awards()
        self._write_flow(
            {
                "state": "closed",
                "closed_by_id": self.env.uid,
                "date_closed": fields.Datetime.now(),
            }
        )

    def action_cancel(self):
        """Ask why the competition does not take place."""
        self._check_decider()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Call a competition off, with the reason."""
        self._check_decider()
        self._check_flow_state("draft", "open", "running", "scored")
        self._write_flow({"state": "cancelled", "cancel_reason": reason})

    def _rescore(self, reason):
        """Go back to scoring; special awards stay."""
        self._check_decider()
        self._check_flow_state("scored")
        self._write_flow({"state": "running"})
        for competition in self:
            competition.message_post(
                body=self.env._("Points are corrected: %(reason)s", reason=reason)
            )

    def _check_decider(self):
        """Steps are for human resources and the head of service."""
        if self.env.su or any(self.env.user.has_group(group) for group in DECIDERS):
            self.check_access("write")
            return
        raise AccessError(
            self.env._("Only an HR training officer or the head of service does this.")
        )

    def _check_can_start(self):
        self.ensure_one()
        if not self.entrant_ids.filtered(lambda e: e.state == "registered"):
            raise UserError(self.env._("%(name)s has no entrants yet.", name=self.name))
        judged = self.discipline_ids.filtered(lambda d: not d.survey_id)
        if judged and not self.judge_ids:
            raise UserError(
                self.env._(
                    "%(name)s needs judges: %(discipline)s has no exam.",
                    name=self.name,
                    discipline=judged[0].name,
                )
            )

    def _check_everybody_judged(self):
        """Every entrant needs at least one line in every discipline."""
        for competition in self:
            entrants = competition.entrant_ids.filtered(
                lambda e: e.state == "registered"
            )
            found = {(s.entrant_id, s.discipline_id) for s in competition.score_ids}
            for entrant in entrants:
                for discipline in competition.discipline_ids:
                    if (entrant, discipline) not in found:
                        raise UserError(
                            self.env._(
                                "No judge may give points to %(entrant)s in "
                                "%(discipline)s. Add a judge of another unit.",
                                entrant=entrant.person_name,
                                discipline=discipline.name,
                            )
                        )

    def _get_barred_pairs(self, entrants):
        """Pairs (judge id, entrant id) that must not meet."""
        self.ensure_one()
        barred = set()
        for judge in self.judge_ids:
            units = judge.sudo()._get_aftersales_point_ids()
            barred |= {
                (judge.id, entrant.id)
                for entrant in entrants
                if entrant._is_person(judge)
                or (self.independent_judges and entrant.service_point_id.id in units)
            }
        return barred

    def _is_exam_in_time(self, attempt):
        """Whether an exam was finished between registration and last day."""
        self.ensure_one()
        company = self.company_id
        moment = attempt.end_datetime or attempt.create_date
        day = company._get_aftersales_today(moment)
        first = self.date_register_from or self.date_from
        return min(first, self.date_from) <= day <= self.date_to

    def _give_awards(self):
        """Make the awards of the rules and give them together with special ones."""
        award_sudo = self.env["aftersales.competition.award"].sudo()
        vals_list = [
            competition._prepare_award_vals(rule, entrant)
            for competition in self.sudo()
            for rule in competition.award_rule_ids
            for entrant in competition.entrant_ids
            if entrant.state == "registered" and entrant.rank == rule.rank
        ]
        award_sudo.create(vals_list)
        self.sudo().award_ids._give()

    def _prepare_award_vals(self, rule, entrant):
        """Values of the award that a rank brings."""
        self.ensure_one()
        return {
            "entrant_id": entrant.id,
            "rule_id": rule.id,
            "rank": entrant.rank,
            "name": rule.name,
            "gift": rule.gift,
            "badge_id": rule.badge_id.id,
            "amount": rule.amount,
        }
