from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain

#: Rows of each table on the portal.
MAX_ROWS = 60
#: Survey answers were promised to stay unnamed, calls are between centre and customer.
SHOWN_SOURCES = ("card", "complaint")


class AftersalesServicePoint(models.Model):
    """What a point sees on the portal of its figures and its customers' voice."""

    _inherit = "aftersales.service.point"

    def _portal_get_voice(self):
        """Closed key figures, answers and complaints of the own points.

        :return: records as superuser by table: ``{"figures", "answers",
            "complaints"}``
        :raise AccessError: another point
        """
        self.check_access("read")
        if self.filtered(lambda point: not point.is_user_point):
            raise AccessError(
                self.env._("Only the people of a service point see its figures.")
            )
        own = Domain("service_point_id", "in", self.ids)
        tables = {
            "figures": ("kpi.value", Domain("is_frozen", "=", True), "month desc, id"),
            "answers": (
                "satisfaction",
                Domain("source", "in", SHOWN_SOURCES),
                "date desc, id desc",
            ),
            "complaints": ("complaint", Domain.TRUE, "date_received desc, id desc"),
        }
        # The own points were checked; portal people read none of these models.
        return {
            table: self.env[f"aftersales.{model}"]
            .sudo()
            .search(own & domain, order=order, limit=MAX_ROWS)
            for table, (model, domain, order) in tables.items()
        }
