from odoo import api, fields, models

USAGE_UNITS = [("km", "Kilometres"), ("hour", "Hours"), ("cycle", "Cycles")]


class AftersalesServiceOrder(models.Model):
    """Reading of the unit's counter when the job was done."""

    _inherit = "aftersales.service.order"

    usage_reading = fields.Float(
        digits=(12, 1),
        copy=False,
        aggregator=None,
        help="What the counter of the unit showed: kilometres, hours or cycles.",
    )
    usage_uom = fields.Selection(USAGE_UNITS, "Unit of the Reading", copy=False)

    _usage_reading_positive = models.Constraint(
        "CHECK (usage_reading >= 0)", "A reading cannot be negative."
    )
    _usage_unit_given = models.Constraint(
        "CHECK (COALESCE(usage_reading, 0) = 0 OR usage_uom IS NOT NULL)",
        "A reading needs its unit: kilometres, hours or cycles.",
    )
    _usage_idx = models.Index(
        "(registration_id, usage_reading) WHERE usage_reading > 0"
    )

    def write(self, vals):
        """Keep the reading of a claimed job as it was claimed.

        :raise UserError: naming the claim
        """
        if "usage_reading" in vals or "usage_uom" in vals:
            self._check_not_claimed()
        return super().write(vals)


class AftersalesClaim(models.Model):
    """The reading that the cover of the claim is compared with."""

    _inherit = "aftersales.claim"

    usage_reading = fields.Float(
        compute="_compute_usage",
        store=True,
        readonly=False,
        precompute=True,
        digits=(12, 1),
        aggregator=None,
        help="What the counter of the unit showed: kilometres, hours or cycles.",
    )
    usage_uom = fields.Selection(
        USAGE_UNITS,
        "Unit of the Reading",
        compute="_compute_usage",
        store=True,
        readonly=False,
        precompute=True,
    )

    _usage_reading_positive = models.Constraint(
        "CHECK (usage_reading >= 0)", "A reading cannot be negative."
    )
    _usage_unit_given = models.Constraint(
        "CHECK (COALESCE(usage_reading, 0) = 0 OR usage_uom IS NOT NULL)",
        "A reading needs its unit: kilometres, hours or cycles.",
    )
    _usage_idx = models.Index(
        "(registration_id, usage_reading) WHERE usage_reading > 0"
    )

    @api.depends("order_id")
    def _compute_usage(self):
        for claim in self:
            order = claim.order_id
            claim.usage_reading = order.usage_reading or claim.usage_reading
            claim.usage_uom = order.usage_uom or claim.usage_uom
