from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesDocumentReader(models.Model):
    """Each person that a document in force is for, and whether he confirmed it.

    A person with two posts has two rows, so that every unit and role counts its
    own people.
    """

    _name = "aftersales.document.reader"
    _description = "Reader of a Document"
    _auto = False
    _order = "document_id, is_confirmed, service_point_id, id"
    _rec_name = "staff_id"
    _depends = {
        "aftersales.agreement": ["service_point_id", "state"],
        "aftersales.agreement.scope": ["agreement_id", "service_type_id"],
        "aftersales.document": [
            "company_id",
            "date_effective",
            "previous_id",
            "role_ids",
            "service_type_ids",
            "state",
            "unit_ids",
        ],
        "aftersales.document.reading": ["date", "document_id", "user_id"],
        "aftersales.service.point": ["centre_id", "parent_path", "state"],
        "aftersales.staff": [
            "active",
            "company_id",
            "date_from",
            "date_to",
            "role_id",
            "service_point_id",
            "user_id",
        ],
    }

    document_id = fields.Many2one(
        "aftersales.document", "Controlled Document", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    staff_id = fields.Many2one("aftersales.staff", "Person", readonly=True)
    user_id = fields.Many2one("res.users", "Account", readonly=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point", "Unit", readonly=True
    )
    centre_id = fields.Many2one("aftersales.service.point", readonly=True)
    role_id = fields.Many2one("aftersales.staff.role", readonly=True)
    is_confirmed = fields.Boolean("Confirmed", readonly=True)
    has_account = fields.Boolean(readonly=True, help="Without one nobody can confirm.")
    date = fields.Datetime("Confirmed on", readonly=True)
    confirmed_percent = fields.Float(
        "Confirmed (%)", readonly=True, aggregator="avg", digits=(5, 1)
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY d.id, s.id) AS id,
                   d.id AS document_id, d.company_id, s.id AS staff_id, s.user_id,
                   s.service_point_id, p.centre_id, s.role_id, r.date,
                   r.id IS NOT NULL AS is_confirmed,
                   s.user_id IS NOT NULL AS has_account,
                   CASE WHEN r.id IS NULL THEN 0.0 ELSE 100.0 END
                       AS confirmed_percent
              FROM aftersales_document d
              %s
              LEFT JOIN aftersales_document_reading r
                     ON r.document_id = d.id AND r.user_id = s.user_id
             WHERE %s
            """,
            self.env["aftersales.document"]._get_audience_join(),
            self._where(),
        )

    @api.model
    def _where(self):
        """Documents in force today."""
        return SQL(
            """
            d.active AND d.state = 'approved' AND d.date_effective <= %(today)s
            AND NOT EXISTS (
                SELECT FROM aftersales_document n
                 WHERE n.previous_id = d.id AND n.state IN ('approved', 'retired')
                   AND n.date_effective <= %(today)s)
            """,
            today=self.env.company._get_aftersales_today(),
        )
