from markupsafe import Markup

from odoo import api, fields, models

from ..tools import charts


class AftersalesSurveyCampaign(models.Model):
    """Pictures of a result, and campaigns side by side."""

    _inherit = "aftersales.survey.campaign"

    chart = fields.Html(compute="_compute_chart", sanitize=False)
    total_gap = fields.Float(
        "Quality Gap",
        compute="_compute_total",
        digits=(16, 2),
        help="Mean gap of the dimensions; below zero the service disappoints.",
    )
    weighted_gap = fields.Float(compute="_compute_total", digits=(16, 2))
    total_perception = fields.Float(
        "Perception", compute="_compute_total", digits=(16, 2)
    )
    has_total = fields.Boolean("Has Result", compute="_compute_total")
    has_weighted = fields.Boolean("Has Weights", compute="_compute_total")

    @api.depends("result_ids.gap", "result_ids.perception")
    def _compute_total(self):
        for campaign in self:
            by_kind = {row.kind: row for row in campaign.result_ids if not row.item_id}
            total = by_kind.get("total")
            weighted = by_kind.get("weighted")
            campaign.has_total = bool(total)
            campaign.has_weighted = bool(weighted)
            campaign.total_gap = total.gap if total else 0
            campaign.total_perception = total.perception if total else 0
            campaign.weighted_gap = weighted.gap if weighted else 0

    @api.depends("result_ids.gap", "result_ids.perception", "result_ids.expectation")
    @api.depends_context("lang")
    def _compute_chart(self):
        for campaign in self:
            campaign.chart = campaign._get_chart_images()

    def _get_chart_images(self):
        """Radar of the dimensions, and their gaps as bars, for page and print."""
        self.ensure_one()
        rows = self._get_dimension_results()
        if not rows:
            return False
        pictures = [self._draw_radar(rows)]
        if self.variant == "servqual":
            pictures.append(self._draw_gaps(rows))
        image = Markup('<img src="%s" style="max-width: 48%%" alt="%s"/>')
        return Markup().join(
            image % (charts.data_uri(picture), self.name) for picture in pictures
        )

    def _draw_radar(self, rows):
        """SVG of expectation and perception by dimension."""
        series = []
        if self.variant == "servqual":
            expected = [row.expectation for row in rows.values()]
            series.append((self.env._("Expectation"), expected))
        perceived = [row.perception for row in rows.values()]
        series.append((self.env._("Perception"), perceived))
        labels = [dimension.name for dimension in rows]
        return charts.radar(labels, series, maximum=self.set_id.scale_max)

    def _draw_gaps(self, rows):
        """SVG of the gaps, those below zero in red."""
        gaps = [row.gap for row in rows.values()]
        colors = ["#a8324a" if gap < 0 else "#017e84" for gap in gaps]
        labels = [dimension.name for dimension in rows]
        return charts.bars(labels, gaps, colors=colors, width=420)

    def _get_comparison(self):
        """Campaigns beside each other, for the printed comparison.

        :return: ``[(dimension, [result or None by campaign])]``, totals last with the
            kind of the total in place of the dimension
        """
        results = [campaign._get_dimension_results() for campaign in self]
        dimensions = self.result_ids.dimension_id.sorted()
        rows = [
            (dimension.name, [found.get(dimension) for found in results])
            for dimension in dimensions
        ]
        labels = dict(
            self.env["aftersales.servqual.result"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        for kind in ("total", "weighted"):
            totals = [
                campaign.result_ids.filtered(lambda r, k=kind: r.kind == k)
                for campaign in self
            ]
            rows.append((labels[kind], [total or None for total in totals]))
        return rows

    def action_view_invitations(self):
        """Open the people who were asked."""
        return self._get_children_action(
            "aftersales.survey.invitation",
            self.env._("Invitations of %(campaign)s", campaign=self.name),
            "list,form",
        )

    def action_view_results(self):
        """Open the figures as pivot and graph."""
        return self._get_children_action(
            "aftersales.servqual.result",
            self.env._("Results of %(campaign)s", campaign=self.name),
            "pivot,graph,list",
        )

    def _get_children_action(self, model, name, view_mode):
        """Window action on what belongs to this campaign."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            "domain": [("campaign_id", "=", self.id)],
        }

    def action_test_questionnaire(self):
        """Open the questionnaire as respondents see it; nothing is counted.

        :raise UserError: the campaign has no questionnaire yet
        """
        self.ensure_one()
        self.check_access("write")
        if not self.survey_id:
            self._lock("draft")
            self._prepare_questionnaire()
        # Whoever runs the campaign needs no rights on the survey app.
        survey_sudo = self.survey_id.sudo()
        test = survey_sudo._create_answer(user=self.env.user, test_entry=True)
        return {
            "type": "ir.actions.act_url",
            "target": "new",
            "url": test.get_start_url(),
        }
