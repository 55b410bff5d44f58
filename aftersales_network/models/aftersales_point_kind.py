from odoo import fields, models


class AftersalesPointKindMixin(models.AbstractModel):
    """Shows, filters and groups records by the kind of their point.

    The kind is read through the point, not copied: a copy would be written at every
    dispatch, and on a million orders whenever a point changes its kind.
    """

    _name = "aftersales.point.kind.mixin"
    _description = "Kind of Point"

    service_point_id = fields.Many2one("aftersales.service.point")
    point_kind = fields.Selection(
        related="service_point_id.kind", string="Kind of Point"
    )
