from odoo import models
from odoo.tools import SQL


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_aftersales_point_ids(self):
        """Ids of the points where the user is manager or present staff today.

        Whoever is posted or lent to a point works there as well.

        Plain SQL, because record rules are built on it: the ORM would apply
        the very rules that are being evaluated.
        """
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        self.env["aftersales.service.point"].flush_model(["manager_id", "active"])
        self.env["aftersales.staff"].flush_model(
            ["user_id", "service_point_id", "date_from", "date_to", "active"]
        )
        self.env["aftersales.staff.posting"].flush_model(
            ["staff_id", "to_point_id", "date_from", "date_to", "state"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM aftersales_service_point
                 WHERE manager_id = %(uid)s
                 UNION
                SELECT service_point_id FROM aftersales_staff
                 WHERE user_id = %(uid)s AND active
                   AND date_from <= %(today)s
                   AND (date_to IS NULL OR date_to >= %(today)s)
                 UNION
                SELECT p.to_point_id FROM aftersales_staff_posting p
                  JOIN aftersales_staff s ON s.id = p.staff_id
                 WHERE s.user_id = %(uid)s AND s.active
                   AND p.state IN ('confirmed', 'ended')
                   AND p.date_from <= %(today)s
                   AND (p.date_to IS NULL OR p.date_to >= %(today)s)
                """,
                uid=self.id,
                today=today,
            )
        )
        return [row[0] for row in rows]
