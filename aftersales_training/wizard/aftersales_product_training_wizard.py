from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesProductTrainingWizard(models.TransientModel):
    """Training needs of everybody who will work on a new product.

    The network-planning text asks for special training when a product is new.
    """

    _name = "aftersales.product.training.wizard"
    _description = "Training for a New Product"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        required=True,
        default=lambda self: self._default_product_categ_id(),
    )
    course_id = fields.Many2one(
        "aftersales.training.course",
        required=True,
        check_company=True,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    role_ids = fields.Many2many("aftersales.staff.role", string="Roles", required=True)
    point_ids = fields.Many2many(
        "aftersales.service.point",
        string="Units",
        compute="_compute_point_ids",
        store=True,
        readonly=False,
        help="Proposed: units whose areas cover the products of the category.",
    )
    date_due = fields.Date(
        "Due Date",
        required=True,
        default=lambda self: (
            self.env.company._get_aftersales_today() + relativedelta(months=2)
        ),
    )
    people_count = fields.Integer("People", compute="_compute_people_count")

    @api.model
    def _default_product_categ_id(self):
        """The category from whose page the dialog was opened."""
        context = self.env.context
        if context.get("active_model") != "product.category":
            return False
        return context.get("active_id")

    @api.depends("product_categ_id", "company_id")
    def _compute_point_ids(self):
        for wizard in self:
            wizard.point_ids = wizard._get_covering_points()

    @api.depends("point_ids", "role_ids")
    def _compute_people_count(self):
        for wizard in self:
            wizard.people_count = len(wizard._get_people())

    def _get_covering_points(self):
        """Units with an area today that covers the category."""
        self.ensure_one()
        Point = self.env["aftersales.service.point"]
        if not self.product_categ_id:
            return Point
        today = self.company_id._get_aftersales_today()
        covering = (
            Domain("date_from", "<=", today)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
            & (
                Domain("product_categ_id", "=", False)
                | Domain("product_categ_id", "parent_of", self.product_categ_id.id)
            )
        )
        return Point.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", ("probation", "active", "suspended"))
            & Domain("assignment_ids", "any", covering)
        )

    def _get_people(self):
        """Present people in the roles at the units, each once."""
        self.ensure_one()
        Staff = self.env["aftersales.staff"]
        today = self.company_id._get_aftersales_today()
        return Staff.search(
            Staff._get_present_domain(today)
            & Domain("service_point_id", "in", self.point_ids.ids)
            & Domain("role_id", "in", self.role_ids.ids)
        )._filter_one_line_each()

    def action_confirm(self):
        """Enter one need per person; those who have it already are left alone.

        :raise UserError: nobody in these roles at these units
        """
        self.ensure_one()
        people = self._get_people()
        if not people:
            raise UserError(
                self.env._(
                    "Nobody works in these roles at these units. Choose other roles "
                    "or units."
                )
            )
        Need = self.env["aftersales.training.need"].with_company(self.company_id)
        today = self.company_id._get_aftersales_today()
        Need._create_found(
            Need._filter_new([self._prepare_need_vals(p, today) for p in people])
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_training_need_action"
        )
        return {
            **action,
            "domain": [
                ("origin", "=", "product"),
                ("origin_res_id", "=", self.product_categ_id.id),
                ("course_id", "=", self.course_id.id),
            ],
        }

    def _prepare_need_vals(self, staff, today):
        """Values of the need of one person."""
        Need = self.env["aftersales.training.need"]
        return {
            **Need._prepare_origin_vals("product", self.product_categ_id, today),
            **Need._prepare_person_vals(staff),
            "course_id": self.course_id.id,
            "text": self.env._(
                "New product: %(product)s", product=self.product_categ_id.display_name
            ),
            "date_due": self.date_due,
        }


class AftersalesRatioDashboard(models.TransientModel):
    """From the shortfall of certified managers to their training."""

    _inherit = "aftersales.ratio.dashboard"

    def _get_preparing_course(self):
        """Course that leads to a certificate that counts; empty: none is known."""
        types = self.env["aftersales.certificate.type"].search(
            [("counts_for_ratio", "=", True)]
        )
        courses = types._get_training_courses(self.company_id)
        found = (courses[kind.id] for kind in types if kind.id in courses)
        return next(found, self.env["aftersales.training.course"])
