from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_grade import GRADES


class AftersalesServiceOrder(models.Model):
    """What the area of the customer promises for an order.

    Grade and promise are those of the day of the request: an area graded anew
    changes orders that still wait in the queue, not what was promised for work
    that is under way or done.
    """

    _inherit = "aftersales.service.order"

    grade = fields.Selection(
        GRADES,
        "Area Grade",
        compute="_compute_grade",
        store=True,
        precompute=True,
        help="Grade of the area; it gives the offered services and the response time.",
    )
    offered_service_type_ids = fields.Many2many(
        "aftersales.service.type",
        string="Offered Services",
        compute="_compute_offered_service_types",
        help="Services offered where the customer is; empty: every service.",
    )
    offer_warning = fields.Char(compute="_compute_offered_service_types")

    # Only what decides at the request: see the docstring of the class.
    @api.depends("area_id")
    def _compute_grade(self):
        for order in self:
            order.grade = order.area_id.grade

    @api.depends("date_request", "area_id", "company_id")
    def _compute_date_response_due(self):
        for order in self:
            hours = order.area_id._get_response_hours(order.company_id)
            order.date_response_due = (
                order.date_request + timedelta(hours=hours)
                if hours and order.date_request
                else False
            )

    @api.depends("area_id", "service_type_id", "company_id", "state")
    def _compute_offered_service_types(self):
        for order in self:
            area = order.area_id
            order.offered_service_type_ids = area._get_offered_service_types(
                order.company_id
            )
            order.offer_warning = (
                order.state in ("draft", False) and order._get_offer_obstacle()
            )

    @api.model
    def _refresh_promises(self, domain):
        """Compute grade and response time of orders in the queue again.

        :param domain: which orders, besides being in the queue
        """
        queue = Domain("state", "=", "draft") & Domain(domain)
        orders_sudo = self.sudo().search(queue)
        for name in ("grade", "date_response_due"):
            self.env.add_to_compute(self._fields[name], orders_sudo)

    def _get_offer_obstacle(self):
        """Say that the service is not offered in the area, or ``False``."""
        self.ensure_one()
        service_type, area = self.service_type_id, self.area_id
        if not service_type or area._offers(service_type, self.company_id):
            return False
        labels = dict(self._fields["grade"]._description_selection(self.env))
        return self.env._(
            "%(service)s is not offered in %(area)s (grade %(grade)s). Offered there: "
            "%(offered)s. Choose one of them, or let the head of service set own "
            "services for the area.",
            service=service_type.name,
            area=area.display_name,
            grade=labels.get(self.grade, "–"),
            offered=", ".join(
                area._get_offered_service_types(self.company_id).mapped("name")
            ),
        )

    def _get_dispatch_obstacle(self):
        """A service that the area does not offer keeps the order in the queue."""
        return super()._get_dispatch_obstacle() or self._get_offer_obstacle()
