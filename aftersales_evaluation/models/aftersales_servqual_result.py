from odoo import fields, models


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
