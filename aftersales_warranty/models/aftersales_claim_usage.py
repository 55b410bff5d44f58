from odoo import api, fields, models
from odoo.exceptions import UserError

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

    def _portal_done(self, post):
        """Take the reading over that the technician typed, then finish.

        :raise UserError: no number, or a number without its unit
        """
        text = (post.get("usage_reading") or "").strip()
        if text:
            self.ensure_one()
            self.write(self._prepare_portal_reading(text, post.get("usage_uom")))
        return super()._portal_done(post)

    def _prepare_portal_reading(self, text, unit):
        """Values of a reading typed on the portal.

        :raise UserError: naming what is wrong
        """
        if unit not in dict(USAGE_UNITS):
            raise UserError(
                self.env._(
                    "Choose the unit of the reading: kilometres, hours or cycles."
                )
            )
        reading = self._portal_number(text, self.env._("Reading of the Unit"))
        return {"usage_reading": reading, "usage_uom": unit}


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
