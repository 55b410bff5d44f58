from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from odoo.addons.aftersales_network.tools.dispatch import distance_km

from ..tools import claim_hints as kernel
from ..tools.settlement import to_minor

#: Every photo of a job or a claim, with the document that it stands in.
PHOTO_PLACES = SQL(
    """
    SELECT a.checksum, a.create_date, o.id AS order_id,
           NULL::int AS claim_id, o.name, o.serial,
           o.service_point_id, o.company_id
      FROM ir_attachment a
      JOIN aftersales_service_order_photo p ON p.id = a.res_id
      JOIN aftersales_service_order o ON o.id = p.order_id
     WHERE a.res_model = 'aftersales.service.order.photo'
       AND a.res_field = 'image'
     UNION ALL
    SELECT a.checksum, a.create_date, o.id, NULL, o.name, o.serial,
           o.service_point_id, o.company_id
      FROM ir_attachment a
      JOIN aftersales_service_order o ON o.id = a.res_id
     WHERE a.res_model = 'aftersales.service.order'
       AND a.res_field IS NULL AND a.mimetype LIKE 'image/%%'
     UNION ALL
    SELECT a.checksum, a.create_date, c.order_id, c.id, c.name,
           c.serial, c.service_point_id, c.company_id
      FROM ir_attachment a
      JOIN aftersales_claim c ON c.id = a.res_id
     WHERE a.res_model = 'aftersales.claim'
       AND a.res_field IS NULL AND a.mimetype LIKE 'image/%%'
    """
)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    # A photo is known by its content, wherever it stands.
    _aftersales_photo_idx = models.Index(
        "(checksum) WHERE res_model IN ('aftersales.service.order.photo', "
        "'aftersales.service.order', 'aftersales.claim')"
    )


class AftersalesClaim(models.Model):
    """What the hints compare with other jobs and places, one query a subject."""

    _inherit = "aftersales.claim"

    def _read_twins(self, basics, rules):
        """Other claims for the same unit or order, with the days between them."""
        days = max(
            rules[code].window_days for code in ("DUPLICATE", "SPLIT") if code in rules
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id, c.id, c.name, ABS(%(day)s - m.day) AS gap,
                       c.order_id IS NOT DISTINCT FROM m.order_id
                           AND c.order_id IS NOT NULL,
                       c.state NOT IN ('draft', 'cancelled', 'rejected'),
                       c.amount_claimed,
                       EXISTS (SELECT FROM aftersales_claim_line a
                                 JOIN aftersales_claim_line b
                                   ON b.product_id = a.product_id
                                WHERE a.claim_id = m.id AND b.claim_id = c.id
                                  AND a.kind = 'part' AND b.kind = 'part')
                  FROM (SELECT c.id, c.company_id, c.serial, c.order_id,
                               c.currency_id, %(day)s AS day
                          FROM aftersales_claim c WHERE c.id IN %(ids)s) m
                  JOIN LATERAL (
                       SELECT id FROM aftersales_claim WHERE serial = m.serial
                        UNION
                       SELECT id FROM aftersales_claim WHERE order_id = m.order_id
                       ) same ON same.id <> m.id
                  JOIN aftersales_claim c ON c.id = same.id
                   AND c.company_id = m.company_id AND c.currency_id = m.currency_id
                   AND c.date_submission IS NOT NULL
                 WHERE ABS(%(day)s - m.day) <= %(days)s
              ORDER BY m.id, gap, c.id
                """,
                day=self._DAY,
                ids=tuple(self.ids),
                days=days,
            )
        )
        twins = defaultdict(list)
        for claim_id, _other, name, gap, same_order, is_live, amount, same_part in rows:
            minor = to_minor(amount or 0, basics[claim_id]["digits"])
            twins[claim_id].append(
                kernel.Twin(name, gap, same_part, same_order, is_live, minor)
            )
        return {claim_id: {"twins": tuple(found)} for claim_id, found in twins.items()}

    def _read_photo_uses(self, basics, rules):
        """Other jobs and claims in which a photo of the claim stands too."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH place AS NOT MATERIALIZED (%(places)s), mine AS (
                    SELECT DISTINCT c.id, c.order_id, c.serial, c.service_point_id,
                           c.company_id, place.checksum
                      FROM aftersales_claim c
                      JOIN place ON place.order_id = c.order_id
                     WHERE c.id IN %(ids)s
                     UNION
                    SELECT c.id, c.order_id, c.serial, c.service_point_id,
                           c.company_id, place.checksum
                      FROM aftersales_claim c
                      JOIN place ON place.claim_id = c.id
                     WHERE c.id IN %(ids)s
                )
                SELECT DISTINCT m.id, place.name, place.serial = m.serial,
                       place.service_point_id = m.service_point_id
                  FROM mine m
                  JOIN place ON place.checksum = m.checksum
                   AND place.company_id = m.company_id
                 WHERE place.claim_id IS DISTINCT FROM m.id
                   AND place.order_id IS DISTINCT FROM m.order_id
                   AND place.create_date >= now() AT TIME ZONE 'UTC'
                       - make_interval(days => %(days)s)
              ORDER BY 1, 2
                """,
                places=PHOTO_PLACES,
                ids=tuple(self.ids),
                days=rules["PHOTO"].window_days,
            )
        )
        uses = defaultdict(list)
        for claim_id, name, same_unit, same_point in rows:
            use = kernel.PhotoUse(name, bool(same_unit), same_point is not False)
            uses[claim_id].append(use)
        return {claim_id: {"photos": tuple(found)} for claim_id, found in uses.items()}

    def _read_last_usage(self, basics, rules):
        """Greatest reading of the unit at an earlier job or in an earlier claim."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.id, last.reading, last.day, last.name
                  FROM aftersales_claim c
                  JOIN LATERAL (
                       SELECT o.usage_reading AS reading, o.date_request::date AS day,
                              o.name
                         FROM aftersales_service_order o
                        WHERE o.serial = c.serial AND o.company_id = c.company_id
                          AND o.usage_reading > 0 AND o.state <> 'cancelled'
                          AND o.id IS DISTINCT FROM c.order_id
                          AND o.usage_uom IS NOT DISTINCT FROM c.usage_uom
                          AND o.date_request::date < %(day)s
                        UNION ALL
                       SELECT e.usage_reading, %(earlier)s, e.name
                         FROM aftersales_claim e
                        WHERE e.serial = c.serial AND e.company_id = c.company_id
                          AND e.usage_reading > 0 AND e.id <> c.id
                          AND e.usage_uom IS NOT DISTINCT FROM c.usage_uom
                          AND e.state NOT IN ('draft', 'cancelled')
                          AND %(earlier)s < %(day)s
                     ORDER BY 1 DESC, 2, 3 LIMIT 1
                       ) last ON TRUE
                 WHERE c.id IN %(ids)s AND c.usage_reading > 0
                """,
                day=self._DAY,
                earlier=SQL(
                    "COALESCE(e.date_failure, e.date_start, e.date_end, "
                    "e.date_submission)"
                ),
                ids=tuple(self.ids),
            )
        )
        return {
            claim_id: {
                "last_usage": float(reading),
                "last_usage_on": day,
                "last_usage_of": name,
            }
            for claim_id, reading, day, name in rows
        }

    def _read_distances(self, basics, rules):
        """Straight way to the customer, usual kilometres, areas of the point."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.id, here.partner_latitude, here.partner_longitude,
                       there.partner_latitude, there.partner_longitude,
                       area.complete_name, area.id IS NOT NULL
                       AND EXISTS (SELECT FROM aftersales_area_assignment s
                                    WHERE s.service_point_id = c.service_point_id
                                      AND s.date_from <= %(day)s
                                      AND COALESCE(s.date_to, %(day)s) >= %(day)s)
                       AND NOT EXISTS (
                           SELECT FROM aftersales_area_assignment s
                             JOIN aftersales_area a ON a.id = s.area_id
                            WHERE s.service_point_id = c.service_point_id
                              AND s.date_from <= %(day)s
                              AND COALESCE(s.date_to, %(day)s) >= %(day)s
                              AND area.parent_path LIKE a.parent_path || '%%')
                  FROM aftersales_claim c
                  JOIN aftersales_service_point sp ON sp.id = c.service_point_id
             LEFT JOIN aftersales_service_order o ON o.id = c.order_id
             LEFT JOIN aftersales_area area ON area.id = o.area_id
             LEFT JOIN res_partner here ON here.id = o.partner_id
             LEFT JOIN res_partner there ON there.id = sp.partner_id
                 WHERE c.id IN %(ids)s
                """,
                day=self._DAY,
                ids=tuple(self.ids),
            )
        )
        usual = self._read_usual_km(basics, rules["DISTANCE"])
        return {
            claim_id: {
                "straight_km": distance_km(
                    (lat or 0.0, lon or 0.0), (lat2 or 0.0, lon2 or 0.0)
                ),
                "usual_km": usual.get(
                    (basics[claim_id]["service_point_id"], basics[claim_id]["area_id"]),
                    (),
                ),
                "area": area or "",
                "is_outside": bool(is_outside),
            }
            for claim_id, lat, lon, lat2, lon2, area, is_outside in rows
        }
