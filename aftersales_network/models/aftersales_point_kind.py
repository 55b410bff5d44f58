from odoo import fields, models

# The kind is read through the point, not copied: a copy would be written at every
# dispatch, and on a million orders whenever a point changes its kind.


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    point_kind = fields.Selection(
        related="service_point_id.kind", string="Kind of Point"
    )


class AftersalesAgreement(models.Model):
    _inherit = "aftersales.agreement"

    point_kind = fields.Selection(
        related="service_point_id.kind", string="Kind of Point"
    )


class AftersalesPointAdjustment(models.Model):
    _inherit = "aftersales.point.adjustment"

    point_kind = fields.Selection(
        related="service_point_id.kind", string="Kind of Point"
    )
