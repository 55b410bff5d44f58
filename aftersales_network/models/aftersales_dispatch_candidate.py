from odoo import fields, models


class AftersalesDispatchCandidate(models.Model):
    """One service point considered for one order, taken or dropped, and why.

    Written by the dispatch and never changed: the record behind the decision.
    """

    _name = "aftersales.dispatch.candidate"
    _description = "Dispatch Candidate"
    _order = "order_id, is_eligible desc, rank, id"
    _rec_name = "service_point_id"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, index=True, ondelete="cascade"
    )
    rank = fields.Integer(help="1 is best; 0 for dropped candidates.")
    is_eligible = fields.Boolean("Eligible")
    is_taken = fields.Boolean("Taken")
    is_by_hand = fields.Boolean("By Hand", help="Taken against or without the ranking.")
    reason_code = fields.Char()
    reason = fields.Char()
    load = fields.Integer("Open Orders")
    distance_km = fields.Float("Distance (km)", digits=(8, 1))
