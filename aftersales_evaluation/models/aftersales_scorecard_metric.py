from odoo import models
from odoo.fields import Domain


class AftersalesScorecard(models.Model):
    _inherit = "aftersales.scorecard"

    def _get_metric_points(self):
        """Points whose work a scorecard is about: ``{scorecard: points}``.

        A point stands for itself, a centre for everything below it, a company for
        its whole network; a person has no metrics of a point.
        """
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        tops = self.filtered(lambda c: c.subject_type == "centre").service_point_id
        companies = self.filtered(lambda c: c.subject_type == "company").company_id
        found = Point
        if tops or companies:
            found = Point.search(
                Domain("id", "child_of", tops.ids)
                | Domain("company_id", "in", companies.ids)
            )
        return {card: card._filter_metric_points(found) for card in self}

    def _filter_metric_points(self, found):
        """Pick the points of this scorecard out of those of a batch."""
        self.ensure_one()
        top = self.service_point_id
        if self.subject_type == "point":
            return top
        if self.subject_type == "centre":
            return found.filtered(lambda p: p.parent_path.startswith(top.parent_path))
        if self.subject_type == "company":
            return found.filtered(lambda p: p.company_id == self.company_id)
        return found.browse()

    def _get_metric_figures(self):
        """Values of the metric lines of many scorecards.

        One evaluation of each metric per company and period, whatever the number
        of scorecards.

        :return: ``{(scorecard id, indicator id): line values}``
        """
        result = {}
        batches = self.grouped(lambda c: (c.company_id, c.date_from, c.date_to))
        for (company, date_from, date_to), cards in batches.items():
            codes = cards.set_id.indicator_ids._get_metric_codes()
            if not codes:
                continue
            points = cards._get_metric_points()
            # Figures count all records of points that the auditor may read, also
            # those of models on which his role has no rights.
            union = self.env["aftersales.service.point"].union(*points.values())
            union.check_access("read")
            metric_sudo = self.env["aftersales.metric"].sudo().with_company(company)
            values = metric_sudo._compute_metrics(
                sorted(codes), union.sudo(), date_from, date_to
            )
            for card in cards:
                result.update(card._prepare_metric_vals(points[card], values))
        return result

    def _prepare_metric_vals(self, points, values):
        """Line values of this scorecard from the figures of its points."""
        self.ensure_one()
        result = {}
        for indicator in self.set_id.indicator_ids:
            if indicator.kind == "metric" and indicator.is_scored:
                by_point = values.get(indicator.metric_code)
                if not points or by_point is None:
                    by_point = None
                result[self.id, indicator.id] = indicator._prepare_metric_line_vals(
                    by_point, points
                )
        return result

    def _refresh_metrics(self):
        """Fill the metric lines of drafts anew; own exclusions stay."""
        cards = self.filtered(lambda card: card.state == "draft")
        cards.check_access("write")
        figures = cards._get_metric_figures()
        for line_sudo in cards.line_ids.sudo():
            key = line_sudo.scorecard_id.id, line_sudo.indicator_id.id
            is_own = line_sudo.outcome == "excluded" or line_sudo.exclusion_reason
            if key in figures and not is_own:
                line_sudo.write(figures[key])
