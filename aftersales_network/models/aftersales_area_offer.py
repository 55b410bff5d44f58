from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_grade import GRADES


class AftersalesArea(models.Model):
    """What an area promises and offers: own, else from above, else by its grade.

    The offer of a grade belongs to a company, the area may be shared: whatever
    rests on the grade is computed for the company that asks.
    """

    _inherit = "aftersales.area"

    own_grade = fields.Selection(
        GRADES, help="Empty: the grade of the parent area applies."
    )
    grade = fields.Selection(
        GRADES,
        compute="_compute_grade",
        inverse="_inverse_grade",
        store=True,
        recursive=True,
        index="btree_not_null",
    )
    own_response_hours = fields.Float(
        "Own Response Time",
        help="Promised hours to the first visit; empty: as the parent area, "
        "else as the grade says.",
    )
    tree_response_hours = fields.Float(
        compute="_compute_tree_response_hours", store=True, recursive=True
    )
    response_hours = fields.Float(
        "Response Time",
        compute="_compute_offer",
        inverse="_inverse_response_hours",
        help="Promised hours from the request to the first visit.",
    )
    own_callback_share = fields.Float(
        "Own Call-backs (%)",
        digits=(5, 2),
        help="Empty: as the parent area, else as the grade says.",
    )
    tree_callback_share = fields.Float(
        compute="_compute_tree_callback_share",
        store=True,
        recursive=True,
        digits=(5, 2),
    )
    callback_share = fields.Float(
        "Call-backs (%)",
        compute="_compute_offer",
        digits=(5, 2),
        help="Share of finished jobs whose customers are called back.",
    )
    own_service_type_ids = fields.Many2many(
        "aftersales.service.type",
        "aftersales_area_service_type_rel",
        "area_id",
        "service_type_id",
        "Own Services",
        help="Services offered here and below whatever the grade says; empty: as "
        "the parent area, else as the grade says.",
    )
    offer_area_id = fields.Many2one(
        "aftersales.area",
        "Services Set At",
        compute="_compute_offer_area_id",
        store=True,
        recursive=True,
        index="btree_not_null",
        help="Nearest area upwards with services of its own.",
    )
    offered_service_type_ids = fields.Many2many(
        "aftersales.service.type",
        string="Offered Services",
        compute="_compute_offer",
        help="Empty: every service.",
    )

    _own_response_positive = models.Constraint(
        "CHECK (own_response_hours >= 0)", "The response time cannot be negative."
    )
    _own_share_range = models.Constraint(
        "CHECK (own_callback_share >= 0 AND own_callback_share <= 100)",
        "The share of call-backs must be between 0 and 100 %.",
    )

    @api.depends("own_grade", "parent_id.grade")
    def _compute_grade(self):
        for area in self:
            area.grade = area.own_grade or area.parent_id.grade

    def _inverse_grade(self):
        for area in self:
            area.own_grade = area.grade

    @api.depends("own_response_hours", "parent_id.tree_response_hours")
    def _compute_tree_response_hours(self):
        for area in self:
            area.tree_response_hours = (
                area.own_response_hours or area.parent_id.tree_response_hours
            )

    @api.depends("own_callback_share", "parent_id.tree_callback_share")
    def _compute_tree_callback_share(self):
        for area in self:
            area.tree_callback_share = (
                area.own_callback_share or area.parent_id.tree_callback_share
            )

    @api.depends("own_service_type_ids", "parent_id.offer_area_id")
    def _compute_offer_area_id(self):
        for area in self:
            area.offer_area_id = (
                area if area.own_service_type_ids else area.parent_id.offer_area_id
            )

    @api.depends(
        "grade",
        "tree_response_hours",
        "tree_callback_share",
        "offer_area_id.own_service_type_ids",
        "company_id",
    )
    @api.depends_context("company")
    def _compute_offer(self):
        for area in self:
            area.response_hours = area._get_response_hours()
            area.callback_share = area._get_callback_share()
            area.offered_service_type_ids = area._get_offered_service_types()

    def _inverse_response_hours(self):
        for area in self:
            area.own_response_hours = area.response_hours

    def write(self, vals):
        res = super().write(vals)
        names = {"own_grade", "grade", "own_response_hours", "response_hours"}
        if vals.keys() & (names | {"parent_id"}):
            self.env["aftersales.service.order"]._refresh_promises(
                Domain("area_id", "child_of", self.ids)
            )
        return res

    def _get_offer(self, company=None):
        """Offer of the area's grade, as superuser; empty without a grade.

        :param company: company that asks; by default the area's own, else the
            current one
        """
        company = company or self.company_id or self.env.company
        return self.env["aftersales.grade"]._get_offer(self.grade, company)

    def _get_response_hours(self, company=None):
        """Promised hours to the first visit; 0 without a promise.

        Own hours, else those of the nearest area above, else the grade's.
        """
        return self.tree_response_hours or self._get_offer(company).response_hours

    def _get_callback_share(self, company=None):
        """Per cent of finished jobs to call back, by the same precedence."""
        return self.tree_callback_share or self._get_offer(company).callback_share

    def _get_offered_service_types(self, company=None):
        """Services offered in the area; empty means every service.

        Own services, else those of the nearest area above, else the grade's.
        """
        own = self.offer_area_id.own_service_type_ids
        found = own or self._get_offer(company).service_type_ids
        return found.with_env(self.env)

    def _offers(self, service_type, company=None):
        """Whether a service is offered in the area."""
        offered = self._get_offered_service_types(company)
        return not offered or service_type in offered
