from odoo import api, fields, models


class AftersalesApproval(models.Model):
    """Decisions of suspension: until when, and by whom it was lifted."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("lift", "Suspension Lifted"), ("stop", "Withdrawal Stopped")],
        ondelete={"lift": "cascade", "stop": "cascade"},
    )
    date_until = fields.Date(
        "Until", readonly=True, help="Last day of the suspension decided here."
    )

    @api.model
    def _log_many(self, records, gate, comments):
        """Write one approving line on each record with one query.

        :param records: documents of one model with ``company_id``
        :param comments: ``{record_id: text}``
        """
        records.check_access("write")
        return self.sudo().create(
            [
                {
                    "res_model": record._name,
                    "res_id": record.id,
                    "gate": gate,
                    "decision": "approved",
                    "comment": comments.get(record.id),
                    "user_id": self.env.uid,
                    "company_id": record.company_id.id,
                    "service_point_id": self._get_point(record).id,
                }
                for record in records
            ]
        )
