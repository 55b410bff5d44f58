from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AftersalesAreaAssignment(models.Model):
    """Area a service point works in, for a product category and a period.

    Exclusive assignments of one area and product category may not overlap:
    one authorised point per area (regulating service points, area
    exclusivity).  The Python check names the other point; the exclusion
    constraint holds when two people assign at the same moment.
    """

    _name = "aftersales.area.assignment"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Area Assignment"
    _order = "area_id, date_from desc, id"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    area_id = fields.Many2one(
        "aftersales.area", required=True, index=True, ondelete="restrict"
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        help="Empty: every product.",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", help="Last day; empty: open end.")
    exclusive = fields.Boolean(default=True)

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An assignment cannot end before it starts.",
    )
    _exclusive_once = models.Constraint(
        "EXCLUDE USING gist ("
        "company_id WITH =, area_id WITH =, "
        "COALESCE(product_categ_id, 0) WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (exclusive)",
        "Another service point already holds this area exclusively "
        "for the product category in that period.",
    )

    @api.depends("area_id.complete_name", "service_point_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.service_point_id.name} – {line.area_id.complete_name}"
            )

    #: Fields that decide which place is claimed when.
    _CLAIM_FIELDS = (
        "service_point_id",
        "area_id",
        "product_categ_id",
        "date_from",
        "date_to",
        "exclusive",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Resolve defaults and conversions the way the record will have them.
            self._check_free(self.new(self._add_missing_default_values(vals)))
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) & set(self._CLAIM_FIELDS):
            changes = {k: v for k, v in vals.items() if k in self._CLAIM_FIELDS}
            for line in self:
                claim = self.new(changes, origin=line)
                self._check_free(claim)
        return super().write(vals)

    @api.model
    def _check_free(self, claim):
        """Name the point that holds the area, before the database refuses.

        :param claim: new record with the values to be
        :raise ValidationError: the area is taken in that period
        """
        if not claim.exclusive:
            return
        # Points of other subtrees are invisible to the user, yet they count.
        others_sudo = self.sudo().search(
            Domain("area_id", "in", claim.area_id.ids)
            & Domain("exclusive", "=", True)
            & Domain("id", "not in", claim._origin.ids)
            & Domain("company_id", "=", claim.service_point_id.sudo().company_id.id)
        )
        rival = others_sudo.filtered(lambda o: o._collides(claim.sudo()))[:1]
        if rival:
            raise ValidationError(
                self.env._(
                    "%(area)s is already assigned exclusively to %(point)s "
                    "from %(start)s to %(end)s. End that assignment first or "
                    "choose another period.",
                    area=claim.area_id.display_name,
                    point=rival.service_point_id.display_name,
                    start=rival.date_from,
                    end=rival.date_to or self.env._("open end"),
                )
            )

    def _collides(self, other):
        """Whether two exclusive lines of one area claim one time."""
        self.ensure_one()
        return (
            self.product_categ_id.id == (other.product_categ_id._origin.id or False)
            and (not other.date_to or self.date_from <= other.date_to)
            and (not self.date_to or other.date_from <= self.date_to)
        )

    def _runs_on(self, day):
        """Whether the assignment holds on a day."""
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or self.date_to >= day)

    @api.model
    def _get_running_domain(self, on_date):
        """Domain of the assignments that run on ``on_date``."""
        return Domain("date_from", "<=", on_date) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", on_date)
        )
