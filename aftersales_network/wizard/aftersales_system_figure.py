from odoo import fields, models

SYSTEMS = [
    ("information", "Information"),
    ("parts", "Parts"),
    ("settlement", "Settlement"),
    ("people", "People"),
    ("quality", "Service Quality"),
]


class AftersalesSystemFigure(models.TransientModel):
    """One figure on the page of a centre, with the records behind it.

    Five systems run through head office, centre and point: information, parts,
    settlement, people and service-quality measurement (network-planning seed
    text).  The page shows for each what is open and in which direction.
    """

    _name = "aftersales.system.figure"
    _description = "Figure of a Centre"
    _order = "system, sequence, id"

    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, ondelete="cascade"
    )
    system = fields.Selection(SYSTEMS, required=True, group_expand=True)
    sequence = fields.Integer()
    name = fields.Char(required=True)
    value = fields.Char(required=True)
    is_alert = fields.Boolean()
    direction = fields.Selection(
        [("up", "From the points"), ("down", "For the points")],
        help="Who is waited for: the points, or the centre that serves them.",
    )
    res_model = fields.Char(readonly=True)
    domain = fields.Json(readonly=True)

    def action_open(self):
        """Open the records behind the figure; the user's rights hold there."""
        self.ensure_one()
        self.env[self.res_model].check_access("read")
        view_mode = "list,form"
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.service_point_id.name}: {self.name}",
            "res_model": self.res_model,
            "view_mode": view_mode,
            "domain": self.domain,
        }
