from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare

#: Roles that may assess a probation.
ASSESSOR_GROUPS = (
    "aftersales_network.group_centre_manager",
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)
FROZEN_FIELDS = {
    "service_point_id",
    "date",
    "score",
    "outcome",
    "findings",
    "date_end_new",
}


class AftersalesProbationAssessment(models.Model):
    """Assessment of a point in its probation.

    The agreement takes effect only after it is passed (network-planning seed
    text).  The figures of the period are frozen when it is confirmed.
    """

    _name = "aftersales.probation.assessment"
    _description = "Probation Assessment"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    #: Metrics of the probation period shown to the assessor.
    _METRICS = ("VOLUME", "CLOSE", "ONSITE", "MTTR", "COMPR", "REOPEN")

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('state', '=', 'probation')]",
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        tracking=True,
    )
    date_from = fields.Date("Probation from", readonly=True)
    score = fields.Float(
        digits=(5, 1), tracking=True, aggregator="avg", help="0 to 100 points."
    )
    outcome = fields.Selection(
        [
            ("passed", "Passed"),
            ("extended", "Extended"),
            ("failed", "Failed"),
        ],
        tracking=True,
    )
    date_end_new = fields.Date(
        "New End of Probation", help="Required when the probation is extended."
    )
    findings = fields.Text(tracking=True)
    assessor_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        index=True,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Confirmed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    figure_ids = fields.One2many(
        "aftersales.probation.figure", "assessment_id", "Figures", readonly=True
    )
    point_state = fields.Selection(
        related="service_point_id.state", string="State of the Point"
    )

    _FLOW_FIELDS = frozenset(("state", "assessor_id", "date_from", "figure_ids"))

    _score_range = models.Constraint(
        "CHECK (score >= 0 AND score <= 100)",
        "The score of an assessment must be between 0 and 100.",
    )

    @api.depends("service_point_id.name", "date")
    def _compute_display_name(self):
        for assessment in self:
            day = fields.Date.to_string(assessment.date)
            assessment.display_name = f"{assessment.service_point_id.name or ''} {day}"

    @api.constrains("outcome", "date_end_new", "service_point_id")
    def _check_extension(self):
        """An extension names a later end of the probation."""
        for assessment in self.filtered(lambda a: a.outcome == "extended"):
            end = assessment.service_point_id.date_probation_end
            new_end = assessment.date_end_new
            if assessment.state == "draft" and (
                not new_end or (end and new_end <= end) or new_end <= assessment.date
            ):
                raise ValidationError(
                    self.env._(
                        "The probation of %(point)s ends on %(end)s. Enter a later end "
                        "to extend it.",
                        point=assessment.service_point_id.display_name,
                        end=end or self.env._("no date"),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        assessments = super().create(vals_list)
        assessments._load_figures()
        return assessments

    def write(self, vals):
        if not self._is_flow() and FROZEN_FIELDS & set(vals):
            self._check_draft()
        res = super().write(vals)
        if {"service_point_id", "date"} & set(vals):
            self._load_figures()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._check_draft()

    def _check_draft(self):
        """A confirmed assessment is evidence.

        :raise UserError: naming the assessment and the way out
        """
        done = self.filtered(lambda a: a.state == "done")[:1]
        if done:
            raise UserError(
                self.env._(
                    "Assessment %(name)s is confirmed and cannot be changed. Enter a "
                    "new one instead.",
                    name=done.display_name,
                )
            )

    def action_refresh(self):
        """Read the figures of the period again."""
        self._check_draft()
        self.check_access("write")
        self._load_figures()

    def action_confirm(self):
        """Freeze figures and outcome; the probation ends, goes on or fails.

        :raise AccessError: anybody but the assessing roles
        :raise UserError: the own point, or something is missing
        """
        self._check_draft()
        for assessment in self:
            assessment._check_assessor()
            assessment._check_complete()
        self._load_figures()
        self._write_flow({"state": "done", "assessor_id": self.env.uid})
        for assessment in self:
            assessment._apply_outcome()

    def _check_assessor(self):
        """Assessed by a role for it, and not by the point itself.

        :raise AccessError, UserError: naming the point
        """
        point, user = self.service_point_id, self.env.user
        if not any(user.has_group(group) for group in ASSESSOR_GROUPS):
            names = [self.env.ref(group).sudo().name for group in ASSESSOR_GROUPS]
            raise AccessError(
                self.env._(
                    "A probation is assessed by the roles %(roles)s only.",
                    roles=", ".join(names),
                )
            )
        if user in point.manager_id | point.sudo().staff_ids.user_id:
            raise UserError(
                self.env._(
                    "You work for %(point)s. Somebody else must assess its probation.",
                    point=point.display_name,
                )
            )

    def _check_complete(self):
        """Outcome and findings are there, and the point is in its probation.

        :raise UserError: naming what is missing
        """
        self.service_point_id._check_flow_state("probation")
        if not self.service_point_id.date_probation_start:
            raise UserError(
                self.env._(
                    "The probation of %(point)s has not begun. It begins with the "
                    "signature of its agreement.",
                    point=self.service_point_id.display_name,
                )
            )
        if not self.outcome or not (self.findings or "").strip():
            raise UserError(
                self.env._(
                    "Enter outcome and findings of the assessment of %(point)s.",
                    point=self.service_point_id.display_name,
                )
            )
        target = self.company_id.aftersales_probation_score
        too_low = float_compare(self.score, target, precision_digits=1) < 0
        if self.outcome == "passed" and too_low:
            raise UserError(
                self.env._(
                    "%(point)s scored %(score)s; %(target)s are needed to pass. Extend "
                    "the probation or let it fail.",
                    point=self.service_point_id.display_name,
                    score=self.score,
                    target=target,
                )
            )

    def _apply_outcome(self):
        """Record the decision and let the point go on by it."""
        self.ensure_one()
        point = self.service_point_id
        decision = "rejected" if self.outcome == "failed" else "approved"
        self.env["aftersales.approval"]._log(self, "probation", decision, self.findings)
        if self.outcome == "extended":
            point._write_flow({"date_probation_end": self.date_end_new})
        point._on_assessed(self)

    def action_terminate(self):
        """End a failed probation: the withdrawal of the point is filed.

        :raise UserError: the probation did not fail
        """
        self.ensure_one()
        point = self.service_point_id
        if point._get_last_assessment() != self or self.outcome != "failed":
            raise UserError(
                self.env._(
                    "Only the last, failed assessment of %(point)s ends its probation.",
                    point=point.display_name,
                )
            )
        point._check_group("aftersales_network.group_head")
        return point._end_probation(self.findings)._get_records_action()

    def _load_figures(self):
        """Replace the figures by those of the period up to the assessment."""
        figures = []
        for assessment in self.sudo():
            point = assessment.service_point_id
            start = point.date_probation_start or assessment.date
            assessment._write_flow({"date_from": start})
            figures += assessment._prepare_figures(start)
        self.sudo().figure_ids.unlink()
        self.env["aftersales.probation.figure"].sudo().create(figures)

    def _prepare_figures(self, date_from):
        """Values of the figures of one assessment."""
        self.ensure_one()
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        catalog = Metric._get_metric_catalog()
        points = self.service_point_id
        values = Metric._compute_metrics(self._METRICS, points, date_from, self.date)
        return [
            {
                "assessment_id": self.id,
                "code": code,
                "name": catalog[code]["name"],
                "unit": catalog[code]["unit"],
                "numerator": values[code][points.id][0],
                "denominator": values[code][points.id][1],
            }
            for code in self._METRICS
            if values[code] is not None
        ]

    @api.model
    def _cron_remind(self):
        """On the end date: an activity for whoever looks after the point."""
        for company in self.env["res.company"].search([("active", "=", True)]):
            points = self.env["aftersales.service.point"].search(
                Domain("company_id", "=", company.id)
                & Domain("state", "=", "probation")
                & Domain("date_probation_end", "<=", company._get_aftersales_today())
            )
            points._remind_assessment()
            self.env["ir.cron"]._commit_progress(len(points))


class AftersalesProbationFigure(models.Model):
    """One figure of a probation period, frozen with the assessment."""

    _name = "aftersales.probation.figure"
    _description = "Figure of a Probation"
    _order = "assessment_id, id"

    assessment_id = fields.Many2one(
        "aftersales.probation.assessment", required=True, index=True, ondelete="cascade"
    )
    service_point_id = fields.Many2one(
        related="assessment_id.service_point_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="assessment_id.company_id", store=True, index=True
    )
    code = fields.Char(required=True)
    name = fields.Char("Figure", required=True)
    unit = fields.Char()
    numerator = fields.Float(aggregator=None)
    denominator = fields.Float("Base", aggregator=None)
    is_available = fields.Boolean(compute="_compute_value", store=True)
    value = fields.Float(
        compute="_compute_value", store=True, digits=(12, 1), aggregator=None
    )

    @api.depends("numerator", "denominator", "unit")
    def _compute_value(self):
        for figure in self:
            figure.is_available = bool(figure.denominator)
            ratio = figure.numerator / figure.denominator if figure.denominator else 0.0
            figure.value = ratio * 100 if figure.unit == "%" else ratio

    def action_open_records(self):
        """Open the orders behind the figure."""
        self.ensure_one()
        assessment = self.assessment_id
        return self.env["aftersales.metric"]._get_metric_action(
            self.code,
            assessment.service_point_id,
            assessment.date_from,
            assessment.date,
        )
