from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, date_utils

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

from ..tools import scoring


class AftersalesScorecard(models.Model):
    """Score of a company, centre, point or person against an indicator set.

    Totals are computed from the lines by the scoring kernel and never typed.
    """

    _name = "aftersales.scorecard"
    _description = "Scorecard"
    _inherit = [
        "aftersales.unit.company.mixin",
        "aftersales.point.kind.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "portal.mixin",
    ]
    _order = "date_from desc, set_id, name, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, index="trigram")
    period = fields.Char(compute="_compute_period", store=True)
    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    is_sample_points = fields.Boolean(related="set_id.is_sample_points")
    scale_id = fields.Many2one(related="set_id.scale_id", store=True, index=True)
    subject_type = fields.Selection(
        [
            ("company", "Company"),
            ("centre", "Centre"),
            ("point", "Service Point"),
            ("person", "Person"),
        ],
        required=True,
        default="point",
        index=True,
    )
    assessment = fields.Selection(
        [
            ("self", "Self-Assessment"),
            ("internal", "Internal Audit"),
            ("outside", "Outside Audit"),
        ],
        "Kind of Assessment",
        required=True,
        default="internal",
        index=True,
        tracking=True,
        help="Who judged. A self-assessment stands beside the audit of the same "
        "period and counts in no ranking.",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_service_point_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Person",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self._get_last_month()[0],
        tracking=True,
    )
    date_to = fields.Date(
        "To",
        required=True,
        default=lambda self: self._get_last_month()[1],
        tracking=True,
    )
    auditor_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        default=lambda self: self.env.user,
        tracking=True,
        help="Empty on scorecards that the scheduled job fills from records.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("approved", "Approved"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    submitter_id = fields.Many2one("res.users", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_approved = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many("aftersales.scorecard.line", "scorecard_id")
    deduction_ids = fields.One2many("aftersales.scorecard.deduction", "scorecard_id")
    special_deduction_count = fields.Integer(
        "Special Deductions",
        compute="_compute_special_deduction_count",
        inverse="_inverse_special_deduction_count",
        store=True,
        help="One point each, outside the percentage.",
    )
    has_bonus = fields.Boolean("Special Bonus", tracking=True)
    bonus_reason = fields.Text()
    note = fields.Html("Summary")
    points_applicable = fields.Float(
        "Applicable Points", compute="_compute_score", store=True
    )
    points_lost = fields.Float(compute="_compute_score", store=True)
    points_actual = fields.Float("Points Kept", compute="_compute_score", store=True)
    pending_count = fields.Integer(
        "Not Judged Yet", compute="_compute_score", store=True
    )
    is_rated = fields.Boolean("Rated", compute="_compute_score", store=True)
    score_base = fields.Float(
        "Percentage", compute="_compute_score", store=True, aggregator="avg"
    )
    score = fields.Float(
        compute="_compute_score", store=True, aggregator="avg", tracking=True
    )
    level_id = fields.Many2one(
        "aftersales.scorecard.level",
        compute="_compute_score",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    level_color = fields.Integer(related="level_id.color")
    arithmetic = fields.Html(compute="_compute_arithmetic", sanitize=False)

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A scorecard cannot end before it starts."
    )
    _point_period_uniq = models.UniqueIndex(
        "(set_id, assessment, service_point_id, date_from, date_to) "
        "WHERE state != 'cancelled' AND subject_type IN ('centre', 'point')",
        "This unit already has a scorecard of this set, kind and period.",
    )
    _person_period_uniq = models.UniqueIndex(
        "(set_id, assessment, staff_id, date_from, date_to) "
        "WHERE state != 'cancelled' AND subject_type = 'person'",
        "This person already has a scorecard of this set, kind and period.",
    )
    _company_period_uniq = models.UniqueIndex(
        "(set_id, assessment, company_id, date_from, date_to) "
        "WHERE state != 'cancelled' AND subject_type = 'company'",
        "This company already has a scorecard of this set, kind and period.",
    )

    @api.model
    def _get_last_month(self):
        """First and last day of the month before today."""
        last_month = date_utils.subtract(fields.Date.context_today(self), months=1)
        return date_utils.start_of(last_month, "month"), date_utils.end_of(
            last_month, "month"
        )

    @api.depends(
        "set_id.code",
        "subject_type",
        "service_point_id.name",
        "staff_id.name",
        "company_id.name",
        "period",
    )
    def _compute_name(self):
        for card in self:
            parts = (card.set_id.code, card._get_subject_name(), card.period)
            card.name = " / ".join(part for part in parts if part)

    @api.depends("date_from", "date_to")
    def _compute_period(self):
        for card in self:
            start, end = card.date_from, card.date_to
            if not (start and end):
                card.period = False
            elif start.day == 1 and end == date_utils.end_of(start, "month"):
                card.period = f"{start:%Y-%m}"
            else:
                card.period = f"{start} – {end}"

    @api.depends("staff_id", "subject_type")
    def _compute_service_point_id(self):
        for card in self:
            if card.subject_type == "person":
                card.service_point_id = card.staff_id.service_point_id
            elif card.subject_type == "company":
                card.service_point_id = False
            else:
                card.service_point_id = card.service_point_id

    @api.depends("deduction_ids")
    def _compute_special_deduction_count(self):
        for card in self:
            card.special_deduction_count = len(card.deduction_ids)

    def _inverse_special_deduction_count(self):
        """Add unexplained deductions; each needs its reason before submission."""
        vals_list = []
        for card in self:
            missing = card.special_deduction_count - len(card.deduction_ids)
            if missing < 0:
                raise UserError(
                    self.env._(
                        "%(card)s: special deductions with their reasons: %(count)s. "
                        "Remove the ones that do not apply.",
                        card=card.name,
                        count=len(card.deduction_ids),
                    )
                )
            vals_list += [{"scorecard_id": card.id}] * missing
        self.env["aftersales.scorecard.deduction"].create(vals_list)

    @api.depends(
        "line_ids.outcome",
        "line_ids.points",
        "line_ids.points_lost",
        "special_deduction_count",
        "has_bonus",
        "set_id.scale_id",
    )
    def _compute_score(self):
        for card in self:
            result = card._get_result()
            card.points_applicable = float(result.applicable)
            card.points_lost = float(result.lost)
            card.points_actual = float(result.actual)
            card.pending_count = result.pending
            card.is_rated = result.is_rated
            card.score_base = float(result.base or 0)
            card.score = float(result.final or 0)
            scale = card.set_id.scale_id
            card.level_id = scale._grade(result) if scale else False

    @api.depends("score", "level_id", "line_ids.outcome", "is_rated")
    @api.depends_context("lang")
    def _compute_arithmetic(self):
        for card in self:
            card.arithmetic = card._render_arithmetic()

    @api.constrains("subject_type", "service_point_id", "staff_id")
    def _check_subject(self):
        for card in self:
            is_unit = card.subject_type in ("centre", "point")
            if is_unit and not card.service_point_id:
                raise ValidationError(
                    self.env._("A scorecard of a point or centre needs the point.")
                )
            if card.subject_type == "person" and not card.staff_id:
                raise ValidationError(
                    self.env._("A scorecard of a person needs the person.")
                )
            if is_unit and card.staff_id:
                raise ValidationError(
                    self.env._("Only a scorecard of a person names a person.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards._add_missing_lines()
        return cards

    def copy_data(self, default=None):
        """A copy is for the period after, so that both can exist."""
        vals_list = super().copy_data(default)
        if not {"date_from", "date_to"} & set(default or {}):
            for card, vals in zip(self, vals_list, strict=True):
                length = card.date_to - card.date_from
                vals["date_from"] = date_utils.add(card.date_to, days=1)
                vals["date_to"] = vals["date_from"] + length
                if card._is_full_month():
                    vals["date_to"] = date_utils.end_of(vals["date_from"], "month")
        return vals_list

    def _is_full_month(self):
        """The period is one calendar month."""
        self.ensure_one()
        last = date_utils.end_of(self.date_from, "month")
        return self.date_from.day == 1 and self.date_to == last

    def _read_group_select(self, aggregate_spec, query):
        """Means leave out what has no score: unrated is not zero."""
        if aggregate_spec in ("score:avg", "score_base:avg"):
            fname = aggregate_spec.partition(":")[0]
            return SQL(
                "AVG(%s) FILTER (WHERE %s)",
                self._field_to_sql(self._table, fname, query),
                self._field_to_sql(self._table, "is_rated", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for card in self:
            card.access_url = f"/my/scorecards/{card.id}"
        return result

    def _get_subject_name(self):
        """Name of whom the scorecard is about."""
        self.ensure_one()
        if self.subject_type == "person":
            return self.staff_id.name or ""
        if self.subject_type == "company":
            return self.company_id.name or ""
        return self.service_point_id.name or ""

    def _add_missing_lines(self):
        """Give every scored indicator of the set its line, metrics filled."""
        figures = self._get_metric_figures()
        vals_list = [
            {
                "scorecard_id": card.id,
                "indicator_id": indicator.id,
                **figures.get((card.id, indicator.id), {}),
            }
            for card in self
            for indicator in card.set_id.indicator_ids - card.line_ids.indicator_id
            if indicator.is_scored
        ]
        if vals_list:
            # Metric figures are not to be typed, so the lines come from here.
            self.check_access("write")
            lines_sudo = self.env["aftersales.scorecard.line"].sudo()
            # Nor may the context of the caller fill in findings.
            without_guarded_defaults(lines_sudo, lines_sudo._fields).create(vals_list)

    def _get_result(self):
        """Exact result of the scoring kernel."""
        self.ensure_one()
        return scoring.score_card(
            [line._get_result() for line in self.line_ids],
            self.special_deduction_count,
            self.has_bonus,
        )

    def _get_sections(self):
        """Sums per section of the set: [(indicator, kernel result), …]."""
        self.ensure_one()
        lines = self.line_ids.sorted("sort_key")
        return [
            (section, scoring.score_card([line._get_result() for line in part]))
            for section, part in lines.grouped("section_id").items()
            if section
        ]

    def _get_steps(self):
        """Sentences that lead from the points to the level, with the figures."""
        self.ensure_one()
        result = self._get_result()
        fig = scoring.figure
        total = sum(scoring.exact(str(line.points)) for line in self.line_ids)
        steps = [
            self.env._(
                "Applicable points: %(total)s in all − %(excluded)s excluded = "
                "%(applicable)s.",
                total=fig(total),
                excluded=fig(total - result.applicable),
                applicable=fig(result.applicable),
            ),
        ]
        if result.pending:
            steps.append(
                self.env._(
                    "Indicators not judged yet: %(count)s; nothing is lost there so "
                    "far.",
                    count=result.pending,
                )
            )
        if not result.is_rated:
            return steps + [self.env._("Nothing applicable was judged: no score.")]
        return steps + self._get_score_steps(result)

    def _get_score_steps(self, result):
        """Sentences from percentage to level of a rated scorecard."""
        fig = scoring.figure
        bounds = [str(bound) for bound in self.scale_id.level_ids.mapped("min_score")]
        final = scoring.score_figure(result.final, bounds)
        return [
            self.env._(
                "Points kept: %(applicable)s − %(lost)s lost = %(actual)s.",
                applicable=fig(result.applicable),
                lost=fig(result.lost),
                actual=fig(result.actual),
            ),
            self.env._(
                "Percentage: %(actual)s ÷ %(applicable)s × 100 = %(base)s.",
                actual=fig(result.actual),
                applicable=fig(result.applicable),
                base=scoring.score_figure(result.base, bounds),
            ),
            self.env._(
                "Score: %(base)s − %(deductions)s special deductions + %(bonus)s "
                "special bonus, kept between 0 and 100 = %(final)s.",
                base=scoring.score_figure(result.base, bounds),
                deductions=result.deductions,
                bonus=result.bonus,
                final=final,
            ),
            self._get_level_step(result, final),
        ]

    def _get_level_step(self, result, final):
        """Sentence on how the score leads to the level."""
        limit = self.scale_id.deduction_limit
        if limit and result.deductions >= limit:
            return self.env._(
                "Level: %(level)s, because %(deductions)s special deductions reach the "
                "limit of %(limit)s.",
                level=self.level_id.name or "–",
                deductions=result.deductions,
                limit=limit,
            )
        return self.env._(
            "Level: %(level)s, which begins at %(bound)s; the score is %(final)s.",
            level=self.level_id.name or "–",
            bound=scoring.figure(str(self.level_id.min_score)),
            final=final,
        )

    def _render_arithmetic(self):
        """HTML with the sums per section and the steps to the level."""
        self.ensure_one()
        if not self.line_ids:
            return Markup()
        return self.env["ir.qweb"]._render(
            "aftersales_evaluation.scorecard_arithmetic",
            {"card": self, "figure": scoring.figure},
        )
