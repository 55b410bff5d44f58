from odoo import api, fields, models


class AftersalesServqualResult(models.Model):
    """A figure of a campaign: of an item, a dimension or the whole.

    Written by the campaign alone. What nobody answered has no row: it is no figure,
    neither zero nor full marks.
    """

    _name = "aftersales.servqual.result"
    _description = "Survey Result"
    _order = "campaign_id desc, sequence, id"
    _check_company_auto = True

    campaign_id = fields.Many2one(
        "aftersales.survey.campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="campaign_id.company_id", store=True, index=True
    )
    group = fields.Selection(related="campaign_id.group", store=True)
    variant = fields.Selection(related="campaign_id.variant", store=True)
    set_id = fields.Many2one(related="campaign_id.set_id", store=True, index=True)
    period = fields.Date(
        related="campaign_id.date_to", store=True, help="Last day of the period asked."
    )
    sequence = fields.Integer()
    kind = fields.Selection(
        [
            ("total", "Total"),
            ("weighted", "Weighted Total"),
            ("dimension", "Dimension"),
            ("item", "Item"),
        ],
        required=True,
        index=True,
    )
    dimension_id = fields.Many2one(
        "aftersales.servqual.dimension", index="btree_not_null", ondelete="restrict"
    )
    item_id = fields.Many2one(
        "aftersales.servqual.item", index="btree_not_null", ondelete="restrict"
    )
    respondent_count = fields.Integer("Respondents", help="People behind the figure.")
    expectation = fields.Float(digits=(16, 4), aggregator="avg")
    perception = fields.Float(digits=(16, 4), aggregator="avg")
    gap = fields.Float(
        "Quality Gap",
        digits=(16, 4),
        aggregator="avg",
        help="Perception less expectation; below zero the service disappoints.",
    )
    weight = fields.Float(
        "Weight (%)", digits=(16, 2), aggregator="avg", help="Mean of the points given."
    )

    _place_uniq = models.UniqueIndex(
        "(campaign_id, kind, COALESCE(dimension_id, 0), COALESCE(item_id, 0))",
        "This figure exists already.",
    )

    @api.depends("campaign_id.name", "kind", "dimension_id.name", "item_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for result in self:
            part = result.item_id.display_name or result.dimension_id.name
            what = part or labels.get(result.kind)
            result.display_name = f"{result.campaign_id.name}: {what}"
