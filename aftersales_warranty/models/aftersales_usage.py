from odoo import api, fields, models

#: The same units as the usage limits of a policy.
USAGE_UNITS = [("km", "Kilometres"), ("hour", "Hours"), ("cycle", "Cycles")]


class AftersalesServiceOrder(models.Model):
    """What the meter of the unit shows when it comes in."""

    _inherit = "aftersales.service.order"

    usage_reading = fields.Float(
        digits=(16, 1),
        copy=False,
        help="Kilometres, hours or cycles on the meter of the unit; 0: not read.",
    )
    usage_uom = fields.Selection(USAGE_UNITS, "Usage Unit", copy=False)

    _usage_reading_positive = models.Constraint(
        "CHECK (usage_reading >= 0)", "A usage reading cannot be negative."
    )

    def _portal_done(self, post):
        """Take the reading that the technician typed, then finish the job."""
        if (post.get("usage_reading") or "").strip():
            self.usage_reading = self._portal_number(
                post["usage_reading"],
                self._fields["usage_reading"]._description_string(self.env),
            )
        return super()._portal_done(post)


class AftersalesClaim(models.Model):
    """Reading that the claim states; the order's, unless the point types one."""

    _inherit = "aftersales.claim"

    usage_reading = fields.Float(
        digits=(16, 1),
        compute="_compute_usage_reading",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Kilometres, hours or cycles on the meter of the unit; 0: not read.",
    )
    usage_uom = fields.Selection(
        USAGE_UNITS,
        "Usage Unit",
        compute="_compute_usage_reading",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )

    _usage_reading_positive = models.Constraint(
        "CHECK (usage_reading >= 0)", "A usage reading cannot be negative."
    )

    # Not on the reading of the order: what was claimed stays claimed.
    @api.depends("order_id")
    def _compute_usage_reading(self):
        for claim in self:
            order = claim.order_id
            claim.usage_reading = order.usage_reading or claim.usage_reading
            claim.usage_uom = order.usage_uom or claim.usage_uom
