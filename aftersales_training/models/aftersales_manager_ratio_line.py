from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesManagerRatioLine(models.Model):
    """One person behind a recorded ratio, in words that stay when records go."""

    _name = "aftersales.manager.ratio.line"
    _description = "Manager Ratio Person"
    _order = "ratio_id, is_holder desc, name, id"

    ratio_id = fields.Many2one(
        "aftersales.manager.ratio",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="ratio_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="ratio_id.service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    person_key = fields.Integer(
        readonly=True,
        help="Contact of the person; minus the employee where there is no contact.",
    )
    name = fields.Char("Person", readonly=True)
    role_name = fields.Char("Role", readonly=True)
    point_name = fields.Char("Works At", readonly=True)
    date_from = fields.Date("In the Post From", readonly=True)
    date_to = fields.Date("In the Post To", readonly=True)
    is_holder = fields.Boolean("Certified", readonly=True)
    certificate_number = fields.Char(readonly=True)
    certificate_type = fields.Char(readonly=True)
    certificate_issuer = fields.Char("Issuer", readonly=True)
    certificate_issue = fields.Date("Issued", readonly=True)
    certificate_expiry = fields.Date("Expires", readonly=True)

    def write(self, vals):
        """Refuse every change of evidence.

        :raise UserError: always
        """
        if vals:
            raise UserError(
                self.env._("A recorded manager ratio is evidence and cannot change.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("A recorded manager ratio is evidence and stays."))
