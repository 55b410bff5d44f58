from odoo import fields, models


class AftersalesLevelChange(models.Model):
    """One change of the level of a point: evidence, written by the steps only."""

    _name = "aftersales.level.change"
    _description = "Change of Level"
    _order = "date desc, id desc"
    _rec_name = "service_point_id"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Date(required=True, readonly=True)
    old_level_id = fields.Many2one(
        "aftersales.point.level", "From", readonly=True, ondelete="restrict"
    )
    level_id = fields.Many2one(
        "aftersales.point.level", "To", readonly=True, index=True, ondelete="restrict"
    )
    old_coefficient = fields.Float(
        "Coefficient Before", digits=(6, 4), readonly=True, aggregator=None
    )
    coefficient = fields.Float(
        digits=(6, 4),
        readonly=True,
        aggregator=None,
        help="Of that day: a later change of the level's rate does not reach it.",
    )
    reason = fields.Text(readonly=True)
    res_model = fields.Char("Source Model", readonly=True)
    res_id = fields.Many2oneReference("Source", model_field="res_model", readonly=True)
    source_name = fields.Char("Assessment", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Changed by", required=True, readonly=True, index=True
    )

    def action_open_source(self):
        """Open the assessment that led to the change."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._get_records_action()
