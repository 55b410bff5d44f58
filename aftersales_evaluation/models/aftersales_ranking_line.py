from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import ranking as kernel
from ..tools import scoring
from .aftersales_scorecard_period import SCORED_STATES

#: Scores are quotients of points: the float finds its fraction back.
MAX_DENOMINATOR = 10**6


class AftersalesRanking(models.Model):
    """Calculation of the places."""

    _inherit = "aftersales.ranking"

    def _rebuild(self):
        """Replace the places by what the rule says now."""
        self.ensure_one()
        # Places are evidence that nobody may write; the step checked the access.
        lines_sudo = self.env["aftersales.ranking.line"].sudo()
        lines_sudo.search([("ranking_id", "=", self.id)]).unlink()
        lines_sudo.create(self._prepare_line_vals())
        self.invalidate_recordset(["line_ids"])

    def _prepare_line_vals(self):
        """Values of all places, best first."""
        self.ensure_one()
        entries = self.sudo()._get_entries()
        groups = {}
        for subject, entry in entries.items():
            group = self._get_group(subject) if self.rule_id.is_per_centre else False
            groups.setdefault(group, []).append((subject, entry))
        before = self.sudo()._get_previous().line_ids
        places = {(line.service_point_id, line.staff_id): line for line in before}
        return [
            vals
            for rows in groups.values()
            for vals in self._prepare_group_vals(rows, places)
        ]

    def _prepare_group_vals(self, rows, places):
        """Values of the places of one group.

        :param rows: ``[(subject, entry)]``
        :param places: lines of the period before, by point and person
        """
        up = self.rule_id._is_higher_better()
        entries = dict(rows)
        ordered = sorted(rows, key=lambda row: (row[0].display_name or "", row[0].id))
        ranked = kernel.rank([(key, entry["exact"]) for key, entry in ordered], up)
        vals_list = []
        for place, subject in ranked:
            vals = self._prepare_subject_vals(subject)
            found = places.get(
                (
                    self.env["aftersales.service.point"].browse(
                        vals["service_point_id"]
                    ),
                    self.env["aftersales.staff"].browse(vals["staff_id"]),
                )
            )
            entry = entries[subject]
            vals_list.append(
                {
                    **vals,
                    "ranking_id": self.id,
                    "position": place,
                    "competitor_count": len(ranked),
                    "value": float(entry["exact"]),
                    "sample_count": entry["count"],
                    "level_id": entry["level"].id if entry["level"] else False,
                    "scorecard_ids": [fields.Command.set(entry["cards"].ids)],
                    "previous_position": found.position if found else 0,
                    "is_podium": place <= self.rule_id.place_count,
                }
            )
        return vals_list

    def _prepare_subject_vals(self, subject):
        """Who stands at a place: a point or a person with his point."""
        is_person = subject._name == "aftersales.staff"
        point = subject.service_point_id if is_person else subject
        return {
            "service_point_id": point.id or False,
            "staff_id": subject.id if is_person else False,
            "centre_id": self._get_group(subject).id,
        }

    @api.model
    def _get_group(self, subject):
        """Centre of a point or person."""
        if subject._name == "aftersales.staff":
            return subject.service_point_id.centre_id
        return subject.centre_id

    def _get_entries(self):
        """Figures to rank: ``{subject: {"exact", "count", "level", "cards"}}``.

        Runs past the user's record rules, filtered by the company: a ranking
        counts all of its points, whoever calculates it.
        """
        if self.rule_id.source == "score":
            return self._get_score_entries()
        return self._get_metric_entries()

    def _get_score_domain(self):
        """Approved scorecards of the period; nobody ranks by his own judgement."""
        rule = self.rule_id
        return (
            Domain("set_id", "=", rule.set_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("subject_type", "=", rule.subject_type)
            & Domain("assessment", "!=", "self")
            & Domain("state", "=", "approved")
            & Domain("is_rated", "=", True)
            & Domain("date_from", ">=", self.date_from)
            & Domain("date_to", "<=", self.date_to)
        )

    def _get_score_entries(self):
        """Exact means of the approved scores."""
        cards = self.env["aftersales.scorecard"].search_fetch(
            self._get_score_domain(),
            ["score", "service_point_id", "staff_id", "level_id"],
        )
        key = "staff_id" if self.rule_id.subject_type == "person" else None
        entries = {}
        for subject, found in cards.grouped(key or "service_point_id").items():
            if len(found) < self.rule_id.min_count:
                continue
            scores = [
                Fraction(card.score).limit_denominator(MAX_DENOMINATOR)
                for card in found
            ]
            mean = kernel.mean(scores)
            entries[subject.sudo(False)] = {
                "exact": mean,
                "count": len(found),
                "level": self._get_mean_level(found, mean),
                "cards": found,
            }
        return entries

    def _get_mean_level(self, cards, mean):
        """Level of a single scorecard, or the one that the mean reaches."""
        if len(cards) == 1:
            return cards.level_id
        levels = self.rule_id.set_id.scale_id.level_ids
        reached = levels.filtered(lambda lv: scoring.exact(lv.min_score) <= mean)
        return reached.sorted("min_score")[-1:]

    def _get_metric_entries(self):
        """Exact figures of the points at work, from the sample on that the rule sets.

        :raise UserError: no installed module offers the metric
        """
        rule = self.rule_id
        points = self.env["aftersales.service.point"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("tier", "=", "point")
            & Domain("state", "in", SCORED_STATES)
        )
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        code = rule.metric_code
        values = Metric._compute_metrics([code], points, self.date_from, self.date_to)
        if values[code] is None:
            raise UserError(
                self.env._(
                    "%(rule)s cannot be calculated: no installed module measures "
                    "%(code)s.",
                    rule=rule.name,
                    code=code,
                )
            )
        factor = 100 if rule.unit == "%" else 1
        entries = {}
        for point in points:
            numerator, denominator = values[code][point.id]
            if not denominator or denominator < rule.min_count:
                continue
            entries[point.sudo(False)] = {
                "exact": scoring.exact(numerator) / scoring.exact(denominator) * factor,
                "count": int(denominator),
                "level": None,
                "cards": self.env["aftersales.scorecard"],
            }
        return entries


class AftersalesRankingLine(models.Model):
    """One place of a ranking: evidence, written by the calculation only."""

    _name = "aftersales.ranking.line"
    _description = "Place in a Ranking"
    _order = "date_to desc, ranking_id, centre_group, position, id"
    _rec_name = "subject_name"
    _check_company_auto = True

    ranking_id = fields.Many2one(
        "aftersales.ranking",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="ranking_id.company_id", store=True, index=True, precompute=True
    )
    rule_id = fields.Many2one(
        related="ranking_id.rule_id", store=True, index=True, precompute=True
    )
    date_from = fields.Date(related="ranking_id.date_from", store=True, precompute=True)
    date_to = fields.Date(related="ranking_id.date_to", store=True, precompute=True)
    state = fields.Selection(related="ranking_id.state", store=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Person",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    centre_id = fields.Many2one(
        "aftersales.service.point",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    centre_group = fields.Integer(
        compute="_compute_centre_group", store=True, precompute=True, aggregator=None
    )
    subject_name = fields.Char(
        "Ranked Name", compute="_compute_subject_name", store=True, precompute=True
    )
    position = fields.Integer("Rank", readonly=True, aggregator="min")
    competitor_count = fields.Integer("Of", readonly=True, aggregator="max")
    value = fields.Float("Figure", digits=(16, 2), readonly=True, aggregator="avg")
    sample_count = fields.Integer(
        "Samples", readonly=True, help="Scorecards or cases behind the figure."
    )
    level_id = fields.Many2one(
        "aftersales.scorecard.level", readonly=True, index="btree_not_null"
    )
    scorecard_ids = fields.Many2many("aftersales.scorecard", readonly=True)
    previous_position = fields.Integer(
        "Rank Before", readonly=True, aggregator=None, help="0: was not ranked."
    )
    movement = fields.Integer(
        "Up or Down", compute="_compute_movement", store=True, aggregator=None
    )
    is_podium = fields.Boolean("On the Podium", readonly=True)

    @api.depends("centre_id", "ranking_id.rule_id.is_per_centre")
    def _compute_centre_group(self):
        for line in self:
            separate = line.ranking_id.rule_id.is_per_centre
            line.centre_group = line.centre_id.id if separate else 0

    @api.depends("service_point_id", "staff_id")
    def _compute_subject_name(self):
        # The name of that day is evidence: later renames do not reach it.
        for line in self:
            subject = line.staff_id or line.service_point_id
            line.subject_name = subject.name

    @api.depends("position", "previous_position")
    def _compute_movement(self):
        for line in self:
            before = line.previous_position
            line.movement = before - line.position if before else 0

    def action_view_records(self):
        """Open what is behind a place: its scorecards, or the records measured."""
        self.ensure_one()
        if self.rule_id.source == "score":
            return self.scorecard_ids._get_records_action()
        return self.env["aftersales.metric"]._get_metric_action(
            self.rule_id.metric_code,
            self.service_point_id,
            self.date_from,
            self.date_to,
        )

    # -- portal --------------------------------------------------------------------

    def _portal_get_rows(self):
        """Rows of the whole ranking as the reader of this place may see it.

        Names, ids and centres of the others never leave this method.

        :return: dicts of ``place``, ``value``, ``name`` (own row) or ``letter``
        """
        self.ensure_one()
        self.check_access("read")
        # The record was checked; the others are reduced to place and figure.
        lines_sudo = self.sudo().ranking_id.line_ids.filtered(
            lambda line: line.centre_group == self.sudo().centre_group
        )
        rows = [(line.position, line.value, line.id) for line in lines_sudo]
        is_own = self.id.__eq__
        return [
            {
                "place": place,
                "value": value,
                "name": self.sudo().subject_name if own else False,
                "letter": letter,
            }
            for place, value, own, letter in kernel.anonymise(rows, is_own)
        ]
