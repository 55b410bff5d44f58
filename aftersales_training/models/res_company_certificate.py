from odoo import fields, models


class ResCompany(models.Model):
    # One concern, one file: certificates that the company issues itself.
    _inherit = "res.company"

    aftersales_own_issuer_id = fields.Many2one(
        "aftersales.certificate.issuer",
        "Own Certificates Issued As",
        help="Issuer in whose name the company gives certificates of its own; empty: "
        "the issuer “Own Company”.",
    )

    def _get_own_certificate_issuer(self):
        """Issuer of the company's own certificates; empty where there is none."""
        self.ensure_one()
        return (
            self.aftersales_own_issuer_id
            or self.env.ref(
                "aftersales_training.certificate_issuer_own", raise_if_not_found=False
            )
            or self.env["aftersales.certificate.issuer"]
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_own_issuer_id = fields.Many2one(
        related="company_id.aftersales_own_issuer_id", readonly=False
    )
