from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: States in which an application is filled in by the applicant or the centre.
DRAFT_STATES = ("prospect", "rejected")


class AftersalesCondition(models.Model):
    """Set-up condition: what a point must have before it may apply.

    Premises, equipment, people and legal form come from the network-planning
    seed text; the figures are the company's own.
    """

    _name = "aftersales.condition"
    _description = "Set-up Condition"
    _order = "sequence, id"

    #: Fields of the registration form that a condition may take its value from.
    _SOURCE_FIELDS = (
        "office_area",
        "workshop_area",
        "store_area",
        "technician_headcount",
        "vehicle_count",
        "years_in_trade",
        "photo_ids",
        "registration_number",
        "legal_form",
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        "In Use", default=True, help="Only conditions in use are asked for."
    )
    category = fields.Selection(
        [
            ("premises", "Premises"),
            ("equipment", "Equipment"),
            ("people", "People"),
            ("legal", "Legal Form"),
        ],
        required=True,
        default="premises",
    )
    tier = fields.Selection(
        [
            ("point", "Points"),
            ("centre", "Regional Centres"),
            ("all", "Points and Centres"),
        ],
        "Applies to",
        required=True,
        default="point",
    )
    for_own = fields.Boolean("Self-run", default=True)
    for_authorized = fields.Boolean("Authorised Repair Units", default=True)
    for_retailer = fields.Boolean("Retailers or Shops", default=True)
    for_franchise = fields.Boolean("Franchises or Joint Ventures", default=True)
    for_dispatch = fields.Boolean("Head Office Direct Dispatch", default=True)
    level_ids = fields.Many2many(
        "aftersales.point.level",
        "aftersales_condition_level_rel",
        "condition_id",
        "level_id",
        "Levels",
        help="Levels that must meet the condition; empty: every level.",
    )
    check_kind = fields.Selection(
        [
            ("number", "Number with a Minimum"),
            ("yes_no", "Yes or No"),
            ("document", "Document"),
        ],
        "Kind of Check",
        required=True,
        default="number",
    )
    minimum = fields.Float(digits=(12, 2), aggregator=None)
    unit = fields.Char(translate=True, help="Unit of the minimum, for example m².")
    source_field = fields.Selection(
        "_selection_source_field",
        "Value From",
        help="Field of the registration form that gives the value; empty: it is "
        "entered with the condition. A list counts its entries.",
    )
    proof_required = fields.Boolean(
        help="The condition is met only with an attached proof."
    )
    note = fields.Text(translate=True, help="What counts as fulfilled.")
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company."
    )
    line_ids = fields.One2many("aftersales.point.condition", "condition_id")

    _minimum_positive = models.Constraint(
        "CHECK (minimum >= 0)", "The minimum of a condition cannot be negative."
    )

    @api.model
    def _selection_source_field(self):
        Point = self.env["aftersales.service.point"]
        return [
            (name, Point._fields[name]._description_string(self.env))
            for name in self._SOURCE_FIELDS
        ]

    @api.constrains("check_kind", "source_field")
    def _check_source(self):
        """A number needs a numeric source, a document none."""
        Point = self.env["aftersales.service.point"]
        for condition in self.filtered("source_field"):
            source = Point._fields[condition.source_field]
            text = source.type in ("char", "selection")
            if condition.check_kind == "document" or (
                condition.check_kind == "number" and text
            ):
                raise ValidationError(
                    self.env._(
                        "Condition %(name)s cannot take its value from “%(field)s”. "
                        "Choose another field or another kind of check.",
                        name=condition.name,
                        field=source._description_string(self.env),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        conditions = super().create(vals_list)
        self._sync_open_applications()
        return conditions

    def write(self, vals):
        res = super().write(vals)
        if set(vals) - {"name", "note", "sequence", "unit", "minimum"}:
            self._sync_open_applications()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """What applications were judged by stays readable."""
        used = self.sudo().filtered("line_ids")[:1]
        if used:
            raise ValidationError(
                self.env._(
                    "Condition %(name)s is kept by %(count)s service points and cannot "
                    "be deleted. Archive it instead.",
                    name=used.name,
                    count=len(used.line_ids),
                )
            )

    @api.model
    def _sync_open_applications(self):
        """Bring the conditions of all applications that are still drafts up to date."""
        self.env["aftersales.service.point"].sudo().search(
            Domain("state", "in", DRAFT_STATES)
        )._sync_conditions()

    def _applies_to(self, point):
        """Whether a point must meet this condition.

        :param point: one ``aftersales.service.point``
        """
        self.ensure_one()
        return (
            self.active
            and self.company_id in (point.company_id, self.env["res.company"])
            and self._applies_to_tier(point.tier)
            # A kind that another module adds has no switch: it must comply.
            and (f"for_{point.kind}" not in self or self[f"for_{point.kind}"])
            and (not self.level_ids or point.level_id in self.level_ids)
        )

    def _applies_to_tier(self, tier):
        """Whether units of a tier must meet this condition; head offices never."""
        self.ensure_one()
        return tier != "hq" and self.tier in (tier, "all")
