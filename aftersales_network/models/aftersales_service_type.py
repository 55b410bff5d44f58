from odoo import fields, models


class AftersalesServiceType(models.Model):
    """Kind of job with its steps, time target and required post."""

    _name = "aftersales.service.type"
    _description = "Service Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("installation", "Installation"),
            ("repair", "Repair"),
            ("maintenance", "Maintenance"),
            ("visit", "Visit"),
            ("consultation", "Consultation"),
            ("inspection", "Inspection"),
            ("training", "Customer Training"),
            ("delivery", "Delivery"),
            ("adjustment", "First Adjustment"),
            ("relocation", "Relocation"),
            ("removal", "Removal"),
        ],
        required=True,
        default="repair",
    )
    is_onsite = fields.Boolean("On Site")
    target_hours = fields.Float(
        help="Hours from the request to the finished job, unless promised otherwise.",
        default=48.0,
    )
    role_id = fields.Many2one(
        "aftersales.staff.role",
        "Required Role",
        help="Only people in this role may get the job; empty: anybody who "
        "carries out jobs.",
    )
    step_ids = fields.One2many(
        "aftersales.service.step",
        "service_type_id",
        copy=True,
        domain=[("specification_id", "=", False)],
    )
    description = fields.Html(translate=True)
    confirmation = fields.Selection(
        [("none", "Not Needed"), ("required", "Signature or Link")],
        "Customer Confirmation",
        required=True,
        default="none",
        help="Signature or link: an order is closed only after the customer signed "
        "at the technician or confirmed by the link he is sent.",
    )
    needs_inspection = fields.Boolean(
        "Inspection before Hand-Over",
        help="Another person than the technician checks the work before the unit is "
        "handed over.",
    )
    check_ids = fields.One2many(
        "aftersales.service.check",
        "service_type_id",
        "Inspection Items",
        copy=True,
        domain=[("specification_id", "=", False)],
    )
    guarantee_days = fields.Integer(
        "Repair Guarantee (Days)",
        default=90,
        help="Days after the hand-over in which the same fault is repaired free of "
        "charge; counts for repairs only. 0: no guarantee.",
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "The code of a service type must be unique."
    )
    _guarantee_positive = models.Constraint(
        "CHECK (guarantee_days >= 0)", "Guarantee days cannot be negative."
    )


class AftersalesServiceStep(models.Model):
    """Written step of a service type that is ticked off on each order."""

    _name = "aftersales.service.step"
    _description = "Service Step"
    _order = "sequence, id"

    service_type_id = fields.Many2one(
        "aftersales.service.type", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    is_mandatory = fields.Boolean("Mandatory", default=True)
