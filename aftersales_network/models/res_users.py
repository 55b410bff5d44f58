from odoo import models
from odoo.tools import SQL


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_aftersales_point_ids(self):
        """Ids of the points where the user is manager or present staff today.

        Whoever is posted or lent to a point works there as well.
        A closed point gives no access any more, not even on the day it was
        closed; only our own people still see what they once managed.

        Plain SQL, because record rules are built on it: the ORM would apply
        the very rules that are being evaluated.
        """
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        self.env["aftersales.service.point"].flush_model(
            ["manager_id", "active", "state"]
        )
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
                 WHERE manager_id = %(uid)s AND (%(internal)s OR state != 'closed')
                 UNION
                SELECT s.service_point_id FROM aftersales_staff s
                  JOIN aftersales_service_point p ON p.id = s.service_point_id
                 WHERE s.user_id = %(uid)s AND s.active AND p.state != 'closed'
                   AND s.date_from <= %(today)s
                   AND (s.date_to IS NULL OR s.date_to >= %(today)s)
                 UNION
                SELECT p.to_point_id FROM aftersales_staff_posting p
                  JOIN aftersales_staff s ON s.id = p.staff_id
                  JOIN aftersales_service_point t ON t.id = p.to_point_id
                 WHERE s.user_id = %(uid)s AND s.active AND t.state != 'closed'
                   AND p.state IN ('confirmed', 'ended')
                   AND p.date_from <= %(today)s
                   AND (p.date_to IS NULL OR p.date_to >= %(today)s)
                """,
                uid=self.id,
                internal=not self.sudo().share,
                today=today,
            )
        )
        return [row[0] for row in rows]
