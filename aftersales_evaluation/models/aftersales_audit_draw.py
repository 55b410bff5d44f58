import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import sampling

#: Points that can be audited: those in service, also suspended ones.
AUDITED_STATES = ("probation", "active", "suspended")


class AftersalesAudit(models.Model):
    """Choice of the audited points by the sampling rule."""

    _inherit = "aftersales.audit"

    def action_draw(self):
        """Draw the points of planned audits; points added by hand stay.

        The seed is taken at the first drawing and kept: drawing again under the
        same rule gives the same points, so nobody draws until he likes it.

        :raise UserError: no point in service within the scope
        """
        self._check_flow_state("draft")
        self.check_access("write")
        for audit in self:
            population = audit._get_population()
            if not population:
                raise UserError(
                    self.env._(
                        "%(audit)s: no point in service within its scope.",
                        audit=audit.display_name,
                    )
                )
            audit._write_flow(
                {
                    "seed": audit.seed or secrets.token_hex(8),
                    "date_drawn": fields.Datetime.now(),
                    "population_count": len(population),
                }
            )
            audit._replace_drawn(audit._choose(population))
        return True

    def _get_population_domain(self):
        """Points in service of the company, within the chosen units.

        Extension point.
        """
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", AUDITED_STATES)
            & Domain("tier", "=", "point")
        )
        if self.centre_ids:
            domain &= Domain("id", "child_of", self.centre_ids.ids)
        return domain

    def _get_population(self):
        """Points that the rule chooses from.

        The draw is about all points, whichever of them the planner may see.
        """
        Point_sudo = self.env["aftersales.service.point"].sudo()
        return Point_sudo.search(self._get_population_domain())

    def _choose(self, population):
        """Points and why they were chosen: ``[(id, reason), …]``."""
        self.ensure_one()
        rule = self.rule_id
        return sampling.choose(
            population.ids,
            self._get_forced(population),
            rule.method,
            self.seed,
            percent=rule.percent,
            number=rule.number,
            minimum=rule.minimum,
        )

    def _get_forced(self, population):
        """Points that are audited in any case: ``{id: reason}``."""
        rule = self.rule_id
        forced = {}
        if rule.with_overdue:
            forced.update(dict.fromkeys(self._get_overdue_ids(population), "overdue"))
        if rule.with_failed:
            forced.update(dict.fromkeys(self._get_failed_ids(population), "failed"))
        return forced

    def _get_overdue_ids(self, population):
        """Ids of points with an overdue finding."""
        rows = (
            self.env["aftersales.finding"]
            .sudo()
            ._read_group(
                Domain("service_point_id", "in", population.ids)
                & Domain("is_overdue", "=", True),
                ["service_point_id"],
            )
        )
        return [point.id for (point,) in rows]

    def _get_failed_ids(self, population):
        """Ids of points whose last approved scorecard of this set failed.

        Self-assessments say nothing about a failure.
        """
        cards_sudo = (
            self.env["aftersales.scorecard"]
            .sudo()
            .search_fetch(
                Domain("service_point_id", "in", population.ids)
                & Domain("set_id", "=", self.set_id.id)
                & Domain("state", "=", "approved")
                & Domain("assessment", "!=", "self")
                & Domain("staff_id", "=", False),
                ["service_point_id", "level_id"],
                order="date_to, id",
            )
        )
        last = {card.service_point_id.id: card for card in cards_sudo}
        return [number for number, card in last.items() if card.level_id.is_fail]

    def _replace_drawn(self, chosen):
        """Put the chosen points in place of those drawn before."""
        self.ensure_one()
        added = self.point_ids.filtered(lambda line: line.reason == "added")
        # Only a new drawing takes back what was drawn.
        (self.point_ids - added).sudo().unlink()
        kept = set(added.service_point_id.ids)
        vals_list = [
            {"audit_id": self.id, "service_point_id": number, "reason": reason}
            for number, reason in chosen
            if number not in kept
        ]
        # The reason of a draw is evidence that nobody types.
        self.env["aftersales.audit.point"].sudo().create(vals_list)
        self.message_post(
            body=self.env._(
                "%(rule)s: %(count)s of %(population)s points chosen, seed %(seed)s.",
                rule=self.rule_id.name,
                count=len(chosen),
                population=self.population_count,
                seed=self.seed,
            )
        )

    @api.onchange("set_id")
    def _onchange_set_id(self):
        """Say when the set cannot be used yet."""
        if self.set_id.state == "draft":
            return {
                "warning": {
                    "title": self.env._("Draft set"),
                    "message": self.env._(
                        "Put the indicator set into use before the audit starts."
                    ),
                }
            }
        return {}
