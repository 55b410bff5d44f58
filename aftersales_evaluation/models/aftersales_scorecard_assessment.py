from odoo import api, fields, models
from odoo.exceptions import UserError

#: Values of the portal form of a line, by kind of its indicator.
PORTAL_JUDGEMENT = {
    "qualitative": ("conformity",),
    "sampled": ("sample_count", "nonconforming_count"),
    "metric": (),
}
PORTAL_FIELDS = ("is_excluded", "exclusion_reason", "finding")
WHO_ASKS = ("head", "centre_manager")


class AftersalesScorecard(models.Model):
    """A unit judges itself; an audit of the same period stands beside it."""

    _inherit = "aftersales.scorecard"

    can_judge = fields.Boolean(compute="_compute_can_judge")
    counterpart_id = fields.Many2one(
        "aftersales.scorecard",
        compute="_compute_counterpart",
        help="The self-assessment beside an audit, or the audit beside a "
        "self-assessment: same set, same subject, overlapping period.",
    )
    difference_count = fields.Integer("Differences", compute="_compute_counterpart")

    @api.depends_context("uid")
    def _compute_can_judge(self):
        allowed = self._filtered_access("write")
        for card in self:
            card.can_judge = not card._origin or card._origin in allowed

    @api.depends("assessment", "line_ids.outcome", "line_ids.points_lost")
    def _compute_counterpart(self):
        Comparison = self.env["aftersales.scorecard.comparison"]
        sides = {
            True: ("self_scorecard_id", "scorecard_id"),
            False: ("scorecard_id", "self_scorecard_id"),
        }
        found = {}
        for is_self, cards in self.grouped(lambda c: c.assessment == "self").items():
            own, other = sides[is_self]
            rows = Comparison._read_group(
                [(own, "in", cards.ids)],
                [own, other],
                ["difference_count:sum"],
                order=f"{other} desc",
            )
            for card, counterpart, count in rows:
                found.setdefault(card.id, (counterpart, count))
        for card in self:
            counterpart, count = found.get(card._origin.id, (self.browse(), 0))
            card.counterpart_id = counterpart
            card.difference_count = count

    def action_compare(self):
        """Open self-assessment and audit side by side, one row per indicator.

        :raise UserError: there is nothing to compare with yet
        """
        self.ensure_one()
        if not self.counterpart_id:
            raise UserError(
                self.env._(
                    "There is no counterpart of scorecard %(card)s yet: a "
                    "self-assessment and an audit of the same set, subject and period.",
                    card=self.name,
                )
            )
        own = "self_scorecard_id" if self.assessment == "self" else "scorecard_id"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_scorecard_comparison_action"
        )
        return {
            **action,
            "domain": [(own, "=", self.id)],
            "context": {"search_default_filter_different": 1},
        }

    @api.model
    def _check_may_ask(self):
        """Refuse to ask points for self-assessments to whom they do not answer.

        :raise UserError: for anybody but the head of service and centre managers
        """
        user = self.env.user
        groups = [f"aftersales_network.group_{group}" for group in WHO_ASKS]
        if not (self.env.su or any(user.has_group(group) for group in groups)):
            raise UserError(
                self.env._(
                    "Self-assessments are asked for by the head of service or the "
                    "manager of the centre."
                )
            )

    def _portal_judge(self, post):
        """Keep what the point says about itself; the caller has checked access.

        Only lines of this scorecard are looked at, whatever was sent.

        :param post: values of the form, ``<field>_<line id>``
        :raise UserError, ValidationError: naming what cannot be taken
        """
        self.ensure_one()
        self._portal_check_open()
        for line in self.line_ids:
            if vals := line._portal_read_judgement(post):
                line.write(vals)
        self._link_judge(self.env.user)

    def _portal_submit(self, post):
        """Keep the form and hand the self-assessment over.

        :raise UserError: naming the indicators that are not judged yet
        """
        self._portal_judge(post)
        self.action_submit()

    def _portal_check_open(self):
        """Refuse whatever is no open self-assessment."""
        if self.assessment != "self" or self.state != "draft":
            raise UserError(
                self.env._(
                    "Scorecard %(card)s is no open self-assessment.", card=self.name
                )
            )


class AftersalesScorecardLine(models.Model):
    _name = "aftersales.scorecard.line"
    _inherit = ["aftersales.scorecard.line", "aftersales.portal.form.mixin"]

    def _portal_read_judgement(self, post):
        """Values of this line that differ from what it says.

        :raise ValidationError: a value that cannot be taken
        """
        self.ensure_one()
        names = PORTAL_JUDGEMENT[self.kind] + PORTAL_FIELDS
        sent = {
            name: post[f"{name}_{self.id}"]
            for name in names
            if f"{name}_{self.id}" in post
        }
        if not sent or self.kind == "metric":
            return {}
        # A box without a tick is not sent at all.
        is_excluded = bool(sent.pop("is_excluded", ""))
        vals = {**self._portal_read(sent, sent), "is_excluded": is_excluded}
        return {
            name: value
            for name, value in vals.items()
            if (self[name] or False) != (value or False)
        }
