from odoo import api, fields, models
from odoo.tools import format_date


class AftersalesTrainingSession(models.Model):
    """A course held at a time and place, with a number of seats."""

    _name = "aftersales.training.session"
    _description = "Training Session"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    course_id = fields.Many2one(
        "aftersales.training.course",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    content_type = fields.Selection(related="course_id.content_type", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Host Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Unit that hosts the session; people of its region may join. Empty: "
        "everybody of the company.",
    )
    date_start = fields.Datetime("Start", required=True, index=True, tracking=True)
    date_stop = fields.Datetime("End", required=True, tracking=True)
    seats = fields.Integer(
        compute="_compute_seats",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    location_id = fields.Many2one("res.partner", "Place", check_company=True)
    online_url = fields.Char("Online Link")
    trainer_ids = fields.Many2many(
        "aftersales.trainer",
        "aftersales_training_session_trainer_rel",
        "session_id",
        "trainer_id",
        "Trainers",
        check_company=True,
    )
    material_ids = fields.Many2many(
        "aftersales.training.material",
        "aftersales_training_session_material_rel",
        "session_id",
        "material_id",
        "Materials",
        check_company=True,
        copy=False,
        domain="[('course_id', '=', course_id), ('state', '=', 'published')]",
        help="Versions that are used; fixed when the session starts.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("open", "Open"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    attendee_ids = fields.One2many(
        "aftersales.training.attendee", "session_id", "Attendees"
    )

    _seats_positive = models.Constraint(
        "CHECK(seats >= 1)", "A session needs at least one seat."
    )
    _dates_order = models.Constraint(
        "CHECK(date_stop > date_start)", "A session must end after it starts."
    )

    @api.depends("course_id", "date_start")
    def _compute_name(self):
        for session in self:
            day = session.date_start and format_date(self.env, session.date_start)
            parts = (session.course_id.name, day)
            session.name = ", ".join(part for part in parts if part)

    @api.depends("course_id")
    def _compute_seats(self):
        for session in self:
            session.seats = session.seats or session.course_id.seats or 1
