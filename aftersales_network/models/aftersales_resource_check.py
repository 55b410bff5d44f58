from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .flow import without_guarded_defaults


class AftersalesResourceCheck(models.Model):
    """One check of a resource: evidence that is added, never changed."""

    _name = "aftersales.resource.check"
    _description = "Resource Check"
    _order = "date desc, id desc"
    _rec_name = "date"

    resource_id = fields.Many2one(
        "aftersales.resource", required=True, index=True, ondelete="cascade"
    )
    service_point_id = fields.Many2one(
        related="resource_id.service_point_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="resource_id.company_id", store=True, index=True
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._get_aftersales_today()
    )
    user_id = fields.Many2one(
        "res.users",
        "Checked by",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
    )
    result = fields.Selection(
        [("ok", "In Order"), ("defect", "Defect")], required=True, default="ok"
    )
    quantity_defective = fields.Float(
        "Defective Quantity", help="0: everything on hand is defective."
    )
    note = fields.Text()
    photo = fields.Image(max_width=1920, max_height=1920)

    _quantity_positive = models.Constraint(
        "CHECK (COALESCE(quantity_defective, 0) >= 0)",
        "The defective quantity cannot be negative.",
    )

    @api.constrains("date")
    def _check_date(self):
        today = self.env.company._get_aftersales_today()
        for check in self:
            if check.date > today:
                raise ValidationError(
                    self.env._(
                        "%(resource)s: a check cannot lie in the future "
                        "(%(date)s). Enter the day on which it was made.",
                        resource=check.resource_id.name,
                        date=check.date,
                    )
                )

    @api.constrains("result", "note")
    def _check_defect_note(self):
        for check in self:
            if check.result == "defect" and not (check.note or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(resource)s: describe the defect in the note.",
                        resource=check.resource_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Whoever enters the check has made it.
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        cleaned = without_guarded_defaults(self, ("user_id",))
        checks = super(AftersalesResourceCheck, cleaned).create(vals_list)
        checks.check_access("read")
        checks._apply()
        return checks

    def _apply(self):
        """Carry the result of the newest checks over to their resources."""
        for check in self:
            resource = check.resource_id
            if check.date < (resource.date_last_check or check.date):
                continue
            defective = 0.0
            if check.result == "defect":
                defective = check.quantity_defective or resource.quantity
            resource.write(
                {
                    "condition": "good" if check.result == "ok" else "defective",
                    "quantity_defective": min(defective, resource.quantity),
                }
            )
        self.resource_id.activity_feedback(
            ["aftersales_network.activity_resource_check"]
        )
