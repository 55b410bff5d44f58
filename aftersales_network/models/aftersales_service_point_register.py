from odoo import fields, models


class AftersalesServicePoint(models.Model):
    """Registration form of a point: what it has and where it is.

    Fields after the selection criteria for service points: easy to reach,
    experienced, sensible layout, with office and workshop.
    """

    _inherit = "aftersales.service.point"

    legal_form = fields.Selection(
        [
            ("company", "Company"),
            ("partnership", "Partnership"),
            ("sole", "Sole Proprietor"),
            ("branch", "Branch of our Company"),
        ],
        tracking=True,
    )
    registration_number = fields.Char(
        "Business Registration", copy=False, tracking=True
    )
    years_in_trade = fields.Integer(tracking=True)
    other_brands = fields.Char(
        tracking=True, help="Brands the point serves besides ours."
    )
    transport_access = fields.Text(
        tracking=True, help="How customers and goods reach the point."
    )
    opening_note = fields.Char("Opening Hours for Customers", tracking=True)
    office_area = fields.Float("Office (m²)", digits=(10, 1), tracking=True)
    workshop_area = fields.Float("Workshop (m²)", digits=(10, 1), tracking=True)
    store_area = fields.Float("Store (m²)", digits=(10, 1), tracking=True)
    technician_headcount = fields.Integer("Technicians Employed", tracking=True)
    vehicle_count = fields.Integer("Service Vehicles", tracking=True)
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_service_point_photo_rel",
        "service_point_id",
        "attachment_id",
        "Photos",
        copy=False,
    )
    applicant_id = fields.Many2one(
        "res.users",
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="Portal user who fills in the application and sees its state.",
    )

    _register_positive = models.Constraint(
        "CHECK (COALESCE(years_in_trade, 0) >= 0 AND COALESCE(office_area, 0) >= 0"
        " AND COALESCE(workshop_area, 0) >= 0 AND COALESCE(store_area, 0) >= 0"
        " AND COALESCE(technician_headcount, 0) >= 0"
        " AND COALESCE(vehicle_count, 0) >= 0)",
        "Figures of the registration form cannot be negative.",
    )
