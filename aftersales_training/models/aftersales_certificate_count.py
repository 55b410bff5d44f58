from odoo import fields, models


class AftersalesCertificateType(models.Model):
    _inherit = "aftersales.certificate.type"

    certificate_count = fields.Integer(compute="_compute_certificate_count")

    def _compute_certificate_count(self):
        # Under the rights of the user: who may not see them, counts none.
        counts = dict(
            self.env["aftersales.certificate"]._read_group(
                [("type_id", "in", self.ids)], ["type_id"], ["__count"]
            )
        )
        for kind in self:
            kind.certificate_count = counts.get(kind._origin, 0)

    def action_view_certificates(self):
        """Open the certificates of the type."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificates of %(name)s", name=self.name),
            "res_model": "aftersales.certificate",
            "view_mode": "list,kanban,pivot,form",
            "domain": [("type_id", "=", self.id)],
            "context": {"default_type_id": self.id},
        }
